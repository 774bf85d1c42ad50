-- CREATE CATALOG
CREATE CATALOG IF NOT EXISTS `prod`
CREATE CATALOG dev MANAGED LOCATION 's3://bucket/dev' COMMENT 'dev catalog'
CREATE CATALOG dev COMMENT 'x' DEFAULT COLLATION UTF8_BINARY
CREATE CATALOG c OPTIONS ('a' = 'b')
CREATE CATALOG shared USING SHARE provider.share
CREATE CATALOG IF NOT EXISTS shared USING SHARE provider.share COMMENT 'x'
CREATE FOREIGN CATALOG pg USING CONNECTION pgconn OPTIONS (database 'db')
CREATE FOREIGN CATALOG IF NOT EXISTS pg USING CONNECTION pgconn COMMENT 'c' OPTIONS (database 'db')

-- DROP CATALOG
DROP CATALOG IF EXISTS dev CASCADE
DROP CATALOG dev RESTRICT
DROP CATALOG `my-catalog`

-- ALTER CATALOG
ALTER CATALOG prod OWNER TO `g`
ALTER CATALOG prod SET OWNER TO `alice@example.com`
ALTER CATALOG prod SET TAGS ('env' = 'prod')
ALTER CATALOG prod UNSET TAGS ('env')
ALTER CATALOG prod ENABLE PREDICTIVE OPTIMIZATION
ALTER CATALOG prod DEFAULT COLLATION UTF8_LCASE
ALTER CATALOG pg OPTIONS (authorized_paths 's3://b/x')

-- CREATE SCHEMA
CREATE SCHEMA IF NOT EXISTS `prod`.`sales` COMMENT 'x' WITH DBPROPERTIES ('a' = 'b')
CREATE SCHEMA prod.sales MANAGED LOCATION 's3://bucket/x'
CREATE SCHEMA sales
CREATE DATABASE prod.sales
CREATE DATABASE IF NOT EXISTS sales COMMENT 'c'
CREATE SCHEMA prod.`my schema` COMMENT 'it\'s'
CREATE SCHEMA prod.sales WITH DBPROPERTIES (a = 1, b.c = true)
CREATE SCHEMA prod.sales DEFAULT COLLATION UNICODE

-- DROP SCHEMA
DROP SCHEMA IF EXISTS prod.sales CASCADE
DROP SCHEMA prod.sales
DROP DATABASE IF EXISTS sales RESTRICT

-- ALTER SCHEMA
ALTER SCHEMA prod.sales SET OWNER TO `g`
ALTER SCHEMA prod.sales OWNER TO `g`
ALTER SCHEMA prod.sales SET DBPROPERTIES ('a' = 'b')
ALTER DATABASE prod.sales UNSET DBPROPERTIES ('a')
ALTER SCHEMA prod.sales UNSET DBPROPERTIES IF EXISTS ('a', 'b')
ALTER SCHEMA prod.sales SET TAGS ('team' = 'x')
ALTER SCHEMA prod.sales UNSET TAGS ('team')
ALTER SCHEMA prod.sales DISABLE PREDICTIVE OPTIMIZATION
ALTER SCHEMA prod.sales INHERIT PREDICTIVE OPTIMIZATION

-- USE CATALOG
USE CATALOG `prod`
SET CATALOG prod
USE CATALOG hive_metastore

-- USE SCHEMA
USE SCHEMA sales
USE sales
USE prod.sales
USE DATABASE prod.sales
USE `my schema`

-- CREATE TABLE [USING]
CREATE TABLE `prod`.`sales`.`orders` (id BIGINT NOT NULL COMMENT 'pk', amount DECIMAL(10,2), ts TIMESTAMP, dt DATE) USING DELTA PARTITIONED BY (dt) COMMENT 'orders' TBLPROPERTIES ('delta.appendOnly' = 'true')
CREATE TABLE prod.sales.t (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 1 INCREMENT BY 1), d DATE GENERATED ALWAYS AS (CAST(ts AS DATE)), ts TIMESTAMP DEFAULT current_timestamp()) CLUSTER BY (id)
CREATE TABLE prod.sales.t (id INT, CONSTRAINT pk PRIMARY KEY (id) RELY, CONSTRAINT fk FOREIGN KEY (id) REFERENCES prod.sales.u (id))
CREATE TABLE prod.sales.t (m MAP<STRING, ARRAY<STRUCT<a: INT, b: STRING COMMENT 'x'>>>, v VARIANT) USING DELTA
CREATE TABLE prod.sales.ext (id INT) USING PARQUET OPTIONS ('mergeSchema' 'true') LOCATION 's3://b/p'
CREATE TABLE t (id INT)
CREATE TABLE IF NOT EXISTS main.jdbc_test_schema.basic_data_types_table (id INT PRIMARY KEY, col1 VARCHAR(255), col2 VARCHAR(255))
CREATE TABLE main.jdbc_test_schema.prepared_statement_test_bytes_table (col1 INT, col2 BINARY)
CREATE TABLE IF NOT EXISTS main.jdbc_test_schema.intervals_demo (iv_year INTERVAL YEAR, iv_month INTERVAL MONTH, iv_year_to_mon INTERVAL YEAR TO MONTH, iv_day INTERVAL DAY, iv_day_to_sec INTERVAL DAY TO SECOND)
CREATE TABLE IF NOT EXISTS main.jdbc_test_schema.variant_types_table (id INT PRIMARY KEY, variant_col VARIANT)
CREATE OR REPLACE TABLE prod.sales.t (id INT, name STRING) COMMENT 'x'
REPLACE TABLE prod.sales.t (id INT)
CREATE TABLE prod.sales.t (a TINYINT, b SMALLINT, c INT, d BIGINT, e FLOAT, f DOUBLE, g DECIMAL(38,18), h STRING, i BINARY, j BOOLEAN, k DATE, l TIMESTAMP, m TIMESTAMP_NTZ, n CHAR(3), o VARCHAR(10))
CREATE TABLE prod.sales.t (a BYTE, b SHORT, c INTEGER, d LONG, e REAL, f DEC(5,2), g NUMERIC)
CREATE TABLE prod.sales.t (a ARRAY<INT>, b MAP<STRING, INT>, c STRUCT<x: INT NOT NULL, y: STRING>, d STRUCT<>)
CREATE TABLE prod.sales.t (`a b` INT, `c``d` STRING, `select` INT)
CREATE TABLE prod.sales.t (id INT) TBLPROPERTIES (delta.enableChangeDataFeed = true, 'x' = 'y', n = 5)
CREATE TABLE prod.sales.t (id INT, d DATE) USING DELTA CLUSTER BY (id, d)
CREATE TABLE prod.sales.t (id INT) CLUSTER BY AUTO
CREATE TABLE prod.sales.t (id INT) CLUSTER BY NONE
CREATE TABLE prod.sales.t (id INT, dt DATE) PARTITIONED BY (dt)
CREATE TABLE prod.sales.t (id INT) USING ICEBERG
CREATE TABLE prod.sales.t (id INT) USING CSV OPTIONS (header 'true', sep ';') LOCATION '/Volumes/a/b/c'
CREATE TABLE prod.sales.t (id INT DEFAULT 5, s STRING DEFAULT 'x')
CREATE TABLE prod.sales.t (id INT NOT NULL, CONSTRAINT pos CHECK (id > 0))
CREATE TABLE prod.sales.t (id INT NOT NULL CONSTRAINT pk PRIMARY KEY, u INT REFERENCES prod.sales.u)
CREATE TABLE prod.sales.t (id INT, PRIMARY KEY (id))
CREATE TABLE prod.sales.t (id INT, ts TIMESTAMP, CONSTRAINT pk PRIMARY KEY (id, ts TIMESERIES))
CREATE TABLE prod.sales.t (id BIGINT GENERATED BY DEFAULT AS IDENTITY)
CREATE TABLE prod.sales.t (ssn STRING MASK prod.sales.mask_ssn USING COLUMNS (region), region STRING)
CREATE TABLE prod.sales.t (ssn STRING MASK prod.sales.mask_ssn)
CREATE TABLE prod.sales.t (region STRING) WITH ROW FILTER prod.sales.rf ON (region)
CREATE TABLE prod.sales.t (s STRING COLLATE UTF8_LCASE)
CREATE TABLE prod.sales.t (s STRING) DEFAULT COLLATION UTF8_LCASE
CREATE TABLE prod.sales.t LOCATION 's3://b/x'
CREATE TABLE prod.sales.t USING DELTA LOCATION 's3://b/x'
CREATE TABLE delta.`/path/to/t` (id INT) USING DELTA
CREATE EXTERNAL TABLE prod.sales.t (id INT) LOCATION 's3://b/x'
CREATE TABLE IDENTIFIER('prod.sales.t') (id INT)

