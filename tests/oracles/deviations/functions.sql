-- A field of EXTRACT that means something else in Spark.
extract(DOW FROM DATE '2024-05-19')
extract(SECOND FROM TIMESTAMP '2024-05-17 12:34:56.789')
extract(EPOCH FROM TIMESTAMP '2024-05-17 12:34:56')

-- A form of an expression or literal that our parser does not know.
CAST('1' AS INTERVAL DAY)
CAST('1-2' AS INTERVAL YEAR TO MONTH)
CAST('1 02:03:04' AS INTERVAL DAY TO SECOND)
CAST('x' AS INTERVAL DAY)
CAST(5 AS INTERVAL DAY)
1 !> 2
1 !< 2
1 IN ()
'abc' LIKE ANY ()
'a' RLIKE NULL
extract(YEAROFWEEK FROM DATE '2024-12-30')
extract(DAYOFWEEK_ISO FROM DATE '2024-05-19')
-8 >>> 1
1e3BD
TIMESTAMP_LTZ '2024-01-02 03:04:05'
INTERVAL 1 YEAR 2 MONTHS
trim(BOTH FROM '  a ')

-- A literal at the border of its type gets another type.
abs(-2147483648)
-2147483648 - 1
-2147483648
9223372036854775808
9223372036854775808L

-- A number that does not fit is reported as malformed text.
CAST(128 AS TINYINT)
CAST(32768 AS SMALLINT)
CAST(2147483648 AS INT)
CAST(9223372036854775808 AS BIGINT)
CAST(3000000000 AS INT)
CAST(3e9 AS INT)
CAST(1e30 AS BIGINT)

-- A remainder by zero is reported as a division by zero.
7 % 0
7 % 0.0

-- A window that Spark refuses is computed.
count(DISTINCT n) OVER (PARTITION BY k)
row_number() OVER ()

-- An error of the query engine that has no class of Spark's yet.
avg(NULL)
sum(NULL)
'A#' ILIKE 'a##' ESCAPE '#'
'a%c' LIKE 'a#%c' ESCAPE '#'
'abc' LIKE 'a#%c' ESCAPE '#'
'a#c' LIKE 'a##c' ESCAPE '#'
'abc' LIKE 'a#bc' ESCAPE '#'
'abc' LIKE 'abc#' ESCAPE '#'
year(NULL)
extract(DAYOFWEEK FROM DATE '2024-05-17')
extract(YEAR FROM NULL)
map(NULL, 1)
map('a', 1, 'a', 2)
named_struct('a')
named_struct(1, 2)
SELECT s.a FROM VALUES (array(named_struct('a', 1), named_struct('a', 2))) AS t(s)
substring('hello', 2, -1)

-- Arrays are taken as texts.
concat_ws(',', array('a', 'b'), 'c')
concat_ws(',', array('a', NULL, 'b'))
reverse(array(1, 2, 3))

-- EXCEPT ALL removes every row that is equal, not as many as there are.
SELECT x FROM VALUES (1), (1), (2) AS t(x) EXCEPT ALL SELECT 1 ORDER BY x

-- Intervals of different units are neither compared nor added as Spark does it.
INTERVAL '1' DAY = INTERVAL '24' HOUR
DATE '2024-01-31' + INTERVAL '1' HOUR

-- NULL of no type stays VOID where Spark makes it DOUBLE.
abs(NULL)
-NULL

-- Texts are read as values that Spark does not read so, or the other way round.
CAST('on' AS BOOLEAN)
CAST(' 2024-01-02 ' AS DATE)
CAST('2024-01' AS DATE)
CAST('2024' AS DATE)
CAST('20240102' AS DATE)
CAST('10000-01-01' AS DATE)
CAST('epoch' AS DATE)
CAST('1e3' AS DECIMAL(10,2))
CAST('1.5f' AS FLOAT)
CAST('1.5f' AS DOUBLE)
CAST('2024-01-02 3:4:5' AS TIMESTAMP)
CAST('2024-01-02 03:04' AS TIMESTAMP)
CAST('2024-01-02 03:04:05+02:00' AS TIMESTAMP_NTZ)
month('2024-05')
DATE '2024'
DATE '2024-2'

-- Precision, scale and overflow of decimals are not Spark's.
avg(CAST(n AS DECIMAL(10,0)))
CAST(CAST(1e20 AS DECIMAL(38,5)) AS STRING)
CAST('12.3' AS DECIMAL)
CAST('12.5' AS DECIMAL)
CAST(1e19 AS DECIMAL(20,0)) * CAST(1e19 AS DECIMAL(20,0))
CAST(1.1 AS DECIMAL(38,18)) * CAST(1.1 AS DECIMAL(38,18))
0.10 * 3
3 + CAST(7.25 AS DECIMAL(10,2))
4L + CAST(7.25 AS DECIMAL(10,2))
CAST(7.25 AS DECIMAL(10,2)) + 3
CAST(7.25 AS DECIMAL(10,2)) + 4L
99999999999999999999999999999999999999 + 1
CAST(1 AS DECIMAL(38,0)) + CAST(0.1 AS DECIMAL(38,10))

-- Spark's `ltrim` and `rtrim` take the characters to trim first.
ltrim('x', 'xxa')
ltrim('xxa', 'x')
rtrim('axx', 'x')
rtrim('x', 'axx')

-- The common type of the branches is not Spark's.
SELECT 1 UNION SELECT 2.5 ORDER BY 1
SELECT 1 UNION ALL SELECT 'a'
CASE WHEN NULL THEN 1 ELSE 2 END
CASE WHEN TRUE THEN 1 ELSE 2.5 END
CASE WHEN TRUE THEN 1 ELSE 'a' END
CASE WHEN FALSE THEN 1 ELSE '3' END
CASE WHEN 1 THEN 2 END
coalesce(1, 'a')
greatest(1, '2')
if(1 > 0, 'a', 1)
if(TRUE, 1, 2.5)
if(TRUE, 1, 2L)
if(TRUE, 1, 'x')
if(FALSE, 1, '2')
if('true', 1, 2)
if(1, 2, 3)
nullif(NULL, 1)
nullif(1, 1.0)
nvl(1, 'a')
nvl(NULL, NULL)
nvl2(1, 'a', 2)

-- The error class lacks its subclass.
CAST('99999' AS DECIMAL(4,0))
CAST(99.999 AS DECIMAL(4,2))
CAST(1234 AS DECIMAL(5,2))

-- The key that a full outer join with USING has twice is taken from one side only.
SELECT x, y FROM VALUES (1), (2) AS a(x) FULL OUTER JOIN VALUES (1, 'p'), (3, 'q') AS b(x, y) USING (x) ORDER BY x

-- Types that Spark does not compare or take are compared or taken.
SELECT x FROM VALUES (1), ('a') AS t(x)
DATE '2024-01-01' = 1
map('a', 1) < map('a', 2)
array(1) = array('1')
map('a', 1) = map('a', 1)
'6' / '4'

-- `exists` of an array is not told from EXISTS of a query.
exists(array(1, 2), x -> x = 2)
exists(array(1, NULL), x -> x = 2)
exists(array(1, 2), x -> x = 3)
exists(array(), x -> TRUE)
exists(NULL, x -> TRUE)

-- A call with too few arguments is taken.
least(1)
greatest(1)

-- A malformed typed literal is reported as a malformed cast.
TIMESTAMP 'x'
DATE '2023-02-29'

-- NULL in a container is the greatest value, in Spark the least.
max(named_struct('a', n, 'b', k))
min(array(n))

-- A sum of BIGINT that overflows wraps around.
sum(9223372036854775807)
