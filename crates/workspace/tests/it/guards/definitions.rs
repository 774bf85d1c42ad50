//! Guards that come with their table, and where they are shown.

use super::Guarded;

#[tokio::test]
async fn table_is_made_with_its_guards() {
    let guarded = Guarded::unguarded().await;
    for statement in [
        "CREATE TABLE main.s.new (id INT NOT NULL MASK main.s.twice COMMENT 'c', ssn STRING COMMENT 'd' MASK main.s.hide_by USING COLUMNS (area, '#'), area STRING) COMMENT 'guarded' WITH ROW FILTER main.s.in_region ON (AREA)",
        "CREATE TABLE main.s.made WITH ROW FILTER main.s.in_region ON (region) AS SELECT * FROM main.s.people",
    ] {
        let missing = guarded.sql.error(&statement.replace("in_region", "missing")).await;
        assert!(missing.contains("main.s.missing") || missing.contains("`missing`"), "{missing}");
        assert!(guarded.sql.rows("SHOW TABLES IN main.s LIKE 'new|made'").await.len() < 2);
        if statement.contains("twice") {
            guarded.run("CREATE FUNCTION main.s.twice(n INT) RETURNS INT RETURN n * 2").await;
        }
        guarded.run(statement).await;
    }
    guarded.run("INSERT INTO main.s.new VALUES (1, '111', 'EU'), (2, '222', 'US')").await;
    for table in ["new", "made"] {
        guarded.run(&format!("GRANT SELECT ON TABLE main.s.{table} TO `account users`")).await;
    }
    assert_eq!(guarded.ann("SELECT * FROM main.s.new").await, [["2", "#EU", "EU"]]);
    assert_eq!(guarded.ann("SELECT id FROM main.s.made ORDER BY id").await, [["1"], ["2"]]);
    assert_eq!(guarded.boss("SELECT count(*) FROM main.s.made").await, [["4"]]);
}

#[tokio::test]
async fn table_that_is_there_is_registered_with_guards() {
    let guarded = Guarded::unguarded().await;
    let folder = guarded.sql.server.root().parent().unwrap().join("elsewhere");
    let location = folder.to_str().unwrap();
    guarded.run(&format!("CREATE TABLE main.s.first (id INT, ssn STRING) LOCATION '{location}'")).await;
    guarded.run("INSERT INTO main.s.first VALUES (1, '111')").await;
    guarded.run("DROP TABLE main.s.first").await;
    guarded
        .run(&format!(
            "CREATE TABLE main.s.second (id INT, ssn STRING MASK main.s.hide) LOCATION '{location}' WITH ROW FILTER main.s.in_region ON ('EU')"
        ))
        .await;
    guarded.run("GRANT SELECT ON TABLE main.s.second TO `account users`").await;
    assert_eq!(guarded.ann("SELECT * FROM main.s.second").await, [["1", "***"]]);
    assert_eq!(guarded.boss("SELECT * FROM main.s.second").await, [["1", "111"]]);
}

#[tokio::test]
async fn guards_stay_when_their_table_is_replaced_and_fit_its_columns() {
    let guarded = Guarded::start().await;
    guarded
        .run("CREATE OR REPLACE TABLE main.s.people AS SELECT 3 AS id, 'new' AS ssn, 'EU' AS region")
        .await;
    assert_eq!(guarded.ann("SELECT * FROM main.s.people").await, [["3", "***", "EU"]]);
    guarded.run("CREATE OR REPLACE TABLE main.s.people (ssn STRING MASK main.s.hide, region STRING) WITH ROW FILTER main.s.in_region ON (region)").await;
    guarded.run("INSERT INTO main.s.people VALUES ('111', 'EU'), ('222', 'US')").await;
    assert_eq!(guarded.ann("SELECT * FROM main.s.people").await, [["***", "EU"]]);
    for statement in [
        "CREATE OR REPLACE TABLE main.s.people AS SELECT 1 AS id, 'EU' AS region",
        "CREATE OR REPLACE TABLE main.s.people (ssn STRING, region STRING, CONSTRAINT c CHECK (ssn > ''))",
        "CREATE OR REPLACE TABLE main.s.people DEEP CLONE main.s.other",
    ] {
        if statement.contains("CLONE") {
            guarded.run("CREATE TABLE main.s.other AS SELECT 1 AS id").await;
        }
        guarded.sql.error(statement).await;
        assert_eq!(guarded.ann("SELECT * FROM main.s.people").await, [["***", "EU"]], "{statement}");
    }
    guarded.run("DROP TABLE main.s.people").await;
    guarded.run("CREATE TABLE main.s.people AS SELECT 'free' AS ssn, 'US' AS region").await;
    assert_eq!(guarded.sql.rows("SELECT * FROM main.s.people").await, [["free", "US"]]);
}

#[tokio::test]
async fn table_that_is_replaced_by_an_empty_one_gets_the_guards_of_the_statement_and_keeps_the_others() {
    let guarded = Guarded::start().await;
    guarded
        .run(
            "CREATE OR REPLACE TABLE main.s.people (ssn STRING, area STRING, nick STRING MASK main.s.hide) \
             WITH ROW FILTER main.s.in_region ON (area)",
        )
        .await;
    guarded.run("INSERT INTO main.s.people VALUES ('111', 'EU', 'Jo'), ('222', 'US', 'Al')").await;
    assert_eq!(guarded.ann("SELECT * FROM main.s.people").await, [["***", "EU", "***"]]);
    let filters = "SELECT filter_name, target_columns FROM main.information_schema.row_filters";
    assert_eq!(guarded.sql.rows(filters).await, [["main.s.in_region", "area"]]);
}

