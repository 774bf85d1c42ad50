//! Tables over REST; they are put into the metastore directly, without files.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use clxs_api::table::{ColumnInfo, DataSourceFormat, Dependency, DependencyList, TableDependency, TableType};
use clxs_api::{Identifier, Properties};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{AppState, router};
use crate::metastore::{
    CatalogRow, Metastore, MetastoreError, PrincipalKind, SchemaRow, TableRow, Transaction, ViewDetails,
};

const ADMIN: &str = "admin@clxs.local";
const UNITY: &str = "/api/2.1/unity-catalog";

struct Fixture {
    root: TempDir,
    router: Router,
    metastore: Metastore,
    token: String,
}

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

/// `prod.sales` with tables `t0` to `t4` and the view `v` on `t0`.
async fn fixture() -> Fixture {
    let root = TempDir::new().unwrap();
    let metastore = Metastore::open(root.path(), ADMIN).unwrap();
    let token = metastore.write(fill).await.unwrap();
    let router = router(AppState::new(metastore.clone(), 1, true).unwrap());
    Fixture { root, router, metastore, token }
}

fn fill(tx: &Transaction<'_>) -> Result<String, MetastoreError> {
    let catalog = CatalogRow::new(&name("prod"), ADMIN);
    tx.insert_catalog(&catalog)?;
    let schema = SchemaRow::new(&catalog, &name("sales"), ADMIN);
    tx.insert_securable(&schema)?;
    for number in 0..5 {
        let mut table = TableRow::new(&schema, &name(&format!("t{number}")), TableType::Managed, ADMIN);
        table.format = Some(DataSourceFormat::Delta);
        table.location = Some(tx.managed_location(&catalog, &schema, &table.id));
        table.columns =
            vec![ColumnInfo { name: Some("id".into()), position: Some(0), ..ColumnInfo::default() }];
        table.properties = Properties::from([("k".to_owned(), "v".to_owned())]);
        tx.insert_table(&table)?;
    }
    let mut view = TableRow::new(&schema, &name("v"), TableType::View, ADMIN);
    let read = TableDependency { table_full_name: "prod.sales.t0".into() };
    let dependencies = vec![Dependency { table: Some(read), ..Dependency::default() }];
    view.view = Some(ViewDetails {
        definition: "SELECT id FROM t0".into(),
        current_catalog: name("prod"),
        current_schema: name("sales"),
        dependencies: DependencyList { dependencies },
        output: vec!["id".into()],
    });
    tx.insert_table(&view)?;
    tx.insert_token(ADMIN)
}

impl Fixture {
    async fn send(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.send_as(&self.token, method, path, body).await
    }

