"""Random changes of a catalog, as a day of work brings them: nothing goes, for what goes stays in a copy."""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from databricks.sdk.service.catalog import VolumeType

from fidelity.catalogs import Maker, Relation
from fidelity.hostile import NAMES, literal, pairs, quoted
from fidelity.models import make_version
from fidelity.tables import MASKABLE, TYPES


@dataclass
class Day:
    """Changes of one catalog, the same ones for the same seed."""

    maker: Maker
    rng: Random
    # How many columns are new.
    columns: int = 0

    def pass_by(self) -> None:
        """Changes some of everything."""
        tables = [relation for relation in self.maker.relations if relation.types]
        views = [relation for relation in self.maker.relations if not relation.types]
        of_tables = (self.insert, self.delete, self.widen, self.rename_key, self.describe, self.filter)
        for table in tables:
            for change in self.rng.sample(of_tables, 2):
                change(table)
        for view in views:
            for change in self.rng.sample((self.rewrite, self.describe), self.rng.randint(0, 1)):
                change(view)
        for schema, function in self.maker.functions:
            if self.rng.random() < 0.3:
                self.rewrite_function(schema, function)
        self.add_files()
        self.add_version()
        if self.rng.random() < 0.5:
            self.maker.make_schema(self.new_name())
        else:
            schema = self.rng.choice(self.maker.schemas)
            self.maker.make_table(schema, f"late{self.rng.choice(NAMES)}"[:255])
            self.maker.make_view(schema, "late")
        self.maker.grant("schema", self.rng.choice(self.maker.schemas))
        self.maker.run(f"COMMENT ON SCHEMA {self.name(self.rng.choice(self.maker.schemas))} IS 'later'")

    def insert(self, table: Relation) -> None:
        names = ", ".join(map(quoted, table.types))
        row = ", ".join(self.rng.choice(TYPES[kind]) for kind in table.types.values())
        self.maker.run(f"INSERT INTO {self.of(table)} ({names}) VALUES ({row})")

    def delete(self, table: Relation) -> None:
        self.maker.run(f"DELETE FROM {self.of(table)} WHERE true")

    def widen(self, table: Relation) -> None:
        """Adds a column: views of `SELECT *` go on without it."""
        self.columns += 1
        column = f"late{self.columns}"
        self.maker.run(f"ALTER TABLE {self.of(table)} ADD COLUMNS ({column} STRING COMMENT 'late')")
        table.columns.append(column)
        self.insert(table)
        self.maker.run(f"ALTER TABLE {self.of(table)} ALTER COLUMN {column} SET TAGS ({pairs(self.maker.one_tag())})")

    def rename_key(self, table: Relation) -> None:
        """Gives the primary key another name, or other marks; the keys that point to it are made again."""
        if table.key is None:
            return
        rely = self.rng.choice(("", " RELY"))
        name = f"key_{self.rng.randrange(10**9)}"
        column = quoted(table.key[0])
        self.maker.run(f"ALTER TABLE {self.of(table)} DROP PRIMARY KEY CASCADE")
        self.maker.run(f"ALTER TABLE {self.of(table)} ADD CONSTRAINT {name} PRIMARY KEY ({column}){rely}")
        for statement in self.maker.foreign_keys.get(self.maker.relations.index(table), ()):
            self.maker.run(statement)

    def describe(self, relation: Relation) -> None:
        """Another comment, tag and grant."""
        self.maker.run(f"COMMENT ON TABLE {self.of(relation)} IS {literal(self.maker.text())}")
        keyword = "TABLE" if relation.types else "VIEW"
        if (relation.schema, relation.name) not in self.maker.materialized:
            self.maker.decorate(keyword, keyword.lower(), relation.schema, relation.name)

    def filter(self, table: Relation) -> None:
        """A row filter, or another one; a table with CHECK constraints cannot have any, nor the copy of its rows an identity
        that is GENERATED ALWAYS."""
        choices = [column for column, kind in table.types.items() if kind in MASKABLE]
        checks = self.maker.run(f"SHOW TBLPROPERTIES {self.of(table)}")
        if not choices or "row_id" in table.columns or any(key.startswith("delta.constraints.") for key, *_ in checks):
            return
        column = self.rng.choice(choices)
        body = "is_member('admins') OR x IS NOT NULL"
        keep = self.maker.guard(table.schema, f"x {table.types[column]}", "BOOLEAN", body)
        self.maker.run(f"ALTER TABLE {self.of(table)} SET ROW FILTER {quoted(*keep)} ON ({quoted(column)})")

    def rewrite(self, view: Relation) -> None:
        """Another query with columns of the same names."""
        words = ", ".join(f"{literal(self.maker.text())} AS {quoted(column)}" for column in view.columns)
        text = self.maker.written(f"SELECT {words}")
        self.maker.run(f"ALTER VIEW {self.of(view)} AS {text}")

    def rewrite_function(self, schema: str, name: str) -> None:
        head = f"CREATE OR REPLACE FUNCTION {self.name(schema, name)}(x INT DEFAULT 1) RETURNS STRING COMMENT 'later'"
        self.maker.run(f"{head} RETURN {self.maker.written(f'concat({literal(self.maker.text())}, x)')}")

    def add_files(self) -> None:
        """A new file in each managed volume; what is replaced no rollback brings back."""
        for schema in self.maker.schemas:
            for volume in self.maker.workspace.volumes.list(self.maker.catalog, schema):
                if volume.volume_type == VolumeType.MANAGED:
                    path = f"/Volumes/{self.maker.catalog}/{schema}/{volume.name}/late/é.bin"
                    self.maker.workspace.files.upload(path, BytesIO(self.rng.randbytes(100)))

    def add_version(self) -> None:
        """A new version of each model."""
        models = self.maker.workspace.registered_models
        for schema in self.maker.schemas:
            for model in models.list(catalog_name=self.maker.catalog, schema_name=schema):
                files = {"MLmodel": self.rng.randbytes(50)}
                make_version(self.maker.workspace, model.full_name or "", "late", files, "newest")

    def of(self, relation: Relation) -> str:
        return self.name(relation.schema, relation.name)

    def name(self, *parts: str) -> str:
        return quoted(self.maker.catalog, *parts)

    def new_name(self) -> str:
        return self.rng.choice([name for name in NAMES if name not in ("default", *self.maker.schemas)])
