//! Two other parsers and ours on `tests/oracles/statements`: Spark's and sqlglot. What we read is what they read, in
//! kind and in names of three parts; what must be refused is refused with Spark's error. Disagreements are listed in
//! `tests/oracles/deviations/statements.sql` with their reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::sql::ast::Statement;
use crate::sql::error::SqlError;
use crate::sql::parser::parse;

/// A statement and what the parsers say.
#[derive(Deserialize)]
struct Asked {
    statement: String,
    spark: Said,
    sqlglot: Said,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Read {
        kind: String,
        names: BTreeSet<String>,
    },
    /// The class is empty for an error that Spark gives no name.
    Refused {
        error: String,
        #[serde(default)]
        sql_state: String,
    },
    /// sqlglot knows no more than the first word.
    #[expect(dead_code, reason = "only that it is there matters")]
    Command {
        command: String,
    },
}

#[test]
fn statements_are_read_as_other_parsers_read_them_or_refused_by_name() {
    check("accepted", |asked| match parse(&asked.statement) {
        Ok(statement) => {
            let said = [("Spark", &asked.spark), ("sqlglot", &asked.sqlglot)];
            said.into_iter().filter_map(|(who, said)| disagreement(&statement, who, said)).collect()
        }
        Err(error) if is_refusal_by_name(&error) => Vec::new(),
        Err(error) => {
            vec![format!("it is SQL of the platform, and we say {} {}", error.class, error.sql_state)]
        }
    });
}

#[test]
fn texts_that_are_no_statements_are_refused_with_sparks_error() {
    check("refused", |asked| {
        let Said::Refused { error: class, sql_state } = &asked.spark else {
            return vec!["Spark does not refuse it".to_owned()];
        };
        match parse(&asked.statement) {
            Ok(statement) => {
                vec![format!("Spark says {class} {sql_state}, and we read {}", kind(&statement))]
            }
            Err(error) if is_refusal_by_name(&error) || class.is_empty() => Vec::new(),
            Err(error) if error.class == class && error.sql_state == sql_state => Vec::new(),
            Err(error) => {
                vec![format!(
                    "Spark says {class} {sql_state}, and we say {} {}",
                    error.class, error.sql_state
                )]
            }
        }
    });
}

/// Judges every statement of a file; what `judge` finds must be listed, and what is listed must be found.
fn check(file: &str, judge: impl Fn(&Asked) -> Vec<String>) {
    let text = read(&format!("statements/{file}.jsonl"));
    let asked: Vec<Asked> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let listed = deviations();
    let mut unlisted = Vec::new();
    let mut stale = Vec::new();
    for asked in &asked {
        let found = judge(asked);
        match (found.is_empty(), listed.contains_key(&asked.statement)) {
            (false, false) => unlisted.push(format!("{}\n  {}", asked.statement, found.join("\n  "))),
            (true, true) => stale.push(&asked.statement),
            _ => (),
        }
    }
    assert!(unlisted.is_empty(), "{} disagreements:\n{}", unlisted.len(), unlisted.join("\n"));
    assert!(stale.is_empty(), "no disagreements any more, take them off the list: {stale:#?}");
}

fn is_refusal_by_name(error: &SqlError) -> bool {
    error.class == "UNSUPPORTED_FEATURE"
}

/// How what another parser reads differs from what we read. A kind may be given shorter: `DESCRIBE`.
fn disagreement(statement: &Statement, who: &str, said: &Said) -> Option<String> {
    let Said::Read { kind: their_kind, names: their_names } = said else { return None };
    let (kind, names) = (kind(statement), names(statement));
    let same_kind = format!("{kind} ").starts_with(&format!("{their_kind} "));
    (!same_kind || names != *their_names)
        .then(|| format!("{who} reads {their_kind} {their_names:?}, and we {kind} {names:?}"))
}

/// The kind in the words of `tests/oracles/kinds.py`.
fn kind(statement: &Statement) -> String {
    match statement {
        Statement::Clone(_) => "CREATE TABLE".to_owned(),
        Statement::Comment { .. } => "COMMENT ON".to_owned(),
        Statement::Drop(drop) => format!("DROP {}", words(&drop.kind)),
        Statement::AlterTable(alter) => format!("ALTER {}", words(&alter.kind)),
        Statement::AlterSecurable(alter) => format!("ALTER {}", words(&alter.kind)),
        Statement::Use(namespace) => format!("USE {}", words(namespace)),
        Statement::Show(show) => format!("SHOW {}", words(show)),
        Statement::Describe(describe) => format!("DESCRIBE {}", words(describe)),
        other => words(other),
    }
}

/// The name of a variant in words: `CREATE TABLE` for `CreateTable`.
fn words(variant: &impl Debug) -> String {
    let text = format!("{variant:?}");
    let name = text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let spaced =
        name.chars().flat_map(|letter| letter.is_uppercase().then_some(' ').into_iter().chain([letter]));
    spaced.collect::<String>().trim().to_uppercase()
}

/// The names of three parts, wherever they are in the tree: its `Debug` text shows names of ours, and names of tables
/// in queries, which are sqlparser's. So a new statement needs nothing here.
fn names(statement: &Statement) -> BTreeSet<String> {
    let text = format!("{statement:?}");
    let lists = text.match_indices("ObjectName([").filter_map(|(start, found)| {
        let list = text[start + found.len()..].split("])").next()?;
        let of_table = text[..start].ends_with("Table { name: ");
        (of_table || list.starts_with("Identifier(\"")).then(|| parts(list))
    });
    lists.filter(|parts| parts.len() == 3).map(|parts| parts.join(".")).collect()
}

/// The parts of a name in a `Debug` text.
fn parts(list: &str) -> Vec<&str> {
    let starts = ["Identifier(\"", "Ident { value: \""];
    let after = starts.iter().flat_map(|start| list.split(start).skip(1));
    after.filter_map(|text| text.split('"').next()).collect()
}

/// The statements that are listed, with the reason above them.
fn deviations() -> BTreeMap<String, String> {
    let mut reason = String::new();
    let mut listed = BTreeMap::new();
    for line in read("deviations/statements.sql").lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("-- ") {
            Some(text) => text.clone_into(&mut reason),
            None => _ = listed.insert(line.to_owned(), reason.clone()),
        }
    }
    listed
}

fn read(path: &str) -> String {
    let oracles: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracles");
    fs_err::read_to_string(oracles.join(path)).unwrap()
}
