//! Statements over REST: every family with what it gives and what it refuses.

mod clone;
mod clone_edges;
mod columns;
mod concurrency;
mod expressions;
mod information_schema;
mod layout;
mod maintenance;
mod materialized_views;
mod metadata;
mod metric_views;
mod model;
mod modify;
mod privileges;
mod queries;
mod securables;
mod show_create;
mod statements;
mod structs;
mod tables;
mod undrop;
mod view_columns;
mod views;

use serde_json::{Value, json};

use crate::server::{Server, Transport};

const STATEMENTS: &str = "/api/2.0/sql/statements";

/// A workspace with statements for tests.
pub(crate) struct Sql {
    pub(crate) server: Server,
}

impl Sql {
    /// A new workspace with the catalog `main`.
    pub(crate) async fn start() -> Self {
        let sql = Self { server: Server::start(Transport::InProcess).await };
        sql.run("CREATE CATALOG main").await;
        sql
    }

    /// The whole answer about a statement that was waited for.
    pub(crate) async fn answer(&self, token: &str, statement: &str) -> Value {
        let body = json!({"statement": statement, "warehouse_id": "local", "wait_timeout": "50s"});
        let answer = self.server.send_as(token, "POST", STATEMENTS, body).await;
        assert_eq!(answer.status, 200, "{statement}: {answer:?}");
        answer.body
    }

    /// The rows of a statement of the admin that succeeds; nulls are `NULL`.
    pub(crate) async fn rows(&self, statement: &str) -> Vec<Vec<String>> {
        self.rows_as(&self.server.token, statement).await
    }

    /// [`Sql::rows`] as the holder of a token.
    pub(crate) async fn rows_as(&self, token: &str, statement: &str) -> Vec<Vec<String>> {
        let answer = self.answer(token, statement).await;
        assert_eq!(answer["status"]["state"], "SUCCEEDED", "{statement}: {answer}");
        let rows = answer["result"]["data_array"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or("NULL").to_owned();
        rows.iter().map(|row| row.as_array().unwrap().iter().map(text).collect()).collect()
    }

    /// A statement that succeeds, whatever it gives.
    pub(crate) async fn run(&self, statement: &str) {
        self.rows(statement).await;
    }

    /// Column names, then rows, as one text.
    pub(crate) async fn table(&self, statement: &str) -> String {
        let answer = self.answer(&self.server.token, statement).await;
        let columns = answer["manifest"]["schema"]["columns"].as_array().cloned().unwrap_or_default();
        let names = columns.iter().map(|column| column["name"].as_str().unwrap().to_owned());
        let mut lines = vec![names.collect::<Vec<_>>()];
        lines.extend(self.rows(statement).await);
        lines.into_iter().map(|line| line.join(" | ")).collect::<Vec<_>>().join("\n")
    }

    /// The text of the error of a statement that fails.
    pub(crate) async fn error(&self, statement: &str) -> String {
        self.error_as(&self.server.token, statement).await
    }

    /// [`Sql::error`] as the holder of a token.
    pub(crate) async fn error_as(&self, token: &str, statement: &str) -> String {
        let answer = self.answer(token, statement).await;
        assert_eq!(answer["status"]["state"], "FAILED", "{statement}: {answer}");
        answer["status"]["error"]["message"].as_str().unwrap().to_owned()
    }

    /// The errors of statements, one a paragraph.
    pub(crate) async fn errors(&self, statements: &[&str]) -> String {
        let mut texts = Vec::new();
        for statement in statements {
            texts.push(format!("{statement}\n  {}", self.error(statement).await.replace('\n', "\n  ")));
        }
        texts.join("\n\n")
    }
}
