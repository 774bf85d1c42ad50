//! Keys that a table loses by being replaced come back, whatever becomes of the run.

use clxs_clone::plan::Facet;
use clxs_clone::settings::{CloneType, Guardrails};
use clxs_clone::{FacetOutcome, FacetStatus, Settings};

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};
use crate::facets::status;
use crate::keys_undone::{PARENT_AND_CHILD, POINTING_AGAIN, cloned_before, names};
use crate::rollback::roll_back;

const ROWS: &str = "INSERT INTO prod.a.p VALUES (2, 2);\nINSERT INTO prod.a.c VALUES (2);\n";

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_run_that_reached_its_limit_brings_all_keys_back() {
    let fixture = cloned_before(&[ROWS]).await;
    let before = fixture.state().await;
    let guardrails = Guardrails { max_tables: Some(1), ..Guardrails::default() };
    let one = Settings { guardrails, ..settings() };
    let report = fixture.clone_with(&one).await;
    assert_ne!(fixture.keys_of(&["dev.a.p", "dev.a.c"]).await, before.0, "{report:#?}");
    fixture.undo(&report).await;
    assert_eq!(fixture.state().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_replaced_keep_their_keys_where_none_are_copied() {
    let fixture = cloned_before(&[]).await;
    fixture
        .sql(
            "CREATE TABLE dev.a.mine (id INT);\n\
             ALTER TABLE dev.a.mine ADD CONSTRAINT mine FOREIGN KEY (id) REFERENCES dev.a.p (id);\n",
        )
        .await;
    fixture.sql(ROWS).await;
    let tables = ["dev.a.p", "dev.a.c", "dev.a.mine"];
    let before = (fixture.keys_of(&tables).await, fixture.state().await);
    let mut without = settings();
    without.copy.constraints = false;
    let report = fixture.clone_with(&without).await;
    assert_eq!(fixture.keys_of(&tables).await, before.0, "{report:#?}");
    assert_eq!(status(&report, "prod.a.p", Facet::PrimaryKey), Some(FacetStatus::Carried));
    fixture.undo(&report).await;
    assert_eq!((fixture.keys_of(&tables).await, fixture.state().await), before);
    let mut new = without;
    new.destination = "dev2".parse().unwrap();
    fixture.clone_with(&new).await;
    assert!(fixture.keys_of(&["dev2.a.p", "dev2.a.c"]).await.is_empty());
}

/// The primary key may hold nulls by now, in the copy: nobody may make it, nor what points to it.
#[tokio::test(flavor = "multi_thread")]
async fn keys_whose_successors_are_refused_come_back_with_a_rollback() {
    let fixture = cloned_before(&[ROWS]).await;
    let before = fixture.state().await;
    let error =
        serde_json::json!({"status": 400, "error_code": "INVALID_PARAMETER_VALUE", "message": "no key"});
    let rule = serde_json::json!({"path": "*/constraints", "method": "POST", "effect": {"error": error}});
    let faults = serde_json::json!({"rules": [rule]});
    fixture.workspace.set_faults(serde_json::from_value(faults).unwrap()).unwrap();
    let report = fixture.clone_with(&settings()).await;
    let told = status(&report, "prod.a.p", Facet::PrimaryKey);
    assert!(matches!(told, Some(FacetStatus::Impossible { .. })), "{told:?}");
    fixture.workspace.set_faults(serde_json::from_value(serde_json::json!({"rules": []})).unwrap()).unwrap();
    fixture.undo(&report).await;
    assert_eq!(fixture.state().await, before);
}

/// The primary keys of both have one name, one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn foreign_key_that_leads_to_another_table_is_another_key_though_the_primary_key_is_called_alike() {
    let fixture = cloned_before(&[
        "ALTER TABLE prod.a.c DROP CONSTRAINT fkc;\n",
        "ALTER TABLE prod.a.p RENAME TO prod.a.p2;\n",
        "ALTER TABLE prod.a.c ADD CONSTRAINT fkc FOREIGN KEY (pid) REFERENCES prod.a.p2 (id);\n",
    ])
    .await;
    let report = fixture.clone_with(&settings()).await;
    let told = status(&report, "prod.a.p2", Facet::PrimaryKey);
    assert!(
        matches!(&told, Some(FacetStatus::Impossible { reason }) if reason.contains("`pkp` of dev.a.p has its name")),
        "{told:?}"
    );
    let child = report.securables.iter().find(|it| it.source == name("prod.a.c")).unwrap();
    let refused = |it: &FacetOutcome| matches!(it.status, FacetStatus::Impossible { .. });
    assert!(child.facets.iter().any(refused), "{child:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn table_that_was_dropped_for_its_clone_comes_back_with_its_keys() {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.sql(PARENT_AND_CHILD).await;
    fixture.clone_with(&settings()).await;
    let before = fixture.state().await;
    let mut shallow = settings();
    shallow.clone_type = CloneType::Shallow;
    shallow.force_reclone = true;
    fixture.sql(POINTING_AGAIN.replace("fkc", "other").as_str()).await;
    let report = fixture.clone_with(&shallow).await;
    let keys = fixture.keys_of(&["dev.a.p", "dev.a.c"]).await;
    assert_eq!(names(&keys), ["fkc", "other", "pkp"], "{report:#?}");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.counts.failed, 0, "{undone:#?}");
    assert_eq!(fixture.state().await, before);
}

/// What the run had not come to, a new one does, too.
#[tokio::test(flavor = "multi_thread")]
async fn own_keys_that_a_run_took_and_did_not_make_again_are_made_by_the_next_one() {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.a;\n\
             CREATE TABLE prod.a.p (id INT NOT NULL);\nCREATE TABLE prod.a.c (id INT NOT NULL);\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE dev.a.p ADD CONSTRAINT own PRIMARY KEY (id);\n\
             ALTER TABLE dev.a.c ADD CONSTRAINT to_own FOREIGN KEY (id) REFERENCES dev.a.p (id);\n\
             INSERT INTO prod.a.p VALUES (1);\nINSERT INTO prod.a.c VALUES (1);\n",
        )
        .await;
    let tables = ["dev.a.p", "dev.a.c"];
    let before = fixture.keys_of(&tables).await;
    let guardrails = Guardrails { max_tables: Some(1), ..Guardrails::default() };
    fixture.clone_with(&Settings { guardrails, ..settings() }).await;
    assert_ne!(fixture.keys_of(&tables).await, before);
    fixture.clone_with(&settings()).await;
    assert_eq!(fixture.keys_of(&tables).await, before);
    assert!(fixture.plan(&settings()).await.is_empty());
}
