-- The catalog retail_prod of `clxs demo`: a retailer's bronze, silver and gold layers and a schema of people.
-- Plain SQL of a Databricks warehouse; all values are computed, so every run makes the same rows.

CREATE SCHEMA bronze COMMENT 'Data as the source systems deliver it';
CREATE SCHEMA silver COMMENT 'Cleaned and joined, one row per business fact';
CREATE SCHEMA gold COMMENT 'What reports read';
CREATE SCHEMA hr COMMENT 'People: restricted';

-- bronze: reference data ---------------------------------------------------------------------------------------

CREATE TABLE bronze.digits (d INT NOT NULL) COMMENT 'The ten digits, to multiply rows with';
INSERT INTO bronze.digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

CREATE TABLE bronze.stores_raw (
  store_id INT NOT NULL COMMENT 'Number of the store',
  name STRING,
  city STRING,
  country STRING COMMENT 'ISO 3166 code'
) COMMENT 'Stores, from the ERP system' TBLPROPERTIES ('source.system' = 'erp', 'retention.days' = '3650');
INSERT INTO bronze.stores_raw VALUES
  (1, 'Hauptstraße', 'Berlin', 'DE'), (2, 'Rue Cler', 'Paris', 'FR'), (3, 'Gran Vía', 'Madrid', 'ES'),
  (4, 'Königsallee', 'Düsseldorf', 'DE'), (5, 'Via Roma', 'Torino', 'IT'), (6, 'Nový Smíchov', 'Praha', 'CZ');
INSERT INTO bronze.stores_raw VALUES (7, 'Rynek Główny', 'Kraków', 'PL'), (8, 'Strøget', 'København', 'DK');

CREATE TABLE bronze.suppliers_raw (supplier_id INT NOT NULL, name STRING, country STRING);
INSERT INTO bronze.suppliers_raw VALUES
  (1, 'Alpen Textil', 'AT'), (2, 'Nordic Wood', 'SE'), (3, 'Porto Cork', 'PT'), (4, 'O''Neill & Sons', 'IE');

CREATE TABLE bronze.products_raw (
  product_id INT NOT NULL,
  name STRING,
  category STRING,
  price DECIMAL(10, 2),
  supplier_id INT
);
INSERT INTO bronze.products_raw
SELECT t.d * 10 + o.d,
       concat(CASE WHEN o.d < 3 THEN 'Shirt' WHEN o.d < 6 THEN 'Chair' WHEN o.d < 8 THEN 'Lamp' ELSE 'Mug' END,
              ' no. ', cast(t.d * 10 + o.d AS STRING)),
       CASE WHEN o.d < 3 THEN 'Clothing' WHEN o.d < 8 THEN 'Furniture' ELSE 'Kitchen' END,
       cast(5 + t.d * 7 + o.d * 3 AS DECIMAL(10, 2)),
       CASE WHEN o.d < 3 THEN 1 WHEN o.d < 6 THEN 2 WHEN o.d < 8 THEN 3 ELSE 4 END
FROM bronze.digits t CROSS JOIN bronze.digits o;

-- bronze: what happens every day -------------------------------------------------------------------------------

CREATE TABLE bronze.customers_raw (
  customer_id INT NOT NULL,
  name STRING,
  email STRING COMMENT 'Personal data',
  country STRING,
  segment STRING
) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true');
INSERT INTO bronze.customers_raw
SELECT h.d * 100 + t.d * 10 + o.d,
       concat('Customer ', cast(h.d * 100 + t.d * 10 + o.d AS STRING)),
       concat('customer', cast(h.d * 100 + t.d * 10 + o.d AS STRING), '@example.com'),
       CASE WHEN o.d < 4 THEN 'DE' WHEN o.d < 7 THEN 'FR' WHEN o.d < 9 THEN 'ES' ELSE 'IT' END,
       CASE WHEN t.d < 1 THEN 'gold' WHEN t.d < 4 THEN 'silver' ELSE 'basic' END
FROM bronze.digits h CROSS JOIN bronze.digits t CROSS JOIN bronze.digits o;

