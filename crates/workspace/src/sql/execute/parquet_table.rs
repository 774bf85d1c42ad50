//! `CREATE TABLE … USING PARQUET LOCATION`: a folder of Parquet files under a name, to be read and not written.

use std::sync::Arc;

use clxs_api::table::DataSourceFormat;
use datafusion::catalog::TableProvider;
use tokio::task::spawn_blocking;

use super::context::Context;
use super::place::table_to_write;
use super::types::{column_infos, table_field};
use crate::delta::TableLocation;
use crate::delta::schema::{StructField, StructType};
use crate::metastore::TableRow;
use crate::parquet::{self, ParquetTable};
use crate::sql::SqlError;
use crate::sql::ast::{CreateTable, TableReference};
use crate::warehouse::StatementResult;

/// The word after `USING`, as the parser has it.
pub(super) const PARQUET: &str = "parquet";

/// Registers a folder; the files say what its columns are.
pub(super) async fn create(context: &Context, create: CreateTable) -> Result<StatementResult, SqlError> {
    require_plain(&create)?;
    let TableReference::Name(name) = &create.name else {
        return Err(SqlError::unsupported_but("CREATE TABLE at a path without a name", "Name the table."));
    };
    let name = context.table_name(name)?;
    let found = table_to_write(context, &name, create.on_existing, create.location, false, |row, _| {
        let feature = format!("replacing {} by a table of Parquet files", row.full_name());
        Err(SqlError::unsupported_but(feature, "Drop it first."))
    });
    let Some(writing) = found.await? else { return Ok(StatementResult::none()) };
    let mut row = writing.row;
    let location = TableLocation::parse(row.location.as_deref().unwrap_or_default())?;
    let inferred = spawn_blocking(move || parquet::infer(&location)).await;
    let inferred = inferred.map_err(|error| SqlError::internal(error.to_string()).with_source(error))??;
    require_same(&create.columns, &inferred.schema)?;
    row.format = Some(DataSourceFormat::Parquet);
    row.columns = column_infos(&inferred.schema, &inferred.partition_columns);
    row.comment = create.comment;
    row.properties.extend(create.properties);
    context.write(move |tx, _| Ok(tx.insert_table(&row)?)).await?;
    Ok(StatementResult::none())
}

fn require_plain(create: &CreateTable) -> Result<(), SqlError> {
    let refused = [
        (!create.partition_columns.is_empty(), "PARTITIONED BY"),
        (!create.cluster_columns.is_empty(), "CLUSTER BY"),
        (create.query.is_some(), "a query"),
        (create.row_filter.is_some() || !create.masks.is_empty(), "a row filter or column mask"),
    ];
    if let Some((_, clause)) = refused.iter().find(|(is_there, _)| *is_there) {
        let feature = format!("{clause} in CREATE TABLE … USING PARQUET");
        return Err(SqlError::unsupported_but(feature, "Leave it out: the files say what the table is."));
    }
    match create.location {
        Some(_) => Ok(()),
        None => Err(SqlError::unsupported_but(
            "a managed table of Parquet files",
            "Use DELTA, or give the LOCATION of files that are there.",
        )),
    }
}

/// Refuses a list of columns that says something else than the files do. Whether they may be null is up to the files.
fn require_same(listed: &[StructField], inferred: &StructType) -> Result<(), SqlError> {
    let same = |(listed, found): (&StructField, &StructField)| {
        listed.name.eq_ignore_ascii_case(&found.name) && listed.data_type == found.data_type
    };
    let agrees = listed.len() == inferred.num_fields() && listed.iter().zip(inferred.fields()).all(same);
    if listed.is_empty() || agrees {
        return Ok(());
    }
    Err(SqlError::unsupported_but(
        "columns that differ from those of the files in CREATE TABLE … USING PARQUET",
        "Leave them out: the files say what the table is.",
    ))
}

/// Whether a table is a folder of Parquet files.
pub(super) fn is_parquet(row: &TableRow) -> bool {
    row.format == Some(DataSourceFormat::Parquet)
}

/// The rows of a table of Parquet files.
///
/// # Errors
/// Columns that the metastore has in another form, and those of [`ParquetTable::new`].
pub(super) fn provider(row: &TableRow) -> Result<Arc<dyn TableProvider>, SqlError> {
    let location = TableLocation::parse(row.location.as_deref().unwrap_or_default())?;
    let columns = row.columns.iter().map(table_field).collect::<Option<Vec<_>>>();
    let columns = columns.and_then(|columns| StructType::try_new(columns).ok());
    let columns = columns
        .ok_or_else(|| SqlError::internal(format!("the columns of {} cannot be read", row.full_name())))?;
    Ok(Arc::new(ParquetTable::new(location, &columns)?))
}
