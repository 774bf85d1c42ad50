//! Views of `SELECT *`: they show the columns that their tables had when they were made.

use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::{FacetStatus, Outcome, Report, Settings};
use rstest::rstest;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::facets::status;
use crate::rollback::roll_back;

const TABLE: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.a;
CREATE TABLE prod.a.t (id INT, v STRING);
INSERT INTO prod.a.t VALUES (1, 'one');
";

const MORE: &str = "
ALTER TABLE prod.a.t ADD COLUMNS (secret STRING);
INSERT INTO prod.a.t VALUES (2, 'two', 'hidden');
";

impl Fixture {
    /// A view of this text, whose table gained a column since.
    async fn with_star_view(create: &str) -> Self {
        let fixture = Self::new(Reached::InProcess).await;
        fixture.sql(&[TABLE, create, ";\n", MORE].concat()).await;
        fixture
    }

    async fn columns_of(&self, view: &str) -> Vec<(String, Option<String>)> {
        let columns = self.client.get_table(&name(view)).await.unwrap().columns;
        columns.into_iter().map(|column| (column.name.unwrap(), column.comment)).collect()
    }

    async fn shown(&self, view: &str) -> Vec<Vec<Option<String>>> {
        let rows = self.query(&format!("SELECT * FROM {view}")).await;
        let mut rows: Vec<Vec<_>> = rows.iter().map(|row| row.cells().to_vec()).collect();
        rows.sort();
        rows
    }

    async fn clone_succeeds(&self) -> Report {
        let report = self.clone_with(&settings()).await;
        assert_eq!((report.state, report.counts.failed), (RunState::Succeeded, 0), "{report:#?}");
        report
    }

    async fn assert_shown_alike(&self) {
        assert_eq!(self.columns_of("dev.a.w").await, self.columns_of("prod.a.w").await);
        assert_eq!(self.shown("dev.a.w").await, self.shown("prod.a.w").await);
    }
}