CREATE TABLE bronze.orders_raw (
  order_id INT NOT NULL,
  customer_id INT,
  store_id INT,
  order_date DATE,
  status STRING
) PARTITIONED BY (order_date) COMMENT 'Orders, one partition per day';
INSERT INTO bronze.orders_raw
SELECT th.d * 1000 + h.d * 100 + t.d * 10 + o.d,
       h.d * 100 + t.d * 10 + th.d,
       CASE WHEN o.d < 8 THEN o.d + 1 ELSE 1 END,
       CASE WHEN th.d < 2 THEN DATE '2026-01-05' WHEN th.d < 4 THEN DATE '2026-01-06'
            WHEN th.d < 6 THEN DATE '2026-01-07' WHEN th.d < 8 THEN DATE '2026-01-08'
            ELSE DATE '2026-01-09' END,
       CASE WHEN t.d = 0 THEN 'cancelled' WHEN t.d < 3 THEN 'open' ELSE 'delivered' END
FROM bronze.digits th CROSS JOIN bronze.digits h CROSS JOIN bronze.digits t CROSS JOIN bronze.digits o;
INSERT INTO bronze.orders_raw VALUES
  (10000, 1, 1, DATE '2026-01-10', 'open'), (10001, 2, 3, DATE '2026-01-10', 'open');
INSERT INTO bronze.orders_raw VALUES (10002, 3, 5, DATE '2026-01-11', 'open');

CREATE TABLE bronze.order_items_raw (
  order_id INT NOT NULL,
  line INT NOT NULL,
  product_id INT,
  quantity INT,
  unit_price DECIMAL(10, 2)
) COMMENT 'The largest table';
INSERT INTO bronze.order_items_raw
SELECT th.d * 1000 + h.d * 100 + t.d * 10 + o.d,
       l.d,
       t.d * 10 + o.d,
       CASE WHEN l.d < 2 THEN 1 ELSE 2 END,
       cast(5 + t.d * 7 + o.d * 3 AS DECIMAL(10, 2))
FROM bronze.digits th CROSS JOIN bronze.digits h CROSS JOIN bronze.digits t CROSS JOIN bronze.digits o
CROSS JOIN bronze.digits l
WHERE l.d < 3;

CREATE TABLE bronze.payments_raw (
  payment_id INT NOT NULL,
  order_id INT,
  method STRING,
  amount DECIMAL(12, 2)
);
INSERT INTO bronze.payments_raw
SELECT h.d * 100 + t.d * 10 + o.d,
       h.d * 100 + t.d * 10 + o.d,
       CASE WHEN o.d < 5 THEN 'card' WHEN o.d < 8 THEN 'invoice' ELSE 'voucher' END,
       cast(10 + t.d * 7 + o.d * 3 AS DECIMAL(12, 2))
FROM bronze.digits h CROSS JOIN bronze.digits t CROSS JOIN bronze.digits o;

CREATE TABLE bronze.web_events (
  event_id INT NOT NULL,
  session STRING,
  page STRING,
  event_date DATE
) PARTITIONED BY (event_date)
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true');
INSERT INTO bronze.web_events
SELECT h.d * 100 + t.d * 10 + o.d,
       concat('s-', cast(t.d AS STRING), cast(h.d AS STRING)),
       CASE WHEN o.d < 5 THEN '/home' WHEN o.d < 8 THEN '/product' ELSE '/checkout' END,
       CASE WHEN h.d < 5 THEN DATE '2026-01-10' ELSE DATE '2026-01-11' END
FROM bronze.digits h CROSS JOIN bronze.digits t CROSS JOIN bronze.digits o;
DELETE FROM bronze.web_events WHERE page = '/home' AND event_id < 50;
DELETE FROM bronze.web_events WHERE session = 's-77';

CREATE TABLE bronze.inventory_snapshots (store_id INT, product_id INT, taken_on DATE, stock INT)
PARTITIONED BY (store_id);
INSERT INTO bronze.inventory_snapshots
SELECT s.store_id, p.product_id, DATE '2026-01-11', p.product_id + s.store_id * 3
FROM bronze.stores_raw s CROSS JOIN bronze.products_raw p;

CREATE TABLE bronze.returns_raw (return_id INT NOT NULL, order_id INT, reason STRING)
COMMENT 'Empty until the return portal goes live';

