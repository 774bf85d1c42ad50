//! Plans of catalogs written by hand.

use clxs_api::Privilege;
use clxs_api::catalog::IsolationMode;
use clxs_api::table::TableType;
use clxs_clone::inventory::{Caller, History, Inventories, Inventory, Table};
use clxs_clone::plan::{self, AsSql, Facet, Plan, PlannedChange, SchemaMode, Step, write_json};
use clxs_clone::settings::{CloneType, Conditions, LoadType, Pattern, PrincipalMapping};
use clxs_clone::{Error, Settings};

use crate::catalogs::{
    clone_commit, commit, grants, identifier, into_nothing, inventory, name, retail, schema, settings, table,
    view, with_history,
};

fn plan(inventories: &Inventories, settings: &Settings) -> Plan {
    plan::plan(inventories, settings).unwrap()
}

/// Source and destination with one table, the destination's with these commits.
fn one_table(destination: Table) -> Inventories {
    let source = with_history(table(TableType::Managed), vec![commit(5, "WRITE")]);
    Inventories {
        source: inventory(&[("s", schema(&[("t", source)]))]),
        destination: inventory(&[("s", schema(&[("t", destination)]))]),
        caller: Caller::named("ann"),
        ..Inventories::default()
    }
}

fn json(plan: &Plan) -> String {
    let mut json = Vec::new();
    write_json(plan, None, &mut json).unwrap();
    String::from_utf8(json).unwrap()
}

fn change_of(plan: &Plan, source: &str) -> PlannedChange {
    plan.securables.iter().find(|planned| planned.source == name(source)).unwrap().change.clone()
}

#[test]
fn new_destination_gets_everything_that_can_be_cloned_and_names_the_rest() {
    insta::assert_snapshot!(plan(&into_nothing(retail()), &settings()));
}

#[test]
fn sql_shows_every_statement_and_every_call_in_an_order_that_works() {
    insta::assert_snapshot!(AsSql(&plan(&into_nothing(retail()), &settings())));
}

#[test]
fn json_holds_schema_version_and_what_each_step_sends() {
    let catalog = inventory(&[("s", schema(&[("t", table(TableType::Managed))]))]);
    insta::assert_snapshot!(json(&plan(&into_nothing(catalog), &settings())));
}

#[test]
fn privileges_to_make_are_those_on_what_is_there_already() {
    let kept = schema(&[("t", table(TableType::Managed)), ("v", view("SELECT 1 AS id, 2 AS amount", &[]))]);
    let new = schema(&[("t", table(TableType::Managed))]);
    let source = inventory(&[("kept", kept), ("new", new)]);
    let there = inventory(&[("kept", schema(&[]))]);
    let needed = |destination| {
        let inventories = Inventories { destination, ..into_nothing(source.clone()) };
        plan(&inventories, &settings()).privileges_to_make()
    };
    let told = needed(there).into_iter().map(|(on, privileges)| {
        let privileges: Vec<_> = privileges.iter().map(Privilege::sql).collect();
        format!("{}: {}", on.unwrap(), privileges.join(", "))
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    catalog dev: CREATE SCHEMA, USE CATALOG
    schema dev.kept: CREATE TABLE, USE SCHEMA
    ");
    assert_eq!(needed(Inventory::default()), [(None, [Privilege::CreateCatalog].into())].into());
}

#[test]
fn plan_survives_json() {
    let planned = plan(&into_nothing(retail()), &settings());
    let text = serde_json::to_string(&planned).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), planned);
}

#[test]
fn unchanged_catalog_gives_an_empty_plan() {
    let planned = plan(
        &one_table(with_history(table(TableType::Managed), vec![clone_commit(0, "prod.s.t", 5)])),
        &settings(),
    );
    assert!(planned.is_empty());
    assert_eq!(planned.counts().unchanged, 3);
}

#[test]
fn drifted_table_is_replaced_and_can_be_restored() {
    let planned = plan(
        &one_table(with_history(table(TableType::Managed), vec![clone_commit(3, "prod.s.t", 4)])),
        &settings(),
    );
    insta::assert_snapshot!(AsSql(&planned));
    insta::assert_json_snapshot!(planned.steps[0].inverse);
}

