//! Primary keys that change while foreign keys lead to them, and rollbacks of that.

use clxs_api::ErrorCode;
use clxs_api::table::TableConstraint;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, PlannedChange};
use clxs_clone::{FacetStatus, Report};

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};
use crate::facets::status;
use crate::rollback::roll_back;

pub(crate) const PARENT_AND_CHILD: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.a;
CREATE TABLE prod.a.p (id INT NOT NULL, v INT, CONSTRAINT pkp PRIMARY KEY (id));
CREATE TABLE prod.a.c (pid INT, CONSTRAINT fkc FOREIGN KEY (pid) REFERENCES prod.a.p (id));
INSERT INTO prod.a.p VALUES (1, 1);
INSERT INTO prod.a.c VALUES (1);
";

/// The source's primary key has another name now.
const OTHER_KEY: &str = "
ALTER TABLE prod.a.c DROP CONSTRAINT fkc;
ALTER TABLE prod.a.p DROP CONSTRAINT pkp;
ALTER TABLE prod.a.p ADD CONSTRAINT pkp2 PRIMARY KEY (id);
";

pub(crate) const POINTING_AGAIN: &str =
    "ALTER TABLE prod.a.c ADD CONSTRAINT fkc FOREIGN KEY (pid) REFERENCES prod.a.p (id);\n";

/// Somebody leads a key to the copy.
const LATE: &str = "
CREATE TABLE dev.a.late (id INT);
ALTER TABLE dev.a.late ADD CONSTRAINT late FOREIGN KEY (id) REFERENCES dev.a.p (id);
";

/// A clone of the two tables, and what the source went through since.
pub(crate) async fn cloned_before(changes: &[&str]) -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.sql(PARENT_AND_CHILD).await;
    fixture.clone_with(&settings()).await;
    fixture.sql(&changes.concat()).await;
    fixture
}

impl Fixture {
    pub(crate) async fn keys_of(&self, tables: &[&str]) -> Vec<TableConstraint> {
        let mut keys = Vec::new();
        for table in tables {
            keys.extend(self.client.get_table(&name(table)).await.unwrap().table_constraints);
        }
        keys.sort_by_key(|key| key_name(key).map(str::to_owned));
        keys
    }

    pub(crate) async fn state(&self) -> (Vec<TableConstraint>, Vec<String>) {
        let keys = self.keys_of(&["dev.a.p", "dev.a.c"]).await;
        (keys, self.rows("SELECT id FROM dev.a.p ORDER BY id").await)
    }

    async fn refresh(&self) -> Report {
        let report = self.clone_with(&settings()).await;
        assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
        report
    }

    pub(crate) async fn undo(&self, report: &Report) {
        let undone = roll_back(self, report, false).await;
        assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    }
}

pub(crate) fn names(keys: &[TableConstraint]) -> Vec<&str> {
    keys.iter().filter_map(key_name).collect()
}

fn key_name(key: &TableConstraint) -> Option<&str> {
    let primary = key.primary_key_constraint.as_ref().map(|key| key.name.as_str());
    primary.or(key.foreign_key_constraint.as_ref().map(|key| key.name.as_str()))
}

/// Either table is replaced or stays in place.
#[tokio::test(flavor = "multi_thread")]
async fn primary_key_of_another_name_is_carried_with_the_key_that_points_to_it_and_brought_back() {
    let rows = ["INSERT INTO prod.a.p VALUES (2, 2);\n", "INSERT INTO prod.a.c VALUES (2);\n"];
    for inserted in [vec![], vec![rows[0]], vec![rows[1]], rows.to_vec()] {
        let fixture = cloned_before(&[OTHER_KEY, POINTING_AGAIN, &inserted.concat()]).await;
        let before = fixture.state().await;
        let report = fixture.refresh().await;
        assert_eq!(names(&fixture.state().await.0), ["fkc", "pkp2"], "{inserted:?}");
        assert!(fixture.plan(&settings()).await.is_empty());
        fixture.undo(&report).await;
        assert_eq!(fixture.state().await, before, "{inserted:?}");
    }
}

