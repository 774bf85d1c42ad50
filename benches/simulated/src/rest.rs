//! The REST part: lists in pages, single securables, and the writes that the engine sends.

use std::collections::HashMap;

use http::{Method, Uri};
use serde_json::{Value, json};

use crate::Simulated;
use crate::catalog::{Catalogs, USER};

/// Items of a page.
const PAGE: usize = 100;

type Answer = (u16, Value);

pub(crate) async fn answer(simulated: &Simulated, method: &Method, uri: &Uri, body: &Value) -> Answer {
    let path: Vec<_> = uri.path().trim_matches('/').split('/').collect();
    match (method.as_str(), path.as_slice()) {
        ("POST", [.., "statements"]) => (200, simulated.warehouse.submit(simulated, body).await),
        ("GET", [.., "statements", id]) => found(simulated.warehouse.get(id)),
        ("POST", [.., "statements", _, "cancel"]) => (200, json!({})),
        ("GET", [.., "Me"]) => (200, json!({"userName": USER})),
        ("GET", [.., "metastore_summary"]) => (200, json!({"metastore_id": "simulated", "owner": USER})),
        ("GET", path) => read(&simulated.catalogs(), path, uri),
        (_, path) => write(&mut simulated.catalogs(), method, path, body),
    }
}

fn read(catalogs: &Catalogs, path: &[&str], uri: &Uri) -> Answer {
    let query: HashMap<_, _> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let text = |key: &str| query.get(key).map(String::as_str).unwrap_or_default();
    let begin = text("page_token").parse().unwrap_or(0);
    match path {
        [.., "catalogs", name] => found(catalogs.containers.get(*name).cloned()),
        [.., "schemas", name] => found(catalogs.containers.get(*name).cloned()),
        [.., "schemas"] => page("schemas", catalogs.schemas(text("catalog_name")).skip(begin), begin),
        [.., kind @ ("tables" | "functions" | "volumes")] => {
            let schema = format!("{}.{}", text("catalog_name"), text("schema_name"));
            page(kind, catalogs.list(kind, &schema, begin), begin)
        }
        [.., kind @ ("tables" | "functions" | "volumes"), name] => found(catalogs.get(kind, name)),
        [.., "models"] => (200, json!({"registered_models": []})),
        [_, _, "fs", "directories", ..] => (200, json!({"contents": []})),
        [.., "policies", _, _] => (200, json!({})),
        [.., "permissions", kind, name] => (200, catalogs.permissions(&format!("{kind}/{name}"))),
        _ => (404, json!({"error_code": "ENDPOINT_NOT_FOUND", "message": "not simulated"})),
    }
}

fn write(catalogs: &mut Catalogs, method: &Method, path: &[&str], body: &Value) -> Answer {
    match (method.as_str(), path) {
        ("POST", [.., "catalogs"]) => (200, catalogs.make_container(body)),
        ("POST", [.., "schemas"]) => (200, catalogs.make_container(body)),
        ("POST", [.., "volumes"]) => (200, catalogs.make_volume(body)),
        ("PATCH", [.., "permissions", kind, name]) => {
            catalogs.grant(&format!("{kind}/{name}"), body);
            (200, json!({}))
        }
        ("PATCH", [.., kind, name]) => found(catalogs.change(kind, name, body)),
        _ => (200, json!({})),
    }
}

/// A page of the items from a place on.
fn page(kind: &str, items: impl Iterator<Item = Value>, begin: usize) -> Answer {
    let mut items: Vec<_> = items.take(PAGE + 1).collect();
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let mut answer = json!({});
    answer[kind] = Value::Array(items);
    if more {
        answer["next_page_token"] = json!((begin + PAGE).to_string());
    }
    (200, answer)
}

fn found(value: Option<Value>) -> Answer {
    value.map_or_else(
        || (404, json!({"error_code": "NOT_FOUND", "message": "not simulated"})),
        |value| (200, value),
    )
}
