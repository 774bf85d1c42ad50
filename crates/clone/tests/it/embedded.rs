//! Runs on the embedded workspace, with real Delta tables.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use clxs_api::statement::ExecuteStatement;
use clxs_api::table::TableType;
use clxs_client::auth::PersonalAccessToken;
use clxs_client::{Client, ClientBuilder, Rows, ServiceTransport, Transport};
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, Plan, PlannedChange};
use clxs_clone::settings::{AsOf, CloneType, Conditions, IncludedObject, ObjectType};
use clxs_clone::{Engine, FacetStatus, Journal, Kind, Outcome, Report, Settings, SilentObserver};
use clxs_workspace::{Workspace, WorkspaceOptions};
use rstest::rstest;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::catalogs::{name, settings};
use crate::recorded::Sent;

/// How the client reaches the workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reached {
    InProcess,
    OverTcp,
}

pub(crate) struct Fixture {
    pub(crate) client: Client,
    pub(crate) engine: Engine,
    /// What was sent in-process.
    pub(crate) sent: Sent,
    pub(crate) workspace: Workspace,
    pub(crate) home: tempfile::TempDir,
}

impl Fixture {
    pub(crate) async fn new(reached: Reached) -> Self {
        let home = tempfile::tempdir().unwrap();
        let workspace =
            Workspace::open(home.path().join("workspace"), WorkspaceOptions::default()).await.unwrap();
        let sent = Sent::default();
        let client = client_of(&workspace, &workspace.admin_token().unwrap(), reached, &sent).await;
        let journal = Journal::open(home.path().join("state.db")).unwrap();
        let engine = Engine::new(client.clone(), "local", journal);
        Self { client, engine, sent, workspace, home }
    }

    /// A workspace with catalog `prod`: bronze, silver and gold, tables, views over views, grants, owners.
    pub(crate) async fn with_retail(reached: Reached) -> Self {
        let fixture = Self::new(reached).await;
        for principal in ["ann@example.com", "analysts@example.com"] {
            fixture.workspace.create_token(principal).await.unwrap();
        }
        fixture.sql(RETAIL).await;
        fixture
    }

    /// The client of somebody who may clone `prod` and owns nothing of it.
    pub(crate) async fn cloner(&self) -> Client {
        let token = self.workspace.create_token("cloner@example.com").await.unwrap();
        self.sql(
            "GRANT USE CATALOG, USE SCHEMA, SELECT, MANAGE ON CATALOG prod TO `cloner@example.com`;\n\
             GRANT CREATE CATALOG ON METASTORE TO `cloner@example.com`;\n",
        )
        .await;
        client_of(&self.workspace, &token, Reached::InProcess, &self.sent).await
    }

    /// An engine with a journal of its own.
    pub(crate) fn engine_of(&self, client: Client) -> Engine {
        Engine::new(client, "local", Journal::open(self.home.path().join("other.db")).unwrap())
    }

    /// A client of its own for somebody.
    pub(crate) async fn client_as(&self, principal: &str) -> Client {
        let token = self.workspace.create_token(principal).await.unwrap();
        client_of(&self.workspace, &token, Reached::InProcess, &Sent::default()).await
    }

    /// Runs statements that end with `;` at the end of a line.
    pub(crate) async fn sql(&self, statements: &str) {
        for statement in statements.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
            self.query(statement).await;
        }
    }

    pub(crate) async fn query(&self, statement: &str) -> Rows {
        query_as(&self.client, statement).await
    }

    pub(crate) async fn number(&self, query: &str) -> String {
        self.query(query).await.get(0).unwrap().cells()[0].clone().unwrap()
    }

    pub(crate) async fn plan(&self, settings: &Settings) -> Plan {
        self.engine.plan(settings).await.unwrap()
    }

    pub(crate) async fn clone_with(&self, settings: &Settings) -> Report {
        clone_by(&self.engine, settings).await
    }
}

