"""A small catalog with one of everything, and the same catalog a day later."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.catalog import PolicyInfo, PolicyType, RowFilterOptions, SecurableType

from expect import Sql
from fidelity.hostile import CATALOG
from fidelity.models import make_version

METRICS = f"""version: '1.1'
source: '`{CATALOG}`.s.orders'
dimensions:
- name: name
  expr: name
measures:
- name: orders
  expr: count(1)
"""
# Definitions, with marks for the catalog.
RECENT = f"SELECT id, name FROM `{CATALOG}`.s.orders WHERE id > 1"
RECENT_LATER = f"SELECT id FROM `{CATALOG}`.s.orders WHERE id > 2"
TOTALS = f"SELECT count(*) AS n FROM `{CATALOG}`.s.orders"
HIDE = "CASE WHEN is_member('admins') THEN x END"
HIDE_LATER = "CASE WHEN is_member('admins') THEN x ELSE '***' END"
TEXTS = [METRICS, RECENT, RECENT_LATER, TOTALS, HIDE, HIDE_LATER]

S = f"`{CATALOG}`.s"
FIRST_DAY = (
    f"CREATE SCHEMA {S} COMMENT 'sales'",
    f"CREATE FUNCTION {S}.hide(x STRING) RETURNS STRING RETURN {HIDE}",
    f"CREATE FUNCTION {S}.keep(x BIGINT) RETURNS BOOLEAN RETURN is_member('admins') OR x > 1",
    f"CREATE FUNCTION {S}.nothing() RETURNS BOOLEAN RETURN false",
    f"CREATE TABLE {S}.orders (id BIGINT NOT NULL COMMENT 'key', name STRING, CONSTRAINT pk PRIMARY KEY (id))"
    " COMMENT 'all orders' TBLPROPERTIES ('team' = 'sales')",
    f"INSERT INTO {S}.orders VALUES (1, 'a'), (2, 'b')",
    f"CREATE TABLE {S}.items (id BIGINT, parent BIGINT, CONSTRAINT fk FOREIGN KEY (parent)"
    f" REFERENCES {S}.orders (id)) CLUSTER BY (id)",
    f"INSERT INTO {S}.items VALUES (7, 1)",
    f"CREATE TABLE {S}.salaries (id BIGINT, name STRING MASK {S}.hide) WITH ROW FILTER {S}.keep ON (id)",
    f"INSERT INTO {S}.salaries VALUES (1, 'x'), (2, 'y')",
    f"CREATE TABLE {S}.visits AS SELECT 1 AS id",
    f"CREATE VIEW {S}.recent AS {RECENT}",
    f"CREATE VIEW {S}.figures WITH METRICS LANGUAGE YAML AS $${METRICS}$$",
    f"CREATE MATERIALIZED VIEW {S}.totals AS {TOTALS}",
    f"CREATE VOLUME {S}.files COMMENT 'of sales'",
    f"ALTER CATALOG `{CATALOG}` SET TAGS ('pii' = '')",
    f"ALTER TABLE {S}.orders SET TAGS ('pii' = 'low', 'old' = '')",
    f"ALTER TABLE {S}.orders ALTER COLUMN name SET TAGS ('pii' = 'high')",
    f"GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG `{CATALOG}` TO `account users`",
    f"GRANT MODIFY ON TABLE {S}.orders TO `account users`",
)
NEXT_DAY = (
    f"INSERT INTO {S}.orders VALUES (3, 'c')",
    f"INSERT INTO {S}.salaries VALUES (3, 'z')",
    f"INSERT INTO {S}.visits VALUES (2)",
    f"ALTER TABLE {S}.items ADD COLUMNS (note STRING COMMENT 'new')",
    f"COMMENT ON TABLE {S}.orders IS 'all orders, and more'",
    f"COMMENT ON SCHEMA {S} IS 'sales of today'",
    f"CREATE OR REPLACE FUNCTION {S}.hide(x STRING) RETURNS STRING RETURN {HIDE_LATER}",
    f"CREATE TABLE {S}.returns AS SELECT 1 AS id",
    f"CREATE OR REPLACE VIEW {S}.recent AS {RECENT_LATER}",
    f"ALTER TABLE {S}.orders UNSET TAGS ('old')",
    f"ALTER TABLE {S}.orders SET TAGS ('pii' = 'medium')",
    f"REVOKE MODIFY ON TABLE {S}.orders FROM `account users`",
    f"GRANT SELECT ON TABLE {S}.items TO `account users`",
)


@dataclass(frozen=True)
class Shop:
    """The catalog."""

    workspace: WorkspaceClient
    run: Sql
    catalog: str
    # Somebody whom guards and policies bind.
    reader: str

    def open(self) -> None:
        """Makes it."""
        self.workspace.catalogs.create(self.catalog, comment="a shop")
        self.run_all(FIRST_DAY)
        self.upload("opening.txt", b"at nine")
        self.workspace.registered_models.create(catalog_name=self.catalog, schema_name="s", name="churn")
        model = f"{self.catalog}.s.churn"
        make_version(self.workspace, model, "the first", {"MLmodel": b"flavors: {}"}, "newest")
        policy = PolicyInfo(
            name="nobody",
            on_securable_type=SecurableType.TABLE,
            on_securable_fullname=f"{self.catalog}.s.visits",
            for_securable_type=SecurableType.TABLE,
            policy_type=PolicyType.POLICY_TYPE_ROW_FILTER,
            to_principals=[self.reader],
            row_filter=RowFilterOptions(f"{self.catalog}.s.nothing"),
        )
        self.workspace.policies.create_policy(policy)
        self.workspace.tables.update(f"{self.catalog}.s.recent", owner=self.reader)

    def go_on(self) -> None:
        """Makes it what it is a day later. No version of the model is new: its copy never has the number of a deleted one."""
        self.run_all(NEXT_DAY)
        self.upload("closing.txt", b"at five")

    def run_all(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.run(statement.replace(CATALOG, self.catalog))

    def upload(self, name: str, content: bytes) -> None:
        self.workspace.files.upload(f"/Volumes/{self.catalog}/s/files/{name}", BytesIO(content))
