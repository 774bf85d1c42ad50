//! Policies by attribute, in SQL and over REST; `tests/clients` has more of REST.

use serde_json::{Value, json};

use super::Guarded;

const POLICIES: &str = "/api/2.1/unity-catalog/policies";

const HIDE_ROWS: &str = "CREATE POLICY regions ON SCHEMA main.s COMMENT 'only ours' ROW FILTER main.s.in_region TO `account users` EXCEPT `boss@x` FOR TABLES MATCH COLUMNS has_tag('region') AS r USING COLUMNS (r)";
const MASK: &str = "CREATE POLICY ssns ON CATALOG main COLUMN MASK main.s.hide TO `account users` EXCEPT `hr` FOR TABLES WHEN has_tag_value('class', 'people') MATCH COLUMNS hasTagValue('pii', 'ssn') AS s ON COLUMN s";

async fn tagged() -> Guarded {
    let guarded = Guarded::unguarded().await;
    for statement in [
        "ALTER TABLE main.s.people ALTER COLUMN region SET TAGS ('region')",
        "ALTER TABLE main.s.people ALTER COLUMN ssn SET TAGS ('pii' = 'ssn')",
    ] {
        guarded.run(statement).await;
    }
    guarded
}

const QUERY: &str = "SELECT id, ssn FROM main.s.people ORDER BY id";
const SEEN: [[&str; 2]; 2] = [["1", "***"], ["2", "***"]];

#[tokio::test]
async fn policy_holds_where_the_tags_are_for_whom_it_binds() {
    let guarded = tagged().await;
    guarded.run(HIDE_ROWS).await;
    guarded.run(MASK).await;
    // The table is not of the class yet: it inherits that from its catalog, then from its schema, then has its own.
    assert_eq!(guarded.ann(QUERY).await, [["1", "111"], ["2", "222"]]);
    guarded.run("ALTER CATALOG main SET TAGS ('class' = 'people')").await;
    assert_eq!(guarded.ann(QUERY).await, SEEN);
    guarded.run("ALTER SCHEMA main.s SET TAGS ('class' = 'things')").await;
    assert_eq!(guarded.ann(QUERY).await, [["1", "111"], ["2", "222"]]);
    guarded.run("ALTER TABLE main.s.people SET TAGS ('class' = 'people')").await;
    assert_eq!(guarded.ann(QUERY).await, SEEN);
    assert_eq!(guarded.boss("SELECT count(*), max(ssn) FROM main.s.people").await, [["4", "x77"]]);
    assert_eq!(guarded.sql.rows(QUERY).await, SEEN, "policies bind the owner too");
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN region UNSET TAGS ('region')").await;
    assert_eq!(guarded.ann("SELECT count(*), max(ssn) FROM main.s.people").await, [["4", "***"]]);
    guarded.run("DROP POLICY ssns ON CATALOG main").await;
    assert_eq!(guarded.ann("SELECT max(ssn) FROM main.s.people").await, [["x77"]]);
}

#[tokio::test]
async fn policy_binds_readers_of_views_and_changes_of_rows() {
    let guarded = tagged().await;
    guarded.run("CREATE SCHEMA main.views").await;
    guarded.run("CREATE VIEW main.views.v AS SELECT id, ssn FROM main.s.people").await;
    guarded.run("GRANT USE SCHEMA, SELECT ON SCHEMA main.views TO `account users`").await;
    guarded.run(HIDE_ROWS).await;
    guarded.run(&MASK.replace("WHEN has_tag_value('class', 'people') ", "")).await;
    assert_eq!(guarded.ann("SELECT * FROM main.views.v ORDER BY id").await, SEEN);
    assert_eq!(guarded.boss("SELECT count(*), max(ssn) FROM main.views.v").await, [["4", "x77"]]);
    assert_eq!(guarded.ann("DELETE FROM main.s.people WHERE ssn = '111' OR id = 5").await, [["0"]]);
    guarded.ann("UPDATE main.s.people SET name = ssn").await;
    assert_eq!(guarded.people().await[0], ["1", "***", "111", "EU"]);
    assert_eq!(guarded.people().await[2], ["5", "cid", "x55", "US"]);
}

#[tokio::test]
async fn policy_on_views_themselves_refuses_them() {
    let guarded = tagged().await;
    guarded.run("CREATE VIEW main.s.v AS SELECT id FROM main.s.people").await;
    guarded.run("GRANT SELECT ON VIEW main.s.v TO `account users`").await;
    guarded
        .run("CREATE POLICY all_rows ON SCHEMA main.s ROW FILTER main.s.nothing TO `ann@x` FOR TABLES")
        .await;
    let error = guarded.sql.error_as(&guarded.ann, "SELECT * FROM main.s.v").await;
    assert!(error.starts_with("[ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED.VIEWS]"), "{error}");
    assert_eq!(guarded.boss("SELECT count(*) FROM main.s.v").await, [["4"]]);
    guarded.run(MASK).await;
    let schemata = "SELECT count(*) FROM main.information_schema.schemata";
    let error = guarded.sql.error_as(&guarded.ann, schemata).await;
    assert!(error.starts_with("[COLUMN_MASKS_FEATURE_NOT_SUPPORTED.VIEWS]"), "{error}");
    guarded.ann(&schemata.replace("main.", "system.")).await;
    guarded.boss(schemata).await;
}

