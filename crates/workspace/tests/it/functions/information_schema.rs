//! Functions in `information_schema`.

use super::{let_in, workspace};

#[tokio::test]
async fn routines_and_their_parts_are_listed_with_their_types() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.price(net DECIMAL(10,2) COMMENT 'before tax', times INT DEFAULT 1) \
         RETURNS DECIMAL(12,3) COMMENT 'after tax' RETURN net * 1.19 * times",
        "CREATE FUNCTION main.s.rows(first BIGINT) RETURNS TABLE (id BIGINT COMMENT 'key', name STRING) \
         RETURN SELECT id, 'n' FROM main.s.orders WHERE id >= first",
        "CREATE FUNCTION main.s.up(s STRING) RETURNS STRING LANGUAGE PYTHON DETERMINISTIC AS $$ return s $$",
    ])
    .await;
    let mut texts = Vec::new();
    for statement in [
        "SELECT specific_name, routine_catalog, routine_schema, routine_name, routine_owner, routine_type, data_type, \
         full_data_type, character_maximum_length, numeric_precision, numeric_precision_radix, numeric_scale \
         FROM main.information_schema.routines ORDER BY routine_name",
        "SELECT routine_name, routine_body, routine_definition, external_language, is_deterministic, sql_data_access, \
         security_type, comment FROM main.information_schema.routines ORDER BY routine_name",
        "SELECT specific_name, ordinal_position, parameter_mode, is_result, parameter_name, data_type, full_data_type, \
         numeric_precision, numeric_scale, parameter_default, comment FROM main.information_schema.parameters \
         WHERE specific_schema = 's' ORDER BY specific_name, ordinal_position",
        "SELECT specific_name, ordinal_position, column_name, data_type, full_data_type, comment \
         FROM system.information_schema.routine_columns ORDER BY ordinal_position",
    ] {
        texts.push(sql.table(statement).await);
    }
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn reader_sees_the_routines_it_may_call_and_no_body() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.f() RETURNS INT RETURN 1",
        "CREATE FUNCTION main.s.g() RETURNS INT RETURN 2",
    ])
    .await;
    let ann = let_in(&sql, "ann@x").await;
    let routines = "SELECT routine_name, routine_definition FROM main.information_schema.routines";
    assert_eq!(sql.rows_as(&ann, routines).await, Vec::<Vec<String>>::new());
    sql.run("GRANT EXECUTE ON FUNCTION main.s.f TO `ann@x`").await;
    assert_eq!(sql.rows_as(&ann, routines).await, [["f", "NULL"]]);
    let privileges = "SELECT grantee, routine_name, privilege_type, inherited_from \
                      FROM main.information_schema.routine_privileges ORDER BY routine_name, grantee";
    assert_eq!(sql.rows_as(&ann, privileges).await, [["ann@x", "f", "EXECUTE", "NONE"]]);
    sql.server.workspace.create_token("bob@x").await.unwrap();
    sql.run("GRANT EXECUTE, SELECT ON SCHEMA main.s TO `bob@x`").await;
    assert_eq!(
        sql.rows(privileges).await,
        [
            ["ann@x", "f", "EXECUTE", "NONE"],
            ["bob@x", "f", "EXECUTE", "SCHEMA"],
            ["bob@x", "g", "EXECUTE", "SCHEMA"],
        ]
    );
}

#[tokio::test]
async fn grants_on_a_function_are_shown_changed_and_refused_when_they_do_not_apply() {
    let sql = workspace(&["CREATE FUNCTION main.s.f() RETURNS INT RETURN 1"]).await;
    sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("GRANT EXECUTE, MANAGE ON FUNCTION main.s.f TO `ann@x`").await;
    sql.run("GRANT ALL PRIVILEGES ON FUNCTION main.s.f TO `ann@x`").await;
    sql.run("REVOKE MANAGE ON FUNCTION main.s.f FROM `ann@x`").await;
    sql.run("GRANT EXECUTE ON SCHEMA main.s TO `ann@x`").await;
    assert_eq!(
        sql.table("SHOW GRANTS `ann@x` ON FUNCTION main.s.f").await,
        "Principal | ActionType | ObjectType | ObjectKey\n\
         ann@x | ALL PRIVILEGES | FUNCTION | main.s.f\n\
         ann@x | EXECUTE | FUNCTION | main.s.f\n\
         ann@x | EXECUTE | SCHEMA | main.s"
    );
    let error = sql.error("GRANT SELECT ON FUNCTION main.s.f TO `ann@x`").await;
    let refusal = "Privilege SELECT is not applicable to this entity [FUNCTION/FUNCTION_STANDARD]";
    assert!(error.contains(refusal), "{error}");
    let effective = "/api/2.1/unity-catalog/effective-permissions/function/main.s.f?principal=ann@x";
    let effective = sql.server.get(effective).await;
    let privileges = effective["privilege_assignments"][0]["privileges"].as_array().unwrap().len();
    assert_eq!(privileges, 3, "{effective}");
    let missing = "/api/2.1/unity-catalog/permissions/function/main.s.nowhere";
    let error = sql.server.error("GET", missing, serde_json::json!({})).await;
    assert_eq!(error, "404 RESOURCE_DOES_NOT_EXIST: Function 'main.s.nowhere' does not exist.");
}