-- CREATE TABLE AS SELECT
CREATE TABLE prod.sales.copy AS SELECT * FROM prod.sales.orders WHERE amount > 10
CREATE OR REPLACE TABLE `prod`.`sales`.`copy` USING DELTA TBLPROPERTIES ('x'='y') AS SELECT * FROM `prod`.`sales`.`orders` VERSION AS OF 3
CREATE TABLE prod.sales.c2 LOCATION 's3://b/x' AS SELECT id, sum(amount) AS s FROM prod.sales.orders TIMESTAMP AS OF '2024-01-01T00:00:00Z' GROUP BY id
CREATE TABLE prod.sales.c2 PARTITIONED BY (dt) AS SELECT 1 AS id, DATE '2024-01-01' AS dt
CREATE TABLE prod.sales.c2 CLUSTER BY (id) COMMENT 'c' AS (SELECT 1 AS id)
CREATE TABLE IF NOT EXISTS prod.sales.c2 AS VALUES (1, 'a')
CREATE TABLE prod.sales.c2 AS WITH x AS (SELECT * FROM prod.sales.orders) SELECT * FROM x
REPLACE TABLE prod.sales.c2 USING DELTA AS SELECT * FROM prod.sales.orders
CREATE TABLE prod.sales.c2 AS TABLE prod.sales.orders

-- CREATE TABLE LIKE
CREATE TABLE IF NOT EXISTS prod.sales.l LIKE prod.sales.orders
CREATE TABLE prod.sales.l LIKE prod.sales.orders USING DELTA
CREATE TABLE prod.sales.l LIKE prod.sales.orders TBLPROPERTIES ('a' = 'b') LOCATION 's3://b/x'

-- CREATE TABLE CLONE
CREATE TABLE dev.sales.orders DEEP CLONE prod.sales.orders
CREATE OR REPLACE TABLE dev.sales.orders DEEP CLONE prod.sales.orders VERSION AS OF 5
CREATE TABLE IF NOT EXISTS `dev`.`sales`.`orders` SHALLOW CLONE `prod`.`sales`.`orders` TIMESTAMP AS OF '2024-01-01'
CREATE OR REPLACE TABLE dev.sales.orders SHALLOW CLONE prod.sales.orders TBLPROPERTIES ('delta.logRetentionDuration'='10 days') LOCATION 's3://b/y'
CREATE TABLE dev.sales.o CLONE delta.`/path/to/t`
CREATE TABLE dev.sales.o CLONE prod.sales.o
REPLACE TABLE dev.sales.o DEEP CLONE prod.sales.o
REPLACE TABLE dev.sales.o SHALLOW CLONE prod.sales.o VERSION AS OF 0
CREATE TABLE dev.sales.o SHALLOW CLONE parquet.`s3://b/p`
CREATE TABLE dev.sales.o DEEP CLONE prod.sales.o LOCATION 's3://b/y'
CREATE TABLE dev.sales.o CLONE prod.sales.o TIMESTAMP AS OF current_timestamp() - INTERVAL 1 DAY
CREATE TABLE dev.sales.`o-1` DEEP CLONE prod.sales.`o-1` TBLPROPERTIES (a = 'b')
CREATE TABLE delta.`/a/b` SHALLOW CLONE prod.sales.o

