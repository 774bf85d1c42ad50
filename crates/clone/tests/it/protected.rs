//! Tables with a row filter and column masks, on the embedded workspace.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{AsSql, Facet, Plan, PlannedChange};
use clxs_clone::settings::{CloneType, LoadType, ProtectedTables};
use clxs_clone::{Error, FacetOutcome, FacetStatus, Outcome, Report, Settings, SilentObserver};
use clxs_workspace::FaultPlan;
use rstest::rstest;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome, query_as};
use crate::rollback::roll_back;

/// A protected table with all that a definition has, in a schema whose functions sort after it, and a view of it.
const PEOPLE: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.a;
CREATE SCHEMA prod.z;
CREATE FUNCTION prod.z.in_region(region STRING) RETURNS BOOLEAN RETURN is_account_group_member('hr') OR region = 'EU';
CREATE FUNCTION prod.z.hide(ssn STRING, sign STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('hr') THEN ssn ELSE sign END;
CREATE TABLE prod.a.people (
  id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 7 INCREMENT BY 2),
  ssn STRING COMMENT 'It\\'s secret' MASK prod.z.hide USING COLUMNS ('***'),
  region STRING DEFAULT 'EU',
  shout STRING GENERATED ALWAYS AS (upper(region)))
 WITH ROW FILTER prod.z.in_region ON (region)
 CLUSTER BY (region)
 COMMENT 'All people'
 TBLPROPERTIES ('team' = 'hr', 'delta.feature.allowColumnDefaults' = 'supported');
INSERT INTO prod.a.people (ssn, region) VALUES ('111', 'EU'), ('222', 'US'), (NULL, 'US');
CREATE VIEW prod.a.of_eu AS SELECT ssn FROM prod.a.people WHERE region = 'EU';
GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG prod TO `reader@example.com`;
";

/// Fixture, and what somebody sees who is in no group.
pub(crate) struct Guarded {
    pub(crate) fixture: Fixture,
    reader: clxs_client::Client,
}

impl Guarded {
    /// `exempt` says whether the caller is in the group that sees everything.
    pub(crate) async fn new(exempt: bool) -> Self {
        let fixture = Fixture::new(Reached::InProcess).await;
        let reader = fixture.client_as("reader@example.com").await;
        let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
        let members = if exempt { vec![caller.as_str()] } else { Vec::new() };
        fixture.workspace.create_group("hr", &members).await.unwrap();
        fixture.sql(PEOPLE).await;
        Self { fixture, reader }
    }

    pub(crate) async fn seen_by_reader(&self, query: &str) -> Vec<Vec<Option<String>>> {
        query_as(&self.reader, query).await.into_parts().1
    }

    pub(crate) async fn seen_by_caller(&self, query: &str) -> Vec<Vec<Option<String>>> {
        self.fixture.query(query).await.into_parts().1
    }

    pub(crate) async fn require_same(&self) {
        let query =
            |catalog: &str| format!("SELECT id, ssn, region, shout FROM {catalog}.a.people ORDER BY id");
        let (source, own) = (query("prod"), query("dev"));
        assert_eq!(self.seen_by_caller(&own).await, self.seen_by_caller(&source).await);
        assert_eq!(self.seen_by_reader(&own).await, self.seen_by_reader(&source).await);
    }
}

fn facets(report: &Report, source: &str) -> Vec<FacetOutcome> {
    report.securables.iter().find(|it| it.source == name(source)).unwrap().facets.clone()
}

pub(crate) fn status(report: &Report, facet: Facet) -> Option<FacetStatus> {
    facets(report, "prod.a.people").into_iter().find(|it| it.facet == facet).map(|it| it.status)
}

