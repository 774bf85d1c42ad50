//! Tables that take rows and give none back, where statements make, fill and refill their copies.

use clxs_clone::journal::RunState;
use clxs_clone::settings::Conditions;
use clxs_clone::{Outcome, Settings};
use rstest::rstest;

use crate::catalogs::settings;
use crate::embedded::{Fixture, Reached, outcome};
use crate::rollback::roll_back;

/// A catalog with such a table, with a mask or without one.
async fn with_log(mask: &str) -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(&format!(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\n\
             CREATE FUNCTION prod.default.hide(x STRING) RETURNS STRING RETURN CASE WHEN current_user() = 'nobody' THEN '*' ELSE x END;\n\
             CREATE TABLE prod.s.log (id INT, who STRING {mask}) TBLPROPERTIES ('delta.appendOnly' = 'true');\n\
             INSERT INTO prod.s.log VALUES (1, 'ann');\n",
        ))
        .await;
    fixture
}

fn some_rows() -> Settings {
    let where_clauses = Conditions::new([(&"s.log".to_owned(), &"id < 9".to_owned())]).unwrap();
    Settings { where_clauses, ..settings() }
}

async fn copied(fixture: &Fixture) -> Vec<String> {
    fixture.rows("SELECT id, who FROM dev.s.log ORDER BY id").await
}

async fn require_append_only(fixture: &Fixture) {
    let properties = fixture.rows("SHOW TBLPROPERTIES dev.s.log").await;
    assert!(properties.contains(&"delta.appendOnly|true".to_owned()), "{properties:?}");
}

#[rstest]
#[case::cloned("", settings())]
#[case::masked_by_a_function_of_schema_default("MASK prod.default.hide", settings())]
#[case::some_of_the_rows("", some_rows())]
#[tokio::test(flavor = "multi_thread")]
async fn table_is_copied_refreshed_with_other_columns_and_rolled_back_and_stays_append_only(
    #[case] mask: &str,
    #[case] settings: Settings,
) {
    let fixture = with_log(mask).await;
    let report = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&report, "prod.s.log"), Outcome::Created, "{report:#?}");
    assert_eq!(copied(&fixture).await, ["1|ann"]);
    require_append_only(&fixture).await;
    assert!(fixture.plan(&settings).await.is_empty());
    fixture.query("ALTER TABLE prod.s.log ADD COLUMN day INT").await;
    fixture.query("INSERT INTO prod.s.log VALUES (2, 'bob', 3)").await;
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(copied(&fixture).await, ["1|ann", "2|bob"]);
    require_append_only(&fixture).await;
    assert!(fixture.plan(&settings).await.is_empty());
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(fixture.rows("SELECT * FROM dev.s.log").await, ["1|ann"]);
    require_append_only(&fixture).await;
}