-- CREATE VIEW
CREATE OR REPLACE VIEW prod.sales.v (id COMMENT 'c', total) COMMENT 'view' TBLPROPERTIES ('a'='b') AS SELECT id, amount FROM prod.sales.orders
CREATE VIEW prod.sales.v2 WITH SCHEMA EVOLUTION AS SELECT * FROM prod.sales.orders
CREATE VIEW prod.sales.v AS SELECT 1 AS a
CREATE VIEW IF NOT EXISTS prod.sales.v AS SELECT * FROM prod.sales.orders
CREATE VIEW prod.sales.v WITH SCHEMA BINDING AS SELECT 1 AS a
CREATE VIEW prod.sales.v WITH SCHEMA COMPENSATION AS SELECT 1 AS a
CREATE VIEW prod.sales.v WITH SCHEMA TYPE EVOLUTION AS SELECT 1 AS a
CREATE VIEW prod.sales.v (a, b) AS VALUES (1, 2)
CREATE OR REPLACE VIEW prod.sales.v AS WITH c AS (SELECT id FROM prod.sales.orders) SELECT c.id FROM c JOIN prod.crm.people p ON c.id = p.id
CREATE VIEW prod.sales.v AS (SELECT * FROM prod.sales.orders)
CREATE TEMPORARY VIEW v AS SELECT 1 AS a
CREATE OR REPLACE TEMP VIEW v AS SELECT * FROM prod.sales.orders
CREATE VIEW prod.sales.v AS SELECT a FROM prod.sales.x UNION ALL SELECT b FROM prod.sales.y
CREATE VIEW prod.sales.v DEFAULT COLLATION UTF8_LCASE AS SELECT 'a' AS a
CREATE VIEW prod.sales.mv WITH METRICS LANGUAGE YAML AS $$ version: 0.1 $$

-- CREATE MATERIALIZED VIEW
CREATE MATERIALIZED VIEW prod.sales.mv SCHEDULE CRON '0 0 * * * ?' AS SELECT 1 AS a
CREATE MATERIALIZED VIEW prod.sales.mv AS SELECT * FROM prod.sales.orders
CREATE OR REPLACE MATERIALIZED VIEW prod.sales.mv COMMENT 'c' AS SELECT * FROM prod.sales.orders
CREATE MATERIALIZED VIEW IF NOT EXISTS prod.sales.mv PARTITIONED BY (dt) SCHEDULE EVERY 1 HOUR AS SELECT dt FROM prod.sales.orders
CREATE MATERIALIZED VIEW prod.sales.mv TRIGGER ON UPDATE AS SELECT 1 AS a

-- CREATE STREAMING TABLE
CREATE OR REFRESH STREAMING TABLE prod.sales.st AS SELECT * FROM STREAM prod.sales.orders
CREATE STREAMING TABLE prod.sales.st AS SELECT * FROM STREAM read_files('/Volumes/a/b/c')
CREATE OR REFRESH STREAMING TABLE prod.sales.st SCHEDULE EVERY 2 HOURS AS SELECT * FROM STREAM(prod.sales.orders)

-- ALTER MATERIALIZED VIEW
ALTER MATERIALIZED VIEW prod.sales.mv ADD SCHEDULE EVERY 1 DAY
ALTER MATERIALIZED VIEW prod.sales.mv DROP SCHEDULE
ALTER STREAMING TABLE prod.sales.st ALTER SCHEDULE CRON '0 0 * * * ?'

-- REFRESH
REFRESH MATERIALIZED VIEW prod.sales.mv
REFRESH STREAMING TABLE prod.sales.st FULL
REFRESH TABLE prod.sales.orders
REFRESH prod.sales.orders
REFRESH FOREIGN CATALOG pg

-- CREATE FUNCTION (SQL and Python)
CREATE OR REPLACE FUNCTION prod.sales.mask_ssn(ssn STRING) RETURNS STRING COMMENT 'mask' RETURN CASE WHEN is_account_group_member('admins') THEN ssn ELSE '***' END
CREATE FUNCTION prod.sales.f(a INT DEFAULT 1, b INT) RETURNS INT LANGUAGE SQL DETERMINISTIC CONTAINS SQL RETURN a + b
CREATE FUNCTION prod.sales.tf(x INT) RETURNS TABLE (a INT, b STRING) RETURN SELECT id, 'x' FROM prod.sales.orders WHERE id = x
CREATE FUNCTION prod.sales.py(a INT) RETURNS INT LANGUAGE PYTHON AS $$ return a + 1 $$
CREATE FUNCTION IF NOT EXISTS prod.sales.f() RETURNS INT RETURN 1
CREATE FUNCTION prod.sales.f(a INT COMMENT 'c') RETURNS INT NOT DETERMINISTIC READS SQL DATA RETURN (SELECT max(id) FROM prod.sales.orders)
CREATE FUNCTION prod.sales.f(a INT) RETURN a * 2
CREATE TEMPORARY FUNCTION f(a INT) RETURNS INT RETURN a
CREATE FUNCTION prod.sales.py(a STRING) RETURNS STRING LANGUAGE PYTHON DETERMINISTIC COMMENT 'c' AS $body$ return a $body$
CREATE FUNCTION prod.sales.py(a STRING) RETURNS STRING LANGUAGE PYTHON ENVIRONMENT (dependencies = '["simplejson"]', environment_version = 'None') AS $$ return a $$
CREATE FUNCTION prod.sales.py(a STRING) RETURNS STRING LANGUAGE PYTHON HANDLER 'f' AS $$ def f(a): return a $$
CREATE FUNCTION prod.sales.f(s STRUCT<a: INT, b: ARRAY<STRING>>) RETURNS MAP<STRING, INT> RETURN map('a', s.a)
CREATE FUNCTION prod.sales.rf(region STRING) RETURNS BOOLEAN RETURN is_account_group_member('admins') OR region = 'EU'

-- DROP FUNCTION
DROP FUNCTION prod.sales.f
DROP FUNCTION IF EXISTS prod.sales.f
DROP TEMPORARY FUNCTION IF EXISTS f

-- CREATE PROCEDURE
CREATE PROCEDURE prod.sales.p(IN a INT, OUT b INT) LANGUAGE SQL SQL SECURITY INVOKER AS BEGIN SET b = a; END
CREATE OR REPLACE PROCEDURE prod.sales.p() LANGUAGE SQL SQL SECURITY INVOKER AS BEGIN SELECT 1; END
DROP PROCEDURE IF EXISTS prod.sales.p

-- CREATE VOLUME
CREATE VOLUME prod.sales.vol COMMENT 'files'
CREATE EXTERNAL VOLUME IF NOT EXISTS prod.sales.vol2 LOCATION 's3://b/v'
CREATE VOLUME IF NOT EXISTS prod.sales.vol

-- DROP VOLUME
DROP VOLUME IF EXISTS prod.sales.vol
DROP VOLUME prod.sales.vol

-- ALTER VOLUME
ALTER VOLUME prod.sales.vol SET TAGS ('a'='b')
ALTER VOLUME prod.sales.vol UNSET TAGS ('a')
ALTER VOLUME prod.sales.vol RENAME TO prod.sales.vol3
ALTER VOLUME prod.sales.vol SET OWNER TO `g`
ALTER VOLUME prod.sales.vol OWNER TO `g`

