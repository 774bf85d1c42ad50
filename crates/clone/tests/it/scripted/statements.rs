//! The statements of the scripted workspace: those that the engine sends, by their first words.

use serde_json::{Value, json};

use super::rest::{Answer, error};
use super::{Fault, OPEN, State, Statement, Table};

impl State {
    pub(super) fn submit(&mut self, body: &Value) -> Answer {
        let sql = body["statement"].as_str().unwrap().to_owned();
        self.submissions.push(tokio::time::Instant::now());
        if sql.contains(" CLONE ") && self.refused_clones > 0 {
            self.refused_clones -= 1;
            return error(503, "TEMPORARILY_UNAVAILABLE");
        }
        let id = format!("statement-{:04}", self.sent.len());
        let fault = self
            .faults
            .iter()
            .position(|(text, _)| sql.contains(text))
            .map(|place| self.faults.remove(place).1);
        if fault == Some(Fault::LostAmongAlike) {
            self.sent_by_somebody("z-statement".to_owned(), &sql);
            return (OPEN.0, OPEN.1.clone());
        }
        self.sent.push(sql.clone());
        let (warehouse, tags) = (body["warehouse_id"].clone(), body["query_tags"].clone());
        let statement =
            Statement { sql: sql.clone(), warehouse, tags, state: "RUNNING", answer: Value::Null };
        self.statements.insert(id.clone(), statement);
        let result = match fault {
            Some(Fault::Hang) => return self.statement(&id),
            Some(Fault::HangUnanswered) => return error(502, "INTERNAL_ERROR"),
            Some(Fault::HangOpen) => return (OPEN.0, OPEN.1.clone()),
            Some(Fault::Forbid) => return error(403, "PERMISSION_DENIED"),
            Some(Fault::Fail) => failure("BAD_REQUEST", "[DIVIDE_BY_ZERO] no. SQLSTATE: 22012"),
            Some(Fault::FailForNow) => failure("TEMPORARILY_UNAVAILABLE", "later"),
            Some(Fault::LoseAnswer | Fault::LostAmongAlike) | None => self.run(&sql),
        };
        self.finish(&id, result);
        if fault == Some(Fault::LoseAnswer) { error(502, "INTERNAL_ERROR") } else { self.statement(&id) }
    }

    pub(super) fn statement(&self, id: &str) -> Answer {
        let Some(statement) = self.statements.get(id) else { return error(404, "NOT_FOUND") };
        let mut answer = if statement.answer.is_null() {
            json!({"status": {"state": statement.state}})
        } else {
            statement.answer.clone()
        };
        answer["statement_id"] = json!(id);
        (200, answer)
    }

    /// A statement that did what it was to do, elsewhere.
    pub(super) fn sent_by_somebody(&mut self, id: String, sql: &str) {
        let (sql, answer) = (sql.to_owned(), success(&[], &[]));
        let statement =
            Statement { sql, warehouse: json!("w"), tags: Value::Null, state: "SUCCEEDED", answer };
        self.statements.insert(id, statement);
    }

    /// The statements of warehouses, newest first.
    pub(super) fn query_history(&mut self, query: &str) -> Answer {
        if !self.has_history {
            return error(404, "ENDPOINT_NOT_FOUND");
        }
        if self.history_outages > 0 {
            self.history_outages -= 1;
            return error(503, "TEMPORARILY_UNAVAILABLE");
        }
        let asked: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        let is_asked = |it: &Statement| {
            asked.iter().any(|(name, value)| name == "filter_by.warehouse_ids" && it.warehouse == **value)
        };
        let statements = self.statements.iter().rev().filter(|(_, it)| is_asked(it));
        let history: Vec<_> = statements
            .map(|(id, it)| {
                let tags = if self.hides_tags { &Value::Null } else { &it.tags };
                json!({"query_id": id, "query_text": it.sql, "status": it.state, "query_tags": tags})
            })
            .collect();
        (200, json!({"res": history, "has_next_page": false}))
    }

    /// Why nobody can ask for a statement now.
    pub(super) fn refusal(&self, id: &str) -> Option<Answer> {
        let (text, status) = self.unanswered?;
        let is_meant = self.statements.get(id).is_some_and(|statement| statement.sql.contains(text));
        let code = if status == 403 { "PERMISSION_DENIED".to_owned() } else { status.to_string() };
        is_meant.then(|| error(status, &code))
    }

    pub(super) fn cancel(&mut self, id: &str) -> Answer {
        let statement = self.statements.get_mut(id).unwrap();
        if statement.state == "RUNNING" {
            statement.state = "CANCELED";
        }
        (200, json!({}))
    }

    pub(super) fn finish(&mut self, id: &str, answer: Value) {
        let state = if answer["status"]["state"] == "SUCCEEDED" { "SUCCEEDED" } else { "FAILED" };
        let statement = self.statements.get_mut(id).unwrap();
        statement.state = state;
        statement.answer = answer;
    }

