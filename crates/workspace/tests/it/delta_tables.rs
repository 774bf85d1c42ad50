//! Every Delta table of the test data, written by others: registered where it lies, cloned deep, shallow and
//! once more. Source and clones are compared by `tests/readers` (log arithmetic, checksums, rows as three
//! independent readers see them); what became of each table is the generated `docs/delta-tables.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use crate::sql::Sql;

/// Set to write `docs/delta-tables.md` instead of comparing it.
const UPDATE: &str = "CLXS_UPDATE_DOCS";

#[derive(Deserialize)]
pub(crate) struct TestTable {
    pub(crate) name: String,
    kind: String,
    path: PathBuf,
    pub(crate) rows: Option<u64>,
}

/// A source and a clone of it, as `tests/readers/compare.py` reads them.
#[derive(Serialize)]
struct Pair {
    name: String,
    kind: &'static str,
    source: PathBuf,
    clone: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_rows: Option<u64>,
}

/// What became of one table.
struct Verdict {
    name: String,
    protocol: String,
    rows: Option<u64>,
    result: Result<(), String>,
    pairs: Vec<Pair>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_cloned_equal_or_refused_by_name() {
    let Some(tables) = test_tables() else { return };
    let scratch = TempDir::new().unwrap();
    let sql = Sql::start().await;
    let mut verdicts = Vec::new();
    for entry in TestTable::list(&tables) {
        let source = source_folder(&tables, &entry, scratch.path());
        verdicts.push(clone_table(&sql, &entry, source, scratch.path()).await);
    }

    let counted: Vec<_> = verdicts.iter().filter(|verdict| verdict.rows.is_some()).collect();
    assert_eq!(counted.len(), 81, "the manifest counts the rows of 81 tables");
    let refused: Vec<_> = counted.iter().filter_map(|verdict| verdict.result.as_ref().err()).collect();
    assert!(refused.is_empty(), "tables with a row count were refused: {refused:#?}");
    let pairs: Vec<_> = verdicts.iter().flat_map(|verdict| &verdict.pairs).collect();
    compare(&pairs, scratch.path());
    check_document(&document(&verdicts, &tables));
}

/// Registers a table, clones it deep, shallow and deep once more.
async fn clone_table(sql: &Sql, entry: &TestTable, source: PathBuf, scratch: &Path) -> Verdict {
    let name = entry.name.to_lowercase().replace('.', "_");
    let verdict = |protocol: String, result, pairs| Verdict {
        name: entry.name.clone(),
        protocol,
        rows: entry.rows,
        result,
        pairs,
    };
    match try_clone(sql, &name, &source, scratch).await {
        Err(message) => verdict(String::new(), Err(message), Vec::new()),
        Ok((protocol, deep, shallow)) => {
            let pair = |kind, clone| Pair {
                name: format!("{} {kind}", entry.name),
                kind,
                source: source.clone(),
                clone,
                expected_rows: entry.rows,
            };
            verdict(protocol, Ok(()), vec![pair("deep", deep), pair("shallow", shallow)])
        }
    }
}

/// The protocol of the table, and the folders of its deep and its shallow clone; else why it was refused.
async fn try_clone(
    sql: &Sql,
    name: &str,
    source: &Path,
    scratch: &Path,
) -> Result<(String, PathBuf, PathBuf), String> {
    let table = |suffix: &str| format!("main.default.`{name}{suffix}`");
    let (original, deep, shallow) = (table(""), table("_deep"), table("_shallow"));
    let elsewhere = scratch.join("shallow").join(name).display().to_string();
    run(sql, &format!("CREATE TABLE {original} USING DELTA LOCATION '{}'", source.display())).await?;
    run(sql, &format!("CREATE TABLE {deep} DEEP CLONE {original}")).await?;
    run(sql, &format!("CREATE TABLE {shallow} SHALLOW CLONE {original} LOCATION '{elsewhere}'")).await?;
    let again = run(sql, &format!("CREATE OR REPLACE TABLE {deep} DEEP CLONE {original}")).await?;
    for metric in ["num_copied_files", "num_removed_files"] {
        assert_eq!(again.value(metric), "0", "{name}: {metric} of the second deep clone");
    }
    let detail = run(sql, &format!("DESCRIBE DETAIL {original}")).await?;
    let features: Vec<String> = serde_json::from_str(detail.value("tableFeatures")).unwrap_or_default();
    let protocol = format!(
        "{}/{} {}",
        detail.value("minReaderVersion"),
        detail.value("minWriterVersion"),
        features.join(", ")
    );
    Ok((protocol.trim().to_owned(), folder(sql, &deep).await?, folder(sql, &shallow).await?))
}

/// The folder of a table.
async fn folder(sql: &Sql, table: &str) -> Result<PathBuf, String> {
    let detail = run(sql, &format!("DESCRIBE DETAIL {table}")).await?;
    let location = detail.value("location");
    Ok(PathBuf::from(location.strip_prefix("file://").unwrap_or(location)))
}

/// The first row of a result by column name.
pub(crate) struct FirstRow(Vec<(String, String)>);

impl FirstRow {
    fn value(&self, column: &str) -> &str {
        let cell = self.0.iter().find(|(name, _)| name == column);
        cell.map_or("", |(_, value)| value)
    }
}

/// Runs a statement; the error is the message of its failure.
pub(crate) async fn run(sql: &Sql, statement: &str) -> Result<FirstRow, String> {
    let answer = sql.answer(&sql.server.token, statement).await;
    if answer["status"]["state"] != "SUCCEEDED" {
        return Err(answer["status"]["error"]["message"].as_str().unwrap().to_owned());
    }
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let names = list(&answer["manifest"]["schema"]["columns"]);
    let cells = list(&answer["result"]["data_array"][0]);
    let pairs = names.iter().zip(&cells).map(|(column, cell)| {
        (column["name"].as_str().unwrap().to_owned(), cell.as_str().unwrap_or_default().to_owned())
    });
    Ok(FirstRow(pairs.collect()))
}

/// Runs the independent comparison; it prints what differs.
fn compare(pairs: &[&Pair], scratch: &Path) {
    let (input, output) = (scratch.join("pairs.json"), scratch.join("results.json"));
    fs_err::write(&input, serde_json::to_vec_pretty(pairs).unwrap()).unwrap();
    let script = repository().join("tests/readers/compare.py");
    let compared = Command::new(python()).arg(script).args([&input, &output]).output().unwrap();
    assert!(compared.status.success(), "{}", String::from_utf8_lossy(&compared.stderr));
}

/// The Python that has the independent readers.
pub(crate) fn python() -> PathBuf {
    let readers = repository().join("tests/readers");
    let venv = Command::new(repository().join("tests/venv.sh")).arg(&readers).output().unwrap();
    assert!(venv.status.success(), "{}", String::from_utf8_lossy(&venv.stderr));
    PathBuf::from(String::from_utf8(venv.stdout).unwrap().trim())
}

/// The folder of a table. One is a template, whose commit names the folder it lies in.
pub(crate) fn source_folder(tables: &Path, entry: &TestTable, scratch: &Path) -> PathBuf {
    let folder = tables.join(&entry.path).canonicalize().unwrap();
    let commit = folder.join("_delta_log/00000000000000000000.json");
    let Some(template) = fs_err::read_to_string(commit).ok().filter(|text| text.contains("{{")) else {
        return folder;
    };
    let filled = scratch.join(&entry.name);
    let copied = Command::new("cp").args(["-r"]).args([&folder, &filled]).status().unwrap();
    assert!(copied.success());
    let special = filled.join("folder&with%special char").display().to_string();
    let encoded = special.replace('%', "%25").replace(' ', "%20");
    let text = template.replace("{{FOLDER_WITH_SPECIAL_CHAR}}", &encoded);
    let commit = filled.join("_delta_log/00000000000000000000.json");
    fs_err::remove_file(&commit).unwrap();
    fs_err::write(commit, text).unwrap();
    filled
}

fn document(verdicts: &[Verdict], tables: &Path) -> String {
    let cloned = verdicts.iter().filter(|verdict| verdict.result.is_ok()).count();
    let mut text = format!(
        "# Delta tables written by others\n\n\
         Generated by `crates/workspace/tests/it/delta_tables.rs`; `{UPDATE}=1 cargo test -p clxs-workspace every_table` writes it anew.\n\n\
         Each table is registered with `CREATE TABLE … USING DELTA LOCATION`, cloned deep and shallow, and cloned deep once more\n\
         (which copies nothing). Source and clone are then equal by log arithmetic, by checksums of the files, and by the rows that\n\
         deltalake, duckdb and sail read. {cloned} of {} are cloned; the others are refused for the reason given.\n\n\
         | table | protocol: reader/writer, features | rows | clone |\n|---|---|---:|---|\n",
        verdicts.len()
    );
    for Verdict { name, protocol, rows, result, .. } in verdicts {
        let rows = rows.map_or("–".to_owned(), |rows| rows.to_string());
        let result = match result {
            Ok(()) => "cloned".to_owned(),
            Err(message) => format!("refused: {}", reason(message, tables)),
        };
        writeln!(text, "| {name} | {protocol} | {rows} | {result} |").unwrap();
    }
    text
}

/// The message as a cell of a table, without the folder of this machine.
fn reason(message: &str, tables: &Path) -> String {
    let tables = tables.canonicalize().unwrap().display().to_string();
    let message = message.replace(&format!("file://{tables}"), "…").replace(&tables, "…");
    message.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn check_document(text: &str) {
    let path = repository().join("docs/delta-tables.md");
    if std::env::var_os(UPDATE).is_some() {
        fs_err::write(&path, text).unwrap();
    }
    let current = fs_err::read_to_string(&path).unwrap_or_default();
    assert_eq!(current, text, "docs/delta-tables.md is out of date: run the test with {UPDATE}=1");
}

impl TestTable {
    /// The Delta tables of the test data.
    pub(crate) fn list(tables: &Path) -> Vec<Self> {
        let text = fs_err::read_to_string(tables.join("manifest.json")).unwrap();
        let mut entries: Vec<Self> = serde_json::from_str(&text).unwrap();
        entries.retain(|entry| entry.kind == "delta");
        entries.sort_by_key(|entry| entry.name.to_lowercase());
        entries
    }
}

/// The folder of the test data: `CLXS_TEST_TABLES`, else `../shared/tables` beside the repository.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn test_tables() -> Option<PathBuf> {
    let folder = std::env::var_os("CLXS_TEST_TABLES")
        .map_or_else(|| repository().join("../shared/tables"), PathBuf::from);
    if folder.join("manifest.json").is_file() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no test tables in {}; set CLXS_TEST_TABLES", folder.display());
    None
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
