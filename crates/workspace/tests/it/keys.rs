//! Primary and foreign keys in SQL; `tests/clients` has them over REST.

use crate::sql::Sql;

async fn with_keys() -> Sql {
    let sql = Sql::start().await;
    for statement in [
        "CREATE TABLE main.default.customers (id INT PRIMARY KEY, region STRING NOT NULL, name STRING)",
        "CREATE TABLE main.default.orders (id INT NOT NULL, ts TIMESTAMP NOT NULL, customer INT, CONSTRAINT orders_key PRIMARY KEY (id, ts TIMESERIES) RELY, CONSTRAINT who FOREIGN KEY (customer) REFERENCES customers, CONSTRAINT some CHECK (id > 0))",
    ] {
        sql.run(&statement.replace("REFERENCES customers", "REFERENCES main.default.customers")).await;
    }
    sql
}

const NAMES: &str = "SELECT constraint_name FROM main.information_schema.table_constraints ORDER BY 1";

#[tokio::test]
async fn keys_are_shown_wherever_the_platform_shows_them() {
    let sql = with_keys().await;
    let mut texts = Vec::new();
    for relation in [
        "table_constraints",
        "key_column_usage",
        "referential_constraints",
        "check_constraints",
        "constraint_column_usage",
        "constraint_table_usage",
    ] {
        let query = format!("SELECT * FROM main.information_schema.{relation} ORDER BY ALL");
        texts.push(format!("{relation}\n{}", sql.table(&query).await));
    }
    let described = sql.rows("DESCRIBE TABLE EXTENDED main.default.orders").await;
    let constraints = described.iter().skip_while(|row| row[0] != "# Constraints");
    texts.push(constraints.map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n"));
    let [row] = sql.rows("SHOW CREATE TABLE main.default.orders").await.try_into().unwrap();
    texts.push(row.concat().split(")\nUSING").next().unwrap().to_owned());
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn keys_come_and_go_by_alter() {
    let sql = with_keys().await;
    assert_eq!(sql.rows(NAMES).await, [["customers_pk"], ["orders_key"], ["some"], ["who"]]);
    sql.run("ALTER TABLE main.default.orders DROP FOREIGN KEY (customer)").await;
    sql.run(
        "ALTER TABLE main.default.orders ADD FOREIGN KEY (customer) REFERENCES main.default.customers (id)",
    )
    .await;
    assert_eq!(sql.rows(NAMES).await[1], ["orders_customers_fk"]);
    sql.run("ALTER TABLE main.default.orders DROP CONSTRAINT some").await;
    sql.run("ALTER TABLE main.default.orders DROP CONSTRAINT IF EXISTS some").await;
    sql.run("ALTER TABLE main.default.customers DROP PRIMARY KEY CASCADE").await;
    sql.run("ALTER TABLE main.default.customers DROP PRIMARY KEY IF EXISTS").await;
    assert_eq!(sql.rows(NAMES).await, [["orders_key"]]);
    sql.run("ALTER TABLE main.default.customers ADD CONSTRAINT k PRIMARY KEY (id, region) NOT ENFORCED")
        .await;
    sql.run("ALTER TABLE main.default.orders RENAME TO main.default.sales").await;
    assert_eq!(sql.rows(NAMES).await, [["k"], ["orders_key"]]);
}

#[tokio::test]
async fn keys_are_lost_by_clones_and_by_replacement_and_go_with_their_tables() {
    let sql = with_keys().await;
    sql.run("CREATE TABLE main.default.copy DEEP CLONE main.default.orders").await;
    let of_copy =
        "SELECT constraint_name FROM main.information_schema.table_constraints WHERE table_name = 'copy'";
    assert_eq!(sql.rows(of_copy).await, [["some"]]);
    sql.run("ALTER TABLE main.default.copy ADD CONSTRAINT pk PRIMARY KEY (id)").await;
    sql.run("CREATE OR REPLACE TABLE main.default.copy DEEP CLONE main.default.orders").await;
    assert_eq!(sql.rows(of_copy).await, [["some"]]);
    sql.run("CREATE OR REPLACE TABLE main.default.copy (a INT NOT NULL, CONSTRAINT pk PRIMARY KEY (a))")
        .await;
    assert_eq!(sql.rows(of_copy).await, [["pk"]]);
    sql.run("DROP TABLE main.default.customers").await;
    assert_eq!(sql.rows(NAMES).await, [["orders_key"], ["pk"], ["some"]]);
}

#[tokio::test]
async fn keys_that_cannot_be_are_refused_and_their_table_is_not_made() {
    let sql = with_keys().await;
    let errors = sql
        .errors(&[
            "CREATE TABLE main.default.x (a INT, FOREIGN KEY (a) REFERENCES main.default.nowhere)",
            "CREATE TABLE main.default.x (a INT, FOREIGN KEY (nothing) REFERENCES main.default.customers)",
            "CREATE TABLE main.default.x (a INT NOT NULL, CONSTRAINT who PRIMARY KEY (a))",
            "CREATE OR REPLACE TABLE main.default.orders (a INT NOT NULL, CONSTRAINT customers_pk PRIMARY KEY (a))",
            "CREATE OR REPLACE TABLE main.default.orders (a INT NOT NULL, PRIMARY KEY (b))",
            "CREATE TABLE main.default.x (a STRING, FOREIGN KEY (a) REFERENCES main.default.customers)",
            "ALTER TABLE main.default.customers ADD CONSTRAINT again PRIMARY KEY (region)",
            "ALTER TABLE main.default.customers DROP PRIMARY KEY",
            "ALTER TABLE main.default.orders ADD FOREIGN KEY (customer) REFERENCES main.default.customers (name)",
            "ALTER TABLE main.default.orders ADD PRIMARY KEY (customer)",
            "ALTER TABLE main.default.orders ADD CONSTRAINT u UNIQUE (id)",
        ])
        .await;
    let missing = sql.error("ALTER TABLE main.default.orders DROP CONSTRAINT nothing").await;
    assert!(missing.starts_with("[DELTA_CONSTRAINT_DOES_NOT_EXIST]"), "{missing}");
    assert!(sql.rows("SHOW TABLES IN main.default LIKE 'x'").await.is_empty());
    insta::assert_snapshot!(errors);
}
