-- concat
concat('a', 'b')
concat('a', NULL)
concat()
concat('a')
concat('a', 1, TRUE)
concat(1, 2)
concat(array(1), array(2, 3))
concat(array(1), array('a'))
concat(X'41', X'42')
concat('a', DATE '2024-01-02', 1.50)
concat('a', array(1))

-- ||
'a' || 'b'
'a' || NULL
'a' || 1
1 || 2
array(1) || array(2)
'a' || TRUE || 1.5

-- concat_ws
concat_ws(',', 'a', 'b')
concat_ws(',', 'a', NULL, 'b')
concat_ws(NULL, 'a')
concat_ws(',')
concat_ws(',', array('a', 'b'), 'c')
concat_ws(',', array('a', NULL, 'b'))
concat_ws(',', 1, 2)
concat_ws('', 'a', '', 'b')
concat_ws(',', NULL, NULL)

-- upper
upper('aBc')
upper('straße')
upper('ä')
upper(NULL)
upper('')
upper(1)
ucase('a')

-- lower
lower('AbC')
lower('ÄÖ')
lower(NULL)
lcase('A')
lower(DATE '2024-01-01')

-- length
length('abc')
length('')
length(NULL)
length('häh')
length('日本語')
length('a ')
length('😀')
length(X'0102')
length(123)
char_length('abc')
character_length('ä')
len('abc')
octet_length('ä')
octet_length(X'01')
bit_length('ä')

-- substring
substring('hello', 2, 3)
substring('hello', 2)
substring('hello', 0, 2)
substring('hello', 1, 2)
substring('hello', -3)
substring('hello', -3, 2)
substring('hello', -10)
substring('hello', -10, 7)
substring('hello', 10)
substring('hello', 2, 0)
substring('hello', 2, -1)
substring('hello', 2, 100)
substring('häh', 2, 1)
substring('😀a', 2)
substring(NULL, 1)
substring('hello', NULL)
substring('hello', 1, NULL)
substring('hello' FROM 2 FOR 3)
substring('hello' FROM 2)
substr('hello', 2, 3)
substr('hello', -2)
substr(12345, 2, 2)
substr('hello', '2')
substring(X'010203', 2)

-- left
left('hello', 2)
left('hello', 0)
left('hello', -1)
left('hello', 10)
left(NULL, 1)
left('hello', NULL)
left(12345, 2)

-- right
right('hello', 2)
right('hello', 0)
right('hello', -1)
right('hello', 10)
right(NULL, 2)
right('hello', NULL)

-- instr
instr('hello', 'l')
instr('hello', 'x')
instr('hello', '')
instr(NULL, 'a')
instr('a', NULL)
instr('Hello', 'h')

-- locate
locate('l', 'hello')
locate('l', 'hello', 4)
locate('l', 'hello', 5)
locate('l', 'hello', 0)
locate('', 'hello')
locate('x', 'hello')
locate(NULL, 'hello')
locate('l', NULL)
locate('l', 'hello', NULL)

-- position
position('l', 'hello')
position('l' IN 'hello')
position('l', 'hello', 4)
position('z' IN 'hello')
-- note: Databricks has `charindex`; Spark does not.
charindex('l', 'hello')
-- note: Databricks has `charindex`; Spark does not.
charindex('l', 'hello', 4)

-- replace
replace('hello', 'l', 'L')
replace('hello', 'l')
replace('hello', '', 'x')
replace('hello', 'x', 'y')
replace(NULL, 'a', 'b')
replace('hello', NULL, 'b')
replace('aaa', 'aa', 'b')

-- translate
translate('hello', 'el', 'ip')
translate('hello', 'elo', 'ip')
translate('hello', '', 'x')
translate('hello', 'll', 'ab')
translate(NULL, 'a', 'b')
translate('123-45', '0123456789', '##########')

-- regexp_replace
regexp_replace('abcb', 'b', 'x')
regexp_replace('abc', '(a)(b)', '$2$1')
regexp_replace('a1b22', '\\d+', '#')
regexp_replace('a1b22', r'\d', '#')
regexp_replace('a1b22', '\d', '#')
regexp_replace('abc', 'x', 'y')
regexp_replace('abc', '', '-')
regexp_replace(NULL, 'a', 'b')
regexp_replace('abc', NULL, 'b')
regexp_replace('abcabc', 'a', 'x', 2)
regexp_replace('abc', 'a', 'x', 0)
regexp_replace('abc', '(', 'x')
regexp_replace('abc', 'b', '$1')
regexp_replace('123-45-6789', '^\\d{3}-\\d{2}', '***-**')
regexp_replace('ann@example.com', '(?<=.).(?=[^@]*?@)', '*')
regexp_replace('ABC', '(?i)b', '')
regexp_replace('a.b', '\\.', '\\$')
regexp_replace('aé', '[^\\p{ASCII}]', '?')

