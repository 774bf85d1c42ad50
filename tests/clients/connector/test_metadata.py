"""`catalogs`, `schemas`, `tables` and `columns` of the SQL connector.

Its back end makes SHOW statements of them: `SHOW CATALOGS`, `SHOW SCHEMAS IN c [LIKE 's']`,
`SHOW TABLES IN CATALOG c [SCHEMA LIKE 's'] [LIKE 't']` (or `IN ALL CATALOGS`), whose sixth column it
filters on TABLE, VIEW and SYSTEM TABLE, and `SHOW COLUMNS IN CATALOG c [SCHEMA LIKE 's'] [TABLE LIKE 't']
[LIKE 'c']`.
"""

from databricks.sql.client import Cursor


def names(cursor: Cursor) -> list[str]:
    """The columns of the result."""
    return [one[0] for one in cursor.description or []]


def test_catalogs_are_listed(cursor: Cursor, catalog: str) -> None:
    found = cursor.catalogs().fetchall()
    assert names(cursor) == ["catalog"]
    assert {catalog, "system"} <= {row[0] for row in found}


def test_schemas_are_listed(cursor: Cursor, catalog: str) -> None:
    found = cursor.schemas(catalog_name=catalog).fetchall()
    assert names(cursor)[0] == "databaseName"
    assert {"sales", "information_schema"} <= {row[0] for row in found}


def test_schemas_are_listed_by_pattern(cursor: Cursor, catalog: str) -> None:
    found = cursor.schemas(catalog_name=catalog, schema_name="sal*").fetchall()
    assert [row[0] for row in found] == ["sales"]


def test_tables_and_views_are_listed(cursor: Cursor, catalog: str) -> None:
    cursor.execute("CREATE TABLE orders (a INT) COMMENT 'all orders'")
    cursor.execute("CREATE VIEW some_orders AS SELECT a FROM orders")
    found = cursor.tables(catalog_name=catalog, schema_name="sales", table_types=["MANAGED", "VIEW"])
    rows = sorted(tuple(row) for row in found.fetchall())
    expected = ["namespace", "tableName", "isTemporary", "information", "catalogName", "tableType", "remarks"]
    assert names(cursor) == expected
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("sales", "orders", catalog),
        ("sales", "some_orders", catalog),
    ]
    assert rows[0][6] == "all orders"


def test_tables_are_listed_by_pattern(cursor: Cursor, catalog: str) -> None:
    for name in ("orders", "orders_old", "people"):
        cursor.execute(f"CREATE VIEW {name} AS SELECT 1 AS a")
    found = cursor.tables(catalog_name=catalog, schema_name="sales", table_name="orders*").fetchall()
    assert sorted(row[1] for row in found) == ["orders", "orders_old"]


def test_tables_of_all_catalogs_are_listed(cursor: Cursor, catalog: str) -> None:
    cursor.execute("CREATE VIEW everywhere AS SELECT 1 AS a")
    found = cursor.tables(table_name="everywhere").fetchall()
    assert catalog in {row[4] for row in found}


def test_columns_are_listed(cursor: Cursor, catalog: str) -> None:
    cursor.execute("CREATE TABLE orders (id BIGINT NOT NULL COMMENT 'key', price DECIMAL(10,2))")
    found = cursor.columns(catalog_name=catalog, schema_name="sales", table_name="orders").fetchall()
    assert len(found) == 2
    assert {"id", "price"} <= {value for row in found for value in tuple(row)}


def test_columns_are_listed_by_pattern(cursor: Cursor, catalog: str) -> None:
    cursor.execute("CREATE TABLE orders (id BIGINT, price DECIMAL(10,2))")
    found = cursor.columns(catalog_name=catalog, schema_name="sales", table_name="orders", column_name="pri*")
    assert len(found.fetchall()) == 1
