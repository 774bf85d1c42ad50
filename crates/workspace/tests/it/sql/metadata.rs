//! What describes tables and views: `DESCRIBE`, `SHOW`, and the relations of `information_schema`.

use serde_json::Value;

use super::Sql;

async fn with_table() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (id INT NOT NULL COMMENT 'k', tags MAP<STRING, ARRAY<DECIMAL(5,2)>>, p STRING, CONSTRAINT pk PRIMARY KEY (id)) PARTITIONED BY (p) COMMENT 'ours' TBLPROPERTIES ('a' = 'b')").await;
    sql.run("INSERT INTO main.default.t VALUES (1, NULL, 'x'), (2, NULL, 'y'), (3, NULL, 'x')").await;
    sql
}

#[tokio::test]
async fn table_is_described_as_json() {
    let sql = with_table().await;
    let [row] = sql.rows("DESCRIBE TABLE EXTENDED main.default.t AS JSON").await.try_into().unwrap();
    let mut document: Value = serde_json::from_str(&row[0]).unwrap();
    for volatile in ["created_time", "location"] {
        assert!(document.as_object_mut().unwrap().remove(volatile).is_some(), "{volatile}");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
    let error = sql.error("DESCRIBE TABLE main.default.t AS JSON").await;
    assert!(error.starts_with("[DESCRIBE_JSON_NOT_EXTENDED]"), "{error}");
}

#[tokio::test]
async fn columns_queries_and_partitions_are_described() {
    let sql = with_table().await;
    let mut texts = Vec::new();
    for statement in [
        "DESCRIBE TABLE main.default.t id",
        "DESCRIBE QUERY SELECT id, p || '!' AS loud FROM main.default.t",
        "DESCRIBE SELECT 1 AS one",
        "SHOW PARTITIONS main.default.t",
        "SHOW PARTITIONS main.default.t PARTITION (p = 'y')",
    ] {
        texts.push(format!("{statement}\n{}", sql.table(statement).await));
    }
    sql.run("CREATE TABLE main.default.flat (id INT)").await;
    texts.push(
        sql.errors(&["SHOW PARTITIONS main.default.flat", "DESCRIBE TABLE main.default.t nothing"]).await,
    );
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn views_change_their_mode_and_their_properties() {
    let sql = with_table().await;
    sql.run("CREATE VIEW main.default.v WITH SCHEMA BINDING AS SELECT id FROM main.default.t").await;
    let shown = |text: Vec<Vec<String>>| text.concat().concat();
    assert!(shown(sql.rows("SHOW CREATE TABLE main.default.v").await).contains("WITH SCHEMA BINDING"));
    sql.run("ALTER VIEW main.default.v WITH SCHEMA TYPE EVOLUTION").await;
    sql.run("ALTER VIEW main.default.v SET TBLPROPERTIES ('a' = 'b', 'c' = 'd')").await;
    sql.run("ALTER VIEW main.default.v UNSET TBLPROPERTIES ('a')").await;
    assert!(shown(sql.rows("SHOW CREATE TABLE main.default.v").await).contains("WITH SCHEMA TYPE EVOLUTION"));
    assert_eq!(sql.rows("SHOW TBLPROPERTIES main.default.v").await, [["c", "d"]]);
    for statement in [
        "CREATE TEMPORARY VIEW w AS SELECT 1",
        "CREATE MATERIALIZED VIEW main.default.m SCHEDULE EVERY 1 HOUR AS SELECT 1",
        "SELECT * FROM system.access.table_lineage",
        "CREATE OR REFRESH STREAMING TABLE main.default.s AS SELECT 1",
        "EXECUTE IMMEDIATE 'SELECT 1'",
    ] {
        let error = sql.error(statement).await;
        assert!(error.starts_with("[UNSUPPORTED_FEATURE]"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn identifier_stands_for_a_name_wherever_one_may_be() {
    let sql = with_table().await;
    for statement in [
        "CREATE SCHEMA IDENTIFIER('main.s')",
        "CREATE TABLE IDENTIFIER('main' || '.s.' || 't') (IDENTIFIER('a') INT)",
        "CREATE CATALOG IDENTIFIER('other')",
        "ALTER TABLE IDENTIFIER('main.s.t') ALTER COLUMN IDENTIFIER('a') COMMENT 'x'",
        "GRANT SELECT ON TABLE IDENTIFIER('main.s.t') TO IDENTIFIER('`account users`')",
        "INSERT INTO IDENTIFIER('main.s.t') VALUES (1)",
        "DESCRIBE TABLE IDENTIFIER('main.s').t",
        "DROP CATALOG IDENTIFIER('other') CASCADE",
    ] {
        sql.run(statement).await;
    }
    assert_eq!(sql.rows("SELECT a FROM IDENTIFIER('main' || '.s.t')").await, [["1"]]);
    let error = sql.error("DROP CATALOG IDENTIFIER('a.b')").await;
    assert!(error.starts_with("[IDENTIFIER_TOO_MANY_NAME_PARTS]"), "{error}");
}

/// The columns of every relation, as facts/sql.md §13 lists them.
#[tokio::test]
async fn every_relation_has_its_columns_and_can_be_read() {
    let sql = with_table().await;
    let mut texts = Vec::new();
    for relation in RELATIONS.split_whitespace() {
        let described =
            sql.rows(&format!("DESCRIBE QUERY SELECT * FROM main.information_schema.{relation}")).await;
        let columns: Vec<_> = described.iter().map(|row| format!("{} {}", row[0], row[1])).collect();
        sql.run(&format!("SELECT * FROM system.information_schema.{relation}")).await;
        texts.push(format!("{relation}: {}", columns.join(", ")));
    }
    insta::assert_snapshot!(texts.join("\n"));
}

const RELATIONS: &str = "catalogs schemata tables views columns catalog_tags schema_tags table_tags column_tags \
    volume_tags catalog_privileges schema_privileges table_privileges volume_privileges routine_privileges routines \
    parameters routine_columns volumes table_constraints key_column_usage referential_constraints check_constraints \
    constraint_column_usage constraint_table_usage column_masks row_filters shares recipients providers \
    share_recipient_privileges table_share_usage schema_share_usage";

#[tokio::test]
async fn filters_on_names_give_what_all_rows_filtered_would() {
    let sql = with_table().await;
    sql.run("CREATE CATALOG other").await;
    sql.run("CREATE VIEW other.default.t AS SELECT 1 AS a").await;
    sql.run("CREATE VIEW main.default.t_x AS SELECT 1 AS a").await;
    let query = |filter: &str| {
        format!(
            "SELECT table_catalog, table_name FROM system.information_schema.tables WHERE {filter} ORDER BY ALL"
        )
    };
    for (filter, expected) in [
        ("table_name = 't'", vec!["main.t", "other.t"]),
        ("table_name = 't' AND table_catalog = 'other'", vec!["other.t"]),
        ("'main' = table_catalog AND lower(table_name) = 't_x'", vec!["main.t_x"]),
        (
            "table_schema = 'default' AND (table_name = 't' OR table_name = 't_x') AND table_catalog = 'main'",
            vec!["main.t", "main.t_x"],
        ),
        ("table_name = 't' AND table_name = 't_x'", vec![]),
        ("table_name = 'T'", vec![]),
        ("table_catalog = 'nowhere'", vec![]),
        ("NOT table_name = 't' AND table_schema = 'default'", vec!["main.t_x"]),
    ] {
        let rows: Vec<_> = sql.rows(&query(filter)).await.iter().map(|row| row.join(".")).collect();
        assert_eq!(rows, expected, "{filter}");
    }
}
