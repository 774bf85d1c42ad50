//! What later runs do with what a run left that ended before its plan did, and with what somebody wrote to it meanwhile.

use bytes::Bytes;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, PlannedChange};
use clxs_clone::settings::{Conditions, LoadType};
use clxs_clone::{FacetStatus, Outcome, Report, Settings, SilentObserver};
use clxs_workspace::FaultPlan;
use rstest::rstest;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::policies::{fixture as policed, seen_by_reader};
use crate::protected::Guarded;

/// How a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Resume,
    Clone(LoadType),
}

pub(crate) fn once(settings: Settings) -> Settings {
    let mut settings = settings;
    settings.limits.max_retries = 0;
    settings
}

pub(crate) fn incremental(settings: &Settings) -> Settings {
    Settings { load_type: LoadType::Incremental, ..settings.clone() }
}

pub(crate) fn with_condition(table: &str) -> Settings {
    let where_clauses = Conditions::new([(&table.to_owned(), &"id > 0".to_owned())]).unwrap();
    once(Settings { where_clauses, ..settings() })
}

pub(crate) fn failing(statement: &str) -> Value {
    json!({ "statement": statement, "effect": "fail_statement" })
}

/// A clone that fails by this.
pub(crate) async fn broken(fixture: &Fixture, settings: &Settings, rule: Value) -> Report {
    let plan = fixture.plan(settings).await;
    let faults: FaultPlan = serde_json::from_value(json!({ "rules": [rule] })).unwrap();
    fixture.workspace.set_faults(faults).unwrap();
    let stop = CancellationToken::new();
    let report = fixture.engine.run(settings, &plan, &SilentObserver, stop).await.unwrap();
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    report
}

pub(crate) async fn go_on(
    fixture: &Fixture,
    settings: &Settings,
    (report, again): (&Report, Again),
) -> Report {
    match again {
        Again::Resume => {
            let stop = CancellationToken::new();
            fixture.engine.resume(&report.run, &SilentObserver, stop).await.unwrap()
        }
        Again::Clone(load_type) => fixture.clone_with(&Settings { load_type, ..settings.clone() }).await,
    }
}

/// Made empty and not filled, or filled and not noted as whole.
#[rstest]
#[case::policy(
    "*`people` DEEP CLONE*",
    settings(),
    "prod.a.people",
    "INSERT INTO dev.a.people VALUES (42, 'mine')"
)]
#[case::condition(
    "INSERT OVERWRITE *",
    with_condition("a.plain"),
    "prod.a.plain",
    "INSERT INTO dev.a.plain VALUES (42)"
)]
#[case::filled(
    "ALTER TABLE *`plain` SET TBLPROPERTIES *complete*",
    with_condition("a.plain"),
    "prod.a.plain",
    "INSERT INTO dev.a.plain VALUES (42)"
)]
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_somebody_wrote_to_a_table_that_a_run_did_not_fill_are_kept_by_whatever_goes_on(
    #[case] fails: &str,
    #[case] settings: Settings,
    #[case] table: &str,
    #[case] writes: &str,
    #[values(Again::Resume, Again::Clone(LoadType::Full), Again::Clone(LoadType::Incremental))] again: Again,
) {
    let fixture = policed(true).await;
    let settings = once(settings);
    let report = broken(&fixture, &settings, failing(fails)).await;
    fixture.query(writes).await;
    let report = go_on(&fixture, &settings, (&report, again)).await;
    let copy = table.replace("prod", "dev");
    assert_eq!(fixture.number(&format!("SELECT max(id) FROM {copy}")).await, "42", "{report:#?}");
    match (again, outcome(&report, table)) {
        (Again::Resume, Outcome::Failed { error }) => {
            assert!(error.contains("changed after the plan was made (WRITE); it was kept"), "{error}");
        }
        (Again::Clone(_), Outcome::Skipped { .. }) => {}
        (_, other) => panic!("{other:?}"),
    }
}