/// Its rows are there before its guards are.
#[tokio::test]
async fn table_is_not_replaced_by_rows_under_other_guards() {
    let guarded = Guarded::start().await;
    let error = guarded
        .sql
        .error(
            "CREATE OR REPLACE TABLE main.s.people WITH ROW FILTER main.s.in_region ON ('US') \
             AS SELECT 3 AS id, 'new' AS ssn, 'EU' AS region",
        )
        .await;
    assert!(error.contains("with another row filter or column mask"), "{error}");
}

#[tokio::test]
async fn guards_of_a_table_restored_to_other_columns_hide_it() {
    let guarded = Guarded::unguarded().await;
    guarded.run("ALTER TABLE main.s.people ADD COLUMN area STRING").await;
    guarded.run("ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON (area)").await;
    guarded.run("RESTORE TABLE main.s.people TO VERSION AS OF 1").await;
    let error = guarded.sql.error_as(&guarded.ann, "SELECT * FROM main.s.people").await;
    assert!(error.starts_with("[UNRESOLVED_COLUMN"), "{error}");
}

#[tokio::test]
async fn masks_and_tags_of_columns_that_a_restore_takes_away_catch_no_later_column() {
    let guarded = Guarded::unguarded().await;
    guarded.run("ALTER TABLE main.s.people ADD COLUMN Area STRING").await;
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN area SET MASK main.s.hide").await;
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.hide").await;
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN area SET TAGS ('k' = 'v')").await;
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN ssn SET TAGS ('k' = 'v')").await;
    guarded.run("RESTORE TABLE main.s.people TO VERSION AS OF 1").await;
    for relation in ["column_masks", "column_tags"] {
        let columns = format!("SELECT column_name FROM main.information_schema.{relation}");
        assert_eq!(guarded.sql.rows(&columns).await, [["ssn"]], "{relation}");
    }
    guarded.run("ALTER TABLE main.s.people ADD COLUMN area STRING").await;
    guarded.run("UPDATE main.s.people SET area = 'south'").await;
    let seen = guarded.sql.rows("SELECT DISTINCT area FROM main.s.people").await;
    assert_eq!(seen, [["south"]]);
}

#[tokio::test]
async fn guards_are_shown_wherever_the_platform_shows_them() {
    let guarded = Guarded::start().await;
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN name SET MASK main.s.hide_by USING COLUMNS (region, 'it\\'s')").await;
    let mut texts = Vec::new();
    for relation in ["row_filters", "column_masks"] {
        let query = format!("SELECT * FROM main.information_schema.{relation} ORDER BY ALL");
        texts.push(format!("{relation}\n{}", guarded.sql.table(&query).await));
    }
    let described = guarded.sql.rows("DESCRIBE TABLE EXTENDED main.s.people").await;
    let sections = described.iter().skip_while(|row| row[0] != "# Row Filter");
    texts.push(sections.map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n"));
    let json = guarded.sql.rows("DESCRIBE TABLE EXTENDED main.s.people AS JSON").await;
    let json: serde_json::Value = serde_json::from_str(&json[0][0]).unwrap();
    texts.push(format!("{:#}\n{:#}", json["row_filter"], json["column_masks"]));
    let shown = guarded.sql.rows("SHOW CREATE TABLE main.s.people").await.concat().concat();
    texts.push(shown.split("TBLPROPERTIES").next().unwrap().to_owned());
    for path in ["main.s.people", "?catalog_name=main&schema_name=s"] {
        let separator = if path.starts_with('?') { "" } else { "/" };
        let info = guarded.sql.server.get(&format!("/api/2.1/unity-catalog/tables{separator}{path}")).await;
        let table = if path.starts_with('?') { info["tables"][0].clone() } else { info };
        let masks = table["columns"].as_array().unwrap().iter().map(|column| &column["mask"]);
        texts.push(format!("{:#}\n{:#}", table["row_filter"], serde_json::json!(masks.collect::<Vec<_>>())));
    }
    insta::assert_snapshot!(texts.join("\n\n"));

    guarded.run("DROP TABLE main.s.people").await;
    guarded.run(&shown.replace("CREATE TABLE main.s.people", "CREATE TABLE main.s.again")).await;
    let again = guarded.sql.rows("SHOW CREATE TABLE main.s.again").await.concat().concat();
    assert_eq!(again, shown.replace("main.s.people", "main.s.again"));
}

#[tokio::test]
async fn guards_show_in_information_schema_to_readers_alone() {
    let guarded = Guarded::start().await;
    let filters = "SELECT table_name FROM system.information_schema.row_filters";
    assert_eq!(guarded.ann(filters).await, [["people"]]);
    guarded.run("REVOKE SELECT ON TABLE main.s.people FROM `account users`").await;
    guarded.run("GRANT MANAGE ON TABLE main.s.people TO `ann@x`").await;
    assert!(guarded.ann(filters).await.is_empty());
    assert!(guarded.ann("SELECT * FROM main.information_schema.column_masks").await.is_empty());
    assert_eq!(guarded.sql.rows(filters).await, [["people"]]);
}
