//! Metric views: a definition in YAML that is kept as written. Queries of them are not computed here.

use clxs_api::FullName;
use clxs_api::table::ColumnInfo;

use super::context::Context;
use super::query;
use super::types::column_infos;
use crate::sql::SqlError;
use crate::sql::ast::ViewColumn;
use crate::sql::metric_view::MetricView;

/// The columns of a metric view: its fields, then its measures, under the names and with the comments listed or those of
/// the definition. How the platform writes the type of a measure is UNCONFIRMED: as that of its value.
pub(super) async fn output_columns(
    context: &Context,
    name: &FullName,
    view: &MetricView,
    listed: &[ViewColumn],
) -> Result<(Vec<ColumnInfo>, Vec<String>), SqlError> {
    let planned = query::plan_view(context, name.clone(), view.query()?).await;
    let mut fields = match planned {
        Ok(planned) => planned.fields,
        Err(error) if error.class.starts_with("UNRESOLVED_") => {
            return Err(view.composition()?.map_or(error, SqlError::unsupported));
        }
        Err(error) => return Err(error),
    };
    for (field, (own_name, _)) in fields.iter_mut().zip(view.columns()) {
        own_name.clone_into(&mut field.name);
    }
    let output = fields.iter().map(|field| field.name.clone()).collect();
    let fields = super::views::listed_fields(name, fields, listed)?;
    let mut columns = column_infos(&query::table_schema(fields)?, &[]);
    for (index, (column, (_, comment))) in columns.iter_mut().zip(view.columns()).enumerate() {
        let listed = listed.get(index).and_then(|listed| listed.comment.clone());
        column.comment = listed.or_else(|| comment.map(str::to_owned));
    }
    Ok((columns, output))
}
