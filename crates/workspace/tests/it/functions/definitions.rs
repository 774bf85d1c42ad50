//! Making, replacing, describing and dropping functions.

use serde_json::{Value, json};

use super::{let_in, workspace};

const FUNCTIONS: &str = "/api/2.1/unity-catalog/functions";

#[tokio::test]
async fn function_is_kept_replaced_altered_and_dropped() {
    let sql = workspace(&["CREATE FUNCTION main.s.f(x INT) RETURNS INT COMMENT 'first' RETURN x"]).await;
    let ann = let_in(&sql, "ann@x").await;
    sql.run("GRANT EXECUTE ON FUNCTION main.s.f TO `ann@x`").await;
    sql.run("CREATE FUNCTION IF NOT EXISTS main.s.f() RETURNS INT RETURN nonsense").await;
    assert_eq!(sql.rows("SELECT main.s.f(1)").await, [["1"]]);
    sql.run("CREATE OR REPLACE FUNCTION main.s.f(x INT, y INT) RETURNS INT RETURN x + y").await;
    assert_eq!(sql.rows_as(&ann, "SELECT main.s.f(1, 2)").await, [["3"]]);
    let info = sql.server.get(&format!("{FUNCTIONS}/main.s.f")).await;
    assert_eq!(info.get("comment"), None);
    sql.run("COMMENT ON FUNCTION main.s.f IS 'adds'").await;
    sql.run("ALTER FUNCTION main.s.f SET TAGS ('a' = 'b')").await;
    sql.run("SET TAG ON FUNCTION main.s.f c = d").await;
    sql.run("ALTER FUNCTION main.s.f UNSET TAGS ('a', 'c')").await;
    sql.run("ALTER FUNCTION main.s.f OWNER TO `ann@x`").await;
    let info = sql.server.get(&format!("{FUNCTIONS}/main.s.f")).await;
    assert_eq!((&info["comment"], &info["owner"]), (&json!("adds"), &json!("ann@x")));
    sql.run("DROP FUNCTION main.s.f").await;
    sql.run("DROP FUNCTION IF EXISTS main.s.f").await;
    sql.run("DROP FUNCTION IF EXISTS main.nowhere.f").await;
    insta::assert_snapshot!(sql.errors(&["DROP FUNCTION main.s.f", "DESCRIBE FUNCTION main.s.f"]).await);
}

#[tokio::test]
async fn definition_that_is_not_valid_is_refused_with_its_class() {
    let sql = workspace(&["CREATE FUNCTION main.s.f(x INT) RETURNS INT RETURN x"]).await;
    insta::assert_snapshot!(
        sql.errors(&[
            "CREATE FUNCTION main.s.f() RETURNS INT RETURN 1",
            "CREATE OR REPLACE FUNCTION IF NOT EXISTS main.s.f() RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g(x INT) RETURNS INT RETURN y",
            "CREATE FUNCTION main.s.g() RETURNS INT RETURN SELECT id FROM main.s.nowhere",
            "CREATE FUNCTION main.s.g() RETURNS INT RETURN nowhere(1)",
            "CREATE FUNCTION main.s.g(x INT) RETURNS INT RETURN max(x)",
            "CREATE FUNCTION main.s.g(x INT) RETURNS BIGINT RETURN row_number() OVER (ORDER BY x)",
            "CREATE FUNCTION main.s.g(x INT) RETURNS DATE RETURN x",
            "CREATE FUNCTION main.s.g(x INT, X STRING) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g(x INT NOT NULL) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g(x INT DEFAULT 1, y INT) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g(x INT DEFAULT (SELECT 1)) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g(x INT DEFAULT main.s.f(1)) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g(x INT DEFAULT id) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g(x INT DEFAULT array(1)) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g() RETURNS TABLE (a INT, b INT) RETURN SELECT 1",
            "CREATE FUNCTION main.s.g() RETURNS TABLE (a INT, A INT) RETURN SELECT 1, 2",
            "CREATE FUNCTION main.s.g() RETURNS TABLE (a INT) RETURN 1",
            "CREATE FUNCTION main.s.g() RETURNS TABLE RETURN SELECT id, id FROM main.s.orders",
            "CREATE FUNCTION main.s.g() RETURNS BIGINT CONTAINS SQL RETURN SELECT max(id) FROM main.s.orders",
            "CREATE OR REPLACE FUNCTION main.s.f(x INT) RETURNS INT RETURN main.s.f(x)",
            "CREATE FUNCTION main.s.g(x VARCHAR(3)) RETURNS INT RETURN 1",
            "CREATE FUNCTION main.s.g() RETURNS INT LANGUAGE SCALA AS $$ 1 $$",
            "CREATE FUNCTION main.s.g() RETURNS TABLE (a INT) LANGUAGE PYTHON AS $$ yield 1 $$",
            "CREATE FUNCTION main.s.g() LANGUAGE PYTHON AS $$ return 1 $$",
            "CREATE FUNCTION main.s.g() RETURNS INT PARAMETER STYLE PANDAS RETURN 1",
            "CREATE TEMPORARY FUNCTION g() RETURNS INT RETURN 1",
            "CREATE PROCEDURE main.s.p() LANGUAGE SQL AS BEGIN END",
            "DROP TEMPORARY FUNCTION g",
            "DROP PROCEDURE main.s.p",
            "ALTER FUNCTION main.s.f RENAME TO main.s.g",
            "SHOW FUNCTIONS IN CATALOG main",
            "DESCRIBE FUNCTION abs",
        ])
        .await
    );
}

