//! Functions in Python. They need `python3` on the `PATH`, as the rest of the tests does.

use serde_json::json;

use super::workspace;

/// `CREATE FUNCTION main.s.name(parameters) RETURNS type LANGUAGE PYTHON`
fn python(name: &str, parameters: &str, returns: &str, body: &str) -> String {
    format!("CREATE FUNCTION main.s.{name}({parameters}) RETURNS {returns} LANGUAGE PYTHON AS $$\n{body}\n$$")
}

#[tokio::test]
async fn function_in_python_is_called_row_by_row() {
    let sql = workspace(&[
        &python("up", "s STRING", "STRING", "print('not an answer')\nreturn s and s.upper()"),
        &python("plus", "a BIGINT, b BIGINT DEFAULT 1", "BIGINT", "  import math\n  return a + b"),
        "CREATE FUNCTION main.s.handled(a INT) RETURNS INT LANGUAGE PYTHON HANDLER 'go' \
         AS $x$\nFACTOR = 3\ndef go(a):\n    return a * FACTOR\n$x$",
        "CREATE FUNCTION main.s.wrapped(a BIGINT) RETURNS STRING RETURN main.s.up(concat('n', main.s.plus(a)))",
    ])
    .await;
    for (query, expected) in [
        ("SELECT main.s.up('häß')", vec!["HÄSS"]),
        ("SELECT main.s.up(NULL)", vec!["NULL"]),
        ("SELECT main.s.plus(id, 10) FROM main.s.orders ORDER BY id", vec!["10", "11", "12", "13", "14"]),
        ("SELECT main.s.handled(7)", vec!["21"]),
        ("SELECT main.s.wrapped(41)", vec!["N42"]),
        ("SELECT sum(main.s.plus(id)) FROM main.s.orders WHERE main.s.plus(id) > 2", vec!["12"]),
        ("SELECT main.s.plus(id) FROM main.s.orders WHERE false", vec![]),
    ] {
        let rows: Vec<_> = sql.rows(query).await.concat();
        assert_eq!(rows, expected, "{query}");
    }
}

#[tokio::test]
async fn values_of_all_types_come_back_as_they_went() {
    let sql = workspace(&[]).await;
    let types = [
        ("BOOLEAN", "true"),
        ("TINYINT", "-128Y"),
        ("INT", "-2147483648"),
        ("BIGINT", "9223372036854775807"),
        ("FLOAT", "CAST(1.1 AS FLOAT)"),
        ("DOUBLE", "1e300"),
        ("DOUBLE", "CAST('NaN' AS DOUBLE)"),
        ("DOUBLE", "CAST('-Infinity' AS DOUBLE)"),
        ("DECIMAL(38,10)", "CAST('1234567890123456789012345678.0123456789' AS DECIMAL(38,10))"),
        ("STRING", "'a\"\\n\\\\ü'"),
        ("BINARY", "X'00ff'"),
        ("DATE", "DATE'0001-01-01'"),
        ("TIMESTAMP", "TIMESTAMP'2024-02-29 12:34:56.789012Z'"),
        ("TIMESTAMP_NTZ", "CAST('1969-12-31 23:59:59.000001' AS TIMESTAMP_NTZ)"),
        ("ARRAY<INT>", "array(1, NULL, 3)"),
        ("ARRAY<STRING>", "array()"),
        ("MAP<STRING, INT>", "map('a', 1, 'b', NULL)"),
        ("STRUCT<a: INT, b: ARRAY<DATE>>", "named_struct('a', 1, 'b', array(DATE'2024-01-01'))"),
        ("ARRAY<STRUCT<x: DOUBLE>>", "array(named_struct('x', 1.5D), NULL)"),
    ];
    for (index, (data_type, value)) in types.iter().enumerate() {
        sql.run(&python(&format!("f{index}"), &format!("v {data_type}"), data_type, "return v")).await;
        let is_container = data_type.contains('<');
        let wanted = if is_container { (*value).to_owned() } else { format!("CAST({value} AS {data_type})") };
        let wanted = sql.rows(&format!("SELECT {wanted}")).await;
        assert_eq!(
            sql.rows(&format!("SELECT main.s.f{index}({value})")).await,
            wanted,
            "{data_type} {value}"
        );
        assert_eq!(sql.rows(&format!("SELECT main.s.f{index}(NULL)")).await, [["NULL"]], "{data_type}");
    }
    sql.run(&python("field", "s STRUCT<a: INT, b: STRING>", "STRING", "return s.b + s['b'] + s[1]")).await;
    assert_eq!(sql.rows("SELECT main.s.field(named_struct('a', 1, 'b', 'x'))").await, [["xxx"]]);
}

