//! Writers at the same time: what Delta lets through is all there, and the rest is a conflict with its class.

use std::sync::Arc;

use super::Sql;
use crate::server::{Server, Transport};

/// The class of the error of a statement, if it fails.
async fn attempt(sql: &Sql, statement: &str) -> Option<String> {
    let answer = sql.answer(&sql.server.token, statement).await;
    if answer["status"]["state"] == "SUCCEEDED" {
        return None;
    }
    let message = answer["status"]["error"]["message"].as_str().unwrap();
    assert_eq!(answer["status"]["sql_state"], "2D521", "{message}");
    Some(message.trim_start_matches('[').split(']').next().unwrap().to_owned())
}

/// Runs a statement until it succeeds. Returns the conflicts on the way.
async fn insist(sql: &Sql, statement: &str) -> Vec<String> {
    let mut conflicts = Vec::new();
    while let Some(class) = attempt(sql, statement).await {
        conflicts.push(class);
    }
    conflicts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn appends_and_updates_of_many_writers_count_once_each() {
    for vectors in ["true", "false"] {
        let sql = Arc::new(Sql::start().await);
        sql.run(&format!("CREATE TABLE main.default.t (k INT, n INT) TBLPROPERTIES ('delta.enableDeletionVectors' = '{vectors}')")).await;
        sql.run("INSERT INTO main.default.t VALUES (0, 0)").await;
        let writers: Vec<_> = (1..=6)
            .map(|writer| {
                let sql = Arc::clone(&sql);
                tokio::spawn(async move {
                    for _ in 0..3 {
                        let appended = attempt(&sql, &format!("INSERT INTO main.default.t VALUES ({writer}, 1)")).await;
                        assert_eq!(appended, None, "appends never conflict");
                        let conflicts = insist(&sql, "UPDATE main.default.t SET n = n + 1 WHERE k = 0").await;
                        let known = ["DELTA_CONCURRENT_APPEND", "DELTA_CONCURRENT_DELETE_READ"];
                        assert!(conflicts.iter().all(|class| known.contains(&class.as_str())), "{conflicts:?}");
                        insist(&sql, &format!("MERGE INTO main.default.t USING (SELECT 100 + {writer} AS k) s ON t.k = s.k WHEN MATCHED THEN UPDATE SET n = n + 1 WHEN NOT MATCHED THEN INSERT (k, n) VALUES (s.k, 1)")).await;
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(sql.rows("SELECT n FROM main.default.t WHERE k = 0").await, [["18"]]);
        assert_eq!(sql.rows("SELECT count(*) FROM main.default.t WHERE k BETWEEN 1 AND 6").await, [["18"]]);
        assert_eq!(
            sql.rows("SELECT count(*), sum(n) FROM main.default.t WHERE k > 100").await,
            [["6", "18"]]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_row_is_deleted_by_one_of_many_writers() {
    let sql = Arc::new(Sql::start().await);
    sql.run("CREATE TABLE main.default.t (k BIGINT)").await;
    sql.run("INSERT INTO main.default.t SELECT id FROM range(60)").await;
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let sql = Arc::clone(&sql);
            tokio::spawn(async move {
                let mut deleted = 0;
                for key in (0..60).filter(|key| key % 7 == writer) {
                    let statement = format!("DELETE FROM main.default.t WHERE k <= {key}");
                    let answer = loop {
                        let answer = sql.answer(&sql.server.token, &statement).await;
                        if answer["status"]["state"] == "SUCCEEDED" {
                            break answer;
                        }
                        assert_eq!(answer["status"]["sql_state"], "2D521", "{answer}");
                    };
                    deleted += answer["result"]["data_array"][0][0].as_str().unwrap().parse::<u64>().unwrap();
                }
                deleted
            })
        })
        .collect();
    let mut deleted = 0;
    for writer in writers {
        deleted += writer.await.unwrap();
    }
    let left: u64 = sql.rows("SELECT count(*) FROM main.default.t").await[0][0].parse().unwrap();
    assert_eq!(deleted + left, 60);
}

#[tokio::test]
async fn optimize_goes_together_with_appends_but_not_with_deletes_of_its_files() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (k INT)").await;
    for k in 0..4 {
        sql.run(&format!("INSERT INTO main.default.t VALUES ({k})")).await;
    }
    let (optimized, appended) = tokio::join!(
        attempt(&sql, "OPTIMIZE main.default.t"),
        attempt(&sql, "INSERT INTO main.default.t VALUES (9)")
    );
    assert_eq!((optimized, appended), (None, None));
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.t").await, [["5"]]);
}

#[tokio::test]
async fn appends_are_blind_unless_they_read_their_own_table() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (n INT)").await;
    sql.run("CREATE TABLE main.default.other AS SELECT 1 AS n").await;
    sql.run("CREATE VIEW main.default.v AS SELECT * FROM main.default.t").await;
    for (source, blind) in [
        ("VALUES (1)", "true"),
        ("SELECT n FROM main.default.other", "true"),
        ("SELECT n + 1 FROM main.default.t", "false"),
        ("SELECT n + 1 FROM main.default.v", "false"),
    ] {
        sql.run(&format!("INSERT INTO main.default.t {source}")).await;
        let commit = sql.rows("DESCRIBE HISTORY main.default.t LIMIT 1").await;
        assert_eq!(commit[0][11], blind, "{source}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn statements_of_many_clients_at_once_are_all_there() {
    const CLIENTS: usize = 32;
    let sql = Arc::new(Sql { server: Server::start(Transport::Tcp).await });
    sql.run("CREATE CATALOG main").await;
    sql.run("CREATE TABLE main.default.shared (client INT, n INT)").await;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let sql = Arc::clone(&sql);
            tokio::spawn(async move {
                sql.run(&format!("CREATE SCHEMA main.s{client}")).await;
                sql.run(&format!("CREATE TABLE main.s{client}.t (id INT)")).await;
                sql.run(&format!("COMMENT ON TABLE main.s{client}.t IS 'of {client}'")).await;
                for n in 0..2 {
                    sql.run(&format!("INSERT INTO main.s{client}.t VALUES ({n})")).await;
                    sql.run(&format!("INSERT INTO main.default.shared VALUES ({client}, {n})")).await;
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let shared = "SELECT sum(times), count(*) FROM (SELECT count(*) AS times FROM main.default.shared GROUP BY client, n)";
    assert_eq!(sql.rows(shared).await, [["64", "64"]]);
    let tables =
        "SELECT count(*), count(DISTINCT comment) FROM main.information_schema.tables WHERE table_name = 't'";
    assert_eq!(sql.rows(tables).await, [["32", "32"]]);
    for client in 0..CLIENTS {
        assert_eq!(sql.rows(&format!("SELECT sum(id), count(*) FROM main.s{client}.t")).await, [["1", "2"]]);
    }
}
