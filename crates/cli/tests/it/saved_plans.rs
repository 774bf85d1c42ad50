//! Plans in files that were changed, or whose catalogs were.

use serde_json::{Value, json};

use crate::clxs::Clxs;

const CATALOGS: [&str; 4] = ["--source", "shop", "--dest", "copy"];

fn with(command: &[&'static str]) -> Vec<&'static str> {
    [command, &CATALOGS].concat()
}

fn shop() -> Clxs {
    let clxs = Clxs::new();
    clxs.run(&[
        "sql",
        "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.orders AS SELECT 1 AS id",
    ])
    .success();
    clxs
}

/// What a file says is compared with what would be planned now, and only that is done, or undone later.
#[test]
fn plan_that_somebody_changed_in_its_file_does_nothing_of_that() {
    let clxs = shop();
    clxs.run(&with(&["clone"])).success();
    clxs.run(&["sql", "CREATE CATALOG other; GRANT MODIFY ON TABLE shop.s.orders TO `account users`"])
        .success();
    clxs.run(&with(&["plan", "-o", "p.json"])).success();
    let text = fs_err::read_to_string(clxs.folder().join("p.json")).unwrap();
    let plan: Value = serde_json::from_str(&text).unwrap();
    let grants = plan["steps"].as_array().unwrap().iter().find(|step| step["facet"] == "grants").unwrap();
    let foreign = json!({
        "action": "update_permissions", "kind": "CATALOG", "name": "other",
        "changes": [{"principal": "account users", "add": ["ALL_PRIVILEGES"]}]
    });
    let mut undone = plan.clone();
    let place = usize::try_from(grants["id"].as_u64().unwrap()).unwrap();
    undone["steps"][place]["inverse"] = foreign.clone();
    clxs.write("p.json", &undone.to_string());
    let refused = clxs.run(&["apply", "p.json"]);
    assert_eq!(refused.code, 5, "{refused}");
    let mut more = plan.clone();
    let mut step = grants.clone();
    step["id"] = json!(plan["steps"].as_array().unwrap().len());
    step["action"] = foreign;
    more["steps"].as_array_mut().unwrap().push(step);
    more["destination"] = json!("elsewhere");
    clxs.write("p.json", &more.to_string());
    let applied = clxs.run(&["apply", "p.json"]);
    assert!(applied.success().contains("clone of shop to copy: succeeded"));
    assert!(!clxs.run(&["sql", "SHOW GRANTS ON CATALOG other"]).success().contains("ALL PRIVILEGES"));
    assert!(clxs.run(&["sql", "SHOW GRANTS ON TABLE copy.s.orders"]).success().contains("MODIFY"));
}

/// A rollback would bring back what was there when the plan was made.
#[test]
fn plan_over_a_comment_that_somebody_changed_since_is_stale() {
    let clxs = shop();
    clxs.run(&with(&["clone"])).success();
    clxs.run(&["sql", "COMMENT ON SCHEMA shop.s IS 'new'"]).success();
    clxs.run(&with(&["plan", "-o", "p.json"])).success();
    clxs.run(&["sql", "COMMENT ON SCHEMA copy.s IS 'mine'"]).success();
    let refused = clxs.run(&["apply", "p.json"]);
    assert_eq!(refused.code, 5, "{refused}");
    assert!(refused.stderr.contains("schema copy.s moved"), "{refused}");
}
