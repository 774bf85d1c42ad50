//! Lists that come in pages, and answers that are not what the protocol says.

use clxs_api::{FullName, Identifier, SecurableKind};
use clxs_client::{Error, Result};
use futures::TryStreamExt;
use serde_json::json as value;

use crate::queue::{Queue, client, json, stable, text};

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

#[tokio::test]
async fn empty_page_with_a_token_is_not_the_end() {
    let queue = Queue::new([
        json(200, &value!({"catalogs": [{"name": "a"}], "next_page_token": "1/2"})),
        json(200, &value!({"next_page_token": "3"})),
        json(200, &value!({"catalogs": null, "next_page_token": "4"})),
        json(200, &value!({"catalogs": [{"name": "b"}], "next_page_token": ""})),
    ]);
    let catalogs: Vec<_> = client(&queue).list_catalogs().try_collect().await.unwrap();
    let names: Vec<_> = catalogs.into_iter().filter_map(|catalog| catalog.name).collect();
    assert_eq!(names, ["a", "b"]);
    insta::assert_snapshot!(queue.targets().join("\n"), @r"
    GET /api/2.1/unity-catalog/catalogs?max_results=0
    GET /api/2.1/unity-catalog/catalogs?max_results=0&page_token=1%2F2
    GET /api/2.1/unity-catalog/catalogs?max_results=0&page_token=3
    GET /api/2.1/unity-catalog/catalogs?max_results=0&page_token=4
    ");
}

#[tokio::test]
async fn page_token_that_comes_twice_is_an_error() {
    let page = |token: &str| json(200, &value!({"tables": [], "next_page_token": token}));
    let queue = Queue::new([page("a"), page("b"), page("a")]);
    let tables: Result<Vec<_>> = client(&queue).list_tables(&name("c"), &name("s")).try_collect().await;
    let error = tables.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
    assert_eq!(queue.requests().len(), 3);
}

#[tokio::test]
async fn securable_without_grants_answers_an_empty_object() {
    let queue = Queue::new([json(200, &value!({}))]);
    let name = FullName::from_dotted("c.s.t").unwrap();
    assert_eq!(client(&queue).get_permissions(&SecurableKind::Table, &name).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn wrong_type_names_the_field_and_hides_the_value() {
    let queue =
        Queue::new([json(200, &value!({"tables": [{"name": "t", "columns": [{"position": "s3cret"}]}]}))]);
    let tables: Result<Vec<_>> = client(&queue).list_tables(&name("c"), &name("s")).try_collect().await;
    insta::assert_snapshot!(stable(&tables.unwrap_err()), @"the answer is not what the protocol says: field `tables[0].columns[0].position`: expected i32 at line 1 column 54 (GET /api/2.1/unity-catalog/tables, request id [id], 1 try in 0.0 s)");
}

#[tokio::test]
async fn answer_that_is_no_json_is_an_error_without_the_answer() {
    let queue = Queue::new([text(200, &[], "<html>s3cret</html>")]);
    let error = client(&queue).metastore_summary().await.unwrap_err();
    assert!(!stable(&error).contains("s3cret"));
    assert!(matches!(error, Error::Protocol { .. }));
}

#[tokio::test]
async fn empty_answer_is_an_empty_object() {
    let queue = Queue::new([text(200, &[], "")]);
    assert_eq!(client(&queue).metastore_summary().await.unwrap().name, None);
}

#[tokio::test(start_paused = true)]
async fn redirect_is_an_error_that_names_the_host_alone() {
    let queue = Queue::new([text(302, &[("location", "https://login.example/x?state=s3cret")], "")]);
    let error = client(&queue).current_user().await.unwrap_err();
    insta::assert_snapshot!(stable(&error), @"the answer is not what the protocol says: HTTP 302 redirects to `login.example`, and redirects are not followed: check the workspace's URL (GET /api/2.0/preview/scim/v2/Me, request id [id], 1 try in 0.0 s)");
}
