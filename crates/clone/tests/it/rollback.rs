//! Runs that are undone, on the embedded workspace.

use clxs_api::SecurableKind;
use clxs_api::binding::{UpdateWorkspaceBindings, WorkspaceBinding};
use clxs_api::catalog::{IsolationMode, UpdateCatalog};
use clxs_client::ErrorKind;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Drift, DriftState};
use clxs_clone::settings::CloneType;
use clxs_clone::{Error, Outcome, Report, Settings, SilentObserver};
use clxs_workspace::FaultPlan;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{identifier, name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::refusals::refuses;

pub(crate) async fn roll_back(fixture: &Fixture, report: &Report, overwrite_edits: bool) -> Report {
    let plan = fixture.engine.rollback_plan(&report.run, overwrite_edits).await.unwrap();
    let stop = CancellationToken::new();
    fixture.engine.roll_back(&report.run, &plan, &SilentObserver, stop).await.unwrap()
}

/// What people see of the destination: rows, texts, comments, owners and grants.
async fn contents(fixture: &Fixture) -> Vec<String> {
    let mut contents = Vec::new();
    for table in ["bronze.orders", "bronze.items", "silver.daily", "gold.best"] {
        let full_name = name(&format!("dev.{table}"));
        let info = fixture.client.get_table(&full_name).await.unwrap();
        let rows = fixture.query(&format!("SELECT * FROM {full_name} ORDER BY 1")).await.into_parts().1;
        let grants = fixture.client.get_permissions(&SecurableKind::Table, &full_name).await.unwrap();
        contents.push(format!(
            "{table} {:?} {:?} {:?} {grants:?} {rows:?}",
            info.comment, info.owner, info.view_definition
        ));
    }
    let schema = fixture.client.get_schema(&name("dev.bronze")).await.unwrap();
    contents.push(format!("{:?} {:?} {:?}", schema.comment, schema.owner, schema.properties));
    contents
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_new_clone_leaves_nothing_of_it() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let report = fixture.clone_with(&settings()).await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    let gone = fixture.client.get_catalog(name("dev").catalog()).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    assert_eq!(fixture.number("SELECT count(*) FROM prod.bronze.orders").await, "2");
    let first = fixture.engine.journal().report(&report.run).unwrap();
    assert_eq!(first.state, RunState::RolledBack);
    let again = fixture.engine.rollback_plan(&report.run, false).await;
    assert!(matches!(again, Err(Error::NotUndoable { .. })));
    assert_eq!(fixture.clone_with(&settings()).await.state, RunState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn catalog_of_some_schemas_goes_with_the_default_schema_that_the_platform_gave_it() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let mut some = settings();
    some.selection.include_schemas = vec![identifier("bronze")];
    let report = fixture.clone_with(&some).await;
    fixture.query("SHOW TABLES IN dev.default").await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    let gone = fixture.client.get_catalog(name("dev").catalog()).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn default_schema_with_somebodys_table_stays_and_keeps_its_catalog() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let mut some = settings();
    some.selection.include_schemas = vec![identifier("bronze")];
    let report = fixture.clone_with(&some).await;
    fixture.query("CREATE TABLE dev.default.mine AS SELECT 1 AS id").await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.counts.failed, 1, "{undone:#?}");
    assert_eq!(fixture.number("SELECT id FROM dev.default.mine").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_refresh_brings_back_what_was_there_before() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    let before = contents(&fixture).await;
    fixture
        .sql(
            "INSERT INTO prod.bronze.orders VALUES (3, 9.5, DATE '2026-01-03');\n\
             COMMENT ON TABLE prod.bronze.items IS 'All items';\n\
             COMMENT ON SCHEMA prod.bronze IS 'Newer';\n\
             CREATE OR REPLACE VIEW prod.gold.best AS SELECT min(total) AS best FROM prod.silver.daily;\n\
             CREATE TABLE prod.bronze.extra (id BIGINT);\n\
             GRANT MODIFY ON TABLE prod.bronze.orders TO `analysts@example.com`;\n\
             ALTER TABLE prod.bronze.orders OWNER TO `ann@example.com`;\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_ne!(contents(&fixture).await, before);
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let text = plan.to_string();
    for line in ["DROP TABLE IF EXISTS `dev`.`bronze`.`extra`", "RESTORE TABLE `dev`.`bronze`.`orders`"] {
        assert!(text.contains(line), "{text}");
    }
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(contents(&fixture).await, before);
    let gone = fixture.client.get_table(&name("dev.bronze.extra")).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    let refreshed = fixture.clone_with(&settings()).await;
    assert_eq!((refreshed.state, refreshed.counts.skipped), (RunState::Succeeded, 1), "{refreshed:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.orders").await, "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn table_that_was_changed_after_the_run_is_kept_with_its_schema_unless_told_otherwise() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let report = fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO dev.bronze.items VALUES (2, 'ours')").await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    assert!(!plan.to_string().contains("DROP SCHEMA IF EXISTS `dev`.`bronze`"), "{plan}");
    let undone = roll_back(&fixture, &report, false).await;
    let items = undone.securables.iter().find(|it| it.source == name("prod.bronze.items")).unwrap();
    assert!(
        matches!(&items.outcome, Outcome::Skipped { reason } if reason.contains("changed since")),
        "{undone:#?}"
    );
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, "2");
    assert!(fixture.client.get_table(&name("dev.bronze.orders")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_are_undone_with_the_run_when_asked_to() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let report = fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO dev.bronze.items VALUES (2, 'ours')").await;
    let undone = roll_back(&fixture, &report, true).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert!(fixture.client.get_catalog(name("dev").catalog()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_a_later_one_built_upon_is_undone_only_after_it() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let first = fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.bronze.orders VALUES (3, 9.5, DATE '2026-01-03')").await;
    let second = fixture.clone_with(&settings()).await;
    let refused = fixture.engine.rollback_plan(&first.run, false).await;
    assert!(matches!(refused, Err(Error::Superseded { later, .. }) if later == second.run));
    roll_back(&fixture, &second, false).await;
    let undone = roll_back(&fixture, &first, false).await;
    assert_eq!((undone.state, undone.counts.skipped), (RunState::Succeeded, 0), "{undone:#?}");
}

/// The table must be back before texts that read its column are.
#[rstest::rstest]
#[case::a_column_that_was_dropped(
    "CREATE OR REPLACE VIEW prod.a.v AS SELECT id FROM prod.a.t;\n\
     CREATE OR REPLACE FUNCTION prod.a.f() RETURNS STRING RETURN 'none';\n\
     ALTER TABLE prod.a.t DROP COLUMN old;\n"
)]
#[case::a_column_that_was_added(
    "ALTER TABLE prod.a.t ADD COLUMNS (new INT FIRST);\n\
     CREATE OR REPLACE VIEW prod.a.v AS SELECT * FROM prod.a.t;\n"
)]
#[case::texts_that_read_each_other_the_other_way_round(
    "CREATE OR REPLACE VIEW prod.a.w AS SELECT id FROM prod.a.t;\n\
     CREATE OR REPLACE VIEW prod.a.v AS SELECT * FROM prod.a.w;\n"
)]
#[tokio::test(flavor = "multi_thread")]
async fn table_and_what_reads_it_go_back_together(#[case] changes: &str) {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.a;\n\
             CREATE TABLE prod.a.t (id INT, old STRING) TBLPROPERTIES ('delta.columnMapping.mode' = 'name');\n\
             INSERT INTO prod.a.t VALUES (1, 'x');\n\
             CREATE VIEW prod.a.v AS SELECT * FROM prod.a.t;\n\
             CREATE VIEW prod.a.w AS SELECT old FROM prod.a.v;\n\
             CREATE FUNCTION prod.a.f() RETURNS STRING RETURN (SELECT max(old) FROM prod.a.t);\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture.sql(changes).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(fixture.rows("SELECT * FROM dev.a.v").await, ["1|x"]);
    assert_eq!(fixture.rows("SELECT *, dev.a.f() FROM dev.a.w").await, ["x|x"]);
}

