//! Folders that become external tables over REST.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sql::Sql;

const TABLES: &str = "/api/2.1/unity-catalog/tables";

/// A Delta table with the rows 1 and 2 that no catalog knows, and a folder with its Parquet files.
async fn folders(sql: &Sql, scratch: &TempDir) -> (PathBuf, PathBuf) {
    let (delta, plain) = (scratch.path().join("delta"), scratch.path().join("plain"));
    sql.run(&format!("CREATE TABLE main.default.made (id INT) LOCATION '{}'", delta.display())).await;
    sql.run("INSERT INTO main.default.made VALUES (1), (2)").await;
    sql.run("DROP TABLE main.default.made").await;
    fs_err::create_dir(&plain).unwrap();
    for entry in fs_err::read_dir(&delta).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "parquet") {
            fs_err::copy(&file, plain.join(file.file_name().unwrap())).unwrap();
        }
    }
    (delta, plain)
}

fn request(name: &str, format: &str, location: &std::path::Path, column_type: &str) -> Value {
    let type_json = json!({ "name": "id", "type": column_type, "nullable": true, "metadata": {} });
    json!({
        "name": name, "catalog_name": "main", "schema_name": "default", "table_type": "EXTERNAL",
        "data_source_format": format, "storage_location": format!("file://{}", location.display()),
        "columns": [{ "name": "id", "type_json": type_json.to_string() }],
    })
}

#[tokio::test]
async fn folder_is_registered_and_read_by_sql() {
    let (sql, scratch) = (Sql::start().await, TempDir::new().unwrap());
    let (delta, plain) = folders(&sql, &scratch).await;
    for (name, format, folder) in [("d", "DELTA", &delta), ("p", "PARQUET", &plain)] {
        let made = sql.server.ok("POST", TABLES, request(name, format, folder, "integer")).await;
        assert_eq!((&made["table_type"], &made["data_source_format"]), (&json!("EXTERNAL"), &json!(format)));
        assert_eq!(made["columns"][0]["type_text"], "int");
        assert_eq!(sql.rows(&format!("SELECT sum(id) FROM main.default.{name}")).await, [["3"]]);
    }
}

#[tokio::test]
async fn what_is_no_external_table_is_refused_and_leaves_nothing() {
    let (sql, scratch) = (Sql::start().await, TempDir::new().unwrap());
    let (delta, plain) = folders(&sql, &scratch).await;
    let good = request("t", "DELTA", &delta, "integer");
    let with = |field: &str, value: &str| {
        let mut request = good.clone();
        request[field] = json!(value);
        request
    };
    for (request, error) in [
        (with("table_type", "MANAGED"), "400 INVALID_PARAMETER_VALUE: Only tables of type EXTERNAL"),
        (
            with("data_source_format", "CSV"),
            "501 NOT_IMPLEMENTED: The embedded workspace reads no files of format CSV",
        ),
        (with("schema_name", "nowhere"), "404 SCHEMA_DOES_NOT_EXIST: Schema 'main.nowhere' does not exist."),
        (with("storage_location", "s3://bucket/t"), "400 INVALID_PARAMETER_VALUE"),
        (
            request("t", "DELTA", &delta, "string"),
            "400 INVALID_PARAMETER_VALUE: [DELTA_CREATE_TABLE_SCHEME_MISMATCH]",
        ),
        (request("t", "PARQUET", &plain, "string"), "400 INVALID_PARAMETER_VALUE: [UNSUPPORTED_FEATURE]"),
    ] {
        let answered = sql.server.error("POST", TABLES, request).await;
        assert!(answered.starts_with(error), "{answered}");
    }
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("GRANT USE CATALOG, USE SCHEMA ON CATALOG main TO `ann@x`").await;
    let answered = sql.server.error_as(&ann, "POST", TABLES, good.clone()).await;
    assert!(answered.starts_with("403 PERMISSION_DENIED"), "{answered}");
    assert_eq!(sql.server.get(&format!("{TABLES}/main.default.t/exists")).await["table_exists"], false);
    sql.server.ok("POST", TABLES, good.clone()).await;
    let answered = sql.server.error("POST", TABLES, good).await;
    assert_eq!(answered, "400 TABLE_ALREADY_EXISTS: Table 'main.default.t' already exists");
    let overlapping =
        sql.server.send_as(&sql.server.token, "POST", TABLES, request("u", "DELTA", &delta, "int")).await;
    assert_eq!(
        (overlapping.status, &overlapping.body["details"][0]["reason"]),
        (400, &json!("LOCATION_OVERLAP"))
    );
    let message = overlapping.body["message"].as_str().unwrap();
    assert!(message.ends_with("Conflicting tables/volumes: main.default.t."), "{message}");
}

#[tokio::test]
async fn delta_metadata_is_answered_when_it_is_asked_for() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (id INT)").await;
    sql.run("INSERT INTO main.default.t VALUES (1)").await;
    let table = format!("{TABLES}/main.default.t");
    assert_eq!(sql.server.get(&table).await.get("delta_runtime_properties_kvpairs"), None);
    let asked = sql.server.get(&format!("{table}?include_delta_metadata=true")).await;
    let properties = &asked["delta_runtime_properties_kvpairs"]["delta_runtime_properties"];
    assert_eq!(properties["delta.lastUpdateVersion"], "1");
}
