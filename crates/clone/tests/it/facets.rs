//! What a catalog has besides data and texts, compared through REST and SQL.

use std::collections::BTreeMap;

use clxs_api::SecurableKind;
use clxs_api::binding::{BindingType, UpdateWorkspaceBindings, WorkspaceBinding};
use clxs_api::catalog::{CreateCatalog, IsolationMode, UpdateCatalog};
use clxs_api::model::{CreateRegisteredModel, UpdateRegisteredModel};
use clxs_api::schema::CreateSchema;
use clxs_api::table::TableType;
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::settings::{CloneType, LocationMapping};
use clxs_clone::{Error, FacetStatus, Outcome, Report, Settings};
use rstest::rstest;

use crate::catalogs::{identifier, name, settings};
use crate::embedded::{Fixture, Reached, outcome};

pub(crate) fn status(report: &Report, source: &str, facet: Facet) -> Option<FacetStatus> {
    let securable = report.securables.iter().find(|it| it.source == name(source)).unwrap();
    let found = securable.facets.iter().find(|it| it.facet == facet);
    found.map(|outcome| outcome.status.clone())
}

impl Fixture {
    /// The rows of a query, in order, cells with `|` between.
    pub(crate) async fn rows(&self, query: &str) -> Vec<String> {
        let rows = self.query(query).await;
        let line = |cells: &[Option<String>]| {
            let cells: Vec<_> =
                cells.iter().map(|cell| cell.clone().unwrap_or_else(|| "NULL".into())).collect();
            cells.join("|")
        };
        let mut lines: Vec<_> = rows.iter().map(|row| line(row.cells())).collect();
        lines.sort();
        lines
    }

    /// Every tag in a catalog, by what it is on.
    async fn tags(&self, catalog: &str) -> Vec<String> {
        let mut tags = Vec::new();
        for (relation, on) in [
            ("catalog_tags", ""),
            ("schema_tags", "schema_name, "),
            ("table_tags", "schema_name, table_name, "),
            ("column_tags", "schema_name, table_name, column_name, "),
            ("volume_tags", "schema_name, volume_name, "),
        ] {
            let query = format!(
                "SELECT '{relation}', {on}tag_name, tag_value FROM system.information_schema.{relation} \
                 WHERE catalog_name = '{catalog}'"
            );
            tags.extend(self.rows(&query).await);
        }
        tags
    }
}

