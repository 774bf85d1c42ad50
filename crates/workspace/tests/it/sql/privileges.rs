//! Who may do what in statements.

use super::Sql;

async fn with_ann() -> (Sql, String) {
    let sql = Sql::start().await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    sql.run("CREATE TABLE main.default.t AS SELECT 1 AS id").await;
    sql.run("CREATE VIEW main.default.v AS SELECT id, current_user() AS reader FROM main.default.t").await;
    (sql, ann)
}

#[tokio::test]
async fn principal_gets_step_by_step_to_the_rows() {
    let (sql, ann) = with_ann().await;
    let mut errors = Vec::new();
    for grant in [
        "GRANT USE CATALOG ON CATALOG main TO `ann@example.com`",
        "GRANT USE SCHEMA ON SCHEMA main.default TO `ann@example.com`",
        "GRANT SELECT ON VIEW main.default.v TO `ann@example.com`",
    ] {
        errors.push(sql.error_as(&ann, "SELECT * FROM main.default.v").await);
        sql.run(grant).await;
    }
    // The view reads the table with the rights of its owner.
    assert_eq!(sql.rows_as(&ann, "SELECT * FROM main.default.v").await, [["1", "ann@example.com"]]);
    for statement in [
        "SELECT * FROM main.default.t",
        "INSERT INTO main.default.t VALUES (2)",
        "CREATE TABLE main.default.mine (id INT)",
        "CREATE SCHEMA main.mine",
        "CREATE CATALOG mine",
        "DROP TABLE main.default.v",
        "ALTER TABLE main.default.t SET TBLPROPERTIES ('a' = 'b')",
        "GRANT SELECT ON TABLE main.default.t TO `ann@example.com`",
        "CREATE OR REPLACE TABLE main.default.t SHALLOW CLONE main.default.t",
        "SELECT * FROM delta.`/tmp`",
    ] {
        errors.push(format!("{statement}: {}", sql.error_as(&ann, statement).await));
    }
    insta::assert_snapshot!(errors.join("\n"));
}

#[tokio::test]
async fn maker_owns_what_it_makes_and_may_give_it_away() {
    let (sql, ann) = with_ann().await;
    sql.run("GRANT USE CATALOG, CREATE SCHEMA ON CATALOG main TO `ann@example.com`").await;
    sql.rows_as(&ann, "CREATE SCHEMA main.mine").await;
    sql.rows_as(&ann, "CREATE TABLE main.mine.t AS SELECT 1 AS id").await;
    sql.rows_as(&ann, "ALTER TABLE main.mine.t OWNER TO `admin@clxs.local`").await;
    sql.rows_as(&ann, "DROP SCHEMA main.mine CASCADE").await;
    let error = sql.error("ALTER TABLE main.default.t OWNER TO `nobody`").await;
    assert!(error.contains("Could not find principal with name nobody"), "{error}");
}

#[tokio::test]
async fn show_grants_lists_ancestors_privileges_that_the_securable_can_carry() {
    let (sql, _) = with_ann().await;
    for grant in [
        "GRANT USE CATALOG, SELECT ON CATALOG main TO `ann@example.com`",
        "GRANT USE SCHEMA, MODIFY ON SCHEMA main.default TO `account users`",
        "GRANT SELECT ON TABLE main.default.t TO `ann@example.com`",
    ] {
        sql.run(grant).await;
    }
    let mut texts = vec![sql.table("SHOW GRANTS ON TABLE main.default.t").await];
    texts.push(sql.table("SHOW GRANTS `ann@example.com` ON SCHEMA main.default").await);
    sql.run("REVOKE SELECT ON TABLE main.default.t FROM `ann@example.com`").await;
    sql.run("REVOKE SELECT ON TABLE main.default.t FROM `ann@example.com`").await;
    texts.push(sql.table("SHOW GRANTS ON TABLE main.default.t").await);
    texts.push(
        sql.errors(&[
            "GRANT SELECT ON TABLE main.default.t TO `nobody`",
            "GRANT USE CATALOG ON TABLE main.default.t TO `ann@example.com`",
        ])
        .await,
    );
    insta::assert_snapshot!(texts.join("\n\n"));
}