-- silver: cleaned ----------------------------------------------------------------------------------------------

CREATE TABLE silver.customers (
  `customer id` INT NOT NULL COMMENT 'Names of columns with blanks need column mapping',
  name STRING,
  email STRING COMMENT 'Personal data',
  country STRING,
  segment STRING
) COMMENT 'One row per customer'
TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'quality' = 'silver');
INSERT INTO silver.customers SELECT customer_id, name, lower(email), upper(country), segment FROM bronze.customers_raw;
ALTER TABLE silver.customers ADD CONSTRAINT known_segment CHECK (segment IN ('gold', 'silver', 'basic'));

CREATE TABLE silver.products COMMENT 'Sellable products'
AS SELECT product_id, name, category, price, supplier_id FROM bronze.products_raw;

CREATE TABLE silver.stores TBLPROPERTIES ('quality' = 'silver')
AS SELECT store_id, name, city, country FROM bronze.stores_raw;

CREATE TABLE silver.orders (
  order_id INT NOT NULL,
  customer_id INT,
  store_id INT,
  order_date DATE,
  status STRING COMMENT 'open, delivered or cancelled'
) PARTITIONED BY (status)
COMMENT 'Orders without cancelled ones'
TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.logRetentionDuration' = 'interval 90 days');
INSERT INTO silver.orders SELECT order_id, customer_id, store_id, order_date, status FROM bronze.orders_raw;
DELETE FROM silver.orders WHERE status = 'cancelled';
ALTER TABLE silver.orders ADD CONSTRAINT order_id_not_negative CHECK (order_id >= 0);

CREATE TABLE silver.order_items (
  order_id INT NOT NULL,
  line INT NOT NULL,
  product_id INT,
  quantity INT,
  amount DECIMAL(12, 2)
);
INSERT INTO silver.order_items
SELECT order_id, line, product_id, quantity, cast(unit_price * quantity AS DECIMAL(12, 2))
FROM bronze.order_items_raw;
ALTER TABLE silver.order_items ADD CONSTRAINT some_quantity CHECK (quantity > 0);

CREATE TABLE silver.payments
AS SELECT payment_id, order_id, method, amount FROM bronze.payments_raw WHERE method IN ('card', 'invoice');

CREATE VIEW silver.active_customers COMMENT 'Customers who pay attention'
AS SELECT `customer id` AS customer_id, name, country, segment FROM retail_prod.silver.customers
WHERE segment IN ('gold', 'silver');

CREATE VIEW silver.order_lines COMMENT 'Orders with their lines and products'
AS SELECT o.order_id, o.order_date, o.customer_id, o.store_id, p.category, i.quantity, i.amount
FROM retail_prod.silver.orders o
JOIN retail_prod.silver.order_items i ON i.order_id = o.order_id
JOIN retail_prod.silver.products p ON p.product_id = i.product_id;

-- gold: what reports read --------------------------------------------------------------------------------------

CREATE TABLE gold.daily_sales PARTITIONED BY (order_date) COMMENT 'Sales per day and category'
AS SELECT order_date, category, sum(amount) AS amount, sum(quantity) AS quantity
FROM retail_prod.silver.order_lines GROUP BY order_date, category;

CREATE TABLE gold.store_sales
AS SELECT store_id, count(order_id) AS line_count, sum(amount) AS amount
FROM retail_prod.silver.order_lines GROUP BY store_id;

CREATE TABLE gold.customer_value COMMENT 'What customers have spent'
AS SELECT customer_id, count(order_id) AS line_count, sum(amount) AS amount
FROM retail_prod.silver.order_lines GROUP BY customer_id;

CREATE TABLE gold.store_targets (store_id INT NOT NULL, target DECIMAL(14, 2) COMMENT 'Euro per week')
TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'owner.team' = 'finance');
INSERT INTO gold.store_targets
SELECT store_id, cast(80000 + store_id * 5000 AS DECIMAL(14, 2)) FROM silver.stores;

CREATE VIEW gold.store_performance COMMENT 'Sales against targets'
AS SELECT s.name, s.city, t.target, x.amount
FROM retail_prod.silver.stores s
JOIN retail_prod.gold.store_targets t ON t.store_id = s.store_id
LEFT JOIN retail_prod.gold.store_sales x ON x.store_id = s.store_id;