#[tokio::test]
async fn who_is_exempt_clones_and_travels_in_time() {
    let guarded = tagged().await;
    guarded.run(&HIDE_ROWS.replace("boss@x", "hr")).await;
    let statements = [
        "SELECT count(*) FROM main.s.people VERSION AS OF 1",
        "CREATE TABLE main.s.copy DEEP CLONE main.s.people",
        "CREATE TABLE main.s.shallow SHALLOW CLONE main.s.people",
    ];
    for statement in statements {
        let error = guarded.sql.error_as(&guarded.ann, statement).await;
        assert!(error.starts_with("[ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED"), "{error}");
        let error = guarded.sql.error(statement).await;
        assert!(error.starts_with("[ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED"), "{error}");
        guarded.boss(statement).await;
    }
    assert_eq!(guarded.boss("SELECT count(*) FROM main.s.copy").await, [["4"]]);
}

#[tokio::test]
async fn policies_that_contradict_one_another_hide_the_table() {
    let guarded = tagged().await;
    guarded.run(HIDE_ROWS).await;
    guarded.run(&MASK.replace("WHEN has_tag_value('class', 'people') ", "")).await;
    // The same once more is no contradiction.
    guarded.run(&HIDE_ROWS.replace("regions ON SCHEMA main.s", "again ON TABLE main.s.people")).await;
    assert_eq!(guarded.ann(QUERY).await, SEEN);
    let mut texts = Vec::new();
    for (make, undo) in [
        (
            "CREATE POLICY other ON TABLE main.s.people ROW FILTER main.s.nothing TO `ann@x` FOR TABLES",
            "DROP POLICY other ON TABLE main.s.people",
        ),
        (
            "CREATE POLICY other ON SCHEMA main.s COLUMN MASK main.s.hide_by TO `ann@x` FOR TABLES MATCH COLUMNS has_tag('pii') p ON COLUMN p USING COLUMNS ('a', 'b')",
            "DROP POLICY other ON SCHEMA main.s",
        ),
        (
            "ALTER TABLE main.s.people SET ROW FILTER main.s.nothing ON ()",
            "ALTER TABLE main.s.people DROP ROW FILTER",
        ),
        (
            "ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.hide",
            "ALTER TABLE main.s.people ALTER COLUMN ssn DROP MASK",
        ),
        (
            "ALTER TABLE main.s.people ALTER COLUMN name SET TAGS ('region')",
            "ALTER TABLE main.s.people ALTER COLUMN name UNSET TAGS ('region')",
        ),
        (
            "ALTER TABLE main.s.people ALTER COLUMN region SET TAGS ('pii' = 'ssn')",
            "ALTER TABLE main.s.people ALTER COLUMN region UNSET TAGS ('pii')",
        ),
    ] {
        guarded.run(make).await;
        texts.push(format!("{make}\n  {}", guarded.sql.error_as(&guarded.ann, QUERY).await));
        guarded.run(undo).await;
        assert_eq!(guarded.ann(QUERY).await, SEEN, "{undo}");
    }
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn policies_are_replaced_shown_and_described() {
    let guarded = tagged().await;
    guarded.run(HIDE_ROWS).await;
    guarded.run(MASK).await;
    guarded
        .run(&MASK.replace("CREATE POLICY", "CREATE OR REPLACE POLICY").replace("'people'", "'all'"))
        .await;
    guarded.run("CREATE POLICY last ON TABLE main.s.people COLUMN MASK main.s.hide_by TO `ann@x`, `hr` FOR TABLES MATCH COLUMNS has_tag('pii') AND NOT has_tag('open') AS p, has_tag('region') r ON COLUMN p USING COLUMNS (r, 'it\\'s')").await;
    let mut texts = Vec::new();
    for statement in [
        "SHOW POLICIES ON SCHEMA main.s",
        "SHOW EFFECTIVE POLICIES ON TABLE main.s.people",
        "DESCRIBE POLICY regions ON SCHEMA main.s",
        "DESC POLICY SSNS ON CATALOG main",
        "DESCRIBE POLICY last ON TABLE main.s.people",
    ] {
        texts.push(format!("{statement}\n{}", guarded.sql.table(statement).await));
    }
    insta::with_settings!({filters => vec![(r"\d{4}-\d\d-\d\d AD at [\d:]+ UTC", "[time]")]}, {
        insta::assert_snapshot!(texts.join("\n\n"));
    });
    assert!(guarded.boss("SELECT * FROM main.information_schema.row_filters").await.is_empty());
}

#[tokio::test]
async fn policies_that_cannot_be_are_refused() {
    let guarded = tagged().await;
    guarded.run("CREATE VIEW main.s.v AS SELECT 1 AS a").await;
    guarded.run(HIDE_ROWS).await;
    let mut texts = vec![
        guarded
            .sql
            .errors(&[
                HIDE_ROWS,
                "CREATE POLICY p ON SCHEMA main.s ROW FILTER main.s.missing TO `ann@x` FOR TABLES",
                "CREATE POLICY p ON SCHEMA main.s ROW FILTER main.s.in_region TO `ann@x` FOR TABLES",
                "CREATE POLICY p ON SCHEMA main.s ROW FILTER main.s.nothing TO `nobody` FOR TABLES",
                "CREATE POLICY p ON SCHEMA main.s ROW FILTER main.s.nothing TO `ann@x` FOR TABLES WHEN length('a') > 1",
                "CREATE POLICY p ON SCHEMA main.s ROW FILTER main.s.hide TO `ann@x` FOR TABLES MATCH COLUMNS has_tag('a') AS a USING COLUMNS (a)",
                "CREATE POLICY p ON SCHEMA main.s ROW FILTER main.s.in_region TO `ann@x` FOR TABLES MATCH COLUMNS has_tag('a') AS a USING COLUMNS (b)",
                "CREATE POLICY p ON SCHEMA main.s COLUMN MASK main.s.hide TO `ann@x` FOR TABLES MATCH COLUMNS has_tag('a') AS a ON COLUMN b",
                "CREATE POLICY p ON SCHEMA main.s COLUMN MASK main.s.hide TO `ann@x` FOR TABLES MATCH COLUMNS has_tag('a') AS a",
                "CREATE POLICY p ON SCHEMA main.s ROW FILTER main.s.nothing TO `ann@x` FOR MODELS",
                "CREATE POLICY p ON METASTORE ROW FILTER main.s.nothing TO `ann@x` FOR TABLES",
                "CREATE POLICY p ON TABLE main.s.v ROW FILTER main.s.nothing TO `ann@x` FOR TABLES",
                "CREATE POLICY p ON TABLE main.s.missing ROW FILTER main.s.nothing TO `ann@x` FOR TABLES",
                "DROP POLICY p ON SCHEMA main.s",
                "DESCRIBE POLICY p ON CATALOG main",
            ])
            .await,
    ];
    for statement in [
        HIDE_ROWS,
        "DROP POLICY regions ON SCHEMA main.s",
        "SHOW POLICIES ON SCHEMA main.s",
        "DESCRIBE POLICY regions ON SCHEMA main.s",
    ] {
        texts.push(format!("{statement}\n  {}", guarded.sql.error_as(&guarded.ann, statement).await));
    }
    insta::assert_snapshot!(texts.join("\n\n"));
    guarded.run("GRANT MANAGE ON SCHEMA main.s TO `ann@x`").await;
    let made = HIDE_ROWS.replace("regions", "hers");
    let error = guarded.sql.error_as(&guarded.ann, &made).await;
    assert!(error.contains("EXECUTE on Function"), "{error}");
}

#[tokio::test]
async fn policies_go_with_what_they_are_on_and_follow_names_of_principals() {
    let guarded = tagged().await;
    guarded.run("CREATE SCHEMA main.gone").await;
    guarded.run("CREATE TABLE main.gone.t (a INT)").await;
    for on in ["SCHEMA main.gone", "TABLE main.gone.t"] {
        guarded
            .run(&format!("CREATE POLICY p ON {on} ROW FILTER main.s.nothing TO `ann@x` FOR TABLES"))
            .await;
    }
    guarded.run("DROP SCHEMA main.gone CASCADE").await;
    guarded.run("CREATE SCHEMA main.gone").await;
    guarded.run("CREATE TABLE main.gone.t (a INT)").await;
    for on in ["SCHEMA main.gone", "TABLE main.gone.t"] {
        assert!(guarded.sql.rows(&format!("SHOW EFFECTIVE POLICIES ON {on}")).await.is_empty(), "{on}");
    }
    guarded.run("CREATE POLICY p ON TABLE main.s.people ROW FILTER main.s.nothing TO `account users` EXCEPT `hr` FOR TABLES").await;
    let groups = "/api/2.0/preview/scim/v2/Groups";
    let found = guarded.sql.server.get(&format!("{groups}?filter=displayName+eq+%22hr%22")).await;
    let id = found["Resources"][0]["id"].as_str().unwrap();
    let change = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "displayName", "value": "people" }] });
    guarded.sql.server.ok("PATCH", &format!("{groups}/{id}"), change).await;
    let described = guarded.sql.rows("DESCRIBE POLICY p ON TABLE main.s.people").await;
    assert!(described.contains(&vec!["Except Principals".into(), "people".into()]), "{described:?}");
    assert_eq!(guarded.boss("SELECT count(*) FROM main.s.people").await, [["4"]]);
}

