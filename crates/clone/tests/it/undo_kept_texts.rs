//! Views, functions, guards and policies that somebody changed since a run: a rollback keeps them, with what they need.

use clxs_api::SecurableKind;
use clxs_clone::Report;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Plan, PlannedChange};
use futures::TryStreamExt;
use rstest::rstest;
use serde_json::json;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};
use crate::policies::seen_by_reader;
use crate::rollback::roll_back;

/// Whatever shows a reader a value, and shows it clear.
const OPEN: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.s;
CREATE FUNCTION prod.s.plain(x STRING) RETURNS STRING RETURN x;
CREATE FUNCTION prod.s.shown(x STRING) RETURNS STRING RETURN x;
CREATE FUNCTION prod.s.all_rows(x STRING) RETURNS BOOLEAN RETURN true;
CREATE TABLE prod.s.by_function (x STRING MASK prod.s.shown);
INSERT INTO prod.s.by_function VALUES ('CLEAR');
CREATE TABLE prod.s.by_mask (x STRING MASK prod.s.plain);
INSERT INTO prod.s.by_mask VALUES ('CLEAR');
CREATE TABLE prod.s.by_filter (x STRING) WITH ROW FILTER prod.s.all_rows ON (x);
INSERT INTO prod.s.by_filter VALUES ('CLEAR');
CREATE TABLE prod.s.by_policy (x STRING);
INSERT INTO prod.s.by_policy VALUES ('CLEAR');
ALTER TABLE prod.s.by_policy ALTER COLUMN x SET TAGS ('pii' = '');
CREATE POLICY pol ON SCHEMA prod.s COLUMN MASK prod.s.plain TO `account users` EXCEPT `hr` FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;
CREATE VIEW prod.s.of_values AS SELECT 'CLEAR' AS x;
GRANT USE CATALOG, USE SCHEMA, SELECT, EXECUTE ON CATALOG prod TO `account users`;
";

/// The source shows less of all that.
const HALF: &str = "
CREATE FUNCTION prod.s.half(x STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('hr') THEN x ELSE left(x, 2) END;
CREATE FUNCTION prod.s.no_rows(x STRING) RETURNS BOOLEAN RETURN is_account_group_member('hr');
CREATE OR REPLACE FUNCTION prod.s.shown(x STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('hr') THEN x ELSE left(x, 2) END;
ALTER TABLE prod.s.by_mask ALTER COLUMN x SET MASK prod.s.half;
ALTER TABLE prod.s.by_filter SET ROW FILTER prod.s.no_rows ON (x);
CREATE OR REPLACE POLICY pol ON SCHEMA prod.s COLUMN MASK prod.s.half TO `account users` EXCEPT `hr` FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;
CREATE OR REPLACE VIEW prod.s.of_values AS SELECT 'CL' AS x;
";

/// What the destination guards itself with.
const OWN: &str = "
CREATE CATALOG own;
CREATE SCHEMA own.s;
CREATE FUNCTION own.s.hash(x STRING) RETURNS STRING RETURN '#';
CREATE FUNCTION own.s.nothing(x STRING) RETURNS BOOLEAN RETURN x = '#';
GRANT USE CATALOG, USE SCHEMA, EXECUTE ON CATALOG own TO `account users`;
";

/// Something of the destination that shows less than the run left it.
#[derive(Debug, Clone, Copy)]
enum Tightened {
    Function,
    Mask,
    RowFilter,
    Policy,
    View,
}

impl Tightened {
    const ALL: [Self; 5] = [Self::Function, Self::Mask, Self::RowFilter, Self::Policy, Self::View];

    fn statements(self) -> &'static str {
        match self {
            Self::Function => "CREATE OR REPLACE FUNCTION dev.s.shown(x STRING) RETURNS STRING RETURN '#';\n",
            Self::Mask => "ALTER TABLE dev.s.by_mask ALTER COLUMN x SET MASK own.s.hash;\n",
            Self::RowFilter => "ALTER TABLE dev.s.by_filter SET ROW FILTER own.s.nothing ON (x);\n",
            Self::Policy => {
                "CREATE OR REPLACE POLICY pol ON SCHEMA dev.s COLUMN MASK own.s.hash TO `account users` FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;\n"
            }
            Self::View => "CREATE OR REPLACE VIEW dev.s.of_values AS SELECT '#' AS x;\n",
        }
    }

    /// The securable that is kept, and how that is told.
    fn kept(self) -> (&'static str, &'static str) {
        match self {
            Self::Function => ("shown", "it was changed since (its text)"),
            Self::Mask => ("by_mask", "it was changed since (its mask of x)"),
            Self::RowFilter => ("by_filter", "it was changed since (its row filter)"),
            Self::Policy => ("", "the policy pol was changed since"),
            Self::View => ("of_values", "it was changed since (its text)"),
        }
    }

    fn place(self) -> usize {
        self as usize
    }
}

/// What a reader sees by each of them.
async fn seen(fixture: &Fixture) -> Vec<String> {
    let mut seen = Vec::new();
    for relation in ["by_function", "by_mask", "by_filter", "by_policy", "of_values"] {
        let rows = seen_by_reader(fixture, &format!("SELECT x FROM dev.s.{relation}")).await;
        seen.push(rows.first().cloned().unwrap_or_else(|| "-".to_owned()));
    }
    seen
}

async fn empty_workspace() -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.workspace.create_token("reader@example.com").await.unwrap();
    let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
    fixture.workspace.create_group("hr", &[caller.as_str()]).await.unwrap();
    fixture.sql(OWN).await;
    fixture
}

