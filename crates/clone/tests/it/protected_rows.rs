//! Protected tables of which some rows, none, or those of one moment are cloned, on the embedded workspace.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{AsSql, Facet};
use clxs_clone::settings::{Conditions, RowScope};
use clxs_clone::{FacetStatus, Outcome, Settings, SilentObserver};
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::outcome;
use crate::protected::{Guarded, reason, status};
use crate::rollback::roll_back;

fn with_condition(condition: &str) -> Settings {
    let written = [("a.people".to_owned(), condition.to_owned())];
    let where_clauses = Conditions::new(written.iter().map(|(table, text)| (table, text))).unwrap();
    Settings { where_clauses, ..settings() }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_meet_a_condition_on_a_masked_column_come_guarded_and_are_refreshed() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    let some = with_condition("ssn = '111' OR region = 'US' AND ssn IS NULL");
    let report = fixture.clone_with(&some).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Created, "{report:#?}");
    assert_eq!(status(&report, Facet::RowFilter), Some(FacetStatus::Carried));
    let ids = async || guarded.seen_by_caller("SELECT id FROM dev.a.people ORDER BY id").await;
    assert_eq!(ids().await, [[Some("7".to_owned())], [Some("11".to_owned())]]);
    assert_eq!(
        guarded.seen_by_reader("SELECT id, ssn FROM dev.a.people").await,
        [[Some("7".to_owned()), Some("***".to_owned())]]
    );
    assert!(fixture.plan(&some).await.is_empty());
    fixture.query("INSERT INTO prod.a.people (ssn, region) VALUES ('111', 'US')").await;
    let report = fixture.clone_with(&some).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    assert_eq!(ids().await.len(), 3);
    let other = with_condition("region = 'EU'");
    let report = fixture.clone_with(&other).await;
    let told: Vec<_> =
        report.findings.iter().filter(|it| it.message.contains("history keeps the rows")).collect();
    assert_eq!(told.len(), 1, "{report:#?}");
    assert_eq!(ids().await, [[Some("7".to_owned())]]);
    assert!(fixture.plan(&other).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_meet_a_condition_are_not_copied_for_a_caller_who_is_masked() {
    let guarded = Guarded::new(false).await;
    let plan = guarded.fixture.plan(&with_condition("region = 'EU'")).await;
    assert!(reason(&plan, "prod.a.people").contains("is not proven to show you everything"), "{plan}");
}

/// Nobody has to see rows that are not copied.
#[tokio::test(flavor = "multi_thread")]
async fn protected_table_is_made_guarded_and_empty_also_for_a_caller_who_is_masked() {
    let guarded = Guarded::new(false).await;
    let fixture = &guarded.fixture;
    let only = Settings { schema_only: true, ..settings() };
    let report = fixture.clone_with(&only).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Created, "{report:#?}");
    assert_eq!(status(&report, Facet::ColumnMasks), Some(FacetStatus::Carried));
    assert!(!matches!(status(&report, Facet::Definition), Some(FacetStatus::Changed { .. })));
    let made = async |catalog: &str| {
        let made = fixture.number(&format!("SHOW CREATE TABLE {catalog}.a.people")).await;
        let made: Vec<_> = made.lines().filter(|line| !line.contains("clxs.copy")).collect();
        made.join("\n").replace(&format!("{catalog}."), "")
    };
    assert_eq!(made("dev").await, made("prod").await);
    assert!(made("dev").await.contains("GENERATED ALWAYS AS IDENTITY"));
    fixture.query("INSERT INTO dev.a.people (ssn, region) VALUES ('1', 'EU'), ('2', 'US')").await;
    let seen = guarded.seen_by_reader("SELECT ssn FROM dev.a.people").await;
    assert_eq!(seen, [[Some("***".to_owned())]]);
    let plan = fixture.plan(&only).await;
    assert!(reason(&plan, "prod.a.people").contains("edited in the destination"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn consistent_clone_has_protected_tables_that_nobody_wrote_since() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    let consistent = Settings { consistent: true, ..settings() };
    let report = fixture.clone_with(&consistent).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Created, "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "3");
    assert!(fixture.plan(&consistent).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_table_that_is_written_between_cut_and_copy_is_left_empty_and_says_so() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    let consistent = Settings { consistent: true, ..with_condition("region = 'EU'") };
    let plan = fixture.plan(&consistent).await;
    fixture.query("INSERT INTO prod.a.people (ssn, region) VALUES ('333', 'EU')").await;
    let report =
        fixture.engine.run(&consistent, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    let Outcome::Failed { error } = outcome(&report, "prod.a.people") else { panic!("{report:#?}") };
    assert!(error.contains("was written after version 1, which was asked for"), "{error}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "0");
    let report = fixture.clone_with(&consistent).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.a.people").await, "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_version_of_a_protected_table_is_left_out_with_the_reason_and_nothing_else() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    fixture.query("CREATE TABLE prod.a.plain AS SELECT 1 AS id").await;
    let version = [("a.people".to_owned(), 0)].into();
    let earlier = Settings { as_of_tables: version, ..settings() };
    let plan = fixture.plan(&earlier).await;
    let reason = reason(&plan, "prod.a.people");
    assert!(reason.contains("version 0 is asked for, it has version 1"), "{reason}");
    let report = fixture.clone_with(&earlier).await;
    assert_eq!(outcome(&report, "prod.a.plain"), Outcome::Created);
    assert!(fixture.client.get_table(&name("dev.a.people")).await.is_err());
    // Its definition is no version.
    let only = Settings { schema_only: true, ..earlier };
    assert_eq!(only.rows_of(&name("prod.a.people")), RowScope::None);
    assert_eq!(outcome(&fixture.clone_with(&only).await, "prod.a.people"), Outcome::Created);
}

#[tokio::test(flavor = "multi_thread")]
async fn column_that_the_source_got_with_a_mask_is_never_there_without_it() {
    let guarded = Guarded::new(true).await;
    let fixture = &guarded.fixture;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE prod.a.people ADD COLUMN iban STRING;\n\
             ALTER TABLE prod.a.people ALTER COLUMN iban SET MASK prod.z.hide USING COLUMNS ('no');\n\
             INSERT INTO prod.a.people (ssn, region, iban) VALUES ('333', 'EU', 'DE1');\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    let seen = guarded.seen_by_reader("SELECT iban FROM dev.a.people WHERE id > 11").await;
    assert_eq!(seen, [[Some("no".to_owned())]]);
    assert_eq!(fixture.number("SELECT max(iban) FROM dev.a.people").await, "DE1");
    assert!(fixture.plan(&settings()).await.is_empty());
    let undo = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let sql = AsSql(&undo).to_string();
    assert!(sql.contains("RESTORE") && !sql.contains("DROP MASK"), "{sql}");
    let undone = roll_back(fixture, &report, false).await;
    assert_eq!((undone.state, undo.findings), (RunState::Succeeded, Vec::new()), "{undone:#?}");
    assert_eq!(
        guarded.seen_by_reader("SELECT count(*) FROM dev.a.people WHERE ssn = '333'").await,
        [[Some("0".to_owned())]]
    );
}
