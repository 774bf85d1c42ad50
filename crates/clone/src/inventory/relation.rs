//! Reads relations of the information schema: one statement for a whole catalog.

use clxs_api::{Identifier, SqlLiteral};
use clxs_client::{ErrorKind, Rows};

use super::reader::Reader;
use crate::{Error, Result};

/// What to read of one catalog.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation {
    /// Its name.
    pub(super) name: &'static str,
    /// The columns to read.
    pub(super) columns: &'static str,
    /// The column with the name of the catalog.
    pub(super) catalog: &'static str,
    /// A further condition, beginning with `AND`; empty for none.
    pub(super) condition: &'static str,
}

impl Reader<'_> {
    /// The rows of one catalog, or why the workspace does not give them. A catalog's own information schema breaks
    /// where a policy masks the whole catalog, so that of the metastore is asked first (facts/settled.md §8).
    pub(super) async fn relation(
        &self,
        catalog: &Identifier,
        relation: Relation,
    ) -> Result<Result<Rows, String>> {
        let own = catalog.to_lowercase();
        let mut refusal = String::new();
        for schema in ["system.information_schema".to_owned(), format!("{own}.information_schema")] {
            match Box::pin(self.warehouse.query(relation.query(&schema, &own))).await {
                Ok(rows) => return Ok(Ok(rows)),
                Err(error) if error.kind() == ErrorKind::StatementFailed => refusal = error.to_string(),
                Err(error) => {
                    let attempt = format!("read {} of catalog `{}`", relation.name, own.as_str());
                    return Err(Error::client(attempt)(error));
                }
            }
        }
        Ok(Err(refusal))
    }
}

impl Relation {
    fn query(&self, schema: &str, catalog: &Identifier) -> String {
        let Self { name, columns, catalog: key, condition } = self;
        let catalog = SqlLiteral::new(catalog.as_str());
        format!("SELECT {columns} FROM {schema}.{name} WHERE {key} = {catalog} {condition}")
            .trim_end()
            .to_owned()
    }
}
