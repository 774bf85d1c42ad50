-- array
array(1, 2, 3)
array()
array(1, NULL)
array(NULL)
array(1, 2.5)
array(1, 'a')
array(1, 2L)
array('a', 'b')
array(array(1), array(2, 3))
array(named_struct('a', 1), named_struct('a', 2))
array(1, TRUE)
array(DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00')

-- element_at
element_at(array(1, 2, 3), 1)
element_at(array(1, 2, 3), -1)
element_at(array(1, 2, 3), 0)
element_at(array(1, 2, 3), 4)
element_at(array(1, NULL), 2)
element_at(NULL, 1)
element_at(map('a', 1), 'a')
element_at(map('a', 1), 'b')
element_at(map(1, 'a'), 1L)

-- []
array(1, 2, 3)[0]
array(1, 2, 3)[2]
array(1, 2, 3)[3]
array(1, 2, 3)[-1]
array(1, 2, 3)[NULL]
array(array(1, 2), array(3))[1][0]
array(1, 2, 3)['1']
array(1)[0L]

-- get
get(array(1, 2, 3), 0)
get(array(1, 2, 3), 3)
get(array(1, 2, 3), -1)

-- array_contains
array_contains(array(1, 2), 1)
array_contains(array(1, 2), 3)
array_contains(array(1, NULL), 3)
array_contains(array(1, NULL), 1)
array_contains(NULL, 1)
array_contains(array(1), NULL)
array_contains(array('a', 'b'), 'a')
array_contains(array(1, 2), '1')
array_contains(array(1, 2), 1.0)

-- size
size(array(1, 2))
size(array())
size(NULL)
size(CAST(NULL AS ARRAY<INT>))
size(map('a', 1))
cardinality(array(1, 2))
array_size(array(1, 2))
array_size(NULL)
size('a')

-- array_distinct
array_distinct(array(1, 2, 1, NULL, NULL))
array_distinct(array())
array_distinct(NULL)
array_distinct(array('b', 'a', 'b'))

-- array_join
array_join(array('a', 'b'), ',')
array_join(array('a', NULL, 'b'), ',')
array_join(array('a', NULL, 'b'), ',', '?')
array_join(array(), ',')
array_join(NULL, ',')
array_join(array(1, 2), '-')

-- array_sort
array_sort(array(3, 1, NULL, 2))
array_sort(array('b', 'a', 'B'))
array_sort(array(3, 1, 2), (a, b) -> b - a)
array_sort(array())
array_sort(NULL)

-- sort_array
sort_array(array(3, 1, NULL, 2))
sort_array(array(3, 1, NULL, 2), FALSE)
sort_array(array('b', 'a'))
sort_array(array(double('NaN'), 1.0D))

-- slice
slice(array(1, 2, 3, 4), 2, 2)
slice(array(1, 2, 3, 4), -2, 2)
slice(array(1, 2, 3, 4), 2, 10)
slice(array(1, 2, 3, 4), 10, 2)
slice(array(1, 2, 3, 4), 0, 2)
slice(array(1, 2, 3, 4), 1, -1)
slice(NULL, 1, 1)

-- flatten
flatten(array(array(1, 2), array(3)))
flatten(array(array(1), NULL))
flatten(array(array(array(1))))
flatten(array(1))
flatten(NULL)

-- transform
transform(array(1, 2), x -> x + 1)
transform(array(1, 2), (x, i) -> x * i)
transform(array(), x -> x)
transform(NULL, x -> x)
transform(array('a', NULL), x -> upper(x))
transform(array(array(1, 2)), a -> transform(a, x -> x * 2))
transform(array(1, 2), x -> named_struct('v', x))

-- filter
filter(array(1, 2, 3), x -> x > 1)
filter(array(1, NULL, 3), x -> x > 1)
filter(array(1, 2, 3), (x, i) -> i > 0)
filter(array(), x -> TRUE)
filter(NULL, x -> TRUE)

-- exists
exists(array(1, 2), x -> x = 2)
exists(array(1, NULL), x -> x = 2)
exists(array(1, 2), x -> x = 3)
exists(array(), x -> TRUE)
exists(NULL, x -> TRUE)

-- forall
forall(array(1, 2), x -> x > 0)
forall(array(1, NULL), x -> x > 0)
forall(array(), x -> FALSE)

-- aggregate
aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x)
aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x, acc -> acc * 10)
aggregate(array(1, NULL), 0, (acc, x) -> acc + x)
aggregate(array(), 5, (acc, x) -> acc + x)
reduce(array(1, 2, 3), 1, (acc, x) -> acc * x)
aggregate(NULL, 0, (acc, x) -> acc + x)
aggregate(array('a', 'b'), '', (acc, x) -> acc || x)

