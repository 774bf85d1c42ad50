//! Identity columns: the table gives their values and keeps how far it is (Delta protocol, "Identity Columns").

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::arrow::error::ArrowError;
use serde_json::{Value, json};

use super::action::Metadata;
use super::column;
use super::create::parse_schema;
use super::error::DeltaError;
use super::schema::{MetadataValue, StructField, StructType};
use super::snapshot::Snapshot;

/// The first value of an identity column.
pub(crate) const START: &str = "delta.identity.start";
const STEP: &str = "delta.identity.step";
const HIGH_WATER_MARK: &str = "delta.identity.highWaterMark";

/// The identity columns whose values a statement does not give.
#[derive(Debug, Default)]
pub(super) struct Identities(Vec<Identity>);

#[derive(Debug)]
struct Identity {
    column: String,
    step: i64,
    next: i64,
    /// The last value that was given.
    given: Option<i64>,
}

impl Identities {
    /// The columns of these names.
    ///
    /// # Errors
    /// [`DeltaError::InvalidSchema`] when a column is none of identity.
    pub(super) fn new(table: &Snapshot, columns: &[String]) -> Result<Self, DeltaError> {
        let invalid = |column: &String| DeltaError::InvalidSchema {
            location: table.location().clone(),
            reason: format!("`{column}` is no identity column"),
        };
        let identity = |column: &String| {
            let field = table.schema().field(column).ok_or_else(|| invalid(column))?;
            let start = number(field, START).ok_or_else(|| invalid(column))?;
            let step = number(field, STEP).unwrap_or(1);
            let next = number(field, HIGH_WATER_MARK).map_or(start, |mark| mark + step);
            Ok(Identity { column: field.name.clone(), step, next, given: None })
        };
        columns.iter().map(identity).collect::<Result<_, _>>().map(Self)
    }

    /// The rows with the next values.
    pub(super) fn fill(&mut self, rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        if self.0.is_empty() {
            return Ok(rows.clone());
        }
        let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
        let schema = rows.schema();
        let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
        for identity in &mut self.0 {
            let index = schema.index_of(&identity.column)?;
            columns[index] = Arc::new(identity.values(rows.num_rows())?);
            let field = fields[index].as_ref().clone();
            fields[index] = Arc::new(field.with_data_type(columns[index].data_type().clone()));
        }
        RecordBatch::try_new(Arc::new(datafusion::arrow::datatypes::Schema::new(fields)), columns)
    }

    /// The table's metadata with how far the values are given; none when none was given.
    pub(super) fn metadata(&self, table: &Snapshot) -> Result<Option<Metadata>, DeltaError> {
        if self.0.iter().all(|identity| identity.given.is_none()) {
            return Ok(None);
        }
        let mut metadata = table.metadata().clone();
        let mut schema: Value = parse_schema(table.location(), &metadata.schema_string)?;
        for identity in &self.0 {
            if let (Some(given), Some(column)) =
                (identity.given, column::column_mut(&mut schema, &identity.column))
            {
                column["metadata"][HIGH_WATER_MARK] = json!(given);
            }
        }
        metadata.schema_string = schema.to_string();
        Ok(Some(metadata))
    }
}

/// Keeps how far the identity columns of a schema are when another schema of the table is further. Returns whether
/// anything changed.
pub(super) fn keep_high_water_marks(schema: &mut Value, further: &StructType) -> bool {
    let mut changed = false;
    for field in further.fields() {
        let (Some(mark), Some(step)) = (number(field, HIGH_WATER_MARK), number(field, STEP)) else {
            continue;
        };
        let Some(column) = column::column_mut(schema, &field.name) else { continue };
        let own = column["metadata"][HIGH_WATER_MARK].as_i64();
        let is_identity = !column["metadata"][START].is_null();
        if is_identity && own.is_none_or(|own| (mark - own).signum() == step.signum()) {
            column["metadata"][HIGH_WATER_MARK] = json!(mark);
            changed |= own != Some(mark);
        }
    }
    changed
}

impl Identity {
    fn values(&mut self, count: usize) -> Result<Int64Array, ArrowError> {
        let overflow = || ArrowError::ArithmeticOverflow(format!("identity column {} overflow", self.column));
        let (mut next, mut given) = (self.next, self.given);
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(next);
            given = Some(next);
            next = next.checked_add(self.step).ok_or_else(overflow)?;
        }
        (self.next, self.given) = (next, given);
        Ok(Int64Array::from(values))
    }
}

fn number(field: &StructField, key: &str) -> Option<i64> {
    match field.metadata.get(key)? {
        MetadataValue::Number(number) => Some(*number),
        _ => None,
    }
}