    /// Does what a statement says.
    pub(super) fn run(&mut self, sql: &str) -> Value {
        let names = names(sql);
        if sql.contains("system.access.table_lineage")
            && let Some(read) = &self.lineage
        {
            let rows: Vec<_> = read.iter().map(|table| json!(["s", table])).collect();
            return success(&["table_schema", "table_name"], &rows);
        }
        if sql.starts_with("DESCRIBE HISTORY") {
            return self.history(&names[0]);
        }
        if sql.contains(" CLONE ") {
            return self.clone_table(&names[0], &names[1], sql.contains("OR REPLACE"));
        }
        if sql.starts_with("CREATE OR REPLACE VIEW") {
            let own_name = names[0].rsplit('.').next().unwrap();
            let definition = sql.split_once(" AS ").unwrap().1;
            let info = json!({"name": own_name, "table_type": "VIEW", "owner": "ann", "view_definition": definition});
            self.tables.insert(names[0].clone(), Table { info, commits: Vec::new() });
            return success(&[], &[]);
        }
        if sql.starts_with("COMMENT ON TABLE") {
            let table = self.tables.get_mut(&names[0]).unwrap();
            let comment = sql.split_once(" IS '").unwrap().1.trim_end_matches('\'');
            table.info["comment"] = json!(comment);
            let version = table.commits.len().to_string();
            table.commits.insert(0, json!({"version": version, "operation": "SET TBLPROPERTIES"}));
            return success(&[], &[]);
        }
        if sql.contains(".column_tags ") && !self.column_tags.is_empty() {
            let columns = ["in_catalog", "schema_name", "table_name", "column_name", "tag_name", "tag_value"];
            return success(&columns, &self.column_tags);
        }
        if sql.starts_with("ANALYZE") || sql.starts_with("OPTIMIZE") {
            return success(&[], &[]);
        }
        failure("BAD_REQUEST", "[TABLE_OR_VIEW_NOT_FOUND] nothing here. SQLSTATE: 42P01")
    }

    fn clone_table(&mut self, destination: &str, source: &str, replace: bool) -> Value {
        if !replace && self.tables.contains_key(destination) {
            return failure("BAD_REQUEST", "[TABLE_OR_VIEW_ALREADY_EXISTS] it is there. SQLSTATE: 42P07");
        }
        let original = self.tables[source].clone();
        let version = original.commits[0]["version"].clone();
        let mut table = self.tables.remove(destination).unwrap_or_default();
        let own_version = table.commits.len().to_string();
        let parameters =
            json!({"source": source, "sourceVersion": version, "isShallow": "false"}).to_string();
        let metrics =
            json!({"numCopiedFiles": "2", "copiedFilesSize": "20", "sourceTableSize": "20"}).to_string();
        table.commits.insert(0, json!({"version": own_version, "operation": "CLONE", "parameters": parameters, "metrics": metrics}));
        if table.info.is_null() {
            table.info = json!({
                "name": destination.rsplit('.').next(), "table_type": "MANAGED", "owner": "ann",
                "table_id": format!("clone-of-{source}"), "data_source_format": "DELTA",
            });
        }
        self.tables.insert(destination.to_owned(), table);
        let columns = [
            "source_table_size",
            "source_num_of_files",
            "num_removed_files",
            "num_copied_files",
            "removed_files_size",
            "copied_files_size",
        ];
        success(&columns, &[json!(["20", "2", "0", "2", "0", "20"])])
    }

    fn history(&self, name: &str) -> Value {
        let Some(table) = self.tables.get(name) else {
            return failure("BAD_REQUEST", "[TABLE_OR_VIEW_NOT_FOUND] nothing here. SQLSTATE: 42P01");
        };
        let rows: Vec<_> = table
            .commits
            .iter()
            .map(|it| json!([it["version"], it["operation"], it["parameters"], it["metrics"]]))
            .collect();
        success(&["version", "operation", "operationParameters", "operationMetrics"], &rows)
    }
}

fn success(columns: &[&str], rows: &[Value]) -> Value {
    let columns: Vec<_> = columns.iter().map(|name| json!({"name": name})).collect();
    json!({
        "status": {"state": "SUCCEEDED"},
        "manifest": {"schema": {"columns": columns}, "total_row_count": rows.len(), "total_chunk_count": 1},
        "result": {"data_array": rows},
    })
}

fn failure(code: &str, message: &str) -> Value {
    json!({"status": {"state": "FAILED", "error": {"error_code": code, "message": message}}})
}

/// The three-part names of a statement, without quotes.
fn names(sql: &str) -> Vec<String> {
    let words = sql.split([' ', ';', '(']);
    words
        .filter(|word| word.starts_with('`') && word.matches("`.`").count() == 2)
        .map(|word| word.replace('`', ""))
        .collect()
}
