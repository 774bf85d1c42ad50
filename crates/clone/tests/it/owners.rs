//! Views and functions run with the rights of their owner: nobody is let into a copy that runs with those of whoever clones.

use clxs_api::SecurableKind;
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::settings::PrincipalMapping;
use clxs_clone::{FacetStatus, Report, Settings};
use clxs_workspace::FaultPlan;
use rstest::rstest;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, clone_by};
use crate::refusals::{refused, request};

const READER: &str = "analysts@example.com";

/// A view and a function of somebody who may not read the tables behind it any more, and a view over that view.
async fn with_lent() -> Fixture {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE VIEW prod.bronze.lent AS SELECT amount FROM prod.bronze.orders;\n\
             CREATE FUNCTION prod.bronze.most() RETURNS DOUBLE RETURN (SELECT max(amount) FROM prod.bronze.orders);\n\
             CREATE VIEW prod.silver.over AS SELECT amount FROM prod.bronze.lent;\n\
             GRANT USE SCHEMA ON SCHEMA prod.bronze TO `analysts@example.com`;\n\
             GRANT SELECT ON TABLE prod.bronze.lent TO `analysts@example.com`;\n\
             GRANT EXECUTE ON FUNCTION prod.bronze.most TO `analysts@example.com`;\n\
             GRANT SELECT ON TABLE prod.silver.over TO `analysts@example.com`;\n\
             GRANT USE CATALOG, USE SCHEMA ON CATALOG prod TO `ann@example.com`;\n\
             ALTER VIEW prod.bronze.lent OWNER TO `ann@example.com`;\n\
             ALTER FUNCTION prod.bronze.most OWNER TO `ann@example.com`;\n",
        )
        .await;
    fixture
}

async fn grants_on(fixture: &Fixture, kind: SecurableKind, securable: &str) -> Vec<String> {
    let granted = fixture.client.get_permissions(&kind, &name(securable)).await.unwrap();
    granted.into_iter().map(|granted| granted.principal).collect()
}

/// What was sent first and last of these.
fn places(fixture: &Fixture, request: &str) -> (usize, usize) {
    let all = fixture.sent.all();
    let is_meant = |sent: &String| sent.contains(request);
    (all.iter().position(is_meant).unwrap(), all.iter().rposition(is_meant).unwrap())
}

