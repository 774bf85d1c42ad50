//! What holds of every clone, whatever the catalog and whatever the workspace does meanwhile.
//!
//! Each property makes random catalogs in the embedded workspace and clones them while requests are throttled, lost
//! and refused, or while the process dies. `CLXS_TEST_CASES` says how many cases each tries: with it they are other
//! ones every time, without it few and always the same.

mod models;
mod observed;
mod rules;
mod wire;
mod world;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clxs_client::auth::PersonalAccessToken;
use clxs_client::{Client, RetryPolicy, ServiceTransport};
use clxs_clone::journal::RunState;
use clxs_clone::plan::{AsSql, Plan, write_json};
use clxs_clone::{Engine, Journal, Report, Settings, SilentObserver};
use clxs_workspace::FaultPlan;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::catalogs::{identifier, name};
use crate::embedded::{Fixture, Reached};
use observed::{Facts, everything, files, grants};
use wire::{Death, Wire};
use world::{SECRET, World, world};

/// A workspace in which cases follow one another.
struct Ground {
    fixture: Fixture,
    wire: Wire,
    cases: Cell<u32>,
}

/// One case: a source, and what it was before anybody cloned it.
struct Case<'a> {
    ground: &'a Ground,
    settings: Settings,
    source: String,
    destination: String,
    before: Facts,
    volumes: Vec<(&'static str, &'static str)>,
}

/// Tries a property on so many cases.
#[expect(clippy::needless_pass_by_value, reason = "properties are written in their place")]
fn check<S: Strategy>(cases: u32, strategy: &S, property: impl AsyncFn(&Ground, S::Value)) {
    let runtime = Runtime::new().unwrap();
    let ground = runtime.block_on(Ground::new());
    let asked: Option<u32> = std::env::var("CLXS_TEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: asked.unwrap_or(cases),
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let tried = runner.run(strategy, |value| {
        runtime.block_on(property(&ground, value));
        Ok(())
    });
    tried.unwrap_or_else(|failure| panic!("{failure}"));
}

impl Ground {
    async fn new() -> Self {
        let fixture = Fixture::new(Reached::InProcess).await;
        for principal in world::PRINCIPALS {
            fixture.workspace.create_token(principal).await.unwrap();
        }
        let wire = Wire::new(ServiceTransport::new(fixture.workspace.router()));
        Self { fixture, wire, cases: Cell::new(0) }
    }

    /// An engine as a new process would have it.
    fn engine(&self) -> Engine {
        let retry = RetryPolicy {
            first_delay: Duration::from_millis(1),
            max_delay: Duration::from_millis(4),
            ..RetryPolicy::default()
        };
        let client = Client::builder(Url::parse("http://workspace.internal").unwrap())
            .transport(Arc::new(self.wire.clone()))
            .credentials(Arc::new(PersonalAccessToken::new(self.token())))
            .retry(retry)
            .build()
            .unwrap();
        Engine::new(client, "local", Journal::open(self.fixture.home.path().join("state.db")).unwrap())
    }

    fn token(&self) -> String {
        self.fixture.workspace.admin_token().unwrap()
    }

    /// Makes the source of a case.
    async fn case(&self, world: &World) -> Case<'_> {
        let number = self.cases.replace(self.cases.get() + 1);
        let (source, destination) = (format!("source{number}"), format!("copy{number}"));
        for statement in world.statements(&source) {
            self.fixture.query(&statement).await;
        }
        let volumes = world.volumes();
        for (schema, volume) in &volumes {
            let volume = name(&format!("{source}.{schema}.{volume}")).into();
            self.fixture.client.create_directory(&volume, "deep").await.unwrap();
            for (path, content) in [("a b.txt", "one"), ("deep/é.bin", "")] {
                self.fixture.client.upload_file(&volume, path, content.into()).await.unwrap();
            }
        }
        for (schema, versions) in world.models() {
            models::make(&self.fixture, &source, schema, versions).await;
        }
        let before = everything(&self.fixture, &source).await;
        let settings = Settings::new(identifier(&source), identifier(&destination));
        Case { ground: self, settings, source, destination, before, volumes }
    }
}

