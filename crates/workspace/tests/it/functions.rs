//! Functions that users make, over SQL and REST.

mod calls;
mod definitions;
mod information_schema;
mod python;
mod tables;

use crate::sql::Sql;

/// A workspace with the table `main.s.orders` and statements run in it.
async fn workspace(statements: &[&str]) -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    sql.run("CREATE TABLE main.s.orders AS SELECT id, id * 10 AS amount FROM range(5)").await;
    for statement in statements {
        sql.run(statement).await;
    }
    sql
}

/// A principal that may use the schema, with its token.
async fn let_in(sql: &Sql, name: &str) -> String {
    let token = sql.server.workspace.create_token(name).await.unwrap();
    sql.run(&format!("GRANT USE CATALOG ON CATALOG main TO `{name}`")).await;
    sql.run(&format!("GRANT USE SCHEMA ON SCHEMA main.s TO `{name}`")).await;
    token
}
