//! Copies that are, or would be, open where policies or guards hide something of their source.

use clxs_clone::plan::{Facet, Plan, PlannedChange};
use clxs_clone::settings::LoadType;
use clxs_clone::{Report, Settings};
use rstest::rstest;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};
use crate::policies::{fixture, reason, seen_by_reader};

/// What a plan says of a copy that is open.
fn told_open(plan: &Plan, copy: &str) -> Vec<String> {
    let begin = format!("{copy} is there without what guards it in the source");
    let told = plan.findings.iter().filter(|finding| finding.message.starts_with(&begin));
    told.map(|finding| finding.message.clone()).collect()
}

/// Whether `--require` of this facet would make an error of a table.
fn is_missed(report: &Report, facet: Facet, table: &str) -> bool {
    report.missed(&[facet]).iter().any(|(securable, _)| securable.source == name(table))
}

const POLICY: &str = "CREATE POLICY late ON SCHEMA prod.b ROW FILTER prod.z.nothing TO `account users` EXCEPT hr FOR TABLES;\n";
const CHANGED: &str = "DROP POLICY only_eu ON SCHEMA prod.b;\n\
    CREATE POLICY only_eu ON SCHEMA prod.b ROW FILTER prod.z.in_eu TO `account users` FOR TABLES MATCH COLUMNS has_tag('region') AS region USING COLUMNS (region);\n";
const ON_TABLE: &str = "CREATE POLICY late ON TABLE prod.b.sales ROW FILTER prod.z.nothing TO `account users` EXCEPT hr FOR TABLES;\n";
const TAGS: &str = "ALTER TABLE prod.b.sales ALTER COLUMN region SET TAGS ('pii' = 'ssn');\nALTER SCHEMA prod.b SET TAGS ('personal' = '');\n";
const FUNCTION: &str =
    "CREATE OR REPLACE FUNCTION prod.z.in_eu(region STRING) RETURNS BOOLEAN RETURN false;\n";

#[rstest]
#[case::new_policy(POLICY, "late")]
#[case::changed_policy(CHANGED, "only_eu")]
#[case::policy_of_its_own(ON_TABLE, "late")]
#[case::new_tags(TAGS, "hide_ssn")]
#[case::changed_function(FUNCTION, "only_eu")]
#[tokio::test(flavor = "multi_thread")]
async fn copy_that_a_load_type_leaves_as_it_is_is_said_to_be_open_where_a_policy_came_to_its_source(
    #[case] change: &str,
    #[case] policy: &str,
) {
    let fixture = fixture(true).await;
    fixture.clone_with(&settings()).await;
    let of_type = |load_type| Settings { load_type, ..settings() };
    let types = [LoadType::Incremental, LoadType::Selective].map(of_type);
    for settings in &types {
        assert_eq!(told_open(&fixture.plan(settings).await, "dev.b.sales"), Vec::<String>::new());
        assert!(fixture.clone_with(settings).await.missed(&[Facet::Policies]).is_empty());
    }
    fixture.sql(change).await;
    for settings in &types {
        let told = told_open(&fixture.plan(settings).await, "dev.b.sales");
        assert!(told.iter().any(|message| message.contains(policy)), "{told:?}");
        assert!(is_missed(&fixture.clone_with(settings).await, Facet::Policies, "prod.b.sales"));
    }
    fixture.clone_with(&settings()).await;
    assert_eq!(told_open(&fixture.plan(&types[0]).await, "dev.b.sales"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_copy_is_said_to_be_open_where_the_tags_of_its_policy_are_not_carried() {
    let fixture = fixture(true).await;
    fixture.clone_with(&settings()).await;
    let mut untagged = settings();
    untagged.copy.tags = false;
    assert_eq!(told_open(&fixture.plan(&untagged).await, "dev.b.sales"), Vec::<String>::new());
    fixture.sql(TAGS).await;
    let told = told_open(&fixture.plan(&untagged).await, "dev.b.sales");
    assert!(
        told.iter().any(|message| message.contains("hide_ssn") && message.contains("`personal`")),
        "{told:?}"
    );
    assert!(is_missed(&fixture.clone_with(&untagged).await, Facet::Policies, "prod.b.sales"));
}

/// A clone of a table whose mask asks a function, with a filter that gets a constant.
async fn guarded() -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.a;\n\
             CREATE FUNCTION prod.a.hide(ssn STRING) RETURNS STRING RETURN ssn;\n\
             CREATE FUNCTION prod.a.above(id INT, low INT) RETURNS BOOLEAN RETURN true;\n\
             CREATE TABLE prod.a.people (id INT, ssn STRING MASK prod.a.hide) WITH ROW FILTER prod.a.above ON (id, 0);\n\
             INSERT INTO prod.a.people VALUES (1, '111');\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
}

#[rstest]
#[case::function(
    "CREATE OR REPLACE FUNCTION prod.a.hide(ssn STRING) RETURNS STRING RETURN '***'",
    Facet::ColumnMasks
)]
#[case::arguments("ALTER TABLE prod.a.people SET ROW FILTER prod.a.above ON (id, 7)", Facet::RowFilter)]
#[tokio::test(flavor = "multi_thread")]
async fn copy_whose_source_is_guarded_otherwise_since_is_said_to_be_open_where_it_stays_as_it_is(
    #[case] change: &str,
    #[case] facet: Facet,
) {
    let fixture = guarded().await;
    let incremental = Settings { load_type: LoadType::Incremental, ..settings() };
    assert!(fixture.clone_with(&incremental).await.missed(&[facet]).is_empty());
    fixture.query(change).await;
    assert_eq!(told_open(&fixture.plan(&incremental).await, "dev.a.people").len(), 1);
    assert!(is_missed(&fixture.clone_with(&incremental).await, facet, "prod.a.people"));
}