-- DROP TABLE
DROP TABLE prod.sales.orders
DROP TABLE IF EXISTS prod.sales.orders
DROP TABLE IF EXISTS main.jdbc_test_schema.basic_data_types_table
DROP TABLE delta.`/path/to/t`

-- UNDROP
UNDROP TABLE prod.sales.orders
UNDROP TABLE WITH ID '6ca7be55-8f58-47a7-85ee-7a59082fd17a'
UNDROP SCHEMA prod.sales

-- DROP VIEW
DROP VIEW prod.sales.v
DROP VIEW IF EXISTS `prod`.`sales`.`v`
DROP MATERIALIZED VIEW IF EXISTS prod.sales.mv

-- INSERT
INSERT INTO prod.sales.orders VALUES (1, 2.5, current_timestamp())
INSERT INTO `prod`.`sales`.`orders` (id, amount) SELECT id, amount FROM prod.sales.orders2
INSERT OVERWRITE prod.sales.orders SELECT * FROM prod.sales.orders
INSERT OVERWRITE TABLE prod.sales.orders PARTITION (dt = '2024-01-01') SELECT 1, 2
INSERT INTO prod.sales.orders REPLACE WHERE dt = '2024-01-01' SELECT * FROM prod.sales.orders
INSERT INTO prod.sales.orders BY NAME SELECT 1 AS id
INSERT INTO TABLE prod.sales.orders VALUES (1, 'a'), (2, NULL)
INSERT INTO prod.sales.orders TABLE prod.sales.orders2
INSERT INTO prod.sales.orders VALUES (DEFAULT, 1)
INSERT INTO prod.sales.orders WITH x AS (SELECT 1 AS id) SELECT * FROM x
INSERT INTO delta.`/path` SELECT 1
INSERT OVERWRITE TABLE prod.sales.orders BY NAME SELECT 1 AS id
INSERT INTO main.jdbc_test_schema.insert_test_table (id, col1, col2) VALUES (1, 'value1', 'value2')
INSERT INTO main.jdbc_test_schema.prepared_statement_test_bytes_table VALUES (1, X'010203')
INSERT INTO main.jdbc_test_schema.timestamp_test_timezone (id, ts) VALUES (1, from_utc_timestamp('2021-06-15 12:34:56.789', 'America/Los_Angeles'))
INSERT INTO main.jdbc_test_schema.variant_types_table (id, variant_col) VALUES (1, PARSE_JSON('{"key": "value"}')), (3, NULL)
INSERT INTO prod.sales.orders REPLACE USING (id) SELECT * FROM prod.sales.orders2
INSERT WITH SCHEMA EVOLUTION INTO prod.sales.orders SELECT 1 AS id, 2 AS extra
INSERT INTO prod.sales.orders PARTITION (dt) SELECT 1, DATE '2024-01-01'

-- COPY INTO
COPY INTO prod.sales.orders FROM 's3://b/x' FILEFORMAT = PARQUET COPY_OPTIONS ('mergeSchema'='true')
COPY INTO prod.sales.orders FROM (SELECT a, b FROM 's3://b/x') FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true')

-- UPDATE
UPDATE prod.sales.orders SET amount = amount * 2 WHERE id = 1
UPDATE prod.sales.orders AS o SET o.amount = 0 WHERE o.id IN (SELECT id FROM prod.sales.orders2)
UPDATE prod.sales.orders SET amount = DEFAULT, name = 'x'
UPDATE main.jdbc_test_schema.update_test_table SET col1 = 'updatedValue1' WHERE id = 1

-- DELETE FROM
DELETE FROM prod.sales.orders WHERE id > 100
DELETE FROM prod.sales.orders
DELETE FROM prod.sales.orders AS o WHERE o.id = 1
DELETE FROM prod.sales.orders o WHERE EXISTS (SELECT 1 FROM prod.sales.gone g WHERE g.id = o.id)
DELETE FROM delta.`/path` WHERE id IS NULL

-- TRUNCATE TABLE
TRUNCATE TABLE prod.sales.orders

-- MERGE INTO
MERGE INTO prod.sales.orders AS t USING prod.sales.orders2 AS s ON t.id = s.id WHEN MATCHED AND s.amount > 0 THEN UPDATE SET t.amount = s.amount WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (s.id, s.amount)
MERGE INTO prod.sales.orders t USING prod.sales.orders2 s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN DELETE
MERGE WITH SCHEMA EVOLUTION INTO prod.sales.orders t USING prod.sales.orders2 s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *
MERGE INTO prod.sales.orders t USING (SELECT * FROM prod.sales.orders2) s ON t.id = s.id WHEN MATCHED THEN DELETE
MERGE INTO prod.sales.orders t USING prod.sales.orders2 s ON t.id = s.id WHEN NOT MATCHED BY TARGET THEN INSERT (id) VALUES (s.id) WHEN NOT MATCHED BY SOURCE AND t.amount > 5 THEN UPDATE SET amount = 0

-- DESCRIBE HISTORY
DESCRIBE HISTORY prod.sales.orders LIMIT 10
DESCRIBE HISTORY `prod`.`sales`.`orders`
DESC HISTORY delta.`/path`

-- DESCRIBE DETAIL
DESCRIBE DETAIL prod.sales.orders
DESCRIBE DETAIL delta.`/path/to/t`
DESCRIBE DETAIL '/path/to/t'

-- DESCRIBE TABLE
DESCRIBE TABLE EXTENDED prod.sales.orders
DESCRIBE TABLE EXTENDED prod.sales.orders AS JSON
DESC EXTENDED prod.sales.orders
DESCRIBE prod.sales.orders
DESC TABLE prod.sales.orders
DESCRIBE TABLE prod.sales.orders id
DESCRIBE TABLE EXTENDED prod.sales.orders PARTITION (dt = '2024-01-01')
DESCRIBE FORMATTED prod.sales.orders
DESCRIBE delta.`/path`

-- DESCRIBE SCHEMA
DESCRIBE SCHEMA EXTENDED prod.sales
DESCRIBE SCHEMA prod.sales
DESC DATABASE EXTENDED sales

-- DESCRIBE CATALOG
DESCRIBE CATALOG EXTENDED prod
DESCRIBE CATALOG prod