async fn cloned(fixture: &Fixture) -> Report {
    let report = fixture.clone_with(&settings()).await;
    assert_eq!((report.state, report.counts.failed), (RunState::Succeeded, 0), "{report:#?}");
    report
}

/// A copy that shows everything, and its refresh that shows half of it.
async fn refreshed() -> (Fixture, Report) {
    let fixture = empty_workspace().await;
    fixture.sql(OPEN).await;
    cloned(&fixture).await;
    assert_eq!(seen(&fixture).await, CLEAR);
    fixture.sql(HALF).await;
    let report = cloned(&fixture).await;
    assert_eq!(seen(&fixture).await, ["CL", "CL", "-", "CL", "CL"]);
    (fixture, report)
}

const CLEAR: [&str; 5] = ["CLEAR"; 5];

fn reason(plan: &Plan, destination: &str) -> String {
    let planned = plan.securables.iter().find(|it| it.destination == name(destination)).unwrap();
    let PlannedChange::Skip { reason } = &planned.change else { panic!("{plan}") };
    reason.clone()
}

#[rstest]
#[case::function(Tightened::Function)]
#[case::mask(Tightened::Mask)]
#[case::row_filter(Tightened::RowFilter)]
#[case::policy(Tightened::Policy)]
#[case::view(Tightened::View)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_tightened_since_is_kept_and_named_and_the_rest_is_undone(#[case] tightened: Tightened) {
    let (fixture, report) = refreshed().await;
    fixture.sql(tightened.statements()).await;
    let before = seen(&fixture).await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let (kept, why) = tightened.kept();
    let told = reason(&plan, format!("dev.s.{kept}").trim_end_matches('.'));
    assert_eq!(told, format!("{why}; overwrite_edits undoes it too"));
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    let mut expected = CLEAR.map(str::to_owned);
    expected[tightened.place()].clone_from(&before[tightened.place()]);
    assert_eq!(seen(&fixture).await, expected, "{undone:#?}");
    let undone = roll_back(&fixture, &report, true).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(seen(&fixture).await, CLEAR, "{undone:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_tightened_since_is_undone_where_edits_are_overwritten() {
    let (fixture, report) = refreshed().await;
    fixture.sql(&Tightened::ALL.map(Tightened::statements).concat()).await;
    let plan = fixture.engine.rollback_plan(&report.run, true).await.unwrap();
    assert!(!plan.keeps, "{plan}");
    let undone = roll_back(&fixture, &report, true).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(seen(&fixture).await, CLEAR, "{undone:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_that_nobody_touched_since_is_undone_in_full() {
    let (fixture, report) = refreshed().await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    assert!(!plan.keeps, "{plan}");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(seen(&fixture).await, CLEAR, "{undone:#?}");
    for function in ["dev.s.half", "dev.s.no_rows"] {
        assert!(fixture.client.get_function(&name(function)).await.is_err(), "{function}");
    }
    let again = fixture.engine.journal().report(&report.run).unwrap();
    assert_eq!(again.state, RunState::RolledBack);
}

#[rstest]
#[case::function("DROP FUNCTION dev.s.shown;\n", "dev.s.shown")]
#[case::view("DROP VIEW dev.s.of_values;\n", "dev.s.of_values")]
#[tokio::test(flavor = "multi_thread")]
async fn text_that_was_dropped_since_is_not_brought_back(#[case] drops: &str, #[case] dropped: &str) {
    let (fixture, report) = refreshed().await;
    fixture.sql("ALTER TABLE dev.s.by_function ALTER COLUMN x DROP MASK;\n").await;
    fixture.sql(drops).await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let told = "it was dropped since, or you may not see it; overwrite_edits undoes it too";
    assert_eq!(reason(&plan, dropped), told);
}

/// A first clone of everything that there is.
async fn made() -> (Fixture, Report) {
    let fixture = empty_workspace().await;
    fixture.sql(OPEN).await;
    let report = cloned(&fixture).await;
    (fixture, report)
}

/// The securables of schema `dev.s`, and the functions that its policies call.
async fn left(fixture: &Fixture) -> Vec<String> {
    let (catalog, schema) = (name("dev").catalog().clone(), name("dev.s").name().clone());
    let tables: Vec<_> = fixture.client.list_tables(&catalog, &schema).try_collect().await.unwrap();
    let functions: Vec<_> = fixture.client.list_functions(&catalog, &schema).try_collect().await.unwrap();
    let policies = fixture.client.list_policies(&SecurableKind::Schema, &name("dev.s")).await.unwrap();
    let tables = tables.into_iter().filter_map(|table| table.name);
    let functions = functions.into_iter().filter_map(|function| function.name);
    let policies = policies.into_iter().filter_map(|policy| Some(policy.column_mask?.function_name));
    tables.chain(functions).chain(policies).collect()
}

#[rstest]
#[case::function(Tightened::Function, &["shown"])]
#[case::mask(Tightened::Mask, &["by_mask", "plain"])]
#[case::row_filter(Tightened::RowFilter, &["by_filter", "all_rows"])]
#[case::policy(Tightened::Policy, &["plain", "own.s.hash"])]
#[case::view(Tightened::View, &["of_values"])]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_made_and_somebody_tightened_since_is_kept_with_its_containers(
    #[case] tightened: Tightened,
    #[case] kept: &[&str],
) {
    let (fixture, report) = made().await;
    fixture.sql(tightened.statements()).await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(left(&fixture).await, kept, "{undone:#?}");
    let undone = roll_back(&fixture, &report, true).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert!(fixture.client.get_catalog(name("dev").catalog()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn view_that_is_kept_keeps_the_table_and_the_function_that_it_needs_now() {
    let (fixture, report) = made().await;
    fixture
        .sql("CREATE OR REPLACE VIEW dev.s.of_values AS SELECT dev.s.plain(x) AS x FROM dev.s.by_policy;\n")
        .await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    for needed in ["dev.s.by_policy", "dev.s.plain"] {
        assert_eq!(reason(&plan, needed), "dev.s.of_values, which is kept, needs it");
    }
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(fixture.rows("SELECT x FROM dev.s.of_values").await, ["CLEAR"]);
    // The policy that guards the table, too.
    assert_eq!(left(&fixture).await, ["by_policy", "of_values", "plain", "dev.s.plain"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn view_that_is_kept_leaves_a_table_that_it_reads_to_go_back_to_its_rows() {
    let (fixture, _) = made().await;
    fixture
        .sql(
            "INSERT INTO prod.s.by_policy VALUES ('MORE');\n\
             CREATE OR REPLACE VIEW prod.s.of_values AS SELECT x FROM prod.s.by_policy;\n",
        )
        .await;
    let report = cloned(&fixture).await;
    fixture
        .sql("CREATE OR REPLACE VIEW dev.s.of_values AS SELECT left(x, 1) AS x FROM dev.s.by_policy;\n")
        .await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(seen_by_reader(&fixture, "SELECT x FROM dev.s.of_values").await, ["C"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mask_that_is_kept_keeps_the_function_that_it_calls_now() {
    let (fixture, report) = refreshed().await;
    fixture.sql("ALTER TABLE dev.s.by_filter ALTER COLUMN x SET MASK dev.s.half;\n").await;
    fixture.sql("ALTER TABLE dev.s.by_filter DROP ROW FILTER;\n").await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    assert_eq!(reason(&plan, "dev.s.half"), "dev.s.by_filter, which is kept, needs it");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(seen_by_reader(&fixture, "SELECT x FROM dev.s.by_filter").await, ["CL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_stay_whose_function_was_tightened_since() {
    let (fixture, report) = refreshed().await;
    fixture.sql("CREATE OR REPLACE FUNCTION dev.s.half(x STRING) RETURNS STRING RETURN '#';\n").await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let told = "calls dev.s.half, which was changed since; overwrite_edits undoes it too";
    assert_eq!(reason(&plan, "dev.s.by_mask"), format!("its mask of x {told}"));
    assert_eq!(reason(&plan, "dev.s"), format!("the policy pol {told}"));
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(seen(&fixture).await, ["CLEAR", "#", "CLEAR", "#", "CLEAR"], "{undone:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_that_is_kept_keeps_the_tags_that_it_goes_by() {
    let fixture = empty_workspace().await;
    fixture.sql(OPEN).await;
    fixture.sql("ALTER TABLE prod.s.by_policy ALTER COLUMN x UNSET TAGS ('pii');\n").await;
    cloned(&fixture).await;
    fixture.sql("ALTER TABLE prod.s.by_policy ALTER COLUMN x SET TAGS ('pii' = '');\n").await;
    fixture.sql(HALF).await;
    let report = cloned(&fixture).await;
    let statements = Tightened::Policy.statements().replace("own.s.hash", "dev.s.half");
    fixture.sql(&statements.replace("`account users`", "`reader@example.com`")).await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(seen_by_reader(&fixture, "SELECT x FROM dev.s.by_policy").await, ["CL"]);
    let told = "its policies stay: the policy pol was changed since; overwrite_edits undoes it too";
    assert!(undone.findings.iter().any(|finding| finding.message == told), "{:#?}", undone.findings);
}

/// The same 403 that REST answers whoever may not list what is there.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_may_compare_is_kept_and_says_why() {
    let (fixture, report) = refreshed().await;
    let error = json!({"status": 403, "error_code": "PERMISSION_DENIED", "message": "not for you"});
    let rule =
        json!({"path": "/api/2.1/unity-catalog/functions*", "method": "GET", "effect": {"error": error}});
    let faults = serde_json::from_value(json!({"rules": [rule]})).unwrap();
    fixture.workspace.set_faults(faults).unwrap();
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let told = reason(&plan, "dev.s.shown");
    assert!(
        told.starts_with("nobody can tell whether it was changed since (") && told.contains("not for you")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_made_no_text_no_guard_and_no_schema_lists_nothing_for_its_rollback() {
    let fixture = empty_workspace().await;
    fixture.sql("CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\nCREATE TABLE prod.s.t (id INT);\n").await;
    cloned(&fixture).await;
    fixture.query("INSERT INTO prod.s.t VALUES (1)").await;
    let report = cloned(&fixture).await;
    fixture.sent.clear();
    fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    assert_eq!(fixture.sent.count("unity-catalog/tables?"), 0, "{:#?}", fixture.sent.all());
    assert_eq!(fixture.sent.count("unity-catalog/functions?"), 0, "{:#?}", fixture.sent.all());
}