#[test]
fn table_edited_in_the_destination_is_kept_unless_told_otherwise() {
    let edited =
        with_history(table(TableType::Managed), vec![commit(1, "DELETE"), clone_commit(0, "prod.s.t", 5)]);
    let inventories = one_table(edited);
    insta::assert_snapshot!(plan(&inventories, &settings()));
    let overwriting = Settings { overwrite_edits: true, ..settings() };
    insta::assert_snapshot!(plan(&inventories, &overwriting));
}

#[test]
fn table_that_was_never_cloned_is_kept() {
    let own = with_history(table(TableType::Managed), vec![commit(0, "CREATE TABLE")]);
    assert!(matches!(change_of(&plan(&one_table(own), &settings()), "prod.s.t"), PlannedChange::Skip { .. }));
}

#[test]
fn shallow_clone_is_dropped_for_a_deep_one_only_when_forced() {
    let shallow = with_history(table(TableType::ManagedShallowClone), vec![clone_commit(0, "prod.s.t", 5)]);
    let inventories = one_table(shallow);
    assert!(matches!(change_of(&plan(&inventories, &settings()), "prod.s.t"), PlannedChange::Skip { .. }));
    let forced = Settings { force_reclone: true, ..settings() };
    insta::assert_snapshot!(AsSql(&plan(&inventories, &forced)));
}

#[test]
fn table_that_is_dropped_for_another_clone_type_gets_its_comment_grants_and_owner_again() {
    let shallow = with_history(table(TableType::ManagedShallowClone), vec![clone_commit(0, "prod.s.t", 5)]);
    let mut inventories = one_table(shallow);
    for inventory in [&mut inventories.source, &mut inventories.destination] {
        let table = inventory.table_mut(&name("prod.s.t")).unwrap();
        table.comment = Some("All orders".into());
        table.owner = Some("bob".into());
        table.grants = grants(&[("analysts", &[Privilege::Select])]);
    }
    let planned = plan(&inventories, &Settings { force_reclone: true, ..settings() });
    let facets: Vec<_> = planned.steps.iter().map(|step| step.facet).collect();
    assert_eq!(facets, [Facet::Definition, Facet::Definition, Facet::Comment, Facet::Grants, Facet::Owner]);
}

#[test]
fn incremental_makes_what_is_new_and_touches_nothing_else() {
    let mut inventories =
        one_table(with_history(table(TableType::Managed), vec![clone_commit(0, "prod.s.t", 1)]));
    let schema = inventories.source.schemas.get_mut(&identifier("s")).unwrap();
    schema.grants = grants(&[("analysts", &[Privilege::UseSchema])]);
    schema.tables.insert(identifier("new"), table(TableType::Managed));
    let incremental = Settings { load_type: LoadType::Incremental, ..settings() };
    insta::assert_snapshot!(plan(&inventories, &incremental));
}

#[test]
fn grants_that_the_destination_has_are_not_given_again_and_its_own_are_kept() {
    let mut inventories =
        one_table(with_history(table(TableType::Managed), vec![clone_commit(0, "prod.s.t", 5)]));
    let held = grants(&[("analysts", &[Privilege::UseCatalog]), ("dev", &[Privilege::AllPrivileges])]);
    inventories.source.catalog.as_mut().unwrap().grants = grants(&[
        ("analysts", &[Privilege::UseCatalog, Privilege::Select]),
        ("prod-etl", &[Privilege::Select]),
    ]);
    inventories.destination.catalog.as_mut().unwrap().grants = held;
    let mut settings = settings();
    let principals = [("prod-*".to_owned(), "dev-*".to_owned())];
    settings.principal_mapping = PrincipalMapping::new(principals.into()).unwrap();
    insta::assert_snapshot!(plan(&inventories, &settings));
}

#[test]
fn each_copy_switch_turns_off_its_own_steps() {
    let inventories = into_nothing(retail());
    let mut settings = settings();
    settings.copy.permissions = false;
    settings.copy.ownership = false;
    settings.copy.comments = false;
    let sql = AsSql(&plan(&inventories, &settings)).to_string();
    assert!(
        !sql.contains("permissions") && !sql.contains("owner") && !sql.to_lowercase().contains("comment"),
        "{sql}"
    );
}

