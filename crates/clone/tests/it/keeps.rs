//! What the source lost since it was cloned, or never had: the destination keeps it, and is told to.

use bytes::Bytes;
use clxs_clone::plan::{Facet, Finding};
use clxs_clone::settings::{CloneType, PrincipalMapping};
use clxs_clone::{FacetStatus, Settings};
use rstest::rstest;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};

const BEFORE: &str = "
ALTER CATALOG prod SET TAGS ('cost' = 'retail');
ALTER SCHEMA prod.silver SET DBPROPERTIES ('team' = 'sales');
ALTER VIEW prod.silver.daily SET TBLPROPERTIES ('team' = 'sales');
ALTER TABLE prod.bronze.items SET TAGS ('pii' = 'yes', 'zone' = 'raw');
ALTER TABLE prod.bronze.items ALTER COLUMN name SET TAGS ('pii' = 'name');
ALTER TABLE prod.bronze.items ALTER COLUMN id SET NOT NULL;
ALTER TABLE prod.bronze.items ADD CONSTRAINT items_pk PRIMARY KEY (id);
GRANT SELECT, MODIFY ON TABLE prod.bronze.orders TO `ann@example.com`;
";

#[rstest]
#[case::tag("ALTER CATALOG prod UNSET TAGS ('cost')", ("prod", Facet::Tags), "the tag cost")]
#[case::tags(
    "ALTER TABLE prod.bronze.items UNSET TAGS ('pii', 'zone')",
    ("prod.bronze.items", Facet::Tags),
    "the tags pii, zone"
)]
#[case::column_tag(
    "ALTER TABLE prod.bronze.items ALTER COLUMN name UNSET TAGS ('pii')",
    ("prod.bronze.items", Facet::ColumnTags),
    "the tag pii of name"
)]
#[case::property(
    "ALTER SCHEMA prod.silver UNSET DBPROPERTIES ('team')",
    ("prod.silver", Facet::Properties),
    "the property team"
)]
#[case::property_of_a_view(
    "ALTER VIEW prod.silver.daily UNSET TBLPROPERTIES ('team')",
    ("prod.silver.daily", Facet::Properties),
    "the property team"
)]
#[case::comment_of_a_catalog("COMMENT ON CATALOG prod IS NULL", ("prod", Facet::Comment), "its comment")]
#[case::comment_of_a_schema("COMMENT ON SCHEMA prod.bronze IS NULL", ("prod.bronze", Facet::Comment), "its comment")]
#[case::key(
    "ALTER TABLE prod.bronze.items DROP CONSTRAINT items_pk",
    ("prod.bronze.items", Facet::PrimaryKey),
    "the key items_pk"
)]
#[case::grants(
    "REVOKE SELECT, MODIFY ON TABLE prod.bronze.orders FROM `ann@example.com`",
    ("prod.bronze.orders", Facet::Grants),
    "MODIFY, SELECT to ann@example.com"
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_source_lost_is_kept_and_said_to_be_kept(
    #[case] lose: &str,
    #[case] (securable, facet): (&str, Facet),
    #[case] what: &str,
) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(BEFORE).await;
    fixture.clone_with(&settings()).await;
    let plan = fixture.plan(&settings()).await;
    assert!(plan.securables.iter().all(|it| it.facets.iter().all(|it| !is_kept(&it.status))), "{plan}");
    fixture.query(lose).await;
    let plan = fixture.plan(&settings()).await;
    assert!(plan.is_empty(), "{plan}");
    let planned = plan.securables.iter().find(|it| it.source == name(securable)).unwrap();
    let kept = planned.facets.iter().find(|it| it.facet == facet).map(|it| it.status.clone());
    let detail = format!("keeps {what}, which the source does not have");
    assert_eq!(kept, Some(FacetStatus::Changed { detail }), "{planned:#?}");
}

fn is_kept(status: &FacetStatus) -> bool {
    matches!(status, FacetStatus::Changed { detail } if detail.starts_with("keeps "))
}

