use clxs_api::catalog::IsolationMode;
use clxs_api::{FullName, Identifier, Privilege};
use rusqlite::Connection;
use tempfile::TempDir;

use super::MIGRATIONS;
use crate::metastore::{Metastore, MetastoreError};

/// A workspace as the first version left it: a catalog with a schema with a table, and a grant on each.
const FIRST_VERSION: &str = "
    INSERT INTO principals VALUES (1, 'USER', 'ann', 'Ann', 1), (2, 'GROUP', 'account users', 'all', 1);
    INSERT INTO metastore VALUES ('m', 'embedded', 'ann', 1234567890123456, 1);
    INSERT INTO catalogs VALUES ('c', 'prod', 'CATALOG_STANDARD', 'ann', 'ours', '{\"k\":\"v\"}', 'ISOLATED',
                                 'file:///data', 2, 'ann', 3, 'ann');
    INSERT INTO schemas VALUES ('s', 'c', 'sales', 'SCHEMA_STANDARD', 'ann', NULL, '{}', NULL, 4, 'ann', 5, 'ann'),
                               ('i', 'c', 'information_schema', 'SCHEMA_SYSTEM', 'ann', NULL, '{}', NULL, 4, 'ann', 5,
                                'ann');
    INSERT INTO tables VALUES ('t', 's', 'orders', 'MANAGED', 'DELTA', 'managed:/t', 'ann', 'rows', '{}', 7, NULL,
                               6, 'ann', 7, 'ann', NULL, '[{\"name\":\"id\"}]');
    INSERT INTO grants VALUES ('c', 'ann', 'USE_CATALOG', 'CATALOG', 'c', 'ann'),
                              ('s', 'ann', 'USE_SCHEMA', 'SCHEMA', 'c', 'ann'),
                              ('t', 'ann', 'SELECT', 'TABLE', 'c', 'ann');
    PRAGMA user_version = 1;
";

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

fn first_version() -> TempDir {
    let root = TempDir::new().unwrap();
    let database = Connection::open(root.path().join("metastore.db")).unwrap();
    database.execute_batch(MIGRATIONS[0]).unwrap();
    database.execute_batch(FIRST_VERSION).unwrap();
    root
}

#[tokio::test]
async fn folder_of_the_first_version_keeps_everything_it_had() {
    let root = first_version();
    let metastore = Metastore::open(root.path(), "admin@clxs.local").unwrap();
    assert_eq!((metastore.metastore().id.as_str(), metastore.metastore().owner.as_str()), ("m", "ann"));
    let groups = metastore.read(|tx| tx.groups_of("ann")).await.unwrap();
    assert_eq!(groups.into_iter().map(|group| group.name).collect::<Vec<_>>(), ["admins"]);
    let read = metastore.read(|tx| {
        let (catalog, schema) = (tx.catalog(&name("prod"))?, tx.schema(&name("prod"), &name("sales"))?);
        let table = tx.table(&FullName::from_dotted("prod.sales.orders").unwrap())?;
        let system = tx.schema(&name("prod"), &name("information_schema"))?.system;
        Ok::<_, MetastoreError>((catalog, schema, table, system, tx.grants_in_catalog("c")?))
    });
    let (catalog, schema, table, system, grants) = read.await.unwrap();
    assert_eq!((catalog.comment.as_deref(), catalog.properties["k"].as_str()), (Some("ours"), "v"));
    assert_eq!(catalog.details.isolation_mode, IsolationMode::Isolated);
    assert_eq!(catalog.details.storage_root.as_deref(), Some("file:///data"));
    assert_eq!(
        (schema.full_name().dotted().as_str(), schema.audit.updated_at, schema.system),
        ("prod.sales", 5, false)
    );
    assert!(system);
    assert_eq!(
        (table.delta_version, table.columns.len(), table.comment.as_deref()),
        (Some(7), 1, Some("rows"))
    );
    assert_eq!(table.location, Some(format!("{}/t", metastore.managed_root())));
    let granted: Vec<_> = grants.into_iter().map(|grant| grant.privilege).collect();
    assert_eq!(granted, [Privilege::UseCatalog, Privilege::UseSchema, Privilege::Select]);
}

#[tokio::test]
async fn migrated_catalog_is_dropped_with_its_tables_and_grants() {
    let root = first_version();
    let metastore = Metastore::open(root.path(), "admin@clxs.local").unwrap();
    let left = metastore.write(|tx| {
        let catalog = tx.catalog(&name("prod"))?;
        tx.delete_securable(&catalog)?;
        let grants = tx.grants_on(&["c", "s", "t"])?;
        Ok::<_, MetastoreError>((tx.table_by_id("t")?.is_some(), grants.len()))
    });
    assert_eq!(left.await.unwrap(), (false, 0));
}

#[test]
fn migration_that_fails_leaves_the_folder_as_it_was() {
    let root = first_version();
    let database = Connection::open(root.path().join("metastore.db")).unwrap();
    database.execute_batch("CREATE TABLE securables (in_the_way TEXT)").unwrap();
    assert!(matches!(Metastore::open(root.path(), "ann").unwrap_err(), MetastoreError::Database(_)));
    let version: i64 = database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let catalogs: i64 = database.query_row("SELECT count(*) FROM catalogs", [], |row| row.get(0)).unwrap();
    assert_eq!((version, catalogs), (1, 1));
}