-- DESCRIBE FUNCTION
DESCRIBE FUNCTION EXTENDED prod.sales.f
DESCRIBE FUNCTION abs
DESC FUNCTION `prod`.`sales`.`f`

-- DESCRIBE QUERY
DESCRIBE QUERY SELECT * FROM prod.sales.orders
DESCRIBE SELECT 1

-- DESCRIBE VOLUME
DESCRIBE VOLUME prod.sales.vol

-- DESCRIBE others
DESCRIBE SHARE s
DESCRIBE RECIPIENT r
DESCRIBE PROVIDER p
DESCRIBE CONNECTION pgconn
DESCRIBE EXTERNAL LOCATION loc
DESCRIBE STORAGE CREDENTIAL cred
DESCRIBE POLICY p ON TABLE prod.sales.orders

-- SHOW CREATE TABLE
SHOW CREATE TABLE prod.sales.orders
SHOW CREATE TABLE `prod`.`sales`.`v`

-- SHOW CATALOGS
SHOW CATALOGS
SHOW CATALOGS LIKE 'p*'

-- SHOW SCHEMAS
SHOW SCHEMAS IN prod
SHOW SCHEMAS
SHOW DATABASES IN prod LIKE 's*'
SHOW SCHEMAS FROM prod LIKE 'a*|b*'
SHOW SCHEMAS IN main LIKE 'jdbc*'

-- SHOW TABLES
SHOW TABLES IN prod.sales LIKE 'o*'
SHOW TABLES
SHOW TABLES FROM prod.sales
SHOW TABLES IN sales 'o*'
SHOW TABLES IN CATALOG main SCHEMA LIKE 'jdbc.test.schema' LIKE '*'

-- SHOW TABLE EXTENDED
SHOW TABLE EXTENDED IN prod.sales LIKE 'o*'

-- SHOW TABLES DROPPED
SHOW TABLES DROPPED IN prod.sales

-- SHOW VIEWS
SHOW VIEWS IN prod.sales
SHOW VIEWS LIKE 'v*'

-- SHOW VOLUMES
SHOW VOLUMES IN prod.sales
SHOW VOLUMES IN uc_volume_test_catalog.uc_volume_test_schema LIKE 'v*'

-- SHOW FUNCTIONS
SHOW USER FUNCTIONS IN prod.sales
SHOW FUNCTIONS
SHOW ALL FUNCTIONS LIKE 'a*'
SHOW SYSTEM FUNCTIONS

-- SHOW COLUMNS
SHOW COLUMNS IN prod.sales.orders
SHOW COLUMNS FROM orders IN prod.sales
SHOW COLUMNS FROM prod.sales.orders

-- SHOW PARTITIONS
SHOW PARTITIONS prod.sales.orders
SHOW PARTITIONS prod.sales.orders PARTITION (dt = '2024-01-01')

-- SHOW TBLPROPERTIES
SHOW TBLPROPERTIES prod.sales.orders ('delta.minReaderVersion')
SHOW TBLPROPERTIES prod.sales.orders
SHOW TBLPROPERTIES prod.sales.orders (delta.minReaderVersion)

-- SHOW GRANTS
SHOW GRANTS ON TABLE prod.sales.orders
SHOW GRANTS `alice@example.com` ON SCHEMA prod.sales
SHOW GRANTS ON CATALOG prod
SHOW GRANTS ON METASTORE
SHOW GRANTS ON VOLUME prod.sales.vol
SHOW GRANTS ON EXTERNAL LOCATION loc
SHOW GRANTS ON SHARE s
SHOW GRANT ON FUNCTION prod.sales.f

-- SHOW others
SHOW ALL IN SHARE s
SHOW SHARES
SHOW SHARES IN PROVIDER p
SHOW RECIPIENTS
SHOW PROVIDERS
SHOW CONNECTIONS
SHOW EXTERNAL LOCATIONS
SHOW STORAGE CREDENTIALS
SHOW CREDENTIALS
SHOW POLICIES ON TABLE prod.sales.orders
SHOW EFFECTIVE POLICIES ON SCHEMA prod.sales
SHOW GROUPS
SHOW USERS
SHOW PROCEDURES IN prod.sales

-- GRANT
GRANT SELECT, MODIFY ON TABLE prod.sales.orders TO `data engineers`
GRANT USE CATALOG ON CATALOG prod TO `alice@example.com`
GRANT ALL PRIVILEGES ON SCHEMA prod.sales TO `g`
GRANT EXECUTE ON FUNCTION prod.sales.f TO `g`
GRANT READ VOLUME ON VOLUME prod.sales.vol TO `g`
GRANT SELECT ON VIEW prod.sales.v TO `g`
GRANT SELECT ON prod.sales.orders TO `g`
GRANT USE SCHEMA, CREATE TABLE ON SCHEMA prod.sales TO `account users`
GRANT CREATE CATALOG ON METASTORE TO `g`
GRANT READ FILES, WRITE FILES ON EXTERNAL LOCATION loc TO `g`
GRANT CREATE EXTERNAL TABLE ON STORAGE CREDENTIAL cred TO `g`
GRANT APPLY TAG ON TABLE prod.sales.orders TO `g`
GRANT MANAGE ON CATALOG prod TO `g`
GRANT BROWSE ON CATALOG prod TO `account users`
GRANT SELECT ON SCHEMA prod.sales TO g
GRANT USE CONNECTION ON CONNECTION pgconn TO `g`
GRANT SELECT ON MATERIALIZED VIEW prod.sales.mv TO `g`
GRANT EXECUTE ON MODEL prod.ml.m TO `g`

-- GRANT ON SHARE
GRANT SELECT ON SHARE s TO RECIPIENT r
REVOKE SELECT ON SHARE s FROM RECIPIENT r

-- REVOKE
REVOKE SELECT ON TABLE prod.sales.orders FROM `g`
REVOKE ALL PRIVILEGES ON CATALOG prod FROM `alice@example.com`
REVOKE USE SCHEMA ON SCHEMA prod.sales FROM `g`
REVOKE WRITE VOLUME ON VOLUME prod.sales.vol FROM `g`

-- DENY
DENY SELECT ON TABLE prod.sales.orders TO `g`

