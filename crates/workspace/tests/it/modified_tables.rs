//! Rows of tables of every kind are changed: of tables of our own with each feature, and of copies of those that
//! others wrote. Two independent readers must then see the rows that our SELECT gives; what became of each table is
//! the generated `docs/delta-writes.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::delta_tables::{TestTable, repository, run, source_folder, test_tables};
use crate::sql::Sql;

/// Set to write `docs/delta-writes.md` instead of comparing it.
const UPDATE: &str = "CLXS_UPDATE_DOCS";
/// Tables with more rows take too long in a debug build.
const MANY_ROWS: u64 = 20_000;

/// Tables of our own: a name, the columns after `id INT, v STRING, part INT`, and clauses.
const OWN: &[(&str, &str, &str)] = &[
    ("plain", "", ""),
    ("partitions", "", "PARTITIONED BY (part)"),
    ("deletion vectors", "", "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"),
    ("column mapping by name", "", "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')"),
    (
        "column mapping by id, partitions, vectors",
        "",
        "PARTITIONED BY (part) TBLPROPERTIES ('delta.columnMapping.mode' = 'id', 'delta.enableDeletionVectors' = 'true')",
    ),
    ("CHECK", ", CONSTRAINT c CHECK (part IS NULL OR part < 100)", ""),
    ("NOT NULL", ", n INT NOT NULL", "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')"),
    ("generated column", ", g BIGINT GENERATED ALWAYS AS (id * 2)", ""),
    (
        "default column",
        ", d STRING DEFAULT 'none'",
        "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')",
    ),
    ("identity column", ", i BIGINT GENERATED ALWAYS AS IDENTITY", ""),
    ("in-commit timestamps", "", "TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')"),
    ("clustering", "", "CLUSTER BY (id)"),
    ("row tracking", "", "TBLPROPERTIES ('delta.enableRowTracking' = 'true')"),
    ("change data feed", "", "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"),
    ("type widening", "", "TBLPROPERTIES ('delta.enableTypeWidening' = 'true')"),
    (
        "v2 checkpoints",
        "",
        "TBLPROPERTIES ('delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2')",
    ),
];

/// What the statements of a table gave, by statement, and what readers say of the rows.
#[derive(Default)]
struct Verdict {
    name: String,
    statements: BTreeMap<&'static str, String>,
    pair: Option<Pair>,
}

/// A table and a copy of its rows, as `tests/readers/same_rows.py` reads them.
#[derive(Clone, Serialize)]
struct Pair {
    name: String,
    changed: PathBuf,
    copy: PathBuf,
}

