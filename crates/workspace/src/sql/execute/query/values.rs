//! The columns of `VALUES`, which Spark calls `col1`, `col2` and so on.

use datafusion::sql::sqlparser::ast::{Ident, SetExpr, TableAlias, TableAliasColumnDef, TableFactor};

/// Names the columns of `VALUES` in FROM, unless its alias does.
pub(super) fn name_columns(factor: &mut TableFactor) {
    let TableFactor::Derived { subquery, alias, .. } = factor else { return };
    let SetExpr::Values(values) = subquery.body.as_ref() else { return };
    let width = values.rows.first().map_or(0, |row| row.content.len());
    let alias = alias.get_or_insert_with(|| TableAlias {
        explicit: true,
        name: Ident::with_quote('`', "values"),
        columns: Vec::new(),
        at: None,
    });
    if alias.columns.is_empty() {
        alias.columns = (1..=width).map(column).collect();
    }
}

fn column(position: usize) -> TableAliasColumnDef {
    TableAliasColumnDef { name: Ident::with_quote('`', column_name(position)), data_type: None }
}

/// The name of a column, counted from 1.
pub(super) fn column_name(position: usize) -> String {
    format!("col{position}")
}
