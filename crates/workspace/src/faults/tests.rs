use serde_json::{Value, json};

use super::*;

fn plan(rules: &Value) -> FaultPlan {
    serde_json::from_value(json!({ "seed": 7, "rules": rules })).unwrap()
}

fn faults(rules: &Value) -> Faults {
    let faults = Faults::default();
    faults.set(plan(rules));
    faults
}

fn get(path: &str) -> Subject<'_> {
    Subject { method: "GET", path, statement: None }
}

#[test]
fn rule_strikes_what_it_names_as_often_as_it_says() {
    let faults = faults(&json!([
        { "method": "get", "path": "/a/*/c", "skip": 1, "times": 2, "effect": "drop_before" }
    ]));
    assert_eq!(faults.strike(get("/a/b")), None);
    let struck: Vec<_> = (0..4).map(|_| faults.strike(get("/A/b/c")).is_some()).collect();
    assert_eq!(struck, [false, true, true, false]);
    assert_eq!(faults.strike(Subject { method: "POST", ..get("/a/b/c") }), None);
    assert_eq!(faults.get().1, [2]);
}

#[test]
fn same_seed_gives_the_same_faults() {
    let rules = json!([{ "probability": 0.3, "effect": "lost_after" }]);
    let struck = || {
        let faults = faults(&rules);
        (0..1_000).map(|_| faults.strike(get("/")).is_some()).collect::<Vec<_>>()
    };
    let first = struck();
    assert_eq!(first, struck());
    let share = first.iter().filter(|struck| **struck).count();
    assert!((200..400).contains(&share), "{share} of 1000");
}

#[test]
fn statement_is_known_by_its_text_and_effects_on_statements_strike_nothing_else() {
    let faults = faults(&json!([
        { "statement": "create*clone*", "effect": "cancel_statement" }, { "effect": "fail_statement" }
    ]));
    let submit = |statement| Subject { method: "POST", path: "/s", statement: Some(statement) };
    let clone = submit("CREATE TABLE t DEEP CLONE s");
    assert_eq!(faults.strike(clone), Some(FaultEffect::CancelStatement));
    assert_eq!(faults.strike(submit("SELECT 1")), Some(FaultEffect::FailStatement));
    assert_eq!(faults.strike(get("/s")), None);
}

#[test]
fn plans_that_cannot_be_are_refused_by_their_rule() {
    for (effect, error) in [
        (json!({ "status": { "code": 404 } }), FaultError::Status { rule: 1, code: 404 }),
        (json!({ "page_size": { "items": 0 } }), FaultError::PageSize { rule: 1 }),
    ] {
        assert_eq!(plan(&json!([{ "effect": effect }])).check(), Err(error));
    }
    let unlikely = plan(&json!([{ "effect": "empty_page", "probability": 1.5 }]));
    assert_eq!(unlikely.check(), Err(FaultError::Probability { rule: 1, probability: 1.5 }));
    assert!(serde_json::from_str::<FaultPlan>(r#"{ "rules": [{ "effect": "explode" }] }"#).is_err());
}
