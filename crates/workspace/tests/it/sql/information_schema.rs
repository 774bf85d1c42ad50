//! `information_schema`.

use super::Sql;

async fn with_tables() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (id INT NOT NULL COMMENT 'k', price DECIMAL(10,2), p STRING) PARTITIONED BY (p)")
        .await;
    sql.run("CREATE VIEW main.default.v AS SELECT id FROM main.default.t").await;
    sql.run("GRANT SELECT ON SCHEMA main.default TO `account users`").await;
    sql
}

#[tokio::test]
async fn tables_of_the_schema_say_what_there_is() {
    let sql = with_tables().await;
    let mut texts = Vec::new();
    for statement in [
        "SELECT catalog_name, catalog_owner FROM main.information_schema.catalogs",
        "SELECT schema_name, schema_owner, comment FROM main.information_schema.schemata ORDER BY 1",
        "SELECT table_name, table_type, data_source_format, is_insertable_into FROM main.information_schema.tables WHERE table_schema = 'default' ORDER BY table_name",
        "SELECT column_name, ordinal_position, is_nullable, full_data_type, data_type, numeric_precision, partition_index, comment FROM main.information_schema.columns WHERE table_name = 't' ORDER BY 2",
        "SELECT table_name, view_definition, is_materialized FROM main.information_schema.views",
        "SELECT grantee, privilege_type, inherited_from FROM main.information_schema.table_privileges WHERE table_name = 't'",
        "SELECT grantee, schema_name, privilege_type, inherited_from FROM main.information_schema.schema_privileges WHERE schema_name = 'default'",
        "SELECT count(*) FROM main.information_schema.catalog_privileges",
        "SELECT table_catalog, table_name FROM system.information_schema.tables WHERE table_catalog = 'main' ORDER BY 2",
    ] {
        texts.push(format!("{statement}\n{}", sql.table(statement).await));
    }
    texts.push(sql.error("SELECT * FROM main.information_schema.nothing").await);
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn principals_see_only_what_they_may() {
    let sql = with_tables().await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    let tables = "SELECT table_name FROM system.information_schema.tables ORDER BY 1";
    assert!(sql.rows_as(&ann, tables).await.is_empty());
    sql.run("GRANT USE CATALOG, USE SCHEMA ON CATALOG main TO `ann@example.com`").await;
    assert_eq!(sql.rows_as(&ann, tables).await, [["t"], ["v"]]);
    let definition = "SELECT view_definition FROM main.information_schema.views";
    assert_eq!(sql.rows_as(&ann, definition).await, [["NULL"]]);
}

#[tokio::test]
async fn who_manages_a_schema_sees_all_grants_in_it_and_others_their_own() {
    let sql = with_tables().await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    sql.run("GRANT USE CATALOG ON CATALOG main TO `ann@example.com`").await;
    sql.run("GRANT USE SCHEMA, SELECT ON SCHEMA main.default TO `ann@example.com`").await;
    sql.server.workspace.create_user("bob@example.com").await.unwrap();
    sql.run("GRANT MODIFY ON TABLE main.default.t TO `bob@example.com`").await;
    let grantees = "SELECT DISTINCT grantee FROM main.information_schema.table_privileges WHERE table_name = 't' ORDER BY 1";
    assert_eq!(sql.rows_as(&ann, grantees).await, [["account users"], ["ann@example.com"]]);
    sql.run("ALTER SCHEMA main.default OWNER TO `ann@example.com`").await;
    assert_eq!(
        sql.rows_as(&ann, grantees).await,
        [["account users"], ["ann@example.com"], ["bob@example.com"]]
    );
    let on_schema = "SELECT DISTINCT grantee FROM main.information_schema.schema_privileges WHERE schema_name = 'default' ORDER BY 1";
    assert_eq!(sql.rows_as(&ann, on_schema).await, [["account users"], ["ann@example.com"]]);
}

#[tokio::test]
async fn relations_about_tables_hold_each_once_however_many_there_are() {
    let sql = Sql::start().await;
    sql.run("CREATE CATALOG other").await;
    // More than are read at a time, in two schemas and two catalogs.
    for (schema, views) in [("main.a", 200), ("main.b", 100), ("other.a", 1)] {
        sql.run(&format!("CREATE SCHEMA {schema}")).await;
        for view in 0..views {
            sql.run(&format!("CREATE VIEW {schema}.v{view} AS SELECT 1 AS one, 2 AS two")).await;
        }
    }
    let of = "FROM system.information_schema.columns WHERE table_schema IN ('a', 'b')";
    let key = "table_catalog, table_schema, table_name, column_name";
    let counted = format!("SELECT sum(times), count(*) FROM (SELECT count(*) AS times {of} GROUP BY {key})");
    assert_eq!(sql.rows(&counted).await, [["602", "602"]]);
    let counted =
        "SELECT count(*), max(table_name) FROM main.information_schema.tables WHERE table_schema = 'a'";
    assert_eq!(sql.rows(counted).await, [["200", "v99"]]);
    assert_eq!(sql.rows("SELECT count(*) FROM main.information_schema.views").await, [["300"]]);
    let few = "SELECT column_name FROM main.information_schema.columns WHERE table_schema = 'b' LIMIT 3";
    assert_eq!(sql.rows(few).await.len(), 3);
}
