-- A statement of the platform that our parser does not know by name yet.
ALTER CATALOG pg OPTIONS (authorized_paths 's3://b/x')
DROP TEMPORARY FUNCTION IF EXISTS f
SHOW TABLES IN CATALOG main SCHEMA LIKE 'jdbc.test.schema' LIKE '*'
ALTER TABLE prod.sales.orders ALTER COLUMN a COMMENT 'x', b COMMENT 'y'
ALTER VIEW prod.sales.v WITH SCHEMA BINDING

-- Columns of intervals are refused as a type that there is not.
CREATE TABLE IF NOT EXISTS main.jdbc_test_schema.intervals_demo (iv_year INTERVAL YEAR, iv_month INTERVAL MONTH, iv_year_to_mon INTERVAL YEAR TO MONTH, iv_day INTERVAL DAY, iv_day_to_sec INTERVAL DAY TO SECOND)

-- Spark has not got the statement and reads its second word as the name of a table, with a column after it.
DESCRIBE HISTORY `prod`.`sales`.`orders`
DESC HISTORY delta.`/path`
DESCRIBE DETAIL prod.sales.orders
DESCRIBE DETAIL delta.`/path/to/t`
DESCRIBE CATALOG prod
DESCRIBE VOLUME prod.sales.vol

-- Spark has one node for renaming tables and views.
ALTER VIEW prod.sales.v RENAME TO prod.sales.w

-- Spark alters the column, and sqlglot takes the name of four parts for a table's.
COMMENT ON COLUMN prod.sales.orders.id IS 'hello'

-- We read the argument of IDENTIFIER when the query is planned.
SELECT IDENTIFIER('id') FROM IDENTIFIER('prod.sales.orders')

-- Spark's parser takes no semicolon, which the platform's front end strips: an empty statement is left.
;

-- A name with a hyphen is refused by its place in a query, and not as a name.
SELECT 1 FROM a-b

-- Types and literals of queries are checked when the query is planned.
SELECT CAST(1 AS NOSUCHTYPE)
SELECT DATE '2024-13-45'
SELECT X'0G'

-- A malformed type is an error of syntax without a class of its own yet.
CREATE TABLE t (id DECIMAL(5,2,1))
CREATE TABLE t (a ARRAY)

-- IF NOT EXISTS with OR REPLACE has a class of our own.
CREATE OR REPLACE TABLE IF NOT EXISTS t (id INT)
CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1