/// The second one was planned before the first one was done.
#[tokio::test(flavor = "multi_thread")]
async fn rollback_whose_run_was_undone_meanwhile_is_refused_and_does_nothing() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let report = fixture.clone_with(&settings()).await;
    let late = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    roll_back(&fixture, &report, false).await;
    let stop = CancellationToken::new();
    let refused = fixture.engine.roll_back(&report.run, &late, &SilentObserver, stop).await;
    assert!(matches!(refused, Err(Error::NotUndoable { state: RunState::RolledBack, .. })), "{refused:?}");
    assert_eq!(fixture.engine.journal().runs().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_refreshed_table_with_a_key_says_nothing_of_the_key_that_stays() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE TABLE prod.bronze.keyed (id BIGINT NOT NULL);\n\
             ALTER TABLE prod.bronze.keyed ADD CONSTRAINT pk PRIMARY KEY (id);\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.bronze.keyed VALUES (1)").await;
    let report = fixture.clone_with(&settings()).await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    assert!(plan.findings.is_empty(), "{plan}");
    roll_back(&fixture, &report, false).await;
    let keyed = fixture.client.get_table(&name("dev.bronze.keyed")).await.unwrap();
    assert_eq!(keyed.table_constraints.len(), 1);
}

/// What was made is dropped by hand: the view, its owner to be given back, and the table that it reads.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_dropped_since_does_not_stop_a_rollback() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "ALTER VIEW prod.gold.best OWNER TO `ann@example.com`;\n\
             ALTER TABLE prod.bronze.orders OWNER TO `ann@example.com`;\n\
             GRANT SELECT ON VIEW prod.gold.best TO `analysts@example.com`;\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    fixture.sql("DROP VIEW dev.gold.best;\nDROP TABLE dev.bronze.orders;\n").await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    let gone = fixture.client.get_catalog(name("dev").catalog()).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

