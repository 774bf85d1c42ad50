//! Random statements on a table and on a model of it in memory: the same rows at every version.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::Sql;

/// A row by its key, which need not be unique: what it is worth, and how many there are.
type Rows = Vec<(i64, i64)>;

/// A statement on `(k BIGINT, v BIGINT)`.
#[derive(Debug, Clone)]
enum Change {
    Insert(Vec<(i64, i64)>),
    Overwrite(Vec<(i64, i64)>),
    /// Rows with a key of at least the first get the second added to their value.
    Update(i64, i64),
    /// Rows whose key has this remainder by three go.
    Delete(i64),
    /// The keys of the source are unique: matched rows with a negative value go, others take the value; rows that
    /// are not matched come; rows that no row of the source matches lose one where they have more than ten.
    Merge(BTreeMap<i64, i64>),
    ReplaceWhere(i64, Vec<i64>),
    Optimize,
    /// To a version, counted from the newest.
    Restore(usize),
}

fn rows() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..12_i64, -5..20_i64), 1..6)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => rows().prop_map(Change::Insert),
        1 => rows().prop_map(Change::Overwrite),
        3 => (0..12_i64, -3..4_i64).prop_map(|(key, by)| Change::Update(key, by)),
        2 => (0..3_i64).prop_map(Change::Delete),
        4 => prop::collection::btree_map(0..12_i64, -5..20_i64, 1..6).prop_map(Change::Merge),
        1 => (0..12_i64, prop::collection::vec(-5..20_i64, 1..4)).prop_map(|(key, values)| Change::ReplaceWhere(key, values)),
        1 => Just(Change::Optimize),
        1 => (0..4_usize).prop_map(Change::Restore),
    ]
}

fn values(rows: impl IntoIterator<Item = (i64, i64)>) -> String {
    rows.into_iter().map(|(k, v)| format!("({k}, {v})")).collect::<Vec<_>>().join(", ")
}

impl Change {
    fn statement(&self, table: &str, newest: usize) -> String {
        match self {
            Self::Insert(rows) => format!("INSERT INTO {table} VALUES {}", values(rows.clone())),
            Self::Overwrite(rows) => format!("INSERT OVERWRITE {table} VALUES {}", values(rows.clone())),
            Self::Update(key, by) => format!("UPDATE {table} SET v = v + {by} WHERE k >= {key}"),
            Self::Delete(remainder) => format!("DELETE FROM {table} WHERE k % 3 = {remainder}"),
            Self::Merge(source) => format!(
                "MERGE INTO {table} AS t USING (VALUES {}) AS s(k, v) ON t.k = s.k
                 WHEN MATCHED AND t.v < 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v
                 WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE AND t.v > 10 THEN UPDATE SET v = t.v - 1",
                values(source.clone())
            ),
            Self::ReplaceWhere(key, of) => {
                format!("INSERT INTO {table} REPLACE WHERE k = {key} VALUES {}", values(of.iter().map(|v| (*key, *v))))
            }
            Self::Optimize => format!("OPTIMIZE {table}"),
            Self::Restore(back) => {
                format!("RESTORE TABLE {table} TO VERSION AS OF {}", newest.saturating_sub(*back))
            }
        }
    }

    fn apply(&self, versions: &[Rows]) -> Rows {
        let mut rows = versions.last().unwrap().clone();
        match self {
            Self::Insert(new) => rows.extend(new),
            Self::Overwrite(new) => rows.clone_from(new),
            Self::Update(key, by) => rows.iter_mut().filter(|(k, _)| k >= key).for_each(|(_, v)| *v += by),
            Self::Delete(remainder) => rows.retain(|(k, _)| k % 3 != *remainder),
            Self::Merge(source) => {
                let before = rows.clone();
                rows.retain(|(k, v)| !(source.contains_key(k) && *v < 0));
                for (k, v) in &mut rows {
                    match source.get(k) {
                        Some(new) => *v = *new,
                        None if *v > 10 => *v -= 1,
                        None => {}
                    }
                }
                rows.extend(
                    source
                        .iter()
                        .filter(|(key, _)| !before.iter().any(|(k, _)| k == *key))
                        .map(|(k, v)| (*k, *v)),
                );
            }
            Self::ReplaceWhere(key, of) => {
                rows.retain(|(k, _)| k != key);
                rows.extend(of.iter().map(|v| (*key, *v)));
            }
            Self::Optimize => {}
            Self::Restore(back) => rows.clone_from(&versions[(versions.len() - 1).saturating_sub(*back)]),
        }
        rows
    }
}

async fn read(sql: &Sql, table: &str, version: usize) -> Rows {
    let rows = sql.rows(&format!("SELECT k, v FROM {table} VERSION AS OF {version}")).await;
    let mut rows: Rows = rows.iter().map(|row| (row[0].parse().unwrap(), row[1].parse().unwrap())).collect();
    rows.sort_unstable();
    rows
}

async fn newest(sql: &Sql, table: &str) -> usize {
    sql.rows(&format!("DESCRIBE HISTORY {table} LIMIT 1")).await[0][0].parse().unwrap()
}

/// Runs the statements; a statement that changes nothing may or may not make a version.
async fn agrees(sql: &Sql, table: &str, changes: &[Change]) {
    let mut versions: Vec<Rows> = vec![Vec::new()];
    for change in changes {
        sql.run(&change.statement(table, versions.len() - 1)).await;
        let rows = change.apply(&versions);
        let made = newest(sql, table).await + 1 - versions.len();
        assert!(made <= 1, "{change:?} made {made} versions");
        let sorted = |mut rows: Rows| {
            rows.sort_unstable();
            rows
        };
        if made == 0 {
            assert_eq!(sorted(rows), sorted(versions.last().unwrap().clone()), "{change:?} made no version");
        } else {
            versions.push(rows);
        }
    }
    for (version, mut rows) in versions.into_iter().enumerate() {
        rows.sort_unstable();
        assert_eq!(read(sql, table, version).await, rows, "version {version} after {changes:?}");
    }
}

#[test]
fn statements_do_what_they_do_to_a_model_at_every_version() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let sql = runtime.block_on(Sql::start());
    let kinds = [
        "",
        "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
        "PARTITIONED BY (k) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')",
        "CLUSTER BY (v) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.enableInCommitTimestamps' = 'true')",
    ];
    let table = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 24, max_shrink_iters: 60, ..Config::default() });
    let changes = (prop::sample::select(kinds.to_vec()), prop::collection::vec(change(), 1..10));
    runner
        .run(&changes, |(kind, changes)| {
            table.set(table.get() + 1);
            let name = format!("main.default.t{}", table.get());
            runtime.block_on(async {
                sql.run(&format!("CREATE TABLE {name} (k BIGINT, v BIGINT) {kind}")).await;
                agrees(&sql, &name, &changes).await;
            });
            Ok(())
        })
        .unwrap();
}