/// The key that the source lost stays in the destination, and so does the one that it points to.
#[tokio::test(flavor = "multi_thread")]
async fn primary_key_stays_on_a_replaced_table_where_a_key_of_the_destination_alone_points_to_it() {
    let inserted = "INSERT INTO prod.a.p VALUES (2, 2);\n";
    for also in ["", "INSERT INTO prod.a.c VALUES (2);\n"] {
        let fixture = cloned_before(&[OTHER_KEY, inserted, also]).await;
        let before = fixture.state().await;
        let report = fixture.refresh().await;
        let told = status(&report, "prod.a.p", Facet::PrimaryKey);
        let Some(FacetStatus::Impossible { reason }) = &told else { panic!("{told:?}") };
        assert!(reason.contains("the key `fkc` of dev.a.c points to it"), "{reason}");
        assert_eq!(fixture.state().await, (before.0.clone(), vec!["1".to_owned(), "2".to_owned()]));
        fixture.undo(&report).await;
        assert_eq!(fixture.state().await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn table_of_the_destination_alone_keeps_the_primary_key_that_its_own_key_points_to() {
    let fixture = cloned_before(&[]).await;
    fixture
        .sql(
            "CREATE TABLE dev.a.own (id INT);\n\
             ALTER TABLE dev.a.own ADD CONSTRAINT own FOREIGN KEY (id) REFERENCES dev.a.p (id);\n",
        )
        .await;
    fixture.sql(&[OTHER_KEY, POINTING_AGAIN, "INSERT INTO prod.a.p VALUES (2, 2);\n"].concat()).await;
    let before = (fixture.state().await, fixture.keys_of(&["dev.a.own"]).await);
    let report = fixture.refresh().await;
    assert_eq!(names(&fixture.state().await.0), ["fkc", "pkp"]);
    fixture.undo(&report).await;
    assert_eq!((fixture.state().await, fixture.keys_of(&["dev.a.own"]).await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn key_of_a_replaced_table_with_other_marks_gets_its_marks_back() {
    let fixture = cloned_before(&[
        "ALTER TABLE prod.a.p DROP CONSTRAINT pkp CASCADE;\n",
        "ALTER TABLE prod.a.p ADD CONSTRAINT pkp PRIMARY KEY (id) RELY;\n",
        POINTING_AGAIN,
        "INSERT INTO prod.a.p VALUES (2, 2);\n",
    ])
    .await;
    let before = fixture.state().await;
    let report = fixture.refresh().await;
    assert_ne!(fixture.state().await.0, before.0);
    fixture.undo(&report).await;
    assert_eq!(fixture.state().await, before);
}

/// The column of the key before is not there until the table is restored.
#[tokio::test(flavor = "multi_thread")]
async fn key_over_a_column_that_the_source_lost_comes_back_with_the_column() {
    let fixture = cloned_before(&[
        OTHER_KEY,
        "CREATE OR REPLACE TABLE prod.a.p (other INT NOT NULL, CONSTRAINT pkp2 PRIMARY KEY (other));\n",
        "CREATE OR REPLACE TABLE prod.a.c (pid INT, CONSTRAINT fkc FOREIGN KEY (pid) REFERENCES prod.a.p (other));\n",
    ])
    .await;
    let before = fixture.state().await;
    let report = fixture.refresh().await;
    assert_eq!(names(&fixture.keys_of(&["dev.a.p", "dev.a.c"]).await), ["fkc", "pkp2"]);
    fixture.undo(&report).await;
    assert_eq!(fixture.state().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_keeps_a_primary_key_that_somebody_led_a_foreign_key_to_and_says_so() {
    let fixture = cloned_before(&[OTHER_KEY, POINTING_AGAIN, "INSERT INTO prod.a.p VALUES (2, 2);\n"]).await;
    let before = fixture.state().await;
    let report = fixture.refresh().await;
    fixture.sql(LATE).await;
    let plan = fixture.engine.rollback_plan(&report.run, true).await.unwrap();
    let parent = plan.securables.iter().find(|it| it.source == name("prod.a.p")).unwrap();
    let PlannedChange::Skip { reason } = &parent.change else { panic!("{:?}", parent.change) };
    assert!(reason.contains("the foreign key `late` of dev.a.late"), "{reason}");
    fixture.undo(&report).await;
    assert_eq!(fixture.rows("SELECT id FROM dev.a.p ORDER BY id").await, ["1", "2"]);
    fixture.sql("ALTER TABLE dev.a.late DROP CONSTRAINT late;\n").await;
    fixture.undo(&report).await;
    assert_eq!(fixture.state().await, before);
}

/// A table that the run made would be dropped, and the key of somebody else's with it.
#[tokio::test(flavor = "multi_thread")]
async fn rollback_keeps_a_new_table_that_somebody_led_a_foreign_key_to() {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.sql(PARENT_AND_CHILD).await;
    let report = fixture.refresh().await;
    fixture.sql(LATE).await;
    fixture.undo(&report).await;
    assert_eq!(names(&fixture.keys_of(&["dev.a.p", "dev.a.late"]).await), ["late", "pkp"]);
    let gone = fixture.client.get_table(&name("dev.a.c")).await.unwrap_err();
    assert_eq!(gone.api_error().unwrap().error_code, ErrorCode::TableDoesNotExist);
    fixture.sql("DROP TABLE dev.a.late;\n").await;
    fixture.undo(&report).await;
    assert!(fixture.client.get_catalog(name("dev").catalog()).await.is_err());
}
