CREATE CATALOG IF NOT EXISTS `prod`
CREATE CATALOG dev MANAGED LOCATION 's3://bucket/dev' COMMENT 'dev catalog'
CREATE FOREIGN CATALOG pg USING CONNECTION pgconn OPTIONS (database 'db')
DROP CATALOG IF EXISTS dev CASCADE
CREATE SCHEMA IF NOT EXISTS `prod`.`sales` COMMENT 'x' WITH DBPROPERTIES ('a' = 'b')
CREATE SCHEMA prod.sales MANAGED LOCATION 's3://bucket/x'
DROP SCHEMA IF EXISTS prod.sales CASCADE
USE CATALOG `prod`
USE SCHEMA sales
CREATE TABLE `prod`.`sales`.`orders` (id BIGINT NOT NULL COMMENT 'pk', amount DECIMAL(10,2), ts TIMESTAMP) USING DELTA PARTITIONED BY (dt) COMMENT 'orders' TBLPROPERTIES ('delta.appendOnly' = 'true')
CREATE TABLE prod.sales.t (id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 1 INCREMENT BY 1), d DATE GENERATED ALWAYS AS (CAST(ts AS DATE)), ts TIMESTAMP DEFAULT current_timestamp()) CLUSTER BY (id)
CREATE TABLE prod.sales.t (id INT, CONSTRAINT pk PRIMARY KEY (id) RELY, CONSTRAINT fk FOREIGN KEY (id) REFERENCES prod.sales.u (id))
CREATE TABLE prod.sales.t (m MAP<STRING, ARRAY<STRUCT<a: INT, b: STRING COMMENT 'x'>>>, v VARIANT) USING DELTA
CREATE TABLE prod.sales.ext (id INT) USING PARQUET OPTIONS ('mergeSchema' 'true') LOCATION 's3://b/p'
CREATE OR REPLACE VIEW prod.sales.v (id COMMENT 'c', total) COMMENT 'view' TBLPROPERTIES ('a'='b') AS SELECT id, amount FROM prod.sales.orders
CREATE VIEW prod.sales.v2 WITH SCHEMA EVOLUTION AS SELECT * FROM prod.sales.orders
CREATE MATERIALIZED VIEW prod.sales.mv SCHEDULE CRON '0 0 * * * ?' AS SELECT 1 AS a
CREATE OR REPLACE FUNCTION prod.sales.mask_ssn(ssn STRING) RETURNS STRING COMMENT 'mask' RETURN CASE WHEN is_account_group_member('admins') THEN ssn ELSE '***' END
CREATE FUNCTION prod.sales.f(a INT DEFAULT 1, b INT) RETURNS INT LANGUAGE SQL DETERMINISTIC CONTAINS SQL RETURN a + b
CREATE FUNCTION prod.sales.tf(x INT) RETURNS TABLE (a INT, b STRING) RETURN SELECT id, 'x' FROM prod.sales.orders WHERE id = x
CREATE FUNCTION prod.sales.py(a INT) RETURNS INT LANGUAGE PYTHON AS $$ return a + 1 $$
CREATE VOLUME prod.sales.vol COMMENT 'files'
CREATE EXTERNAL VOLUME IF NOT EXISTS prod.sales.vol2 LOCATION 's3://b/v'
DROP VOLUME IF EXISTS prod.sales.vol
CREATE TABLE prod.sales.copy AS SELECT * FROM prod.sales.orders WHERE amount > 10
CREATE OR REPLACE TABLE `prod`.`sales`.`copy` USING DELTA TBLPROPERTIES ('x'='y') AS SELECT * FROM `prod`.`sales`.`orders` VERSION AS OF 3
CREATE TABLE prod.sales.c2 LOCATION 's3://b/x' AS SELECT id, sum(amount) AS s FROM prod.sales.orders TIMESTAMP AS OF '2024-01-01T00:00:00Z' GROUP BY id
CREATE TABLE IF NOT EXISTS prod.sales.l LIKE prod.sales.orders
CREATE TABLE dev.sales.orders DEEP CLONE prod.sales.orders
CREATE OR REPLACE TABLE dev.sales.orders DEEP CLONE prod.sales.orders VERSION AS OF 5
CREATE TABLE IF NOT EXISTS `dev`.`sales`.`orders` SHALLOW CLONE `prod`.`sales`.`orders` TIMESTAMP AS OF '2024-01-01'
CREATE OR REPLACE TABLE dev.sales.orders SHALLOW CLONE prod.sales.orders TBLPROPERTIES ('delta.logRetentionDuration'='10 days') LOCATION 's3://b/y'
CREATE TABLE dev.sales.o CLONE delta.`/path/to/t`
INSERT INTO prod.sales.orders VALUES (1, 2.5, current_timestamp())
INSERT INTO `prod`.`sales`.`orders` (id, amount) SELECT id, amount FROM prod.sales.orders
INSERT OVERWRITE prod.sales.orders SELECT * FROM prod.sales.orders
INSERT OVERWRITE TABLE prod.sales.orders PARTITION (dt = '2024-01-01') SELECT 1, 2
INSERT INTO prod.sales.orders REPLACE WHERE dt = '2024-01-01' SELECT * FROM prod.sales.orders
INSERT INTO prod.sales.orders BY NAME SELECT 1 AS id
COPY INTO prod.sales.orders FROM 's3://b/x' FILEFORMAT = PARQUET COPY_OPTIONS ('mergeSchema'='true')
UPDATE prod.sales.orders SET amount = amount * 2 WHERE id = 1
UPDATE prod.sales.orders AS o SET o.amount = 0 WHERE o.id IN (SELECT id FROM prod.sales.orders)
DELETE FROM prod.sales.orders WHERE id > 100
TRUNCATE TABLE prod.sales.orders
MERGE INTO prod.sales.orders AS t USING prod.sales.orders2 AS s ON t.id = s.id WHEN MATCHED AND s.amount > 0 THEN UPDATE SET t.amount = s.amount WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (s.id, s.amount)
MERGE INTO prod.sales.orders t USING prod.sales.orders2 s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN DELETE
MERGE WITH SCHEMA EVOLUTION INTO prod.sales.orders t USING prod.sales.orders2 s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *
DESCRIBE HISTORY prod.sales.orders LIMIT 10
DESCRIBE HISTORY `prod`.`sales`.`orders`
DESCRIBE DETAIL prod.sales.orders
DESCRIBE TABLE EXTENDED prod.sales.orders
DESCRIBE TABLE EXTENDED prod.sales.orders AS JSON
DESC EXTENDED prod.sales.orders
DESCRIBE SCHEMA EXTENDED prod.sales
DESCRIBE CATALOG EXTENDED prod
DESCRIBE FUNCTION EXTENDED prod.sales.f
SHOW CREATE TABLE prod.sales.orders
SHOW CATALOGS
SHOW SCHEMAS IN prod
SHOW TABLES IN prod.sales LIKE 'o*'
SHOW VIEWS IN prod.sales
SHOW VOLUMES IN prod.sales
SHOW USER FUNCTIONS IN prod.sales
SHOW COLUMNS IN prod.sales.orders
SHOW PARTITIONS prod.sales.orders
SHOW TBLPROPERTIES prod.sales.orders ('delta.minReaderVersion')
SHOW GRANTS ON TABLE prod.sales.orders
SHOW GRANTS `alice@example.com` ON SCHEMA prod.sales
GRANT SELECT, MODIFY ON TABLE prod.sales.orders TO `data engineers`
GRANT USE CATALOG ON CATALOG prod TO `alice@example.com`
GRANT ALL PRIVILEGES ON SCHEMA prod.sales TO `g`
GRANT EXECUTE ON FUNCTION prod.sales.f TO `g`
GRANT READ VOLUME ON VOLUME prod.sales.vol TO `g`
REVOKE SELECT ON TABLE prod.sales.orders FROM `g`
DENY SELECT ON TABLE prod.sales.orders TO `g`
ALTER TABLE prod.sales.orders OWNER TO `alice@example.com`
ALTER TABLE prod.sales.orders SET OWNER TO `g`
ALTER CATALOG prod OWNER TO `g`
ALTER SCHEMA prod.sales SET OWNER TO `g`
ALTER TABLE prod.sales.orders SET TAGS ('pii' = 'true', 'cost' = 'x')
ALTER TABLE prod.sales.orders UNSET TAGS ('pii')
ALTER TABLE prod.sales.orders ALTER COLUMN amount SET TAGS ('pii' = 'true')
SET TAG ON TABLE prod.sales.orders `pii` = `true`
ALTER TABLE prod.sales.orders SET TBLPROPERTIES ('delta.appendOnly' = 'true')
ALTER TABLE prod.sales.orders UNSET TBLPROPERTIES IF EXISTS ('a')
ALTER TABLE prod.sales.orders ADD CONSTRAINT pos CHECK (amount > 0)
ALTER TABLE prod.sales.orders DROP CONSTRAINT IF EXISTS pos
ALTER TABLE prod.sales.orders ADD CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED
ALTER TABLE prod.sales.orders ALTER COLUMN ssn SET MASK prod.sales.mask_ssn USING COLUMNS (region)
ALTER TABLE prod.sales.orders ALTER COLUMN ssn DROP MASK
ALTER TABLE prod.sales.orders SET ROW FILTER prod.sales.rf ON (region)
ALTER TABLE prod.sales.orders DROP ROW FILTER
ALTER TABLE prod.sales.orders ADD COLUMNS (c STRING COMMENT 'x' AFTER id)
ALTER TABLE prod.sales.orders RENAME COLUMN a TO b
ALTER TABLE prod.sales.orders DROP COLUMN a
ALTER TABLE prod.sales.orders ALTER COLUMN id TYPE BIGINT
ALTER TABLE prod.sales.orders ALTER COLUMN id COMMENT 'x'
ALTER TABLE prod.sales.orders CLUSTER BY (id)
ALTER TABLE prod.sales.orders RENAME TO prod.sales.orders3
ALTER VIEW prod.sales.v OWNER TO `g`
ALTER VOLUME prod.sales.vol SET TAGS ('a'='b')
COMMENT ON TABLE prod.sales.orders IS 'hello'
COMMENT ON CATALOG prod IS 'hello'
COMMENT ON COLUMN prod.sales.orders.id IS 'hello'
RESTORE TABLE prod.sales.orders TO VERSION AS OF 3
RESTORE prod.sales.orders TO TIMESTAMP AS OF '2024-01-01'
OPTIMIZE prod.sales.orders WHERE dt >= '2024-01-01' ZORDER BY (id)
OPTIMIZE prod.sales.orders
VACUUM prod.sales.orders RETAIN 168 HOURS DRY RUN
VACUUM prod.sales.orders
REORG TABLE prod.sales.orders APPLY (PURGE)
ANALYZE TABLE prod.sales.orders COMPUTE STATISTICS FOR ALL COLUMNS
CONVERT TO DELTA parquet.`/x/y` PARTITIONED BY (dt DATE)
FSCK REPAIR TABLE prod.sales.orders DRY RUN
CREATE SHARE IF NOT EXISTS s COMMENT 'x'
ALTER SHARE s ADD TABLE prod.sales.orders AS sales.orders PARTITION (dt = '2024') WITH HISTORY
ALTER SHARE s REMOVE TABLE prod.sales.orders
CREATE RECIPIENT r USING ID 'aws:us-west-2:uuid' COMMENT 'x'
GRANT SELECT ON SHARE s TO RECIPIENT r
SHOW ALL IN SHARE s
SELECT * FROM `prod`.`sales`.`orders` VERSION AS OF 1
SELECT * FROM prod.sales.orders@v1
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
SELECT INTERVAL 1 DAY + current_date(), DATE '2024-01-01' + INTERVAL '1' MONTH, timestampdiff(DAY, ts, ts) FROM prod.sales.orders
SELECT is_account_group_member('admins'), current_user(), session_user()
EXPLAIN EXTENDED SELECT 1
DECLARE VARIABLE x INT DEFAULT 1
EXECUTE IMMEDIATE 'SELECT 1'
SET spark.sql.shuffle.partitions = 8
BEGIN SELECT 1; END
