//! Statements by their first words. What the engine does not depend on succeeds and changes nothing.

use serde_json::{Value, json};

use crate::catalog::{Catalogs, Commit};

pub(crate) fn run(catalogs: &mut Catalogs, text: &str) -> Value {
    let names = names(text);
    let first = |count: usize| names.iter().take(count).map(String::as_str).collect::<Vec<_>>();
    match first(2).as_slice() {
        _ if text.contains("(DESCRIBE HISTORY") => return histories(catalogs, text),
        [table, ..] if text.starts_with("DESCRIBE HISTORY") => {
            let rows: Vec<_> = history(catalogs, table, text).collect();
            return success(&HISTORY, &rows);
        }
        _ if text.contains("information_schema.") => return relation(catalogs, text),
        [destination, source] if text.contains(" CLONE ") => clone(catalogs, destination, source),
        [view, ..] if text.contains(" VIEW ") && text.starts_with("CREATE") => {
            let definition = text.split_once(" AS ").map(|(_, text)| text).unwrap_or_default();
            copy_of_big(
                catalogs,
                "tables",
                view,
                &[("view_definition", json!(definition)), ("view_dependencies", Value::Null)],
            );
        }
        [function, ..] if text.contains(" FUNCTION ") && text.starts_with("CREATE") => {
            copy_of_big(catalogs, "functions", function, &[]);
        }
        [table, ..] if text.starts_with("COMMENT ON") => {
            let comment = literals(text).next_back().unwrap_or_default();
            if let Some(table) = catalogs.securable_mut("tables", table) {
                table.fields.insert("comment".to_owned(), json!(comment));
                let version = table.commits.len();
                table.commits.insert(
                    0,
                    Commit { version, operation: "SET TBLPROPERTIES", parameters: "{}".to_owned() },
                );
            }
        }
        [name, ..] if text.contains(" SET TAGS ") => tag(catalogs, name, text),
        _ => {}
    }
    success(&[], &[])
}

fn clone(catalogs: &mut Catalogs, destination: &str, source: &str) {
    let version =
        catalogs.table(source).and_then(|table| table.commits.first()).map_or(0, |commit| commit.version);
    let id = json!(format!("clone of {source}"));
    // CLONE leaves the comment of the table behind.
    let Some(table) =
        catalogs.copy("tables", source, destination, &[("table_id", id), ("comment", Value::Null)])
    else {
        return;
    };
    let parameters =
        json!({"source": source, "sourceVersion": version.to_string(), "isShallow": "false"}).to_string();
    let version = table.commits.len();
    table.commits.insert(0, Commit { version, operation: "CLONE", parameters });
}

/// What the engine makes by DDL has the name of its original in `big`.
fn copy_of_big(catalogs: &mut Catalogs, kind: &str, name: &str, changes: &[(&str, Value)]) {
    if let Some((_, inner)) = name.split_once('.') {
        catalogs.copy(kind, &format!("big.{inner}"), name, changes);
    }
}

fn tag(catalogs: &mut Catalogs, name: &str, text: &str) {
    let texts: Vec<_> = literals(text).collect();
    if let Some(table) = catalogs.securable_mut("tables", name) {
        let pairs = texts.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
        table.tags.extend(pairs);
    }
}

const HISTORY: [&str; 4] = ["version", "operation", "operationParameters", "operationMetrics"];

fn history<'a>(catalogs: &'a Catalogs, table: &str, text: &str) -> impl Iterator<Item = Value> + use<'a> {
    let limit =
        text.rsplit_once("LIMIT ").and_then(|(_, limit)| limit.trim().parse().ok()).unwrap_or(usize::MAX);
    let commits = catalogs.table(table).into_iter().flat_map(|table| &table.commits);
    commits
        .take(limit)
        .map(|commit| json!([commit.version.to_string(), commit.operation, commit.parameters, "{}"]))
}

/// Many histories at once, each row behind the number of its part.
fn histories(catalogs: &Catalogs, text: &str) -> Value {
    let parts = text.split("(DESCRIBE HISTORY ").skip(1).filter_map(|part| part.split_once(')'));
    let rows = parts.enumerate().flat_map(|(place, (part, _))| {
        let table = names(part).pop().unwrap_or_default();
        history(catalogs, &table, part).map(move |mut row| {
            if let Some(cells) = row.as_array_mut() {
                cells.insert(0, json!(place.to_string()));
            }
            row
        })
    });
    let columns = [&["place"], HISTORY.as_slice()].concat();
    success(&columns, &rows.collect::<Vec<_>>())
}

