//! What tables with guards do not do, and guards that cannot be.

use super::Guarded;

/// What everybody is refused, whatever the guards are.
const STATEMENTS: &[&str] = &[
    "SELECT * FROM main.s.people VERSION AS OF 0",
    "SELECT * FROM main.s.people TIMESTAMP AS OF current_timestamp()",
    "SELECT * FROM main.s.people@v0",
    "CREATE TABLE main.s.copy DEEP CLONE main.s.people",
    "CREATE TABLE main.s.copy SHALLOW CLONE main.s.people",
    "CREATE TABLE main.s.copy CLONE main.s.people VERSION AS OF 1",
    "ALTER TABLE main.s.people ADD CONSTRAINT positive CHECK (id > 0)",
];

#[tokio::test]
async fn class_of_a_refusal_says_which_guards_there_are() {
    let filter = "ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON (region)";
    let mask = "ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.hide";
    let mut texts = Vec::new();
    for guards in [&[filter][..], &[mask], &[filter, mask]] {
        let guarded = Guarded::unguarded().await;
        for statement in guards {
            guarded.run(statement).await;
        }
        texts.push(guarded.sql.errors(STATEMENTS).await);
        assert!(guarded.sql.rows("SHOW TABLES IN main.s LIKE 'copy'").await.is_empty());
        assert!(!guarded.sql.rows("DESCRIBE HISTORY main.s.people").await.is_empty());
    }
    insta::assert_snapshot!(texts.join("\n\n---\n\n"));
}

