//! What one sees of a catalog: each line one fact, its own name a mark, so that two catalogs can be compared.

use std::collections::BTreeSet;

use clxs_api::SqlLiteral;

use super::models::models;
use crate::catalogs::{identifier, name};
use crate::embedded::Fixture;

/// Relations, what is looked at of them, and the column with the catalog.
const RELATIONS: [(&str, &str, &str); 21] = [
    ("catalogs", "catalog_owner, comment", "catalog_name"),
    ("schemata", "schema_name, schema_owner, comment", "catalog_name"),
    ("tables", "table_schema, table_name, table_type, table_owner, comment", "table_catalog"),
    (
        "columns",
        "table_schema, table_name, column_name, full_data_type, is_nullable, comment",
        "table_catalog",
    ),
    (
        "routines",
        "routine_schema, routine_name, routine_owner, routine_definition, comment",
        "routine_catalog",
    ),
    ("volumes", "volume_schema, volume_name, volume_owner, comment", "volume_catalog"),
    ("column_masks", "table_schema, table_name, column_name", "table_catalog"),
    ("row_filters", "table_schema, table_name, target_columns", "table_catalog"),
    ("table_constraints", "table_schema, table_name, constraint_name, constraint_type", "table_catalog"),
    ("key_column_usage", "table_schema, table_name, constraint_name, column_name", "table_catalog"),
    ("catalog_tags", "tag_name, tag_value", "catalog_name"),
    ("schema_tags", "schema_name, tag_name, tag_value", "catalog_name"),
    ("table_tags", "schema_name, table_name, tag_name, tag_value", "catalog_name"),
    ("column_tags", "schema_name, table_name, column_name, tag_name, tag_value", "catalog_name"),
    ("volume_tags", "schema_name, volume_name, tag_name, tag_value", "catalog_name"),
    ("catalog_privileges", "grantee, privilege_type", "catalog_name"),
    ("schema_privileges", "schema_name, grantee, privilege_type, inherited_from", "catalog_name"),
    (
        "table_privileges",
        "table_schema, table_name, grantee, privilege_type, inherited_from",
        "table_catalog",
    ),
    (
        "volume_privileges",
        "volume_schema, volume_name, grantee, privilege_type, inherited_from",
        "volume_catalog",
    ),
    (
        "routine_privileges",
        "routine_schema, routine_name, grantee, privilege_type, inherited_from",
        "routine_catalog",
    ),
    ("views", "table_schema, table_name, view_definition", "table_catalog"),
];

/// Facts about a catalog.
pub(super) type Facts = BTreeSet<String>;

/// All facts about a catalog, the rows of its tables and the versions of its models among them.
pub(super) async fn everything(fixture: &Fixture, catalog: &str) -> Facts {
    let mut facts = Facts::new();
    for (relation, columns, key) in RELATIONS {
        facts.extend(facts_of(fixture, catalog, relation, columns, key).await);
    }
    let tables = format!(
        "SELECT table_schema, table_name FROM system.information_schema.tables \
         WHERE table_catalog = {} AND table_type <> 'VIEW' AND table_schema <> 'information_schema'",
        SqlLiteral::new(catalog)
    );
    for table in fixture.query(&tables).await.iter() {
        let [schema, table] = [0, 1].map(|place| table.cells()[place].clone().unwrap());
        let full_name = format!("{}.{}.{}", identifier(catalog), identifier(&schema), identifier(&table));
        let rows = fixture.rows(&format!("SELECT * FROM {full_name}")).await;
        facts.insert(format!("rows of {schema}.{table}: {rows:?}"));
    }
    facts.extend(models(fixture, catalog).await);
    facts
}

/// The direct grants, one a line.
pub(super) async fn grants(fixture: &Fixture, catalog: &str) -> Facts {
    let mut facts = Facts::new();
    for (relation, columns, key) in RELATIONS.into_iter().filter(|(name, ..)| name.ends_with("_privileges")) {
        facts.extend(facts_of(fixture, catalog, relation, columns, key).await);
    }
    facts
}

async fn facts_of(fixture: &Fixture, catalog: &str, relation: &str, columns: &str, key: &str) -> Facts {
    let query = format!(
        "SELECT {columns} FROM system.information_schema.{relation} WHERE {key} = {}",
        SqlLiteral::new(catalog)
    );
    let rows = fixture.rows(&query).await.into_iter().filter(|row| !row.starts_with("information_schema|"));
    let quoted = identifier(catalog).to_string();
    rows.map(|row| format!("{relation}: {}", row.replace(&quoted, "{catalog}"))).collect()
}

/// The names and contents of the files of a volume.
pub(super) async fn files(
    fixture: &Fixture,
    catalog: &str,
    (schema, volume): (&str, &str),
) -> Vec<(String, bytes::Bytes)> {
    let volume = name(&format!("{catalog}.{schema}.{volume}")).into();
    let mut found = Vec::new();
    for path in ["a b.txt", "deep/é.bin"] {
        if let Ok(content) = fixture.client.download_file(&volume, path, None).await {
            found.push((path.to_owned(), content));
        }
    }
    found
}
