//! Catalogs and schemas.

use super::Sql;

#[tokio::test]
async fn catalogs_and_schemas_are_made_shown_and_dropped() {
    let sql = Sql::start().await;
    for statement in [
        "CREATE CATALOG IF NOT EXISTS Sales COMMENT 'shop'",
        "CREATE CATALOG IF NOT EXISTS sales",
        "CREATE SCHEMA sales.raw COMMENT 'as it came' WITH DBPROPERTIES ('a' = 'b')",
        "CREATE SCHEMA IF NOT EXISTS sales.raw",
        "ALTER SCHEMA sales.raw SET DBPROPERTIES ('c' = 'd')",
        "COMMENT ON CATALOG sales IS 'all of it'",
        "COMMENT ON SCHEMA sales.raw IS 'as it came in'",
        "SET CATALOG sales",
        "USE CATALOG sales",
        "USE sales.raw",
    ] {
        sql.run(statement).await;
    }
    let mut texts = Vec::new();
    for statement in [
        "SHOW CATALOGS",
        "SHOW SCHEMAS IN sales",
        "SHOW SCHEMAS IN sales LIKE 'r*'",
        "DESCRIBE CATALOG EXTENDED sales",
        "DESCRIBE SCHEMA EXTENDED sales.raw",
    ] {
        texts.push(format!("{statement}\n{}", sql.table(statement).await));
    }
    insta::assert_snapshot!(texts.join("\n\n"));
    sql.run("CREATE TABLE sales.raw.t (id INT)").await;
    insta::assert_snapshot!(
        "errors_of_catalogs_and_schemas",
        sql.errors(&[
            "CREATE CATALOG sales",
            "CREATE SCHEMA sales.raw",
            "CREATE SCHEMA nowhere.raw",
            "DROP SCHEMA sales.raw",
            "DROP CATALOG sales",
            "DROP SCHEMA sales.nothing",
            "USE CATALOG nowhere",
            "SHOW TABLES IN sales.nothing",
        ])
        .await
    );
    sql.run("DROP SCHEMA sales.raw CASCADE").await;
    sql.run("DROP CATALOG sales CASCADE").await;
    sql.run("DROP CATALOG IF EXISTS sales").await;
    assert_eq!(fs_err::read_dir(sql.server.root().join("managed")).unwrap().count(), 0);
}
