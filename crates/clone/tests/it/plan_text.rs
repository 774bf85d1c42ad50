//! What a plan tells people, besides its steps.

use clxs_api::catalog::IsolationMode;
use clxs_api::table::TableType;
use clxs_clone::inventory::{Caller, Inventories, Table};
use clxs_clone::plan;

use crate::catalogs::{
    clone_commit, commit, identifier, into_nothing, inventory, schema, settings, table, with_history,
};

fn text(inventories: &Inventories) -> String {
    plan::plan(inventories, &settings()).unwrap().to_string()
}

fn external() -> Table {
    Table { location: Some("s3://prod/t".into()), ..table(TableType::External) }
}

#[test]
fn facets_that_change_are_named_below_what_they_belong_to() {
    let mut source = inventory(&[("s", schema(&[("t", external())]))]);
    source.schemas.get_mut(&identifier("s")).unwrap().location = Some("s3://prod/s".into());
    source.catalog.as_mut().unwrap().isolation = Some(IsolationMode::Isolated);
    insta::assert_snapshot!(text(&into_nothing(source)));
}

#[test]
fn unchanged_table_is_named_only_where_the_destination_has_more() {
    let source = with_history(table(TableType::Managed), vec![commit(5, "WRITE")]);
    let clone = |name: &str| with_history(table(TableType::Managed), vec![clone_commit(0, name, 5)]);
    let own = Table { comment: Some("ours".into()), ..clone("prod.s.t") };
    let inventories = Inventories {
        source: inventory(&[("s", schema(&[("same", source.clone()), ("t", source)]))]),
        destination: inventory(&[("s", schema(&[("same", clone("prod.s.same")), ("t", own)]))]),
        caller: Caller::named("ann"),
        ..Inventories::default()
    };
    let planned = plan::plan(&inventories, &settings()).unwrap();
    assert!(planned.is_empty(), "{planned}");
    insta::assert_snapshot!(planned);
}

#[test]
fn catalog_that_needs_a_location_is_a_finding_unless_it_is_given_one() {
    let mut inventories = into_nothing(inventory(&[]));
    inventories.lacks_storage = true;
    insta::assert_snapshot!(text(&inventories));
    let given = clxs_clone::Settings { location: Some("s3://dev".into()), ..settings() };
    let planned = plan::plan(&inventories, &given).unwrap();
    assert!(planned.findings.is_empty(), "{planned}");
    inventories.destination = inventory(&[]);
    assert!(!text(&inventories).contains("location"));
}
