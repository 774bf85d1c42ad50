//! `clxs demo`, and what follows it.

use crate::clxs::{Clxs, assert_ran};

#[test]
fn demo_clones_a_catalog_and_a_refresh_finds_nothing_to_do() {
    let clxs = Clxs::new();
    let demo = clxs.run(&["demo"]);
    assert!(demo.stderr.contains("◈ Starting clone: 24 tables across 5 schemas → retail_dev"), "{demo}");
    assert!(demo.stderr.contains("clxs plan"), "{demo}");
    assert_ran!(demo.success());

    let plan = clxs.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{plan}");

    let again = clxs.run(&["demo"]);
    assert_eq!(again.code, 0, "{again}");
    assert!(again.stderr.contains("were up to date and left alone"), "{again}");
    assert!(!again.stderr.contains("Cloned table"), "{again}");

    changed_table_alone_is_cloned(&clxs);
    runs_are_listed_and_shown(&clxs);
    let doctor = clxs.run(&["doctor"]).success();
    assert!(doctor.contains("✓  destination catalog  retail_dev") && !doctor.contains('✗'), "{doctor}");
}

fn changed_table_alone_is_cloned(clxs: &Clxs) {
    clxs.run(&["sql", "INSERT INTO retail_prod.hr.departments VALUES (4, 'Legal')"]).success();
    assert_ran!(clxs.run(&["plan", "--detailed-exitcode"]));
    assert_ran!(clxs.run(&["clone", "--dry-run"]));
    let ran = clxs.run(&["clone", "--report"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains("✓ Cloned table: hr.departments"), "{ran}");
    assert!(!ran.stderr.contains("silver.orders"), "{ran}");
    assert_eq!(fs_err::read_dir(clxs.folder().join("reports")).unwrap().count(), 2);
    let rows = clxs.run(&["sql", "SELECT count(*) AS n FROM retail_dev.hr.departments", "--output", "csv"]);
    assert_eq!(rows.success(), "n\n4\n");
}

fn runs_are_listed_and_shown(clxs: &Clxs) {
    assert_eq!(clxs.run(&["runs"]).success().lines().count(), 2 + 3);
    let report = clxs.run(&["runs", "show", "last", "--output", "json"]).success();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["schema"], "clxs.report");
}

#[test]
fn catalog_of_that_name_that_is_not_the_demos_is_left_alone() {
    let clxs = Clxs::new();
    clxs.run(&["sql", "CREATE CATALOG retail_prod"]).success();
    assert_ran!(clxs.run(&["demo"]));
}

#[test]
fn views_of_the_clone_read_the_clone() {
    let clxs = Clxs::new();
    clxs.run(&["demo"]).success();
    let total = |catalog: &str| {
        let query = format!("SELECT sum(amount) AS total FROM {catalog}.gold.executive_summary");
        clxs.run(&["sql", &query, "--output", "csv"]).success()
    };
    assert_eq!(total("retail_dev"), total("retail_prod"));
    clxs.run(&["sql", "DELETE FROM retail_dev.gold.store_sales WHERE store_id = 1"]).success();
    assert_ne!(total("retail_dev"), total("retail_prod"));
}
