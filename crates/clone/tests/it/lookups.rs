//! Guards whose functions look up in other tables who may see what.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, PlannedChange};
use clxs_clone::settings::{Conditions, LoadType, Pattern};
use clxs_clone::{Outcome, Settings};
use clxs_workspace::FaultPlan;
use rstest::rstest;
use serde_json::json;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, outcome};
use crate::policies::{fixture, reason, seen_by_reader};

/// One table under a policy and one with a row filter, both for whom no table denies them, and that through a view.
const LOOKUPS: &str = "
CREATE TABLE prod.z.denied (who STRING, id INT);
INSERT INTO prod.z.denied VALUES ('nobody@example.com', 1);
INSERT INTO prod.z.denied VALUES ('reader@example.com', 900);
CREATE VIEW prod.z.all_denied AS SELECT who FROM prod.z.denied;
CREATE FUNCTION prod.z.is_let_in() RETURNS BOOLEAN RETURN NOT EXISTS (SELECT 1 FROM prod.z.denied WHERE who = current_user());
CREATE FUNCTION prod.z.lets_in(id INT) RETURNS BOOLEAN RETURN CASE WHEN is_account_group_member('hr') THEN true ELSE NOT EXISTS (SELECT 1 FROM prod.z.all_denied WHERE who = current_user()) END;
CREATE TABLE prod.z.policed (id INT);
INSERT INTO prod.z.policed VALUES (1);
CREATE TABLE prod.z.filtered (id INT) WITH ROW FILTER prod.z.lets_in ON (id);
INSERT INTO prod.z.filtered VALUES (1);
CREATE POLICY let_in ON TABLE prod.z.policed ROW FILTER prod.z.is_let_in TO `account users` EXCEPT hr FOR TABLES;
";

const GUARDED: [&str; 2] = ["policed", "filtered"];

async fn lookups() -> Fixture {
    let fixture = fixture(true).await;
    fixture.sql(LOOKUPS).await;
    fixture
}

/// How many rows the reader sees whom the source lets see none.
async fn require_hidden(fixture: &Fixture) {
    for table in GUARDED {
        let seen = seen_by_reader(fixture, &format!("SELECT id FROM dev.z.{table}")).await;
        assert_eq!(seen, Vec::<String>::new(), "{table}");
    }
}

fn some_rows() -> Settings {
    let where_clauses = Conditions::new([(&"z.denied".to_owned(), &"id < 100".to_owned())]).unwrap();
    Settings { where_clauses, ..settings() }
}

fn earlier() -> Settings {
    Settings { as_of_tables: [("z.denied".to_owned(), 1)].into(), ..settings() }
}

fn left_out() -> Settings {
    let mut settings = settings();
    settings.selection.exclude_tables = Some(Pattern::new("^denied$").unwrap());
    settings
}

