//! Statistics of data files (Delta protocol, "Per-file Statistics"); the kernel's engine computes them.

use datafusion::arrow::array::{RecordBatch, StructArray};
use datafusion::arrow::error::ArrowError;
use delta_kernel::arrow::json::WriterBuilder;
use delta_kernel::arrow::json::writer::LineDelimited;
use delta_kernel::expressions::ColumnName;

use crate::delta::action::Metadata;
use crate::delta::detail::physical_name;
use crate::delta::schema::{DataType, StructType};

const INDEXED: &str = "delta.dataSkippingNumIndexedCols";
const NAMED: &str = "delta.dataSkippingStatsColumns";
/// Columns with statistics when the table does not say how many.
const DEFAULT_INDEXED: usize = 32;

/// The columns that get statistics: those named, or the first ones.
pub(super) fn columns(metadata: &Metadata, schema: &StructType, physical: &StructType) -> Vec<ColumnName> {
    let mut leaves = Vec::new();
    collect_leaves(physical, &[], &mut leaves);
    if let Some(named) = metadata.configuration.get(NAMED) {
        let named: Vec<&str> = named.split(',').map(|name| name.trim().trim_matches('`')).collect();
        let physical_names: Vec<&str> =
            schema.fields().filter(|field| named.contains(&field.name.as_str())).map(physical_name).collect();
        leaves.retain(|leaf| leaf.first().is_some_and(|name| physical_names.contains(&name.as_str())));
    } else {
        let indexed = metadata.configuration.get(INDEXED).map_or(Ok(DEFAULT_INDEXED), |text| text.parse());
        // -1 means all.
        leaves.truncate(indexed.unwrap_or(usize::MAX));
    }
    leaves.into_iter().map(ColumnName::new).collect()
}

fn collect_leaves(schema: &StructType, parent: &[String], leaves: &mut Vec<Vec<String>>) {
    for field in schema.fields() {
        let path = [parent, std::slice::from_ref(&field.name)].concat();
        match &field.data_type {
            DataType::Struct(nested) => collect_leaves(nested, &path, leaves),
            _ => leaves.push(path),
        }
    }
}

/// Statistics as the log has them: JSON, timestamps in milliseconds.
pub(super) fn to_json(statistics: &StructArray) -> Result<String, ArrowError> {
    let mut json = Vec::new();
    let mut writer = WriterBuilder::new()
        .with_timestamp_format("%Y-%m-%dT%H:%M:%S%.3f".to_owned())
        .with_timestamp_tz_format("%Y-%m-%dT%H:%M:%S%.3fZ".to_owned())
        .build::<_, LineDelimited>(&mut json);
    writer.write(&RecordBatch::from(statistics))?;
    writer.finish()?;
    drop(writer);
    let text = String::from_utf8(json).map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
    Ok(text.trim_end().to_owned())
}
