//! Reads catalogs and schemas.

use clxs_api::catalog::CatalogInfo;
use clxs_api::schema::SchemaInfo;
use clxs_api::{FullName, Identifier, Properties};
use clxs_client::ErrorKind;

use super::listed::{Item, Listed};
use super::reader::Reader;
use super::{Catalog, Inventory, Schema};
use crate::{Error, Kind, Result};

impl Reader<'_> {
    /// A catalog with its schemas; empty when it does not exist.
    pub(super) async fn containers(&self, name: &Identifier) -> Result<Inventory> {
        let client = self.warehouse.client();
        let catalog = match client.get_catalog(&name.to_lowercase()).await {
            Ok(catalog) => catalog,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Inventory::default()),
            Err(error) => return Err(Error::client(format!("read catalog `{}`", name.as_str()))(error)),
        };
        let attempt = format!("list the schemas of catalog `{}`", name.as_str());
        let list = client.list_schemas(&name.to_lowercase());
        let within = FullName::of_catalog(name.to_lowercase());
        let read = |info: SchemaInfo| {
            let browse_only = info.browse_only;
            let read = schema_of(info).ok_or_else(|| unnamed(&attempt))?;
            let kind = if read.1.is_system { Kind::SystemSchema } else { Kind::Schema };
            let browse_only = browse_only.filter(|_| !read.1.is_system);
            Ok(Some(Item { kind, browse_only, read }))
        };
        let Listed { readable, browsed } = Listed::read((&attempt, &within), list, read).await?;
        let catalog = Some(catalog_of(catalog));
        Ok(Inventory { catalog, schemas: readable, browsed, ..Inventory::default() })
    }
}

fn unnamed(attempt: &str) -> Error {
    Error::Unexpected { attempt: attempt.to_owned(), problem: "one has no name".to_owned() }
}

fn catalog_of(info: CatalogInfo) -> Catalog {
    Catalog {
        owner: info.owner,
        comment: some_text(info.comment),
        properties: own_properties(info.properties),
        isolation: info.isolation_mode,
        location: some_text(info.storage_root),
        ..Catalog::default()
    }
}

fn schema_of(info: SchemaInfo) -> Option<(Identifier, Schema)> {
    let name = Identifier::new(info.name.clone()?).ok()?.to_lowercase();
    let is_system = is_system(&info);
    let schema = Schema {
        owner: info.owner,
        comment: some_text(info.comment),
        properties: own_properties(info.properties),
        location: some_text(info.storage_root),
        is_system,
        skip: is_system.then(|| "the platform's own".to_owned()),
        ..Schema::default()
    };
    Some((name, schema))
}

/// Every catalog has `information_schema` (facts/settled.md §1).
fn is_system(info: &SchemaInfo) -> bool {
    info.securable_kind.as_deref() == Some("SCHEMA_SYSTEM")
        || info.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("information_schema"))
}

/// An empty comment is no comment.
pub(super) fn some_text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Properties without those the platform sets itself (`facts/better_than_seed.md` 36, facts/settled.md §4).
pub(super) fn own_properties(properties: Option<Properties>) -> Properties {
    const OF_THE_PLATFORM: [&str; 4] = ["unity.catalog.managed.", "view.", "spark.", "transient_lastDdlTime"];
    let is_own = |key: &str| !OF_THE_PLATFORM.iter().any(|prefix| key.starts_with(prefix));
    properties.unwrap_or_default().into_iter().filter(|(key, _)| is_own(key)).collect()
}
