-- =
1 = 1
1 = 1L
1 = 1.0
1 = 1.0D
1 = '1'
1 = TRUE
1L = 1
1L = 1L
1L = 1.0
1L = 1.0D
1L = '1'
1L = TRUE
1.0 = 1
1.0 = 1L
1.0 = 1.0
1.0 = 1.0D
1.0 = '1'
1.0 = TRUE
1.0D = 1
1.0D = 1L
1.0D = 1.0
1.0D = 1.0D
1.0D = '1'
1.0D = TRUE
'1' = 1
'1' = 1L
'1' = 1.0
'1' = 1.0D
'1' = '1'
'1' = TRUE
TRUE = 1
TRUE = 1L
TRUE = 1.0
TRUE = 1.0D
TRUE = '1'
TRUE = TRUE
1 = '1.0'
1 = 'x'
1.5 = '1.5'
1 = NULL
NULL = NULL
'a' = 'A'
'a' = 'a '
'' = NULL
DATE '2024-01-01' = '2024-01-01'
DATE '2024-01-01' = TIMESTAMP '2024-01-01 00:00:00'
TIMESTAMP '2024-01-01 00:00:00' = '2024-01-01'
DATE '2024-01-01' = 1
DATE '2024-01-01' = 'x'
array(1, 2) = array(1, 2)
array(1) = array('1')
named_struct('a', 1) = named_struct('b', 1)
map('a', 1) = map('a', 1)
double('NaN') = double('NaN')
0.0D = -0.0D
X'41' = 'A'
1 == 1
TRUE = 'true'
1Y = 1S
9007199254740993 = 9007199254740992D
0.1 = 0.1D
0.1F = 0.1D
array(NULL) = array(NULL)
INTERVAL '1' DAY = INTERVAL '24' HOUR

-- <>
1 <> 2
1 != 2
1 != '1'
NULL <> 1
'a' <> 'b'
1 <> 1.0
NOT 1 = 1

-- <
1 < 2
2 < 1
1 <= 1
2 >= 1
2 > 1
1 < NULL
'a' < 'b'
'B' < 'a'
'10' < '9'
10 < '9'
'ä' > 'z'
FALSE < TRUE
DATE '2024-01-01' < '2024-01-02'
DATE '2024-01-01' < TIMESTAMP '2024-01-01 00:00:01'
double('NaN') > double('Infinity')
1 !> 2
1 !< 2
array(1, 2) < array(1, 3)
array(1) < array(1, 0)
named_struct('a', 1) < named_struct('a', 2)
map('a', 1) < map('a', 2)
1.5 > 1
1 < 1.5D
X'01' < X'02'
NULL < NULL

-- <=>
1 <=> 1
1 <=> 2
NULL <=> NULL
1 <=> NULL
'a' <=> NULL
1 <=> '1'
equal_null(1, NULL)
equal_null(NULL, NULL)
1 IS DISTINCT FROM NULL
NULL IS NOT DISTINCT FROM NULL
double('NaN') <=> double('NaN')

-- AND, OR, NOT
TRUE AND TRUE
TRUE AND FALSE
TRUE AND NULL
FALSE AND TRUE
FALSE AND FALSE
FALSE AND NULL
NULL AND TRUE
NULL AND FALSE
NULL AND NULL
TRUE OR TRUE
TRUE OR FALSE
TRUE OR NULL
FALSE OR TRUE
FALSE OR FALSE
FALSE OR NULL
NULL OR TRUE
NULL OR FALSE
NULL OR NULL
NOT TRUE
NOT NULL
! TRUE
1 AND TRUE
'true' AND TRUE
'x' OR TRUE
xor(1,1)

-- IS
NULL IS NULL
1 IS NULL
1 IS NOT NULL
NULL IS TRUE
TRUE IS TRUE
FALSE IS NOT TRUE
NULL IS NOT FALSE
NULL IS UNKNOWN
TRUE IS NOT UNKNOWN
isnull(NULL)
isnull(1)
isnotnull(NULL)
isnotnull('')
isnan(double('NaN'))
isnan(1.0D)
isnan(NULL)
array(NULL) IS NULL

