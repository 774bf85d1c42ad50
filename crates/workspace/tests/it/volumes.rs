//! Volumes over REST and SQL.

use serde_json::json;

use crate::sql::Sql;

const VOLUMES: &str = "/api/2.1/unity-catalog/volumes";

async fn start() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    sql
}

#[tokio::test]
async fn statements_make_change_show_and_drop_volumes() {
    let sql = start().await;
    sql.run("CREATE VOLUME main.s.Files COMMENT 'c'").await;
    sql.run("CREATE VOLUME IF NOT EXISTS main.s.files").await;
    sql.run("COMMENT ON VOLUME main.s.files IS 'new'").await;
    sql.run("ALTER VOLUME main.s.files RENAME TO renamed").await;
    assert_eq!(sql.rows("SHOW VOLUMES IN main.s LIKE 're*'").await, [["s", "renamed"]]);
    let described = sql.rows("DESCRIBE VOLUME main.s.renamed").await;
    assert_eq!((described[0][0].as_str(), described[0][6].as_str()), ("renamed", "new"));
    let listed = sql
        .rows("SELECT volume_schema, volume_name, volume_type, comment FROM main.information_schema.volumes")
        .await;
    assert_eq!(listed, [["s", "renamed", "MANAGED", "new"]]);
    sql.run("DROP VOLUME main.s.renamed").await;
    sql.run("DROP VOLUME IF EXISTS main.s.renamed").await;
    assert_eq!(sql.rows("SHOW VOLUMES IN main.s").await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn refusals_are_the_platforms() {
    let sql = start().await;
    sql.run("CREATE VOLUME main.s.v").await;
    insta::assert_snapshot!(
        sql.errors(&[
            "CREATE VOLUME main.s.v",
            "CREATE VOLUME main.nowhere.v",
            "CREATE VOLUME main.s.w LOCATION '/tmp/w'",
            "CREATE EXTERNAL VOLUME main.s.w",
            "DROP VOLUME main.s.nowhere",
            "DESCRIBE VOLUME main.s.nowhere",
            "LIST '/Volumes/main/s/nowhere/'",
            "LIST '/Volumes/main/s/v/../x'",
            "LIST '/Volumes/main/s/v/nowhere'",
            "GRANT SELECT ON VOLUME main.s.v TO `account users`",
            "DROP SCHEMA main.s",
        ])
        .await
    );
    let error = sql.server.error("DELETE", "/api/2.1/unity-catalog/schemas/main.s", json!({})).await;
    assert_eq!(
        error,
        "400 SCHEMA_NOT_EMPTY: Schema 'main.s' is not empty. The schema has 0 tables(s), 0 functions(s), 1 volumes(s)"
    );
}

#[tokio::test]
async fn folder_of_a_managed_volume_goes_with_it_and_that_of_an_external_one_stays() {
    let sql = start().await;
    let outside = sql.server.root().parent().unwrap().join("outside");
    sql.run("CREATE VOLUME main.s.inner").await;
    sql.run(&format!("CREATE EXTERNAL VOLUME main.s.outer LOCATION '{}'", outside.display())).await;
    let mut folders = Vec::new();
    for name in ["inner", "outer"] {
        let token = sql.server.token.clone();
        let path = format!("/api/2.0/fs/directories/Volumes/main/s/{name}/d");
        let made = make_directory(&sql, &token, &path).await;
        assert_eq!(made, 204, "{name}");
        let volume = sql.server.get(&format!("{VOLUMES}/main.s.{name}")).await;
        let location =
            volume["storage_location"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
        folders.push(std::path::PathBuf::from(location));
    }
    assert!(folders.iter().all(|folder| folder.join("d").is_dir()));
    sql.run("DROP SCHEMA main.s CASCADE").await;
    assert_eq!((folders[0].exists(), folders[1].join("d").exists()), (false, true));
}

async fn make_directory(sql: &Sql, token: &str, path: &str) -> u16 {
    use tower::ServiceExt;
    let request = http::Request::builder().method("PUT").uri(path);
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.body(axum::body::Body::empty()).unwrap();
    sql.server.workspace.router().oneshot(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn privileges_on_volumes_show_where_they_come_from() {
    let sql = start().await;
    sql.run("CREATE VOLUME main.s.v").await;
    sql.server.workspace.create_user("ann@x").await.unwrap();
    sql.run("GRANT READ VOLUME ON VOLUME main.s.v TO `ann@x`").await;
    sql.run("GRANT WRITE VOLUME ON SCHEMA main.s TO `ann@x`").await;
    let shown = sql.rows("SHOW GRANTS ON VOLUME main.s.v").await;
    assert_eq!(
        shown,
        [["ann@x", "READ VOLUME", "VOLUME", "main.s.v"], ["ann@x", "WRITE VOLUME", "SCHEMA", "main.s"]]
    );
    let listed = sql
        .rows("SELECT volume_name, privilege_type, inherited_from FROM main.information_schema.volume_privileges")
        .await;
    assert_eq!(listed, [["v", "READ_VOLUME", "NONE"], ["v", "WRITE_VOLUME", "SCHEMA"]]);
}

#[tokio::test]
async fn taken_folder_is_refused_with_the_name_of_its_user() {
    let sql = start().await;
    let outside = sql.server.root().parent().unwrap().join("outside");
    let url = url_of(&outside);
    sql.run(&format!("CREATE EXTERNAL VOLUME main.s.v LOCATION '{url}/a'")).await;
    let request = json!({
        "catalog_name": "main", "schema_name": "s", "name": "w", "volume_type": "EXTERNAL",
        "storage_location": format!("{url}/a/b"),
    });
    let refused = sql.server.send_as(&sql.server.token, "POST", VOLUMES, request).await.body;
    assert_eq!(
        refused["message"],
        format!(
            "Input path url '{url}/a/b' overlaps with other external tables or volumes within 'CreateVolume' call. \
             Conflicting tables/volumes: main.s.v."
        )
    );
    assert_eq!(refused["details"][0]["reason"], "LOCATION_OVERLAP");
    let table = format!("CREATE TABLE main.s.t (a INT) LOCATION '{url}'");
    let error = sql.error(&table).await;
    assert!(error.contains("within 'CreateTable' call. Conflicting tables/volumes: main.s.v."), "{error}");
    let managed = url_of(&sql.server.root().join("managed/x"));
    let error = sql.error(&format!("CREATE EXTERNAL VOLUME main.s.w LOCATION '{managed}'")).await;
    assert!(error.contains("overlaps with managed storage within 'CreateVolume' call"), "{error}");
}

fn url_of(path: &std::path::Path) -> String {
    format!("file://{}", path.display())
}
