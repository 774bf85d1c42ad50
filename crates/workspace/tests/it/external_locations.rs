//! External locations: who may use which folder of this machine.

use serde_json::{Value, json};

use crate::sql::Sql;

const LOCATIONS: &str = "/api/2.1/unity-catalog/external-locations";
const CREDENTIALS: &str = "/api/2.1/unity-catalog/storage-credentials";

/// A workspace with the external location `lake`, and Ann, who may make tables and volumes in `main.s`.
async fn start() -> (Sql, String, String) {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("GRANT USE CATALOG ON CATALOG main TO `ann@x`").await;
    sql.run("GRANT USE SCHEMA, CREATE TABLE, CREATE VOLUME ON SCHEMA main.s TO `ann@x`").await;
    let url = format!("file://{}", sql.server.root().parent().unwrap().join("lake").display());
    sql.server.ok("POST", CREDENTIALS, json!({ "name": "key", "aws_iam_role": { "role_arn": "arn" } })).await;
    sql.run(&format!("CREATE EXTERNAL LOCATION lake URL '{url}/' WITH (STORAGE CREDENTIAL key) COMMENT 'c'"))
        .await;
    (sql, ann, url)
}

#[tokio::test]
async fn location_is_usable_by_those_who_hold_its_privilege() {
    let (sql, ann, url) = start().await;
    let volume = format!("CREATE EXTERNAL VOLUME main.s.v LOCATION '{url}/v'");
    let table = format!("CREATE TABLE main.s.t (a INT) LOCATION '{url}/t'");
    let hidden = sql.error_as(&ann, &volume).await;
    assert!(hidden.contains("[EXTERNAL_LOCATION_DOES_NOT_EXIST]"), "{hidden}");
    sql.run("GRANT READ FILES ON EXTERNAL LOCATION lake TO `ann@x`").await;
    let refused = sql.error_as(&ann, &table).await;
    assert!(
        refused.contains("User does not have CREATE EXTERNAL TABLE on External Location 'lake'."),
        "{refused}"
    );
    sql.run("GRANT CREATE EXTERNAL VOLUME, CREATE EXTERNAL TABLE ON EXTERNAL LOCATION lake TO `ann@x`").await;
    sql.rows_as(&ann, &volume).await;
    sql.rows_as(&ann, &table).await;
    let elsewhere = sql.error_as(&ann, "CREATE EXTERNAL VOLUME main.s.w LOCATION '/tmp/elsewhere'").await;
    assert!(
        elsewhere.contains("No parent external location was found for path 'file:///tmp/elsewhere'."),
        "{elsewhere}"
    );
    let managed = sql.error_as(&ann, &format!("CREATE SCHEMA main.r MANAGED LOCATION '{url}/m'")).await;
    assert!(managed.contains("CREATE SCHEMA on Catalog 'main'"), "{managed}");
}

#[tokio::test]
async fn statements_show_describe_and_drop_locations() {
    let (sql, _, url) = start().await;
    assert_eq!(sql.rows("SHOW EXTERNAL LOCATIONS").await, [["lake", url.as_str(), "c"]]);
    assert_eq!(sql.rows("SHOW STORAGE CREDENTIALS LIKE 'k*'").await[0][0], "key");
    let described = sql.rows("DESCRIBE EXTERNAL LOCATION lake").await;
    assert_eq!(described[0][..3], ["lake".to_owned(), url.clone(), "key".to_owned()]);
    assert_eq!(sql.rows("DESCRIBE STORAGE CREDENTIAL key").await[0][0], "key");
    let unknown = sql.error("DESCRIBE STORAGE CREDENTIAL other").await;
    assert!(unknown.contains("STORAGE_CREDENTIAL_DOES_NOT_EXIST"), "{unknown}");
    let again =
        format!("CREATE EXTERNAL LOCATION IF NOT EXISTS lake URL '{url}' WITH (STORAGE CREDENTIAL key)");
    sql.run(&again).await;
    sql.run(&format!("CREATE EXTERNAL VOLUME main.s.v LOCATION '{url}/v'")).await;
    let used = sql.error("DROP EXTERNAL LOCATION lake").await;
    assert!(used.contains("External Location 'lake' is used by 'main.s.v'"), "{used}");
    sql.run("DROP EXTERNAL LOCATION lake FORCE").await;
    sql.run("DROP EXTERNAL LOCATION IF EXISTS lake").await;
    sql.run("DROP STORAGE CREDENTIAL key").await;
}