#[tokio::test]
async fn what_python_raises_is_the_error_of_the_statement() {
    let sql = workspace(&[
        &python("fails", "a INT", "INT", "if a > 1:\n    raise ValueError(f'no {a}')\nreturn a"),
        &python("wrong_type", "", "INT", "return 'x'"),
        &python("too_big", "", "TINYINT", "return 128"),
        &python("no_syntax", "", "INT", "return ("),
        &python("ends", "", "INT", "import os\nos._exit(3)"),
        "CREATE FUNCTION main.s.library() RETURNS INT LANGUAGE PYTHON ENVIRONMENT (dependencies = '[\"simplejson\"]', \
         environment_version = 'None') AS $$ return 1 $$",
        "CREATE FUNCTION main.s.unhandled() RETURNS INT LANGUAGE PYTHON HANDLER 'go' AS $$ def stay(): return 1 $$",
    ])
    .await;
    insta::assert_snapshot!(
        sql.errors(&[
            "SELECT main.s.fails(CAST(id AS INT)) FROM main.s.orders",
            "SELECT main.s.wrong_type()",
            "SELECT main.s.too_big()",
            "SELECT main.s.ends()",
            "SELECT main.s.library()",
            "SELECT main.s.unhandled()",
        ])
        .await
    );
    let error = sql.error("SELECT main.s.no_syntax()").await;
    assert!(error.contains("SyntaxError"), "{error}");
    assert_eq!(sql.rows("SELECT main.s.fails(1)").await, [["1"]]);
    let library = sql.server.get("/api/2.1/unity-catalog/functions/main.s.library").await;
    assert_eq!(library["external_language"], json!("PYTHON"));
    assert!(library["properties"].as_str().unwrap().contains("simplejson"));
}

#[tokio::test]
async fn function_does_not_get_the_environment_of_the_workspace() {
    // Cargo sets it for tests.
    let variable = "CARGO_MANIFEST_DIR";
    assert!(std::env::var_os(variable).is_some());
    let body = format!("import os\nreturn os.environ.get('{variable}')");
    let sql = workspace(&[&python("variable", "", "STRING", &body)]).await;
    assert_eq!(sql.rows("SELECT main.s.variable()").await, [["NULL"]]);
}

#[tokio::test]
async fn cancelled_statement_leaves_its_function_behind() {
    let sql = workspace(&[&python("forever", "", "INT", "while True:\n    pass")]).await;
    let body = json!({"statement": "SELECT main.s.forever()", "warehouse_id": "local", "wait_timeout": "0s"});
    let answer = sql.server.ok("POST", "/api/2.0/sql/statements", body).await;
    let statement = format!("/api/2.0/sql/statements/{}", answer["statement_id"].as_str().unwrap());
    sql.server.ok("POST", &format!("{statement}/cancel"), json!({})).await;
    loop {
        let state = sql.server.get(&statement).await["status"]["state"].clone();
        if state != "RUNNING" && state != "PENDING" {
            assert_eq!(state, "CANCELED");
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(sql.rows("SELECT 1").await, [["1"]]);
}