#[test]
fn view_whose_text_is_rewritten_already_is_unchanged() {
    let source = view("SELECT * FROM prod.s.t", &["prod.s.t"]);
    let destination = view("SELECT * FROM dev.s.t", &["dev.s.t"]);
    let mut inventories =
        one_table(with_history(table(TableType::Managed), vec![clone_commit(0, "prod.s.t", 5)]));
    let insert = |inventory: &mut Inventory, view| {
        inventory.schemas.get_mut(&identifier("s")).unwrap().tables.insert(identifier("v"), view);
    };
    insert(&mut inventories.source, source);
    insert(&mut inventories.destination, destination);
    assert!(plan(&inventories, &settings()).is_empty());
}

#[test]
fn views_in_a_cycle_and_views_over_missing_tables_are_named() {
    let catalog = inventory(&[(
        "s",
        schema(&[
            ("a", view("SELECT * FROM b", &["prod.s.b"])),
            ("b", view("SELECT * FROM a", &["prod.s.a"])),
            ("lost", view("SELECT * FROM gone", &["prod.s.gone"])),
            ("foreign", view("SELECT * FROM lake.x.y", &["lake.x.y"])),
        ]),
    )]);
    insta::assert_snapshot!(plan(&into_nothing(catalog), &settings()));
}

#[test]
fn views_are_ordered_by_their_text_when_the_platform_does_not_tell_what_they_read() {
    let untold = |definition: &str| {
        let mut table = view(definition, &[]);
        table.view.as_mut().unwrap().reads = None;
        table
    };
    let catalog = inventory(&[(
        "s",
        schema(&[
            ("a", untold("WITH x AS (SELECT * FROM z) SELECT * FROM x")),
            ("z", untold("SELECT * FROM PROD.s.t")),
            ("t", table(TableType::Managed)),
        ]),
    )]);
    let planned = plan(&into_nothing(catalog), &settings());
    let order: Vec<_> = planned.steps.iter().map(|step| step.securable.name.dotted()).collect();
    assert_eq!(order, ["dev", "dev.s", "dev.s.t", "dev.s.z", "dev.s.a"]);
}

/// A view is read with the rights of its owner, also while one that reads it is made.
#[test]
fn owner_is_set_after_everything_that_needs_the_securable_is_made_however_far_behind() {
    let given_away = Table { owner: Some("bob".into()), ..view("SELECT 1 AS id, 2 AS amount", &[]) };
    let own = [
        ("z", given_away),
        ("y", view("SELECT * FROM prod.a.z", &["prod.a.z"])),
        ("x", view("SELECT * FROM prod.a.y", &["prod.a.y"])),
    ];
    let plan = plan(&into_nothing(inventory(&[("a", schema(&own))])), &settings());
    let owner = plan.steps.iter().find(|step| step.facet == Facet::Owner).unwrap();
    for view in ["dev.a.z", "dev.a.y", "dev.a.x"] {
        let is_made = |step: &&Step| step.facet == Facet::Definition && step.securable.name == name(view);
        let made = plan.steps.iter().find(is_made).unwrap();
        assert!(owner.after.contains(&made.id), "{view}");
    }
}

#[test]
fn selection_leaves_out_schemas_and_tables_with_their_reasons() {
    let mut settings = settings();
    settings.selection.exclude_tables = Some(Pattern::new("^rep").unwrap());
    settings.clone_type = CloneType::Shallow;
    let mut catalog = retail();
    catalog.schemas.get_mut(&identifier("bronze")).unwrap().skip = Some("not among include_schemas".into());
    insta::assert_snapshot!(plan(&into_nothing(catalog), &settings));
}