-- ALTER TABLE
ALTER TABLE prod.sales.orders OWNER TO `alice@example.com`
ALTER TABLE prod.sales.orders SET OWNER TO `g`
ALTER TABLE prod.sales.orders SET TAGS ('pii' = 'true', 'cost' = 'x')
ALTER TABLE prod.sales.orders SET TAGS ('a', 'b' = '')
ALTER TABLE prod.sales.orders UNSET TAGS ('pii')
ALTER TABLE prod.sales.orders ALTER COLUMN amount SET TAGS ('pii' = 'true')
ALTER TABLE prod.sales.orders ALTER COLUMN amount UNSET TAGS ('pii')
ALTER TABLE prod.sales.orders SET TBLPROPERTIES ('delta.appendOnly' = 'true')
ALTER TABLE prod.sales.orders SET TBLPROPERTIES (delta.appendOnly = true, a.b = 1)
ALTER TABLE prod.sales.orders UNSET TBLPROPERTIES IF EXISTS ('a')
ALTER TABLE prod.sales.orders UNSET TBLPROPERTIES (a.b, 'c')
ALTER TABLE prod.sales.orders ADD CONSTRAINT pos CHECK (amount > 0)
ALTER TABLE prod.sales.orders DROP CONSTRAINT IF EXISTS pos
ALTER TABLE prod.sales.orders DROP CONSTRAINT pos
ALTER TABLE prod.sales.orders DROP CONSTRAINT pk CASCADE
ALTER TABLE prod.sales.orders ADD CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED
ALTER TABLE prod.sales.orders ADD CONSTRAINT pk PRIMARY KEY (id) RELY
ALTER TABLE prod.sales.orders ADD CONSTRAINT pk PRIMARY KEY (id, ts TIMESERIES)
ALTER TABLE prod.sales.orders ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES prod.sales.customers (id)
ALTER TABLE prod.sales.orders ADD PRIMARY KEY (id)
ALTER TABLE prod.sales.orders DROP PRIMARY KEY IF EXISTS CASCADE
ALTER TABLE prod.sales.orders DROP FOREIGN KEY (c)
ALTER TABLE prod.sales.orders ALTER COLUMN ssn SET MASK prod.sales.mask_ssn USING COLUMNS (region)
ALTER TABLE prod.sales.orders ALTER COLUMN ssn SET MASK prod.sales.mask_ssn USING COLUMNS (region, 'x')
ALTER TABLE prod.sales.orders ALTER COLUMN ssn DROP MASK
ALTER TABLE prod.sales.orders SET ROW FILTER prod.sales.rf ON (region)
ALTER TABLE prod.sales.orders SET ROW FILTER prod.sales.rf ON ()
ALTER TABLE prod.sales.orders DROP ROW FILTER
ALTER TABLE prod.sales.orders ADD COLUMNS (c STRING COMMENT 'x' AFTER id)
ALTER TABLE prod.sales.orders ADD COLUMN c STRING FIRST
ALTER TABLE prod.sales.orders ADD COLUMNS (s.x INT, y DATE)
ALTER TABLE prod.sales.orders RENAME COLUMN a TO b
ALTER TABLE prod.sales.orders DROP COLUMN a
ALTER TABLE prod.sales.orders DROP COLUMNS IF EXISTS (a, b)
ALTER TABLE prod.sales.orders ALTER COLUMN id TYPE BIGINT
ALTER TABLE prod.sales.orders ALTER COLUMN id COMMENT 'x'
ALTER TABLE prod.sales.orders CHANGE COLUMN id COMMENT 'x'
ALTER TABLE prod.sales.orders ALTER COLUMN id SET NOT NULL
ALTER TABLE prod.sales.orders ALTER COLUMN id DROP NOT NULL
ALTER TABLE prod.sales.orders ALTER COLUMN id SET DEFAULT 5
ALTER TABLE prod.sales.orders ALTER COLUMN id DROP DEFAULT
ALTER TABLE prod.sales.orders ALTER COLUMN id AFTER ts
ALTER TABLE prod.sales.orders ALTER COLUMN id SYNC IDENTITY
ALTER TABLE prod.sales.orders ALTER COLUMN a COMMENT 'x', b COMMENT 'y'
ALTER TABLE prod.sales.orders REPLACE COLUMNS (a INT, b STRING)
ALTER TABLE prod.sales.orders CLUSTER BY (id)
ALTER TABLE prod.sales.orders CLUSTER BY NONE
ALTER TABLE prod.sales.orders CLUSTER BY AUTO
ALTER TABLE prod.sales.orders RENAME TO prod.sales.orders3
ALTER TABLE prod.sales.orders SET LOCATION 's3://b/y'
ALTER TABLE prod.sales.orders SET MANAGED
ALTER TABLE prod.sales.orders DROP FEATURE deletionVectors TRUNCATE HISTORY
ALTER TABLE prod.sales.orders ADD PARTITION (dt = '2024-01-01')
ALTER TABLE prod.sales.orders ENABLE PREDICTIVE OPTIMIZATION
ALTER TABLE prod.sales.orders DEFAULT COLLATION UTF8_LCASE
ALTER TABLE prod.sales.orders RECOVER PARTITIONS

-- ALTER VIEW
ALTER VIEW prod.sales.v OWNER TO `g`
ALTER VIEW prod.sales.v SET OWNER TO `g`
ALTER VIEW prod.sales.v AS SELECT * FROM prod.sales.orders
ALTER VIEW prod.sales.v RENAME TO prod.sales.w
ALTER VIEW prod.sales.v SET TBLPROPERTIES ('a' = 'b')
ALTER VIEW prod.sales.v UNSET TBLPROPERTIES ('a')
ALTER VIEW prod.sales.v SET TAGS ('a' = 'b')
ALTER VIEW prod.sales.v WITH SCHEMA BINDING

-- SET TAG
SET TAG ON TABLE prod.sales.orders `pii` = `true`
SET TAG ON CATALOG prod env = prod
SET TAG ON COLUMN prod.sales.orders.id `pii` = `true`
UNSET TAG ON TABLE prod.sales.orders pii

-- COMMENT ON
COMMENT ON TABLE prod.sales.orders IS 'hello'
COMMENT ON CATALOG prod IS 'hello'
COMMENT ON SCHEMA prod.sales IS NULL
COMMENT ON DATABASE prod.sales IS 'x'
COMMENT ON COLUMN prod.sales.orders.id IS 'hello'
COMMENT ON TABLE prod.sales.orders IS NULL
COMMENT ON VOLUME prod.sales.vol IS 'x'
COMMENT ON FUNCTION prod.sales.f IS 'x'
COMMENT ON TABLE prod.sales.orders IS 'it\'s' ' two'