/// The first rollback fails at what somebody put into a schema; the second one takes what is left.
#[tokio::test(flavor = "multi_thread")]
async fn rollback_goes_on_where_an_earlier_one_failed_and_the_run_is_not_resumed_in_between() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    let before = contents(&fixture).await;
    fixture
        .sql(
            "INSERT INTO prod.bronze.orders VALUES (3, 9.5, DATE '2026-01-03');\n\
             CREATE SCHEMA prod.extra;\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    fixture.workspace.set_faults(refuses("*DROP SCHEMA*extra*")).unwrap();
    let failed = roll_back(&fixture, &report, false).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    assert_eq!(failed.counts.failed, 1, "{failed:#?}");

    let stop = CancellationToken::new();
    let refused = fixture.engine.resume(&report.run, &SilentObserver, stop).await;
    assert!(matches!(refused, Err(Error::NotResumable { .. })), "{refused:?}");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(
        (undone.state, undone.counts.undone, undone.counts.skipped),
        (RunState::Succeeded, 1, 0),
        "{undone:#?}"
    );
    assert_eq!(contents(&fixture).await, before);
    assert_eq!(fixture.engine.journal().report(&report.run).unwrap().state, RunState::RolledBack);
    let late = fixture.engine.resume(&failed.run, &SilentObserver, CancellationToken::new()).await;
    assert!(matches!(late, Err(Error::BeingUndone { .. })), "{late:?}");
}

/// What cannot be replaced was dropped, with its grants, tags and comment.
#[rstest::rstest]
#[case::shallow_by_deep(CloneType::Shallow, CloneType::Deep)]
#[case::deep_by_shallow(CloneType::Deep, CloneType::Shallow)]
#[tokio::test(flavor = "multi_thread")]
async fn table_that_was_dropped_for_its_clone_is_brought_back(
    #[case] before: CloneType,
    #[case] after: CloneType,
) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let first = Settings { clone_type: before, ..settings() };
    fixture.clone_with(&first).await;
    fixture.query("GRANT MODIFY ON TABLE dev.bronze.items TO `ann@example.com`").await;
    fixture.query("ALTER TABLE dev.bronze.items SET TAGS ('ours' = 'yes')").await;
    let (was, ids) = (contents(&fixture).await, table_ids(&fixture).await);
    let report = fixture.clone_with(&Settings { clone_type: after, force_reclone: true, ..settings() }).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_ne!(table_ids(&fixture).await, ids);

    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    assert!(plan.to_string().contains("UNDROP TABLE WITH ID"), "{plan}");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!((contents(&fixture).await, table_ids(&fixture).await), (was, ids));
    let tags = "SELECT tag_value FROM dev.information_schema.table_tags WHERE tag_name = 'ours'";
    assert_eq!(fixture.number(tags).await, "yes");
    assert!(fixture.plan(&first).await.is_empty());
}