-- regexp_extract
regexp_extract('100-200', '(\\d+)-(\\d+)')
regexp_extract('100-200', '(\\d+)-(\\d+)', 2)
regexp_extract('100-200', '(\\d+)-(\\d+)', 0)
regexp_extract('100-200', '(\\d+)-(\\d+)', 3)
regexp_extract('100-200', '(\\d+)-(\\d+)', -1)
regexp_extract('abc', 'x(y)', 1)
regexp_extract('abc', 'b', 0)
regexp_extract('abc', 'b', 1)
regexp_extract(NULL, 'a', 0)
regexp_extract('ac', 'a(b)?c', 1)
regexp_extract_all('100-200', '(\\d+)', 1)
regexp_extract_all('abc', '\\d', 0)

-- regexp_count
regexp_count('abcb', 'b')
regexp_count('abc', 'x')
regexp_count(NULL, 'b')
regexp_substr('abc', 'b.')
regexp_substr('abc', 'x')
regexp_instr('abc', 'c')
regexp_instr('abc', 'x')

-- split
split('a,b,c', ',')
split('a,b,c', ',', 2)
split('a,b,c,', ',')
split('a,b,c', ',', 0)
split('a1b2c', '\\d')
split('abc', '')
split('', ',')
split('a.b', '.')
split('a.b', '\\.')
split('a|b', '|')
split(NULL, ',')
split('a,b', NULL)
split('a,b,c', ',')[1]

-- split_part
split_part('a.b.c', '.', 2)
split_part('a.b.c', '.', -1)
split_part('a.b.c', '.', 0)
split_part('a.b.c', '.', 4)
split_part('a.b.c', '', 1)
split_part('abc', '.', 1)
split_part(NULL, '.', 1)
split_part('a.b', '.', NULL)

-- substring_index
substring_index('a.b.c', '.', 2)
substring_index('a.b.c', '.', -1)
substring_index('a.b.c', '.', 0)
substring_index('a.b.c', '', 1)
substring_index('abc', '.', 1)
substring_index(NULL, '.', 1)

-- lpad
lpad('hi', 5, '?!')
lpad('hi', 5)
lpad('hi', 1, '?')
lpad('hi', 0, '?')
lpad('hi', -1, '?')
lpad('hi', 5, '')
lpad(NULL, 5, '?')
lpad('hi', NULL, '?')
lpad(7, 3, '0')
lpad('hi', 5, NULL)
lpad('ä', 3, 'ö')

-- rpad
rpad('hi', 5, '?!')
rpad('hi', 5)
rpad('hi', 1, '?')
rpad('hi', 0)
rpad('hi', 5, '')
rpad(NULL, 5, '?')
rpad(X'01', 3)

-- trim
trim('  x  ')
trim('\t x \n')
trim(BOTH 'x' FROM 'xxaxx')
trim('xy' FROM 'xyaxy')
trim(LEADING 'x' FROM 'xxaxx')
trim(TRAILING 'x' FROM 'xxaxx')
trim(BOTH FROM '  a ')
trim(NULL)
trim('')
trim(BOTH NULL FROM 'a')
trim('  日本 ')
trim(1)

-- btrim
btrim('  x ')
btrim('xxaxx', 'x')
btrim('xyaxy', 'yx')
btrim(NULL, 'x')

-- ltrim
ltrim('  x ')
ltrim('x', 'xxa')
ltrim('xxa', 'x')
ltrim(NULL)

-- rtrim
rtrim(' x  ')
rtrim('axx', 'x')
rtrim('x', 'axx')
rtrim(NULL)

-- repeat
repeat('ab', 3)
repeat('ab', 0)
repeat('ab', -1)
repeat(NULL, 2)
repeat('ab', NULL)
repeat(1, 2)

-- reverse
reverse('abc')
reverse('häß')
reverse('')
reverse(NULL)
reverse(array(1, 2, 3))
reverse(123)

-- initcap
initcap('hello world')
initcap('HELLO wORLD')
initcap('o''neill-smith x.y')
initcap('a\tb')
initcap('')
initcap(NULL)
initcap('ärger über')

-- ascii
ascii('A')
ascii('')
ascii('ä')
ascii('日')
ascii(NULL)
ascii('😀')

-- chr
chr(65)
char(65)
chr(0)
chr(-1)
chr(256)
chr(300)
chr(233)
chr(NULL)

