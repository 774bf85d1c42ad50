//! Registered models with their versions, files and aliases.

use std::collections::BTreeMap;

use bytes::Bytes;
use clxs_api::SecurableKind;
use clxs_api::model::CreateRegisteredModel;
use clxs_api::model_version::{
    CreateModelVersion, ModelVersionInfo, ModelVersionStatus, ModelVersionTag, UpdateModelVersion,
};
use clxs_client::FileRoot;
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::settings::LoadType;
use clxs_clone::{FacetStatus, Outcome, Report, Settings, SilentObserver};
use clxs_workspace::FaultPlan;
use futures::TryStreamExt;
use rstest::rstest;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::facets::status;

const SOURCE: &str = "prod.gold.churn";
const COPY: &str = "dev.gold.churn";

fn version(model: &str, version: i64) -> FileRoot {
    FileRoot::ModelVersion { model: name(model), version }
}

/// More than fits into one part.
fn weights() -> Bytes {
    (0..9_000_000_u32).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

impl Fixture {
    /// `prod.gold.churn` without versions.
    async fn with_model() -> Self {
        let fixture = Self::with_retail(Reached::InProcess).await;
        fixture.make_model().await;
        fixture
    }

    async fn make_model(&self) {
        let model = CreateRegisteredModel {
            catalog_name: "prod".into(),
            schema_name: "gold".into(),
            name: "churn".into(),
            ..CreateRegisteredModel::default()
        };
        self.client.create_model(&model).await.unwrap();
    }

    /// A version of the source that nobody has declared complete: its number.
    async fn begin(&self, content: &'static str) -> i64 {
        let request = CreateModelVersion {
            name: SOURCE.into(),
            source: format!("dbfs:/runs/{content}"),
            run_id: Some(content.into()),
            run_tracking_server_id: Some("7".into()),
            description: Some(format!("It's {content}")),
            tags: vec![ModelVersionTag { key: "stage".into(), value: content.into() }],
        };
        let number = self.client.create_model_version(&request).await.unwrap();
        for (path, content) in [("MLmodel", "flavors: {}"), ("data/deep/model.pkl", content), ("empty", "")] {
            self.client.upload_file(&version(SOURCE, number), path, content.into()).await.unwrap();
        }
        number
    }

    /// A version of the source that is ready.
    async fn register(&self, content: &'static str) -> i64 {
        let number = self.begin(content).await;
        self.client.finalize_model_version(&name(SOURCE), number).await.unwrap();
        number
    }

    async fn alias(&self, model: &str, alias: &str, number: i64) {
        self.client.set_model_alias(&name(model), alias, number).await.unwrap();
    }

    async fn versions(&self, model: &str) -> Vec<ModelVersionInfo> {
        self.client.list_model_versions(&name(model)).try_collect().await.unwrap()
    }

    /// The versions of the copy that are ready: what is in each.
    async fn copied(&self) -> BTreeMap<i64, String> {
        let mut found = BTreeMap::new();
        for info in self.versions(COPY).await {
            assert_eq!(info.status, Some(ModelVersionStatus::Ready), "{info:?}");
            let number = info.version.unwrap();
            let read = self.client.download_file(&version(COPY, number), "data/deep/model.pkl", None).await;
            found.insert(number, String::from_utf8(read.unwrap().to_vec()).unwrap());
        }
        found
    }

    async fn aliases(&self, model: &str) -> BTreeMap<String, i64> {
        let aliases = self.client.model_aliases(&name(model)).await.unwrap();
        aliases.into_iter().map(|alias| (alias.alias_name.unwrap(), alias.version_num.unwrap())).collect()
    }

    fn fault(&self, rules: &Value) {
        let plan: FaultPlan = serde_json::from_value(json!({ "seed": 1, "rules": rules })).unwrap();
        self.workspace.set_faults(plan).unwrap();
    }

    fn no_faults(&self) {
        self.workspace.set_faults(FaultPlan::default()).unwrap();
    }

    async fn resume(&self, report: &Report) -> Report {
        self.engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await.unwrap()
    }

    async fn roll_back(&self, report: &Report) -> Report {
        let plan = self.engine.rollback_plan(&report.run, false).await.unwrap();
        let cancellation = CancellationToken::new();
        self.engine.roll_back(&report.run, &plan, &SilentObserver, cancellation).await.unwrap()
    }
}

fn numbered(versions: &[(i64, &str)]) -> BTreeMap<i64, String> {
    versions.iter().map(|(number, content)| (*number, (*content).to_owned())).collect()
}

fn leading(aliases: &[(&str, i64)]) -> BTreeMap<String, i64> {
    aliases.iter().map(|(alias, number)| ((*alias).to_owned(), *number)).collect()
}

fn reason(status: Option<FacetStatus>) -> String {
    match status {
        Some(FacetStatus::Impossible { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_copied_with_files_comments_tags_runs_and_aliases() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    let large = fixture.begin("two").await;
    fixture.client.upload_file(&version(SOURCE, large), "a b/weights.bin", weights()).await.unwrap();
    fixture.client.finalize_model_version(&name(SOURCE), large).await.unwrap();
    fixture.alias(SOURCE, "champion", 2).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, SOURCE), Outcome::Created, "{report:#?}");
    assert_eq!(status(&report, SOURCE, Facet::Versions), Some(FacetStatus::Carried));
    assert_eq!(status(&report, SOURCE, Facet::Aliases), Some(FacetStatus::Carried));
    let model = report.securables.iter().find(|it| it.source == name(SOURCE)).unwrap();
    let copied = model.metrics.map(|metrics| (metrics.num_copied_files, metrics.copied_files_size));
    assert_eq!(copied, Some((7, 2 * 11 + 3 + 3 + 9_000_000)));
    assert_eq!(fixture.copied().await, numbered(&[(1, "one"), (2, "two")]));
    let read = fixture.client.download_file(&version(COPY, 2), "a b/weights.bin", None).await.unwrap();
    assert!(read == weights(), "the large file differs");
    assert_eq!(fixture.aliases(COPY).await, leading(&[("champion", 2)]));
    let copy = fixture.client.get_mlflow_model_version(&name(COPY), 2).await.unwrap();
    assert_eq!(copy.description.as_deref(), Some("It's two"));
    assert_eq!(copy.source.as_deref(), Some("models:/prod.gold.churn/2"));
    assert_eq!((copy.run_id.as_deref(), copy.run_tracking_server_id.as_deref()), (Some("two"), Some("7")));
    assert_eq!(copy.tags, [ModelVersionTag { key: "stage".into(), value: "two".into() }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn second_run_of_an_unchanged_model_does_nothing() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.alias(SOURCE, "champion", 1).await;
    let plan = fixture.plan(&settings()).await;
    let text = plan.to_string();
    let lines: Vec<_> = text.lines().skip_while(|line| !line.contains(COPY)).take(3).collect();
    assert_eq!(
        lines,
        [
            "  + registered model dev.gold.churn",
            "      versions copy of version 1",
            "      aliases champion to the copy of models:/prod.gold.churn/1",
        ]
    );
    fixture.clone_with(&settings()).await;
    fixture.sent.clear();
    let plan = fixture.plan(&settings()).await;
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(fixture.sent.count("/models/"), 4, "{:#?}", fixture.sent.all());
    assert_eq!(fixture.sent.count("/api/2.0/fs/"), 0);
    let incremental = Settings { load_type: LoadType::Incremental, ..settings() };
    let report = fixture.clone_with(&incremental).await;
    assert!(matches!(outcome(&report, SOURCE), Outcome::Skipped { .. }));
}

#[rstest]
#[case::full(LoadType::Full, 2)]
#[case::incremental(LoadType::Incremental, 1)]
#[tokio::test(flavor = "multi_thread")]
async fn later_run_adds_new_versions_and_a_full_one_moves_aliases(
    #[case] load_type: LoadType,
    #[case] champion: i64,
) {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.alias(SOURCE, "champion", 1).await;
    fixture.clone_with(&settings()).await;
    fixture.register("two").await;
    fixture.alias(SOURCE, "champion", 2).await;
    fixture.alias(SOURCE, "newest", 2).await;
    fixture.alias(COPY, "ours", 1).await;
    let report = fixture.clone_with(&Settings { load_type, ..settings() }).await;
    assert_eq!(outcome(&report, SOURCE), Outcome::Changed, "{report:#?}");
    assert_eq!(fixture.copied().await, numbered(&[(1, "one"), (2, "two")]));
    let aliases = leading(&[("champion", champion), ("newest", 2), ("ours", 1)]);
    assert_eq!(fixture.aliases(COPY).await, aliases);
}

#[tokio::test(flavor = "multi_thread")]
async fn comment_of_a_version_that_differs_is_carried_and_its_files_are_not_copied_again() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.clone_with(&settings()).await;
    let update = UpdateModelVersion { comment: Some("better".into()) };
    fixture.client.update_model_version(&name(SOURCE), 1, &update).await.unwrap();
    fixture.sent.clear();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, SOURCE), Outcome::Changed, "{report:#?}");
    assert_eq!(fixture.sent.count("/api/2.0/fs/"), 0);
    assert_eq!(fixture.versions(COPY).await[0].comment.as_deref(), Some("better"));
    fixture.roll_back(&report).await;
    assert_eq!(fixture.versions(COPY).await[0].comment.as_deref(), Some("It's one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_source_lost_a_version_numbers_part_and_aliases_lead_to_the_right_one() {
    let fixture = Fixture::with_model().await;
    for content in ["one", "two", "three"] {
        fixture.register(content).await;
    }
    fixture.client.delete_model_version(&name(SOURCE), 2).await.unwrap();
    fixture.alias(SOURCE, "champion", 3).await;
    for _ in 0..2 {
        let report = fixture.clone_with(&settings()).await;
        let securable = report.securables.iter().find(|it| it.source == name(SOURCE)).unwrap();
        let detail = "version 3 of the source is version 2".to_owned();
        let parted =
            |it: &clxs_clone::FacetOutcome| it.status == FacetStatus::Changed { detail: detail.clone() };
        assert!(securable.facets.iter().any(parted), "{securable:#?}");
        assert_eq!(fixture.copied().await, numbered(&[(1, "one"), (2, "three")]));
        assert_eq!(fixture.aliases(COPY).await, leading(&[("champion", 2)]));
    }
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn version_of_a_model_that_was_made_anew_is_copied_although_its_number_is_there() {
    let fixture = Fixture::with_model().await;
    fixture.register("old").await;
    fixture.clone_with(&settings()).await;
    fixture.client.delete_model(&name(SOURCE)).await.unwrap();
    fixture.make_model().await;
    fixture.register("new").await;
    fixture.alias(SOURCE, "champion", 1).await;
    fixture.clone_with(&settings()).await;
    assert_eq!(fixture.copied().await, numbered(&[(1, "old"), (2, "new")]));
    assert_eq!(fixture.aliases(COPY).await, leading(&[("champion", 2)]));
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn version_that_is_not_ready_in_the_source_is_named_and_so_are_its_aliases() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.begin("two").await;
    fixture.alias(SOURCE, "next", 2).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let versions = reason(status(&report, SOURCE, Facet::Versions));
    assert_eq!(versions, "version 2 is PENDING_REGISTRATION in the source");
    let aliases = reason(status(&report, SOURCE, Facet::Aliases));
    assert_eq!(aliases, "next leads to version 2, which is not copied");
    assert_eq!(fixture.copied().await, numbered(&[(1, "one")]));
}

#[rstest]
#[case::endpoint_not_found(404, "ENDPOINT_NOT_FOUND")]
#[case::not_found(404, "NOT_FOUND")]
#[case::not_implemented(501, "NOT_IMPLEMENTED")]
#[case::invalid_path(400, "INVALID_PARAMETER_VALUE")]
#[tokio::test(flavor = "multi_thread")]
async fn workspace_without_models_among_its_files_leaves_versions_out_and_says_so(
    #[case] status_code: u16,
    #[case] error_code: &str,
) {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    let error =
        json!({ "error": { "status": status_code, "error_code": error_code, "message": "No /Models" } });
    fixture.fault(&json!([{ "path": "/api/2.0/fs/*/Models/*", "effect": error }]));
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, SOURCE), Outcome::Created, "{report:#?}");
    let versions = reason(status(&report, SOURCE, Facet::Versions));
    assert!(versions.starts_with("version 1: the workspace does not serve files of models"), "{versions}");
    assert!(versions.contains("No /Models") && versions.contains("copy_model_version"), "{versions}");
    assert!(fixture.versions(COPY).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn caller_who_may_not_read_files_of_a_model_is_told_so() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    let client = fixture.cloner().await;
    let engine = fixture.engine_of(client);
    let mut settings = settings();
    settings.copy.ownership = false;
    let plan = engine.plan(&settings).await.unwrap();
    let report = engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let versions = reason(status(&report, SOURCE, Facet::Versions));
    assert!(versions.contains("does not have EXECUTE"), "{versions}");
    let change = clxs_api::grant::PermissionsChange {
        principal: "cloner@example.com".into(),
        add: vec![clxs_api::Privilege::Execute],
        remove: Vec::new(),
    };
    let kind = SecurableKind::RegisteredModel;
    fixture.client.update_permissions(&kind, &name(SOURCE), vec![change]).await.unwrap();
    let plan = engine.plan(&settings).await.unwrap();
    let report = engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.copied().await, numbered(&[(1, "one")]));
}

#[rstest]
#[case::of_create("*/model-versions/create")]
#[case::of_finalize("*/model-versions/finalize")]
#[case::of_an_upload("/api/2.0/fs/files/Models/dev/*")]
#[case::of_an_alias("*/aliases/*")]
#[tokio::test(flavor = "multi_thread")]
async fn lost_answer_makes_no_version_twice(#[case] path: &str) {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.register("two").await;
    fixture.alias(SOURCE, "champion", 2).await;
    fixture.fault(&json!([{ "path": path, "times": 1, "effect": "lost_after" }]));
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.copied().await, numbered(&[(1, "one"), (2, "two")]));
    assert_eq!(fixture.aliases(COPY).await, leading(&[("champion", 2)]));
    assert_eq!(status(&report, SOURCE, Facet::Versions), Some(FacetStatus::Carried));
}

/// The second version is begun and half filled when the run fails.
async fn half_copied(fixture: &Fixture) -> Report {
    let error = json!({ "error": { "status": 400, "error_code": "BAD_REQUEST", "message": "full" } });
    fixture.fault(&json!([
        { "path": "/api/2.0/fs/files/Models/dev/gold/churn/2/data/*", "method": "PUT", "effect": error }
    ]));
    let report = fixture.clone_with(&settings()).await;
    fixture.no_faults();
    assert!(matches!(outcome(&report, SOURCE), Outcome::Failed { .. }), "{report:#?}");
    let statuses: Vec<_> = fixture.versions(COPY).await.into_iter().map(|it| it.status.unwrap()).collect();
    assert_eq!(statuses, [ModelVersionStatus::Ready, ModelVersionStatus::Pending]);
    report
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn run_that_broke_off_within_a_version_fills_that_version(#[values(true, false)] resumes: bool) {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.register("two").await;
    fixture.register("three").await;
    fixture.alias(SOURCE, "champion", 3).await;
    let broken = half_copied(&fixture).await;
    let report = if resumes { fixture.resume(&broken).await } else { fixture.clone_with(&settings()).await };
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.copied().await, numbered(&[(1, "one"), (2, "two"), (3, "three")]));
    assert_eq!(fixture.aliases(COPY).await, leading(&[("champion", 3)]));
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_removes_the_versions_of_the_run_and_brings_aliases_back() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.alias(SOURCE, "champion", 1).await;
    fixture.clone_with(&settings()).await;
    fixture.register("two").await;
    fixture.register("three").await;
    fixture.alias(SOURCE, "champion", 3).await;
    fixture.alias(SOURCE, "newest", 3).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(fixture.copied().await.len(), 3);
    let undone = fixture.roll_back(&report).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(fixture.copied().await, numbered(&[(1, "one")]));
    assert_eq!(fixture.aliases(COPY).await, leading(&[("champion", 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_removes_a_version_that_the_run_did_not_finish() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.clone_with(&settings()).await;
    fixture.register("two").await;
    let broken = half_copied(&fixture).await;
    let undone = fixture.roll_back(&broken).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(fixture.copied().await, numbered(&[(1, "one")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_run_that_made_the_model_keeps_it_with_versions_and_aliases_of_others() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    let report = fixture.clone_with(&settings()).await;
    let request = CreateModelVersion {
        name: COPY.into(),
        source: "dbfs:/runs/mine".into(),
        ..CreateModelVersion::default()
    };
    let mine = fixture.client.create_model_version(&request).await.unwrap();
    fixture.alias(COPY, "mine", mine).await;
    let undone = fixture.roll_back(&report).await;
    let kept = outcome(&undone, SOURCE);
    let is_told = |reason: &str| reason.contains(&format!("did not make (version {mine}, alias mine)"));
    assert!(matches!(&kept, Outcome::Skipped { reason } if is_told(reason)), "{kept:?}");
    assert!(fixture.versions(COPY).await.iter().any(|version| version.version == Some(mine)));
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_goes_on_where_the_model_that_the_run_made_is_gone_already() {
    let fixture = Fixture::with_model().await;
    let report = fixture.clone_with(&settings()).await;
    fixture.client.delete_model(&name(COPY)).await.unwrap();
    let undone = fixture.roll_back(&report).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert!(fixture.client.get_catalog(&clxs_api::Identifier::new("dev").unwrap()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_run_that_made_the_model_removes_it_with_all_versions() {
    let fixture = Fixture::with_model().await;
    fixture.register("one").await;
    fixture.alias(SOURCE, "champion", 1).await;
    let report = fixture.clone_with(&settings()).await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    assert!(plan.findings.is_empty(), "{plan}");
    fixture.roll_back(&report).await;
    assert!(fixture.client.get_model(&name(COPY)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_about_versions_come_with_models_alone() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sent.clear();
    fixture.plan(&settings()).await;
    assert_eq!(fixture.sent.count("/models/"), 0);
    fixture.make_model().await;
    fixture.sent.clear();
    fixture.plan(&settings()).await;
    assert_eq!(fixture.sent.count("/models/"), 1);
    fixture.register("one").await;
    let schema_only = Settings { schema_only: true, ..settings() };
    let report = fixture.clone_with(&schema_only).await;
    let detail = "schema_only: its versions are not copied".to_owned();
    assert_eq!(status(&report, SOURCE, Facet::Versions), Some(FacetStatus::Changed { detail }));
    assert!(fixture.versions(COPY).await.is_empty());
}
