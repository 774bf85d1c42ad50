//! Materialized views and streaming tables, made anew where the settings ask for it.

use clxs_api::SecurableKind;
use clxs_api::table::TableType;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{AsSql, PlannedChange, plan};
use clxs_clone::settings::Kinds;
use clxs_clone::{Outcome, Settings};

use crate::catalogs::{into_nothing, inventory, name, schema, settings, table, view};
use crate::embedded::{Fixture, Reached, outcome};
use crate::rollback::roll_back;

const PIPELINES: &str = "
CREATE MATERIALIZED VIEW prod.silver.totals (day COMMENT 'the day', total) COMMENT 'Per day' TBLPROPERTIES ('team' = 'a') AS SELECT day, sum(amount) FROM prod.bronze.orders GROUP BY day;
CREATE VIEW prod.bronze.above AS SELECT count(*) AS n FROM prod.silver.totals;
ALTER MATERIALIZED VIEW prod.silver.totals SET TAGS ('kind' = 'report');
SET TAG ON COLUMN prod.silver.totals.total `unit` = `EUR`;
GRANT SELECT, REFRESH ON TABLE prod.silver.totals TO `analysts@example.com`;
";

fn recreating() -> Settings {
    Settings { kinds: Kinds { pipelines: true, ..settings().kinds }, ..settings() }
}

async fn with_pipelines() -> Fixture {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(PIPELINES).await;
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn materialized_view_is_reported_with_what_hangs_on_it_unless_it_is_asked_for() {
    let fixture = with_pipelines().await;
    let report = fixture.clone_with(&settings()).await;
    for left_out in ["prod.silver.totals", "prod.bronze.above"] {
        let Outcome::Skipped { reason } = outcome(&report, left_out) else { panic!("{report:#?}") };
        assert!(reason.contains("MATERIALIZED_VIEW is owned by a pipeline"), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn materialized_view_is_made_of_the_destinations_rows_with_every_facet() {
    let fixture = with_pipelines().await;
    let plan = fixture.plan(&recreating()).await;
    let finding =
        plan.findings.iter().find(|finding| finding.securable == name("prod.silver.totals")).unwrap();
    assert!(finding.message.contains("costs a pipeline of its own"), "{}", finding.message);
    let report = fixture.clone_with(&recreating()).await;
    assert_eq!((report.state, report.counts.failed), (RunState::Succeeded, 0), "{report:#?}");
    let info = fixture.client.get_table(&name("dev.silver.totals")).await.unwrap();
    assert_eq!(info.table_type, Some(TableType::MaterializedView));
    assert_eq!(
        info.view_definition.as_deref(),
        Some("SELECT day, sum(amount) FROM dev.bronze.orders GROUP BY day")
    );
    assert_eq!((info.comment.as_deref(), &*info.properties.unwrap()["team"]), (Some("Per day"), "a"));
    assert_eq!(info.columns[0].comment.as_deref(), Some("the day"));
    assert_eq!(fixture.number("SELECT n FROM dev.bronze.above").await, "2");
    let grants =
        fixture.client.get_permissions(&SecurableKind::Table, &name("dev.silver.totals")).await.unwrap();
    assert_eq!(grants[0].privileges.len(), 2);
    for relation in ["table_tags", "column_tags"] {
        let tags = format!("tag_name, tag_value FROM system.information_schema.{relation}");
        let tags = |catalog| format!("SELECT {tags} WHERE catalog_name = '{catalog}'");
        assert_eq!(fixture.rows(&tags("dev")).await, fixture.rows(&tags("prod")).await);
        assert_eq!(fixture.rows(&tags("dev")).await.len(), 1);
    }
    let plan = fixture.plan(&recreating()).await;
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_materialized_view_is_replaced_and_a_rollback_brings_back_the_one_before() {
    let fixture = with_pipelines().await;
    let first = fixture.clone_with(&recreating()).await;
    fixture
        .query("CREATE OR REPLACE MATERIALIZED VIEW prod.silver.totals AS SELECT day, max(amount) AS total FROM prod.bronze.orders GROUP BY day")
        .await;
    let report = fixture.clone_with(&recreating()).await;
    assert_eq!(outcome(&report, "prod.silver.totals"), Outcome::Replaced, "{report:#?}");
    let text = async || {
        let info = fixture.client.get_table(&name("dev.silver.totals")).await.unwrap();
        info.view_definition.unwrap()
    };
    assert!(text().await.contains("max(amount)"));
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert!(text().await.contains("sum(amount)"));
    let undone = roll_back(&fixture, &first, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
}

#[test]
fn streaming_table_is_made_anew_of_its_text_and_left_out_where_nobody_may_see_it() {
    let stream = |definition: Option<&str>| {
        let mut stream = view("SELECT * FROM STREAM(prod.s.t)", &["prod.s.t"]);
        (stream.kind, stream.table_type) =
            (clxs_clone::Kind::StreamingTable, Some(TableType::StreamingTable));
        stream.view.as_mut().unwrap().definition = definition.map(str::to_owned);
        stream
    };
    let source = inventory(&[(
        "s",
        schema(&[
            ("t", table(TableType::Managed)),
            ("clicks", stream(Some("SELECT * FROM STREAM(prod.s.t)"))),
            ("hidden", stream(None)),
        ]),
    )]);
    let plan = plan(&into_nothing(source), &recreating()).unwrap();
    let sql = AsSql(&plan).to_string();
    let made = "CREATE OR REFRESH STREAMING TABLE `dev`.`s`.`clicks` AS SELECT * FROM STREAM(dev.s.t)";
    assert!(sql.contains(made), "{sql}");
    let hidden = plan.securables.iter().find(|planned| planned.source == name("prod.s.hidden")).unwrap();
    let PlannedChange::Skip { reason } = &hidden.change else { panic!("{sql}") };
    assert!(reason.contains("only its owner may see it"), "{reason}");
}
