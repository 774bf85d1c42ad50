//! `--require`: metadata that must be carried.

use crate::clxs::Clxs;

/// A catalog with a foreign key to a schema that is left out of the clones here.
const KEYS: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.a;
CREATE SCHEMA prod.b;
CREATE TABLE prod.b.orders (id BIGINT NOT NULL, CONSTRAINT orders_pk PRIMARY KEY (id));
CREATE TABLE prod.a.lines (id BIGINT, CONSTRAINT lines_fk FOREIGN KEY (id) REFERENCES prod.b.orders (id));
";

#[test]
fn metadata_that_is_required_and_not_carried_is_named_and_exits_with_6() {
    let clxs = Clxs::new();
    clxs.run(&["sql", KEYS]).success();
    let clone = ["clone", "--source", "prod", "--include-schemas", "a", "--dest"];
    let met = clxs.run(&[&clone[..], &["met", "--require", "owner,tags,pk"]].concat());
    assert_eq!(met.code, 0, "{met}");
    let missed = clxs.run(&[&clone[..], &["missed", "--require", "fk"]].concat());
    assert_eq!(missed.code, 6, "{missed}");
    assert!(missed.stderr.contains("✗ table missed.a.lines lacks what is required: foreign key"), "{missed}");
    assert!(missed.stdout.contains("prod.b.orders, which is not cloned"), "{missed}");
}

#[test]
fn metadata_that_nobody_knows_cannot_be_required() {
    let ran = Clxs::new().run(&["clone", "--source", "a", "--dest", "b", "--require", "colour"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("`colour`") && ran.stderr.contains("foreign_key"), "{ran}");
}
