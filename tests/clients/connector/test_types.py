"""Values of every type through the SQL connector, as Arrow brings them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from databricks.sql.client import Cursor

VALUES: list[tuple[str, str, Any]] = [
    ("CAST(-128 AS TINYINT)", "tinyint", -128),
    ("CAST(32767 AS SMALLINT)", "smallint", 32767),
    ("2147483647", "int", 2147483647),
    ("9223372036854775807", "bigint", 9223372036854775807),
    ("CAST(0.5 AS FLOAT)", "float", 0.5),
    ("CAST(0.1 AS DOUBLE)", "double", 0.1),
    ("CAST('Infinity' AS DOUBLE)", "double", float("inf")),
    (
        "CAST('-12345678901234567890.12345' AS DECIMAL(38,5))",
        "decimal",
        Decimal("-12345678901234567890.12345"),
    ),
    ("true", "boolean", True),
    ("'a\\'b こんにちは'", "string", "a'b こんにちは"),
    ("X'00FF'", "binary", b"\x00\xff"),
    ("DATE'0001-01-01'", "date", date(1, 1, 1)),
    ("TIMESTAMP'2024-01-02 03:04:05.678901Z'", "timestamp", datetime(2024, 1, 2, 3, 4, 5, 678901, UTC)),
    ("TIMESTAMP_NTZ'2024-01-02 03:04:05'", "timestamp_ntz", datetime(2024, 1, 2, 3, 4, 5)),
    ("array(1, 2, NULL)", "array", [1, 2, None]),
    ("array('a', 'b')", "array", ["a", "b"]),
    ("named_struct('a', 1, 'b', 'x')", "struct", {"a": 1, "b": "x"}),
    ("map('k', 1)", "map", [("k", 1)]),
    ("array(named_struct('a', 1))", "array", [{"a": 1}]),
    ("NULL", "null", None),
]


@pytest.mark.parametrize(("expression", "kind", "value"), VALUES, ids=[one[0] for one in VALUES])
def test_value_comes_with_its_type(cursor: Cursor, expression: str, kind: str, value: Any) -> None:
    table = cursor.execute(f"SELECT {expression} AS v").fetchall_arrow()
    assert cursor.description is not None
    assert cursor.description[0][1] == kind
    assert table.column("v").to_pylist() == [value]


@pytest.mark.parametrize(("expression", "kind", "value"), VALUES[:14], ids=[one[0] for one in VALUES[:14]])
def test_value_comes_back_as_python(cursor: Cursor, expression: str, kind: str, value: Any) -> None:
    row = cursor.execute(f"SELECT {expression} AS v").fetchone()
    assert row is not None
    assert row.v == value


def test_null_of_every_type_is_none(cursor: Cursor) -> None:
    kinds = ["INT", "BIGINT", "DOUBLE", "DECIMAL(10,2)", "STRING", "BOOLEAN", "DATE", "TIMESTAMP", "BINARY"]
    columns = ", ".join(f"CAST(NULL AS {kind})" for kind in kinds)
    row = cursor.execute(f"SELECT {columns}").fetchone()
    assert row is not None
    assert list(row) == [None] * len(kinds)


def test_table_of_many_types_comes_back(cursor: Cursor) -> None:
    cursor.execute("CREATE TABLE t (i INT, d DECIMAL(10,2), s STRING, a ARRAY<INT>, ts TIMESTAMP, b BINARY)")
    cursor.execute(
        "INSERT INTO t VALUES (1, 1.5, 'x', array(1, 2), TIMESTAMP'2024-01-02 03:04:05Z', X'01'),"
        " (NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    found = cursor.execute("SELECT * FROM t ORDER BY i").fetchall_arrow().to_pylist()
    assert found == [
        {"i": None, "d": None, "s": None, "a": None, "ts": None, "b": None},
        {
            "i": 1,
            "d": Decimal("1.50"),
            "s": "x",
            "a": [1, 2],
            "ts": datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
            "b": b"\x01",
        },
    ]