#[rstest]
#[case::some_rows(some_rows())]
#[case::earlier(earlier())]
#[case::left_out(left_out())]
#[tokio::test(flavor = "multi_thread")]
async fn tables_are_left_out_where_the_copy_of_what_their_guards_look_up_is_not_whole(
    #[case] settings: Settings,
) {
    let fixture = lookups().await;
    let plan = fixture.plan(&settings).await;
    for table in GUARDED {
        let skipped = reason(&plan, &format!("prod.z.{table}"));
        assert!(skipped.contains("prod.z.denied"), "{skipped}");
    }
    let report = fixture.clone_with(&settings).await;
    assert!(!report.missed(&[Facet::Policies]).is_empty(), "{report:#?}");
    assert_eq!(report.missed(&[Facet::RowFilter]).len(), 1, "{report:#?}");
    fixture.clone_with(&crate::catalogs::settings()).await;
    require_hidden(&fixture).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_guards_look_up_comes_before_the_rows_and_is_refreshed_before_them() {
    let fixture = lookups().await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    require_hidden(&fixture).await;
    assert!(fixture.plan(&settings()).await.is_empty());
    fixture
        .sql(
            "INSERT INTO prod.z.denied VALUES ('reader@example.com', 901);\n\
             INSERT INTO prod.z.policed VALUES (2);\nINSERT INTO prod.z.filtered VALUES (2);\n",
        )
        .await;
    let refusal = json!({"statement": "CREATE OR REPLACE TABLE `dev`.`z`.`denied`*", "times": 9, "effect": "fail_statement"});
    let faults: FaultPlan = serde_json::from_value(json!({ "rules": [refusal] })).unwrap();
    fixture.workspace.set_faults(faults).unwrap();
    let report = fixture.clone_with(&settings()).await;
    for table in GUARDED {
        let blocked = outcome(&report, &format!("prod.z.{table}"));
        assert!(matches!(blocked, Outcome::Failed { .. }), "{table}: {report:#?}");
        assert_eq!(fixture.number(&format!("SELECT count(*) FROM dev.z.{table}")).await, "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stay_back_and_copies_are_said_to_be_open_where_somebody_edited_what_their_guards_look_up() {
    let fixture = lookups().await;
    fixture.clone_with(&settings()).await;
    fixture.query("DELETE FROM dev.z.denied WHERE id = 900").await;
    let report = fixture.clone_with(&settings()).await;
    for (table, facet) in [("policed", Facet::Policies), ("filtered", Facet::RowFilter)] {
        let open = format!("dev.z.{table} is there without what guards it in the source");
        let told = report.findings.iter().find(|finding| finding.message.starts_with(&open));
        assert!(told.is_some_and(|told| told.message.contains("prod.z.denied")), "{report:#?}");
        let missed = report.missed(&[facet]);
        assert!(missed.iter().any(|(it, _)| it.source == name(&format!("prod.z.{table}"))), "{report:#?}");
    }
    fixture.sql("INSERT INTO prod.z.policed VALUES (2);\nINSERT INTO prod.z.filtered VALUES (2);\n").await;
    for table in GUARDED {
        let skipped = reason(&fixture.plan(&settings()).await, &format!("prod.z.{table}"));
        assert!(skipped.contains("prod.z.denied") && skipped.contains("edited"), "{skipped}");
    }
    let overwriting = Settings { overwrite_edits: true, ..settings() };
    let plan = fixture.plan(&overwriting).await;
    let policed = plan.securables.iter().find(|it| it.source == name("prod.z.policed")).unwrap();
    assert!(matches!(policed.change, PlannedChange::Replace { .. }), "{plan}");
    fixture.clone_with(&overwriting).await;
    require_hidden(&fixture).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incremental_brings_a_new_table_while_what_its_policy_looks_up_is_as_in_the_source() {
    let fixture = lookups().await;
    fixture.clone_with(&settings()).await;
    let incremental = Settings { load_type: LoadType::Incremental, ..settings() };
    fixture.sent.clear();
    fixture.plan(&incremental).await;
    assert_eq!(fixture.sent.count("DESCRIBE HISTORY `dev`"), 0, "{:#?}", fixture.sent.all());
    fixture
        .sql(
            "CREATE TABLE prod.z.more AS SELECT 1 AS id;\n\
             CREATE POLICY let_in ON TABLE prod.z.more ROW FILTER prod.z.is_let_in TO `account users` EXCEPT hr FOR TABLES;\n",
        )
        .await;
    let plan = fixture.plan(&incremental).await;
    let more = plan.securables.iter().find(|it| it.source == name("prod.z.more")).unwrap();
    assert_eq!(more.change, PlannedChange::Create, "{plan}");
    fixture.query("INSERT INTO prod.z.denied VALUES ('reader@example.com', 901)").await;
    let skipped = reason(&fixture.plan(&incremental).await, "prod.z.more");
    assert!(skipped.contains("reads prod.z.denied, which is left out"), "{skipped}");
}