#[tokio::test]
async fn making_a_location_needs_the_privilege_on_metastore_and_credential() {
    let (sql, ann, url) = start().await;
    let request = json!({ "name": "more", "url": url.replace("lake", "more"), "credential_name": "key" });
    let make = async || sql.server.send_as(&ann, "POST", LOCATIONS, request.clone()).await;
    assert_eq!(make().await.status, 403);
    sql.run("GRANT CREATE EXTERNAL LOCATION ON METASTORE TO `ann@x`").await;
    let hidden = make().await;
    assert_eq!(
        (hidden.status, &hidden.body["error_code"]),
        (404, &json!("STORAGE_CREDENTIAL_DOES_NOT_EXIST"))
    );
    sql.run("GRANT CREATE EXTERNAL LOCATION ON STORAGE CREDENTIAL key TO `ann@x`").await;
    assert_eq!(make().await.status, 200);
    let listed = sql.server.send_as(&ann, "GET", LOCATIONS, Value::Null).await.body;
    let names: Vec<_> =
        listed["external_locations"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["more"], "those of others are not listed");
}

#[tokio::test]
async fn overlap_secrets_and_missing_folders_are_told() {
    let (sql, _, url) = start().await;
    let request = json!({ "name": "inner", "url": format!("{url}/a"), "credential_name": "key" });
    let refused = sql.server.error("POST", LOCATIONS, request).await;
    assert!(refused.contains("overlaps with an existing external location: lake."), "{refused}");
    let secret = json!({ "name": "secret", "azure_service_principal": { "client_secret": "s" } });
    let refused = sql.server.error("POST", CREDENTIALS, secret).await;
    assert!(refused.contains("keeps no secrets"), "{refused}");
    let validate = "/api/2.1/unity-catalog/validate-storage-credentials";
    let tried = sql.server.ok("POST", validate, json!({ "external_location_name": "lake" })).await;
    assert_eq!((&tried["isDir"], &tried["results"][0]["result"]), (&json!(false), &json!("FAIL")));
    std::fs::create_dir(url.strip_prefix("file://").unwrap()).unwrap();
    let tried = sql.server.ok("POST", validate, json!({ "external_location_name": "lake" })).await;
    assert_eq!((&tried["isDir"], &tried["results"][0]["result"]), (&json!(true), &json!("PASS")));
}

#[tokio::test]
async fn credentials_of_clouds_are_refused_by_name() {
    let (sql, ..) = start().await;
    for path in
        ["2.0/unity-catalog/temporary-table-credentials", "2.0/unity-catalog/temporary-volume-credentials"]
    {
        let refused = sql.server.error("POST", &format!("/api/{path}"), json!({})).await;
        assert!(
            refused.starts_with("501 NOT_IMPLEMENTED: The embedded workspace gives no credentials"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn folders_are_tried_for_those_who_could_make_a_location_of_them() {
    let (sql, ann, url) = start().await;
    let validate = "/api/2.1/unity-catalog/validate-storage-credentials";
    sql.run("GRANT READ FILES ON EXTERNAL LOCATION lake TO `ann@x`").await;
    sql.run("GRANT READ FILES ON STORAGE CREDENTIAL key TO `ann@x`").await;
    let own = json!({ "external_location_name": "lake", "storage_credential_name": "key" });
    assert_eq!(sql.server.send_as(&ann, "POST", validate, own).await.status, 200);
    let elsewhere = json!({ "external_location_name": "lake", "url": "/etc" });
    let with_key = json!({ "storage_credential_name": "key", "url": "/etc" });
    let error = sql.server.error_as(&ann, "POST", validate, elsewhere).await;
    assert!(error.starts_with("403 PERMISSION_DENIED: User is not an owner of Metastore"), "{error}");
    let error = sql.server.error_as(&ann, "POST", validate, with_key.clone()).await;
    let expected =
        "403 PERMISSION_DENIED: User does not have CREATE EXTERNAL LOCATION on Storage Credential 'key'.";
    assert_eq!(error, expected);
    sql.run("GRANT CREATE EXTERNAL LOCATION ON STORAGE CREDENTIAL key TO `ann@x`").await;
    let error = sql.server.error_as(&ann, "POST", validate, with_key.clone()).await;
    assert!(error.contains("User does not have CREATE EXTERNAL LOCATION on Metastore"), "{error}");
    sql.run("GRANT CREATE EXTERNAL LOCATION ON METASTORE TO `ann@x`").await;
    assert_eq!(sql.server.send_as(&ann, "POST", validate, with_key).await.status, 200);
    assert!(
        sql.server.error("POST", validate, json!({ "url": format!("{url}/../x") })).await.contains("'..'")
    );
}

#[tokio::test]
async fn folder_of_the_workspace_is_refused_under_every_name() {
    let (sql, ..) = start().await;
    let alias = sql.server.root().with_file_name("alias");
    std::os::unix::fs::symlink(sql.server.root(), &alias).unwrap();
    let managed = format!("file://{}/managed", alias.display());
    let request = json!({ "name": "alias", "url": managed, "credential_name": "key" });
    let error = sql.server.error("POST", LOCATIONS, request).await;
    assert!(error.contains("overlaps with managed storage within 'CreateExternalLocation' call"), "{error}");
    let error = sql.error(&format!("CREATE EXTERNAL VOLUME main.s.v LOCATION '{managed}/x'")).await;
    assert!(error.contains("overlaps with managed storage within 'CreateVolume' call"), "{error}");
}