CREATE VIEW gold.top_customers
AS SELECT c.customer_id, c.name, c.segment, v.amount
FROM retail_prod.silver.active_customers c
JOIN retail_prod.gold.customer_value v ON v.customer_id = c.customer_id
WHERE v.amount > 1000;

CREATE VIEW gold.executive_summary COMMENT 'A view over views'
AS SELECT city, max(target) AS target, sum(amount) AS amount, 'prod.retail is only a text' AS note
FROM retail_prod.gold.store_performance GROUP BY city;

-- hr: people ---------------------------------------------------------------------------------------------------

CREATE TABLE hr.departments (department_id INT NOT NULL, name STRING) COMMENT 'Cost centres';
INSERT INTO hr.departments VALUES (1, 'Sales'), (2, 'Logistics'), (3, 'IT');

CREATE TABLE hr.employees (
  employee_id INT NOT NULL,
  name STRING COMMENT 'Personal data',
  department_id INT,
  store_id INT,
  hired DATE
) TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableDeletionVectors' = 'true');
INSERT INTO hr.employees
SELECT t.d * 10 + o.d, concat('Employee ', cast(t.d * 10 + o.d AS STRING)),
       CASE WHEN o.d < 6 THEN 1 WHEN o.d < 9 THEN 2 ELSE 3 END,
       CASE WHEN o.d < 8 THEN o.d + 1 ELSE 1 END,
       CASE WHEN t.d < 5 THEN DATE '2023-04-01' ELSE DATE '2025-09-01' END
FROM bronze.digits t CROSS JOIN bronze.digits o;
DELETE FROM hr.employees WHERE employee_id IN (13, 42);

CREATE TABLE hr.salaries (employee_id INT NOT NULL, amount DECIMAL(10, 2) COMMENT 'Euro per year')
COMMENT 'Strictly confidential';
INSERT INTO hr.salaries SELECT employee_id, cast(42000 + employee_id * 150 AS DECIMAL(10, 2)) FROM hr.employees;
ALTER TABLE hr.salaries ADD CONSTRAINT paid CHECK (amount > 0);

CREATE VIEW hr.headcount COMMENT 'Employees per department and city'
AS SELECT d.name AS department, s.city, count(e.employee_id) AS employees
FROM retail_prod.hr.employees e
JOIN retail_prod.hr.departments d ON d.department_id = e.department_id
JOIN retail_prod.silver.stores s ON s.store_id = e.store_id
GROUP BY d.name, s.city;

-- comments and properties added later --------------------------------------------------------------------------

COMMENT ON TABLE bronze.payments_raw IS 'Payments; it''s the provider''s export';
ALTER TABLE bronze.returns_raw SET TBLPROPERTIES ('status' = 'planned');

-- who may do what ----------------------------------------------------------------------------------------------

GRANT USE CATALOG ON CATALOG retail_prod TO `account users`;
GRANT USE SCHEMA, SELECT ON SCHEMA gold TO analysts;
GRANT USE SCHEMA, SELECT ON SCHEMA silver TO data_engineers;
GRANT USE SCHEMA, SELECT, MODIFY ON SCHEMA bronze TO data_engineers;
GRANT USE SCHEMA ON SCHEMA silver TO analysts;
GRANT SELECT ON TABLE silver.products TO analysts;
GRANT SELECT ON VIEW silver.active_customers TO analysts;
GRANT USE SCHEMA ON SCHEMA hr TO people_team;
GRANT SELECT ON TABLE hr.employees TO people_team;
GRANT SELECT, MODIFY ON TABLE hr.salaries TO `ana.silva@example.com`;
GRANT SELECT ON VIEW hr.headcount TO analysts;

ALTER SCHEMA hr OWNER TO people_team;
ALTER SCHEMA bronze OWNER TO data_engineers;
ALTER TABLE gold.store_targets OWNER TO `ben.okafor@example.com`;
ALTER TABLE silver.orders OWNER TO data_engineers;
ALTER VIEW gold.executive_summary OWNER TO analysts;
