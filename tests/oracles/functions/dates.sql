-- date_add
date_add(DATE '2024-02-28', 1)
date_add(DATE '2024-02-28', 2)
date_add(DATE '2024-01-01', -1)
date_add('2024-01-01', 1)
date_add(TIMESTAMP '2024-01-01 23:00:00', 1)
date_add(DATE '2024-01-01', 1S)
date_add(DATE '2024-01-01', '1')
date_add(DATE '2024-01-01', 1L)
date_add(DATE '2024-01-01', 1.5)
date_add(NULL, 1)
date_add(DATE '2024-01-01', NULL)
date_add('x', 1)
dateadd(DATE '2024-01-01', 1)

-- date_sub
date_sub(DATE '2024-03-01', 1)
date_sub('2024-03-01', 1)
date_sub(DATE '2024-01-01', -1)
date_sub(NULL, 1)
date_sub(DATE '2024-01-01', 2147483647)

-- datediff
datediff(DATE '2024-03-01', DATE '2024-02-01')
datediff('2024-02-01', '2024-03-01')
datediff(TIMESTAMP '2024-01-02 00:00:00', TIMESTAMP '2024-01-01 23:59:59')
datediff(NULL, DATE '2024-01-01')
date_diff(DATE '2024-01-02', DATE '2024-01-01')
datediff(MONTH, DATE '2024-01-31', DATE '2024-02-29')
datediff(DAY, DATE '2024-01-01', DATE '2024-01-31')
datediff(YEAR, DATE '2020-02-29', DATE '2024-02-28')

-- add_months
add_months(DATE '2024-01-31', 1)
add_months(DATE '2024-02-29', 12)
add_months(DATE '2024-02-29', 1)
add_months(DATE '2024-01-15', -2)
add_months('2024-01-31', 1)
add_months(NULL, 1)
add_months(DATE '2024-01-31', NULL)
add_months(DATE '2023-02-28', 1)

-- months_between
months_between(DATE '2024-03-31', DATE '2024-02-29')
months_between(DATE '2024-03-15', DATE '2024-01-31')
months_between('1997-02-28 10:30:00', '1996-10-30')
months_between('1997-02-28 10:30:00', '1996-10-30', FALSE)
months_between(DATE '2024-01-01', DATE '2024-03-01')
months_between(NULL, DATE '2024-01-01')

-- last_day
last_day(DATE '2024-02-10')
last_day(DATE '2023-02-10')
last_day('2024-12-31')
last_day(NULL)

-- next_day
next_day(DATE '2024-01-01', 'Monday')
next_day(DATE '2024-01-01', 'TU')
next_day(DATE '2024-01-01', 'wed')
next_day(DATE '2024-01-01', 'xx')
next_day(DATE '2024-01-01', NULL)
next_day(NULL, 'MO')

-- trunc
trunc(DATE '2024-05-17', 'YEAR')
trunc(DATE '2024-05-17', 'yyyy')
trunc(DATE '2024-05-17', 'MM')
trunc(DATE '2024-05-17', 'MONTH')
trunc(DATE '2024-05-17', 'QUARTER')
trunc(DATE '2024-05-17', 'WEEK')
trunc(DATE '2024-05-17', 'DAY')
trunc(DATE '2024-05-17', 'x')
trunc('2024-05-17', 'MON')
trunc(NULL, 'MM')
trunc(DATE '2024-05-17', NULL)