#[rstest]
#[case::compensation("CREATE VIEW prod.a.w AS SELECT * FROM prod.a.t -- all\n")]
#[case::binding("CREATE VIEW prod.a.w WITH SCHEMA BINDING AS SELECT * FROM prod.a.t")]
#[case::type_evolution("CREATE VIEW prod.a.w WITH SCHEMA TYPE EVOLUTION AS SELECT t.* FROM prod.a.t")]
#[case::other_names("CREATE VIEW prod.a.w (`v``` COMMENT 'x', id) AS SELECT v, * EXCEPT (v) FROM prod.a.t")]
#[case::nested("CREATE VIEW prod.a.w AS WITH all AS (SELECT * FROM prod.a.t) SELECT * FROM all ORDER BY id")]
#[tokio::test(flavor = "multi_thread")]
async fn view_whose_table_gained_a_column_shows_what_the_sources_shows(#[case] create: &str) {
    let fixture = Fixture::with_star_view(create).await;
    let report = fixture.clone_succeeds().await;
    assert_eq!(outcome(&report, "prod.a.w"), Outcome::Created);
    let told = status(&report, "prod.a.w", Facet::Definition);
    assert!(
        matches!(&told, Some(FacetStatus::Changed { detail }) if detail.contains("names the columns")),
        "{told:?}"
    );
    fixture.assert_shown_alike().await;
    assert!(fixture.plan(&settings()).await.is_empty(), "{}", fixture.plan(&settings()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn comment_arrives_on_a_view_whose_table_gained_a_column_and_goes_with_a_rollback() {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.sql(&[TABLE, "CREATE VIEW prod.a.w AS SELECT * FROM prod.a.t;\n"].concat()).await;
    fixture.clone_succeeds().await;
    fixture.sql(MORE).await;
    fixture.clone_succeeds().await;
    fixture.assert_shown_alike().await;
    fixture.sql("COMMENT ON TABLE prod.a.w IS 'few of them';\n").await;
    let report = fixture.clone_succeeds().await;
    let comment = async || fixture.client.get_table(&name("dev.a.w")).await.unwrap().comment;
    assert_eq!(comment().await.as_deref(), Some("few of them"));
    fixture.assert_shown_alike().await;
    assert!(fixture.plan(&settings()).await.is_empty());
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(comment().await, None);
    fixture.assert_shown_alike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn view_that_is_made_again_in_the_source_is_a_plain_one_again() {
    let fixture = Fixture::with_star_view("CREATE VIEW prod.a.w AS SELECT * FROM prod.a.t").await;
    fixture.clone_succeeds().await;
    fixture.sql("CREATE OR REPLACE VIEW prod.a.w AS SELECT * FROM prod.a.t;\n").await;
    let report = fixture.clone_succeeds().await;
    assert!(matches!(outcome(&report, "prod.a.w"), Outcome::Replaced), "{report:#?}");
    fixture.assert_shown_alike().await;
    let text = fixture.client.get_table(&name("dev.a.w")).await.unwrap().view_definition.unwrap();
    assert!(text.starts_with("SELECT * FROM"), "{text}");
}

/// Its own view in the source cannot be read either.
#[tokio::test(flavor = "multi_thread")]
async fn view_whose_table_lost_a_column_fails_with_the_reason() {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            &[
                TABLE,
                "CREATE VIEW prod.a.w AS SELECT * FROM prod.a.t;\n",
                "CREATE OR REPLACE TABLE prod.a.t (id INT);\n",
            ]
            .concat(),
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    let Outcome::Failed { error } = outcome(&report, "prod.a.w") else { panic!("{report:#?}") };
    assert!(error.contains("`v`"), "{error}");
}

/// Of an earlier version `*` stands for other columns, as many as there are now.
#[tokio::test(flavor = "multi_thread")]
async fn view_of_other_columns_of_then_is_taken_back_and_comes_with_those_of_now() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE TABLE prod.bronze.pay (id INT, salary INT) TBLPROPERTIES ('delta.columnMapping.mode' = 'name');\n\
             INSERT INTO prod.bronze.pay VALUES (1, 5000);\n\
             ALTER TABLE prod.bronze.pay DROP COLUMN salary;\n\
             ALTER TABLE prod.bronze.pay ADD COLUMN age INT;\n\
             CREATE VIEW prod.bronze.shown AS SELECT * FROM prod.bronze.pay;\n",
        )
        .await;
    let earlier = Settings { as_of_tables: [("bronze.pay".to_owned(), 1)].into(), ..settings() };
    let report = fixture.clone_with(&earlier).await;
    let Outcome::Failed { error } = outcome(&report, "prod.bronze.shown") else { panic!("{report:#?}") };
    assert!(error.contains("(id, salary)") && error.contains("it was taken back"), "{error}");
    assert!(fixture.client.get_table(&name("dev.bronze.shown")).await.is_err());

    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.shown"), Outcome::Created, "{report:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.shown WHERE age IS NULL").await, "1");
}

/// Somebody keeps a table of other columns in the destination.
#[tokio::test(flavor = "multi_thread")]
async fn view_over_columns_in_another_order_names_them_and_follows_when_the_order_is_that_of_the_source() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE TABLE prod.bronze.pay AS SELECT 1 AS id, 5000 AS salary;\n\
             CREATE VIEW prod.bronze.shown AS SELECT * FROM prod.bronze.pay;\n\
             CREATE CATALOG dev;\nCREATE SCHEMA dev.bronze;\n\
             CREATE TABLE dev.bronze.pay AS SELECT 7000 AS salary, 2 AS id;\n",
        )
        .await;
    let salary = "SELECT salary FROM dev.bronze.shown";
    fixture.clone_with(&settings()).await;
    assert_eq!(fixture.number(salary).await, "7000");
    let report = fixture.clone_with(&Settings { overwrite_edits: true, ..settings() }).await;
    assert_eq!(outcome(&report, "prod.bronze.pay"), Outcome::Replaced, "{report:#?}");
    assert_eq!(fixture.number(salary).await, "5000");
}
