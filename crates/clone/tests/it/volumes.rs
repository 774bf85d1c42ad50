//! Volumes and their files.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use clxs_api::volume::VolumeType;
use clxs_client::{ErrorKind, FileRoot};
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, SavedPlan};
use clxs_clone::settings::LocationMapping;
use clxs_clone::{Error, FacetStatus, Outcome, Settings, SilentObserver};
use clxs_workspace::{FaultEffect, FaultRule};
use futures::TryStreamExt;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::facets::status;
use crate::refusals::{only, request};
use crate::rollback::roll_back;

const VOLUMES: &str = "
CREATE VOLUME prod.bronze.scans COMMENT 'It\\'s scans';
GRANT READ VOLUME ON VOLUME prod.bronze.scans TO `analysts@example.com`;
ALTER VOLUME prod.bronze.scans OWNER TO `ann@example.com`;
";

/// More than fits into one part.
fn large() -> Bytes {
    (0..9_000_000_u32).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

impl Fixture {
    async fn with_volume() -> Self {
        let fixture = Self::with_retail(Reached::InProcess).await;
        fixture.sql(VOLUMES).await;
        for (path, content) in files() {
            fixture.upload(path, content).await;
        }
        fixture.client.create_directory(&name("prod.bronze.scans").into(), "empty/inner").await.unwrap();
        fixture
    }

    async fn upload(&self, path: &str, content: Bytes) {
        if let Some((directory, _)) = path.rsplit_once('/') {
            self.client.create_directory(&name("prod.bronze.scans").into(), directory).await.unwrap();
        }
        self.client.upload_file(&name("prod.bronze.scans").into(), path, content).await.unwrap();
    }

    /// Writes a file again until its time, which file systems tell in steps, is later than a moment.
    async fn upload_after(&self, moment_ms: i64, (root, path): (&FileRoot, &str), content: &'static str) {
        let mut last_modified = None;
        while last_modified <= Some(moment_ms) {
            self.client.upload_file(root, path, Bytes::from_static(content.as_bytes())).await.unwrap();
            let listed: Vec<_> = self.client.list_directory(root, "").try_collect().await.unwrap();
            last_modified =
                listed.iter().find(|entry| entry.name.as_deref() == Some(path)).unwrap().last_modified;
        }
    }

    async fn download(&self, volume: &str, path: &str) -> Bytes {
        self.client.download_file(&name(volume).into(), path, None).await.unwrap()
    }
}

fn files() -> Vec<(&'static str, Bytes)> {
    vec![
        ("plain.txt", Bytes::from_static(b"plain")),
        ("nothing", Bytes::new()),
        ("a b/50% é`'.txt", Bytes::from_static(b"odd")),
        ("a b/deep/er/large.bin", large()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn managed_volume_is_carried_with_files_directories_comment_grants_and_owner() {
    let fixture = Fixture::with_volume().await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.scans"), Outcome::Created, "{report:#?}");
    for (path, content) in files() {
        assert_eq!(fixture.download("dev.bronze.scans", path).await, content, "{path}");
    }
    let volume = fixture.client.get_volume(&name("dev.bronze.scans")).await.unwrap();
    assert_eq!(volume.comment.as_deref(), Some("It's scans"));
    assert_eq!(volume.owner.as_deref(), Some("ann@example.com"));
    assert_eq!(volume.volume_type, Some(VolumeType::Managed));
    let kind = clxs_api::SecurableKind::Volume;
    let granted = fixture.client.get_permissions(&kind, &name("dev.bronze.scans")).await.unwrap();
    assert_eq!(granted[0].privileges, [clxs_api::Privilege::ReadVolume]);
    let volume = report.securables.iter().find(|it| it.source == name("prod.bronze.scans")).unwrap();
    assert_eq!(volume.metrics.map(|metrics| metrics.num_copied_files), Some(4));
    let again = fixture.plan(&settings()).await;
    assert!(again.is_empty(), "{again}");
    fixture.client.create_directory(&name("dev.bronze.scans").into(), "empty").await.unwrap();
}

/// All of them have arrived, and then no file can be made of them.
#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_file_that_was_not_uploaded_are_not_left_in_the_storage() {
    let fixture = Fixture::with_volume().await;
    let plan = fixture.plan(&settings()).await;
    let refusal = FaultEffect::Error {
        status: 400,
        error_code: "INVALID_PARAMETER_VALUE".to_owned(),
        message: "no such part".to_owned(),
    };
    let completes = request("POST", "/api/2.0/fs/files/*/large.bin", refusal);
    let rule = FaultRule { skip: 1, times: Some(1), ..completes };
    fixture.workspace.set_faults(only(rule)).unwrap();
    let stop = CancellationToken::new();
    let report = fixture.engine.run(&settings(), &plan, &SilentObserver, stop).await.unwrap();
    let volume = outcome(&report, "prod.bronze.scans");
    assert!(matches!(&volume, Outcome::Failed { error } if error.contains("no such part")), "{volume:?}");
    assert_eq!(unfinished_uploads(fixture.home.path()), 0);
}

/// What the workspace keeps of uploads that did not end.
fn unfinished_uploads(folder: &Path) -> usize {
    let entries = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let directories = entries.filter(|path| path.is_dir());
    let unfinished = |path: PathBuf| match path.file_name() {
        Some(name) if name == ".clxs-uploads" => fs_err::read_dir(path).unwrap().count(),
        _ => unfinished_uploads(&path),
    };
    directories.map(unfinished).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_files_that_differ_are_copied_again_and_the_destinations_own_are_kept() {
    let fixture = Fixture::with_volume().await;
    fixture.clone_with(&settings()).await;
    fixture
        .client
        .upload_file(&name("dev.bronze.scans").into(), "ours", Bytes::from_static(b"1"))
        .await
        .unwrap();
    fixture.upload("plain.txt", Bytes::from_static(b"PLAIN")).await;
    fixture.upload("a b/new", Bytes::from_static(b"new")).await;
    fixture.sent.clear();
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.scans"), Outcome::Changed, "{report:#?}");
    assert_eq!(fixture.sent.count("PUT /api/2.0/fs/files/"), 2, "{:#?}", fixture.sent.all());
    assert_eq!(fixture.download("dev.bronze.scans", "plain.txt").await, "PLAIN");
    assert_eq!(fixture.download("dev.bronze.scans", "a b/new").await, "new");
    assert_eq!(fixture.download("dev.bronze.scans", "ours").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_above_the_limit_are_left_out_and_named() {
    let fixture = Fixture::with_volume().await;
    let mut settings = settings();
    settings.volume_max_file_mb = Some(1);
    let report = fixture.clone_with(&settings).await;
    let files = status(&report, "prod.bronze.scans", Facet::Files);
    let expected = "without a b/deep/er/large.bin, larger than volume_max_file_mb";
    assert_eq!(files, Some(FacetStatus::Changed { detail: expected.into() }));
    assert_eq!(fixture.download("dev.bronze.scans", "plain.txt").await, "plain");
    let again = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&again, "prod.bronze.scans"), Outcome::Unchanged);
    let files = status(&again, "prod.bronze.scans", Facet::Files);
    assert_eq!(files, Some(FacetStatus::Changed { detail: expected.into() }));
    settings.volume_max_file_mb = None;
    fixture.clone_with(&settings).await;
    assert_eq!(fixture.download("dev.bronze.scans", "a b/deep/er/large.bin").await, large());
}

#[tokio::test(flavor = "multi_thread")]
async fn volume_is_left_out_with_the_reason_and_its_files_are_not_listed_where_volumes_are_off() {
    let fixture = Fixture::with_volume().await;
    fixture.clone_with(&settings()).await;
    fixture.upload("new.txt", Bytes::from_static(b"new")).await;
    let mut settings = settings();
    settings.kinds.volumes = false;
    fixture.sent.clear();
    let report = fixture.clone_with(&settings).await;
    assert_eq!(fixture.sent.count("/directories/") + fixture.sent.count("/permissions/volume"), 0);
    let skipped = Outcome::Skipped { reason: "clone_volumes is off".to_owned() };
    assert_eq!(outcome(&report, "prod.bronze.scans"), skipped);
    let copied = fixture.client.download_file(&name("dev.bronze.scans").into(), "new.txt", None).await;
    assert_eq!(copied.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn external_volume_goes_where_its_location_is_mapped_to_and_is_left_out_otherwise() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let storage = fixture.home.path().join("storage");
    let url = |name: &str| format!("file://{}/{name}", storage.display());
    for folder in ["prod", "dev"] {
        fs_err::create_dir_all(storage.join(folder).join("scans")).unwrap();
    }
    fixture
        .sql(&format!("CREATE EXTERNAL VOLUME prod.bronze.scans LOCATION '{}';\n", url("prod/scans")))
        .await;
    let report = fixture.clone_with(&settings()).await;
    let left_out = outcome(&report, "prod.bronze.scans");
    assert!(matches!(left_out, Outcome::Skipped { reason } if reason.contains("location_mapping")));
    assert_eq!(report.state, RunState::Succeeded);
    let mut mapped = settings();
    mapped.location_mapping = LocationMapping::new([(url("prod"), url("dev"))].into()).unwrap();
    let report = fixture.clone_with(&mapped).await;
    assert_eq!(outcome(&report, "prod.bronze.scans"), Outcome::Created, "{report:#?}");
    let volume = fixture.client.get_volume(&name("dev.bronze.scans")).await.unwrap();
    assert_eq!(volume.storage_location, Some(url("dev/scans")));
    assert!(fixture.plan(&mapped).await.is_empty());
}

/// A refresh that brings a volume new files, replaces one, and is undone after somebody changed two of the new ones.
#[tokio::test(flavor = "multi_thread")]
async fn rollback_removes_new_files_names_those_that_were_changed_since_and_says_which_are_not_brought_back()
{
    let fixture = Fixture::with_volume().await;
    fixture.clone_with(&settings()).await;
    let copy = name("dev.bronze.scans").into();
    let text = Bytes::from_static;
    for path in ["plain.txt", "new", "odd % name/é", "odd % name/inner/grown", "same size"] {
        fixture.upload(path, text(b"NEWER")).await;
    }
    let report = fixture.clone_with(&settings()).await;
    fixture.client.upload_file(&copy, "odd % name/inner/grown", text(b"and larger")).await.unwrap();
    fixture.upload_after(report.finished_at.unwrap().timestamp_millis(), (&copy, "same size"), "12345").await;

    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let finding = "what 1 of its files held cannot be brought back, they were replaced";
    assert_eq!(plan.findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>(), [finding]);
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    let files = status(&undone, "prod.bronze.scans", Facet::Files);
    let kept = r#"with ["odd % name/inner/grown", "same size"], which were changed since"#;
    assert_eq!(files, Some(FacetStatus::Changed { detail: kept.into() }));
    for path in ["new", "odd % name/é"] {
        let gone = fixture.client.download_file(&copy, path, None).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound, "{path}");
    }
    assert_eq!(fixture.download("dev.bronze.scans", "odd % name/inner/grown").await, "and larger");
    assert_eq!(fixture.download("dev.bronze.scans", "same size").await, "12345");
    assert_eq!(fixture.download("dev.bronze.scans", "plain.txt").await, "NEWER");
}

/// A file of the same size, one of another, and one that was made directly in the destination.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_edited_in_the_destination_are_kept_and_told_until_they_are_taken_back() {
    let fixture = Fixture::with_volume().await;
    fixture.clone_with(&settings()).await;
    let copy = name("dev.bronze.scans").into();
    let copied = fixture.client.list_directory(&copy, "").try_collect::<Vec<_>>().await.unwrap();
    let copied = copied.iter().filter_map(|entry| entry.last_modified).max().unwrap();
    fixture.upload_after(copied, (&copy, "plain.txt"), "edits").await;
    fixture.upload_after(copied, (&copy, "nothing"), "something").await;
    fixture.upload_after(copied, (&copy, "ours"), "1").await;
    fixture.upload("plain.txt", Bytes::from_static(b"newer")).await;
    fixture.upload("a b/new", Bytes::from_static(b"new")).await;

    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded);
    let kept = "2 of its files were edited in the destination since they were copied, and are kept (nothing, plain.txt); \
                overwrite_edits takes them back";
    let files = status(&report, "prod.bronze.scans", Facet::Files);
    assert_eq!(files, Some(FacetStatus::Changed { detail: kept.into() }));
    assert!(report.findings.iter().any(|finding| finding.message == kept), "{:#?}", report.findings);
    assert_eq!(fixture.download("dev.bronze.scans", "plain.txt").await, "edits");
    assert_eq!(fixture.download("dev.bronze.scans", "nothing").await, "something");
    assert_eq!(fixture.download("dev.bronze.scans", "a b/new").await, "new");

    let overwriting = clxs_clone::Settings { overwrite_edits: true, ..settings() };
    let report = fixture.clone_with(&overwriting).await;
    assert_eq!(report.state, RunState::Succeeded);
    assert_eq!(fixture.download("dev.bronze.scans", "plain.txt").await, "newer");
    assert_eq!(fixture.download("dev.bronze.scans", "nothing").await, "");
    assert_eq!(fixture.download("dev.bronze.scans", "ours").await, "1");
    let again = fixture.plan(&settings()).await;
    assert!(again.is_empty() && again.findings.is_empty(), "{again}");
}

/// Of a volume that is to be made, and of one that is there.
/// Nobody knows whether they are copies.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_the_destination_made_itself_are_kept_and_told_and_so_is_what_cannot_be_in_their_place() {
    let fixture = Fixture::with_volume().await;
    fixture.sql("CREATE CATALOG dev;\nCREATE SCHEMA dev.bronze;\nCREATE VOLUME dev.bronze.scans;\n").await;
    let copy = name("dev.bronze.scans").into();
    for path in ["plain.txt", "a b"] {
        fixture.client.upload_file(&copy, path, Bytes::from_static(b"my own")).await.unwrap();
    }
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let of_volume = report.findings.iter().filter(|it| it.securable == name("prod.bronze.scans"));
    let findings: Vec<_> = of_volume.map(|finding| finding.message.as_str()).collect();
    assert!(
        findings[0].starts_with("1 of its files differ in the destination and are not known to be copies"),
        "{findings:?}"
    );
    assert!(findings[1].contains("are files where the destination has directories"), "{findings:?}");
    for path in ["plain.txt", "a b"] {
        assert_eq!(fixture.download("dev.bronze.scans", path).await, "my own");
    }
    assert_eq!(fixture.download("dev.bronze.scans", "nothing").await, "");
    assert!(fixture.plan(&settings()).await.is_empty());
    let overwriting = Settings { overwrite_edits: true, ..settings() };
    fixture.clone_with(&overwriting).await;
    assert_eq!(fixture.download("dev.bronze.scans", "plain.txt").await, "plain");
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[rstest::rstest]
#[case::new(false, "prod.bronze.scans")]
#[case::there(true, "prod.bronze.scans")]
#[case::destination(true, "dev.bronze.scans")]
#[tokio::test(flavor = "multi_thread")]
async fn saved_plan_is_refused_when_files_of_a_volume_moved(#[case] cloned: bool, #[case] moves: &str) {
    let fixture = Fixture::with_volume().await;
    if cloned {
        fixture.clone_with(&settings()).await;
        fixture.upload("plain.txt", Bytes::from_static(b"second")).await;
    }
    let settings = clxs_clone::Settings { exact: true, ..settings() };
    let saved = SavedPlan { plan: fixture.plan(&settings).await, settings };
    fixture.engine.check_saved(&saved).await.unwrap();
    let volume = name(moves).into();
    fixture.client.upload_file(&volume, "plain.txt", Bytes::from_static(b"moved on")).await.unwrap();
    let refused = fixture.engine.check_saved(&saved).await.unwrap_err();
    let Error::StalePlan { moved } = &refused else { panic!("{refused}") };
    assert_eq!(moved.iter().map(|it| it.name.name().as_str()).collect::<Vec<_>>(), ["scans"]);
}