-- date_trunc
date_trunc('YEAR', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('QUARTER', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('MONTH', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('WEEK', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('DAY', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('HOUR', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('MINUTE', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('SECOND', TIMESTAMP '2024-05-17 12:34:56.789')
date_trunc('MILLISECOND', TIMESTAMP '2024-05-17 12:34:56.789123')
date_trunc('dd', DATE '2024-05-17')
date_trunc('mon', '2024-05-17')
date_trunc('x', TIMESTAMP '2024-05-17 12:34:56')
date_trunc('DAY', NULL)
date_trunc('DAY', TIMESTAMP '1969-12-31 23:59:59')

-- date parts
year(DATE '2024-05-17')
year('2024-05-17')
year(TIMESTAMP '2024-05-17 12:34:56')
year(NULL)
year('x')
quarter(DATE '2024-05-17')
month(DATE '2024-05-17')
month('2024-05')
day(DATE '2024-05-17')
dayofmonth(DATE '2024-05-17')
dayofweek(DATE '2024-05-19')
dayofweek(DATE '2024-05-18')
weekday(DATE '2024-05-19')
weekday(DATE '2024-05-20')
dayofyear(DATE '2024-12-31')
dayofyear(DATE '2023-12-31')
weekofyear(DATE '2024-01-01')
weekofyear(DATE '2024-12-30')
weekofyear(DATE '2021-01-03')
hour(TIMESTAMP '2024-05-17 12:34:56')
hour('2024-05-17 12:34:56')
hour(DATE '2024-05-17')
minute(TIMESTAMP '2024-05-17 12:34:56')
second(TIMESTAMP '2024-05-17 12:34:56.789')
dayname(DATE '2024-05-17')
monthname(DATE '2024-05-17')

-- extract
extract(YEAR FROM DATE '2024-05-17')
extract(YEAROFWEEK FROM DATE '2024-12-30')
extract(QUARTER FROM DATE '2024-05-17')
extract(MONTH FROM TIMESTAMP '2024-05-17 12:34:56.789')
extract(WEEK FROM DATE '2024-05-17')
extract(DAY FROM DATE '2024-05-17')
extract(DAYOFWEEK FROM DATE '2024-05-17')
extract(DOW FROM DATE '2024-05-19')
extract(DAYOFWEEK_ISO FROM DATE '2024-05-19')
extract(DOY FROM DATE '2024-05-17')
extract(HOUR FROM TIMESTAMP '2024-05-17 12:34:56')
extract(MINUTE FROM TIMESTAMP '2024-05-17 12:34:56')
extract(SECOND FROM TIMESTAMP '2024-05-17 12:34:56.789')
extract(DAY FROM INTERVAL '3 04:05:06' DAY TO SECOND)
extract(HOUR FROM INTERVAL '3 04:05:06' DAY TO SECOND)
extract(MONTH FROM INTERVAL '2-5' YEAR TO MONTH)
extract(EPOCH FROM TIMESTAMP '2024-05-17 12:34:56')
date_part('YEAR', DATE '2024-05-17')
date_part('seconds', TIMESTAMP '2024-05-17 12:34:56.789')
date_part('x', DATE '2024-05-17')
datepart('doy', DATE '2024-05-17')
extract(YEAR FROM NULL)

-- date_format
date_format(DATE '2024-01-02', 'yyyy-MM-dd')
date_format(TIMESTAMP '2024-01-02 03:04:05.678', 'yyyy-MM-dd HH:mm:ss.SSS')
date_format(TIMESTAMP '2024-01-02 15:04:05', 'hh:mm a')
date_format(TIMESTAMP '2024-01-02 00:04:05', 'kk:KK')
date_format(DATE '2024-01-02', 'EEE, d MMM yyyy')
date_format(DATE '2024-01-02', 'EEEE MMMM')
date_format(DATE '2024-01-02', 'yy/M/d')
date_format(DATE '2024-05-17', 'D Q')
date_format(DATE '2024-05-17', 'QQQ QQQQ')
date_format(TIMESTAMP '2024-01-02 03:04:05', "yyyy-MM-dd'T'HH:mm:ssXXX")
date_format(TIMESTAMP '2024-01-02 03:04:05', 'z')
date_format(TIMESTAMP '2024-01-02 03:04:05', 'VV')
date_format(TIMESTAMP '2024-01-02 03:04:05', 'xxx Z')
date_format(TIMESTAMP '2024-01-02 03:04:05.123456', 'SSSSSS')
date_format(DATE '2024-01-02', 'G')
date_format(DATE '2024-01-02', '\'it\'')
date_format(DATE '2024-01-02', 'LLL')
date_format('2024-01-02', 'MM')
date_format(NULL, 'yyyy')
date_format(DATE '2024-01-02', NULL)
date_format(DATE '2024-01-02', 'YYYY')
date_format(DATE '2024-01-02', 'w')
date_format(DATE '2024-01-02', 'u')
date_format(DATE '2024-01-02', 'bogus')
date_format(DATE '2024-01-02', '')
date_format(DATE '2024-01-02', 'F')
date_format(DATE '2024-01-02', '[yyyy]')
date_format(DATE '2024-01-02', 'MMMMM')
date_format(DATE '2024-01-02', 'HH:mm')

-- to_date
to_date('2024-01-02')
to_date('2024-01-02 10:11:12')
to_date('x')
to_date(NULL)
to_date('02/01/2024', 'dd/MM/yyyy')
to_date('2/1/2024', 'd/M/yyyy')
to_date('20240102', 'yyyyMMdd')
to_date('Jan 2, 2024', 'MMM d, yyyy')
to_date('2024-01-02', 'dd/MM/yyyy')
to_date('30/02/2024', 'dd/MM/yyyy')
to_date('24-01-02', 'yy-MM-dd')
to_date('2024-01-02 10:11:12', 'yyyy-MM-dd HH:mm:ss')
to_date(TIMESTAMP '2024-01-02 10:11:12')
to_date('2024-01-02', NULL)
to_date('2024', 'yyyy')
to_date('2024-05', 'yyyy-MM')
try_to_date('x')
try_to_date('2024-02-30', 'yyyy-MM-dd')

-- to_timestamp
to_timestamp('2024-01-02 03:04:05')
to_timestamp('2024-01-02')
to_timestamp('x')
to_timestamp(NULL)
to_timestamp('02.01.2024 03:04', 'dd.MM.yyyy HH:mm')
to_timestamp('2024-01-02T03:04:05.678Z', "yyyy-MM-dd'T'HH:mm:ss.SSSX")
to_timestamp('2024-01-02 03:04:05 PM', 'yyyy-MM-dd hh:mm:ss a')
to_timestamp('2024-01-02', 'dd/MM/yyyy')
to_timestamp('2024-01-02 03:04:05.123456', 'yyyy-MM-dd HH:mm:ss.SSSSSS')
to_timestamp(DATE '2024-01-02')
to_timestamp(0)
to_timestamp('2024-01-02 03:04:05+02:00')
to_timestamp_ntz('2024-01-02 03:04:05')
to_timestamp_ltz('2024-01-02 03:04:05')

-- try_to_timestamp
try_to_timestamp('2024-01-02 03:04:05')
try_to_timestamp('x')
try_to_timestamp('2024-13-01', 'yyyy-MM-dd')
try_to_timestamp('02.01.2024', 'dd.MM.yyyy')
try_to_timestamp(NULL)

-- unix_timestamp
unix_timestamp(TIMESTAMP '2024-01-02 03:04:05.9')
unix_timestamp('2024-01-02 03:04:05')
unix_timestamp('2024-01-02', 'yyyy-MM-dd')
unix_timestamp(DATE '2024-01-02')
unix_timestamp('x')
unix_timestamp('x', 'yyyy')
unix_timestamp(NULL)
unix_timestamp(TIMESTAMP '1969-12-31 23:59:59')
to_unix_timestamp('2024-01-02', 'yyyy-MM-dd')
unix_seconds(TIMESTAMP '2024-01-02 03:04:05.9')
unix_millis(TIMESTAMP '2024-01-02 03:04:05.9')
unix_micros(TIMESTAMP '2024-01-02 03:04:05.9')
unix_date(DATE '2024-01-02')
date_from_unix_date(19724)
timestamp_seconds(1704164645)
timestamp_seconds(1.5)
timestamp_millis(1704164645123)
timestamp_micros(1704164645123456)

-- from_unixtime
from_unixtime(0)
from_unixtime(1704164645)
from_unixtime(1704164645, 'yyyy-MM-dd')
from_unixtime(-1)
from_unixtime(NULL)
from_unixtime('0')

-- make_date
make_date(2024, 2, 29)
make_date(2023, 2, 29)
make_date(2024, 13, 1)
make_date(NULL, 1, 1)
make_date('2024', '1', '2')

-- make_timestamp
make_timestamp(2024, 1, 2, 3, 4, 5.678)
make_timestamp(2024, 1, 2, 3, 4, 60)
make_timestamp(2024, 1, 2, 3, 4, 61)
make_timestamp(2024, 1, 2, 3, 4, 5, 'CET')
make_timestamp(2024, 13, 2, 3, 4, 5)
make_timestamp(NULL, 1, 2, 3, 4, 5)
make_timestamp_ntz(2024, 1, 2, 3, 4, 5)
try_make_timestamp(2024, 13, 2, 3, 4, 5)

-- timestampadd
timestampadd(DAY, 1, TIMESTAMP '2024-01-31 00:00:00')
timestampadd(MONTH, 1, TIMESTAMP '2024-01-31 00:00:00')
timestampadd(HOUR, -1, DATE '2024-01-01')
timestampadd(YEAR, 1, DATE '2024-02-29')
timestampadd(MICROSECOND, 5, TIMESTAMP '2024-01-01 00:00:00')
timestampadd(WEEK, 1, NULL)
timestampadd(QUARTER, 1, TIMESTAMP '2024-01-31 00:00:00')
dateadd(MONTH, 1, DATE '2024-01-31')
dateadd(DAY, -1, DATE '2024-03-01')
date_add(HOUR, 1, TIMESTAMP '2024-01-01 00:00:00')

-- timestampdiff
timestampdiff(DAY, TIMESTAMP '2024-01-01 12:00:00', TIMESTAMP '2024-01-03 00:00:00')
timestampdiff(HOUR, DATE '2024-01-01', DATE '2024-01-02')
timestampdiff(MONTH, DATE '2024-01-31', DATE '2024-02-29')
timestampdiff(MONTH, DATE '2024-01-31', DATE '2024-03-31')
timestampdiff(YEAR, DATE '2020-02-29', DATE '2024-02-29')
timestampdiff(SECOND, TIMESTAMP '2024-01-01 00:00:01', TIMESTAMP '2024-01-01 00:00:00')
timestampdiff(WEEK, DATE '2024-01-01', DATE '2024-01-14')
timestampdiff(DAY, NULL, DATE '2024-01-01')

-- interval arithmetic
DATE '2024-01-31' + INTERVAL '1' MONTH
DATE '2024-01-31' + INTERVAL '1' DAY
DATE '2024-01-31' + INTERVAL 1 DAY
DATE '2024-01-31' - INTERVAL '1' YEAR
DATE '2024-01-31' + INTERVAL '1' HOUR
DATE '2024-02-29' + INTERVAL '1' YEAR
TIMESTAMP '2024-01-31 10:00:00' + INTERVAL '1' MONTH
TIMESTAMP '2024-01-31 10:00:00' + INTERVAL '1 02:03:04' DAY TO SECOND
TIMESTAMP '2024-01-31 10:00:00' - INTERVAL 30 MINUTES
INTERVAL 1 DAY + DATE '2024-01-31'
INTERVAL '1' DAY + INTERVAL '2' HOUR
INTERVAL '1' DAY - INTERVAL '2' DAY
INTERVAL '1' MONTH + INTERVAL '1' DAY
DATE '2024-01-31' + NULL
DATE '2024-01-31' + INTERVAL '1' MONTH + INTERVAL '1' DAY
TIMESTAMP_NTZ '2024-01-31 10:00:00' + INTERVAL '1' DAY
'2024-01-31' + INTERVAL '1' DAY
INTERVAL '1' DAY > INTERVAL '23' HOUR
make_interval(0, 1, 0, 2)
make_dt_interval(1, 2, 3, 4.5)
make_ym_interval(1, 2)
DATE '2024-01-31' + make_interval(0, 1)
CAST(DATE '2024-03-01' - DATE '2024-02-01' AS STRING)
CAST(TIMESTAMP '2024-01-02 00:00:00' - TIMESTAMP '2024-01-01 12:00:00' AS STRING)

-- time zones
from_utc_timestamp('2024-01-02 03:04:05', 'America/Los_Angeles')
from_utc_timestamp('2024-07-02 03:04:05', 'Europe/Berlin')
to_utc_timestamp('2024-01-02 03:04:05', 'America/Los_Angeles')
to_utc_timestamp('2024-01-02 03:04:05', '+02:00')
from_utc_timestamp('2024-01-02 03:04:05', 'nosuch')
convert_timezone('Europe/Brussels', 'America/Los_Angeles', TIMESTAMP_NTZ '2021-12-06 00:00:00')
-- note: The session's zone is `Etc/UTC` on the platform by default (UNCONFIRMED).
current_timezone()