impl Case<'_> {
    /// Plans and runs, for as long as the process lives; nothing when it fails before a run begins or dies.
    async fn clone_with(&self, faults: FaultPlan, death: Option<Death>) -> Option<(Plan, Report)> {
        let Ground { fixture, wire, .. } = self.ground;
        wire.begin(death);
        fixture.workspace.set_faults(faults).unwrap();
        let engine = self.ground.engine();
        let run = async {
            let plan = engine.plan(&self.settings).await.ok()?;
            let run = engine.run(&self.settings, &plan, &SilentObserver, CancellationToken::new());
            run.await.ok().map(|report| (plan, report))
        };
        let ended = tokio::select! {
            ended = run => ended,
            () = wire.dead() => None,
        };
        fixture.workspace.set_faults(FaultPlan::default()).unwrap();
        self.only_the_destination_was_written();
        ended
    }

    /// Goes on with the last run, if it did not end well, or begins one when there is none.
    async fn finish(&self) -> Report {
        self.ground.wire.begin(None);
        let engine = self.ground.engine();
        let stop = CancellationToken::new();
        let last = engine.journal().runs().unwrap().into_iter().next();
        let last = last.filter(|run| run.destination == self.destination);
        let report = match last {
            Some(run) if run.state == RunState::Succeeded => engine.journal().report(&run.id).unwrap(),
            Some(run) => engine.resume(&run.id, &SilentObserver, stop).await.unwrap(),
            None => {
                let plan = engine.plan(&self.settings).await.unwrap();
                engine.run(&self.settings, &plan, &SilentObserver, stop).await.unwrap()
            }
        };
        self.only_the_destination_was_written();
        report
    }

    fn only_the_destination_was_written(&self) {
        for request in self.ground.wire.sent() {
            if let Some(catalog) = request.changes() {
                assert_eq!(catalog, self.destination, "{request:?}");
            }
        }
    }

    async fn destination(&self) -> Facts {
        everything(&self.ground.fixture, &self.destination).await
    }

    /// The copy is what the source was before, each table was cloned once, and planning again finds nothing to do.
    async fn is_complete(&self) {
        let fixture = &self.ground.fixture;
        assert_eq!(everything(fixture, &self.source).await, self.before, "the source is another one");
        let copy = self.destination().await;
        let missing: Vec<_> = self.before.difference(&copy).collect();
        let extra: Vec<_> = copy.difference(&self.before).collect();
        assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}\nextra: {extra:#?}");
        self.no_clone_was_made_twice(&copy).await;
        for volume in &self.volumes {
            let source = files(fixture, &self.source, *volume).await;
            assert_eq!(files(fixture, &self.destination, *volume).await, source);
        }
        let again = self.ground.engine().plan(&self.settings).await.unwrap();
        assert!(again.is_empty(), "{again}");
    }

    /// Nobody holds anything on the copy that they do not hold on the source.
    async fn nobody_gained(&self) {
        let held = grants(&self.ground.fixture, &self.destination).await;
        let gained: Vec<_> = held.difference(&self.before).collect();
        assert!(gained.is_empty(), "{gained:#?}");
    }

    async fn no_clone_was_made_twice(&self, copy: &Facts) {
        for fact in copy {
            let Some((table, _)) = fact.strip_prefix("rows of ").and_then(|fact| fact.split_once(": "))
            else {
                continue;
            };
            let table = name(&format!("{}.{table}", self.destination));
            let history = self.ground.fixture.rows(&format!("DESCRIBE HISTORY {table}")).await;
            let commits =
                |operation: &str| history.iter().filter(|commit| commit.contains(operation)).count();
            // What is made by statements is filled by one that may be sent again.
            let made = if commits("|CREATE TABLE|") > 0 { "|CREATE TABLE|" } else { "|CLONE|" };
            assert_eq!(commits(made), 1, "{history:#?}");
        }
    }
}

fn death() -> impl Strategy<Value = Death> {
    (0..120_usize, any::<bool>())
        .prop_map(|(at, done)| if done { Death::After(at) } else { Death::Before(at) })
}

