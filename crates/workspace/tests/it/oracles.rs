//! The expressions of `tests/oracles/functions` and what Spark answers to them. The embedded workspace gives the
//! same answer, or refuses by name; anything else is listed in `tests/oracles/deviations/functions.sql` with its
//! reason. `docs/sql-functions.md` is generated from what is found here.

mod document;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use futures::StreamExt;
use serde::Deserialize;
use serde_json::Value;

use crate::sql::Sql;

/// How many statements run at once.
const AT_ONCE: usize = 4;

/// One expression with Spark's answer.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    /// The file it is from, such as `strings`.
    #[serde(skip)]
    family: String,
    function: String,
    /// An expression, or a whole query.
    expression: String,
    /// The rows it reads: a FROM clause.
    #[serde(default)]
    from: String,
    /// Why Spark's answer is not the platform's; nothing is compared then.
    note: Option<String>,
    #[serde(flatten)]
    answer: Answer,
}

/// What a statement gives.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Answer {
    Rows {
        #[serde(rename = "type")]
        types: String,
        rows: Vec<Value>,
    },
    /// Both are empty for an error that Spark gives no name.
    Error { error: String, sql_state: String },
}

/// How our answer compares with Spark's.
#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    Equal,
    RefusedByName,
    /// Our answer, which is another one.
    Different(Answer),
    NotCompared,
}

#[tokio::test(flavor = "multi_thread")]
async fn expressions_have_sparks_type_value_or_error_class_or_are_refused_by_name() {
    let sql = Sql::start().await;
    let rows = rows();
    let judged: Vec<_> = futures::stream::iter(&rows)
        .map(|row| {
            let sql = &sql;
            async move { (row, judge(sql, row).await) }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;

    let listed = deviations();
    let unlisted = unlisted(&judged, &listed);
    assert!(unlisted.is_empty(), "{} answers are not Spark's:\n{}", unlisted.len(), unlisted.join("\n"));
    let stale = stale(&judged, &listed);
    assert!(stale.is_empty(), "no deviations any more, take them off the list: {stale:#?}");
    document::check(&judged, &listed);
}

/// The answers that are not Spark's and not listed, each with both.
fn unlisted(judged: &[(&Row, Verdict)], listed: &BTreeMap<String, String>) -> Vec<String> {
    let unlisted = judged.iter().filter(|(row, _)| !listed.contains_key(&row.expression));
    let text = |(row, verdict): &(&Row, Verdict)| match verdict {
        Verdict::Different(ours) => Some(format!(
            "{} ({}): {}\n  Spark: {}\n  ours:  {ours}",
            row.family, row.function, row.expression, row.answer
        )),
        _ => None,
    };
    unlisted.filter_map(text).collect()
}

/// The listed expressions whose answer is Spark's, or that there are none of.
fn stale<'a>(judged: &[(&Row, Verdict)], listed: &'a BTreeMap<String, String>) -> Vec<&'a String> {
    let different = judged.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Different(_)));
    let different: BTreeSet<_> = different.map(|(row, _)| &row.expression).collect();
    listed.keys().filter(|expression| !different.contains(expression)).collect()
}

async fn judge(sql: &Sql, row: &Row) -> Verdict {
    if row.note.is_some() {
        return Verdict::NotCompared;
    }
    match answer(sql, &row.query()).await {
        Answer::Error { error, .. } if error == "UNSUPPORTED_FEATURE" => Verdict::RefusedByName,
        ours if ours.matches(&row.answer) => Verdict::Equal,
        ours => Verdict::Different(ours),
    }
}

async fn answer(sql: &Sql, query: &str) -> Answer {
    let answer = sql.answer(&sql.server.token, query).await;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    if answer["status"]["state"] == "SUCCEEDED" {
        let columns = list(&answer["manifest"]["schema"]["columns"]);
        let types: Vec<_> = columns.iter().filter_map(|column| column["type_text"].as_str()).collect();
        let rows = list(&answer["result"]["data_array"]).iter().map(sole_value).collect();
        return Answer::Rows { types: types.join(", "), rows };
    }
    let message = answer["status"]["error"]["message"].as_str().unwrap();
    let between = |start: &str, end: char| Some(message.split_once(start)?.1.split_once(end)?.0.to_owned());
    let sql_state = message.split("SQLSTATE: ").nth(1).map(|rest| rest[..5].to_owned());
    Answer::Error { error: between("[", ']').unwrap_or_default(), sql_state: sql_state.unwrap_or_default() }
}

/// A row of one column is that column's value.
fn sole_value(row: &Value) -> Value {
    match row.as_array().map(Vec::as_slice) {
        Some([value]) => value.clone(),
        _ => row.clone(),
    }
}

impl Row {
    fn query(&self) -> String {
        if self.expression.starts_with("SELECT ") {
            return self.expression.clone();
        }
        format!("SELECT {} {}", self.expression, self.from)
    }
}

impl Answer {
    fn matches(&self, spark: &Self) -> bool {
        match spark {
            Self::Error { error, .. } if error.is_empty() => matches!(self, Self::Error { .. }),
            _ => self == spark,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { types, rows } => write!(f, "{types} {}", Value::from(rows.clone())),
            Self::Error { error, sql_state } => write!(f, "[{error}] {sql_state}"),
        }
    }
}

/// All rows, family by family.
fn rows() -> Vec<Row> {
    let folder = oracles().join("functions");
    let mut files: Vec<_> = fs_err::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files.iter().flat_map(|file| rows_of(file)).collect()
}

fn rows_of(file: &Path) -> Vec<Row> {
    let family = file.file_stem().unwrap().to_string_lossy().into_owned();
    let text = fs_err::read_to_string(file).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Row>(line).unwrap());
    rows.map(|row| Row { family: family.clone(), ..row }).collect()
}

/// Listed expressions with the reason that stands above them.
fn deviations() -> BTreeMap<String, String> {
    let text = fs_err::read_to_string(oracles().join("deviations/functions.sql")).unwrap();
    let mut reason = String::new();
    let mut listed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("-- ") {
            Some(text) => text.clone_into(&mut reason),
            None => _ = listed.insert(line.to_owned(), reason.clone()),
        }
    }
    listed
}

fn oracles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracles")
}
