//! Policies by attribute, on the embedded workspace.

use std::collections::BTreeSet;

use clxs_api::SecurableKind;
use clxs_api::policy::PolicyInfo;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{AsSql, Facet, Plan, PlannedChange};
use clxs_clone::settings::{CloneType, Pattern, ProtectedTables};
use clxs_clone::{Error, FacetStatus, Outcome, Report, Settings, SilentObserver};
use clxs_workspace::FaultPlan;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome, query_as};
use crate::rollback::roll_back;

/// Tables under policies on catalog, schema and table, and one that no policy is about.
const TAGGED: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.a;
CREATE SCHEMA prod.b;
CREATE SCHEMA prod.z;
CREATE FUNCTION prod.z.hide(ssn STRING) RETURNS STRING RETURN '***';
CREATE FUNCTION prod.z.in_eu(region STRING) RETURNS BOOLEAN RETURN region = 'EU';
CREATE FUNCTION prod.z.nothing() RETURNS BOOLEAN RETURN false;
CREATE TABLE prod.a.people (id INT, ssn STRING) COMMENT 'All people';
INSERT INTO prod.a.people VALUES (1, '111'), (2, '222');
CREATE TABLE prod.a.plain (id INT);
INSERT INTO prod.a.plain VALUES (1);
CREATE TABLE prod.b.sales (id INT, region STRING);
INSERT INTO prod.b.sales VALUES (1, 'EU'), (2, 'US');
CREATE TABLE prod.a.hidden (id INT);
INSERT INTO prod.a.hidden VALUES (1);
CREATE VIEW prod.a.numbers AS SELECT ssn FROM prod.a.people;
ALTER TABLE prod.a.people ALTER COLUMN ssn SET TAGS ('pii' = 'ssn');
ALTER TABLE prod.b.sales ALTER COLUMN region SET TAGS ('region' = '');
ALTER SCHEMA prod.a SET TAGS ('personal' = '');
CREATE POLICY hide_ssn ON CATALOG prod COMMENT 'No numbers' COLUMN MASK prod.z.hide TO `account users` EXCEPT hr FOR TABLES WHEN has_tag('personal') MATCH COLUMNS has_tag_value('pii', 'ssn') AS ssn ON COLUMN ssn;
CREATE POLICY only_eu ON SCHEMA prod.b ROW FILTER prod.z.in_eu TO `account users` EXCEPT hr FOR TABLES MATCH COLUMNS has_tag('region') AS region USING COLUMNS (region);
CREATE POLICY nobody ON TABLE prod.a.hidden ROW FILTER prod.z.nothing TO `account users` EXCEPT hr FOR TABLES;
GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG prod TO `reader@example.com`;
";

/// A guard of a table's own beside its policy.
const GUARDED: &str = "
CREATE FUNCTION prod.z.all_rows(id INT) RETURNS BOOLEAN RETURN true;
ALTER TABLE prod.a.people SET ROW FILTER prod.z.all_rows ON (id);
";

/// A workspace with it. `exempt` says whether the caller is in the group that no policy binds.
pub(crate) async fn fixture(exempt: bool) -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    for principal in ["reader@example.com", "cloner@example.com"] {
        fixture.workspace.create_token(principal).await.unwrap();
    }
    let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
    let members = if exempt { vec![caller.as_str()] } else { Vec::new() };
    fixture.workspace.create_group("hr", &members).await.unwrap();
    fixture.workspace.create_group("hr_dev", &members).await.unwrap();
    fixture.sql(TAGGED).await;
    fixture
}

/// The first column of what somebody sees whom every policy binds.
pub(crate) async fn seen_by_reader(fixture: &Fixture, query: &str) -> Vec<String> {
    let rows = query_as(&fixture.client_as("reader@example.com").await, query).await;
    rows.iter().map(|row| row.cells()[0].clone().unwrap_or_default()).collect()
}

async fn policies(fixture: &Fixture, kind: SecurableKind, on: &str) -> Vec<PolicyInfo> {
    fixture.client.list_policies(&kind, &name(on)).await.unwrap()
}

fn policy_facets(report: &Report, source: &str) -> Vec<FacetStatus> {
    let securable = report.securables.iter().find(|it| it.source == name(source)).unwrap();
    let facets = securable.facets.iter().filter(|it| it.facet == Facet::Policies);
    facets.map(|it| it.status.clone()).collect()
}

