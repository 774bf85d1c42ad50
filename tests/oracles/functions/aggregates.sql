-- FROM VALUES (1, 'a', 10, 1.50, 2.5e0, TRUE, DATE '2024-01-01'), (2, 'b', NULL, 2.25, NULL, FALSE, DATE '2024-02-01'), (3, 'a', 30, NULL, 4e0, NULL, NULL), (4, NULL, 10, 4.00, 1e0, TRUE, DATE '2023-12-31') AS t(id, k, n, d, x, b, day)

-- count
count(*)
count(n)
count(DISTINCT n)
count(k, n)
count(DISTINCT k, n)
count(1)
count(NULL)
count(*) FILTER (WHERE id > 2)
count_if(b)
count_if(n > 10)
count_if(NULL)
count(DISTINCT k) FILTER (WHERE id < 3)

-- sum
sum(n)
sum(id)
sum(d)
sum(x)
sum(DISTINCT n)
sum(NULL)
sum(k)
sum(CAST(n AS BIGINT))
sum(n) FILTER (WHERE id > 100)
sum(9223372036854775807)
try_sum(9223372036854775807)
sum(b)
sum('2')

-- avg
avg(n)
avg(d)
avg(x)
avg(DISTINCT n)
avg(NULL)
mean(n)
avg(CAST(n AS DECIMAL(10,0)))
try_avg(n)

-- min
min(n)
min(k)
min(d)
min(day)
min(b)
min(NULL)
min(array(n))

-- max
max(n)
max(k)
max(x)
max(day)
max(b)
max(named_struct('a', n, 'b', k))

-- any_value
any_value(1)
any_value(NULL)
SELECT any_value(k) FROM VALUES ('z') AS t(k)
SELECT any_value(k, TRUE) FROM VALUES (NULL), ('z') AS t(k)

-- first
SELECT first(k) FROM VALUES ('z') AS t(k)
SELECT first(k, TRUE) FROM VALUES (NULL), ('z') AS t(k)
SELECT first(k) IGNORE NULLS FROM VALUES (NULL), ('z') AS t(k)
SELECT first_value(k) FROM VALUES ('z') AS t(k)
SELECT last(k) FROM VALUES ('z') AS t(k)
SELECT last(k, TRUE) FROM VALUES ('z'), (NULL) AS t(k)
SELECT last_value(k) IGNORE NULLS FROM VALUES ('z'), (NULL) AS t(k)

-- collect_list
sort_array(collect_list(n))
sort_array(collect_list(k))
collect_list(NULL)
sort_array(collect_list(DISTINCT n))
sort_array(collect_list(n) FILTER (WHERE id > 1))
sort_array(array_agg(n))
SELECT collect_list(x) FROM VALUES (1) AS t(x) WHERE x > 1

-- collect_set
sort_array(collect_set(n))
sort_array(collect_set(k))
collect_set(NULL)

-- stddev
stddev(n)
stddev_samp(n)
stddev_pop(n)
std(n)
SELECT stddev(x) FROM VALUES (1) AS t(x)
SELECT stddev_pop(x) FROM VALUES (1) AS t(x)

-- variance
variance(n)
var_samp(n)
var_pop(n)
variance(NULL)

-- correlation
corr(id, n)
covar_samp(id, n)
covar_pop(id, n)
skewness(id)
kurtosis(id)

-- percentile
percentile(id, 0.5)
percentile(id, array(0.25, 0.75))
median(id)
percentile_cont(0.5) WITHIN GROUP (ORDER BY id)
percentile_disc(0.5) WITHIN GROUP (ORDER BY id)
percentile(n, 1.5)
mode(n)

-- percentile_approx
percentile_approx(id, 0.5)
percentile_approx(id, array(0.0, 0.5, 1.0))
percentile_approx(x, 0.5)
approx_percentile(id, 0.5, 100)
percentile_approx(NULL, 0.5)
percentile_approx(id, 2)

-- approx_count_distinct
approx_count_distinct(n)
approx_count_distinct(k)
approx_count_distinct(NULL)

-- bool_and
bool_and(b)
bool_or(b)
every(b)
some(b)
any(b)
bool_and(NULL)
bool_and(id)
bool_and(id > 0)
bool_or(id > 3)

-- max_by
max_by(k, id)
max_by(id, n)
min_by(id, x)
min_by(k, n)
max_by(k, NULL)

-- listagg
listagg(k)
listagg(k, ',')
listagg(k, ',') WITHIN GROUP (ORDER BY k)
listagg(k, ',') WITHIN GROUP (ORDER BY k DESC)
listagg(DISTINCT k, ',') WITHIN GROUP (ORDER BY k)
listagg(n, '-') WITHIN GROUP (ORDER BY n)
string_agg(k, '|') WITHIN GROUP (ORDER BY k)
SELECT listagg(x) FROM VALUES ('a') AS t(x) WHERE x = 'b'

-- bitwise aggregates
bit_and(n)
bit_or(n)
bit_xor(n)

-- product and histograms
histogram_numeric(id, 2)
count_min_sketch(id, 0.5D, 0.5D, 1)
hex(CAST(sum(id) AS STRING))