pub(crate) fn reason(plan: &Plan, source: &str) -> String {
    let planned = plan.securables.iter().find(|it| it.source == name(source)).unwrap();
    let PlannedChange::Skip { reason } = &planned.change else { panic!("{planned:?}") };
    reason.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_who_sees_everything_copies_a_protected_table_with_all_it_has() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Created);
    assert_eq!(status(&report, Facet::ColumnMasks), Some(FacetStatus::Carried));
    assert_eq!(status(&report, Facet::RowFilter), Some(FacetStatus::Carried));
    guarded.require_same().await;
    let seen = guarded.seen_by_reader("SELECT ssn, region FROM dev.a.people").await;
    assert_eq!(seen, [[Some("***".to_owned()), Some("EU".to_owned())]]);
    assert_eq!(guarded.seen_by_reader("SELECT * FROM dev.a.of_eu").await, [[Some("***".to_owned())]]);
    let made = async |catalog: &str| {
        let made = fixture.number(&format!("SHOW CREATE TABLE {catalog}.a.people")).await;
        made.lines()
            .filter(|line| !line.contains("clxs.copy"))
            .collect::<Vec<_>>()
            .join("\n")
            .replace(&format!("{catalog}."), "")
    };
    let wanted =
        made("prod").await.replace("GENERATED ALWAYS AS IDENTITY", "GENERATED BY DEFAULT AS IDENTITY");
    assert_eq!(made("dev").await.trim_end_matches([',', ')']), wanted.trim_end_matches([',', ')']));
    let again = fixture.plan(&settings()).await;
    assert!(again.is_empty(), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_shows_every_statement_of_a_copy() {
    let guarded = Guarded::new(true).await;
    let id = guarded.fixture.client.get_table(&name("prod.a.people")).await.unwrap().table_id.unwrap();
    insta::assert_snapshot!(AsSql(&guarded.fixture.plan(&settings()).await).to_string().replace(&id, "ID"));
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_who_is_masked_copies_nothing_and_is_told_which_guard_is_in_the_way() {
    let guarded = Guarded::new(false).await;
    let report = guarded.fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let Outcome::Skipped { reason } = outcome(&report, "prod.a.people") else { panic!("{report:#?}") };
    assert!(reason.contains("prod.z.in_region is not proven to show you everything"), "{reason}");
    assert!(matches!(status(&report, Facet::ColumnMasks), Some(FacetStatus::Impossible { .. })));
    assert!(matches!(outcome(&report, "prod.a.of_eu"), Outcome::Skipped { .. }));
    assert!(guarded.fixture.client.get_table(&name("dev.a.people")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_leave_protected_tables_out_or_make_an_error_of_what_cannot_be_copied() {
    let masked = Guarded::new(false).await;
    let fail = Settings { protected_tables: ProtectedTables::Fail, ..settings() };
    let refused = masked.fixture.engine.plan(&fail).await.unwrap_err();
    assert!(matches!(&refused, Error::Protected { tables } if tables.len() == 1), "{refused}");
    assert!(refused.to_string().contains("prod.a.people: it has a row filter"), "{refused}");
    let exempt = Guarded::new(true).await;
    assert_eq!(exempt.fixture.clone_with(&fail).await.state, RunState::Succeeded);
    let skip = Settings { protected_tables: ProtectedTables::Skip, ..settings() };
    assert!(reason(&exempt.fixture.plan(&skip).await, "prod.a.people").contains("protected_tables is skip"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_security_nothing_about_guards_is_read_or_written_and_no_protected_table_is_copied() {
    let guarded = Guarded::new(true).await;
    let mut settings = settings();
    settings.copy.security = false;
    guarded.fixture.sent.clear();
    let plan = guarded.fixture.plan(&settings).await;
    assert!(reason(&plan, "prod.a.people").contains("copy_security is off"), "{plan}");
    let sent = guarded.fixture.sent.all();
    assert!(
        !sent.iter().any(|text| text.contains("SHOW CREATE TABLE") || text.contains("is_account_group")),
        "{sent:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_changed_are_copied_again_under_guards_that_never_leave() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.a.people (ssn, region) VALUES ('333', 'EU')").await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    guarded.require_same().await;
    assert!(fixture.plan(&settings()).await.is_empty());
    fixture.query("ALTER TABLE prod.a.people ADD COLUMN age INT COMMENT 'new'").await;
    fixture.query("INSERT INTO prod.a.people (ssn, region, age) VALUES ('444', 'US', 4)").await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    guarded.require_same().await;
    assert_eq!(fixture.number("SELECT max(age) FROM dev.a.people").await, "4");
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_that_the_destination_lost_are_put_back_and_its_own_stay() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE dev.a.people ALTER COLUMN ssn DROP MASK;\n\
             ALTER TABLE dev.a.people ALTER COLUMN region SET MASK dev.z.hide USING COLUMNS ('own');\n\
             ALTER TABLE prod.a.people DROP ROW FILTER;\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Changed, "{report:#?}");
    let kept = facets(&report, "prod.a.people");
    let kept: Vec<_> = kept.iter().filter(|it| matches!(it.status, FacetStatus::Changed { .. })).collect();
    assert_eq!(kept.iter().map(|it| it.facet).collect::<Vec<_>>(), [Facet::RowFilter, Facet::ColumnMasks]);
    let table = fixture.client.get_table(&name("dev.a.people")).await.unwrap();
    assert!(table.row_filter.is_some(), "{table:#?}");
    let masked: Vec<_> =
        table.columns.iter().filter(|it| it.mask.is_some()).filter_map(|it| it.name.clone()).collect();
    assert_eq!(masked, ["ssn", "region"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn clone_whose_source_was_protected_later_is_guarded_before_it_is_filled_again() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    fixture
        .sql(
            "CREATE TABLE prod.a.plain (ssn STRING, region STRING);\n\
             INSERT INTO prod.a.plain VALUES ('111', 'EU');\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE prod.a.plain ALTER COLUMN ssn SET MASK prod.z.hide USING COLUMNS ('x');\n\
             INSERT INTO prod.a.plain VALUES ('222', 'US');\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.plain"), Outcome::Replaced, "{report:#?}");
    let seen = guarded.seen_by_reader("SELECT ssn FROM dev.a.plain ORDER BY region").await;
    assert_eq!(seen, [[Some("x".to_owned())], [Some("x".to_owned())]]);
    let clear = guarded.seen_by_caller("SELECT ssn FROM dev.a.plain ORDER BY region").await;
    assert_eq!(clear, [[Some("111".to_owned())], [Some("222".to_owned())]]);
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_that_was_edited_is_kept_until_told_otherwise() {
    let guarded = Guarded::new(true).await;
    guarded.fixture.clone_with(&settings()).await;
    guarded.fixture.query("DELETE FROM dev.a.people WHERE ssn = '111'").await;
    let plan = guarded.fixture.plan(&settings()).await;
    assert!(reason(&plan, "prod.a.people").contains("edited in the destination"), "{plan}");
    let overwriting = Settings { overwrite_edits: true, ..settings() };
    guarded.fixture.clone_with(&overwriting).await;
    guarded.require_same().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn table_whose_mask_function_is_gone_is_left_out() {
    let guarded = Guarded::new(true).await;
    guarded.fixture.query("DROP FUNCTION prod.z.hide").await;
    let plan = guarded.fixture.plan(&settings()).await;
    let reason = reason(&plan, "prod.a.people");
    assert!(reason.contains("prod.z.hide cannot be judged"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workspace_that_does_not_tell_about_the_caller_gives_its_reason() {
    let guarded = Guarded::new(true).await;
    let unanswered = [("SELECT is_account_group_member*", "fail_statement"); 9];
    guarded.fixture.workspace.set_faults(faults(&unanswered)).unwrap();
    let reason = reason(&guarded.fixture.plan(&settings()).await, "prod.a.people");
    assert!(reason.contains("nobody could tell what guards ask about you: "), "{reason}");
}

/// The function is not the one any more that the plan was made for, so that nobody knows what was copied.
#[tokio::test(flavor = "multi_thread")]
async fn guard_that_changes_between_plan_and_copy_leaves_no_row_behind() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    let plan = fixture.plan(&settings()).await;
    fixture
        .query("CREATE OR REPLACE FUNCTION prod.z.hide(ssn STRING, sign STRING) RETURNS STRING RETURN sign")
        .await;
    let report =
        fixture.engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    let Outcome::Failed { error } = outcome(&report, "prod.a.people") else { panic!("{report:#?}") };
    assert!(error.contains("prod.z.hide was changed while the table was copied"), "{error}");
    assert!(matches!(outcome(&report, "prod.a.of_eu"), Outcome::Failed { .. }), "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "0");
    assert!(reason(&fixture.plan(&settings()).await, "prod.a.people").contains("not proven"));
}

#[tokio::test(flavor = "multi_thread")]
async fn group_that_the_caller_left_between_plan_and_copy_fails_the_copy() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    let plan = fixture.plan(&settings()).await;
    let mut text = serde_json::to_string(&plan).unwrap();
    // As if the answers had been others: the caller never was in this group.
    text = text.replace(r#""account_group":"hr""#, r#""account_group":"left""#);
    let plan: Plan = serde_json::from_str(&text).unwrap();
    let report =
        fixture.engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    let Outcome::Failed { error } = outcome(&report, "prod.a.people") else { panic!("{report:#?}") };
    assert!(error.contains("masked rows are not copied"), "{error}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "0");
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    guarded.require_same().await;
}

/// Faults of the workspace, each on the first statement like it.
fn faults(rules: &[(&str, &str)]) -> FaultPlan {
    let rule =
        |(statement, effect): &(&str, &str)| json!({ "statement": statement, "times": 1, "effect": effect });
    serde_json::from_value(json!({ "rules": rules.iter().map(rule).collect::<Vec<_>>() })).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_whose_answers_are_lost_copy_the_rows_once() {
    let guarded = Guarded::new(true).await;
    let rules = ["CREATE TABLE *", "INSERT OVERWRITE *", "ALTER TABLE * SET TBLPROPERTIES *"];
    guarded.fixture.workspace.set_faults(faults(&rules.map(|rule| (rule, "lost_after")))).unwrap();
    let report = guarded.fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    guarded.require_same().await;
    assert!(guarded.fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_that_fails_leaves_a_guarded_table_without_rows_and_is_resumed() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    fixture.workspace.set_faults(faults(&[("INSERT OVERWRITE *", "fail_statement")])).unwrap();
    let mut settings = settings();
    settings.limits.max_retries = 0;
    let report = fixture.clone_with(&settings).await;
    assert!(matches!(outcome(&report, "prod.a.people"), Outcome::Failed { .. }), "{report:#?}");
    assert!(matches!(outcome(&report, "prod.a.of_eu"), Outcome::Failed { .. }), "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "0");
    let table = fixture.client.get_table(&name("dev.a.people")).await.unwrap();
    assert!(table.row_filter.is_some() && table.columns[1].mask.is_some(), "{table:#?}");
    let resumed =
        fixture.engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(resumed.state, RunState::Succeeded, "{resumed:#?}");
    guarded.require_same().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_drops_a_copy_and_brings_a_refreshed_one_back_with_its_guards() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    let first = fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.a.people (ssn, region) VALUES ('333', 'EU')").await;
    let second = fixture.clone_with(&settings()).await;
    let undone = roll_back(fixture, &second, false).await;
    assert!(undone.findings.is_empty(), "{undone:#?}");
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "3");
    assert_eq!(guarded.seen_by_reader("SELECT ssn FROM dev.a.people").await, [[Some("***".to_owned())]]);
    let undone = roll_back(fixture, &first, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert!(fixture.client.get_catalog(name("dev").catalog()).await.is_err());
}

/// The newest commits are those of copies that were taken back: what the table is a copy of is further back.
#[tokio::test(flavor = "multi_thread")]
async fn guarded_table_whose_refreshes_were_undone_is_refreshed_again_however_long_its_history() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.a.people (ssn, region) VALUES ('333', 'EU')").await;
    for _ in 0..4 {
        let refreshed = fixture.clone_with(&settings()).await;
        assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "4", "{refreshed:#?}");
        roll_back(fixture, &refreshed, false).await;
        assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "3");
    }
}

/// A copy of a table that was open then, and is masked now for its caller too.
async fn guarded_since() -> (Fixture, clxs_client::Client) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let reader = fixture.client_as("reader@example.com").await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG dev TO `reader@example.com`;\n\
             CREATE FUNCTION prod.bronze.hide(name STRING) RETURNS STRING RETURN '***';\n\
             ALTER TABLE prod.bronze.items ALTER COLUMN name SET MASK prod.bronze.hide;\n",
        )
        .await;
    (fixture, reader)
}

async fn names_seen(reader: &clxs_client::Client) -> Vec<Vec<Option<String>>> {
    query_as(reader, "SELECT DISTINCT name FROM dev.bronze.items").await.into_parts().1
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_of_a_table_that_was_guarded_since_is_guarded_although_its_rows_are_left_out() {
    let (fixture, reader) = guarded_since().await;
    let clear = names_seen(&reader).await;
    let report = fixture.clone_with(&settings()).await;
    assert!(matches!(outcome(&report, "prod.bronze.items"), Outcome::Skipped { .. }), "{report:#?}");
    assert_eq!(facets(&report, "prod.bronze.items")[0].status, FacetStatus::Carried, "{report:#?}");
    assert_eq!(names_seen(&reader).await, [[Some("***".to_owned())]]);
    assert!(fixture.plan(&settings()).await.is_empty());
    roll_back(&fixture, &report, false).await;
    assert_eq!(names_seen(&reader).await, clear);
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_that_cannot_be_guarded_although_it_is_left_out_fails() {
    let (fixture, reader) = guarded_since().await;
    fixture.workspace.set_faults(faults(&[("ALTER TABLE * SET MASK *", "fail_statement")])).unwrap();
    let mut once = settings();
    once.limits.max_retries = 0;
    let report = fixture.clone_with(&once).await;
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    let Outcome::Failed { error } = outcome(&report, "prod.bronze.items") else { panic!("{report:#?}") };
    assert!(error.contains("it is left out: "), "{error}");
    fixture.clone_with(&settings()).await;
    assert_eq!(names_seen(&reader).await, [[Some("***".to_owned())]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_of_a_table_that_was_guarded_since_and_is_not_touched_is_said_to_be_open() {
    let (fixture, _) = guarded_since().await;
    let mut without_security = settings();
    without_security.copy.security = false;
    let incremental = Settings { load_type: LoadType::Incremental, ..settings() };
    for (settings, why) in [(without_security, "copy_security is off"), (incremental, "INCREMENTAL")] {
        let plan = fixture.plan(&settings).await;
        let messages: Vec<_> = plan.findings.iter().map(|finding| finding.message.as_str()).collect();
        let open = "dev.bronze.items is there without what guards it in the source";
        assert!(
            messages.iter().any(|message| message.starts_with(open) && message.contains(why)),
            "{messages:?}"
        );
    }
}

/// A copy with a function that masks nothing; since then the source's masks, and a new table has it.
async fn with_another_mask() -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.a;\n\
             CREATE FUNCTION prod.a.m(ssn STRING) RETURNS STRING RETURN ssn;\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
    fixture.workspace.create_group("hr", &[caller.as_str()]).await.unwrap();
    fixture
        .sql(
            "CREATE OR REPLACE FUNCTION prod.a.m(ssn STRING) RETURNS STRING \
             RETURN CASE WHEN is_account_group_member('hr') THEN ssn ELSE '***' END;\n\
             CREATE TABLE prod.a.people (ssn STRING MASK prod.a.m);\n\
             INSERT INTO prod.a.people VALUES ('111');\n",
        )
        .await;
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn table_is_left_out_where_the_destination_keeps_another_function_than_that_which_masks_it() {
    let fixture = with_another_mask().await;
    let mut without_functions = settings();
    without_functions.kinds.functions = false;
    let of_type = |load_type| Settings { load_type, ..settings() };
    for settings in [of_type(LoadType::Incremental), of_type(LoadType::Selective), without_functions] {
        let reason = reason(&fixture.plan(&settings).await, "prod.a.people");
        assert!(reason.contains("another function dev.a.m, which this run leaves"), "{reason}");
    }
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Created, "{report:#?}");
    let incremental = of_type(LoadType::Incremental);
    fixture.query("CREATE TABLE prod.a.more (ssn STRING MASK prod.a.m)").await;
    let report = fixture.clone_with(&incremental).await;
    assert_eq!(outcome(&report, "prod.a.more"), Outcome::Created, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn schema_is_opened_to_nobody_while_a_table_in_it_lacks_its_guard() {
    let (fixture, _) = guarded_since().await;
    fixture.query("GRANT SELECT ON SCHEMA prod.bronze TO `ann@example.com`").await;
    fixture.workspace.set_faults(faults(&[("ALTER TABLE * SET MASK *", "fail_statement")])).unwrap();
    let mut once = settings();
    once.limits.max_retries = 0;
    let report = fixture.clone_with(&once).await;
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    let grants = async || fixture.rows("SHOW GRANTS ON SCHEMA dev.bronze").await.join("\n");
    assert!(!grants().await.contains("ann@example.com"), "{}", grants().await);
    fixture.clone_with(&settings()).await;
    assert!(grants().await.contains("ann@example.com"), "{}", grants().await);
}

/// Two views and a schema are between the table and who is granted something.
#[rstest]
#[case::view("VIEW", "gold.names")]
#[case::its_schema("SCHEMA", "gold")]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_through_an_unchanged_view_what_lacks_its_guard(
    #[case] kind: &str,
    #[case] opened: &str,
) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE VIEW prod.silver.names AS SELECT name FROM prod.bronze.items;\n\
             CREATE VIEW prod.gold.names AS SELECT name FROM prod.silver.names;\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(&format!(
            "CREATE FUNCTION prod.bronze.hide(name STRING) RETURNS STRING RETURN '***';\n\
             ALTER TABLE prod.bronze.items ALTER COLUMN name SET MASK prod.bronze.hide;\n\
             GRANT SELECT ON {kind} prod.{opened} TO `ann@example.com`;\n",
        ))
        .await;
    fixture.workspace.set_faults(faults(&[("ALTER TABLE * SET MASK *", "fail_statement")])).unwrap();
    let mut once = settings();
    once.limits.max_retries = 0;
    let report = fixture.clone_with(&once).await;
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    let grants = async || fixture.rows(&format!("SHOW GRANTS ON {kind} dev.{opened}")).await.join("\n");
    assert!(!grants().await.contains("ann@example.com"), "{}", grants().await);
    fixture.clone_with(&settings()).await;
    assert!(grants().await.contains("ann@example.com"), "{}", grants().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn table_with_a_filter_of_its_own_is_not_dropped_for_another_clone_type() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "CREATE FUNCTION dev.bronze.nothing(id BIGINT) RETURNS BOOLEAN RETURN false;\n\
             ALTER TABLE dev.bronze.items SET ROW FILTER dev.bronze.nothing ON (id);\n",
        )
        .await;
    let settings =
        Settings { clone_type: CloneType::Shallow, force_reclone: true, overwrite_edits: true, ..settings() };
    let report = fixture.clone_with(&settings).await;
    let Outcome::Skipped { reason } = outcome(&report, "prod.bronze.items") else { panic!("{report:#?}") };
    assert!(reason.contains("guards of its own"), "{reason}");
    assert_eq!(outcome(&report, "prod.bronze.orders"), Outcome::Replaced, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn table_is_not_dropped_for_another_clone_type_before_what_its_successor_needs_is_there() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&Settings { clone_type: CloneType::Shallow, ..settings() }).await;
    let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
    fixture.workspace.create_group("hr", &[caller.as_str()]).await.unwrap();
    fixture
        .sql(
            "CREATE FUNCTION prod.bronze.hide(name STRING) RETURNS STRING \
             RETURN CASE WHEN is_account_group_member('hr') THEN name ELSE '***' END;\n\
             ALTER TABLE prod.bronze.items ALTER COLUMN name SET MASK prod.bronze.hide;\n",
        )
        .await;
    let mut settings = Settings { force_reclone: true, ..settings() };
    settings.limits.max_retries = 0;
    fixture.workspace.set_faults(faults(&[("CREATE OR REPLACE FUNCTION *", "fail_statement")])).unwrap();
    let report = fixture.clone_with(&settings).await;
    assert!(matches!(outcome(&report, "prod.bronze.items"), Outcome::Failed { .. }), "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, "1");
    let report = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&report, "prod.bronze.items"), Outcome::Replaced, "{report:#?}");
}