/// Nobody wrote to it.
#[rstest]
#[case::policy("*`people` DEEP CLONE*", settings(), "prod.a.people", "2")]
#[case::condition("INSERT OVERWRITE *", with_condition("a.plain"), "prod.a.plain", "1")]
#[case::filled(
    "ALTER TABLE *`plain` SET TBLPROPERTIES *complete*",
    with_condition("a.plain"),
    "prod.a.plain",
    "1"
)]
#[tokio::test(flavor = "multi_thread")]
async fn table_that_a_run_did_not_fill_is_filled_by_whatever_goes_on(
    #[case] fails: &str,
    #[case] settings: Settings,
    #[case] table: &str,
    #[case] rows: &str,
    #[values(Again::Resume, Again::Clone(LoadType::Full), Again::Clone(LoadType::Incremental))] again: Again,
) {
    let fixture = policed(true).await;
    let settings = once(settings);
    let report = broken(&fixture, &settings, failing(fails)).await;
    // What changes no row is no reason to leave it.
    let copy = table.replace("prod", "dev");
    fixture
        .sql(&format!(
            "ALTER TABLE {copy} SET TAGS ('by' = 'me');\nALTER TABLE {copy} SET TBLPROPERTIES ('by' = 'me');\n\
             COMMENT ON TABLE {copy} IS 'mine';\n"
        ))
        .await;
    let report = go_on(&fixture, &settings, (&report, again)).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.number(&format!("SELECT count(*) FROM {copy}")).await, rows);
    assert!(fixture.plan(&incremental(&settings)).await.is_empty());
    assert_eq!(seen_by_reader(&fixture, "SELECT ssn FROM dev.a.people").await, ["***", "***"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn incremental_fills_a_protected_table_that_a_run_made_and_did_not_fill() {
    let guarded = Guarded::new(true).await;
    let settings = once(settings());
    broken(&guarded.fixture, &settings, failing("INSERT OVERWRITE *")).await;
    let report = guarded.fixture.clone_with(&incremental(&settings)).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    guarded.require_same().await;
    let again = guarded.fixture.plan(&incremental(&settings)).await;
    assert!(again.is_empty() && again.findings.is_empty(), "{again}");
}

/// Grants and owners of what is there are left to others.
#[tokio::test(flavor = "multi_thread")]
async fn incremental_says_that_the_run_before_it_ended_early_and_what_does_the_rest() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let report = broken(&fixture, &once(settings()), failing("*`items` DEEP CLONE*")).await;
    let plan = fixture.plan(&incremental(&settings())).await;
    let resume = format!("`clxs resume {}`", report.run);
    assert!(plan.findings.iter().any(|finding| finding.message.contains(&resume)), "{:#?}", plan.findings);
    assert!(fixture.plan(&settings()).await.findings.is_empty());
    let report = fixture.clone_with(&incremental(&settings())).await;
    assert!(report.findings.iter().any(|finding| finding.message.contains(&resume)), "{report:#?}");
    assert!(fixture.plan(&incremental(&settings())).await.findings.is_empty());
}

/// A catalog with a volume of these files.
async fn with_files(files: &[(&str, &'static str)]) -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.sql("CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\nCREATE VOLUME prod.s.v;\n").await;
    for (path, content) in files {
        write(&fixture, "prod.s.v", path, content).await;
    }
    fixture
}

async fn write(fixture: &Fixture, volume: &str, path: &str, content: &'static str) {
    fixture
        .client
        .upload_file(&name(volume).into(), path, Bytes::from_static(content.as_bytes()))
        .await
        .unwrap();
}

async fn read(fixture: &Fixture, path: &str) -> Bytes {
    fixture.client.download_file(&name("dev.s.v").into(), path, None).await.unwrap()
}

/// The source does not give its last file.
fn refused() -> Value {
    json!({
        "path": "/api/2.0/fs/files/Volumes/prod/s/v/z",
        "method": "GET",
        "effect": { "error": { "status": 400, "error_code": "INVALID_STATE", "message": "no" } },
    })
}

/// All that is told of the files.
fn told(report: &Report) -> String {
    let volume = report.securables.iter().find(|it| it.source == name("prod.s.v")).unwrap();
    let files = volume.facets.iter().filter(|it| it.facet == Facet::Files);
    let detail = |status: &FacetStatus| match status {
        FacetStatus::Changed { detail } => Some(detail.clone()),
        _ => None,
    };
    files.filter_map(|it| detail(&it.status)).collect::<Vec<_>>().join("; ")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn files_that_somebody_wrote_while_a_copy_was_broken_are_kept_and_told_by_whatever_goes_on(
    #[values(Again::Resume, Again::Clone(LoadType::Full), Again::Clone(LoadType::Incremental))] again: Again,
) {
    let fixture =
        with_files(&[("a", "from-source"), ("b", "from-source"), ("y", "other"), ("z", "from-source")]).await;
    let report = broken(&fixture, &once(settings()), refused()).await;
    assert_eq!(read(&fixture, "a").await, "from-source");
    write(&fixture, "dev.s.v", "a", "EDITED by somebody").await;
    write(&fixture, "dev.s.v", "z", "never copied").await;
    write(&fixture, "prod.s.v", "b", "a newer one").await;
    let report = go_on(&fixture, &settings(), (&report, again)).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(read(&fixture, "a").await, "EDITED by somebody");
    assert_eq!(read(&fixture, "z").await, "never copied");
    assert_eq!(read(&fixture, "b").await, "a newer one");
    let told = told(&report);
    assert!(
        told.contains(
            "1 of its files were edited in the destination since they were copied, and are kept (a)"
        ),
        "{told}"
    );
    assert!(
        told.contains("1 of its files differ in the destination and are not known to be copies"),
        "{told}"
    );
    let overwriting = Settings { overwrite_edits: true, ..settings() };
    fixture.clone_with(&overwriting).await;
    assert_eq!(
        (read(&fixture, "a").await, read(&fixture, "z").await),
        ("from-source".into(), "from-source".into())
    );
    let again = fixture.plan(&settings()).await;
    assert!(again.is_empty() && again.findings.is_empty(), "{again}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn files_that_a_broken_copy_lacks_are_copied_by_whatever_goes_on_and_the_others_are_not_sent_again(
    #[values(Again::Resume, Again::Clone(LoadType::Full), Again::Clone(LoadType::Incremental))] again: Again,
) {
    let fixture = with_files(&[("a", "from-source"), ("z", "from-source")]).await;
    let report = broken(&fixture, &once(settings()), refused()).await;
    fixture.sent.clear();
    let report = go_on(&fixture, &settings(), (&report, again)).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.sent.count("PUT /api/2.0/fs/files/"), 1, "{:#?}", fixture.sent.all());
    assert_eq!(
        (read(&fixture, "a").await, read(&fixture, "z").await),
        ("from-source".into(), "from-source".into())
    );
    for settings in [settings(), incremental(&settings())] {
        let again = fixture.plan(&settings).await;
        assert!(again.is_empty() && again.findings.is_empty(), "{again}");
    }
    write(&fixture, "prod.s.v", "a", "newer").await;
    let volume = |settings: Settings| {
        let fixture = &fixture;
        async move {
            let plan = fixture.plan(&settings).await;
            plan.securables.iter().find(|it| it.source == name("prod.s.v")).unwrap().change.clone()
        }
    };
    let left = volume(incremental(&settings())).await;
    assert!(matches!(left, PlannedChange::Skip { .. }), "a copy that ended well is there: {left:?}");
    fixture.clone_with(&settings()).await;
    assert_eq!(read(&fixture, "a").await, "newer");
}

/// Nothing of what its process knew is left.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_a_killed_run_wrote_are_known_by_what_it_was_about_to_write() {
    let fixture = with_files(&[("a", "from-source"), ("b", "from-source"), ("z", "from-source")]).await;
    let plan = fixture.plan(&settings()).await;
    let slow = json!({
        "path": "/api/2.0/fs/files/Volumes/prod/s/v/z",
        "method": "GET",
        "effect": { "latency": { "milliseconds": 600_000 } },
    });
    fixture.workspace.set_faults(serde_json::from_value(json!({ "rules": [slow] })).unwrap()).unwrap();
    let engine = fixture.engine.clone();
    let run = tokio::spawn(async move {
        engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await
    });
    for path in ["a", "b"] {
        while fixture.client.download_file(&name("dev.s.v").into(), path, None).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    write(&fixture, "dev.s.v", "a", "EDITED by somebody").await;
    fixture.sent.clear();
    let run = fixture.engine.journal().runs().unwrap().remove(0).id;
    let report = fixture.engine.resume(&run, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert!(told(&report).contains("(a)"), "{report:#?}");
    assert_eq!(read(&fixture, "a").await, "EDITED by somebody");
    assert_eq!(read(&fixture, "z").await, "from-source");
    assert_eq!(fixture.sent.count("PUT /api/2.0/fs/files/"), 1, "{:#?}", fixture.sent.all());
    write(&fixture, "prod.s.v", "b", "newer").await;
    fixture.clone_with(&settings()).await;
    assert_eq!(read(&fixture, "b").await, "newer");
}
