//! Functions, and views and functions that need each other.

use clxs_api::function::{FunctionParameterInfos, UpdateFunction};
use clxs_api::statement::ExecuteStatement;
use clxs_client::ErrorKind;
use clxs_clone::Outcome;
use clxs_clone::journal::RunState;
use rstest::rstest;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};

/// Every function is needed by one that comes before it by name or by schema.
const FUNCTIONS: &str = "
CREATE FUNCTION prod.silver.z_rate(day DATE) RETURNS DOUBLE COMMENT 'It\\'s a \\\\ rate' RETURN SELECT max(amount) FROM prod.bronze.orders o WHERE o.day = day;
CREATE FUNCTION prod.bronze.net(amount DOUBLE COMMENT 'in EUR', rate DOUBLE DEFAULT 0.19) RETURNS DOUBLE RETURN amount * (1 - rate);
CREATE FUNCTION prod.bronze.a_total(amount DOUBLE) RETURNS DOUBLE RETURN PROD.bronze.net(amount) + length('prod.bronze.x');
CREATE FUNCTION prod.gold.days(least DOUBLE) RETURNS TABLE (day DATE COMMENT 'the day', total DOUBLE) RETURN SELECT day, total FROM prod.silver.daily WHERE total >= least;
CREATE VIEW prod.bronze.a_view AS SELECT day, prod.bronze.a_total(total) AS t FROM prod.gold.days(0.0);
";

