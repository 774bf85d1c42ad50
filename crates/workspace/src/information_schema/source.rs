//! Where the rows of a relation come from, a part at a time: each part is read in a transaction of its own, so that
//! neither the memory nor the time that the metastore is held grows with the number of tables.

use clxs_api::{Identifier, SecurableKind};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;

use super::column::Projection;
use super::{RELATIONS, Relation, Scope, TABLE_RELATIONS, TableRelation};
use crate::authorization::{Access, Visibility};
use crate::metastore::{ColumnDetail, PageRequest, TableRow, Transaction};
use crate::sql::SqlError;

/// How many tables are read at a time. With their columns that is some MB.
const TABLES: u32 = 256;

/// A relation of the schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Whole(Relation),
    Tables(TableRelation),
}

/// Where a part begins. The first is the default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Position {
    /// The catalog of the scope, by number.
    catalog: usize,
    /// The schema and the table to continue after.
    after: Vec<String>,
}

/// Rows that the caller may see, and where the next part begins.
pub(crate) struct Part {
    pub(crate) rows: RecordBatch,
    pub(crate) next: Option<Position>,
}

impl Source {
    /// The relation of this name, in any case.
    pub(crate) fn find(name: &Identifier) -> Option<Self> {
        let whole = RELATIONS.iter().find(|relation| name.matches(relation.name));
        let tables = || TABLE_RELATIONS.iter().find(|relation| name.matches(relation.name));
        let kind = whole.map(|relation| Kind::Whole(*relation));
        kind.or_else(|| tables().map(|relation| Kind::Tables(*relation))).map(Self)
    }

    /// The part that begins there, of the columns that are asked for; the empty scope gives the columns alone.
    ///
    /// # Errors
    /// Those of the metastore.
    pub(crate) fn part(
        self,
        tx: &Transaction<'_>,
        access: &Access,
        scope: &Scope,
        from: &Position,
        projection: Projection<'_>,
    ) -> Result<Part, SqlError> {
        match self.0 {
            Kind::Whole(relation) => {
                let rows = (relation.load)(tx, access, scope)?;
                let rows = projection.map_or_else(|| Ok(rows.clone()), |columns| rows.project(columns));
                Ok(Part { rows: rows.map_err(internal)?, next: None })
            }
            Kind::Tables(relation) => {
                let (tables, next) = tables(tx, access, scope, relation.detail, from)?;
                Ok(Part { rows: (relation.rows)(tables, access, projection)?, next })
            }
        }
    }
}

/// All tables and views that the caller may see, without their columns, by catalog, schema and name.
pub(super) fn visible_tables(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<Vec<TableRow>, SqlError> {
    let (mut all, mut position) = (Vec::new(), Some(Position::default()));
    while let Some(from) = position {
        let (part, next) = tables(tx, access, scope, ColumnDetail::Omitted, &from)?;
        all.extend(part);
        position = next;
    }
    Ok(all)
}

/// The next tables that the caller may see, by catalog, schema and name, and where those after them begin.
fn tables(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
    columns: ColumnDetail,
    from: &Position,
) -> Result<(Vec<TableRow>, Option<Position>), SqlError> {
    let Some(catalog) = scope.catalogs.get(from.catalog) else { return Ok((Vec::new(), None)) };
    let visibility = Visibility::load(tx, access, catalog)?;
    let page = PageRequest { after: from.after.clone(), limit: Some(TABLES) };
    let page = tx.tables_of_catalog(catalog, columns, &scope.tables(), &page)?;
    let is_visible = |table: &TableRow| {
        let sight = visibility.in_schema(&SecurableKind::Table, &table.schema_id, &table.id, &table.owner);
        sight.is_seen(true)
    };
    let next = match page.next {
        Some(after) => Some(Position { catalog: from.catalog, after }),
        None => Some(Position { catalog: from.catalog + 1, after: Vec::new() })
            .filter(|next| next.catalog < scope.catalogs.len()),
    };
    Ok((page.items.into_iter().filter(is_visible).collect(), next))
}

fn internal(error: ArrowError) -> SqlError {
    SqlError::internal(error.to_string()).with_source(error)
}