fn policy(name: &str) -> Value {
    json!({
        "name": name,
        "on_securable_type": "SCHEMA",
        "on_securable_fullname": "main.s",
        "for_securable_type": "TABLE",
        "policy_type": "POLICY_TYPE_COLUMN_MASK",
        "column_mask": { "function_name": "main.s.hide_by", "on_column": "s",
                         "using": [{ "constant": "plain text" }, { "constant": "'#'" }] },
        "to_principals": ["account users"],
        "except_principals": ["hr"],
        "match_columns": [{ "alias": "s", "condition": "has_tag('pii')" }],
    })
}

#[tokio::test]
async fn policies_are_made_changed_and_listed_by_pages_over_rest() {
    let guarded = tagged().await;
    let server = &guarded.sql.server;
    let made = server.ok("POST", POLICIES, policy("mask")).await;
    assert_eq!((&made["name"], &made["created_by"]), (&json!("mask"), &json!("admin@clxs.local")));
    assert_eq!(guarded.ann("SELECT DISTINCT ssn FROM main.s.people").await, [["#plain text"]]);
    let path = format!("{POLICIES}/SCHEMA/main.s");
    let one = format!("{path}/mask");
    let change = json!({ "name": "renamed", "when_condition": "has_tag('none')", "comment": "not taken" });
    server.ok("PATCH", &format!("{one}?update_mask=name,when_condition"), change).await;
    let found = server.get(&format!("{path}/RENAMED")).await;
    assert_eq!((&found["when_condition"], &found["comment"]), (&json!("has_tag('none')"), &Value::Null));
    assert_eq!(found["id"], made["id"]);
    assert_eq!(guarded.ann("SELECT max(ssn) FROM main.s.people").await, [["x77"]]);
    server.ok("POST", POLICIES, policy("second")).await;
    let first = server.get(&format!("{path}?max_results=1")).await;
    assert_eq!(first["policies"][0]["name"], "renamed");
    let token = first["next_page_token"].as_str().unwrap();
    let rest = server.get(&format!("{path}?max_results=1&page_token={token}")).await;
    assert_eq!(rest["policies"][0]["name"], "second");
    assert_eq!(rest["next_page_token"], Value::Null);
    server.ok("DELETE", &format!("{path}/second"), json!({})).await;
    assert_eq!(server.get(&path).await["policies"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn requests_that_make_no_policy_are_refused_over_rest() {
    let guarded = tagged().await;
    let server = &guarded.sql.server;
    server.ok("POST", POLICIES, policy("mask")).await;
    let without = |field: &str, value: Value| {
        let mut policy = policy("other");
        policy[field] = value;
        policy
    };
    let one = format!("{POLICIES}/SCHEMA/main.s/mask");
    let mut texts = Vec::new();
    for (method, path, body) in [
        ("POST", POLICIES, policy("mask")),
        ("POST", POLICIES, without("name", Value::Null)),
        ("POST", POLICIES, without("on_securable_type", json!("VOLUME"))),
        ("POST", POLICIES, without("on_securable_fullname", json!("main.missing"))),
        ("POST", POLICIES, without("for_securable_type", json!("MODEL"))),
        ("POST", POLICIES, without("policy_type", json!("POLICY_TYPE_GRANT"))),
        ("POST", POLICIES, without("policy_type", json!("POLICY_TYPE_ROW_FILTER"))),
        ("POST", POLICIES, without("to_principals", json!([]))),
        ("POST", POLICIES, without("match_columns", json!([{ "alias": "s" }]))),
        ("PATCH", &format!("{one}?update_mask=id"), policy("mask")),
        ("PATCH", &format!("{one}?update_mask=to_principals"), json!({})),
        ("GET", &format!("{POLICIES}/SCHEMA/main.s/none"), json!({})),
        ("DELETE", &format!("{POLICIES}/TABLE/main.s.people/mask"), json!({})),
    ] {
        texts.push(format!("{method} {path}\n  {}", server.error(method, path, body).await));
    }
    texts.push(server.error_as(&guarded.ann, "GET", &one, json!({})).await);
    texts.push(server.error_as(&guarded.ann, "DELETE", &one, json!({})).await);
    insta::assert_snapshot!(texts.join("\n"));
}
