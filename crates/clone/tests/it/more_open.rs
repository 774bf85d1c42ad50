//! Views and functions over copies that stay more open than the source's tables.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, Plan};
use clxs_clone::settings::{LoadType, Pattern};
use clxs_clone::{FacetStatus, Outcome, Report, Settings};
use rstest::rstest;

use crate::catalogs::{identifier, name, settings};
use crate::embedded::{Fixture, Reached, outcome, query_as};

/// A clone of two tables, one of which a policy is going to be about by its tags.
async fn cloned() -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.workspace.create_token("reader@example.com").await.unwrap();
    let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
    fixture.workspace.create_group("hr", &[caller.as_str()]).await.unwrap();
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\nCREATE SCHEMA prod.pub;\n\
             CREATE FUNCTION prod.pub.hide(x STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('hr') THEN x ELSE '***' END;\n\
             CREATE FUNCTION prod.pub.nothing() RETURNS BOOLEAN RETURN false;\n\
             CREATE TABLE prod.s.t (ssn STRING);\nINSERT INTO prod.s.t VALUES ('CLEAR');\n\
             CREATE TABLE prod.s.plain (id INT);\nINSERT INTO prod.s.plain VALUES (1);\n\
             CREATE VIEW prod.s.inner AS SELECT * FROM prod.s.t;\n\
             GRANT USE CATALOG, USE SCHEMA ON CATALOG prod TO `reader@example.com`;\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
}

const MASK: &str = "ALTER TABLE prod.s.t ALTER COLUMN ssn SET MASK prod.pub.hide;\n";
const ON_TABLE: &str = "CREATE POLICY late ON TABLE prod.s.t ROW FILTER prod.pub.nothing TO `account users` EXCEPT hr FOR TABLES;\n";
const ON_SCHEMA: &str = "ALTER TABLE prod.s.t SET TAGS ('secret' = '');\n\
    CREATE POLICY late ON SCHEMA prod.s ROW FILTER prod.pub.nothing TO `account users` EXCEPT hr FOR TABLES WHEN has_tag('secret');\n";
const BY_TAG: &str = "ALTER TABLE prod.s.t ALTER COLUMN ssn SET TAGS ('pii' = '');\n\
    CREATE POLICY late ON CATALOG prod COLUMN MASK prod.pub.hide TO `account users` EXCEPT hr FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;\n";

/// What came to the source since, over all of it.
const TEXTS: &str = "CREATE VIEW prod.pub.v AS SELECT * FROM prod.s.t;\n\
    CREATE VIEW prod.pub.w AS SELECT * FROM prod.pub.v;\n\
    CREATE VIEW prod.pub.through AS SELECT * FROM prod.s.inner;\n\
    CREATE FUNCTION prod.pub.f() RETURNS STRING RETURN (SELECT max(ssn) FROM prod.s.t);\n\
    CREATE VIEW prod.pub.ordinary AS SELECT * FROM prod.s.plain;\n\
    GRANT SELECT ON SCHEMA prod.pub TO `reader@example.com`;\n\
    GRANT EXECUTE ON FUNCTION prod.pub.f TO `reader@example.com`;\n";

fn excluded() -> Settings {
    let mut settings = settings();
    settings.selection.exclude_tables = Some(Pattern::new("^t$").unwrap());
    settings
}

fn included() -> Settings {
    let mut settings = settings();
    settings.selection.include_tables = Some(Pattern::new("^(v|w|through|ordinary)$").unwrap());
    settings
}

fn schema_left_out() -> Settings {
    let mut settings = settings();
    settings.selection.include_schemas = vec![identifier("pub")];
    settings
}

fn incremental() -> Settings {
    Settings { load_type: LoadType::Incremental, ..settings() }
}

fn require_kept_back(report: &Report) {
    for text in ["v", "w", "through", "f"] {
        let outcome = outcome(report, &format!("prod.pub.{text}"));
        let Outcome::Skipped { reason } = outcome else { panic!("{text}: {report:#?}") };
        assert!(reason.contains("prod.s.t") || reason.contains("prod.pub.v"), "{text}: {reason}");
    }
    assert_eq!(outcome(report, "prod.pub.ordinary"), Outcome::Created, "{report:#?}");
}

#[rstest]
#[case::mask_and_excluded_table(MASK, excluded())]
#[case::mask_and_others_included(MASK, included())]
#[case::mask_and_schema_left_out(MASK, schema_left_out())]
#[case::mask_and_incremental(MASK, incremental())]
#[case::policy_on_an_excluded_table(ON_TABLE, excluded())]
#[case::policy_on_a_table_of_a_schema_left_out(ON_TABLE, schema_left_out())]
#[case::policy_on_a_schema_left_out(ON_SCHEMA, schema_left_out())]
#[case::policy_on_a_schema_and_incremental(ON_SCHEMA, incremental())]
#[case::policy_by_a_tag_of_an_excluded_table(BY_TAG, excluded())]
#[case::policy_by_a_tag_in_a_schema_left_out(BY_TAG, schema_left_out())]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_made_over_a_copy_that_stays_more_open_than_its_source(
    #[case] guard: &str,
    #[case] settings: Settings,
) {
    let fixture = cloned().await;
    fixture.sql(guard).await;
    fixture.sql(TEXTS).await;
    require_kept_back(&fixture.clone_with(&settings).await);
    let report = fixture.clone_with(&crate::catalogs::settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    for read in ["max(ssn) FROM dev.pub.w", "max(ssn) FROM dev.pub.through", "dev.pub.f()"] {
        let rows = query_as(&fixture.client_as("reader@example.com").await, &format!("SELECT {read}")).await;
        let seen = rows.get(0).unwrap().cells()[0].clone();
        assert_ne!(seen.as_deref(), Some("CLEAR"), "{read}");
    }
    let later = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&later, "prod.pub.ordinary"), unchanged(&settings));
}