/// Parameters without the JSON that repeats them: its fields have no order.
fn plainly(list: Option<FunctionParameterInfos>) -> Option<FunctionParameterInfos> {
    let mut list = list?;
    for parameter in &mut list.parameters {
        parameter.type_json = None;
    }
    Some(list)
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_and_views_are_made_in_the_order_in_which_they_need_each_other() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(FUNCTIONS).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    for function in ["silver.z_rate", "bronze.net", "bronze.a_total", "gold.days"] {
        let of = |catalog: &str| name(&format!("{catalog}.{function}"));
        let source = fixture.client.get_function(&of("prod")).await.unwrap();
        let cloned = fixture.client.get_function(&of("dev")).await.unwrap();
        assert_eq!(plainly(cloned.input_params), plainly(source.input_params), "{function}");
        assert_eq!(plainly(cloned.return_params), plainly(source.return_params), "{function}");
        assert_eq!(cloned.full_data_type, source.full_data_type, "{function}");
        assert_eq!(cloned.comment, source.comment, "{function}");
        assert_eq!(cloned.is_deterministic, source.is_deterministic, "{function}");
    }
    let body = fixture.client.get_function(&name("dev.bronze.a_total")).await.unwrap().routine_definition;
    assert_eq!(body.as_deref(), Some("dev.bronze.net(amount) + length('prod.bronze.x')"));
    let query = |catalog: &str| format!("SELECT * FROM {catalog}.bronze.a_view");
    assert_eq!(fixture.rows(&query("dev")).await, fixture.rows(&query("prod")).await);
    let finding = report.findings.iter().find(|finding| finding.securable == name("prod.bronze.a_total"));
    assert!(finding.is_some_and(|finding| finding.line == Some(1)), "{:#?}", report.findings);
    let again = fixture.plan(&settings()).await;
    assert!(again.is_empty(), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn function_that_changed_is_replaced_and_keeps_its_grants_and_owner() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(FUNCTIONS).await;
    fixture.query("GRANT EXECUTE ON FUNCTION prod.bronze.net TO `analysts@example.com`").await;
    let owner = UpdateFunction { owner: Some("ann@example.com".into()) };
    fixture.client.update_function(&name("prod.bronze.net"), &owner).await.unwrap();
    fixture.clone_with(&settings()).await;
    fixture
        .query("CREATE OR REPLACE FUNCTION prod.bronze.net(amount DOUBLE) RETURNS DOUBLE RETURN amount")
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.net"), Outcome::Replaced, "{report:#?}");
    let cloned = fixture.client.get_function(&name("dev.bronze.net")).await.unwrap();
    assert_eq!(cloned.routine_definition.as_deref(), Some("amount"));
    assert_eq!(cloned.owner.as_deref(), Some("ann@example.com"));
    let kind = clxs_api::SecurableKind::Function;
    let granted = fixture.client.get_permissions(&kind, &name("dev.bronze.net")).await.unwrap();
    assert_eq!(granted[0].principal, "analysts@example.com");
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn python_body_stays_as_it_is_and_its_mentions_are_told_with_their_lines() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .query(
            "CREATE FUNCTION prod.bronze.py(a INT) RETURNS STRING LANGUAGE PYTHON AS $$\n\
             # one $1\ntable = 'prod.bronze.orders'\nreturn f'{a} {table} ''$'\n$$",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.py"), Outcome::Created, "{report:#?}");
    let body = |catalog: &str| {
        let client = fixture.client.clone();
        let function = name(&format!("{catalog}.bronze.py"));
        async move { client.get_function(&function).await.unwrap().routine_definition.unwrap() }
    };
    assert_eq!(body("dev").await, body("prod").await);
    let finding = report.findings.iter().find(|finding| finding.securable == name("prod.bronze.py")).unwrap();
    assert_eq!(finding.line, Some(3));
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_something_that_is_left_out_is_left_out_with_the_reason_and_nothing_else() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(FUNCTIONS).await;
    let mut settings = settings();
    settings.selection.exclude_tables = Some(clxs_clone::settings::Pattern::new("^daily$").unwrap());
    let report = fixture.clone_with(&settings).await;
    for left_out in ["prod.gold.days", "prod.bronze.a_view"] {
        let skipped = outcome(&report, left_out);
        assert!(matches!(&skipped, Outcome::Skipped { reason } if reason.contains("daily")), "{skipped:?}");
    }
    assert_eq!(outcome(&report, "prod.bronze.a_total"), Outcome::Created);
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_are_off_are_left_out_with_what_calls_them_unless_the_destination_has_them() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(FUNCTIONS).await;
    let mut settings = settings();
    settings.kinds.functions = false;
    fixture.sent.clear();
    let report = fixture.clone_with(&settings).await;
    assert_eq!(fixture.sent.count("/permissions/function"), 0);
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(
        outcome(&report, "prod.gold.days"),
        Outcome::Skipped { reason: "clone_functions is off".to_owned() }
    );
    let caller = outcome(&report, "prod.bronze.a_view");
    assert!(
        matches!(&caller, Outcome::Skipped { reason } if reason.ends_with("clone_functions is off")),
        "{caller:?}"
    );
    fixture
        .sql(
            "CREATE FUNCTION dev.bronze.a_total(amount DOUBLE) RETURNS DOUBLE RETURN amount;\n\
             CREATE FUNCTION dev.gold.days(least DOUBLE) RETURNS TABLE (day DATE, total DOUBLE) \
             RETURN SELECT day, total FROM dev.silver.daily WHERE total >= least;\n",
        )
        .await;
    let report = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&report, "prod.bronze.a_view"), Outcome::Created, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_of_parameters_and_returned_columns_stay_behind_where_comments_do() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(FUNCTIONS).await;
    let mut settings = settings();
    settings.copy.comments = false;
    fixture.clone_with(&settings).await;
    for function in ["dev.bronze.net", "dev.gold.days"] {
        let info = fixture.client.get_function(&name(function)).await.unwrap();
        let lists = [info.input_params, info.return_params];
        let mut parameters = lists.into_iter().flatten().flat_map(|list| list.parameters);
        assert!(parameters.all(|parameter| parameter.comment.is_none()), "{function}");
    }
    assert!(fixture.plan(&settings).await.is_empty());
}

/// No rewriting reaches what an expression names.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn view_that_still_reads_the_source_fails_in_every_run_and_is_not_left_there(
    #[values("'prod.bronze.items'", "'prod' || '.bronze.items'")] named: &str,
) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.query(&format!("CREATE VIEW prod.gold.outside AS SELECT id FROM IDENTIFIER({named})")).await;
    for _ in 0..2 {
        let report = fixture.clone_with(&settings()).await;
        let Outcome::Failed { error } = outcome(&report, "prod.gold.outside") else { panic!("{report:#?}") };
        assert!(error.contains("still needs prod.bronze.items of the source; it was taken back"), "{error}");
        let gone = fixture.client.get_table(&name("dev.gold.outside")).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
    }
}

/// Texts that somebody who looks for words in the definition would take for its beginning.
#[tokio::test(flavor = "multi_thread")]
async fn python_function_that_speaks_of_create_function_is_carried_as_it_is() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let body = "\n# create function prod.bronze.x() returns int\nreturn 'CREATE FUNCTION a AS ' + s\n";
    fixture
        .query(&format!(
            "CREATE FUNCTION prod.bronze.fn_py(s STRING) RETURNS STRING LANGUAGE PYTHON
             COMMENT 'create function, RETURNS and AS $' AS $${body}$$"
        ))
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.fn_py"), Outcome::Created, "{report:#?}");
    let of = async |catalog: &str| {
        let function = fixture.client.get_function(&name(&format!("{catalog}.bronze.fn_py"))).await.unwrap();
        (function.routine_definition, function.comment, function.external_language)
    };
    let cloned = of("dev").await;
    assert_eq!(cloned, of("prod").await);
    assert_eq!(cloned.0.unwrap().trim(), body.trim());
    assert!(fixture.plan(&settings()).await.is_empty());
}

/// Both were made in a session in another schema, where a table of the same name holds something else.
#[tokio::test(flavor = "multi_thread")]
async fn view_and_function_read_what_their_unqualified_names_were_when_they_were_made() {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.a;\nCREATE SCHEMA prod.b;\n\
             CREATE TABLE prod.a.t AS SELECT 'right' AS x;\nCREATE TABLE prod.b.t AS SELECT 'wrong' AS x;\n",
        )
        .await;
    for text in [
        "CREATE VIEW prod.b.v AS SELECT * FROM t",
        "CREATE FUNCTION prod.b.f() RETURNS STRING RETURN (SELECT max(x) FROM t)",
    ] {
        let statement = ExecuteStatement {
            statement: text.to_owned(),
            warehouse_id: "local".to_owned(),
            catalog: Some("prod".to_owned()),
            schema: Some("a".to_owned()),
            ..ExecuteStatement::default()
        };
        fixture.client.query(&statement).await.unwrap();
    }
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    for catalog in ["prod", "dev"] {
        let rows = fixture.rows(&format!("SELECT x, {catalog}.b.f() FROM {catalog}.b.v")).await;
        assert_eq!(rows, ["right|right"], "{catalog}");
    }
    assert!(fixture.plan(&settings()).await.is_empty());
}
