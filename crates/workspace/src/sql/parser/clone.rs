//! CREATE TABLE … CLONE (facts/sql.md §2).

use super::Parser;
use crate::sql::ast::{CloneTable, OnExisting, Statement, TableReference};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `CLONE`.
    pub(super) fn clone_table(
        &mut self,
        target: TableReference,
        on_existing: OnExisting,
        shallow: bool,
    ) -> Result<Statement, SqlError> {
        let source = self.table_reference()?;
        let as_of = self.as_of()?;
        let (mut properties, mut location) = (None, None);
        loop {
            if self.accept("TBLPROPERTIES") {
                self.once(&mut properties, "TBLPROPERTIES", Self::properties)?;
            } else if self.accept("LOCATION") {
                self.once(&mut location, "LOCATION", Self::location)?;
            } else {
                self.refuse(&["WITH HISTORY"], "CLONE")?;
                break;
            }
        }
        let properties = properties.unwrap_or_default();
        Ok(Statement::Clone(Box::new(CloneTable {
            target,
            on_existing,
            shallow,
            source,
            as_of,
            properties,
            location,
        })))
    }
}
