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

-- Spark keeps the query of DESCRIBE as a tree of its own, whose names are not shown.
DESCRIBE QUERY SELECT * FROM prod.sales.orders

-- Spark does not look up the table that a foreign key points to.
CREATE TABLE prod.sales.t (id INT, CONSTRAINT pk PRIMARY KEY (id) RELY, CONSTRAINT fk FOREIGN KEY (id) REFERENCES prod.sales.u (id))
ALTER TABLE prod.sales.orders ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES prod.sales.customers (id)

-- A literal out of the range of its suffix is refused when the statement is run, not when it is read.
SELECT 128Y

-- Spark looks the function up by itself, and its tree does not show the name.
DESCRIBE FUNCTION EXTENDED prod.sales.f
DESC FUNCTION `prod`.`sales`.`f`

-- Spark keeps the body of a function as a text, whose names are not shown; sqlglot shows them as we do.
CREATE FUNCTION prod.sales.tf(x INT) RETURNS TABLE (a INT, b STRING) RETURN SELECT id, 'x' FROM prod.sales.orders WHERE id = x
CREATE FUNCTION prod.sales.f(a INT COMMENT 'c') RETURNS INT NOT DETERMINISTIC READS SQL DATA RETURN (SELECT max(id) FROM prod.sales.orders)

-- sqlglot calls a materialized view a view.
CREATE MATERIALIZED VIEW prod.sales.mv AS SELECT * FROM prod.sales.orders
CREATE OR REPLACE MATERIALIZED VIEW prod.sales.mv COMMENT 'c' AS SELECT * FROM prod.sales.orders
DROP MATERIALIZED VIEW IF EXISTS prod.sales.mv