#[tokio::test]
async fn functions_that_call_each_other_are_refused_when_they_are_called() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.f(x INT) RETURNS INT RETURN x",
        "CREATE FUNCTION main.s.g(x INT) RETURNS INT RETURN main.s.f(x)",
    ])
    .await;
    let error = sql.error("CREATE OR REPLACE FUNCTION main.s.f(x INT) RETURNS INT RETURN main.s.g(x)").await;
    assert!(error.contains("[CYCLIC_FUNCTION_REFERENCE]"), "{error}");
    assert!(error.contains("`main`.`s`.`f` -> `main`.`s`.`g` -> `main`.`s`.`f`"), "{error}");
}

#[tokio::test]
async fn function_is_described_and_listed() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.greet(name STRING DEFAULT 'you' COMMENT 'whom', n DECIMAL(10,2)  DEFAULT 1) \
         RETURNS STRING COMMENT 'says hello' RETURN concat('hello ', name)",
        "CREATE FUNCTION main.s.rows(x BIGINT) RETURNS TABLE (id BIGINT COMMENT 'key', s STRUCT<Aa: INT>) \
         RETURN SELECT id, named_struct('Aa', 1) FROM main.s.orders WHERE id > x",
        "CREATE FUNCTION main.s.up(s STRING) RETURNS STRING LANGUAGE PYTHON AS $$\nreturn s.upper()\n$$",
    ])
    .await;
    let mut texts = Vec::new();
    for statement in [
        "DESCRIBE FUNCTION main.s.greet",
        "DESCRIBE FUNCTION EXTENDED main.s.greet",
        "DESC FUNCTION EXTENDED main.s.rows",
        "DESCRIBE FUNCTION EXTENDED main.s.up",
        "SHOW USER FUNCTIONS IN main.s",
        "SHOW USER FUNCTIONS IN main.s LIKE 'g*|up'",
        "SHOW SYSTEM FUNCTIONS LIKE 'abs'",
        "SHOW FUNCTIONS IN main.s LIKE 'up*'",
        "SHOW FUNCTIONS abs",
    ] {
        texts.push(format!("{statement}\n{}", sql.table(statement).await));
    }
    insta::with_settings!({filters => vec![
        (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d [\d:]+ UTC \d{4}", "[time]"),
    ]}, {
        insta::assert_snapshot!(texts.join("\n\n"));
    });
    let ann = let_in(&sql, "ann@x").await;
    assert_eq!(sql.rows_as(&ann, "SHOW USER FUNCTIONS IN main.s").await, Vec::<Vec<String>>::new());
    sql.run("GRANT EXECUTE ON FUNCTION main.s.up TO `ann@x`").await;
    assert_eq!(sql.rows_as(&ann, "SHOW USER FUNCTIONS IN main.s").await, [["main.s.up"]]);
    let described = sql.rows_as(&ann, "DESCRIBE FUNCTION EXTENDED main.s.up").await;
    assert!(described.iter().all(|line| !line[0].starts_with("Body:")), "{described:?}");
}

/// A function as a request makes it.
fn request(name: &str, definition: &str) -> Value {
    json!({ "function_info": {
        "name": name, "catalog_name": "main", "schema_name": "s",
        "input_params": { "parameters": [
            { "name": "x", "type_text": "int", "type_name": "INT", "position": 0 },
        ] },
        "data_type": "INT", "full_data_type": "INT", "routine_body": "SQL",
        "routine_definition": definition, "parameter_style": "S", "is_deterministic": true,
        "sql_data_access": "CONTAINS_SQL", "is_null_call": false, "security_type": "DEFINER",
        "specific_name": name,
    } })
}

