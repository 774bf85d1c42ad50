//! A served workspace that is killed at any point under load opens again, consistent, with all it had answered for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clxs_api::statement::ExecuteStatement;
use clxs_api::table::TableInfo;
use clxs_api::{FullName, Identifier};
use clxs_client::auth::PersonalAccessToken;
use clxs_client::{Cells, Client, ErrorKind, RetryPolicy};
use futures::TryStreamExt;
use tokio::sync::Notify;

use crate::clxs::Clxs;

const KILLS: u64 = 10;
const WRITERS: u64 = 5;

/// A server on the folder `w`, and a client that sends nothing twice.
struct Server {
    process: Child,
    client: Client,
}

impl Server {
    fn start(clxs: &Clxs) -> Self {
        let mut command = clxs.command(&["workspace", "serve", "--root", "w", "--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap();
        let token = fs_err::read_to_string(clxs.folder().join("w/admin.token")).unwrap();
        let token = Arc::new(PersonalAccessToken::new(token.trim().to_owned()));
        let client = Client::builder(url.parse().unwrap()).credentials(token).retry(RetryPolicy::never());
        Self { process, client: client.build().unwrap() }
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

async fn run(client: &Client, statement: &str) -> clxs_client::Result<Vec<Cells>> {
    let statement = ExecuteStatement {
        statement: statement.to_owned(),
        warehouse_id: "local".to_owned(),
        ..ExecuteStatement::default()
    };
    Ok(client.query(&statement).await?.into_parts().1)
}

async fn tables(client: &Client) -> BTreeMap<String, TableInfo> {
    let name = |text: &str| Identifier::new(text).unwrap();
    let listed: Vec<TableInfo> = client.list_tables(&name("c"), &name("s")).try_collect().await.unwrap();
    listed.into_iter().map(|table| (table.name.clone().unwrap(), table)).collect()
}

/// What one writer was told is done, and what it asked for last without an answer.
#[derive(Debug, Default)]
struct Answered {
    rows: BTreeSet<u64>,
    tables: BTreeSet<String>,
    unanswered: Option<String>,
}

/// Writes rows to the common table, and makes, clones and drops tables of its own, until the server is gone.
async fn write(
    client: Client,
    writer: u64,
    round: u64,
    done: Arc<AtomicU64>,
    progress: Arc<Notify>,
) -> Answered {
    let mut answered = Answered::default();
    for number in 0.. {
        let own = format!("t_{round}_{writer}_{}", number / 4);
        let (copy, row) = (format!("{own}_copy"), (round * 100 + writer) * 100_000 + number);
        let (statement, table) = match number % 4 {
            0 => (format!("CREATE TABLE c.s.{own} AS SELECT {number} AS id"), &own),
            1 => (format!("CREATE TABLE c.s.{copy} DEEP CLONE c.s.{own}"), &copy),
            2 => (format!("INSERT INTO c.s.shared VALUES ({row})"), &own),
            _ => (format!("DROP TABLE c.s.{own}"), &own),
        };
        if let Err(error) = run(&client, &statement).await {
            done.fetch_add(u64::MAX / 100, Ordering::Relaxed);
            progress.notify_one();
            assert!(
                matches!(error.kind(), ErrorKind::Transport | ErrorKind::Unavailable),
                "{statement}: {error}"
            );
            answered.unanswered = Some(if number % 4 == 2 { row.to_string() } else { table.clone() });
            return answered;
        }
        match number % 4 {
            2 => drop(answered.rows.insert(row)),
            3 => drop(answered.tables.remove(table)),
            _ => drop(answered.tables.insert(table.clone())),
        }
        done.fetch_add(1, Ordering::Relaxed);
        progress.notify_one();
    }
    answered
}

/// Lets writers work until so many statements are done, then kills the server.
async fn killed_after(server: Server, round: u64, statements: u64) -> Vec<Answered> {
    let (done, progress) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
    let writers = (0..WRITERS).map(|writer| {
        let (done, progress) = (Arc::clone(&done), Arc::clone(&progress));
        tokio::spawn(write(server.client.clone(), writer, round, done, progress))
    });
    let writers: Vec<_> = writers.collect();
    while done.load(Ordering::Relaxed) < statements {
        progress.notified().await;
    }
    server.kill();
    let mut answered = Vec::new();
    for writer in writers {
        answered.push(writer.await.unwrap());
    }
    answered
}

/// What was answered for is there; what was dropped is not; the rest was asked for when the server died.
async fn require_answered(client: &Client, round: u64, answered: &[Answered]) {
    let there = tables(client).await;
    let rows: BTreeSet<u64> = run(client, "SELECT id FROM c.s.shared")
        .await
        .unwrap()
        .into_iter()
        .map(|row| row[0].as_deref().unwrap().parse().unwrap())
        .collect();
    let of_round = format!("t_{round}_");
    let mut expected: BTreeSet<&str> =
        there.keys().map(String::as_str).filter(|name| !name.starts_with(&of_round)).collect();
    for writer in answered {
        assert!(writer.rows.is_subset(&rows), "round {round}: rows of {writer:?} are lost");
        let unsure = writer.unanswered.as_deref();
        expected.extend(unsure.filter(|name| there.contains_key(*name)));
        expected.extend(writer.tables.iter().map(String::as_str).filter(|name| Some(*name) != unsure));
    }
    assert_eq!(there.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected, "round {round}");
}

/// Every table can be read, and every folder is a table's, or that of one that was dropped and can come back.
async fn require_consistent(client: &Client, root: &Path) {
    let mut folders = BTreeSet::new();
    for (name, table) in tables(client).await {
        run(client, &format!("SELECT count(*) FROM c.s.{name}")).await.unwrap();
        run(client, &format!("DESCRIBE HISTORY c.s.{name}")).await.unwrap();
        let location = table.storage_location.unwrap();
        folders.insert(location.rsplit('/').next().unwrap().to_owned());
        let full_name = FullName::new(["c", "s", &name].map(|part| Identifier::new(part).unwrap())).unwrap();
        assert_eq!(client.get_table(&full_name).await.unwrap().table_id, table.table_id);
    }
    let dropped = run(client, "SHOW TABLES DROPPED IN c.s").await.unwrap();
    folders.extend(dropped.into_iter().filter_map(|row| row[3].clone()));
    let managed = fs_err::read_dir(root.join("managed")).unwrap();
    let managed = managed.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(managed.collect::<BTreeSet<_>>(), folders);
}

#[tokio::test(flavor = "multi_thread")]
async fn server_killed_under_load_keeps_what_it_answered_and_nothing_else() {
    let clxs = Clxs::new();
    clxs.run(&["workspace", "token", "--principal", "somebody", "--root", "w"]).success();
    let mut server = Server::start(&clxs);
    for statement in ["CREATE CATALOG c", "CREATE SCHEMA c.s", "CREATE TABLE c.s.shared (id BIGINT)"] {
        run(&server.client, statement).await.unwrap();
    }
    for round in 0..KILLS {
        // Far from one another, and different each time that the statements take their time differently.
        let statements = 3 + round * 37 % 41;
        let answered = killed_after(server, round, statements).await;
        server = Server::start(&clxs);
        require_answered(&server.client, round, &answered).await;
        require_consistent(&server.client, &clxs.folder().join("w")).await;
    }
    server.kill();
    clxs.run(&["workspace", "backup", "w.backup", "--root", "w"]).success();
    // Restoring looks whether the metastore is whole.
    clxs.run(&["workspace", "restore", "w.backup", "--root", "restored"]).success();
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_clients_at_once_lose_nothing() {
    const CLIENTS: usize = 32;
    let clxs = Clxs::new();
    let server = Server::start(&clxs);
    for statement in ["CREATE CATALOG c", "CREATE SCHEMA c.s", "CREATE TABLE c.s.shared (id BIGINT)"] {
        run(&server.client, statement).await.unwrap();
    }
    let clients = (0..CLIENTS).map(|number| {
        let client = server.client.clone();
        tokio::spawn(async move {
            run(&client, &format!("CREATE TABLE c.s.own_{number} AS SELECT {number} AS id")).await?;
            run(&client, &format!("INSERT INTO c.s.shared VALUES ({number})")).await
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap().unwrap();
    }
    let count = run(&server.client, "SELECT count(DISTINCT id), count(*) FROM c.s.shared").await.unwrap();
    let all = Some(CLIENTS.to_string());
    assert_eq!(count, [[all.clone(), all]]);
    assert_eq!(tables(&server.client).await.len(), CLIENTS + 1);
    require_consistent(&server.client, &clxs.folder().join("w")).await;
    server.kill();
}