#[tokio::test]
async fn files_of_a_guarded_table_are_not_read_by_path() {
    let guarded = Guarded::start().await;
    let detail = guarded.sql.rows("DESCRIBE DETAIL main.s.people").await;
    let path = detail[0][4].trim_start_matches("file:").replace("///", "/");
    for statement in [
        format!("SELECT * FROM delta.`{path}`"),
        format!("SELECT * FROM delta.`{path}` VERSION AS OF 0"),
        format!("SELECT * FROM delta.`file://{path}/`"),
        format!("CREATE TABLE main.s.copy DEEP CLONE delta.`{path}`"),
    ] {
        let error = guarded.sql.error(&statement).await;
        assert!(error.contains("Path-based access to table"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn table_with_check_constraints_gets_no_guards() {
    let guarded = Guarded::unguarded().await;
    guarded.run("ALTER TABLE main.s.people ADD CONSTRAINT positive CHECK (id > 0)").await;
    insta::assert_snapshot!(
        guarded
            .sql
            .errors(&[
                "ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON (region)",
                "ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.hide",
                "CREATE TABLE main.s.x (a INT, b STRING MASK main.s.hide, CONSTRAINT c CHECK (a > 0))",
            ])
            .await
    );
}

#[tokio::test]
async fn guards_that_cannot_be_are_refused() {
    let guarded = Guarded::unguarded().await;
    guarded.run("CREATE VIEW main.s.v AS SELECT * FROM main.s.people").await;
    guarded.run("CREATE FUNCTION main.s.itself(a STRING) RETURNS BOOLEAN RETURN EXISTS (SELECT 1 FROM main.s.people)").await;
    guarded.run("CREATE TABLE main.s.list AS SELECT '111' AS known").await;
    guarded.run("CREATE FUNCTION main.s.listed(a STRING) RETURNS STRING RETURN CASE WHEN EXISTS (SELECT 1 FROM main.s.list WHERE known = a) THEN a END").await;
    guarded.run("CREATE FUNCTION main.s.rows() RETURNS TABLE (a INT) RETURN SELECT 1").await;
    insta::assert_snapshot!(
        guarded
            .sql
            .errors(&[
                "ALTER TABLE main.s.people SET ROW FILTER main.s.missing ON (region)",
                "ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON ()",
                "ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON (region, name)",
                "ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON (nowhere)",
                "ALTER TABLE main.s.people SET ROW FILTER main.s.hide ON (ssn)",
                "ALTER TABLE main.s.people SET ROW FILTER main.s.rows ON ()",
                "ALTER TABLE main.s.people SET ROW FILTER main.s.itself ON (name)",
                "ALTER TABLE main.s.people ALTER COLUMN nowhere SET MASK main.s.hide",
                "ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.listed",
                "ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.hide_by USING COLUMNS (name)",
                "ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.nothing",
                "ALTER TABLE main.s.v SET ROW FILTER main.s.in_region ON (region)",
                "ALTER TABLE main.s.v ALTER COLUMN ssn SET MASK main.s.hide",
                "CREATE TABLE main.s.x (a INT MASK main.s.missing)",
                "CREATE TABLE main.s.x (a INT MASK main.s.hide MASK main.s.hide)",
                "CREATE TABLE main.s.x USING PARQUET LOCATION '/tmp/none' WITH ROW FILTER main.s.nothing ON ()",
            ])
            .await
    );
    assert!(guarded.sql.rows("SHOW TABLES IN main.s LIKE 'x'").await.is_empty());
    assert_eq!(guarded.ann("SELECT count(*) FROM main.s.people").await, [["4"]]);
}

#[tokio::test]
async fn guards_need_the_table_and_the_function() {
    let guarded = Guarded::unguarded().await;
    let (set, drop) = (
        "ALTER TABLE main.s.people SET ROW FILTER main.s.in_region ON (region)",
        "ALTER TABLE main.s.people DROP ROW FILTER",
    );
    for statement in [set, drop] {
        let error = guarded.sql.error_as(&guarded.ann, statement).await;
        assert!(error.contains("MANAGE on Table"), "{statement}: {error}");
    }
    guarded.run("GRANT MANAGE ON TABLE main.s.people TO `ann@x`").await;
    let error = guarded.sql.error_as(&guarded.ann, set).await;
    assert!(error.contains("EXECUTE on Function"), "{error}");
    guarded.run("GRANT EXECUTE ON FUNCTION main.s.in_region TO `ann@x`").await;
    guarded.ann(set).await;
    guarded.run("REVOKE EXECUTE ON FUNCTION main.s.in_region FROM `ann@x`").await;
    assert_eq!(guarded.ann("SELECT count(*) FROM main.s.people").await, [["2"]]);
    guarded.ann(drop).await;
    assert_eq!(guarded.ann("SELECT count(*) FROM main.s.people").await, [["4"]]);
}

#[tokio::test]
async fn table_whose_function_is_gone_is_not_read_until_it_is_back() {
    let guarded = Guarded::start().await;
    guarded.run("DROP FUNCTION main.s.in_region").await;
    for statement in
        ["SELECT * FROM main.s.people", "SELECT 1 FROM main.s.people", "DELETE FROM main.s.people"]
    {
        let error = guarded.sql.error(statement).await;
        assert!(error.starts_with("[UC_DEPENDENCY_DOES_NOT_EXIST]"), "{statement}: {error}");
    }
    guarded.run("CREATE FUNCTION main.s.in_region(region STRING) RETURNS BOOLEAN RETURN region = 'US'").await;
    assert_eq!(guarded.ann("SELECT id FROM main.s.people ORDER BY id").await, [["5"], ["7"]]);
}

#[tokio::test]
async fn columns_of_guards_are_renamed_with_them_and_not_dropped() {
    let guarded = Guarded::start().await;
    guarded.run("ALTER TABLE main.s.people SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')").await;
    for column in ["region", "ssn"] {
        let error = guarded.sql.error(&format!("ALTER TABLE main.s.people DROP COLUMN {column}")).await;
        assert!(error.contains("a row filter or a column mask needs it"), "{error}");
    }
    guarded.run("ALTER TABLE main.s.people RENAME COLUMN region TO area").await;
    guarded.run("ALTER TABLE main.s.people RENAME COLUMN ssn TO number").await;
    guarded.run("ALTER TABLE main.s.people RENAME TO main.s.folk").await;
    let seen = guarded.ann("SELECT id, number, area FROM main.s.folk ORDER BY id").await;
    assert_eq!(seen, [["1", "***", "EU"], ["2", "***", "EU"]]);
    guarded.run("ALTER TABLE main.s.folk DROP ROW FILTER").await;
    guarded.run("ALTER TABLE main.s.folk ALTER COLUMN number DROP MASK").await;
    guarded.run("ALTER TABLE main.s.folk DROP COLUMN number").await;
    assert_eq!(guarded.ann("SELECT count(*) FROM main.s.folk").await, [["4"]]);
}