#[derive(Deserialize)]
struct Seen {
    name: String,
    deltalake: String,
    duckdb: String,
    sail: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_rows_are_what_independent_readers_see() {
    let sql = Sql::start().await;
    let scratch = TempDir::new().unwrap();
    let mut verdicts = Vec::new();
    for (index, (name, columns, clauses)) in OWN.iter().enumerate() {
        verdicts.push(own_table(&sql, index, name, columns, clauses).await);
    }
    let own = verdicts.len();
    if let Some(tables) = test_tables() {
        for entry in TestTable::list(&tables) {
            if entry.rows.is_some_and(|rows| rows > 0 && rows <= MANY_ROWS) {
                verdicts.push(table_of_others(&sql, &tables, &entry, scratch.path()).await);
            }
        }
    }
    let pairs: Vec<Pair> = verdicts.iter().filter_map(|verdict| verdict.pair.clone()).collect();
    let seen = seen(&pairs, scratch.path());
    let unequal: Vec<_> = seen
        .iter()
        .flat_map(|seen| {
            let verdicts = [("deltalake", &seen.deltalake), ("duckdb", &seen.duckdb), ("sail", &seen.sail)];
            verdicts.map(|of| (&seen.name, of))
        })
        .filter(|(name, (reader, verdict))| verdict.starts_with("unequal") && !is_known(name, reader))
        .collect();
    assert!(unequal.is_empty(), "{unequal:#?}");
    if test_tables().is_some() {
        check_document(&document(&verdicts, own, &seen));
    }
}

/// What a reader is known to read wrongly or not at all, changed by us or not (`tables/MANIFEST.md`).
fn is_known(table: &str, reader: &str) -> bool {
    let partitions_by_id =
        ["column mapping by id, partitions, vectors", "data-reader-timestamp_ntz-name-mode"];
    reader == "duckdb" && partitions_by_id.contains(&table)
}

async fn own_table(sql: &Sql, index: usize, name: &str, columns: &str, clauses: &str) -> Verdict {
    let table = format!("main.default.own{index}");
    let mut verdict = Verdict { name: name.to_owned(), ..Verdict::default() };
    let create = format!("CREATE TABLE {table} (id INT, v STRING, part INT{columns}) {clauses}");
    if let Err(message) = run(sql, &create).await {
        verdict.statements.insert("CREATE", class(&message));
        return verdict;
    }
    if columns.contains("NOT NULL") {
        sql.run(&format!("ALTER TABLE {table} ALTER COLUMN n SET DEFAULT 5")).await;
    }
    let statements = [
        (
            "INSERT",
            format!(
                "INSERT INTO {table} (id, v, part) VALUES (1, 'a', 1), (2, 'b', 1), (3, NULL, 2), (4, 'd', NULL)"
            ),
        ),
        ("UPDATE", format!("UPDATE {table} SET v = concat(v, '!'), id = id + 10 WHERE id <> 2")),
        ("DELETE", format!("DELETE FROM {table} WHERE id IN (SELECT max(id) FROM {table})")),
        (
            "MERGE",
            format!(
                "MERGE INTO {table} t USING (VALUES (2, 'm'), (11, 'gone'), (99, 'new')) AS s(id, v) ON t.id = s.id \
                 WHEN MATCHED AND s.v = 'gone' THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v \
                 WHEN NOT MATCHED THEN INSERT (id, v, part) VALUES (s.id, s.v, 7)"
            ),
        ),
        ("OPTIMIZE", format!("OPTIMIZE {table}")),
        ("RESTORE", format!("RESTORE TABLE {table} TO VERSION AS OF 1")),
        ("VACUUM", format!("VACUUM {table}")),
    ];
    for (statement, text) in statements {
        let result = run(sql, &text).await;
        verdict
            .statements
            .insert(statement, result.map_or_else(|message| class(&message), |_| "✓".to_owned()));
        if statement == "RESTORE" {
            let again = format!("INSERT INTO {table} (id, v, part) VALUES (7, 'late', 1)");
            sql.run(&again).await;
        }
    }
    verdict.pair = Some(pair(sql, &table, name).await);
    verdict
}

/// The rows of a copy of a table are changed: texts are updated, the least rows deleted, the greatest doubled.
async fn table_of_others(sql: &Sql, tables: &Path, entry: &TestTable, scratch: &Path) -> Verdict {
    let mut verdict = Verdict { name: entry.name.clone(), ..Verdict::default() };
    let folder = copied(&source_folder(tables, entry, scratch), &scratch.join("changed").join(&entry.name));
    let table = format!("main.default.`{}`", entry.name.to_lowercase().replace('.', "_"));
    let create = format!("CREATE TABLE {table} USING DELTA LOCATION '{}'", folder.display());
    if let Err(message) = run(sql, &create).await {
        verdict.statements.insert("CREATE", class(&message));
        return verdict;
    }
    let columns = sql.rows(&format!("DESCRIBE TABLE {table}")).await;
    let columns: Vec<_> =
        columns.iter().take_while(|row| !row[0].starts_with('#') && !row[0].is_empty()).collect();
    let text = columns.iter().find(|row| row[1] == "string").map(|row| format!("`{}`", row[0]));
    let key = columns.iter().find(|row| is_orderable(&row[1])).map(|row| format!("`{}`", row[0]));
    let Some(key) = key else { return verdict };
    let update =
        text.map_or_else(|| format!("{key} = {key}"), |text| format!("{text} = concat({text}, '!')"));
    let statements = [
        ("UPDATE", format!("UPDATE {table} SET {update} WHERE {key} >= (SELECT max({key}) FROM {table})")),
        ("DELETE", format!("DELETE FROM {table} WHERE {key} = (SELECT min({key}) FROM {table})")),
        (
            "MERGE",
            format!(
                "MERGE INTO {table} AS t USING (SELECT * FROM {table} WHERE {key} = (SELECT max({key}) FROM {table})) AS s \
                 ON t.{key} = s.{key} AND 1 = 0 WHEN NOT MATCHED THEN INSERT *"
            ),
        ),
        ("OPTIMIZE", format!("OPTIMIZE {table}")),
    ];
    for (statement, text) in statements {
        let result = run(sql, &text).await;
        verdict
            .statements
            .insert(statement, result.map_or_else(|message| class(&message), |_| "✓".to_owned()));
    }
    if verdict.statements.values().any(|result| result == "✓") {
        verdict.pair = Some(pair(sql, &table, &entry.name).await);
    }
    verdict
}

fn is_orderable(data_type: &str) -> bool {
    ["int", "bigint", "string", "date", "smallint", "tinyint"].contains(&data_type)
}

/// The class of an error.
fn class(message: &str) -> String {
    let class = message.trim_start_matches(['\n', '[']).split(']').next().unwrap_or_default();
    assert!(class != "INTERNAL_ERROR", "{message}");
    let features = message.split('`').nth(1).filter(|_| class.starts_with("DELTA_UNSUPPORTED_FEATURES"));
    features.map_or_else(|| class.to_owned(), |feature| format!("refused: {feature}"))
}

/// The table and a plain copy of the rows that our SELECT gives.
async fn pair(sql: &Sql, table: &str, name: &str) -> Pair {
    let copy = format!("main.default.`copy_of_{}`", name.replace(['.', ' ', '/'], "_"));
    sql.run(&format!(
        "CREATE TABLE {copy} TBLPROPERTIES ('delta.columnMapping.mode' = 'name') AS SELECT * FROM {table}"
    ))
    .await;
    Pair { name: name.to_owned(), changed: folder(sql, table).await, copy: folder(sql, &copy).await }
}

async fn folder(sql: &Sql, table: &str) -> PathBuf {
    let detail = sql.rows(&format!("DESCRIBE DETAIL {table}")).await;
    let location = detail[0][4].strip_prefix("file://").unwrap();
    PathBuf::from(location.replace("%20", " ").replace("%25", "%"))
}

fn copied(from: &Path, to: &Path) -> PathBuf {
    fs_err::create_dir_all(to.parent().unwrap()).unwrap();
    assert!(Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
    assert!(Command::new("chmod").args(["-R", "u+w"]).arg(to).status().unwrap().success());
    to.to_owned()
}

/// What the readers see of each pair.
fn seen(pairs: &[Pair], scratch: &Path) -> Vec<Seen> {
    let python = crate::delta_tables::python();
    let input = scratch.join("rows.json");
    fs_err::write(&input, serde_json::to_vec_pretty(pairs).unwrap()).unwrap();
    let script = repository().join("tests/readers/same_rows.py");
    let output = Command::new(python).arg(script).arg(&input).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn document(verdicts: &[Verdict], own: usize, seen: &[Seen]) -> String {
    let mut text = format!(
        "# Delta tables whose rows are changed\n\n\
         Generated by `crates/workspace/tests/it/modified_tables.rs`; `{UPDATE}=1 cargo test -p clxs-workspace changed_rows` writes it anew.\n\n\
         After the statements, deltalake, duckdb and sail read the rows that our own SELECT gives: `equal`, unless the reader refuses\n\
         the table. `refused: …` names the feature for which a statement is refused, and then changes nothing.\n\n\
         ## Tables of our own\n\n"
    );
    let statements = ["INSERT", "UPDATE", "DELETE", "MERGE", "OPTIMIZE", "RESTORE", "VACUUM"];
    section(&mut text, &verdicts[..own], &statements, seen);
    text.push_str("\n## Tables written by others\n\n");
    section(&mut text, &verdicts[own..], &["UPDATE", "DELETE", "MERGE", "OPTIMIZE"], seen);
    text
}

fn section(text: &mut String, verdicts: &[Verdict], statements: &[&str], seen: &[Seen]) {
    writeln!(text, "| table | {} | deltalake | duckdb | sail |", statements.join(" | ")).unwrap();
    writeln!(text, "|---{}|---|---|---|", "|---".repeat(statements.len())).unwrap();
    for verdict in verdicts {
        let cell = |statement: &&str| {
            let found = verdict.statements.get(*statement).or(verdict.statements.get("CREATE"));
            found.cloned().unwrap_or_else(|| "–".to_owned())
        };
        let cells: Vec<_> = statements.iter().map(cell).collect();
        let seen = seen.iter().find(|seen| seen.name == verdict.name);
        let readers = seen.map_or(["–"; 3], |seen| [&*seen.deltalake, &*seen.duckdb, &*seen.sail]);
        let short = |verdict: &str| {
            verdict
                .split(" features")
                .next()
                .unwrap_or(verdict)
                .split(": fails")
                .next()
                .unwrap_or(verdict)
                .to_owned()
        };
        writeln!(text, "| {} | {} | {} |", verdict.name, cells.join(" | "), readers.map(short).join(" | "))
            .unwrap();
    }
}

fn check_document(text: &str) {
    let path = repository().join("docs/delta-writes.md");
    if std::env::var_os(UPDATE).is_some() {
        fs_err::write(&path, text).unwrap();
    }
    let current = fs_err::read_to_string(&path).unwrap_or_default();
    assert_eq!(current, text, "docs/delta-writes.md is out of date: run the test with {UPDATE}=1");
}

/// A change as a reader of the feed sees it: what became of which row, in which version.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct FedChange {
    version: u64,
    change: String,
    id: i64,
    v: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn change_data_feed_has_every_change() {
    for clauses in [
        "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')",
        "PARTITIONED BY (v) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'true')",
    ] {
        let sql = Sql::start().await;
        sql.run(&format!("CREATE TABLE main.default.t (id BIGINT, v STRING) {clauses}")).await;
        sql.run("INSERT INTO main.default.t VALUES (1, 'a'), (2, 'b'), (3, 'c')").await;
        sql.run("UPDATE main.default.t SET v = 'x' WHERE id = 1").await;
        sql.run("DELETE FROM main.default.t WHERE id = 2").await;
        sql.run(
            "MERGE INTO main.default.t USING (VALUES (1, NULL), (3, 'm'), (4, 'n')) AS s(id, v) ON t.id = s.id
             WHEN MATCHED AND s.v IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT *",
        )
        .await;
        sql.run("OPTIMIZE main.default.t").await;
        let script = repository().join("tests/readers/change_data.py");
        let at = folder(&sql, "main.default.t").await;
        let output = Command::new(crate::delta_tables::python()).arg(script).arg(at).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut fed: Vec<FedChange> = serde_json::from_slice(&output.stdout).unwrap();
        fed.sort();
        let lines = fed.iter().map(|fed| format!("{} {} {} {:?}", fed.version, fed.change, fed.id, fed.v));
        insta::assert_snapshot!("change_data_feed", lines.collect::<Vec<_>>().join("\n"));
    }
}
