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
-8 >>> 1
1e3BD
TIMESTAMP_LTZ '2024-01-02 03:04:05'
INTERVAL 1 YEAR 2 MONTHS
trim(BOTH FROM '  a ')

-- A window that Spark refuses is computed.
count(DISTINCT n) OVER (PARTITION BY k)
row_number() OVER ()

-- An error of the query engine that has no class of Spark's yet.
map(NULL, 1)
map('a', 1, 'a', 2)
SELECT s.a FROM VALUES (array(named_struct('a', 1), named_struct('a', 2))) AS t(s)

-- Types that Spark does not compare or take are compared or taken.
SELECT x FROM VALUES (1), ('a') AS t(x)
array(1) = array('1')

-- `exists` of an array is not told from EXISTS of a query.
exists(array(1, 2), x -> x = 2)
exists(array(1, NULL), x -> x = 2)
exists(array(1, 2), x -> x = 3)
exists(array(), x -> TRUE)
exists(NULL, x -> TRUE)

-- NULL in a container is the greatest value, in Spark the least.
max(named_struct('a', n, 'b', k))
min(array(n))
