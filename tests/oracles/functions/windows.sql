-- FROM VALUES (1, 'a', 10), (2, 'a', 20), (3, 'a', 20), (4, 'b', NULL), (5, 'b', 5) AS t(id, k, n) ORDER BY id

-- row_number
row_number() OVER (ORDER BY id)
row_number() OVER (PARTITION BY k ORDER BY id DESC)
row_number() OVER ()
row_number()

-- rank
rank() OVER (ORDER BY n)
rank() OVER (PARTITION BY k ORDER BY n DESC)
dense_rank() OVER (ORDER BY n)
percent_rank() OVER (ORDER BY n)
cume_dist() OVER (ORDER BY n)

-- ntile
ntile(2) OVER (ORDER BY id)
ntile(3) OVER (ORDER BY id)
ntile(0) OVER (ORDER BY id)

-- lag
lag(n) OVER (ORDER BY id)
lag(n, 2) OVER (ORDER BY id)
lag(n, 1, -1) OVER (PARTITION BY k ORDER BY id)
lag(n) IGNORE NULLS OVER (ORDER BY id)
lead(n) OVER (ORDER BY id)
lead(n, 1, 0) OVER (ORDER BY id)
lead(k, 2, 'z') OVER (ORDER BY id)
lag(n)

-- first_value over
first_value(n) OVER (PARTITION BY k ORDER BY id)
first_value(n) IGNORE NULLS OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
last_value(n) OVER (PARTITION BY k ORDER BY id)
last_value(n) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
nth_value(n, 2) OVER (ORDER BY id)

-- aggregates over
sum(n) OVER (ORDER BY id)
sum(n) OVER (PARTITION BY k)
sum(n) OVER ()
sum(n) OVER (ORDER BY n)
sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
sum(n) OVER (ORDER BY id ROWS 1 PRECEDING)
sum(n) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
sum(n) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)
sum(n) OVER (ORDER BY n RANGE BETWEEN 10 PRECEDING AND CURRENT ROW)
count(*) OVER (PARTITION BY k)
avg(n) OVER (PARTITION BY k)
max(n) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)
min(n) OVER (PARTITION BY k)
collect_list(n) OVER (PARTITION BY k ORDER BY id)
count(DISTINCT n) OVER (PARTITION BY k)
sum(n) FILTER (WHERE id > 2) OVER (PARTITION BY k)
sum(n) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW)
sum(sum(n)) OVER ()
n - lag(n) OVER (ORDER BY id)
SELECT id, sum(n) OVER w FROM VALUES (1, 10), (2, 20) AS t(id, n) WINDOW w AS (ORDER BY id) ORDER BY id
SELECT k, sum(count(*)) OVER (ORDER BY k) FROM VALUES ('a'), ('b'), ('a') AS t(k) GROUP BY k ORDER BY k
SELECT id, n FROM VALUES (1, 'a', 10), (2, 'a', 20), (3, 'b', 5) AS t(id, k, n) QUALIFY row_number() OVER (PARTITION BY k ORDER BY n DESC) = 1 ORDER BY id
SELECT id FROM VALUES (1), (2) AS t(id) WHERE row_number() OVER (ORDER BY id) = 1