-- GROUP BY
SELECT k, count(*) FROM VALUES ('a'), ('b'), ('a'), (NULL) AS t(k) GROUP BY k ORDER BY k
SELECT k, sum(n) FROM VALUES ('a', 1), ('b', 2), ('a', 3) AS t(k, n) GROUP BY k HAVING sum(n) > 2 ORDER BY k
SELECT k, sum(n) FROM VALUES ('a', 1), ('b', 2), ('a', 3) AS t(k, n) GROUP BY 1 ORDER BY 1 DESC
SELECT k, sum(n) FROM VALUES ('a', 1), ('b', 2), ('a', 3) AS t(k, n) GROUP BY ALL ORDER BY ALL
SELECT k, sum(n) FROM VALUES ('a', 1), ('b', 2) AS t(k, n) GROUP BY ROLLUP (k) ORDER BY k
SELECT k, n, count(*) FROM VALUES ('a', 1), ('b', 2) AS t(k, n) GROUP BY CUBE (k, n) ORDER BY k, n
SELECT k, n, count(*) FROM VALUES ('a', 1), ('b', 2) AS t(k, n) GROUP BY GROUPING SETS ((k), (n)) ORDER BY k, n
SELECT k, grouping(k), count(*) FROM VALUES ('a'), ('b') AS t(k) GROUP BY ROLLUP (k) ORDER BY k
SELECT k, n FROM VALUES ('a', 1) AS t(k, n) GROUP BY k
SELECT sum(n) FROM VALUES (1) AS t(n) WHERE sum(n) > 1
SELECT DISTINCT k FROM VALUES ('a'), ('b'), ('a') AS t(k) ORDER BY k
SELECT upper(k) AS u, count(*) FROM VALUES ('a'), ('A') AS t(k) GROUP BY u

-- ORDER BY
SELECT x FROM VALUES (2), (NULL), (1) AS t(x) ORDER BY x
SELECT x FROM VALUES (2), (NULL), (1) AS t(x) ORDER BY x DESC
SELECT x FROM VALUES (2), (NULL), (1) AS t(x) ORDER BY x NULLS LAST
SELECT x FROM VALUES (2), (NULL), (1) AS t(x) ORDER BY x DESC NULLS FIRST
SELECT x FROM VALUES ('b'), ('A'), ('a') AS t(x) ORDER BY x
SELECT x FROM VALUES (1), (2), (3) AS t(x) ORDER BY x LIMIT 2
SELECT x FROM VALUES (1), (2), (3) AS t(x) ORDER BY x LIMIT 1 OFFSET 1
SELECT x FROM VALUES (1), (2), (3) AS t(x) ORDER BY -x

-- set operations
SELECT 1 UNION SELECT 1
SELECT 1 UNION ALL SELECT 1
SELECT 1 UNION SELECT 2.5 ORDER BY 1
SELECT 1 UNION ALL SELECT 'a'
SELECT 1 INTERSECT SELECT 1
SELECT 1 EXCEPT SELECT 1
SELECT 1 MINUS SELECT 2
SELECT x FROM VALUES (1), (1), (2) AS t(x) EXCEPT ALL SELECT 1 ORDER BY x

-- joins
SELECT a.x, b.y FROM VALUES (1), (2) AS a(x) JOIN VALUES (1, 'p') AS b(x, y) ON a.x = b.x
SELECT a.x, b.y FROM VALUES (1), (2) AS a(x) LEFT JOIN VALUES (1, 'p') AS b(x, y) ON a.x = b.x ORDER BY a.x
SELECT x, y FROM VALUES (1), (2) AS a(x) FULL OUTER JOIN VALUES (1, 'p'), (3, 'q') AS b(x, y) USING (x) ORDER BY x
SELECT x FROM VALUES (1), (2) AS a(x) LEFT SEMI JOIN VALUES (1) AS b(y) ON a.x = b.y
SELECT x FROM VALUES (1), (2) AS a(x) LEFT ANTI JOIN VALUES (1) AS b(y) ON a.x = b.y
SELECT x, y FROM VALUES (1), (2) AS a(x) CROSS JOIN VALUES (3) AS b(y) ORDER BY x
SELECT * FROM VALUES (1) AS a(x) NATURAL JOIN VALUES (1, 2) AS b(x, y)
SELECT x FROM VALUES (1), (NULL) AS a(x) WHERE x NOT IN (SELECT 2)
SELECT x FROM VALUES (1), (2) AS a(x) WHERE x NOT IN (SELECT y FROM VALUES (1), (NULL) AS b(y))
SELECT x FROM VALUES (1), (2) AS a(x) WHERE EXISTS (SELECT 1 FROM VALUES (2) AS b(y) WHERE y = x)
SELECT (SELECT max(y) FROM VALUES (1), (5) AS b(y))
SELECT x, (SELECT y FROM VALUES (1, 'p') AS b(z, y) WHERE z = x) FROM VALUES (1), (2) AS a(x) ORDER BY x

-- VALUES
SELECT x FROM VALUES (1), (2.5) AS t(x) ORDER BY x
SELECT x FROM VALUES (1.5), (2.25), (NULL) AS t(x) ORDER BY x
SELECT x FROM VALUES (1), (2L) AS t(x) ORDER BY x
SELECT x FROM VALUES (1), ('a') AS t(x)
SELECT x FROM VALUES (NULL), (DATE '2024-01-01') AS t(x) ORDER BY x
SELECT x, y FROM VALUES (1, 'a'), (2) AS t(x, y)
SELECT * FROM (VALUES (1, 'a')) AS t(x, y)
