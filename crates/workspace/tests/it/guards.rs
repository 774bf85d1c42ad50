//! Row filters, column masks and policies by attribute: what they hide from whom, whatever the statement.

mod changes;
mod definitions;
mod policies;
mod reads;
mod refusals;

use crate::sql::Sql;

/// The rows of `main.s.people`, as they are.
const PEOPLE: [[&str; 4]; 4] = [
    ["1", "ann", "111", "EU"],
    ["2", "bob", "222", "EU"],
    ["5", "cid", "x55", "US"],
    ["7", "dan", "x77", "US"],
];

/// A workspace with a table, functions for guards, and who is exempt from them: the groups `everywhere` and `hr`.
struct Guarded {
    sql: Sql,
    /// A user who may read and change the table, and is in no group.
    ann: String,
    /// A user in both groups.
    boss: String,
}

impl Guarded {
    /// The table without guards.
    async fn unguarded() -> Self {
        let sql = Sql::start().await;
        for statement in [
            "CREATE SCHEMA main.s",
            "CREATE TABLE main.s.people (id INT, name STRING, ssn STRING, region STRING)",
            "INSERT INTO main.s.people VALUES (1, 'ann', '111', 'EU'), (2, 'bob', '222', 'EU'), (5, 'cid', 'x55', 'US'), (7, 'dan', 'x77', 'US')",
            "CREATE FUNCTION main.s.in_region(region STRING) RETURNS BOOLEAN RETURN is_account_group_member('everywhere') OR region = 'EU'",
            "CREATE FUNCTION main.s.hide(ssn STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('hr') THEN ssn ELSE '***' END",
            "CREATE FUNCTION main.s.hide_by(ssn STRING, other STRING, sign STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('hr') THEN ssn ELSE concat(sign, other) END",
            "CREATE FUNCTION main.s.nothing() RETURNS BOOLEAN RETURN FALSE",
        ] {
            sql.run(statement).await;
        }
        let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
        let boss = sql.server.workspace.create_token("boss@x").await.unwrap();
        for group in ["everywhere", "hr"] {
            sql.server.workspace.create_group(group, &["boss@x"]).await.unwrap();
        }
        for statement in [
            "GRANT USE CATALOG ON CATALOG main TO `account users`",
            "GRANT USE SCHEMA, CREATE TABLE ON SCHEMA main.s TO `account users`",
            "GRANT SELECT, MODIFY ON TABLE main.s.people TO `account users`",
        ] {
            sql.run(statement).await;
        }
        Self { sql, ann, boss }
    }

    /// The table with a row filter, which hides what is not in the EU, and a mask of `ssn`.
    async fn start() -> Self {
        let guarded = Self::unguarded().await;
        guarded.run("ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON (region)").await;
        guarded.run("ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.hide").await;
        guarded
    }

    async fn run(&self, statement: &str) {
        self.sql.run(statement).await;
    }

    /// The rows of a statement of the user in no group.
    async fn ann(&self, statement: &str) -> Vec<Vec<String>> {
        self.sql.rows_as(&self.ann, statement).await
    }

    /// The rows of a statement of the user who is exempt.
    async fn boss(&self, statement: &str) -> Vec<Vec<String>> {
        self.sql.rows_as(&self.boss, statement).await
    }

    /// All of the table, as it is.
    async fn people(&self) -> Vec<Vec<String>> {
        self.boss("SELECT * FROM main.s.people ORDER BY id, name").await
    }
}
