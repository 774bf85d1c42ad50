//! Protected tables whose guards follow columns that come and go, on the embedded workspace.

use clxs_clone::journal::RunState;
use clxs_clone::plan::AsSql;
use clxs_clone::{Outcome, Settings};

use crate::catalogs::{name, settings};
use crate::embedded::outcome;
use crate::protected::{Guarded, reason};
use crate::rollback::roll_back;

/// The rows of both catalogs as the caller sees them, who sees everything, and as somebody does who does not.
async fn require_same(guarded: &Guarded, columns: &str) {
    let query = |catalog: &str| format!("SELECT {columns} FROM {catalog}.a.people ORDER BY id");
    assert_eq!(guarded.seen_by_caller(&query("dev")).await, guarded.seen_by_caller(&query("prod")).await);
    assert_eq!(guarded.seen_by_reader(&query("dev")).await, guarded.seen_by_reader(&query("prod")).await);
    let again = guarded.fixture.plan(&settings()).await;
    assert!(again.is_empty(), "{again}");
}

/// A copy whose source then changes.
async fn changed(statements: &str) -> Guarded {
    let guarded = Guarded::new(true).await;
    guarded.fixture.clone_with(&settings()).await;
    guarded.fixture.sql(statements).await;
    guarded
}

/// No `ALTER` makes the first column NOT NULL, so the table is replaced.
const REPLACED: &str = "
CREATE OR REPLACE TABLE prod.a.people (
  id BIGINT, ssn STRING MASK prod.z.hide USING COLUMNS ('***'), area STRING, nick STRING MASK prod.z.hide USING COLUMNS (area))
 WITH ROW FILTER prod.z.in_region ON (area);
INSERT INTO prod.a.people VALUES (1, '111', 'EU', 'Jo'), (2, '222', 'US', 'Al');
";

#[tokio::test(flavor = "multi_thread")]
async fn replaced_table_has_the_guards_of_its_new_columns_before_its_rows() {
    let guarded = changed(REPLACED).await;
    let plan = AsSql(&guarded.fixture.plan(&settings()).await).to_string();
    let at = |text: &str| plan.find(text).unwrap_or_else(|| panic!("{text} is not in {plan}"));
    assert!(at("CREATE OR REPLACE TABLE") < at("SET ROW FILTER"));
    assert!(at("ALTER COLUMN `nick` SET MASK") < at("INSERT OVERWRITE"));
    let report = guarded.fixture.clone_with(&settings()).await;
    assert_eq!((report.state, outcome(&report, "prod.a.people")), (RunState::Succeeded, Outcome::Replaced));
    require_same(&guarded, "id, ssn, area, nick").await;
    let seen = guarded.seen_by_reader("SELECT ssn, nick FROM dev.a.people").await;
    assert_eq!(seen, [[Some("***".to_owned()), Some("EU".to_owned())]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_replaced_table_brings_its_row_filter_back() {
    let guarded = changed(REPLACED).await;
    let before = "SELECT id, ssn, region FROM dev.a.people ORDER BY id";
    let (clear, masked) = (guarded.seen_by_caller(before).await, guarded.seen_by_reader(before).await);
    let report = guarded.fixture.clone_with(&settings()).await;
    let undone = roll_back(&guarded.fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(guarded.seen_by_caller(before).await, clear);
    assert_eq!(guarded.seen_by_reader(before).await, masked);
}

#[tokio::test(flavor = "multi_thread")]
async fn filter_and_mask_that_need_a_new_column_are_set_in_place_when_it_is_there() {
    let guarded = changed(
        "ALTER TABLE prod.a.people ADD COLUMNS (area STRING, nick STRING);\n\
         ALTER TABLE prod.a.people SET ROW FILTER prod.z.in_region ON (area);\n\
         ALTER TABLE prod.a.people ALTER COLUMN ssn SET MASK prod.z.hide USING COLUMNS (area);\n\
         ALTER TABLE prod.a.people ALTER COLUMN nick SET MASK prod.z.hide USING COLUMNS ('***');\n\
         INSERT INTO prod.a.people (ssn, region, area, nick) VALUES ('444', 'US', 'EU', 'Jo');\n",
    )
    .await;
    let before = "SELECT id, ssn, region FROM dev.a.people ORDER BY id";
    let masked = guarded.seen_by_reader(before).await;
    guarded.fixture.sent.clear();
    let report = guarded.fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(guarded.fixture.sent.count("CREATE OR REPLACE TABLE"), 0);
    require_same(&guarded, "id, ssn, area, nick").await;
    let seen = guarded.seen_by_reader("SELECT ssn, nick FROM dev.a.people").await;
    assert_eq!(seen, [[Some("EU".to_owned()), Some("***".to_owned())]]);
    let undone = roll_back(&guarded.fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(guarded.seen_by_reader(before).await, masked);
}

#[tokio::test(flavor = "multi_thread")]
async fn table_whose_own_filter_needs_a_column_that_the_source_lost_is_left_out() {
    let guarded = changed(
        "ALTER TABLE prod.a.people DROP ROW FILTER;\n\
         CREATE OR REPLACE TABLE prod.a.people (id BIGINT, ssn STRING MASK prod.z.hide USING COLUMNS ('***'));\n",
    )
    .await;
    let overwriting = Settings { overwrite_edits: true, ..settings() };
    let reason = reason(&guarded.fixture.plan(&overwriting).await, "prod.a.people");
    assert!(
        reason.contains("no column `region` any more, which the row filter of the destination needs"),
        "{reason}"
    );
    assert!(guarded.fixture.client.get_table(&name("dev.a.people")).await.unwrap().row_filter.is_some());
}
