//! What statements that change rows do to what they do not see: nothing.

use super::Guarded;

fn counted(rows: &[Vec<String>]) -> &str {
    &rows[0][0]
}

#[tokio::test]
async fn update_changes_rows_that_are_seen_and_keeps_values_behind_masks() {
    let guarded = Guarded::start().await;
    let updated = guarded.ann("UPDATE main.s.people SET name = concat(name, ssn)").await;
    assert_eq!(counted(&updated), "2");
    let people = [
        ["1", "ann***", "111", "EU"],
        ["2", "bob***", "222", "EU"],
        ["5", "cid", "x55", "US"],
        ["7", "dan", "x77", "US"],
    ];
    assert_eq!(guarded.people().await, people);
    assert_eq!(counted(&guarded.ann("UPDATE main.s.people SET name = 'found' WHERE ssn = '222'").await), "0");
    assert_eq!(counted(&guarded.ann("UPDATE main.s.people SET ssn = '999' WHERE id = 2").await), "1");
    assert_eq!(guarded.people().await[1], ["2", "bob***", "999", "EU"]);
}

#[tokio::test]
async fn delete_removes_rows_that_are_seen() {
    for all in [
        "DELETE FROM main.s.people",
        "TRUNCATE TABLE main.s.people",
        "DELETE FROM main.s.people WHERE id > 0",
    ] {
        let guarded = Guarded::start().await;
        assert_eq!(counted(&guarded.ann("DELETE FROM main.s.people WHERE ssn = '111' OR id = 5").await), "0");
        guarded.ann(all).await;
        assert_eq!(guarded.people().await, [["5", "cid", "x55", "US"], ["7", "dan", "x77", "US"]], "{all}");
    }
}

#[tokio::test]
async fn merge_matches_rows_that_are_seen_and_keeps_values_behind_masks() {
    let guarded = Guarded::start().await;
    let merged = guarded
        .ann("MERGE INTO main.s.people p USING (SELECT 2 AS id, 'eve' AS name UNION ALL SELECT 5, 'fay') s ON p.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name, ssn, region) VALUES (s.id, s.name, 'new', 'US') WHEN NOT MATCHED BY SOURCE THEN UPDATE SET region = 'UK'")
        .await;
    // Row 5 is there and not seen, so that it is inserted once more.
    assert_eq!(merged, [["3", "2", "0", "1"]]);
    let people = [
        ["1", "ann", "111", "UK"],
        ["2", "eve", "222", "EU"],
        ["5", "cid", "x55", "US"],
        ["5", "fay", "new", "US"],
        ["7", "dan", "x77", "US"],
    ];
    assert_eq!(guarded.people().await, people);
    let merged = guarded
        .ann("MERGE INTO main.s.people p USING (SELECT '222' AS ssn) s ON p.ssn = s.ssn WHEN MATCHED THEN DELETE")
        .await;
    assert_eq!(counted(&merged), "0");
}

#[tokio::test]
async fn replaced_rows_are_those_that_are_seen() {
    let guarded = Guarded::start().await;
    guarded.ann("INSERT INTO main.s.people REPLACE WHERE id >= 2 VALUES (9, 'eve', '999', 'EU')").await;
    let people = [
        ["1", "ann", "111", "EU"],
        ["5", "cid", "x55", "US"],
        ["7", "dan", "x77", "US"],
        ["9", "eve", "999", "EU"],
    ];
    assert_eq!(guarded.people().await, people);
}

