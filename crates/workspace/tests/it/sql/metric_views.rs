//! Metric views: kept and described as written, never computed.

use super::Sql;

const SALES: &str = r"
version: 1.1
comment: Sales of all stores  # shown to people
source: main.default.orders
filter: amount > 0
joins:
  - name: customer
    source: SELECT id, city FROM main.default.customers
    on: source.customer_id = customer.id
dimensions:
  - name: City
    expr: upper(customer.city)
    comment: In capitals
    display_name: City
  - name: big
    expr: amount > 100
measures:
  - name: total
    expr: SUM(amount)
    format: {type: currency, currency_code: USD}
    synonyms: [sum, revenue]
";

async fn with_tables() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.orders (id BIGINT, customer_id BIGINT, amount DOUBLE)").await;
    sql.run("CREATE TABLE main.default.customers (id BIGINT, city STRING)").await;
    sql
}

fn create(definition: &str) -> String {
    format!("CREATE OR REPLACE VIEW main.default.sales WITH METRICS LANGUAGE YAML AS $${definition}$$")
}

#[tokio::test]
async fn metric_view_is_kept_as_written_with_the_columns_it_gives() {
    let sql = with_tables().await;
    sql.run(&create(SALES)).await;
    let view = sql.server.get("/api/2.1/unity-catalog/tables/main.default.sales").await;
    assert_eq!(view["table_type"], "METRIC_VIEW");
    assert_eq!(view["view_definition"], SALES);
    assert_eq!(view["comment"], "Sales of all stores");
    let columns: Vec<_> = view["columns"].as_array().unwrap().iter().collect();
    let shown =
        |key: &str| columns.iter().map(|column| column[key].as_str().unwrap_or("-")).collect::<Vec<_>>();
    assert_eq!(shown("name"), ["City", "big", "total"]);
    assert_eq!(shown("type_text"), ["string", "boolean", "double"]);
    assert_eq!(shown("comment"), ["In capitals", "-", "-"]);
    let reads = view["view_dependencies"]["dependencies"].as_array().unwrap();
    let reads: Vec<_> = reads.iter().map(|read| read["table"]["table_full_name"].as_str().unwrap()).collect();
    assert_eq!(reads, ["main.default.orders", "main.default.customers"]);
    let types =
        sql.rows("SELECT table_type FROM main.information_schema.tables WHERE table_name = 'sales'").await;
    assert_eq!(types, [["METRIC_VIEW"]]);
    let texts = sql
        .rows("SELECT view_definition FROM main.information_schema.views WHERE table_name = 'sales'")
        .await;
    assert_eq!(texts, [[SALES]]);
}