const TAGS: &str = "
CREATE VOLUME prod.bronze.files;
ALTER CATALOG prod SET TAGS ('env' = 'it\\'s \\\\ prod', 'key only');
ALTER SCHEMA prod.bronze SET TAGS ('layer' = 'raw');
ALTER TABLE prod.bronze.orders SET TAGS ('pii' = 'no', 'owner' = '`O\\'Brien`');
ALTER TABLE prod.bronze.orders ALTER COLUMN amount SET TAGS ('unit' = 'EUR', 'net');
ALTER VIEW prod.silver.daily SET TAGS ('kind' = 'report');
SET TAG ON COLUMN prod.silver.daily.total `unit` = `E``UR`;
SET TAG ON COLUMN prod.silver.daily.total `net`;
ALTER VOLUME prod.bronze.files SET TAGS ('content' = 'scans');
";

#[tokio::test(flavor = "multi_thread")]
async fn tags_of_every_kind_are_carried_with_one_statement_a_securable_and_only_where_they_differ() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(TAGS).await;
    fixture.sent.clear();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.tags("dev").await, fixture.tags("prod").await);
    assert_eq!(fixture.tags("dev").await.len(), 11);
    assert_eq!(fixture.sent.count("ALTER TABLE `dev`.`bronze`.`orders` SET TAGS"), 1);
    assert_eq!(status(&report, "prod.bronze.orders", Facet::ColumnTags), Some(FacetStatus::Carried));
    let again = fixture.plan(&settings()).await;
    assert!(again.is_empty(), "{again}");

    fixture
        .sql(
            "ALTER TABLE prod.bronze.orders SET TAGS ('pii' = 'yes', 'new');\n\
             ALTER TABLE dev.bronze.orders SET TAGS ('ours' = '1');\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.orders"), Outcome::Changed);
    let tags = fixture.tags("dev").await;
    for expected in [
        "table_tags|bronze|orders|pii|yes",
        "table_tags|bronze|orders|new|",
        "table_tags|bronze|orders|ours|1",
    ] {
        assert!(tags.iter().any(|tag| tag == expected), "{expected} in {tags:#?}");
    }
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[rstest]
#[case::tags("_tags", |settings: &mut Settings| settings.copy.tags = false)]
#[case::permissions("_privileges", |settings: &mut Settings| settings.copy.permissions = false)]
#[case::constraints("constraint", |settings: &mut Settings| settings.copy.constraints = false)]
#[tokio::test(flavor = "multi_thread")]
async fn switch_turns_off_its_own_reads_and_writes(#[case] read: &str, #[case] off: fn(&mut Settings)) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(TAGS).await;
    let on = fixture.plan(&settings()).await;
    let reads = |fixture: &Fixture| fixture.sent.count(read);
    assert!(reads(&fixture) > 0);
    let mut settings = settings();
    off(&mut settings);
    fixture.sent.clear();
    let planned = fixture.plan(&settings).await;
    assert_eq!(reads(&fixture), 0, "{:#?}", fixture.sent.all());
    assert!(planned.steps.len() <= on.steps.len());
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert!(fixture.plan(&settings).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn isolated_catalog_is_bound_to_the_workspaces_of_the_source_after_everything_is_in_place() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let isolated =
        UpdateCatalog { isolation_mode: Some(IsolationMode::Isolated), ..UpdateCatalog::default() };
    let prod = identifier("prod");
    fixture.client.update_catalog(&prod, &isolated).await.unwrap();
    let binding = |workspace_id, binding_type| WorkspaceBinding { workspace_id, binding_type };
    let add = vec![binding(7, Some(BindingType::ReadOnly)), binding(8, Some(BindingType::ReadWrite))];
    let change = UpdateWorkspaceBindings { add, remove: Vec::new() };
    fixture.client.update_catalog_bindings(&prod, &change).await.unwrap();
    let plan = fixture.plan(&settings()).await;
    let bound = plan.steps.iter().find(|step| step.facet == Facet::Bindings).unwrap();
    let inside = plan.steps.iter().filter(|step| step.securable.name.schema().is_some());
    assert!(inside.clone().count() > 5 && inside.into_iter().all(|step| bound.after.contains(&step.id)));
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let dev = identifier("dev");
    let isolation = fixture.client.get_catalog(&dev).await.unwrap().isolation_mode;
    assert_eq!(isolation, Some(IsolationMode::Isolated));
    let mut bindings = Vec::new();
    for catalog in [&prod, &dev] {
        let own = fixture.client.get_catalog_bindings(catalog).await.unwrap();
        bindings.push(
            own.into_iter().map(|own| (own.workspace_id, own.binding_type)).collect::<BTreeMap<_, _>>(),
        );
    }
    assert_eq!(bindings[0], bindings[1]);
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn locations_of_catalog_schema_and_external_table_are_mapped() {
    let fixture = Fixture::new(Reached::InProcess).await;
    let storage = fixture.home.path().join("storage");
    let url = |name: &str| format!("file://{}/{name}", storage.display());
    for folder in ["prod/schema", "dev/schema", "prod-tables", "dev-tables"] {
        fs_err::create_dir_all(storage.join(folder)).unwrap();
    }
    let catalog =
        CreateCatalog { name: "prod".into(), storage_root: Some(url("prod")), ..CreateCatalog::default() };
    fixture.client.create_catalog(&catalog).await.unwrap();
    let schema = CreateSchema {
        name: "s".into(),
        catalog_name: "prod".into(),
        storage_root: Some(url("prod/schema")),
        ..CreateSchema::default()
    };
    fixture.client.create_schema(&schema).await.unwrap();
    fixture.sql(&format!("CREATE TABLE prod.s.ext (id INT) LOCATION '{}';\n", url("prod-tables/ext"))).await;
    fixture.query("INSERT INTO prod.s.ext VALUES (1)").await;

    let mut mapped = settings();
    let locations = [(url("prod"), url("dev")), (url("prod-tables"), url("dev-tables"))];
    mapped.location_mapping = LocationMapping::new(locations.into()).unwrap();
    let report = fixture.clone_with(&mapped).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let root = fixture.client.get_catalog(&identifier("dev")).await.unwrap().storage_root;
    assert_eq!(root, Some(url("dev")));
    let root = fixture.client.get_schema(&name("dev.s")).await.unwrap().storage_root;
    assert_eq!(root, Some(url("dev/schema")));
    let table = fixture.client.get_table(&name("dev.s.ext")).await.unwrap();
    assert_eq!(
        (table.table_type, table.storage_location),
        (Some(TableType::External), Some(url("dev-tables/ext")))
    );
    assert_eq!(fixture.number("SELECT count(*) FROM dev.s.ext").await, "1");
    assert!(fixture.plan(&mapped).await.is_empty());

    fixture.query("INSERT INTO prod.s.ext VALUES (2)").await;
    let report = fixture.clone_with(&mapped).await;
    assert_eq!(outcome(&report, "prod.s.ext"), Outcome::Replaced);
    assert_eq!(fixture.number("SELECT count(*) FROM dev.s.ext").await, "2");
}

/// By a pattern, or into what is there.
#[rstest]
#[case::one_place_for_two(&[("/.*/", "{home}/dev/all")], "prod.s.b", "prod.s.a")]
#[case::one_within_another(
    &[("{home}/prod/a", "{home}/dev"), ("{home}/prod/b", "{home}/dev/b")], "prod.s.a", "prod.s.b"
)]
#[case::place_of_the_source(&[("{home}/prod/a", "{home}/prod/b/inside")], "prod.s.a", "prod.s.b")]
#[tokio::test(flavor = "multi_thread")]
async fn external_tables_whose_places_would_lie_in_each_other_are_refused_before_anything_is_made(
    #[case] mapping: &[(&str, &str)],
    #[case] one: &str,
    #[case] other: &str,
) {
    let fixture = Fixture::new(Reached::InProcess).await;
    let home = format!("file://{}/places", fixture.home.path().display());
    let url = |text: &str| text.replace("{home}", &home);
    let table = |name: &str| format!("CREATE TABLE prod.s.{name} (id INT) LOCATION '{home}/prod/{name}';\n");
    fixture.sql(&["CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\n", &table("a"), &table("b")].concat()).await;
    let mut mapped = settings();
    let mapping = mapping.iter().map(|(from, to)| (url(from), url(to)));
    mapped.location_mapping = LocationMapping::new(mapping.collect()).unwrap();
    let refused = fixture.engine.plan(&mapped).await.unwrap_err();
    assert!(matches!(refused, Error::SharedPlace { .. }), "{refused}");
    let told = refused.to_string();
    let dev = |name: &str| name.replacen("prod", "dev", 1);
    assert!(told.contains(&dev(one)) || told.contains(one), "{told}");
    assert!(told.contains(&dev(other)) || told.contains(other), "{told}");
}

/// The files of a table that is dropped stay in an external place, and `CREATE TABLE` there brings its rows back.
#[rstest::rstest]
#[case::written("CREATE TABLE prod.s.old (id INT) LOCATION '{old}';\nINSERT INTO prod.s.old VALUES (77);\n")]
#[case::made_with_rows("CREATE TABLE prod.s.old LOCATION '{old}' AS SELECT 77 AS id;\n")]
#[case::cloned("CREATE TABLE prod.s.old DEEP CLONE prod.s.t LOCATION '{old}';\n")]
#[tokio::test(flavor = "multi_thread")]
async fn empty_copy_of_an_external_table_is_no_table_that_was_in_its_place_already(#[case] old: &str) {
    let fixture = Fixture::new(Reached::InProcess).await;
    let url = |place: &str| format!("file://{}/{place}", fixture.home.path().display());
    fixture
        .sql(&format!(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\n\
             CREATE TABLE prod.s.t (id INT) LOCATION '{}';\nINSERT INTO prod.s.t VALUES (1);\n{}\
             DROP TABLE prod.s.old;\n",
            url("prod/t"),
            old.replace("{old}", &url("dev/t"))
        ))
        .await;
    let mut empty = Settings { schema_only: true, ..settings() };
    empty.location_mapping = LocationMapping::new([(url("prod"), url("dev"))].into()).unwrap();
    let report = fixture.clone_with(&empty).await;
    let Outcome::Failed { error } = outcome(&report, "prod.s.t") else { panic!("{report:#?}") };
    assert!(
        error.contains("a table that nobody registered is in its place") && error.contains("taken back"),
        "{error}"
    );
    assert!(fixture.client.get_table(&name("dev.s.t")).await.is_err());

    empty.location_mapping = LocationMapping::new([(url("prod"), url("elsewhere"))].into()).unwrap();
    let report = fixture.clone_with(&empty).await;
    assert_eq!(outcome(&report, "prod.s.t"), Outcome::Created, "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.s.t").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn external_table_without_mapping_becomes_managed_and_says_so() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let folder = fixture.home.path().join("ext");
    let location = format!("file://{}", folder.display());
    fixture.sql(&format!("CREATE TABLE prod.bronze.ext (id INT) LOCATION '{location}';\n")).await;
    let report = fixture.clone_with(&settings()).await;
    let table = fixture.client.get_table(&name("dev.bronze.ext")).await.unwrap();
    assert_eq!(table.table_type, Some(TableType::Managed));
    let status = status(&report, "prod.bronze.ext", Facet::Location);
    assert!(matches!(status, Some(FacetStatus::Changed { detail }) if detail.contains("location_mapping")));
    let shallow = Settings { clone_type: CloneType::Shallow, destination: identifier("dev2"), ..settings() };
    let report = fixture.clone_with(&shallow).await;
    assert!(matches!(outcome(&report, "prod.bronze.ext"), Outcome::Skipped { .. }));
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn registered_models_are_carried_with_comment_owner_and_grants() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let model = CreateRegisteredModel {
        catalog_name: "prod".into(),
        schema_name: "gold".into(),
        name: "churn".into(),
        comment: Some("It's a model".into()),
        ..CreateRegisteredModel::default()
    };
    fixture.client.create_model(&model).await.unwrap();
    let owner =
        UpdateRegisteredModel { owner: Some("ann@example.com".into()), ..UpdateRegisteredModel::default() };
    fixture.client.update_model(&name("prod.gold.churn"), &owner).await.unwrap();
    let grant = clxs_api::grant::PermissionsChange {
        principal: "analysts@example.com".into(),
        add: vec![clxs_api::Privilege::Execute],
        remove: Vec::new(),
    };
    let kind = SecurableKind::RegisteredModel;
    fixture.client.update_permissions(&kind, &name("prod.gold.churn"), vec![grant]).await.unwrap();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.gold.churn"), Outcome::Created, "{report:#?}");
    let cloned = fixture.client.get_model(&name("dev.gold.churn")).await.unwrap();
    assert_eq!(cloned.comment.as_deref(), Some("It's a model"));
    assert_eq!(cloned.owner.as_deref(), Some("ann@example.com"));
    let granted = fixture.client.get_permissions(&kind, &name("dev.gold.churn")).await.unwrap();
    assert_eq!(granted[0].privileges, [clxs_api::Privilege::Execute]);
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_of_view_columns_are_carried_to_views_that_follow_their_tables() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE VIEW prod.silver.items WITH SCHEMA EVOLUTION AS SELECT * FROM prod.bronze.items;\n\
             COMMENT ON COLUMN prod.silver.items.name IS 'it\\'s called';\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.silver.items"), Outcome::Created, "{report:#?}");
    let view = fixture.client.get_table(&name("dev.silver.items")).await.unwrap();
    let column = view.columns.iter().find(|column| column.name.as_deref() == Some("name")).unwrap();
    assert_eq!(column.comment.as_deref(), Some("it's called"));
    assert!(fixture.plan(&settings()).await.is_empty());
}

/// What planning a first clone sends, with `tables` tables that have all that is read in bulk.
async fn reads_for(tables: usize) -> usize {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    for number in 0..tables {
        let table = format!("prod.gold.t{number}");
        fixture
            .sql(&format!(
                "CREATE TABLE {table} (id BIGINT, at DATE) COMMENT 'all';\n\
                 ALTER TABLE {table} SET TAGS ('a' = '1', 'b');\n\
                 ALTER TABLE {table} ALTER COLUMN at SET TAGS ('c' = '1');\n\
                 GRANT SELECT ON TABLE {table} TO `analysts@example.com`;\n\
                 ALTER TABLE {table} OWNER TO `ann@example.com`;\n"
            ))
            .await;
    }
    fixture.sent.clear();
    let plan = fixture.plan(&settings()).await;
    let tagged = plan.steps.iter().filter(|step| step.facet == Facet::ColumnTags).count();
    assert_eq!(tagged, tables);
    fixture.sent.all().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn planning_a_first_clone_reads_nothing_but_policies_table_by_table() {
    assert_eq!(reads_for(2).await + 4, reads_for(6).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_view_has_its_columns_their_comments_and_its_properties() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .query(
            "CREATE VIEW prod.gold.named (Day COMMENT 'It\\'s the \\\\ day', `odd name`, total) COMMENT 'named'
             TBLPROPERTIES ('team' = 'it\\'s \\\\ ours') AS SELECT day, 1, total FROM prod.silver.daily",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.gold.named"), Outcome::Created, "{report:#?}");
    let of = async |catalog: &str| {
        let info = fixture.client.get_table(&name(&format!("{catalog}.gold.named"))).await.unwrap();
        let columns: Vec<_> = info.columns.into_iter().map(|column| (column.name, column.comment)).collect();
        let team = info.properties.unwrap_or_default().remove("team");
        (columns, info.comment, team, fixture.rows(&format!("SELECT * FROM {catalog}.gold.named")).await)
    };
    let cloned = of("dev").await;
    assert_eq!(cloned, of("prod").await);
    assert_eq!(cloned.0[0], (Some("Day".into()), Some("It's the \\ day".into())));
    assert_eq!(cloned.2.as_deref(), Some("it's \\ ours"));
    assert!(fixture.plan(&settings()).await.is_empty());
}

/// What reads a view is made with the rights of its owner, and who gets this one may read nothing.
#[tokio::test(flavor = "multi_thread")]
async fn owner_of_a_view_that_stays_changes_after_what_reads_it_is_replaced() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE VIEW prod.bronze.one AS SELECT * FROM prod.bronze.orders;\n\
             CREATE VIEW prod.bronze.two AS SELECT * FROM prod.bronze.one;\n\
             CREATE VIEW prod.silver.three AS SELECT * FROM prod.bronze.two;\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "COMMENT ON TABLE prod.silver.three IS 'x';\n\
             ALTER VIEW prod.bronze.one OWNER TO `ann@example.com`;\n",
        )
        .await;
    let plan = fixture.plan(&settings()).await;
    let owner = plan.steps.iter().find(|step| step.facet == Facet::Owner).unwrap();
    let replaced = plan.steps.iter().find(|step| step.facet == Facet::Definition).unwrap();
    assert!(owner.after.contains(&replaced.id), "{plan}");
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let owner = fixture.client.get_table(&name("dev.bronze.one")).await.unwrap().owner;
    assert_eq!(owner.as_deref(), Some("ann@example.com"));
}