/// Somebody dropped a column of the source, which takes column mapping.
#[tokio::test(flavor = "multi_thread")]
async fn copy_whose_source_got_column_mapping_stays_until_force_reclone_and_comes_back_undone() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE TABLE prod.bronze.wide (id INT, gone STRING);\n\
             INSERT INTO prod.bronze.wide VALUES (1, 'x');\n\
             CREATE TABLE prod.bronze.same (id INT);\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE prod.bronze.wide SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name');\n\
             ALTER TABLE prod.bronze.wide DROP COLUMN gone;\n\
             ALTER TABLE dev.bronze.same SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name');\n",
        )
        .await;

    let report = fixture.clone_with(&settings()).await;
    let Outcome::Skipped { reason } = outcome(&report, "prod.bronze.wide") else { panic!("{report:#?}") };
    assert!(reason.ends_with("which no clone changes; force_reclone drops it first"), "{reason}");
    assert_eq!(outcome(&report, "prod.bronze.same"), Outcome::Unchanged);
    let drifts = fixture.engine.drift(&settings()).await.unwrap();
    let wide = drifts.iter().find(|table| table.table.dotted() == "prod.bronze.wide").unwrap();
    assert_eq!(wide.state, DriftState::Drifted { drift: Drift::OtherColumnMapping });

    let report = fixture.clone_with(&Settings { force_reclone: true, ..settings() }).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.number("SELECT * FROM dev.bronze.wide").await, "1");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(fixture.number("SELECT gone FROM dev.bronze.wide").await, "x");
}

/// Its version is the same, and the journal knows the source of the run that was undone.
#[tokio::test(flavor = "multi_thread")]
async fn source_that_was_made_again_is_cloned_again_after_a_rollback_and_after_a_restore_by_hand() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let make = "CREATE TABLE prod.bronze.anew AS SELECT 1 AS id";
    fixture.query(make).await;
    fixture.clone_with(&settings()).await;
    fixture.sql("DROP TABLE prod.bronze.anew;\nCREATE TABLE prod.bronze.anew AS SELECT 42 AS id;\n").await;
    let refreshed = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&refreshed, "prod.bronze.anew"), Outcome::Replaced);
    assert!(refreshed.findings.iter().any(|finding| finding.message.contains("history keeps the rows")));
    roll_back(&fixture, &refreshed, false).await;
    assert_eq!(fixture.number("SELECT id FROM dev.bronze.anew").await, "1");

    for _ in 0..2 {
        let report = fixture.clone_with(&settings()).await;
        assert_eq!(outcome(&report, "prod.bronze.anew"), Outcome::Replaced, "{report:#?}");
        assert_eq!(fixture.number("SELECT id FROM dev.bronze.anew").await, "42");
        assert!(fixture.plan(&settings()).await.is_empty());
        fixture.query("RESTORE TABLE dev.bronze.anew TO VERSION AS OF 0").await;
    }
}

async fn table_ids(fixture: &Fixture) -> Vec<Option<String>> {
    let mut ids = Vec::new();
    for table in ["dev.bronze.orders", "dev.bronze.items"] {
        ids.push(fixture.client.get_table(&name(table)).await.unwrap().table_id);
    }
    ids
}

/// Somebody brought one back under another name, which takes it from among the dropped ones.
#[tokio::test(flavor = "multi_thread")]
async fn table_whose_predecessor_cannot_be_brought_back_is_kept_and_not_called_undone() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&Settings { clone_type: CloneType::Shallow, ..settings() }).await;
    let id = table_ids(&fixture).await.remove(1).unwrap();
    let report = fixture.clone_with(&Settings { force_reclone: true, ..settings() }).await;
    fixture
        .sql(&format!(
            "ALTER TABLE dev.bronze.items RENAME TO dev.bronze.away;\n\
             UNDROP TABLE WITH ID '{id}';\n\
             ALTER TABLE dev.bronze.items RENAME TO dev.bronze.old;\n\
             ALTER TABLE dev.bronze.away RENAME TO dev.bronze.items;\n"
        ))
        .await;
    let undone = roll_back(&fixture, &report, false).await;
    let items = undone.securables.iter().find(|it| it.source == name("prod.bronze.items")).unwrap();
    let reason = "the table that was dropped for it cannot be brought back any more (7 days), or not by you";
    assert_eq!(items.outcome, Outcome::Skipped { reason: reason.to_owned() });
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, "1");
}