#[tokio::test(flavor = "multi_thread")]
async fn securables_and_files_that_only_the_destination_has_are_named() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql("CREATE SCHEMA prod.old;\nCREATE VOLUME prod.bronze.scans;\nCREATE FUNCTION prod.bronze.f() RETURNS INT RETURN 1;\n").await;
    let file = Bytes::from_static(b"scan");
    fixture.client.upload_file(&name("prod.bronze.scans").into(), "lost.txt", file).await.unwrap();
    let report = fixture.clone_with(&settings()).await;
    let names_the_destination = |finding: &&Finding| finding.message.contains("the destination keeps");
    assert_eq!(report.findings.iter().find(names_the_destination), None);
    fixture
        .sql(
            "DROP SCHEMA prod.old;\nDROP TABLE prod.bronze.items;\nDROP VIEW prod.gold.best;\n\
             DROP FUNCTION prod.bronze.f;\nCREATE TABLE dev.bronze.mine (id INT);\n",
        )
        .await;
    fixture.client.delete_file(&name("prod.bronze.scans").into(), "lost.txt").await.unwrap();
    let plan = fixture.plan(&settings()).await;
    assert!(plan.is_empty(), "{plan}");
    let found: Vec<_> = plan.findings.iter().filter(names_the_destination).map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "prod: the destination keeps schema old, which the source does not have",
            "prod.bronze: the destination keeps table items, table mine, function f, which the source does not have",
            "prod.gold: the destination keeps view best, which the source does not have",
        ]
    );
    assert!(plan.to_string().contains("files: keeps lost.txt, which the source does not have"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_of_principals_who_are_called_otherwise_in_the_destination_are_not_its_own() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let mut settings = settings();
    let mapping = [("analysts@example.com".to_owned(), "dev-analysts@example.com".to_owned())];
    settings.principal_mapping = PrincipalMapping::new(mapping.into()).unwrap();
    fixture.clone_with(&settings).await;
    let plan = fixture.plan(&settings).await;
    assert!(plan.securables.iter().all(|it| it.facets.iter().all(|it| !is_kept(&it.status))), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_turn_off_what_is_said_of_their_facet() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(BEFORE).await;
    fixture.clone_with(&settings()).await;
    fixture.query("REVOKE SELECT ON TABLE prod.bronze.orders FROM `ann@example.com`").await;
    fixture.query("ALTER CATALOG prod UNSET TAGS ('cost')").await;
    fixture.query("COMMENT ON SCHEMA prod.bronze IS NULL").await;
    let mut settings = settings();
    (settings.copy.permissions, settings.copy.tags, settings.copy.comments) = (false, false, false);
    let plan = fixture.plan(&settings).await;
    assert!(plan.securables.iter().all(|it| it.facets.iter().all(|it| !is_kept(&it.status))), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn views_and_functions_that_are_replaced_keep_their_own_comments_and_properties() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE FUNCTION prod.gold.one() RETURNS INT RETURN 1;\n\
             CREATE VIEW prod.gold.two AS SELECT 2 AS two;\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "COMMENT ON VIEW dev.gold.two IS 'ours';\n\
             ALTER VIEW dev.gold.two SET TBLPROPERTIES ('team' = 'ours');\n\
             COMMENT ON FUNCTION dev.gold.one IS 'ours';\n\
             CREATE OR REPLACE FUNCTION prod.gold.one() RETURNS INT RETURN 11;\n\
             CREATE OR REPLACE VIEW prod.gold.two TBLPROPERTIES ('zone' = 'gold') AS SELECT 22 AS two;\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    assert_eq!(fixture.rows("SELECT two, dev.gold.one() FROM dev.gold.two").await, ["22|11"]);
    let view = fixture.client.get_table(&name("dev.gold.two")).await.unwrap();
    let properties = view.properties.unwrap();
    assert_eq!(view.comment.as_deref(), Some("ours"));
    assert_eq!((properties["team"].as_str(), properties["zone"].as_str()), ("ours", "gold"));
    let function = fixture.client.get_function(&name("dev.gold.one")).await.unwrap();
    assert_eq!(function.comment.as_deref(), Some("ours"));
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_with_a_table_that_is_dropped_for_another_clone_type_is_named() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture.query("ALTER TABLE dev.bronze.items SET TAGS ('ours')").await;
    fixture.query("GRANT SELECT ON TABLE dev.bronze.items TO `ann@example.com`").await;
    let settings = Settings { clone_type: CloneType::Shallow, force_reclone: true, ..settings() };
    let plan = fixture.plan(&settings).await;
    let messages: Vec<_> = plan.findings.iter().map(|finding| finding.message.as_str()).collect();
    let told = "it is dropped first, and with it the tag ours; SELECT to ann@example.com, which the source does not have";
    assert!(messages.contains(&told), "{messages:#?}");
}

#[rstest]
#[case::of_the_catalog("DROP POLICY hide_ssn ON CATALOG prod", "prod", "hide_ssn")]
#[case::of_a_schema("DROP POLICY only_eu ON SCHEMA prod.b", "prod.b", "only_eu")]
#[case::renamed_on_a_table(
    "DROP POLICY nobody ON TABLE prod.a.hidden;\n\
     CREATE POLICY anew ON TABLE prod.a.hidden ROW FILTER prod.z.nothing TO `account users` EXCEPT hr FOR TABLES;\n",
    "prod.a.hidden",
    "nobody"
)]
#[tokio::test(flavor = "multi_thread")]
async fn policy_that_the_source_lost_is_kept_and_said_to_be_kept(
    #[case] lose: &str,
    #[case] securable: &str,
    #[case] policy: &str,
) {
    let fixture = crate::policies::fixture(true).await;
    fixture.clone_with(&settings()).await;
    let plan = fixture.plan(&settings()).await;
    assert!(plan.securables.iter().all(|it| it.facets.iter().all(|it| !is_kept(&it.status))), "{plan}");
    fixture.sql(lose).await;
    let plan = fixture.plan(&settings()).await;
    let planned = plan.securables.iter().find(|it| it.source == name(securable)).unwrap();
    let kept = planned.facets.iter().find(|it| it.facet == Facet::Policies).map(|it| it.status.clone());
    let detail = format!("keeps the policy {policy}, which the source does not have");
    assert_eq!(kept, Some(FacetStatus::Changed { detail }), "{planned:#?}");
}