#[test]
fn isolation_of_the_destination_comes_before_anything_is_made_or_opened_in_schemas_that_exist() {
    let kept = with_history(table(TableType::Managed), vec![clone_commit(0, "prod.s.t", 5)]);
    let mut inventories = one_table(kept);
    let schema = inventories.source.schemas.get_mut(&identifier("s")).unwrap();
    schema.tables.insert(identifier("new"), table(TableType::Managed));
    schema.tables.get_mut(&identifier("t")).unwrap().grants = grants(&[("analysts", &[Privilege::Select])]);
    inventories.source.catalog.as_mut().unwrap().isolation = Some(IsolationMode::Isolated);
    inventories.destination.catalog.as_mut().unwrap().isolation = Some(IsolationMode::Open);
    let planned = plan(&inventories, &settings());
    let isolation = planned.steps.iter().find(|step| step.facet == Facet::Isolation).unwrap().id;
    let others: Vec<_> = planned.steps.iter().filter(|step| step.id != isolation).collect();
    assert_eq!(others.len(), 2);
    assert!(others.iter().all(|step| step.depends_on.contains(&isolation)), "{others:#?}");
}

#[test]
fn table_that_may_hold_edits_is_neither_replaced_nor_dropped_by_force() {
    let unreadable = History::Unreadable { reason: "not a Delta table".into() };
    let own = [
        with_history(table(TableType::Managed), vec![commit(0, "CREATE TABLE")]),
        with_history(table(TableType::Managed), vec![commit(1, "MERGE"), clone_commit(0, "prod.s.t", 5)]),
        Table { history: unreadable, ..table(TableType::External) },
    ];
    for clone_type in [CloneType::Deep, CloneType::Shallow] {
        for destination in own.clone() {
            let inventories = one_table(destination);
            let forced = Settings { force_reclone: true, clone_type, ..settings() };
            assert!(plan(&inventories, &forced).is_empty(), "{clone_type}");
            let overwriting = Settings { overwrite_edits: true, ..forced };
            assert!(!plan(&inventories, &overwriting).is_empty(), "{clone_type}");
        }
    }
}

#[test]
fn view_of_the_information_schema_is_made_because_every_catalog_has_one() {
    let columns = view("SELECT * FROM prod.information_schema.columns", &["prod.information_schema.columns"]);
    let mut catalog = retail();
    catalog.schemas.retain(|_, schema| schema.is_system);
    catalog.schemas.insert(identifier("s"), schema(&[("columns", columns)]));
    let planned = plan(&into_nothing(catalog), &settings());
    assert_eq!(change_of(&planned, "prod.s.columns"), PlannedChange::Create);
}

#[test]
fn view_whose_columns_no_statement_can_list_is_left_out_unless_it_follows_its_tables() {
    let reason = "one of its columns has no usable name";
    let unnameable = |schema_mode| {
        let mut table = view("SELECT 1", &[]);
        let view = table.view.as_mut().unwrap();
        (view.columns, view.unnameable, view.schema_mode) = (Vec::new(), Some(reason.into()), schema_mode);
        table
    };
    let catalog = inventory(&[(
        "s",
        schema(&[("listed", unnameable(None)), ("following", unnameable(Some(SchemaMode::Evolution)))]),
    )]);
    let planned = plan(&into_nothing(catalog), &settings());
    assert_eq!(change_of(&planned, "prod.s.listed"), PlannedChange::Skip { reason: reason.into() });
    assert_eq!(change_of(&planned, "prod.s.following"), PlannedChange::Create);
}

#[test]
fn schema_that_does_not_exist_is_an_error() {
    let mut settings = settings();
    settings.selection.include_schemas = vec![identifier("bronce")];
    let error = plan::plan(&into_nothing(retail()), &settings).unwrap_err();
    insta::assert_snapshot!(error);
}

#[test]
fn source_that_does_not_exist_is_an_error() {
    let error = plan::plan(&Inventories::default(), &settings()).unwrap_err();
    assert!(matches!(error, Error::SourceNotFound { .. }));
}

#[test]
fn condition_on_a_view_is_refused() {
    let mut settings = settings();
    let written = ("silver.daily".to_owned(), "day > '2026-01-01'".to_owned());
    settings.where_clauses = Conditions::new([(&written.0, &written.1)]).unwrap();
    let refused = plan::plan(&into_nothing(retail()), &settings).unwrap_err().to_string();
    assert_eq!(refused, "catalog `prod` has no table silver.daily; correct where_clauses");
}