/// A clone of a table that its tag `public` exempts from a policy.
async fn exempt_by_tag() -> Fixture {
    let fixture = fixture(true).await;
    fixture
        .sql(
            "CREATE TABLE prod.z.open (ssn STRING);\n\
             ALTER TABLE prod.z.open SET TAGS ('public' = '');\n\
             ALTER TABLE prod.z.open ALTER COLUMN ssn SET TAGS ('name' = '');\n\
             CREATE POLICY not_public ON SCHEMA prod.z COLUMN MASK prod.z.hide TO `account users` EXCEPT hr FOR TABLES WHEN NOT has_tag('public') MATCH COLUMNS has_tag('name') AS ssn ON COLUMN ssn;\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stay_back_where_the_copy_keeps_a_tag_that_exempts_it_from_a_policy() {
    let fixture = exempt_by_tag().await;
    fixture
        .sql("ALTER TABLE prod.z.open UNSET TAGS ('public');\nINSERT INTO prod.z.open VALUES ('111');\n")
        .await;
    let skipped = reason(&fixture.plan(&settings()).await, "prod.z.open");
    assert!(skipped.contains("not_public") && skipped.contains("has the tag `public`"), "{skipped}");
    let report = fixture.clone_with(&settings()).await;
    assert!(is_missed(&report, Facet::Policies, "prod.z.open"));
    assert_eq!(seen_by_reader(&fixture, "SELECT ssn FROM dev.z.open").await, Vec::<String>::new());
    fixture.query("ALTER TABLE dev.z.open UNSET TAGS ('public')").await;
    fixture.clone_with(&settings()).await;
    assert_eq!(seen_by_reader(&fixture, "SELECT ssn FROM dev.z.open").await, ["***"]);
    fixture.query("ALTER TABLE dev.z.open ALTER COLUMN ssn UNSET TAGS ('name')").await;
    assert!(told_open(&fixture.plan(&settings()).await, "dev.z.open").is_empty(), "it gets its tag again");
}

#[tokio::test(flavor = "multi_thread")]
async fn tag_of_the_destination_s_schema_alone_keeps_rows_back_and_is_told_of_those_that_are_there() {
    let fixture = fixture(true).await;
    fixture
        .query("CREATE POLICY ours ON SCHEMA prod.b ROW FILTER prod.z.nothing TO `account users` EXCEPT hr FOR TABLES WHEN NOT has_tag('public')")
        .await;
    fixture.clone_with(&settings()).await;
    fixture.query("ALTER SCHEMA dev.b SET TAGS ('public' = '')").await;
    let plan = fixture.plan(&settings()).await;
    let told = told_open(&plan, "dev.b.sales");
    assert!(told.iter().any(|message| message.contains("`public`")), "{told:?}");
    fixture.query("CREATE TABLE prod.b.more AS SELECT 1 AS id").await;
    let skipped = reason(&fixture.plan(&settings()).await, "prod.b.more");
    assert!(skipped.contains("`public`"), "{skipped}");
    fixture.query("ALTER SCHEMA prod.b SET TAGS ('public' = '')").await;
    let plan = fixture.plan(&settings()).await;
    assert_eq!(told_open(&plan, "dev.b.sales"), Vec::<String>::new());
    let more = plan.securables.iter().find(|it| it.source == name("prod.b.more")).unwrap();
    assert_eq!(more.change, PlannedChange::Create);
}
