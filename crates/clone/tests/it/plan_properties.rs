//! What holds for the plan of every catalog.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::Privilege;
use clxs_api::table::TableType;
use clxs_clone::inventory::{Inventories, Inventory, Schema, Table};
use clxs_clone::plan::{Effect, Plan, plan};
use proptest::prelude::*;

use crate::catalogs::{
    clone_commit, commit, grants, identifier, inventory, settings, table, view, with_history,
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
            let protection = protected.then(|| "a row filter".to_owned());
            let comment = commented.then(|| "it's \\ new".to_owned());
            let table = Table { protection, comment, ..table(table_type) };
            with_history(table, vec![clone_commit(version, "prod.a.a", version), commit(0, "WRITE")])
        },
    );
    let reading = (any_name(), any_name()).prop_map(|(schema, read)| {
        let read = format!("prod.{schema}.{read}");
        view(&format!("SELECT * FROM {read}"), &[&read])
    });
    prop_oneof![3 => plain, 2 => reading]
}

fn any_schema() -> impl Strategy<Value = Schema> {
    let tables = prop::collection::btree_map(any_name(), any_table(), 0..5);
    (tables, any_name(), prop::sample::select(vec!["ann", "bob"])).prop_map(|(tables, principal, owner)| {
        Schema {
            owner: Some(owner.to_owned()),
            grants: grants(&[(principal, &[Privilege::UseSchema, Privilege::Select])]),
            tables: tables.into_iter().map(|(name, table)| (identifier(name), table)).collect(),
            ..Schema::default()
        }
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
        caller: "ann".into(),
    })
}

/// Everything of the source, by full name.
fn everything(source: &Inventory) -> BTreeSet<String> {
    let schemas = source.schemas.iter().flat_map(|(name, schema)| {
        let schema_name = format!("prod.{}", name.as_str());
        let tables: Vec<_> =
            schema.tables.keys().map(|table| format!("{schema_name}.{}", table.as_str())).collect();
        std::iter::once(schema_name).chain(tables)
    });
    schemas.chain(["prod".to_owned()]).collect()
}

fn writes_to(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .flat_map(|step| [Some(&step.action), step.inverse.as_ref()])
        .flatten()
        .map(|action| match action.effect() {
            Effect::Statement(statement) => statement.text,
            Effect::Rest { path, body, .. } => format!("{path} {body}"),
        })
        .collect()
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
        for text in writes_to(&plan) {
            // What follows is what the statement reads: undoing may bring back a view of the source.
            let written = text.split(" CLONE ").next().unwrap().split(" AS SELECT ").next().unwrap();
            prop_assert!(!written.contains("prod"), "{}", text);
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
        for text in writes_to(&plan).iter().filter(|text| text.contains("/permissions/schema/")) {
            let body: serde_json::Value = serde_json::from_str(text.split_once(' ').unwrap().1).unwrap();
            for change in body["changes"].as_array().unwrap() {
                prop_assert!(given.contains(change["principal"].as_str().unwrap()));
            }
        }
    }

    #[test]
    fn the_same_inventories_give_the_same_plan(inventories in any_inventories()) {
        prop_assert_eq!(plan(&inventories, &settings()).unwrap(), plan(&inventories, &settings()).unwrap());
    }
}
