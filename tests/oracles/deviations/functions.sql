-- A form of an expression or literal that our parser does not know.
1 !> 2
1 !< 2
1 IN ()
'abc' LIKE ANY ()
'a' RLIKE NULL
-8 >>> 1
1e3BD
TIMESTAMP_LTZ '2024-01-02 03:04:05'
trim(BOTH FROM '  a ')

-- An error of the query engine that has no class of Spark's yet.
map(NULL, 1)
map('a', 1, 'a', 2)

-- Types that Spark does not compare or take are compared or taken.
SELECT x FROM VALUES (1), ('a') AS t(x)
array(1) = array('1')

-- NULL in a container is the greatest value, in Spark the least.
max(named_struct('a', n, 'b', k))
min(array(n))
