//! Validates a document against a JSON Schema (draft 2020-12), as far as the schemas of this repository go: a keyword
//! that is not known here fails the test, so that none is passed over. A library for all of it would change features of
//! crates that the query engine shares.

use std::path::PathBuf;

use serde_json::Value;

/// The folder of the schemas.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas")
}

/// A schema of the repository by its file.
pub(super) fn schema(file: &str) -> Value {
    serde_json::from_str(&fs_err::read_to_string(folder().join(file)).unwrap()).unwrap()
}

/// What is wrong with a document; nothing when it is valid.
pub(super) fn problems(document: &Value, file: &str) -> Vec<String> {
    let root = schema(file);
    let mut problems = Vec::new();
    check(document, &root, &root, "$", &mut problems);
    problems
}

fn check(value: &Value, schema: &Value, root: &Value, at: &str, problems: &mut Vec<String>) {
    for (keyword, argument) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" => {}
            "$ref" => check_reference(value, argument.as_str().unwrap(), root, at, problems),
            "type" => {
                let types =
                    argument.as_array().map_or_else(|| vec![argument], |types| types.iter().collect());
                if !types.iter().any(|name| is_of_type(value, name.as_str().unwrap())) {
                    problems.push(format!("{at} is not of type {argument}: {value}"));
                }
            }
            "const" if value != argument => problems.push(format!("{at} is not {argument}: {value}")),
            "enum" if !argument.as_array().unwrap().contains(value) => {
                problems.push(format!("{at} is none of {argument}: {value}"));
            }
            "const" | "enum" => {}
            "minimum" => {
                if value.as_f64().is_some_and(|number| number < argument.as_f64().unwrap()) {
                    problems.push(format!("{at} is less than {argument}: {value}"));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(item, argument, root, &format!("{at}[{index}]"), problems);
                }
            }
            "required" => {
                let object = value.as_object();
                for name in argument.as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
                    if object.is_some_and(|object| !object.contains_key(name)) {
                        problems.push(format!("{at} lacks {name}"));
                    }
                }
            }
            "properties" => {
                for (name, inner) in argument.as_object().unwrap() {
                    if let Some(field) = value.get(name) {
                        check(field, inner, root, &format!("{at}.{name}"), problems);
                    }
                }
            }
            "additionalProperties" => check_others(value, schema, argument, root, at, problems),
            "oneOf" => check_branches(value, argument, root, at, problems, |valid| valid == 1),
            "anyOf" => check_branches(value, argument, root, at, problems, |valid| valid > 0),
            unknown => panic!("{unknown} in a schema is not checked by this test"),
        }
    }
}

fn check_reference(value: &Value, reference: &str, root: &Value, at: &str, problems: &mut Vec<String>) {
    let (file, pointer) = reference.split_once('#').unwrap();
    let other = if file.is_empty() { root.clone() } else { schema(file) };
    check(
        value,
        other.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere")),
        &other,
        at,
        problems,
    );
}

fn check_others(
    value: &Value,
    schema: &Value,
    others: &Value,
    root: &Value,
    at: &str,
    problems: &mut Vec<String>,
) {
    for (name, field) in value.as_object().into_iter().flatten() {
        if schema.pointer(&format!("/properties/{name}")).is_some() {
            continue;
        }
        match others {
            Value::Bool(true) => {}
            Value::Bool(false) => problems.push(format!("{at} has {name}, which its schema does not know")),
            inner => check(field, inner, root, &format!("{at}.{name}"), problems),
        }
    }
}

fn check_branches(
    value: &Value,
    branches: &Value,
    root: &Value,
    at: &str,
    problems: &mut Vec<String>,
    enough: fn(usize) -> bool,
) {
    let outcomes: Vec<Vec<String>> = branches
        .as_array()
        .unwrap()
        .iter()
        .map(|branch| {
            let mut problems = Vec::new();
            check(value, branch, root, at, &mut problems);
            problems
        })
        .collect();
    if !enough(outcomes.iter().filter(|problems| problems.is_empty()).count()) {
        // The branch that is nearest tells most.
        let nearest = outcomes.into_iter().min_by_key(Vec::len).unwrap_or_default();
        problems.push(format!("{at} is of no form of its schema: {}", nearest.join("; ")));
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        unknown => panic!("the type {unknown} in a schema is not checked by this test"),
    }
}

#[test]
fn validator_sees_what_is_too_much_what_lacks_and_what_is_of_another_form() {
    let counts = |json: &str| problems(&serde_json::from_str(json).unwrap(), "drift.json");
    let whole =
        r#"{"schema":"clxs.drift","version":1,"source":"a","destination":"b","counts":{},"tables":[]}"#;
    assert_eq!(counts(whole), Vec::<String>::new());
    for (wrong, problem) in [
        (whole.replace("{}", r#"{"in_sync":"1"}"#), "$.counts.in_sync is not of type"),
        (whole.replace("\"version\":1", "\"version\":2"), "$.version is not 1"),
        (whole.replace("\"source\":\"a\",", ""), "$ lacks source"),
        (whole.replace("[]", r#"[{"table":"t","state":"odd"}]"#), "$.tables[0].state is none of"),
        (whole.replace("\"tables\"", "\"more\":1,\"tables\""), "$ has more"),
    ] {
        assert!(
            counts(&wrong).iter().any(|found| found.starts_with(problem)),
            "{problem}: {:?}",
            counts(&wrong)
        );
    }
}