pub(crate) fn reason(plan: &Plan, source: &str) -> String {
    let planned = plan.securables.iter().find(|it| it.source == name(source)).unwrap();
    let PlannedChange::Skip { reason } = &planned.change else { panic!("{plan}") };
    reason.clone()
}

/// What the reader sees of the tables under policies in a catalog.
async fn seen(fixture: &Fixture, catalog: &str) -> Vec<Vec<String>> {
    let mut seen = Vec::new();
    for query in
        ["ssn FROM {}.a.people", "ssn FROM {}.a.numbers", "region FROM {}.b.sales", "id FROM {}.a.hidden"]
    {
        seen.push(seen_by_reader(fixture, &format!("SELECT {}", query.replace("{}", catalog))).await);
    }
    seen
}

fn masked() -> Vec<Vec<String>> {
    [&["***", "***"][..], &["***", "***"], &["EU"], &[]]
        .map(|rows| rows.iter().map(ToString::to_string).collect())
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn exempt_caller_clones_policies_and_a_bound_reader_sees_of_the_copy_what_it_sees_of_the_source() {
    let fixture = fixture(true).await;
    assert_eq!(seen(&fixture, "prod").await, masked());
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    for on in ["prod", "prod.b", "prod.a.hidden"] {
        assert_eq!(policy_facets(&report, on), [FacetStatus::Carried], "{on}");
    }
    assert_eq!(seen(&fixture, "dev").await, masked());
    assert_eq!(fixture.number("SELECT max(ssn) FROM dev.a.people").await, "222");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.b.sales").await, "2");
    let people = fixture.client.get_table(&name("dev.a.people")).await.unwrap();
    assert_eq!(people.comment.as_deref(), Some("All people"));
    let made = policies(&fixture, SecurableKind::Catalog, "dev").await.remove(0);
    assert_eq!(made.column_mask.unwrap().function_name, "dev.z.hide");
    assert_eq!(made.comment.as_deref(), Some("No numbers"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_wait_for_the_policies_about_them_and_for_the_tags_that_these_go_by() {
    let fixture = fixture(true).await;
    let sql = AsSql(&fixture.plan(&settings()).await).to_string();
    let place = |text: &str| sql.find(text).unwrap_or_else(|| panic!("{text}: {sql}"));
    let rows = place("`people` DEEP CLONE");
    for earlier in [
        "CREATE OR REPLACE FUNCTION `dev`.`z`.`hide`",
        "hide_ssn",
        "SCHEMA `dev`.`a` SET TAGS",
        "CREATE TABLE `dev`.`a`.`people`",
        "ALTER COLUMN `ssn` SET TAGS",
    ] {
        assert!(place(earlier) < rows, "{earlier}: {sql}");
    }
    assert!(place("CREATE TABLE `dev`.`a`.`people`") < place("ALTER COLUMN `ssn` SET TAGS"), "{sql}");
    assert!(place("CREATE TABLE `dev`.`a`.`hidden`") < place("\"name\":\"nobody\""), "{sql}");
    assert!(place("\"name\":\"nobody\"") < place("`hidden` DEEP CLONE"), "{sql}");
    assert!(place("`plain` DEEP CLONE") < place("hide_ssn"), "what no policy is about waits for none: {sql}");
    assert!(place("/permissions/catalog/dev") > rows, "{sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn second_run_changes_nothing_and_writes_nothing() {
    let fixture = fixture(true).await;
    fixture.clone_with(&settings()).await;
    assert!(fixture.plan(&settings()).await.is_empty());
    fixture.sent.clear();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.counts.unchanged, report.securables.len() - report.counts.skipped, "{report:#?}");
    let sent = fixture.sent.all();
    let writes = sent.iter().filter(|request| {
        ["POST /api/2.1", "PATCH", "DELETE", "CREATE", "ALTER", "SET"]
            .iter()
            .any(|start| request.starts_with(start))
    });
    assert_eq!(writes.collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshed_table_stays_under_its_policies_also_with_a_new_tagged_column() {
    let fixture = fixture(true).await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE prod.a.people ADD COLUMN other STRING;\n\
             ALTER TABLE prod.a.people ALTER COLUMN other SET TAGS ('pii' = 'ssn');\n\
             INSERT INTO prod.a.people VALUES (3, '333', '444');\n",
        )
        .await;
    let sql = AsSql(&fixture.plan(&settings()).await).to_string();
    let place = |text: &str| sql.find(text).unwrap_or_else(|| panic!("{text}: {sql}"));
    assert!(
        place("CREATE OR REPLACE TABLE `dev`.`a`.`people` (") < place("ALTER COLUMN `other` SET TAGS"),
        "{sql}"
    );
    assert!(place("ALTER COLUMN `other` SET TAGS") < place("`people` DEEP CLONE"), "{sql}");
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    assert_eq!(seen_by_reader(&fixture, "SELECT max(other) FROM dev.a.people").await, ["***"]);
    assert_eq!(fixture.number("SELECT max(other) FROM dev.a.people").await, "444");
    assert!(fixture.plan(&settings()).await.is_empty());
    require_undone(&fixture, &report).await;
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "2");
    assert_eq!(seen(&fixture, "dev").await, masked());
}

async fn require_undone(fixture: &Fixture, report: &Report) {
    let undone = roll_back(fixture, report, false).await;
    assert!(undone.findings.is_empty(), "{undone:#?}");
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_that_the_destination_lost_or_has_otherwise_is_put_back_with_its_principals_mapped() {
    let fixture = fixture(true).await;
    let settings = with_principal("hr", "hr_dev");
    fixture.clone_with(&settings).await;
    let of_catalog = async || policies(&fixture, SecurableKind::Catalog, "dev").await;
    assert_eq!(of_catalog().await[0].except_principals, ["hr_dev"]);
    fixture.query("DROP POLICY hide_ssn ON CATALOG dev").await;
    fixture
        .query("CREATE POLICY ours ON CATALOG dev ROW FILTER dev.z.nothing TO `hr_dev` FOR TABLES WHEN has_tag('ours')")
        .await;
    let report = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&report, "prod"), Outcome::Changed, "{report:#?}");
    let names: Vec<_> = of_catalog().await.into_iter().map(|policy| policy.name.unwrap()).collect();
    assert_eq!(names, ["hide_ssn", "ours"]);
    let mut changed = of_catalog().await.remove(0);
    changed.except_principals = vec!["hr".into()];
    fixture.client.update_policy(&SecurableKind::Catalog, &name("dev"), "hide_ssn", &changed).await.unwrap();
    let report = fixture.clone_with(&settings).await;
    assert_eq!(of_catalog().await[0].except_principals, ["hr_dev"], "{report:#?}");
    require_undone(&fixture, &report).await;
    assert_eq!(of_catalog().await[0].except_principals, ["hr"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bound_caller_clones_what_no_policy_is_about_and_no_masked_row_of_the_rest() {
    let fixture = fixture(false).await;
    let plan = fixture.plan(&settings()).await;
    let skipped = reason(&plan, "prod.a.people");
    assert!(skipped.contains("the policy hide_ssn on catalog prod is about it, and binds you"), "{skipped}");
    assert!(reason(&plan, "prod.a.numbers").contains("prod.a.people"), "{plan}");
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(outcome(&report, "prod.a.plain"), Outcome::Created);
    for table in ["people", "hidden"] {
        assert!(fixture.client.get_table(&name(&format!("dev.a.{table}"))).await.is_err(), "{table}");
        let facets = policy_facets(&report, &format!("prod.a.{table}"));
        assert!(matches!(facets.as_slice(), [FacetStatus::Impossible { .. }]), "{facets:?}");
    }
    let failing = Settings { protected_tables: ProtectedTables::Fail, ..settings() };
    let Err(Error::Protected { tables }) = fixture.engine.plan(&failing).await else {
        panic!("it was planned")
    };
    assert_eq!(tables.len(), 3, "{tables:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn table_with_guards_of_its_own_is_not_filled_by_whom_a_policy_masks() {
    let fixture = fixture(false).await;
    fixture.sql(GUARDED).await;
    let skipped = reason(&fixture.plan(&settings()).await, "prod.a.people");
    assert!(skipped.contains("hide_ssn") && skipped.contains("binds you"), "{skipped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_policy_may_bind_is_told_why_nobody_knows() {
    let fixture = fixture(true).await;
    fixture.sql(GUARDED).await;
    let unanswered = json!({"statement": "SELECT is_account_group_member*", "effect": "fail_statement"});
    fixture.workspace.set_faults(faults(&[unanswered])).unwrap();
    let skipped = reason(&fixture.plan(&settings()).await, "prod.a.people");
    assert!(skipped.contains("may bind you") && skipped.contains("nobody could tell whether"), "{skipped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_under_a_policy_whose_function_is_not_there_are_left_out() {
    let fixture = fixture(true).await;
    fixture.query("DROP FUNCTION prod.z.hide").await;
    let plan = fixture.plan(&settings()).await;
    let skipped = reason(&plan, "prod.a.people");
    assert!(skipped.contains("hide_ssn on catalog prod") && skipped.contains("prod.z.hide"), "{skipped}");
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.missed(&[Facet::Policies]).len(), 2, "{report:#?}");
    assert_eq!(outcome(&report, "prod.b.sales"), Outcome::Created);
}

/// Faults of the workspace, each on the first statement or request like it.
fn faults(rules: &[serde_json::Value]) -> FaultPlan {
    serde_json::from_value(json!({ "rules": rules })).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn function_that_fails_blocks_its_policy_and_the_tables_that_this_is_about_and_no_other() {
    let fixture = fixture(true).await;
    let refusal = json!({"statement": "CREATE OR REPLACE FUNCTION `dev`.`z`.`hide`*", "times": 9, "effect": "fail_statement"});
    fixture.workspace.set_faults(faults(&[refusal])).unwrap();
    let report = fixture.clone_with(&settings()).await;
    for blocked in ["prod", "prod.a.people", "prod.a.numbers"] {
        assert!(matches!(outcome(&report, blocked), Outcome::Failed { .. }), "{blocked}: {report:#?}");
    }
    assert!(matches!(policy_facets(&report, "prod").as_slice(), [FacetStatus::Failed { .. }]), "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "0");
    assert_eq!(outcome(&report, "prod.a.plain"), Outcome::Created);
    let grants = fixture.client.get_permissions(&SecurableKind::Catalog, &name("dev")).await.unwrap();
    assert!(grants.is_empty(), "nobody is let in before the policies are there: {grants:?}");
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(seen(&fixture, "dev").await, masked());
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_that_nobody_may_read_are_reported_with_the_reason_and_fail_nothing() {
    let fixture = fixture(true).await;
    fixture
        .sql(
            "GRANT USE CATALOG, USE SCHEMA, SELECT, EXECUTE ON CATALOG prod TO `cloner@example.com`;\n\
             GRANT CREATE CATALOG ON METASTORE TO `cloner@example.com`;\n",
        )
        .await;
    fixture.workspace.create_group("exempt", &["cloner@example.com"]).await.unwrap();
    let client = fixture.client_as("cloner@example.com").await;
    let engine = fixture.engine_of(client);
    let mut settings = settings();
    (settings.copy.ownership, settings.copy.permissions) = (false, false);
    let plan = engine.plan(&settings).await.unwrap();
    let report = engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    let facets = policy_facets(&report, "prod");
    let [FacetStatus::Impossible { reason }] = facets.as_slice() else { panic!("{report:#?}") };
    assert!(
        reason.contains("nobody could read the policies in prod") && reason.contains("MANAGE"),
        "{reason}"
    );
    assert_eq!(report.missed(&[Facet::Policies]).len(), 1);
    assert_eq!(outcome(&report, "prod.a.plain"), Outcome::Created);
    assert!(matches!(outcome(&report, "prod.a.people"), Outcome::Failed { .. }), "{report:#?}");
}

/// What the platform answers whom it asked for the policies on something that is not there.
fn no_policies_on(path: &str) -> FaultPlan {
    let error = json!({"status": 404, "error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not here"});
    let path = format!("/api/2.1/unity-catalog/policies/{path}");
    faults(&[json!({"method": "GET", "path": path, "effect": {"error": error}})])
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_of_the_source_count_although_the_destination_tells_of_none() {
    let fixture = fixture(false).await;
    fixture.clone_with(&settings()).await;
    fixture.workspace.set_faults(no_policies_on("catalog/dev")).unwrap();
    let plan = fixture.plan(&settings()).await;
    for (table, policy) in [("prod.a.hidden", "nobody"), ("prod.b.sales", "only_eu")] {
        let skipped = reason(&plan, table);
        assert!(skipped.contains(policy), "{skipped}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn table_that_is_dropped_while_policies_are_read_hides_no_policy_of_others() {
    let fixture = fixture(true).await;
    fixture.workspace.set_faults(no_policies_on("table/prod.a.plain")).unwrap();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(policy_facets(&report, "prod"), [FacetStatus::Carried], "{report:#?}");
    assert_eq!(seen(&fixture, "dev").await, masked());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_left_out_are_not_asked_for_their_policies() {
    let fixture = fixture(true).await;
    let mut settings = settings();
    settings.selection.exclude_tables = Some(Pattern::new("^plain$").unwrap());
    fixture.sent.clear();
    fixture.plan(&settings).await;
    assert_eq!(fixture.sent.count("/policies/table/prod.a.hidden"), 1);
    assert_eq!(fixture.sent.count("/policies/table/prod.a.plain"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_security_no_policy_is_read_or_made() {
    let fixture = fixture(true).await;
    let mut settings = settings();
    settings.copy.security = false;
    fixture.sent.clear();
    fixture.clone_with(&settings).await;
    assert_eq!(fixture.sent.count("/policies"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_clone_leaves_no_policy() {
    let fixture = fixture(true).await;
    let report = fixture.clone_with(&settings()).await;
    require_undone(&fixture, &report).await;
    assert!(fixture.client.get_catalog(name("dev").catalog()).await.is_err());
    assert_eq!(seen(&fixture, "prod").await, masked());
}

/// Settings that give a principal of the source another name.
fn with_principal(source: &str, destination: &str) -> Settings {
    let mapping = [(source.to_owned(), destination.to_owned())];
    let principal_mapping = clxs_clone::settings::PrincipalMapping::new(mapping.into()).unwrap();
    Settings { principal_mapping, ..settings() }
}

#[tokio::test(flavor = "multi_thread")]
async fn principal_that_does_not_exist_is_left_out_of_the_exempt_ones_and_told() {
    let fixture = fixture(true).await;
    let report = fixture.clone_with(&with_principal("hr", "nobody_dev")).await;
    let facets = policy_facets(&report, "prod");
    let [FacetStatus::Changed { detail }] = facets.as_slice() else { panic!("{report:#?}") };
    assert!(detail.contains("nobody_dev"), "{detail}");
    assert_eq!(seen(&fixture, "dev").await, masked());
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_that_would_lose_whom_it_binds_fails_and_keeps_back_the_rows_that_it_is_about() {
    let fixture = fixture(true).await;
    fixture.workspace.create_group("bound", &["reader@example.com"]).await.unwrap();
    fixture.workspace.create_group("others", &[]).await.unwrap();
    fixture
        .sql(
            "DROP POLICY hide_ssn ON CATALOG prod;\n\
             CREATE POLICY hide_ssn ON CATALOG prod COLUMN MASK prod.z.hide TO bound, others FOR TABLES MATCH COLUMNS has_tag('pii') AS ssn ON COLUMN ssn;\n",
        )
        .await;
    let report = fixture.clone_with(&with_principal("bound", "bound_dev")).await;
    let facets = policy_facets(&report, "prod");
    let [FacetStatus::Failed { error }] = facets.as_slice() else { panic!("{report:#?}") };
    assert!(error.contains("hide_ssn is to bind bound_dev"), "{error}");
    assert!(matches!(outcome(&report, "prod.a.people"), Outcome::Failed { .. }), "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "0");
    assert_eq!(outcome(&report, "prod.b.sales"), Outcome::Created);
    fixture.workspace.create_group("bound_dev", &["reader@example.com"]).await.unwrap();
    let report = fixture.clone_with(&with_principal("bound", "bound_dev")).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(seen(&fixture, "dev").await, masked());
}

#[tokio::test(flavor = "multi_thread")]
async fn run_whose_answers_are_lost_is_whole_at_its_end() {
    let fixture = fixture(true).await;
    let lost = |statement: &str| json!({"statement": statement, "times": 1, "effect": "lost_after"});
    let rules =
        ["CREATE TABLE *people*", "CREATE OR REPLACE TABLE *people* DEEP CLONE *", "ALTER TABLE *SET TAGS*"];
    fixture.workspace.set_faults(faults(&rules.map(lost))).unwrap();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(seen(&fixture, "dev").await, masked());
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn shallow_clones_get_their_policies_before_anybody_is_let_in() {
    let fixture = fixture(true).await;
    let settings = Settings { clone_type: CloneType::Shallow, ..settings() };
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(seen(&fixture, "dev").await, masked());
    fixture.query("DROP TABLE dev.a.people").await;
    let skipped = reason(&fixture.plan(&settings).await, "prod.a.people");
    assert!(skipped.contains("clone it deep"), "{skipped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shallow_clones_that_become_deep_ones_get_their_tags_before_their_rows() {
    let fixture = fixture(true).await;
    fixture.clone_with(&Settings { clone_type: CloneType::Shallow, ..settings() }).await;
    let report = fixture.clone_with(&Settings { force_reclone: true, ..settings() }).await;
    assert!(matches!(outcome(&report, "prod.a.people"), Outcome::Replaced), "{report:#?}");
    assert_eq!(seen(&fixture, "dev").await, masked());
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_that_the_workspace_answers_for_and_does_not_change_fails_when_it_is_read_back() {
    let fixture = fixture(true).await;
    fixture.clone_with(&settings()).await;
    let mut changed = policies(&fixture, SecurableKind::Catalog, "dev").await.remove(0);
    changed.except_principals = vec!["hr_dev".into()];
    fixture.client.update_policy(&SecurableKind::Catalog, &name("dev"), "hide_ssn", &changed).await.unwrap();
    let engine = crate::read_back::engine(&fixture, "PATCH /api/2.1/unity-catalog/policies/");
    let plan = engine.plan(&settings()).await.unwrap();
    let report = engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    let facets = policy_facets(&report, "prod");
    let [FacetStatus::Failed { error }] = facets.as_slice() else { panic!("{report:#?}") };
    assert!(error.contains("its policy hide_ssn was not as it was written"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_writes_policies_alone_reads_nothing_else_back() {
    let fixture = fixture(true).await;
    fixture.clone_with(&settings()).await;
    fixture.query("DROP POLICY hide_ssn ON CATALOG dev").await;
    let plan = fixture.plan(&settings()).await;
    fixture.sent.clear();
    fixture.engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(fixture.sent.count("information_schema"), 0, "{:#?}", fixture.sent.all());
    assert_eq!(fixture.sent.count("GET /api/2.1/unity-catalog/policies/catalog/dev"), 1);
}

/// The features that a table lists.
async fn features(fixture: &Fixture, table: &str) -> BTreeSet<String> {
    let properties = fixture.client.get_table(&name(table)).await.unwrap().properties.unwrap();
    properties.into_keys().filter(|key| key.starts_with("delta.feature.")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn table_whose_column_no_plain_table_can_have_is_cloned_under_its_policy() {
    let fixture = fixture(true).await;
    fixture
        .sql(
            "CREATE TABLE prod.a.mapped (`a b` STRING DEFAULT 'x') TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.feature.allowColumnDefaults' = 'supported');\n\
             ALTER TABLE prod.a.mapped ALTER COLUMN `a b` SET TAGS ('pii' = 'ssn');\n\
             INSERT INTO prod.a.mapped VALUES ('111');\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.mapped"), Outcome::Created, "{report:#?}");
    assert_eq!(seen_by_reader(&fixture, "SELECT * FROM dev.a.mapped").await, ["***"]);
    assert_eq!(features(&fixture, "dev.a.mapped").await, features(&fixture, "prod.a.mapped").await);
}

/// The tags are read for that, and are not carried.
#[tokio::test(flavor = "multi_thread")]
async fn table_that_no_policy_is_about_by_its_tags_is_cloned_where_tags_are_not_carried() {
    let fixture = fixture(true).await;
    fixture.query("CREATE TABLE prod.z.plain AS SELECT 1 AS id").await;
    let mut untagged = settings();
    untagged.copy.tags = false;
    let plan = fixture.plan(&untagged).await;
    assert!(reason(&plan, "prod.a.people").contains("copy_tags is off"), "{plan}");
    let untouched = plan.securables.iter().find(|it| it.source == name("prod.z.plain")).unwrap();
    assert_eq!(untouched.change, PlannedChange::Create, "{plan}");
    assert!(!plan.steps.iter().any(|step| matches!(step.facet, Facet::Tags | Facet::ColumnTags)), "{plan}");
}
