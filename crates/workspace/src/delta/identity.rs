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
    /// None when all values are given.
    next: Option<i64>,
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
            let next = number(field, HIGH_WATER_MARK).map_or(Some(start), |mark| after(mark, start, step));
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

/// The metadata of a table that replaces another: no value that the other one gave is given again.
///
/// # Errors
/// [`DeltaError::InvalidSchema`]
pub(super) fn keep_high_water_marks(
    mut metadata: Metadata,
    replaced: &Snapshot,
) -> Result<Metadata, DeltaError> {
    let mut schema: Value = parse_schema(replaced.location(), &metadata.schema_string)?;
    // A schema that stays is kept as it is written.
    if raise_high_water_marks(&mut schema, replaced.schema()) {
        metadata.schema_string = schema.to_string();
    }
    Ok(metadata)
}

fn raise_high_water_marks(schema: &mut Value, further: &StructType) -> bool {
    let mut changed = false;
    for field in further.fields() {
        let (Some(mark), Some(step)) = (number(field, HIGH_WATER_MARK), number(field, STEP)) else {
            continue;
        };
        let Some(column) = column::column_mut(schema, &field.name) else { continue };
        let own = column["metadata"][HIGH_WATER_MARK].as_i64();
        let is_identity = !column["metadata"][START].is_null();
        let is_further = |own: i64| if step < 0 { mark < own } else { mark > own };
        if is_identity && own.is_none_or(is_further) {
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
            let value = next.ok_or_else(overflow)?;
            values.push(value);
            given = Some(value);
            next = value.checked_add(self.step);
        }
        (self.next, self.given) = (next, given);
        Ok(Int64Array::from(values))
    }
}

/// The first value beyond a high water mark, which need not be a value itself (open Delta,
/// `IdentityColumn.roundToNext`).
fn after(mark: i64, start: i64, step: i64) -> Option<i64> {
    let (mark, start, step) = (i128::from(mark), i128::from(start), i128::from(step));
    let steps = (mark - start).checked_div(step)?;
    let beyond = if (mark - start) * step < 0 { 0 } else { steps + 1 };
    i64::try_from(start + beyond * step).ok()
}

fn number(field: &StructField, key: &str) -> Option<i64> {
    match field.metadata.get(key)? {
        MetadataValue::Number(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_value_is_the_first_one_beyond_the_mark() {
        for (mark, start, step, next) in [
            (9, 1, 1, Some(10)),
            (9, 0, 5, Some(10)),
            (10, 0, 5, Some(15)),
            (-9, 0, -5, Some(-10)),
            (-3, 1, 1, Some(1)),
            (i64::MAX, 1, 1, None),
            (i64::MIN, 0, -1, None),
        ] {
            assert_eq!(after(mark, start, step), next, "{mark} {start} {step}");
        }
    }

    #[test]
    fn marks_never_go_back_and_start_where_others_ended() {
        let schema = |mark: Option<i64>, step: i64| {
            let mark =
                mark.map(|mark| format!(r#","delta.identity.highWaterMark":{mark}"#)).unwrap_or_default();
            format!(
                r#"{{"type":"struct","fields":[{{"name":"id","type":"long","nullable":true,"metadata":{{"delta.identity.start":0,"delta.identity.step":{step}{mark}}}}}]}}"#
            )
        };
        for (own, further, step, kept) in [
            (Some(5), 9, 1, 9),
            (Some(9), 5, 1, 9),
            (Some(-5), -9, -1, -9),
            (Some(i64::MAX), i64::MIN, 1, i64::MAX),
            (None, 9, 1, 9),
        ] {
            let mut raised: Value = serde_json::from_str(&schema(own, step)).unwrap();
            raise_high_water_marks(&mut raised, &serde_json::from_str(&schema(Some(further), step)).unwrap());
            assert_eq!(raised["fields"][0]["metadata"][HIGH_WATER_MARK], kept);
        }
    }
}