fn unchanged(settings: &Settings) -> Outcome {
    match settings.load_type {
        LoadType::Incremental => {
            Outcome::Skipped { reason: "the destination has it (INCREMENTAL)".to_owned() }
        }
        _ => Outcome::Unchanged,
    }
}

#[rstest]
#[case::excluded(excluded())]
#[case::schema_left_out(schema_left_out())]
#[case::incremental(incremental())]
#[tokio::test(flavor = "multi_thread")]
async fn views_and_functions_over_copies_that_are_left_out_and_as_guarded_as_their_source_are_made(
    #[case] settings: Settings,
) {
    let fixture = cloned().await;
    fixture.sql(MASK).await;
    fixture.sql(BY_TAG).await;
    fixture.clone_with(&crate::catalogs::settings()).await;
    fixture.sql(TEXTS).await;
    let report = fixture.clone_with(&settings).await;
    for text in ["v", "w", "through", "f", "ordinary"] {
        assert_eq!(outcome(&report, &format!("prod.pub.{text}")), Outcome::Created, "{report:#?}");
    }
}

fn told_open(plan: &Plan, copy: &str) -> usize {
    let begin = format!("{copy} is there without what guards it in the source");
    plan.findings.iter().filter(|finding| finding.message.starts_with(&begin)).count()
}

#[rstest]
#[case::mask(MASK, Facet::ColumnMasks, excluded())]
#[case::policy_that_is_not_carried(BY_TAG, Facet::Policies, excluded())]
#[tokio::test(flavor = "multi_thread")]
async fn copy_that_the_selection_leaves_as_it_is_is_said_to_be_open(
    #[case] guard: &str,
    #[case] facet: Facet,
    #[case] settings: Settings,
) {
    let fixture = cloned().await;
    assert!(fixture.clone_with(&settings).await.missed(&[facet]).is_empty());
    fixture.sql(guard).await;
    assert_eq!(told_open(&fixture.plan(&settings).await, "dev.s.t"), 1);
    let report = fixture.clone_with(&settings).await;
    assert!(report.missed(&[facet]).iter().any(|(securable, _)| securable.source == name("prod.s.t")));
    fixture.clone_with(&crate::catalogs::settings()).await;
    assert_eq!(told_open(&fixture.plan(&settings).await, "dev.s.t"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_newly_let_into_a_view_that_is_there_over_a_copy_that_stays_more_open() {
    let fixture = cloned().await;
    fixture.sql(MASK).await;
    fixture.query("GRANT SELECT ON VIEW prod.s.inner TO `reader@example.com`").await;
    let report = fixture.clone_with(&excluded()).await;
    let inner = report.securables.iter().find(|it| it.source == name("prod.s.inner")).unwrap();
    let grants = inner.facets.iter().find(|it| it.facet == Facet::Grants).unwrap();
    let FacetStatus::Impossible { reason } = &grants.status else { panic!("{report:#?}") };
    assert!(reason.contains("prod.s.t"), "{reason}");
}

/// Somebody put a view that masks in the place of a table.
#[tokio::test(flavor = "multi_thread")]
async fn older_table_where_the_source_has_a_view_is_named_and_nothing_new_is_made_over_it() {
    let fixture = cloned().await;
    fixture
        .sql(
            "ALTER TABLE prod.s.t RENAME TO prod.s.raw;\n\
             CREATE OR REPLACE VIEW prod.s.t AS SELECT '***' AS ssn FROM prod.s.raw;\n\
             CREATE VIEW prod.pub.v AS SELECT * FROM prod.s.t;\n",
        )
        .await;
    for settings in [settings(), schema_left_out()] {
        let plan = fixture.plan(&settings).await;
        let told = plan.findings.iter().filter(|it| it.message.starts_with("dev.s.t is a table, where"));
        assert_eq!(told.count(), usize::from(settings.selection.include_schemas.is_empty()), "{plan}");
        let report = fixture.clone_with(&settings).await;
        let Outcome::Skipped { reason } = outcome(&report, "prod.pub.v") else { panic!("{report:#?}") };
        assert!(reason.contains("dev.s.t is a table, where the source has a view"), "{reason}");
    }
    let report = fixture.clone_with(&settings()).await;
    for facet in [Facet::ColumnMasks, Facet::RowFilter, Facet::Policies, Facet::Grants] {
        let missed = report.missed(&[facet]);
        assert!(missed.iter().any(|(securable, _)| securable.source == name("prod.s.t")), "{facet}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_that_are_left_out_are_asked_for_no_more_than_what_new_texts_read() {
    let fixture = cloned().await;
    fixture.sent.clear();
    fixture.plan(&schema_left_out()).await;
    assert_eq!(asked(&fixture), 0, "{:#?}", fixture.sent.all());
    fixture.sql(TEXTS).await;
    fixture.sent.clear();
    fixture.plan(&schema_left_out()).await;
    assert_eq!(asked(&fixture), 3, "{:#?}", fixture.sent.all());
}

/// How often a table or view of the schema was read by itself.
fn asked(fixture: &Fixture) -> usize {
    fixture.sent.count("GET /api/2.1/unity-catalog/tables/prod.s.")
}