/// A clone by another engine than the fixture's.
pub(crate) async fn clone_by(engine: &Engine, settings: &Settings) -> Report {
    let plan = engine.plan(settings).await.unwrap();
    engine.run(settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap()
}

pub(crate) async fn query_as(client: &Client, statement: &str) -> Rows {
    let request = ExecuteStatement {
        statement: statement.to_owned(),
        warehouse_id: "local".to_owned(),
        wait_timeout: Some("30s".to_owned()),
        ..ExecuteStatement::default()
    };
    client.query(&request).await.unwrap_or_else(|error| panic!("{statement}: {error}"))
}

pub(crate) async fn client_of(workspace: &Workspace, token: &str, reached: Reached, sent: &Sent) -> Client {
    let token = Arc::new(PersonalAccessToken::new(token));
    match reached {
        Reached::InProcess => client_over(sent.recording(ServiceTransport::new(workspace.router())), token),
        Reached::OverTcp => {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let host = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
            tokio::spawn(axum::serve(listener, workspace.router()).into_future());
            Client::builder(host).credentials(token).build().unwrap()
        }
    }
}

pub(crate) fn client_over(transport: impl Transport + 'static, token: Arc<PersonalAccessToken>) -> Client {
    builder_over(transport, token).build().unwrap()
}

pub(crate) fn builder_over(
    transport: impl Transport + 'static,
    token: Arc<PersonalAccessToken>,
) -> ClientBuilder {
    let host = Url::parse("http://workspace.internal").unwrap();
    Client::builder(host).transport(Arc::new(transport)).credentials(token)
}

const RETAIL: &str = "
CREATE CATALOG prod COMMENT 'All of retail';
CREATE SCHEMA prod.bronze COMMENT 'As it came';
CREATE SCHEMA prod.silver;
CREATE SCHEMA prod.gold;
CREATE TABLE prod.bronze.orders (id BIGINT COMMENT 'the key', amount DOUBLE, day DATE) PARTITIONED BY (day) COMMENT 'It\\'s all orders';
INSERT INTO prod.bronze.orders VALUES (1, 2.5, DATE '2026-01-01'), (2, 3.5, DATE '2026-01-02');
CREATE TABLE prod.bronze.items (id BIGINT, name STRING) TBLPROPERTIES ('team' = 'sales');
INSERT INTO prod.bronze.items VALUES (1, 'pen');
CREATE VIEW prod.silver.daily COMMENT 'Per day' AS SELECT day, sum(amount) AS total FROM prod.bronze.orders GROUP BY day;
CREATE VIEW prod.gold.best AS SELECT max(total) AS best FROM prod.silver.daily WHERE 'prod.x' <> 'y';
GRANT USE CATALOG ON CATALOG prod TO `analysts@example.com`;
GRANT USE SCHEMA, SELECT ON SCHEMA prod.silver TO `analysts@example.com`;
GRANT SELECT ON TABLE prod.bronze.orders TO `analysts@example.com`;
ALTER TABLE prod.bronze.items OWNER TO `ann@example.com`;
";

pub(crate) fn outcome(report: &Report, source: &str) -> Outcome {
    report.securables.iter().find(|it| it.source == name(source)).unwrap().outcome.clone()
}

#[rstest]
#[case::in_process(Reached::InProcess)]
#[case::over_tcp(Reached::OverTcp)]
#[tokio::test(flavor = "multi_thread")]
async fn catalog_is_cloned_with_data_views_comments_grants_and_owners(#[case] reached: Reached) {
    let fixture = Fixture::with_retail(reached).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!((report.counts.created, report.counts.failed), (9, 0));
    assert_eq!(report.files_copied, 3);
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.orders").await, "2");
    assert_eq!(fixture.number("SELECT best FROM dev.gold.best").await, "3.5");
    let orders = fixture.client.get_table(&name("dev.bronze.orders")).await.unwrap();
    assert_eq!(orders.comment.as_deref(), Some("It's all orders"));
    let view = fixture.client.get_table(&name("dev.silver.daily")).await.unwrap();
    assert!(view.view_definition.unwrap().contains("dev.bronze.orders"));
    let items = fixture.client.get_table(&name("dev.bronze.items")).await.unwrap();
    assert_eq!(items.owner.as_deref(), Some("ann@example.com"));
    let granted =
        fixture.client.get_permissions(&clxs_api::SecurableKind::Schema, &name("dev.silver")).await.unwrap();
    assert_eq!(granted[0].privileges.len(), 2);
}

#[rstest]
#[case::in_process(Reached::InProcess)]
#[case::over_tcp(Reached::OverTcp)]
#[tokio::test(flavor = "multi_thread")]
async fn planning_after_a_clone_is_empty(#[case] reached: Reached) {
    let fixture = Fixture::with_retail(reached).await;
    fixture.clone_with(&settings()).await;
    let plan = fixture.plan(&settings()).await;
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_drifted_table_is_replaced_and_only_its_new_files_are_copied() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.bronze.orders VALUES (3, 9.5, DATE '2026-01-03')").await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!((report.counts.replaced, report.counts.unchanged), (1, 8), "{report:#?}");
    assert_eq!(report.files_copied, 1);
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.orders").await, "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn recreated_source_is_cloned_again_although_its_version_is_the_same() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql("DROP TABLE prod.bronze.items;\nCREATE TABLE prod.bronze.items (id BIGINT, name STRING);\nINSERT INTO prod.bronze.items VALUES (7, 'ink');\n")
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.items"), Outcome::Replaced);
    assert_eq!(fixture.number("SELECT name FROM dev.bronze.items").await, "ink");
}

#[tokio::test(flavor = "multi_thread")]
async fn table_edited_in_the_destination_is_kept_until_told_otherwise() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO dev.bronze.items VALUES (2, 'ours')").await;
    let report = fixture.clone_with(&settings()).await;
    assert!(matches!(outcome(&report, "prod.bronze.items"), Outcome::Skipped { .. }));
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, "2");
    let overwriting = Settings { overwrite_edits: true, ..settings() };
    let report = fixture.clone_with(&overwriting).await;
    assert_eq!(outcome(&report, "prod.bronze.items"), Outcome::Replaced);
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn shallow_clone_reads_the_sources_files_and_is_unchanged_afterwards() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let shallow = Settings { clone_type: CloneType::Shallow, ..settings() };
    let report = fixture.clone_with(&shallow).await;
    assert_eq!((report.state, report.files_copied), (RunState::Succeeded, 0), "{report:#?}");
    let orders = fixture.client.get_table(&name("dev.bronze.orders")).await.unwrap();
    assert_eq!(orders.table_type, Some(TableType::ManagedShallowClone));
    assert!(fixture.plan(&shallow).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn source_catalog_is_only_read() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let before = fixture.client.get_table(&name("prod.bronze.orders")).await.unwrap();
    fixture.clone_with(&settings()).await;
    assert_eq!(fixture.client.get_table(&name("prod.bronze.orders")).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_who_is_not_the_owner_reads_grants_one_by_one_and_gives_the_same() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let client = fixture.cloner().await;
    let engine = fixture.engine_of(client);
    let mut settings = settings();
    settings.copy.ownership = false;
    let report = clone_by(&engine, &settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let kind = clxs_api::SecurableKind::Table;
    let granted = fixture.client.get_permissions(&kind, &name("dev.bronze.orders")).await.unwrap();
    assert_eq!(granted[0].principal, "analysts@example.com");
    assert!(engine.plan(&settings).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_that_the_caller_is_not_told_are_reported_and_not_taken_for_none() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let client = fixture.client_as("reader@example.com").await;
    fixture
        .sql(
            "GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG prod TO `reader@example.com`;\n\
             GRANT CREATE CATALOG ON METASTORE TO `reader@example.com`;\n",
        )
        .await;
    let engine = fixture.engine_of(client);
    let mut settings = settings();
    settings.copy.ownership = false;
    let report = clone_by(&engine, &settings).await;
    let [(securable, missed)] = report.missed(&[Facet::Grants])[..] else { panic!("{report:#?}") };
    assert_eq!(securable.source, name("prod"));
    let FacetStatus::Impossible { reason } = &missed.status else { panic!("{missed:?}") };
    assert!(reason.contains("only its owner, or who holds MANAGE, sees all of prod"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_may_only_browse_is_left_out_with_the_reason() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let client = fixture.client_as("reader@example.com").await;
    fixture
        .sql(
            "CREATE FUNCTION prod.bronze.twice(x INT) RETURNS INT RETURN 2 * x;\n\
             CREATE VOLUME prod.bronze.scans;\n\
             GRANT USE CATALOG, BROWSE ON CATALOG prod TO `reader@example.com`;\n\
             GRANT USE SCHEMA ON SCHEMA prod.bronze TO `reader@example.com`;\n\
             GRANT SELECT ON TABLE prod.bronze.orders TO `reader@example.com`;\n\
             GRANT CREATE CATALOG ON METASTORE TO `reader@example.com`;\n",
        )
        .await;
    let engine = fixture.engine_of(client);
    let mut settings = settings();
    settings.copy.ownership = false;
    let report = clone_by(&engine, &settings).await;
    assert_eq!(outcome(&report, "prod.bronze.orders"), Outcome::Created, "{report:#?}");
    let browsed = [
        ("prod.bronze.items", "SELECT"),
        ("prod.bronze.twice", "EXECUTE"),
        ("prod.bronze.scans", "READ VOLUME"),
        ("prod.silver", "USE SCHEMA"),
    ];
    for (securable, missing) in browsed {
        let reason = format!("you may only browse it: {missing} is missing");
        assert_eq!(outcome(&report, securable), Outcome::Skipped { reason }, "{securable}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_that_are_left_out_are_named_and_not_made() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let mut settings = settings();
    settings.selection.include_schemas = vec!["bronze".parse().unwrap()];
    let plan = fixture.plan(&settings).await;
    let gold = plan.securables.iter().find(|it| it.source == name("prod.gold")).unwrap();
    assert!(matches!(gold.change, PlannedChange::Skip { .. }));
    fixture.clone_with(&settings).await;
    assert!(fixture.client.get_schema(&name("dev.gold")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_cloned_as_of_their_own_version_and_others_as_they_are() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.query("INSERT INTO prod.bronze.orders VALUES (3, 9.5, DATE '2026-01-03')").await;
    let mut settings = settings();
    settings.as_of_tables.insert("bronze.orders".into(), 1);
    fixture.clone_with(&settings).await;
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.orders").await, "2");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, "1");
    assert!(fixture.plan(&settings).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn moment_is_resolved_to_a_version_of_each_table_also_after_its_last_commit() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let soon = Utc::now() + TimeDelta::minutes(1);
    let settings = Settings { as_of: AsOf::Timestamp(soon.to_rfc3339()), ..settings() };
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.orders").await, "2");
    assert!(fixture.plan(&settings).await.is_empty());
    let long_ago = Settings { as_of: AsOf::Timestamp("2001-01-01".into()), ..settings };
    let plan = fixture.plan(&long_ago).await;
    let orders = plan.securables.iter().find(|it| it.source == name("prod.bronze.orders")).unwrap();
    assert!(matches!(&orders.change, PlannedChange::Skip { reason } if reason.contains("did not exist")));
}

#[tokio::test(flavor = "multi_thread")]
async fn version_that_a_table_does_not_have_is_refused_before_anything_runs() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let refused = fixture.engine.plan(&Settings { as_of: AsOf::Version(7), ..settings() }).await.unwrap_err();
    let text = refused.to_string();
    for table in ["prod.bronze.orders", "prod.bronze.items"] {
        assert!(text.contains(&format!("{table}: it has no version 7")), "{text}");
    }
    let mut settings = settings();
    settings.as_of_tables.insert("bronze.orderz".into(), 1);
    let refused = fixture.engine.plan(&settings).await.unwrap_err().to_string();
    assert!(refused.contains("bronze.orderz"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_without_the_tags_asked_for_take_no_part_and_are_named() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "ALTER SCHEMA prod.bronze SET TAGS ('pii_level' = 'none', 'environment' = 'shareable');\n\
             ALTER SCHEMA prod.silver SET TAGS ('pii_level' = 'none', 'environment' = 'closed');\n",
        )
        .await;
    let mut settings = settings();
    for (key, value) in [("pii_level", "none"), ("environment", "shareable")] {
        settings.selection.filter_by_tags.insert(key.into(), value.into());
    }
    let report = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&report, "prod.bronze.orders"), Outcome::Created);
    let Outcome::Skipped { reason } = outcome(&report, "prod.silver") else { panic!("{report:#?}") };
    assert!(reason.contains("environment: shareable"), "{reason}");
    assert!(matches!(outcome(&report, "prod.gold"), Outcome::Skipped { .. }));
    assert!(fixture.client.get_schema(&name("dev.silver")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_included_objects_are_cloned_from_their_own_schemas() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE TABLE prod.silver.orders (id BIGINT);\n\
             CREATE FUNCTION prod.bronze.orders(x INT) RETURNS INT RETURN x;\n\
             CREATE FUNCTION prod.silver.twice(x INT) RETURNS INT RETURN 2 * x;\n\
             CREATE VOLUME prod.silver.daily;\n",
        )
        .await;
    let mut settings = settings();
    let included = |schema: &str, name: &str, object_type| IncludedObject {
        schema: schema.into(),
        name: name.into(),
        object_type,
    };
    settings.selection.include_objects = vec![
        included("bronze", "orders", ObjectType::Table),
        included("silver", "daily", ObjectType::View),
        included("silver", "twice", ObjectType::Function),
    ];
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(outcome(&report, "prod.silver.daily"), Outcome::Created);
    for skipped in ["prod.silver.orders", "prod.bronze.items", "prod.gold"] {
        assert!(matches!(outcome(&report, skipped), Outcome::Skipped { .. }), "{skipped}");
    }
    let outcome_of = |kind, source: &str| {
        let mut found = report.securables.iter().filter(|it| it.kind == kind && it.source == name(source));
        found.next().map(|it| it.outcome.clone())
    };
    assert_eq!(outcome_of(Kind::Function, "prod.silver.twice"), Some(Outcome::Created));
    for (kind, namesake) in [(Kind::Function, "prod.bronze.orders"), (Kind::Volume, "prod.silver.daily")] {
        assert!(matches!(outcome_of(kind, namesake), Some(Outcome::Skipped { .. })), "{report:#?}");
    }
    for (object_type, what) in [
        (ObjectType::Table, "table silver.daily"),
        (ObjectType::View, "view bronze.orders"),
        (ObjectType::Table, "table bronze.orderz"),
        (ObjectType::View, "view bronze.orderz"),
        (ObjectType::Function, "function bronze.orderz"),
        (ObjectType::Volume, "volume bronze.orderz"),
        (ObjectType::Model, "model bronze.orderz"),
    ] {
        let mut settings = settings.clone();
        let (_, name) = what.split_once(' ').unwrap();
        let (schema, name) = name.split_once('.').unwrap();
        settings.selection.include_objects.push(included(schema, name, object_type));
        let refused = fixture.engine.plan(&settings).await.unwrap_err().to_string();
        let told = format!("catalog `prod` has no {what}; correct include_objects");
        assert_eq!(refused, told);
    }
}

/// The same 403 that the warehouse answers whoever may not read the tags.
#[tokio::test(flavor = "multi_thread")]
async fn schemas_whose_tags_nobody_may_read_take_no_part_and_say_why() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let error =
        serde_json::json!({"status": 403, "error_code": "PERMISSION_DENIED", "message": "no tags for you"});
    let rule = serde_json::json!({"statement": "*schema_tags*", "effect": {"error": error}});
    let faults = serde_json::from_value(serde_json::json!({"rules": [rule]})).unwrap();
    fixture.workspace.set_faults(faults).unwrap();
    let mut settings = settings();
    settings.copy.tags = false;
    settings.selection.filter_by_tags.insert("environment".into(), "shareable".into());
    let report = fixture.clone_with(&settings).await;
    for schema in ["prod.bronze", "prod.silver", "prod.gold"] {
        let Outcome::Skipped { reason } = outcome(&report, schema) else { panic!("{report:#?}") };
        assert!(reason.contains("its tags cannot be read") && reason.contains("no tags for you"), "{reason}");
    }
    assert!(fixture.client.get_schema(&name("dev.bronze")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn limit_of_bytes_counts_what_inserts_write() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let condition = [("*".to_owned(), "true".to_owned())];
    let mut settings = settings();
    settings.where_clauses = Conditions::new(condition.iter().map(|(table, text)| (table, text))).unwrap();
    settings.guardrails.max_bytes = Some(1);
    settings.limits.max_parallel_queries = std::num::NonZeroUsize::MIN;
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.abort_reason.as_deref(), Some("max_bytes"), "{report:#?}");
    assert!(report.bytes_copied > 0 && report.files_copied > 0, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_of_the_settings_are_set_by_the_clone_itself_with_every_character() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let mut settings = settings();
    settings.table_properties = [("it's.a \\ key".to_owned(), "a 'b' \\ \n c".to_owned())].into();
    fixture.sent.clear();
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    for table in ["orders", "items"] {
        let info = fixture.client.get_table(&name(&format!("dev.bronze.{table}"))).await.unwrap();
        assert_eq!(info.properties.unwrap()["it's.a \\ key"], "a 'b' \\ \n c", "{table}");
    }
    // The other one gets its comment by a commit of its own.
    let newest = fixture.number("SELECT max(version) FROM (DESCRIBE HISTORY dev.bronze.items)").await;
    assert_eq!(newest, "0");
}
