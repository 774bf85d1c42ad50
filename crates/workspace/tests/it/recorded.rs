//! Texts, types and shapes of results that were recorded from real workspaces (facts/settled.md §6).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sql::Sql;

const STATEMENTS: &str = "/api/2.0/sql/statements";

async fn submit(sql: &Sql, body: Value) -> Value {
    let answer = sql.server.ok("POST", STATEMENTS, body).await;
    assert_eq!(answer["status"]["state"], "SUCCEEDED", "{answer}");
    answer
}

#[tokio::test]
async fn timestamps_have_milliseconds_and_the_zone_of_the_session() {
    let sql = Sql::start().await;
    let statement = "SELECT TIMESTAMP'2021-01-01 10:00:00', TIMESTAMP'2021-06-15 12:34:56.789'";
    assert_eq!(sql.rows(statement).await, [["2021-01-01T10:00:00.000Z", "2021-06-15T12:34:56.789Z"]]);
}

#[tokio::test]
async fn values_in_arrays_are_texts_too() {
    let sql = Sql::start().await;
    assert_eq!(sql.rows("SELECT array(1, 2)").await, [[r#"["1","2"]"#]]);
}

#[tokio::test]
async fn types_are_spelled_as_recorded() {
    let sql = Sql::start().await;
    for (expression, type_text, type_name) in [
        ("1", "INT", "INT"),
        ("1L", "BIGINT", "LONG"),
        ("CAST(1 AS SMALLINT)", "SMALLINT", "SHORT"),
        ("CAST(1 AS TINYINT)", "TINYINT", "BYTE"),
        ("array(1)", "ARRAY<INT>", "ARRAY"),
        ("map('a', 'b')", "MAP<STRING, STRING>", "MAP"),
        (
            "named_struct('street', 'a', 'city', 'b', 'zip', 1)",
            "STRUCT<street: STRING, city: STRING, zip: INT>",
            "STRUCT",
        ),
        ("TIMESTAMP_NTZ'2021-01-01 10:00:00'", "TIMESTAMP_NTZ", "TIMESTAMP_NTZ"),
        ("NULL", "VOID", "NULL"),
    ] {
        let body = json!({ "statement": format!("SELECT {expression} AS c"), "warehouse_id": "local" });
        let column = submit(&sql, body).await["manifest"]["schema"]["columns"][0].clone();
        let expected = json!({ "name": "c", "position": 0, "type_text": type_text, "type_name": type_name });
        assert_eq!(column, expected, "{expression}: no precision and no scale");
    }
    let body = json!({ "statement": "SELECT CAST(1 AS DECIMAL(10,2)) AS c", "warehouse_id": "local" });
    let column = &submit(&sql, body).await["manifest"]["schema"]["columns"][0];
    assert_eq!(
        (&column["type_text"], &column["type_precision"], &column["type_scale"]),
        (&json!("DECIMAL(10,2)"), &json!(10), &json!(2))
    );
}

#[tokio::test]
async fn links_have_the_recorded_shape_and_life() {
    let sql = Sql::start().await;
    let body = json!({
        "statement": "SELECT 1 AS a", "warehouse_id": "local", "disposition": "EXTERNAL_LINKS",
        "format": "ARROW_STREAM", "result_compression": "LZ4_FRAME",
    });
    let before = chrono::Utc::now();
    let mut answer = submit(&sql, body).await;
    let link = answer["result"]["external_links"][0].as_object_mut().unwrap();
    let expiration = link["expiration"].as_str().unwrap();
    assert_eq!(expiration.len(), "2025-05-22T20:20:25.066Z".len());
    let expiration = chrono::DateTime::parse_from_rfc3339(expiration).unwrap();
    assert!((899..920).contains(&(expiration.to_utc() - before).num_seconds()), "{expiration}");
    let fields: BTreeSet<_> = link.keys().map(String::as_str).collect();
    assert_eq!(
        fields.into_iter().collect::<Vec<_>>(),
        ["byte_count", "chunk_index", "expiration", "external_link", "row_count", "row_offset"]
    );
    let manifest = &answer["manifest"];
    assert_eq!(manifest["result_compression"], "LZ4_FRAME");
    assert_eq!(manifest["chunks"][0]["byte_count"], manifest["total_byte_count"]);
}