-- CREATE POLICY
CREATE POLICY p ON SCHEMA prod.sales ROW FILTER prod.sales.rf TO `account users` EXCEPT `admins` FOR TABLES MATCH COLUMNS has_tag('region') AS r USING COLUMNS (r)
CREATE OR REPLACE POLICY p ON CATALOG prod COMMENT 'c' COLUMN MASK prod.sales.mask_ssn TO `account users` FOR TABLES MATCH COLUMNS has_tag_value('pii', 'ssn') AS s ON COLUMN s
DROP POLICY p ON SCHEMA prod.sales

-- RESTORE
RESTORE TABLE prod.sales.orders TO VERSION AS OF 3
RESTORE prod.sales.orders TO TIMESTAMP AS OF '2024-01-01'
RESTORE TABLE delta.`/path` TO VERSION AS OF 1

-- OPTIMIZE
OPTIMIZE prod.sales.orders WHERE dt >= '2024-01-01' ZORDER BY (id)
OPTIMIZE prod.sales.orders
OPTIMIZE prod.sales.orders FULL
OPTIMIZE delta.`/path`

-- VACUUM
VACUUM prod.sales.orders RETAIN 168 HOURS DRY RUN
VACUUM prod.sales.orders
VACUUM prod.sales.orders LITE

-- REORG TABLE
REORG TABLE prod.sales.orders APPLY (PURGE)
REORG TABLE prod.sales.orders WHERE dt > '2024-01-01' APPLY (PURGE)
REORG TABLE prod.sales.orders APPLY (UPGRADE UNIFORM(ICEBERG_COMPAT_VERSION=2))

-- ANALYZE TABLE
ANALYZE TABLE prod.sales.orders COMPUTE STATISTICS FOR ALL COLUMNS
ANALYZE TABLE prod.sales.orders COMPUTE STATISTICS
ANALYZE TABLE prod.sales.orders COMPUTE STATISTICS NOSCAN
ANALYZE TABLE prod.sales.orders COMPUTE STATISTICS FOR COLUMNS id, amount
ANALYZE TABLES IN prod.sales COMPUTE STATISTICS
ANALYZE TABLE prod.sales.orders COMPUTE DELTA STATISTICS

-- CONVERT TO DELTA
CONVERT TO DELTA parquet.`/x/y` PARTITIONED BY (dt DATE)
CONVERT TO DELTA prod.sales.p NO STATISTICS

-- FSCK REPAIR TABLE
FSCK REPAIR TABLE prod.sales.orders DRY RUN
MSCK REPAIR TABLE prod.sales.orders SYNC METADATA
REPAIR TABLE prod.sales.orders

-- CACHE
CACHE SELECT * FROM prod.sales.orders
CACHE TABLE c AS SELECT 1
UNCACHE TABLE IF EXISTS c
CLEAR CACHE

-- CREATE SHARE
CREATE SHARE IF NOT EXISTS s COMMENT 'x'
DROP SHARE IF EXISTS s

-- ALTER SHARE
ALTER SHARE s ADD TABLE prod.sales.orders AS sales.orders PARTITION (dt = '2024') WITH HISTORY
ALTER SHARE s ADD TABLE prod.sales.orders
ALTER SHARE s ADD SCHEMA prod.sales
ALTER SHARE s ADD VIEW prod.sales.v AS sales.v
ALTER SHARE s ADD VOLUME prod.sales.vol
ALTER SHARE s REMOVE TABLE prod.sales.orders
ALTER SHARE s RENAME TO s2
ALTER SHARE s OWNER TO `g`

-- CREATE RECIPIENT
CREATE RECIPIENT r USING ID 'aws:us-west-2:uuid' COMMENT 'x'
CREATE RECIPIENT IF NOT EXISTS r
DROP RECIPIENT IF EXISTS r

-- CREATE CONNECTION
CREATE CONNECTION pgconn TYPE postgresql OPTIONS (host 'h', port '5432', user 'u', password 'p')
DROP CONNECTION IF EXISTS pgconn

-- CREATE EXTERNAL LOCATION
CREATE EXTERNAL LOCATION IF NOT EXISTS loc URL 's3://b/x' WITH (STORAGE CREDENTIAL cred) COMMENT 'c'
ALTER EXTERNAL LOCATION loc SET URL 's3://b/y'
DROP EXTERNAL LOCATION IF EXISTS loc FORCE

-- LIST
LIST '/Volumes/uc_volume_test_catalog/uc_volume_test_schema/test_volume1/'
LIST '/Volumes/a/b/c' LIMIT 5

-- SYNC
SYNC TABLE prod.sales.orders FROM hive_metastore.sales.orders DRY RUN
SYNC SCHEMA prod.sales FROM hive_metastore.sales

