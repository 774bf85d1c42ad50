"""Kinds of statements in words that do not depend on a parser, such as `CREATE TABLE` and `QUERY`."""

import re

from sqlglot import exp

SPARK = {
    "ALTER SCHEMA": "SetNamespaceProperties UnsetNamespacePropertiesCommand SetNamespaceLocation",
    "ALTER TABLE": "AddCheckConstraint AddColumns AddConstraint AddPartitions AlterColumns "
    "AlterTableClusterBy AlterTableCollation DropColumns DropConstraint RecoverPartitions RenameColumn "
    "RenameTable ReplaceColumns SetTableLocation SetTableProperties UnsetTableProperties",
    "ALTER VIEW": "AlterViewAs AlterViewSchemaBinding SetViewProperties UnsetViewProperties",
    "ANALYZE": "AnalyzeColumn AnalyzeTable AnalyzeTables",
    "BEGIN": "CompoundBody",
    "CACHE": "CacheTable CacheTableAsSelect",
    "CALL": "Call",
    "CLEAR CACHE": "ClearCacheCommand$",
    "COMMENT ON": "CommentOnNamespace CommentOnTable",
    "CREATE FUNCTION": "CreateFunction CreateSQLFunctionCommand CreateUserDefinedFunction",
    "CREATE MATERIALIZED VIEW": "CreateMaterializedViewAsSelect",
    "CREATE SCHEMA": "CreateNamespace",
    "CREATE STREAMING TABLE": "CreateStreamingTable CreateStreamingTableAsSelect",
    "CREATE TABLE": "CreateTable CreateTableAsSelect CreateTableLike ReplaceTable ReplaceTableAsSelect",
    "CREATE VIEW": "CreateMetricView CreateView CreateViewCommand",
    "DECLARE": "CreateVariable",
    "DELETE": "DeleteFromTable",
    "DESCRIBE FUNCTION": "DescribeFunction",
    "DESCRIBE QUERY": "DescribeQueryCommand",
    "DESCRIBE SCHEMA": "DescribeNamespace",
    "DESCRIBE TABLE": "DescribeColumn DescribeRelation DescribeRelationJsonCommand DescribeTablePartition",
    "DROP FUNCTION": "DropFunction DropFunctionCommand",
    "DROP SCHEMA": "DropNamespace",
    "DROP TABLE": "DropTable",
    "DROP VARIABLE": "DropVariable",
    "DROP VIEW": "DropView",
    "EXECUTE IMMEDIATE": "UnresolvedExecuteImmediate",
    "EXPLAIN": "ExplainCommand",
    "INSERT": "InsertIntoStatement",
    "MERGE": "MergeIntoTable",
    "REFRESH": "RefreshResource RefreshTable",
    "REPAIR": "RepairTable",
    "RESET": "ResetCommand",
    "SET": "SetCommand SetVariable",
    "SHOW CATALOGS": "ShowCatalogsCommand",
    "SHOW COLUMNS": "ShowColumns",
    "SHOW CREATE TABLE": "ShowCreateTable",
    "SHOW FUNCTIONS": "ShowFunctions",
    "SHOW PARTITIONS": "ShowPartitions",
    "SHOW PROCEDURES": "ShowProceduresCommand",
    "SHOW PROPERTIES": "ShowTableProperties",
    "SHOW SCHEMAS": "ShowNamespacesCommand",
    "SHOW TABLES": "ShowTables ShowTablesExtended",
    "SHOW VIEWS": "ShowViews",
    "TRUNCATE": "TruncateTable",
    "UNCACHE": "UncacheTable",
    "UPDATE": "UpdateTable",
    "USE": "SetCatalogAndNamespace",
    "USE CATALOG": "SetCatalogCommand",
    "USE SCHEMA": "SetNamespaceCommand",
}
"""The nodes of Spark's plans that are no queries, by kind."""

NODES = {node: kind for kind, nodes in SPARK.items() for node in nodes.split()}
VERBS = "Add|Alter|Create|Describe|Drop|Rename|Replace|Set|Show|Unset"
COMMAND = re.compile(rf"({VERBS})[A-Z]|.*(Command|Statement)$")

SQLGLOT = {
    exp.Analyze: "ANALYZE",
    exp.Cache: "CACHE",
    exp.Comment: "COMMENT ON",
    exp.Commit: "COMMIT",
    exp.Copy: "COPY INTO",
    exp.Declare: "DECLARE",
    exp.Delete: "DELETE",
    exp.Describe: "DESCRIBE",
    exp.Grant: "GRANT",
    exp.Insert: "INSERT",
    exp.Merge: "MERGE",
    exp.Refresh: "REFRESH",
    exp.Revoke: "REVOKE",
    exp.Rollback: "ROLLBACK",
    exp.Set: "SET",
    exp.Transaction: "BEGIN",
    exp.TruncateTable: "TRUNCATE",
    exp.Uncache: "UNCACHE",
    exp.Update: "UPDATE",
    exp.Use: "USE",
}


def of_spark(node: str) -> str:
    """The kind of a plan by the name of its node."""
    kind = NODES.get(node)
    if kind is None and COMMAND.match(node):
        raise ValueError(f"give the node {node} a kind")
    return kind or "QUERY"


def of_sqlglot(tree: exp.Expression) -> str | None:
    """The kind of a tree by its class and what it is about; None for what is no statement."""
    verbs = {exp.Create: "CREATE", exp.Drop: "DROP", exp.Alter: "ALTER"}
    if verb := verbs.get(type(tree)):
        return f"{verb} {str(tree.args.get('kind')).upper().replace('DATABASE', 'SCHEMA')}"
    if isinstance(tree, exp.Query | exp.Values):
        return "QUERY"
    return SQLGLOT.get(type(tree))