#[tokio::test]
async fn function_over_rest_is_made_listed_given_away_and_deleted() {
    let sql = workspace(&[]).await;
    let made = sql.server.ok("POST", FUNCTIONS, request("F", "x * 2")).await;
    assert_eq!((&made["full_name"], &made["securable_type"]), (&json!("main.s.f"), &Value::Null));
    assert_eq!(sql.rows("SELECT main.s.f(21)").await, [["42"]]);
    let error = sql.server.error("POST", FUNCTIONS, request("f", "x")).await;
    assert_eq!(error, "409 RESOURCE_ALREADY_EXISTS: Function 'f' already exists");
    let error = sql.server.error("POST", FUNCTIONS, request("g", "x *")).await;
    assert!(error.contains("PARSE_SYNTAX_ERROR"), "{error}");
    let made = sql
        .server
        .ok("POST", FUNCTIONS, request("g", "(SELECT max(id) FROM orders WHERE id < s.f(x))"))
        .await;
    let dependencies = json!([
        { "table": { "table_full_name": "main.s.orders" } },
        { "function": { "function_full_name": "main.s.f" } },
    ]);
    assert_eq!(made["routine_dependencies"]["dependencies"], dependencies);
    assert_eq!(sql.rows("SELECT main.s.g(2)").await, [["3"]]);
    let mut wrong = request("h", "x");
    wrong["function_info"]["input_params"]["parameters"][0]["parameter_default"] = json!("id");
    let error = sql.server.error("POST", FUNCTIONS, wrong).await;
    assert!(error.contains("UNRESOLVED_COLUMN"), "{error}");
    let list = format!("{FUNCTIONS}?catalog_name=main&schema_name=s&max_results=1");
    let first = sql.server.get(&list).await;
    assert_eq!(first["functions"][0]["name"], "f");
    let token = first["next_page_token"].as_str().unwrap();
    let second = sql.server.get(&format!("{list}&page_token={token}")).await;
    assert_eq!(second["functions"][0]["name"], "g");
    let error = sql.server.error("DELETE", "/api/2.1/unity-catalog/schemas/main.s", json!({})).await;
    assert!(error.ends_with("The schema has 1 tables(s), 2 functions(s), 0 volumes(s)"), "{error}");
    sql.server.workspace.create_token("ann@x").await.unwrap();
    let owner = json!({ "owner": "ann@x" });
    assert_eq!(sql.server.ok("PATCH", &format!("{FUNCTIONS}/main.s.f"), owner).await["owner"], "ann@x");
    sql.server.ok("DELETE", &format!("{FUNCTIONS}/main.s.f?force=true"), json!({})).await;
    let error = sql.server.error("GET", &format!("{FUNCTIONS}/main.s.f"), json!({})).await;
    assert_eq!(error, "404 RESOURCE_DOES_NOT_EXIST: Function 'main.s.f' does not exist.");
    sql.run("DROP SCHEMA main.s CASCADE").await;
    let error = sql.server.error("GET", &format!("{FUNCTIONS}/main.s.g"), json!({})).await;
    assert!(error.contains("Schema 'main.s' does not exist."), "{error}");
}

#[tokio::test]
async fn view_and_function_know_what_they_depend_on() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.f(x BIGINT) RETURNS BIGINT RETURN x",
        "CREATE FUNCTION main.s.rows() RETURNS TABLE (id BIGINT) RETURN SELECT main.s.f(id) FROM main.s.orders",
        "CREATE VIEW main.s.v AS SELECT main.s.f(id) AS f, abs(id) AS a FROM main.s.rows()",
    ])
    .await;
    let view = sql.server.get("/api/2.1/unity-catalog/tables/main.s.v").await;
    let functions = json!({ "dependencies": [
        { "function": { "function_full_name": "main.s.f" } },
        { "function": { "function_full_name": "main.s.rows" } },
    ] });
    let found = |list: &Value| {
        let names = list["dependencies"].as_array().cloned().unwrap_or_default();
        names.iter().map(Value::to_string).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(found(&view["view_dependencies"]), found(&functions));
    let rows = sql.server.get(&format!("{FUNCTIONS}/main.s.rows")).await;
    let expected = json!({ "dependencies": [
        { "table": { "table_full_name": "main.s.orders" } },
        { "function": { "function_full_name": "main.s.f" } },
    ] });
    assert_eq!(found(&rows["routine_dependencies"]), found(&expected));
    assert_eq!(
        (&rows["sql_data_access"], &rows["data_type"]),
        (&json!("READS_SQL_DATA"), &json!("TABLE_TYPE"))
    );
    sql.run("DROP FUNCTION main.s.f").await;
    assert!(sql.error("SELECT * FROM main.s.v").await.contains("[UNRESOLVED_ROUTINE]"));
}
