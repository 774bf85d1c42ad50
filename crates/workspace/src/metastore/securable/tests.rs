use serde::Deserialize;
use tempfile::TempDir;

use super::*;
use crate::metastore::{CatalogRow, Metastore, SchemaRow};

const ADMIN: &str = "admin@clxs.local";

/// A kind of its own, which is all that a kind needs to be stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Volume {
    location: String,
}

impl Details for Volume {
    const KIND: SecurableKind = SecurableKind::Volume;

    fn securable_kind(&self, _: bool) -> &'static str {
        "VOLUME_STANDARD"
    }
}

fn name(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

fn full(text: &str) -> FullName {
    FullName::from_dotted(text).unwrap()
}

/// `prod.sales` with volumes of these names.
async fn with_volumes(root: &TempDir, volumes: &'static [&'static str]) -> Metastore {
    let metastore = Metastore::open(root.path(), ADMIN).unwrap();
    let fill = move |tx: &Transaction<'_>| {
        let catalog = CatalogRow::new(&name("prod"), ADMIN);
        tx.insert_catalog(&catalog)?;
        let schema = SchemaRow::new(&catalog, &name("sales"), ADMIN);
        tx.insert_securable(&schema)?;
        for volume in volumes {
            let mut row = Securable::<Volume>::in_parent(Some(schema.as_parent()), &name(volume), ADMIN);
            row.details.location = format!("file:///{volume}");
            tx.insert_securable(&row)?;
        }
        Ok::<_, MetastoreError>(())
    };
    metastore.write(fill).await.unwrap();
    metastore
}

#[tokio::test]
async fn securable_is_found_in_any_case_with_its_details_and_listed_by_pages() {
    let root = TempDir::new().unwrap();
    let metastore = with_volumes(&root, &["Raw", "landing"]).await;
    let read = metastore.read(|tx| {
        let found: Securable<Volume> = tx.securable(&full("PROD.Sales.RAW"))?;
        let request = PageRequest { after: vec!["landing".into()], limit: Some(1) };
        let page: Page<Securable<Volume>> = tx.securables(found.parent.as_ref(), &request)?;
        Ok::<_, MetastoreError>((found, page))
    });
    let (found, page) = read.await.unwrap();
    assert_eq!((found.full_name(), found.details.location.as_str()), (full("prod.sales.raw"), "file:///Raw"));
    assert_eq!((page.items, page.next), (vec![found], None));
}

#[tokio::test]
async fn names_are_taken_within_one_parent_and_one_kind_only() {
    let root = TempDir::new().unwrap();
    let metastore = with_volumes(&root, &["raw", "landing"]).await;
    let work = |tx: &Transaction<'_>| {
        let mut row: Securable<Volume> = tx.securable(&full("prod.sales.landing"))?;
        row.name = name("raw");
        let taken = tx.update_securable(&row).unwrap_err().to_string();
        assert_eq!(taken, "Volume 'raw' already exists");
        row.name = name("sales");
        tx.update_securable(&row)?;
        let elsewhere = SchemaRow::new(&tx.catalog(&name("prod"))?, &name("raw"), ADMIN);
        tx.insert_securable(&elsewhere)
    };
    metastore.write(work).await.unwrap();
}

#[tokio::test]
async fn securable_goes_with_what_it_is_in_and_the_first_missing_part_is_named() {
    let root = TempDir::new().unwrap();
    let metastore = with_volumes(&root, &["raw"]).await;
    let dropped = metastore.write(|tx| tx.delete_securable(&tx.schema(&name("prod"), &name("sales"))?));
    dropped.await.unwrap();
    for (asked, message) in [
        ("prod.sales.raw", "Schema 'prod.sales' does not exist."),
        ("prod.default.raw", "Schema 'prod.default' does not exist."),
        ("prod.information_schema.raw", "Volume 'prod.information_schema.raw' does not exist."),
        ("dev.sales.raw", "Catalog 'dev' does not exist."),
    ] {
        let absent = metastore.read(move |tx| tx.securable::<Volume>(&full(asked))).await;
        assert_eq!(absent.unwrap_err().to_string(), message);
    }
}