#[tokio::test]
async fn metric_view_is_shown_described_and_made_again_from_what_is_shown() {
    let sql = with_tables().await;
    sql.run(&create(SALES)).await;
    sql.run("COMMENT ON COLUMN main.default.sales.total IS 'All of it'").await;
    sql.run("ALTER VIEW main.default.sales SET TAGS ('team' = 'a')").await;
    sql.run("ALTER VIEW main.default.sales SET TBLPROPERTIES ('a' = 'b')").await;
    let shown = sql.rows("SHOW CREATE TABLE main.default.sales").await.concat().concat();
    let described = sql.table("DESCRIBE TABLE EXTENDED main.default.sales").await;
    insta::with_settings!({filters => vec![
        (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d [\d:]+ UTC \d{4}", "[time]"),
    ]}, {
        insta::assert_snapshot!(format!("{shown}\n{described}"));
    });
    sql.run("DROP VIEW main.default.sales").await;
    sql.run("USE CATALOG main").await;
    sql.run(&shown.replace("CREATE VIEW default.", "CREATE VIEW main.default.")).await;
    assert_eq!(sql.rows("SHOW CREATE TABLE main.default.sales").await.concat().concat(), shown);
}

#[tokio::test]
async fn what_is_no_definition_and_what_would_compute_is_refused_by_name() {
    let sql = with_tables().await;
    let measure = |expr: &str| {
        create(&format!(
            "\nversion: 1.1\nsource: main.default.orders\ndimensions:\n  - {{name: id, expr: id}}\nmeasures:\n  - name: m\n    expr: {expr}\n"
        ))
    };
    sql.run(&measure("count(1)")).await;
    let definition = |text: &str| create(&format!("\nversion: 1.1\nsource: main.default.orders\n{text}\n"));
    let joined = |how: &str| {
        definition(&format!(
            "joins:\n  - name: c\n    source: main.default.customers\n    {how}\nmeasures: [{{name: m, expr: count(1)}}]"
        ))
    };
    let statements = [
        measure("amount"),
        measure("sum(amount) OVER ()"),
        measure("sum(missing)"),
        measure("sum("),
        measure("\"sum(amount) FROM main.default.customers --\""),
        measure("1) FROM (SELECT 1"),
        measure("MEASURE(other) + 1"),
        definition("measures: [{name: id, expr: count(1)}, {name: ID, expr: count(1)}]"),
        definition("measures: [{name: m, expr: count(1), time: x}]"),
        definition("measures: []"),
        definition("measures: [{name: m, expr: amount}]"),
        definition("dimensions: [{name: d, expr: sum(amount)}]"),
        joined("on: source.id = c.id\n    using: [id]"),
        joined("cardinality: many_to_one"),
        create("\nversion: 1.1\nsource: SELECT id FROM (\nmeasures: [{name: m, expr: count(1)}]"),
        create(
            "\nversion: 1.1\nsource: DROP TABLE main.default.orders\nmeasures: [{name: m, expr: count(1)}]",
        ),
        definition("measures: [{name: m, expr: count(1)}]\nmaterialization: {schedule: every 6 hours}"),
        definition("measures: [{name: m, expr: count(1)}]\nparameters: [{name: p}]"),
        definition("dimensions: [{name: a, expr: id}, {name: b, expr: a + 1}]"),
        create("\nversion: 2.0\nsource: main.default.orders\n"),
        create("\nversion: 1.1\nsource: main.default.missing\nmeasures: [{name: m, expr: count(1)}]"),
        create("a: ["),
        "CREATE VIEW main.default.v WITH METRICS LANGUAGE YAML AS SELECT 1".to_owned(),
        "CREATE VIEW main.default.v WITH METRICS AS SELECT 1".to_owned(),
        "SELECT id, MEASURE(m) FROM main.default.sales GROUP BY id".to_owned(),
        "CREATE VIEW main.default.v AS SELECT * FROM main.default.sales".to_owned(),
        "CREATE TABLE main.default.c CLONE main.default.sales".to_owned(),
        "ALTER VIEW main.default.sales AS SELECT 1".to_owned(),
        "ALTER VIEW main.default.sales AS $$version: 1.1$$".to_owned(),
        "INSERT INTO main.default.sales VALUES (1)".to_owned(),
    ];
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    insta::assert_snapshot!(sql.errors(&statements).await);
}

#[tokio::test]
async fn maker_of_a_metric_view_needs_what_it_reads() {
    let sql = with_tables().await;
    let token = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    for grant in [
        "GRANT USE CATALOG ON CATALOG main TO `ann@example.com`",
        "GRANT USE SCHEMA, CREATE TABLE ON SCHEMA main.default TO `ann@example.com`",
        "GRANT SELECT ON TABLE main.default.orders TO `ann@example.com`",
    ] {
        sql.run(grant).await;
    }
    let error = sql.error_as(&token, &create(SALES)).await;
    assert!(error.contains("SELECT on Table 'main.default.customers'"), "{error}");
    sql.run("GRANT SELECT ON TABLE main.default.customers TO `ann@example.com`").await;
    sql.rows_as(&token, &create(SALES)).await;
}
