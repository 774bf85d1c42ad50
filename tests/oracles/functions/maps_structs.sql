-- map
map('a', 1, 'b', 2)
map()
map('a', NULL)
map(NULL, 1)
map('a', 1, 'a', 2)
map('a')
map(1, 'x', 2, 'y')
map('a', 1, 'b', 2.5)
map('a', map('b', 1))
map('a', array(1, 2))

-- map keys and values
map_keys(map('a', 1, 'b', 2))
map_keys(map())
map_keys(NULL)
map_values(map('a', 1, 'b', NULL))
map_entries(map('a', 1))
map_entries(NULL)

-- map_from_arrays
map_from_arrays(array('a', 'b'), array(1, 2))
map_from_arrays(array('a'), array(1, 2))
map_from_arrays(array('a', NULL), array(1, 2))
map_from_arrays(array('a', 'a'), array(1, 2))
map_from_arrays(NULL, array(1))
map_from_entries(array(struct('a', 1), struct('b', 2)))
str_to_map('a:1,b:2')
str_to_map('a=1;b=2', ';', '=')
str_to_map('a')
map_concat(map('a', 1), map('b', 2))
map_concat(map('a', 1), map('a', 2))
map_filter(map('a', 1, 'b', 2), (k, v) -> v > 1)
transform_keys(map('a', 1), (k, v) -> upper(k))
transform_values(map('a', 1), (k, v) -> v + 1)
map_zip_with(map('a', 1), map('a', 2), (k, x, y) -> x + y)

-- m[key]
map('a', 1)['a']
map('a', 1)['b']
map('a', 1)[NULL]
map(1, 'x')[1]
map(1, 'x')['1']
map('a', map('b', 5))['a']['b']

-- map_contains_key
map_contains_key(map('a', 1), 'a')
map_contains_key(map('a', 1), 'b')
map_contains_key(NULL, 'a')
map_contains_key(map('a', 1), NULL)
map_contains_key(map(1, 2), 1L)

-- struct
struct(1, 'a')
struct(1 AS x, 'a' AS y)
struct(NULL)
struct(1 AS x).x
struct(1, 2).col2
named_struct('a', 1, 'b', 'x')
named_struct('a', NULL)
named_struct('a')
named_struct(1, 2)
named_struct('a', named_struct('b', 5)).a.b
named_struct('a', 1)['a']
named_struct('a', 1).b
named_struct('A', 1).a
(1, 'a')
SELECT s.a, s.b FROM VALUES (named_struct('a', 1, 'b', 'x')) AS t(s)
SELECT s.* FROM VALUES (named_struct('a', 1, 'b', 'x')) AS t(s)
SELECT t.s.a FROM VALUES (named_struct('a', 1, 'b', 'x')) AS t(s)
SELECT s.a FROM VALUES (array(named_struct('a', 1), named_struct('a', 2))) AS t(s)
SELECT m.k FROM VALUES (map('k', 1)) AS t(m)

-- get_json_object
get_json_object('{"a": 1}', '$.a')
get_json_object('{"a": {"b": "x"}}', '$.a.b')
get_json_object('{"a": [1, 2]}', '$.a[1]')
get_json_object('{"a": [1, 2]}', '$.a')
get_json_object('{"a": [{"b": 1}, {"b": 2}]}', '$.a[*].b')
get_json_object('{"a": "x"}', '$.b')
get_json_object('{"a": null}', '$.a')
get_json_object('x', '$.a')
get_json_object(NULL, '$.a')
get_json_object('{"a": true}', '$.a')
get_json_object('{"a b": 1}', '$["a b"]')
get_json_object('{"a": 1.50}', '$.a')
get_json_object('[1, 2]', '$[0]')
get_json_object('{"a": "x"}', 'a')
get_json_object('{"a":  {"b":1, "c" : 2}}', '$.a')
json_array_length('[1, 2, 3]')
json_array_length('x')
json_object_keys('{"a": 1, "b": 2}')
SELECT a, b FROM VALUES ('{"a": 1, "b": "x"}') AS t(j) LATERAL VIEW json_tuple(j, 'a', 'b') e AS a, b

-- from_json
from_json('{"a": 1, "b": "x"}', 'a INT, b STRING')
from_json('{"a": 1}', 'STRUCT<a: INT, b: STRING>')
from_json('[1, 2]', 'ARRAY<INT>')
from_json('{"a": 1}', 'MAP<STRING, INT>')
from_json('x', 'a INT')
from_json('{"a": "x"}', 'a INT')
from_json(NULL, 'a INT')
from_json('{"d": "2024-01-02"}', 'd DATE')
from_json('{"a": 1}', 'nosuch type here')
from_json('{"A": 1}', 'a INT')
schema_of_json('{"a": 1, "b": [1.5]}')

-- to_json
to_json(named_struct('a', 1, 'b', 'x'))
to_json(named_struct('a', NULL, 'b', 1))
to_json(array(1, 2))
to_json(map('a', 1))
to_json(array(named_struct('a', 1)))
to_json(named_struct('d', DATE '2024-01-02', 't', TIMESTAMP '2024-01-02 03:04:05.678'))
to_json(named_struct('x', 1.50, 'y', 1e10))
to_json(named_struct('s', 'a"b\\c\n'))
to_json(NULL)
to_json(1)
to_json(named_struct('b', X'0102'))

-- parse_json
to_json(parse_json('{"a": [1, "x"]}'))
variant_get(parse_json('{"a": 1}'), '$.a', 'int')
typeof(parse_json('1'))
try_parse_json('x')
CAST(parse_json('5') AS INT)
-- note: On Databricks `:` reads a path of a VARIANT or of a JSON text; Spark has it for VARIANT alone or not at all.
parse_json('{"a": {"b": 5}}'):a.b::INT
-- note: On Databricks `:` reads a path of a JSON text; Spark does not.
'{"a": 1}':a