-- IN
1 IN (1, 2)
3 IN (1, 2)
1 IN (2, NULL)
1 IN (1, NULL)
NULL IN (1, 2)
NULL IN (NULL)
1 NOT IN (2, 3)
1 NOT IN (2, NULL)
1 IN ('1', '2')
'1' IN (1, 2)
1 IN ('x')
1 IN (1.0, 2.5)
'a' IN ('a', 'b')
'A' IN ('a')
DATE '2024-01-01' IN ('2024-01-01')
(1, 'a') IN ((1, 'a'), (2, 'b'))
1 IN (TRUE)
array(1) IN (array(1), array(2))
1 IN ()

-- BETWEEN
2 BETWEEN 1 AND 3
4 BETWEEN 1 AND 3
2 BETWEEN 3 AND 1
NULL BETWEEN 1 AND 3
2 BETWEEN NULL AND 3
4 BETWEEN NULL AND 3
2 NOT BETWEEN 1 AND 3
'b' BETWEEN 'a' AND 'c'
2 BETWEEN '1' AND '3'
1.5 BETWEEN 1 AND 2
DATE '2024-06-01' BETWEEN '2024-01-01' AND '2024-12-31'
2 BETWEEN 1 AND 3 AND TRUE
'10' BETWEEN 9 AND 11

-- LIKE
'abc' LIKE 'a%'
'abc' LIKE '_b_'
'abc' LIKE 'ABC'
'abc' LIKE '%'
'' LIKE '%'
'' LIKE ''
'' LIKE '_'
'a%c' LIKE 'a\%c'
'abc' LIKE 'a\%c'
'a_c' LIKE 'a\_c'
'a\\c' LIKE 'a\\\\c'
'a%c' LIKE 'a#%c' ESCAPE '#'
'abc' LIKE 'a#%c' ESCAPE '#'
'a#c' LIKE 'a##c' ESCAPE '#'
'abc' LIKE 'a#bc' ESCAPE '#'
'abc' LIKE 'abc#' ESCAPE '#'
'abc' LIKE 'a%' ESCAPE 'xx'
'a\nb' LIKE 'a%b'
'a.c' LIKE 'a.c'
'abc' LIKE 'a.c'
NULL LIKE 'a'
'a' LIKE NULL
'abc' NOT LIKE 'a%'
123 LIKE '1%'
'abc' LIKE ANY ('a%', 'x%')
'abc' LIKE ALL ('a%', '%c')
'abc' LIKE SOME ('x%')
'abc' NOT LIKE ANY ('a%', 'x%')
'abc' LIKE ANY ()
'日本語' LIKE '日__'
'a\\%b' LIKE r'a\\\%b'
like('abc', 'a%')

-- ILIKE
'ABC' ILIKE 'a%'
'abc' ILIKE '_B_'
'Ä' ILIKE 'ä'
'abc' NOT ILIKE 'A%'
NULL ILIKE 'a'
'A%' ILIKE 'a\%'
'ABC' ILIKE ANY ('x', 'a%')
'A#' ILIKE 'a##' ESCAPE '#'
ilike('ABC', 'a%')

-- RLIKE
'abc' RLIKE 'b'
'abc' RLIKE '^b'
'abc' RLIKE '^a.c$'
'abc' REGEXP 'B'
'abc' RLIKE '(?i)B'
'a1' RLIKE '\\d'
'a1' RLIKE r'\d'
'a1' RLIKE '\d'
'a' RLIKE ''
NULL RLIKE 'a'
'a' RLIKE NULL
'a' RLIKE '('
'abc' NOT RLIKE 'b'
'ab\ncd' RLIKE '^cd'
'user@example.com' RLIKE '^[\\w.]+@[\\w.]+\\.com$'
'aa' RLIKE '(a)\\1'
'foobar' RLIKE 'foo(?=bar)'
regexp_like('abc', 'b.')
regexp_like('abc', 'x')
regexp('abc', 'b')
rlike('abc', 'b')