    async fn send_as(&self, token: &str, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("{UNITY}{path}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, json!({})).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }
}

fn names(answer: &Value) -> Vec<&str> {
    answer["tables"].as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn list_of_tables_is_whole_without_max_results_and_pages_with_it() {
    let fixture = fixture().await;
    let list = "/tables?catalog_name=prod&schema_name=sales";
    let all = fixture.get(list).await;
    assert_eq!(names(&all), ["t0", "t1", "t2", "t3", "t4", "v"]);
    assert_eq!(all.get("next_page_token"), None);
    assert_eq!(names(&fixture.get(&format!("{list}&max_results=0")).await).len(), 6);
    let first = fixture.get(&format!("{list}&max_results=4")).await;
    let token = first["next_page_token"].as_str().unwrap();
    let second = fixture.get(&format!("{list}&max_results=4&page_token={token}")).await;
    assert_eq!((names(&first).len(), names(&second)), (4, vec!["t4", "v"]));
    let (status, error) = fixture.send("GET", &format!("{list}&max_results=-1"), json!({})).await;
    assert_eq!((status, &error["error_code"]), (StatusCode::BAD_REQUEST, &json!("INVALID_PARAMETER_VALUE")));
}

#[tokio::test]
async fn list_leaves_out_what_it_is_told_to_and_dependencies_always() {
    let fixture = fixture().await;
    let list = "/tables?catalog_name=prod&schema_name=sales";
    let whole = fixture.get(list).await;
    assert_eq!(whole["tables"][0]["columns"][0]["name"], "id");
    assert_eq!(whole["tables"][5]["view_definition"], "SELECT id FROM t0");
    assert_eq!(whole["tables"][5].get("view_dependencies"), None);
    let short =
        fixture.get(&format!("{list}&omit_columns=true&omit_properties=true&omit_username=true")).await;
    assert_eq!(short["tables"][0]["columns"], json!([]));
    assert_eq!((short["tables"][0].get("properties"), short["tables"][0].get("owner")), (None, None));
}

#[tokio::test]
async fn one_view_has_its_dependencies() {
    let fixture = fixture().await;
    let view = fixture.get("/tables/prod.sales.v").await;
    assert_eq!(view["view_dependencies"]["dependencies"][0]["table"]["table_full_name"], "prod.sales.t0");
    assert_eq!((&view["table_type"], &view["full_name"]), (&json!("VIEW"), &json!("prod.sales.v")));
}

#[tokio::test]
async fn existence_is_an_answer_for_tables_and_an_error_for_their_parents() {
    let fixture = fixture().await;
    assert_eq!(fixture.get("/tables/prod.sales.t0/exists").await, json!({ "table_exists": true }));
    assert_eq!(fixture.get("/tables/prod.sales.none/exists").await, json!({ "table_exists": false }));
    let (status, error) = fixture.send("GET", "/tables/prod.none.t/exists", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(
        error,
        json!({
            "error_code": "SCHEMA_DOES_NOT_EXIST", "message": "Schema 'prod.none' does not exist."
        })
    );
}

#[tokio::test]
async fn summaries_cover_the_catalog_and_take_like_patterns() {
    let fixture = fixture().await;
    let answer =
        fixture.get("/table-summaries?catalog_name=prod&table_name_pattern=t%25&max_results=2").await;
    assert_eq!(answer["tables"][1], json!({ "full_name": "prod.sales.t1", "table_type": "MANAGED" }));
    let token = answer["next_page_token"].as_str().unwrap();
    let rest = format!("/table-summaries?catalog_name=prod&table_name_pattern=t%25&page_token={token}");
    assert_eq!(fixture.get(&rest).await["tables"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn table_is_given_away_and_the_new_owner_must_be_known() {
    let fixture = fixture().await;
    let (status, error) =
        fixture.send("PATCH", "/tables/prod.sales.t0", json!({ "owner": "nobody@x" })).await;
    assert_eq!((status, &error["error_code"]), (StatusCode::NOT_FOUND, &json!("PRINCIPAL_DOES_NOT_EXIST")));
    let (_, table) =
        fixture.send("PATCH", "/tables/prod.sales.t0", json!({ "owner": "account users" })).await;
    assert_eq!(table["owner"], "account users");
    let (status, error) = fixture.send("PATCH", "/tables/prod.sales.t0", json!({ "comment": "c" })).await;
    assert_eq!(
        (status, &error["message"]),
        (StatusCode::BAD_REQUEST, &json!("Unknown field 'comment' in the request."))
    );
}

#[tokio::test]
async fn deleted_table_leaves_its_folder_to_come_back_and_a_dropped_schema_takes_all_along() {
    let fixture = fixture().await;
    let folders = || fs_err::read_dir(fixture.root.path().join("managed")).unwrap().count();
    for number in 0..5 {
        let table = fixture.get(&format!("/tables/prod.sales.t{number}")).await;
        let folder = fixture.root.path().join("managed").join(table["table_id"].as_str().unwrap());
        fs_err::create_dir_all(folder.join("_delta_log")).unwrap();
    }
    let (status, body) = fixture.send("DELETE", "/tables/prod.sales.t0", json!({})).await;
    assert_eq!((status, body, folders()), (StatusCode::OK, json!({}), 5));
    let (status, error) = fixture.send("DELETE", "/schemas/prod.sales", json!({})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        error,
        json!({
            "error_code": "SCHEMA_NOT_EMPTY",
            "message": "Schema 'prod.sales' is not empty. The schema has 5 tables(s), 0 functions(s), 0 volumes(s)"
        })
    );
    let (status, _) = fixture.send("DELETE", "/schemas/prod.sales?force=true", json!({})).await;
    assert_eq!((status, folders()), (StatusCode::OK, 0));
    let left = fixture.metastore.settle_dead_writes().await.unwrap();
    assert_eq!(left, []);
}

#[tokio::test]
async fn view_cannot_carry_modify() {
    let fixture = fixture().await;
    let change = json!({ "changes": [{ "principal": "account users", "add": ["MODIFY"] }] });
    let (status, error) = fixture.send("PATCH", "/permissions/table/prod.sales.v", change.clone()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        error,
        json!({
            "error_code": "INVALID_PARAMETER_VALUE",
            "message": "Privilege MODIFY is not applicable to this entity [TABLE/TABLE_VIEW]"
        })
    );
    let (status, _) = fixture.send("PATCH", "/permissions/table/prod.sales.t0", change).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn table_that_the_caller_may_not_see_does_not_exist_for_them() {
    let fixture = fixture().await;
    let grant = |on: &str, privilege: &str| {
        let change = json!({ "changes": [{ "principal": "ann", "add": [privilege] }] });
        (format!("/permissions/{on}"), change)
    };
    let ann = fixture.metastore.write(|tx| {
        tx.insert_principal(PrincipalKind::User, "ann", "Ann")?;
        tx.insert_token("ann")
    });
    let ann = Fixture { token: ann.await.unwrap(), ..fixture };
    let admin = ann.metastore.write(|tx| tx.insert_token(ADMIN)).await.unwrap();
    let exists = "/tables/prod.sales.t0/exists";
    let (status, error) = ann.send("GET", exists, json!({})).await;
    assert_eq!((status, &error["error_code"]), (StatusCode::NOT_FOUND, &json!("CATALOG_DOES_NOT_EXIST")));
    for (on, privilege, seen) in [
        ("catalog/prod", "USE_CATALOG", None),
        ("schema/prod.sales", "USE_SCHEMA", Some(false)),
        ("table/prod.sales.t0", "SELECT", Some(true)),
    ] {
        let (path, change) = grant(on, privilege);
        ann.send_as(&admin, "PATCH", &path, change).await;
        let (status, answer) = ann.send("GET", exists, json!({})).await;
        match seen {
            Some(seen) => assert_eq!(answer, json!({ "table_exists": seen }), "{on}"),
            None => assert_eq!(status, StatusCode::FORBIDDEN, "{answer}"),
        }
    }
}