-- zip_with
zip_with(array(1, 2), array(3, 4), (a, b) -> a + b)
zip_with(array(1), array(3, 4), (a, b) -> coalesce(a, 0) + b)

-- arrays_zip
arrays_zip(array(1, 2), array('a', 'b'))
arrays_zip(array(1), array('a', 'b'))
arrays_zip(array(1), NULL)

-- arrays_overlap
arrays_overlap(array(1, 2), array(2, 3))
arrays_overlap(array(1), array(2))
arrays_overlap(array(1, NULL), array(2))
arrays_overlap(array(), array(1))

-- array_position
array_position(array(3, 2, 1), 1)
array_position(array(3, 2, 1), 4)
array_position(array(1, NULL), NULL)
array_position(NULL, 1)

-- array_except
array_except(array(1, 2, 2, 3), array(2))
array_except(array(1, NULL, NULL), array(1))
array_except(array(1), NULL)

-- array_union
array_union(array(1, 2, 2), array(2, 3))
array_union(array(1, NULL), array(NULL))
array_union(NULL, array(1))
array_union(array(1), array('a'))

-- array_intersect
array_intersect(array(1, 2, 2, 3), array(2, 3))
array_intersect(array(1, NULL), array(NULL))
array_intersect(array(1), array(2))

-- array_append
array_append(array(1, 2), 3)
array_append(array(1), NULL)
array_append(NULL, 1)
array_prepend(array(1, 2), 0)
array_insert(array(1, 3), 2, 2)
array_insert(array(1, 3), -1, 4)
array_remove(array(1, 2, 1), 1)
array_remove(array(1, NULL), 1)
array_repeat('a', 3)
array_repeat('a', 0)
array_compact(array(1, NULL, 2))
array_max(array(1, NULL, 3))
array_min(array(1, NULL, 3))
array_max(array())
shuffle(array(1))

-- sequence
sequence(1, 3)
sequence(3, 1)
sequence(1, 10, 3)
sequence(1, 3, -1)
sequence(1, 1)
sequence(DATE '2024-01-01', DATE '2024-01-03')
sequence(DATE '2024-01-31', DATE '2024-04-30', INTERVAL '1' MONTH)
sequence(DATE '2024-01-01', DATE '2024-01-03', INTERVAL 1 DAY)
sequence(TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP '2024-01-01 02:00:00', INTERVAL '1' HOUR)
sequence(1, NULL)
sequence(1, 3, 0)

-- explode
explode(array(1, 2))
explode(array())
explode(map('a', 1, 'b', 2))
explode(NULL)
explode_outer(array())
explode_outer(CAST(NULL AS ARRAY<INT>))
posexplode(array('a', 'b'))
SELECT * FROM explode(array(1, 2)) AS t(x)
SELECT * FROM explode(map('a', 1))
SELECT * FROM posexplode(array('a', 'b'))
SELECT x FROM VALUES (array(1, 2)), (array(3)) AS t(a) LATERAL VIEW explode(a) e AS x ORDER BY x
SELECT id, x FROM VALUES (1, array(10, 20)), (2, array()) AS t(id, a) LATERAL VIEW OUTER explode(a) e AS x ORDER BY id, x
SELECT id, x FROM VALUES (1, array(10, 20)) AS t(id, a), LATERAL explode(a) AS e(x) ORDER BY x
SELECT explode(array(1, 2)), explode(array(3, 4))
inline(array(named_struct('a', 1, 'b', 'x'), named_struct('a', 2, 'b', 'y')))
stack(2, 1, 'a', 2, 'b')
SELECT id FROM range(3)
SELECT id FROM range(1, 6, 2)
SELECT id FROM range(3, 0, -1)
