//! What holds for the plan of every catalog.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::Privilege;
use clxs_api::table::TableType;
use clxs_api::volume::VolumeType;
use clxs_clone::inventory::{
    Caller, FileState, Files, History, Inventories, Inventory, Schema, Table, Tags, Volume,
};
use clxs_clone::plan::{Action, Effect, Plan, plan};
use proptest::prelude::*;

use crate::catalogs::{
    clone_commit, commit, grants, identifier, inventory, masks, seen_through, settings, table, view,
    with_history,
};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn any_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(NAMES.to_vec())
}

fn any_table() -> impl Strategy<Value = Table> {
    let types = vec![
        TableType::Managed,
        TableType::External,
        TableType::ManagedShallowClone,
        TableType::StreamingTable,
        TableType::MaterializedView,
        TableType::Foreign,
        TableType::Unknown("NEW".into()),
    ];
    let plain = (prop::sample::select(types), 0..4_u64, any::<bool>(), any::<bool>()).prop_map(
        |(table_type, version, protected, commented)| {
            let comment = commented.then(|| "it's \\ new".to_owned());
            let tags: Tags = comment.iter().map(|text| ("a`'".to_owned(), text.clone())).collect();
            let column_tags = BTreeMap::from([(identifier("amount"), tags.clone())]);
            let table = Table { comment, tags, column_tags, ..table(table_type) };
            let table = if protected { seen_through(masks(&["ssn"]), table) } else { table };
            with_history(table, vec![clone_commit(version, "prod.a.a", version), commit(0, "WRITE")])
        },
    );
    let mentions = vec!["", " WHERE 'prod.a.b' <> '`dev`; DROP'", " -- FROM prod.a.b", " /* `prod`.`a` */"];
    let reading =
        (any_name(), any_name(), prop::sample::select(mentions)).prop_map(|(schema, read, mention)| {
            let read = format!("prod.{schema}.{read}");
            let tags = Tags::from([("key`".to_owned(), mention.to_owned())]);
            let column_tags = BTreeMap::from([(identifier("id"), tags.clone())]);
            Table { tags, column_tags, ..view(&format!("SELECT * FROM {read}{mention}"), &[&read]) }
        });
    prop_oneof![3 => plain, 2 => reading]
}

fn any_volume() -> impl Strategy<Value = Volume> {
    let types = vec![VolumeType::Managed, VolumeType::External, VolumeType::Unknown("NEW".into())];
    (prop::sample::select(types), any::<u64>()).prop_map(|(volume_type, size)| Volume {
        volume_type: Some(volume_type),
        location: Some("s3://prod/x".to_owned()),
        comment: Some("it's a `volume`".to_owned()),
        files: Files::Read([("a".to_owned(), FileState { size, ..FileState::default() })].into()),
        ..Volume::default()
    })
}

fn any_schema() -> impl Strategy<Value = Schema> {
    let tables = prop::collection::btree_map(any_name(), any_table(), 0..5);
    let volumes = prop::collection::btree_map(prop::sample::select(vec!["x", "y"]), any_volume(), 0..2);
    let owners = prop::sample::select(vec!["ann", "bob"]);
    (tables, volumes, any_name(), owners).prop_map(|(tables, volumes, principal, owner)| Schema {
        owner: Some(owner.to_owned()),
        volumes: volumes.into_iter().map(|(name, volume)| (identifier(name), volume)).collect(),
        grants: grants(&[(principal, &[Privilege::UseSchema, Privilege::Select])]),
        tables: tables.into_iter().map(|(name, table)| (identifier(name), table)).collect(),
        ..Schema::default()
    })
}

fn any_inventory() -> impl Strategy<Value = Inventory> {
    prop::collection::btree_map(any_name(), any_schema(), 0..4).prop_map(|schemas| {
        let schemas: BTreeMap<_, _> =
            schemas.into_iter().map(|(name, schema)| (identifier(name), schema)).collect();
        Inventory { schemas, ..inventory(&[]) }
    })
}

fn any_inventories() -> impl Strategy<Value = Inventories> {
    let destination = prop_oneof![Just(Inventory::default()), any_inventory()];
    (any_inventory(), destination).prop_map(|(source, destination)| Inventories {
        source,
        destination,
        caller: Caller::named("ann"),
        ..Inventories::default()
    })
}

/// The destination as a run that did everything has left it.
fn cloned(source: &Inventory) -> Inventory {
    let mut copy = source.clone();
    for (schema_name, schema) in &mut copy.schemas {
        for (name, table) in &mut schema.tables {
            if let Some(view) = &mut table.view {
                view.definition =
                    view.definition.take().map(|text| text.replacen("FROM prod.", "FROM dev.", 1));
                for read in view.reads.iter_mut().flatten() {
                    *read = read.in_catalog(&"dev".parse().unwrap());
                }
                continue;
            }
            let version = table.history.version().unwrap();
            let of = format!("prod.{}.{}", schema_name.as_str(), name.as_str());
            table.history = History::Read(vec![clone_commit(0, &of, version)]);
            table.cloned_from = table.table_id.clone();
            table.table_type = Some(TableType::Managed);
        }
    }
    copy
}