/// Conditions that fail on hidden rows or on masked values.
#[tokio::test]
async fn no_condition_of_a_change_is_computed_on_what_is_hidden() {
    let guarded = Guarded::start().await;
    for statement in [
        "UPDATE main.s.people SET name = 'x' WHERE 1 / (id - 5) > 9",
        "UPDATE main.s.people SET id = id WHERE CAST(replace(ssn, '*', '1') AS INT) > 999",
        "DELETE FROM main.s.people WHERE 1 / (id - 7) > 9",
        "DELETE FROM main.s.people WHERE id IN (SELECT 1 / (id - 5) + 100 FROM main.s.people)",
        "MERGE INTO main.s.people p USING (SELECT 1 AS a) s ON 1 / (p.id - 5) > 9 WHEN MATCHED THEN DELETE",
        "MERGE INTO main.s.people p USING (SELECT 1 AS a) s ON TRUE WHEN MATCHED AND 1 / (p.id - 5) > 9 THEN DELETE",
        "INSERT INTO main.s.people REPLACE WHERE 1 / (id - 5) > 9 SELECT * FROM main.s.people WHERE FALSE",
        "INSERT INTO main.s.people SELECT * FROM main.s.people WHERE 1 / (id - 5) > 9",
    ] {
        guarded.ann(statement).await;
    }
    assert_eq!(guarded.people().await, super::PEOPLE);
}

/// The values behind masks are beside the rows while a statement computes.
#[tokio::test]
async fn values_behind_masks_have_no_name_in_a_change() {
    let guarded = Guarded::start().await;
    for statement in [
        "UPDATE main.s.people SET name = to_json(struct(*))",
        "UPDATE main.s.people SET name = `@kept ssn`",
        "UPDATE main.s.people SET name = (SELECT max(`@kept ssn`) FROM main.s.people)",
        "MERGE INTO main.s.people p USING (SELECT 1 AS id) s ON p.id = s.id WHEN MATCHED THEN UPDATE SET name = to_json(struct(p.*))",
    ] {
        guarded.sql.error_as(&guarded.ann, statement).await;
    }
    assert_eq!(guarded.people().await, super::PEOPLE);
}

#[tokio::test]
async fn maintenance_is_allowed_and_chooses_by_what_is_seen() {
    let guarded = Guarded::unguarded().await;
    for statement in [
        "CREATE TABLE main.s.parts (id INT, region STRING) PARTITIONED BY (region) WITH ROW FILTER main.s.in_region ON (region)",
        "INSERT INTO main.s.parts VALUES (1, 'EU'), (2, 'US')",
        "INSERT INTO main.s.parts VALUES (3, 'EU'), (4, 'US')",
        "GRANT SELECT, MODIFY ON TABLE main.s.parts TO `account users`",
    ] {
        guarded.run(statement).await;
    }
    guarded
        .ann("OPTIMIZE main.s.parts WHERE 1 / (length(region) - length('US!')) < 9 AND region = 'US'")
        .await;
    let files = |rows: Vec<Vec<String>>| rows[0][9].clone();
    assert_eq!(files(guarded.ann("DESCRIBE DETAIL main.s.parts").await), "4");
    guarded.ann("OPTIMIZE main.s.parts WHERE region = 'EU'").await;
    assert_eq!(files(guarded.ann("DESCRIBE DETAIL main.s.parts").await), "3");
    guarded.ann("OPTIMIZE main.s.parts").await;
    guarded.ann("VACUUM main.s.parts").await;
    let history = guarded.ann("DESCRIBE HISTORY main.s.parts LIMIT 1").await;
    assert!(!history.is_empty());
}

#[tokio::test]
async fn error_of_a_row_that_keeps_what_is_behind_a_mask_does_not_tell_it() {
    let guarded = Guarded::unguarded().await;
    for statement in [
        "CREATE TABLE main.s.loud (ssn STRING MASK main.s.hide, upper STRING GENERATED ALWAYS AS (upper(ssn)))",
        "INSERT INTO main.s.loud (ssn) VALUES ('secret')",
        "GRANT SELECT, MODIFY ON TABLE main.s.loud TO `account users`",
    ] {
        guarded.run(statement).await;
    }
    for statement in [
        "UPDATE main.s.loud SET upper = 'x'",
        "MERGE INTO main.s.loud USING (SELECT 1 AS a) ON TRUE WHEN MATCHED THEN UPDATE SET upper = 'x'",
    ] {
        let error = guarded.sql.error_as(&guarded.ann, statement).await;
        assert!(error.starts_with("[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES]"), "{error}");
        assert!(error.contains("ssn is masked") && !error.contains("secret"), "{error}");
    }
}