/// A relation of `system.information_schema`, of the catalogs that the text names.
fn relation(catalogs: &Catalogs, text: &str) -> Value {
    let relation = text
        .split("information_schema.")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or_default();
    let list = text.trim_start_matches("SELECT ").split(" FROM ").next().unwrap_or_default();
    let words = |column: &'_ str| column.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let listed: Vec<_> = list.split(',').map(words).collect();
    let columns: Vec<_> = listed.iter().filter_map(|words| words.first()).map(String::as_str).collect();
    let names: Vec<_> = listed.iter().filter_map(|words| words.last()).map(String::as_str).collect();
    let of = |catalog: &str| match relation {
        "catalog_privileges" => privileges(catalogs, "catalog", catalog, &columns),
        "schema_privileges" => privileges(catalogs, "schema", catalog, &columns),
        "table_privileges" => privileges(catalogs, "table", catalog, &columns),
        "table_tags" => tags(catalogs, catalog, &columns),
        _ => Vec::new(),
    };
    let named = literals(text).filter(|text| catalogs.containers.contains_key(*text));
    let rows: Vec<_> = named.flat_map(of).collect();
    success(&names, &rows)
}

fn privileges(catalogs: &Catalogs, kind: &str, catalog: &str, columns: &[&str]) -> Vec<Value> {
    let prefix = format!("{kind}/{catalog}");
    let own = catalogs.grants.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
    let own =
        own.filter(|(key, _)| key.len() == prefix.len() || key.as_bytes().get(prefix.len()) == Some(&b'.'));
    own.flat_map(|(key, grants)| {
        let name = key.split_once('/').map(|(_, name)| name).unwrap_or_default();
        grants.iter().flat_map(move |(principal, held)| {
            held.iter().map(move |privilege| {
                row(name, &[("grantee", principal), ("privilege_type", privilege)], columns)
            })
        })
    })
    .collect()
}

fn tags(catalogs: &Catalogs, catalog: &str, columns: &[&str]) -> Vec<Value> {
    let prefix = format!("{catalog}.");
    let own =
        catalogs.securables.iter().filter(|((kind, name), _)| kind == "tables" && name.starts_with(&prefix));
    own.flat_map(|((_, name), table)| {
        table
            .tags
            .iter()
            .map(move |(key, value)| row(name, &[("tag_name", key), ("tag_value", value)], columns))
    })
    .collect()
}

/// A row with the columns asked for; names of securables are in every column that a relation has them in.
fn row(name: &str, values: &[(&str, &str)], columns: &[&str]) -> Value {
    let mut parts = name.split('.');
    let (catalog, schema, own) = (parts.next(), parts.next(), parts.next());
    let cell = |column: &&str| {
        let named = match *column {
            "catalog_name" | "table_catalog" => catalog,
            "schema_name" | "table_schema" => schema,
            "table_name" => own,
            _ => None,
        };
        named.or_else(|| values.iter().find(|(key, _)| key == column).map(|(_, value)| *value))
    };
    columns.iter().map(cell).collect()
}

fn success(columns: &[&str], rows: &[Value]) -> Value {
    let columns: Vec<_> = columns.iter().map(|name| json!({"name": name})).collect();
    json!({
        "status": {"state": "SUCCEEDED"},
        "manifest": {"schema": {"columns": columns}, "total_row_count": rows.len(), "total_chunk_count": 1},
        "result": {"data_array": rows},
    })
}

/// The three-part names of a text, without quotes.
fn names(text: &str) -> Vec<String> {
    let words = text.split([' ', ';', '(', ')']);
    words
        .filter(|word| word.starts_with('`') && word.matches("`.`").count() == 2)
        .map(|word| word.replace('`', ""))
        .collect()
}

fn literals(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let parts: Vec<_> = text.split('\'').collect();
    parts.into_iter().enumerate().filter(|(place, _)| place % 2 == 1).map(|(_, text)| text)
}
