//! `throttle_schedule`: profiles of limits by the hour.

use crate::clxs::{Clxs, assert_ran};

#[cfg(feature = "embedded")]
#[test]
fn run_goes_by_the_profile_of_its_hour_and_says_so() {
    let clxs = Clxs::new();
    clxs.run(&["sql", "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT 1 AS id"])
        .success();
    clxs.write(
        "clxs.yaml",
        "source_catalog: shop\ndestination_catalog: copy\nthrottle_schedule:\n  - {hours: 0-24, profile: medium}\n",
    );
    let ran = clxs.run(&["clone"]);
    assert!(ran.stderr.contains("◈ Limits of this hour: 8 statements at once, 10 a second"), "{ran}");
    ran.success();
    // A flag holds at all hours.
    let ran = clxs.run(&["clone", "--max-rps", "100"]);
    assert!(!ran.stderr.contains("Limits of this hour"), "{ran}");
    assert!(
        ran.stderr.contains("throttle_schedule is left aside: max_rps (flag --max-rps) holds at all hours"),
        "{ran}"
    );
    ran.success();
}

#[test]
fn schedules_that_cannot_be_meant_are_refused_with_their_line() {
    let clxs = Clxs::new();
    let lint = |entries: &str| {
        let file = format!("source_catalog: a\ndestination_catalog: b\nthrottle_schedule: {entries}\n");
        clxs.write("clxs.yaml", &file);
        let ran = clxs.run(&["config", "lint"]);
        assert_eq!(ran.code, 2, "{ran}");
        ran.stdout.lines().next().unwrap_or_default().to_owned()
    };
    let refused = [
        "[{hours: 9-17, profile: low}, {hours: 22-22, profile: max}]",
        "[{hours: 9, profile: low}]",
        "[{profile: low}]",
        "[{hours: 9-17, throttle: low}]",
        "[low]",
        "[{hours: 9-17, profile: slow}]",
        "[{hours: 9-17, days: [mon, tue-fry], profile: low}]",
        "[{hours: 9-17, profile: low}, {hours: 16-20, days: fri, profile: max}]",
        "low",
    ];
    insta::assert_snapshot!(refused.map(lint).join("\n"));
    clxs.write("clxs.yaml", "source_catalog: a\ndestination_catalog: b\nthrottle_time_zone: Berlin\n");
    assert_ran!(clxs.run(&["config", "lint"]));
}