impl Fixture {
    async fn isolate(&self, catalog: &str, others: &[i64]) {
        let isolated =
            UpdateCatalog { isolation_mode: Some(IsolationMode::Isolated), ..UpdateCatalog::default() };
        self.client.update_catalog(&identifier(catalog), &isolated).await.unwrap();
        let bind = |workspace_id| WorkspaceBinding { workspace_id, binding_type: None };
        let add = others.iter().copied().map(bind).collect();
        let change = UpdateWorkspaceBindings { add, remove: Vec::new() };
        self.client.update_catalog_bindings(&identifier(catalog), &change).await.unwrap();
    }

    /// Whether it is isolated, and the workspaces that see it then.
    async fn seen_from(&self, catalog: &str) -> (Option<IsolationMode>, Vec<i64>) {
        let isolation = self.client.get_catalog(&identifier(catalog)).await.unwrap().isolation_mode;
        let bindings = self.client.get_catalog_bindings(&identifier(catalog)).await.unwrap();
        (isolation, bindings.into_iter().map(|own| own.workspace_id).collect())
    }
}

/// Statements of this workspace are needed to the end.
#[tokio::test(flavor = "multi_thread")]
async fn clone_that_is_isolated_is_undone_from_the_workspace_that_made_it() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql("ALTER VIEW prod.gold.best SET TAGS ('k' = 'v');\nCOMMENT ON TABLE prod.gold.best IS 'x';\n")
        .await;
    fixture.isolate("prod", &[4242]).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert!(undone.findings.is_empty(), "{undone:#?}");
    assert!(fixture.client.get_catalog(&identifier("dev")).await.is_err());
}

/// Open before, or isolated for others.
#[tokio::test(flavor = "multi_thread")]
async fn catalog_that_was_there_is_seen_from_the_workspaces_of_before_after_a_rollback() {
    for isolated_before in [None, Some(vec![7])] {
        let fixture = Fixture::with_retail(Reached::InProcess).await;
        fixture.clone_with(&settings()).await;
        if let Some(others) = &isolated_before {
            fixture.isolate("dev", others).await;
        }
        let before = fixture.seen_from("dev").await;
        fixture.sql("COMMENT ON TABLE prod.gold.best IS 'x';\n").await;
        fixture.isolate("prod", &[4242]).await;
        let report = fixture.clone_with(&settings()).await;
        assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
        assert!(fixture.seen_from("dev").await.1.contains(&4242));
        let undone = roll_back(&fixture, &report, false).await;
        assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
        assert_eq!(fixture.seen_from("dev").await, before);
    }
}

/// To revoke ALL PRIVILEGES takes all that it covers.
#[tokio::test(flavor = "multi_thread")]
async fn privileges_of_before_stay_when_all_privileges_are_taken_back() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql("GRANT SELECT, MANAGE ON TABLE prod.bronze.orders TO `ann@example.com`;\n").await;
    fixture.clone_with(&settings()).await;
    let grants = async || {
        let rows = fixture.query("SHOW GRANTS `ann@example.com` ON TABLE dev.bronze.orders").await;
        let mut held: Vec<_> = rows.iter().filter_map(|row| row.cells()[1].clone()).collect();
        held.sort();
        held
    };
    let before = grants().await;
    fixture.sql("GRANT ALL PRIVILEGES, MODIFY ON TABLE prod.bronze.orders TO `ann@example.com`;\n").await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(grants().await, ["ALL PRIVILEGES", "MANAGE", "MODIFY", "SELECT"]);
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!((grants().await, before.len()), (before, 2));
}
