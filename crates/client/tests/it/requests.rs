//! Every request the client can make is one that the official SDK can make: method, path, query and body.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use clxs_api::catalog::{CreateCatalog, UpdateCatalog};
use clxs_api::grant::PermissionsChange;
use clxs_api::schema::{CreateSchema, UpdateSchema};
use clxs_api::statement::StatementId;
use clxs_api::table::UpdateTable;
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use clxs_client::Client;
use futures::TryStreamExt;
use serde::Deserialize;
use serde_json::json as value;

use crate::queue::{Queue, client, json, select};

#[derive(Deserialize)]
struct Schema {
    endpoints: BTreeMap<String, Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    query: BTreeSet<String>,
    body: BTreeMap<String, String>,
}

async fn request_everything_of_unity_catalog(client: &Client) {
    let catalog = Identifier::new("my catalog").unwrap();
    let schema = Identifier::new("schema").unwrap();
    let schema_name = FullName::of_catalog(catalog.clone()).child(schema.clone());
    let table = schema_name.child(Identifier::new("a/b+c").unwrap());
    client.current_user().await.unwrap();
    client.metastore_summary().await.unwrap();
    client.list_catalogs().try_collect::<Vec<_>>().await.unwrap();
    client.get_catalog(&catalog).await.unwrap();
    client.create_catalog(&CreateCatalog { name: "c".into(), ..CreateCatalog::default() }).await.unwrap();
    client
        .update_catalog(&catalog, &UpdateCatalog { owner: Some("o".into()), ..UpdateCatalog::default() })
        .await
        .unwrap();
    client.delete_catalog(&catalog, true).await.unwrap();
    client.list_schemas(&catalog).try_collect::<Vec<_>>().await.unwrap();
    client.get_schema(&schema_name).await.unwrap();
    client.create_schema(&CreateSchema { name: "s".into(), ..CreateSchema::default() }).await.unwrap();
    client
        .update_schema(&schema_name, &UpdateSchema { owner: Some("o".into()), ..UpdateSchema::default() })
        .await
        .unwrap();
    client.delete_schema(&schema_name, false).await.unwrap();
    client.list_tables(&catalog, &schema).try_collect::<Vec<_>>().await.unwrap();
    client.list_table_summaries(&catalog).try_collect::<Vec<_>>().await.unwrap();
    client.get_table(&table).await.unwrap();
    client.table_exists(&table).await.unwrap();
    client.update_table(&table, &UpdateTable { owner: Some("o".into()) }).await.unwrap();
    client.delete_table(&table).await.unwrap();
    client.get_permissions(&SecurableKind::Table, &table).await.unwrap();
    client.get_effective_permissions(&SecurableKind::RegisteredModel, &table).await.unwrap();
    let change =
        PermissionsChange { principal: "p".into(), add: vec![Privilege::Select], remove: Vec::new() };
    client.update_permissions(&SecurableKind::ExternalLocation, &schema_name, vec![change]).await.unwrap();
}

async fn request_everything_of_warehouses(client: &Client) {
    let id = StatementId("01ef-1".into());
    client.list_warehouses().try_collect::<Vec<_>>().await.unwrap();
    client.get_warehouse("w").await.unwrap();
    client.start_warehouse("w").await.unwrap();
    client.submit_statement(&select()).await.unwrap();
    client.get_statement(&id).await.unwrap();
    client.get_statement_chunk(&id, 3).await.unwrap();
    client.cancel_statement(&id).await.unwrap();
}

#[tokio::test]
async fn every_request_is_one_of_the_sdk() {
    let queue = Queue::new((0..40).map(|_| json(200, &value!({}))));
    let client = client(&queue);
    request_everything_of_unity_catalog(&client).await;
    request_everything_of_warehouses(&client).await;
    let schema: Schema =
        serde_json::from_str(include_str!("../../../api/tests/data/sdk_schema.json")).unwrap();
    for request in queue.requests() {
        check(&schema, &request);
    }
    insta::assert_snapshot!(queue.targets().join("\n"));
}

fn check(schema: &Schema, request: &http::Request<Bytes>) {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let matches =
        |call: &str| call.split_once(' ').is_some_and(|(m, template)| m == method && fits(template, path));
    let found = schema.endpoints.iter().find(|(call, _)| matches(call));
    let (call, endpoint) = found.unwrap_or_else(|| panic!("the SDK has no {method} {path}"));
    for parameter in request.uri().query().unwrap_or_default().split('&').filter(|text| !text.is_empty()) {
        let name = parameter.split('=').next().unwrap();
        assert!(endpoint.query.contains(name), "{call} has no parameter {name}");
    }
    if !request.body().is_empty() {
        let body: BTreeMap<String, serde_json::Value> = serde_json::from_slice(request.body()).unwrap();
        for name in body.keys() {
            assert!(endpoint.body.contains_key(name), "{call} has no field {name} in its body");
        }
    }
}

/// Whether a path is of a template such as `/tables/{full_name}/exists`.
fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(expected, found): (&&str, &&str)| expected.starts_with('{') || expected == found;
    template.len() == path.len() && template.iter().zip(&path).all(same)
}

#[tokio::test]
async fn every_request_carries_token_name_and_kind_of_answer() {
    let queue = Queue::new([json(200, &value!({})), json(200, &value!({}))]);
    let client = client(&queue);
    client.current_user().await.unwrap();
    client.create_schema(&CreateSchema::default()).await.unwrap();
    let names = |request: &http::Request<Bytes>| {
        request.headers().keys().map(ToString::to_string).collect::<BTreeSet<_>>()
    };
    let [read, write] = &queue.requests()[..] else { panic!("two requests") };
    assert_eq!(
        names(read),
        ["accept", "authorization", "user-agent", "x-request-id"].map(String::from).into()
    );
    assert_eq!(write.headers()["content-type"], "application/json");
    assert_eq!(read.headers()["user-agent"], concat!("clxs/", env!("CARGO_PKG_VERSION")));
    assert_ne!(read.headers()["x-request-id"], write.headers()["x-request-id"]);
}