-- SELECT
SELECT 1
SELECT NULL
SELECT CAST(NULL AS DOUBLE)
SELECT NULL UNION (SELECT 1) order by 1
SELECT * FROM samples.tpch.lineitem limit 122900
SELECT * FROM main.tpcds_sf100_delta.catalog_sales limit 10
SELECT * FROM (VALUES (1, '   leading and trailing spaces   '),(2, 'こんにちは'),(5, NULL)) AS string_edge_cases(id, test_string) ORDER BY id
SELECT t1.id, t2.col2 FROM main.jdbc_test_schema.table1_cqj t1 JOIN main.jdbc_test_schema.table2_cqj t2 ON t1.id = t2.id
SELECT id FROM main.jdbc_test_schema.subquery_test_table WHERE id IN (SELECT id FROM main.jdbc_test_schema.subquery_test_table WHERE col1 = 'value1')
SELECT * FROM `prod`.`sales`.`orders` VERSION AS OF 1
SELECT * FROM prod.sales.orders@v1
SELECT * FROM prod.sales.orders@20240101000000000
SELECT * FROM prod.sales.orders FOR VERSION AS OF 1
SELECT * FROM prod.sales.orders FOR SYSTEM_TIME AS OF '2024-01-01'
SELECT * FROM delta.`/path/to/t`
SELECT count(*) FROM prod.sales.orders TIMESTAMP AS OF date_sub(current_date(), 1)
SELECT o.id, c.name, sum(o.amount) OVER (PARTITION BY c.name ORDER BY o.id) AS r FROM prod.sales.orders o JOIN prod.sales.orders2 c USING (id) QUALIFY r > 1
SELECT region, count(*) FILTER (WHERE id > 1) AS c, percentile_approx(amount, 0.5) FROM prod.sales.orders GROUP BY ALL
SELECT date_format(ts, 'yyyy-MM-dd') AS d, sha2(CAST(id AS STRING), 256), md5('a'), regexp_replace('abc', 'b', 'x'), concat_ws(',', 'a', 'b'), current_timestamp() FROM prod.sales.orders
SELECT * FROM table_changes('prod.sales.orders', 1, 3)
SELECT table_catalog, table_schema, table_name FROM prod.information_schema.tables WHERE table_schema = 'sales' ORDER BY 1, 2, 3
SELECT * FROM system.information_schema.table_privileges WHERE grantee = 'x'
SELECT * FROM prod.sales.orders TABLESAMPLE (10 PERCENT)
SELECT id, explode(array(1,2,3)) AS e FROM prod.sales.orders
SELECT id, e FROM prod.sales.orders LATERAL VIEW explode(array(1,2)) t AS e
SELECT * EXCEPT (id) FROM prod.sales.orders
SELECT col:a.b::string, map('a', 1)['a'], struct(1 AS x).x FROM prod.sales.orders
SELECT transform(array(1,2), x -> x + 1), named_struct('a', 1), array_contains(array(1), 1)
SELECT a.id FROM prod.sales.orders a LEFT ANTI JOIN prod.sales.orders2 b ON a.id <=> b.id
SELECT CASE WHEN id RLIKE '^1' THEN 1 ELSE 0 END, id DIV 2, id % 2, "str" FROM prod.sales.orders
SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(x, y)
WITH c AS (SELECT 1 AS a) SELECT * FROM c PIVOT (sum(a) FOR a IN (1, 2))
WITH c AS (SELECT * FROM prod.sales.orders), d AS (SELECT * FROM c) SELECT * FROM d JOIN prod.sales.orders2 o USING (id)
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r
SELECT INTERVAL 1 DAY + current_date(), DATE '2024-01-01' + INTERVAL '1' MONTH, timestampdiff(DAY, ts, ts) FROM prod.sales.orders
SELECT is_account_group_member('admins'), current_user(), session_user()
SELECT DISTINCT id FROM prod.sales.orders ORDER BY id DESC NULLS LAST LIMIT 10 OFFSET 5
SELECT id FROM prod.sales.a INTERSECT SELECT id FROM prod.sales.b EXCEPT SELECT id FROM prod.sales.c
SELECT * FROM prod.sales.orders UNPIVOT (v FOR k IN (a, b))
SELECT count(*) FROM prod.sales.orders GROUP BY GROUPING SETS ((id), ())
SELECT count(*) FROM prod.sales.orders GROUP BY id WITH ROLLUP
SELECT id FROM prod.sales.orders, LATERAL (SELECT 1 AS x)
SELECT * FROM prod.sales.orders o NATURAL JOIN prod.sales.orders2
SELECT prod.sales.f(1)
SELECT * FROM prod.sales.tf(1)
SELECT IDENTIFIER('id') FROM IDENTIFIER('prod.sales.orders')
SELECT :x, :y + 1 FROM prod.sales.orders WHERE id = :id
SELECT col1 FROM main.jdbc_test_schema.update_test_table WHERE id = ?
SELECT /*+ BROADCAST(o) */ * FROM prod.sales.orders o
SELECT /* a /* nested */ comment */ 1 -- end
SELECT 1;
SELECT `a``b`, `c.d` FROM prod.sales.`t-1`
SELECT r'\d+', 'a' 'b', "x", 'it\'s'
SELECT s.*, t.* EXCEPT (id) FROM prod.sales.s, prod.sales.t
SELECT sum(x) OVER w FROM prod.sales.t WINDOW w AS (PARTITION BY y)
SELECT (SELECT max(id) FROM prod.sales.orders2) AS m FROM prod.sales.orders
SELECT * FROM (SELECT * FROM prod.sales.orders) AS x WHERE EXISTS (SELECT 1 FROM prod.sales.y WHERE y.id = x.id)
SELECT id FROM prod.sales.orders SORT BY id
SELECT id FROM prod.sales.orders DISTRIBUTE BY id
SELECT id FROM prod.sales.orders CLUSTER BY id
SELECT * FROM prod.sales.orders JOIN LATERAL (SELECT 1)
SELECT * FROM read_files('/Volumes/a/b/c', format => 'csv')
SELECT named_struct('a', 1).a, array(1)[0], CAST('1' AS INT), '1'::INT
SELECT listagg(name, ',') WITHIN GROUP (ORDER BY name) FROM prod.sales.t
SELECT TRY_CAST('x' AS INT), 1 <=> NULL, NOT TRUE, -1, +1, ~1, 1 | 2 & 3 ^ 4
SELECT x IS DISTINCT FROM y, x NOT LIKE 'a%', x ILIKE 'a', x LIKE ANY ('a', 'b'), x BETWEEN 1 AND 2 FROM prod.sales.t
VALUES (1, 'a'), (2, 'b')
TABLE prod.sales.orders
FROM prod.sales.orders SELECT id
FROM prod.sales.orders |> WHERE id > 1 |> SELECT id
(SELECT 1) UNION ALL (SELECT 2) LIMIT 1
SELECT current_date, current_timestamp, current_user

-- EXPLAIN
EXPLAIN EXTENDED SELECT 1
EXPLAIN SELECT * FROM prod.sales.orders
EXPLAIN FORMATTED SELECT 1

-- Session statements
DECLARE VARIABLE x INT DEFAULT 1
DECLARE OR REPLACE VARIABLE x = 5
SET VARIABLE x = 5
SET VAR x = (SELECT max(id) FROM prod.sales.orders)
DROP TEMPORARY VARIABLE IF EXISTS x
EXECUTE IMMEDIATE 'SELECT 1'
EXECUTE IMMEDIATE 'SELECT ?' INTO x USING 5
SET spark.sql.shuffle.partitions = 8
SET
SET ANSI_MODE = true
SET TIME ZONE 'UTC'
SET TIME ZONE LOCAL
RESET
RESET spark.sql.ansi.enabled
BEGIN SELECT 1; END
BEGIN DECLARE x INT DEFAULT 1; IF x > 0 THEN SELECT x; END IF; END
BEGIN ATOMIC INSERT INTO prod.sales.orders VALUES (1); END
BEGIN TRANSACTION
COMMIT
ROLLBACK
CALL prod.sales.p(1)