/// Those whose grants were kept back, with the reasons.
fn kept_back(report: &Report) -> Vec<(String, String)> {
    let mut kept: Vec<_> = report
        .missed(&[Facet::Grants])
        .into_iter()
        .filter_map(|(securable, facet)| match &facet.status {
            FacetStatus::Impossible { reason } => Some((securable.source.dotted(), reason.clone())),
            _ => None,
        })
        .collect();
    kept.sort();
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn views_and_functions_are_given_away_before_anybody_is_let_into_them_or_what_reads_them() {
    let fixture = with_lent().await;
    let cloner = fixture.cloner().await;
    fixture.sent.clear();
    let report = clone_by(&fixture.engine_of(cloner), &settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let (_, view) = places(&fixture, "PATCH /api/2.1/unity-catalog/tables/dev.bronze.lent");
    let (_, function) = places(&fixture, "PATCH /api/2.1/unity-catalog/functions/dev.bronze.most");
    for (given, grant) in [
        (view, "permissions/table/dev.bronze.lent"),
        (view, "permissions/table/dev.silver.over"),
        (function, "permissions/function/dev.bronze.most"),
        (view, "permissions/schema/dev.silver"),
        (view.max(function), "permissions/schema/dev.bronze"),
        (view.max(function), "permissions/catalog/dev"),
    ] {
        let (granted, _) = places(&fixture, &format!("PATCH /api/2.1/unity-catalog/{grant}"));
        assert!(given < granted, "{grant}: {:#?}", fixture.sent.all());
    }
    for (kind, securable) in [
        (SecurableKind::Table, "dev.bronze.lent"),
        (SecurableKind::Table, "dev.silver.over"),
        (SecurableKind::Function, "dev.bronze.most"),
    ] {
        assert_eq!(grants_on(&fixture, kind, securable).await, [READER], "{securable}");
    }
    assert_eq!(owner(&fixture, "dev.bronze.lent").await, "ann@example.com");
}

async fn owner(fixture: &Fixture, table: &str) -> String {
    fixture.client.get_table(&name(table)).await.unwrap().owner.unwrap()
}

/// Lets nobody change what the copy is owned by.
fn no_owner() -> FaultPlan {
    let kinds = ["tables", "functions"];
    let paths = kinds.map(|kind| format!("/api/2.1/unity-catalog/{kind}/*"));
    FaultPlan { seed: 0, rules: paths.map(|path| request("PATCH", &path, refused())).to_vec() }
}

fn to_nobody() -> Settings {
    let mapping = [("ann@example.com".to_owned(), "nobody@example.com".to_owned())];
    Settings { principal_mapping: PrincipalMapping::new(mapping.into()).unwrap(), ..settings() }
}

#[rstest]
#[case::refused(settings(), no_owner())]
#[case::unknown(to_nobody(), FaultPlan::default())]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_into_what_its_owner_cannot_be_given_until_a_later_run_gives_it(
    #[case] with: Settings,
    #[case] faults: FaultPlan,
) {
    let fixture = with_lent().await;
    fixture.workspace.set_faults(faults).unwrap();
    let report = fixture.clone_with(&with).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let reason = |text: &str| {
        format!("the owner of {text} could not be given: whoever uses it would do so with your rights")
    };
    let expected = [
        ("prod.bronze.lent", reason("view dev.bronze.lent")),
        ("prod.bronze.most", reason("function dev.bronze.most")),
        ("prod.silver.over", reason("view dev.bronze.lent")),
    ];
    assert_eq!(kept_back(&report), expected.map(|(text, reason)| (text.to_owned(), reason)));
    assert!(grants_on(&fixture, SecurableKind::Table, "dev.bronze.lent").await.is_empty());
    assert!(grants_on(&fixture, SecurableKind::Function, "dev.bronze.most").await.is_empty());
    assert_eq!(grants_on(&fixture, SecurableKind::Schema, "dev.bronze").await, [READER]);
    fixture.workspace.create_token("nobody@example.com").await.unwrap();
    let report = fixture.clone_with(&with).await;
    assert_eq!((report.state, report.missed(&Facet::ALL).len()), (RunState::Succeeded, 0), "{report:#?}");
    assert_eq!(grants_on(&fixture, SecurableKind::Table, "dev.bronze.lent").await, [READER]);
    assert_eq!(grants_on(&fixture, SecurableKind::Function, "dev.bronze.most").await, [READER]);
}

/// Who owns neither the schema nor the catalog can grant nothing on a view of somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn caller_who_rules_nothing_around_grants_first_and_gives_away_last() {
    let fixture = with_lent().await;
    let cloner = fixture.cloner().await;
    fixture
        .sql(
            "CREATE CATALOG dev;\nCREATE SCHEMA dev.bronze;\nCREATE SCHEMA dev.silver;\nCREATE SCHEMA dev.gold;\n\
             GRANT USE CATALOG, USE SCHEMA, SELECT, CREATE TABLE, CREATE FUNCTION ON CATALOG dev TO `cloner@example.com`;\n",
        )
        .await;
    fixture.sent.clear();
    clone_by(&fixture.engine_of(cloner), &settings()).await;
    let (_, given) = places(&fixture, "PATCH /api/2.1/unity-catalog/tables/dev.bronze.lent");
    let (granted, _) = places(&fixture, "PATCH /api/2.1/unity-catalog/permissions/table/dev.bronze.lent");
    assert!(granted < given, "{:#?}", fixture.sent.all());
    assert_eq!(grants_on(&fixture, SecurableKind::Table, "dev.bronze.lent").await, [READER]);
    assert_eq!(owner(&fixture, "dev.bronze.lent").await, "ann@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_stay_with_no_ownership() {
    let fixture = with_lent().await;
    let mut settings = settings();
    settings.copy.ownership = false;
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(grants_on(&fixture, SecurableKind::Table, "dev.bronze.lent").await, [READER]);
}