/// Planning again is empty, nothing but the destination is written, and nobody gains access.
#[test]
fn clone_among_faults_is_finished_by_going_on_and_then_planning_is_empty() {
    check(60, &(world(0.0), rules::faults()), async |ground: &Ground, (world, faults)| {
        let case = ground.case(&world).await;
        case.clone_with(faults, None).await;
        case.nobody_gained().await;
        let report = case.finish().await;
        assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
        case.is_complete().await;
    });
}

#[test]
fn process_that_dies_at_any_request_goes_on_to_the_state_of_an_undisturbed_run() {
    check(70, &(world(0.0), death()), async |ground: &Ground, (world, death)| {
        let case = ground.case(&world).await;
        case.clone_with(FaultPlan::default(), Some(death)).await;
        case.nobody_gained().await;
        let report = case.finish().await;
        assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
        case.is_complete().await;
    });
}

#[test]
fn refresh_among_faults_is_rolled_back_to_what_was_there() {
    check(40, &(world(0.0), rules::faults()), async |ground: &Ground, (world, faults)| {
        let case = ground.case(&world).await;
        let first = case.clone_with(FaultPlan::default(), None).await.unwrap().1;
        assert_eq!(first.state, RunState::Succeeded, "{first:#?}");
        let before = case.destination().await;
        for statement in world.changes(&case.source) {
            ground.fixture.query(&statement).await;
        }
        for (schema, _) in world.models() {
            models::register(&ground.fixture, &case.source, schema).await;
        }
        case.clone_with(faults, None).await;
        let engine = ground.engine();
        let last = engine.journal().runs().unwrap().remove(0).id;
        if last == first.run {
            return;
        }
        let plan = engine.rollback_plan(&last, false).await.unwrap();
        let undone = engine.roll_back(&last, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
        assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
        let now = case.destination().await;
        let gone: Vec<_> = before.difference(&now).collect();
        let left: Vec<_> = now.difference(&before).collect();
        assert!(gone.is_empty() && left.is_empty(), "gone: {gone:#?}\nleft: {left:#?}");
    });
}

#[test]
fn no_file_of_a_destination_holds_a_value_that_the_source_protects() {
    check(24, &(world(0.7), prop::option::of(death())), async |ground: &Ground, (world, death)| {
        let root = ground.fixture.home.path().join("workspace/managed");
        let case = ground.case(&world).await;
        let before = files_with(&root, SECRET);
        case.clone_with(FaultPlan::default(), death).await;
        assert_eq!(files_with(&root, SECRET), before);
        case.finish().await;
        assert_eq!(files_with(&root, SECRET), before);
        let copied = case.destination().await.into_iter().find(|fact| fact.contains(SECRET));
        assert_eq!(copied, None);
    });
}

#[tokio::test]
async fn values_that_are_protected_are_found_in_the_files_of_their_table() {
    let ground = Ground::new().await;
    let sql = format!(
        "CREATE CATALOG c;\nCREATE SCHEMA c.s;\nCREATE TABLE c.s.t (text STRING);\nINSERT INTO c.s.t VALUES ('{SECRET}');\n"
    );
    ground.fixture.sql(&sql).await;
    assert!(!files_with(&ground.fixture.home.path().join("workspace/managed"), SECRET).is_empty());
}

#[test]
fn token_is_in_no_byte_that_a_run_leaves() {
    check(12, &(world(0.2), rules::faults()), async |ground: &Ground, (world, faults)| {
        let case = ground.case(&world).await;
        let mut told = Vec::new();
        if let Some((plan, report)) = case.clone_with(faults, None).await {
            told.extend(format!("{plan}{}{report:?}", AsSql(&plan)).into_bytes());
            write_json(&plan, Some(&case.settings), &mut told).unwrap();
        }
        let told = String::from_utf8(told).unwrap();
        assert!(!told.contains(&ground.token()));
        let state = ground.fixture.home.path();
        let written: BTreeSet<_> = files_with(state, &ground.token())
            .into_iter()
            .filter(|path| !path.ends_with("admin.token"))
            .collect();
        assert_eq!(written, BTreeSet::new());
    });
}

/// The files below a folder that hold a text.
fn files_with(folder: &Path, text: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    if !folder.exists() {
        return found;
    }
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if let Ok(content) = fs_err::read(&path)
            && content.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.insert(path);
        }
    }
    found
}