/// Everything of the source, by full name.
fn everything(source: &Inventory) -> BTreeSet<String> {
    let schemas = source.schemas.iter().flat_map(|(name, schema)| {
        let schema_name = format!("prod.{}", name.as_str());
        let names = schema.tables.keys().chain(schema.volumes.keys());
        let tables: Vec<_> = names.map(|name| format!("{schema_name}.{}", name.as_str())).collect();
        std::iter::once(schema_name).chain(tables)
    });
    schemas.chain(["prod".to_owned()]).collect()
}

/// What the steps of a plan and their inverses send.
fn effects(plan: &Plan) -> Vec<Effect> {
    let actions = plan.steps.iter().flat_map(|step| [Some(&step.action), step.inverse.as_ref()]);
    actions.flatten().map(Action::effect).collect()
}

/// The catalog that something sent changes: of a statement that of the first name, which nothing but the words
/// of the command may precede.
fn target(effect: &Effect) -> String {
    const COMMANDS: [&str; 15] = [
        "ALTER TABLE",
        "ALTER VIEW",
        "DROP VOLUME IF EXISTS",
        "SET TAG ON COLUMN",
        "UNSET TAG ON COLUMN",
        "CREATE TABLE",
        "CREATE OR REPLACE TABLE",
        "CREATE OR REPLACE VIEW",
        "COMMENT ON TABLE",
        "RESTORE TABLE",
        "INSERT OVERWRITE TABLE",
        "DROP TABLE IF EXISTS",
        "DROP VIEW IF EXISTS",
        "DROP SCHEMA IF EXISTS",
        "DROP CATALOG IF EXISTS",
    ];
    match effect {
        Effect::Statement(statement) => {
            let mut parts = statement.text.split('`');
            let command = parts.next().unwrap().trim_end();
            assert!(COMMANDS.contains(&command), "{}", statement.text);
            parts.next().unwrap().to_owned()
        }
        Effect::Rest { method: "POST", path, body } => {
            let field = if path.ends_with("/catalogs") { "name" } else { "catalog_name" };
            body[field].as_str().unwrap().to_owned()
        }
        Effect::Copy { to: at, .. } | Effect::Remove { from: at, .. } => {
            at.split('/').nth(2).unwrap().to_owned()
        }
        Effect::Rest { path, .. } => {
            let name = path.rsplit('/').next().unwrap();
            name.split('.').next().unwrap().to_owned()
        }
    }
}

proptest! {
    #[test]
    fn steps_come_after_what_they_wait_for(inventories in any_inventories()) {
        let plan = plan(&inventories, &settings()).unwrap();
        for (place, step) in plan.steps.iter().enumerate() {
            prop_assert_eq!(step.id.index(), place);
            for earlier in step.depends_on.iter().chain(&step.after) {
                prop_assert!(earlier < &step.id);
            }
        }
    }

    #[test]
    fn every_securable_of_the_source_is_accounted_for_once(inventories in any_inventories()) {
        let plan = plan(&inventories, &settings()).unwrap();
        let planned: Vec<_> = plan.securables.iter().map(|planned| planned.source.dotted()).collect();
        prop_assert_eq!(planned.len(), planned.iter().collect::<BTreeSet<_>>().len());
        prop_assert_eq!(planned.into_iter().collect::<BTreeSet<_>>(), everything(&inventories.source));
    }

    #[test]
    fn only_the_destination_is_written(inventories in any_inventories()) {
        let plan = plan(&inventories, &settings()).unwrap();
        for step in &plan.steps {
            prop_assert_eq!(step.securable.name.catalog().as_str(), "dev");
        }
        for effect in effects(&plan) {
            prop_assert_eq!(target(&effect), "dev", "{:?}", effect);
        }
    }

    #[test]
    fn no_grant_is_planned_that_the_source_does_not_give(inventories in any_inventories()) {
        let plan = plan(&inventories, &settings()).unwrap();
        let given: BTreeSet<_> = inventories
            .source
            .schemas
            .values()
            .flat_map(|schema| schema.grants.keys().cloned())
            .collect();
        for effect in effects(&plan) {
            let Effect::Rest { path, body, .. } = effect else { continue };
            if !path.contains("/permissions/") {
                continue;
            }
            for change in body["changes"].as_array().unwrap() {
                prop_assert!(given.contains(change["principal"].as_str().unwrap()));
            }
        }
    }

    #[test]
    fn what_is_as_its_source_needs_nothing(source in any_inventory()) {
        let destination = cloned(&source);
        let plan = plan(&Inventories { source, destination, caller: Caller::named("bob"), ..Inventories::default() }, &settings()).unwrap();
        prop_assert!(plan.is_empty(), "{}", plan);
    }

    #[test]
    fn the_same_inventories_give_the_same_plan(inventories in any_inventories()) {
        prop_assert_eq!(plan(&inventories, &settings()).unwrap(), plan(&inventories, &settings()).unwrap());
    }
}