-- overlay
overlay('Spark SQL' PLACING '_' FROM 6)
overlay('Spark SQL' PLACING 'CORE' FROM 7)
overlay('Spark SQL' PLACING 'ANSI ' FROM 7 FOR 0)
overlay('Spark SQL', 'tructured', 2, 4)
overlay('abc', 'x', 10)
overlay('abc' PLACING 'x' FROM 0)
overlay(NULL PLACING 'x' FROM 1)

-- startswith
startswith('abc', 'ab')
startswith('abc', 'AB')
startswith('abc', '')
startswith(NULL, 'a')
startswith('a', NULL)
startswith(123, '1')

-- endswith
endswith('abc', 'bc')
endswith('abc', 'x')
endswith('abc', '')
endswith(NULL, 'a')

-- contains
contains('abc', 'b')
contains('abc', 'B')
contains('abc', '')
contains(NULL, 'a')
contains('a', NULL)
contains(X'010203', X'02')

-- format_string
format_string('%s is %d', 'a', 1)
format_string('%05d', 42)
format_string('%.2f', 1.005D)
format_string('%.2f', 1.5)
format_string('%x', 255)
format_string('%,d', 1234567)
format_string('%s', NULL)
format_string('%d', 'x')
format_string('%%')
format_string('%5s|%-5s|', 'a', 'b')
format_string(NULL)
printf('%s-%s', 'a', 'b')
format_string('%s')

-- format_number
format_number(1234567.891, 2)
format_number(1234567, 0)
format_number(0.5, 0)
format_number(1.5, 0)
format_number(NULL, 2)
format_number(1234.5, -1)
format_number(12332.123456, '##################.###')

-- base64
base64('abc')
base64('')
base64(X'FFEE')
base64(NULL)
base64('the quick brown fox jumps over the lazy dog and runs far away from here today')

-- unbase64
unbase64('YWJj')
unbase64('YWI=')
unbase64('YWI')
unbase64('')
unbase64('!')
unbase64(NULL)
CAST(unbase64('YWJj') AS STRING)

-- hex
hex(255)
hex(-1)
hex('abc')
hex(X'0A0B')
hex(0)
hex(NULL)
hex('ä')

-- unhex
unhex('414243')
unhex('4')
unhex('GG')
unhex('')
unhex(NULL)
CAST(unhex('414243') AS STRING)

-- encode
encode('abc', 'UTF-8')
encode('ä', 'UTF-8')
encode('ä', 'ISO-8859-1')
encode('a', 'UTF-16')
encode('a', 'UTF-16BE')
encode('日', 'US-ASCII')
encode('a', 'nosuch')
encode(NULL, 'UTF-8')

-- decode (bytes)
decode(X'616263', 'UTF-8')
decode(X'E4', 'ISO-8859-1')
decode(X'FF', 'UTF-8')
decode(X'61', 'nosuch')
decode(NULL, 'UTF-8')
decode(encode('ä', 'UTF-16'), 'UTF-16')

-- space
space(3)
space(0)
space(-1)
space(NULL)

-- levenshtein
levenshtein('kitten', 'sitting')
levenshtein('', 'abc')
levenshtein(NULL, 'a')
levenshtein('kitten', 'sitting', 2)

-- soundex
soundex('Miller')
soundex('')
soundex(NULL)

-- elt
elt(1, 'a', 'b')
elt(3, 'a', 'b')
elt(0, 'a', 'b')
elt(NULL, 'a')

-- find_in_set
find_in_set('b', 'a,b,c')
find_in_set('x', 'a,b,c')
find_in_set('a,b', 'a,b,c')
find_in_set(NULL, 'a')

-- mask
mask('AbCd-1234')
mask('AbCd-1234', 'Q')
mask('AbCd-1234', 'Q', 'q', 'd')
mask('AbCd-1234', 'Q', 'q', 'd', 'o')
mask('AbCd-1234', NULL, NULL, NULL, NULL)
mask(NULL)
mask('ÄÖ日本')

-- to_char
to_char(454, '999')
to_char(454.00, '000D00')
to_char(12454, '99G999')
to_char(78.12, '$99.99')
to_char(-12454.8, '99G999D9S')
to_char(DATE '2024-01-02', 'yyyy/MM/dd')
to_number('454', '999')
to_number('12,454.8-', '99,999.9S')
to_number('x', '999')
try_to_number('x', '999')

-- luhn_check
luhn_check('8112189876')
luhn_check('79927398714')
luhn_check('x')
luhn_check(NULL)

-- url_encode
url_encode('https://a.b/c d?e=ä')
url_decode('https%3A%2F%2Fa.b%2Fc+d')
parse_url('http://a.b:80/c/d?e=1#f', 'HOST')
parse_url('http://a.b:80/c/d?e=1#f', 'QUERY', 'e')
parse_url('http://a.b/c', 'QUERY')
