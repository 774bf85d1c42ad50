use clxs_api::table::TableType;
use clxs_api::{FullName, Identifier};
use tempfile::TempDir;

use crate::metastore::{CatalogRow, Metastore, MetastoreError, SchemaRow, TableRow, Tagged};

const ADMIN: &str = "admin@clxs.local";

#[tokio::test]
async fn tags_of_a_table_and_of_its_columns_come_together_and_go_with_it() {
    let root = TempDir::new().unwrap();
    let metastore = Metastore::open(root.path(), ADMIN).unwrap();
    let name = |text: &str| Identifier::new(text).unwrap();
    let (catalog_name, schema_name, table_name) = (name("c"), name("s"), name("t"));
    let work = metastore.write(move |tx| {
        let catalog = CatalogRow::new(&catalog_name, ADMIN);
        tx.insert_catalog(&catalog)?;
        let schema = SchemaRow::new(&catalog, &schema_name, ADMIN);
        tx.insert_securable(&schema)?;
        let table = TableRow::new(&schema, &table_name, TableType::View, ADMIN);
        tx.insert_table(&table)?;
        let column = Tagged { securable_id: table.id.clone(), column: Some("Id".to_owned()) };
        tx.put_tag(&Tagged::securable(&table.id), "cost", "high", ADMIN)?;
        tx.put_tag(&column, "pii", "key", ADMIN)?;
        let both = tx.table_tags(&table)?;
        tx.delete_table(&tx.table(&FullName::from_dotted("c.s.t").unwrap())?)?;
        Ok::<_, MetastoreError>((both, tx.table_tags(&table)?))
    });
    let (both, left) = work.await.unwrap();
    assert_eq!(both.own["cost"], "high");
    assert_eq!(both.columns["id"]["pii"], "key");
    assert_eq!(left, super::TableTags::default());
}
