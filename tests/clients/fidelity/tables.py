"""Random tables."""

from collections.abc import Callable, Iterator
from random import Random

from fidelity.hostile import COLUMNS, MAPPED_COLUMNS, literal, quoted

# What columns of each type may hold. A type with NULL among its values allows it.
TYPES = {
    "BIGINT": ("1", "-9223372036854775808"),
    "INT": ("7", "NULL"),
    "SMALLINT": ("-3S",),
    "TINYINT": ("5Y", "NULL"),
    "DOUBLE": ("1.5D", "-0.0D"),
    "FLOAT": ("CAST(0.1 AS FLOAT)",),
    "DECIMAL(38,6)": ("1234567.654321", "NULL"),
    "BOOLEAN": ("true", "NULL"),
    "STRING": ("'it\\'s'", "''", "'\\\\ \\n'"),
    "VARCHAR(20)": ("'näh'",),
    "DATE": ("DATE'0999-12-31'", "DATE'2026-02-28'"),
    "TIMESTAMP": ("TIMESTAMP'2026-01-01T10:00:00.123456Z'", "NULL"),
    "TIMESTAMP_NTZ": ("TIMESTAMP_NTZ'1969-12-31 23:59:59'",),
    "BINARY": ("X'00ff'",),
    "ARRAY<STRING>": ("array('a', NULL)", "NULL"),
    "MAP<STRING, INT>": ("map('a', 1)",),
    "STRUCT<a: INT, b: ARRAY<DATE>>": ("named_struct('a', 1, 'b', array(DATE'2026-01-01'))",),
}
KEYS = ("BIGINT", "SMALLINT", "STRING", "DATE")
MASKABLE = ("BIGINT", "INT", "DECIMAL(38,6)", "BOOLEAN", "STRING", "DATE", "ARRAY<STRING>")


class NewTable:
    """A table that is to be made."""

    def __init__(self, rng: Random, text: Callable[[], str]) -> None:
        self.rng = rng
        self.text = text
        mapped = self.chance(0.4)
        names = rng.sample(MAPPED_COLUMNS if mapped else COLUMNS, rng.randint(1, 4))
        self.types = {name: rng.choice(list(TYPES)) for name in names}
        self.required = {name for name in names if "NULL" not in TYPES[self.types[name]] and self.chance()}
        self.computed = dict(self.computed_columns())
        keys = [name for name in names if name in self.required and self.types[name] in KEYS]
        self.key = (keys[0], self.types[keys[0]]) if keys and self.chance(0.7) else None
        self.properties = self.features(mapped)
        # Columns that can be masked. A copy of rows cannot keep an identity that is GENERATED ALWAYS, and a table has
        # guards or CHECK constraints.
        self.maskable = [name for name, kind in self.types.items() if kind in MASKABLE]
        has_identity = any("ALWAYS AS IDENTITY" in rule for rule in self.computed.values())
        self.protected = bool(self.maskable) and not has_identity and self.chance(0.3)

    @property
    def names(self) -> list[str]:
        """The names of all columns."""
        return [*self.types, *self.computed]

    @property
    def columns_sql(self) -> str:
        """The columns as `CREATE TABLE` takes them."""
        own = [self.column(name, kind) for name, kind in self.types.items()]
        return ", ".join(own + [f"{quoted(name)} {rule}" for name, rule in self.computed.items()])

    @property
    def layout_sql(self) -> str:
        """How the files are laid out."""
        plain = [name for name, kind in self.types.items() if kind in ("BIGINT", "INT", "DATE", "STRING")]
        kind = self.rng.choice(("", "PARTITIONED BY", "CLUSTER BY"))
        if kind == "PARTITIONED BY":
            # An empty text in a partition column is null.
            plain = [name for name in plain if name not in self.required or self.types[name] != "STRING"]
        if not kind or not plain or len(self.names) == 1:
            return ""
        return f" {kind} ({quoted(self.rng.choice(plain))})"

    def changes(self, table: str) -> Iterator[str]:
        """Statements that fill the table and constrain it."""
        for _ in range(self.rng.randint(0, 2)):
            yield f"INSERT INTO {table} ({self.list_of(self.types)}) VALUES {self.rows()}"
        for name, kind in self.types.items():
            if kind == "STRING" and not self.protected and self.chance():
                other = literal(f"not {self.text()}")
                yield f"ALTER TABLE {table} ADD CONSTRAINT `it's` CHECK ({quoted(name)} <> {other})"
                break
        if self.key:
            rely = " RELY" if self.chance(0.3) else ""
            name = f"pk_{self.rng.randrange(10**9)}"
            yield f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY ({quoted(self.key[0])}){rely}"
        if self.types and self.chance(0.3):
            yield f"DELETE FROM {table} WHERE {quoted(next(iter(self.types)))} IS NULL"

    def rows(self) -> str:
        rows = [
            ", ".join(self.rng.choice(TYPES[kind]) for kind in self.types.values())
            for _ in range(self.rng.randint(1, 3))
        ]
        return f"({'), ('.join(rows)})"

    def column(self, name: str, kind: str) -> str:
        is_simple = not kind.startswith(("ARRAY", "MAP", "STRUCT"))
        default = f" DEFAULT {TYPES[kind][0]}" if is_simple and self.chance(0.3) else ""
        required = " NOT NULL" if name in self.required else ""
        comment = f" COMMENT {literal(self.text())}" if self.chance(0.4) else ""
        return f"{quoted(name)} {kind}{required}{default}{comment}"

    def computed_columns(self) -> Iterator[tuple[str, str]]:
        if self.chance(0.3):
            by = self.rng.choice(("ALWAYS", "BY DEFAULT"))
            yield "row_id", f"BIGINT GENERATED {by} AS IDENTITY (START WITH 100 INCREMENT BY 10)"
        numbers = [name for name, kind in self.types.items() if kind in ("BIGINT", "INT")]
        if numbers and self.chance(0.4):
            yield "rest", f"BIGINT GENERATED ALWAYS AS (CAST(coalesce({quoted(numbers[0])}, 0) % 10 AS BIGINT))"

    def features(self, mapped: bool) -> dict[str, str]:
        features = {"delta.feature.allowColumnDefaults": "supported"}
        if mapped:
            features["delta.columnMapping.mode"] = "name"
        for switch in ("delta.enableChangeDataFeed", "delta.enableDeletionVectors"):
            if self.chance(0.3):
                features[switch] = "true"
        return features

    def chance(self, probability: float = 0.5) -> bool:
        return self.rng.random() < probability

    @staticmethod
    def list_of(names: dict[str, str]) -> str:
        return ", ".join(map(quoted, names))
