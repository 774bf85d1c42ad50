//! Inventories written by hand.

use std::collections::BTreeMap;

use clxs_api::table::{DataSourceFormat, TableType};
use clxs_api::{FullName, Identifier, Privilege};
use clxs_clone::inventory::{
    Caller, Catalog, Column, Commit, Grants, Guard, Guards, History, Inventories, Inventory, Known, Premise,
    Schema, Sight, Table, TableDefinition, View,
};
use clxs_clone::{Kind, Settings};

pub(crate) fn identifier(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

pub(crate) fn name(text: &str) -> FullName {
    FullName::from_dotted(text).unwrap()
}

pub(crate) fn settings() -> Settings {
    Settings::new(identifier("prod"), identifier("dev"))
}

pub(crate) fn grants(pairs: &[(&str, &[Privilege])]) -> Grants {
    pairs.iter().map(|(principal, held)| ((*principal).to_owned(), held.iter().cloned().collect())).collect()
}

pub(crate) fn table(table_type: TableType) -> Table {
    let kind = Kind::of_table(Some(&table_type));
    Table {
        table_type: Some(table_type),
        table_id: Some("id".into()),
        format: Some(DataSourceFormat::Delta),
        owner: Some("ann".into()),
        ..Table::new(kind)
    }
}

pub(crate) fn view(definition: &str, reads: &[&str]) -> Table {
    let view = View {
        definition: Some(definition.into()),
        columns: vec![(identifier("id"), Some("the key".into())), (identifier("amount"), None)],
        reads: Some(reads.iter().map(|read| name(read)).collect()),
        ..View::default()
    };
    Table { view: Some(view), format: None, ..table(TableType::View) }
}

pub(crate) fn commit(version: u64, operation: &str) -> Commit {
    Commit { version, operation: operation.into(), ..Commit::default() }
}

pub(crate) fn clone_commit(version: u64, source: &str, source_version: u64) -> Commit {
    let parameters = [("source", source.to_owned()), ("sourceVersion", source_version.to_string())];
    Commit {
        parameters: parameters.map(|(key, value)| (key.to_owned(), value)).into(),
        ..commit(version, "CLONE")
    }
}

pub(crate) fn with_history(table: Table, commits: Vec<Commit>) -> Table {
    Table { history: History::Read(commits), ..table }
}

pub(crate) fn schema(tables: &[(&str, Table)]) -> Schema {
    Schema {
        owner: Some("ann".into()),
        tables: tables.iter().map(|(name, table)| (identifier(name), table.clone())).collect(),
        ..Schema::default()
    }
}

pub(crate) fn inventory(schemas: &[(&str, Schema)]) -> Inventory {
    Inventory {
        catalog: Some(Catalog { owner: Some("ann".into()), ..Catalog::default() }),
        schemas: schemas
            .iter()
            .map(|(name, schema)| (identifier(name), schema.clone()))
            .collect::<BTreeMap<_, _>>(),
        ..Inventory::default()
    }
}

pub(crate) fn into_nothing(source: Inventory) -> Inventories {
    Inventories {
        source,
        destination: Inventory::default(),
        caller: Caller::named("ann"),
        ..Inventories::default()
    }
}

/// Masks of these columns by a function that is in no catalog of the clone.
pub(crate) fn masks(columns: &[&str]) -> Guards {
    let mask = Guard { function: name("security.s.hide"), arguments: Vec::new() };
    let masks = columns.iter().map(|column| (identifier(column), mask.clone()));
    Guards { masks: masks.collect(), ..Guards::default() }
}

/// A table with a masked column, whose caller is proven to see it as it is.
pub(crate) fn seen_through(guards: Guards, table: Table) -> Table {
    let column = |name: &str| Column {
        name: identifier(name),
        type_text: "STRING".into(),
        not_null: false,
        value: None,
        comment: None,
    };
    let definition =
        TableDefinition { columns: vec![column("id"), column("ssn")], ..TableDefinition::default() };
    let known = vec![Known { premise: Premise::AccountGroup("it's hr".into()), holds: true }];
    let sight = Sight::Clear { known, functions: BTreeMap::new() };
    Table { guards, definition: Some(Ok(definition)), sight: Some(Box::new(sight)), ..table }
}

/// A catalog with one of everything that the plan tells apart.
pub(crate) fn retail() -> Inventory {
    let select: &[Privilege] = &[Privilege::Select];
    let orders = Table {
        comment: Some("It's all orders".into()),
        grants: grants(&[("analysts", select)]),
        size: Some(2_000),
        ..table(TableType::Managed)
    };
    let masked = Table { guards: masks(&["ssn"]), ..table(TableType::Managed) };
    let daily = Table {
        comment: Some("Per day".into()),
        ..view("SELECT id, amount FROM prod.bronze.orders WHERE note <> 'prod.x'", &["prod.bronze.orders"])
    };
    let report =
        Table { owner: Some("bob".into()), ..view("SELECT * FROM silver.daily", &["prod.silver.daily"]) };
    let mut bronze = schema(&[
        ("orders", orders),
        ("people", masked),
        ("clicks", table(TableType::StreamingTable)),
        ("totals", table(TableType::MaterializedView)),
    ]);
    bronze.comment = Some("As it came".into());
    bronze.grants = grants(&[("analysts", &[Privilege::UseSchema])]);
    // The name of the schema sorts before that of the one whose view it reads.
    let gold = schema(&[
        ("report", report),
        ("people", view("SELECT * FROM prod.bronze.people", &["prod.bronze.people"])),
    ]);
    let mut catalog =
        inventory(&[("bronze", bronze), ("gold", gold), ("silver", schema(&[("daily", daily)]))]);
    catalog.schemas.insert(
        identifier("information_schema"),
        Schema { is_system: true, skip: Some("the platform's own".into()), ..Schema::default() },
    );
    catalog
}
