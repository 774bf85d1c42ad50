//! What becomes of the columns of rows that a statement changes: assignments, defaults, and columns whose values the
//! table gives.

mod computed;
mod values;

use clxs_api::FullName;
use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable as _, case, col, lit};
use datafusion::sql::sqlparser::ast::Expr;

use super::Context;
use super::insert::assigned_to;
use super::query::{Candidates, Planned, sql_error};
use crate::delta::schema::StructType;
use crate::delta::{CHANGE, FILE, ROW, RowChange};
use crate::sql::SqlError;
pub(super) use computed::{arrow_type, computed, identities, is_generated, is_identity};
pub(super) use values::{is_default, require_explicit};

/// The column with the index of the clause that applies to a row.
const CLAUSE: &str = "@clause";

/// Where the value of a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnValue {
    /// The row that is there.
    Kept,
    /// The expression of that index.
    Given(usize),
    Null,
    /// The expression of a generated column, on the other columns of the new row.
    Generated,
}

/// What a statement does with the rows that a clause applies to.
#[derive(Debug, Clone)]
struct Clause {
    /// On which rows, of those that the clause is for.
    condition: Option<usize>,
    change: RowChange,
    /// A value for each column of the table; none when rows go.
    values: Vec<ColumnValue>,
}

/// The clauses of a statement, and the expressions in them.
pub(super) struct Changes<'a> {
    table: &'a FullName,
    schema: &'a StructType,
    /// What columns of the table may be qualified with.
    alias: &'a str,
    expressions: Vec<Expr>,
    clauses: Vec<Clause>,
}

impl<'a> Changes<'a> {
    pub(super) fn new(table: &'a FullName, schema: &'a StructType, alias: &'a str) -> Self {
        Self { table, schema, alias, expressions: Vec::new(), clauses: Vec::new() }
    }

    /// The expressions, to be planned in this order.
    pub(super) fn expressions(&self) -> Vec<Expr> {
        self.expressions.clone()
    }

    /// Whether an inserted row has a value of its own for the column.
    pub(super) fn gives(&self, column: &str) -> bool {
        let position = self.schema.fields().position(|field| field.name == column);
        let mut inserts = self.clauses.iter().filter(|clause| clause.change == RowChange::Insert);
        inserts.any(|clause| {
            position.is_some_and(|position| matches!(clause.values[position], ColumnValue::Given(_)))
        })
    }

    fn expression(&mut self, expression: Expr) -> usize {
        self.expressions.push(expression);
        self.expressions.len() - 1
    }

    /// The rows that change with [`FILE`], [`ROW`], [`CHANGE`] and, when rows come, all columns of the table.
    ///
    /// # Errors
    /// Those of planning; values that columns do not take.
    pub(super) async fn plan(&self, context: &Context, candidates: Candidates) -> Result<Planned, SqlError> {
        let expressions = candidates.expressions.clone();
        let candidates = match self.applying(&candidates, &expressions)? {
            Some(clause) => candidates.with(CLAUSE, clause)?,
            None => candidates,
        };
        let mut columns = vec![
            candidates.target(FILE).alias(FILE),
            candidates.target(ROW).alias(ROW),
            self.by_clause(lit(ScalarValue::Int32(None)), |clause| Ok(Some(lit(clause.change.code()))))?
                .alias(CHANGE),
        ];
        let writes = self.clauses.iter().any(|clause| clause.change.writes());
        if !writes {
            return candidates.project(columns);
        }
        if self.clauses.len() > 1 {
            columns.push(col(Column::new_unqualified(CLAUSE)));
        }
        for position in 0..self.schema.num_fields() {
            columns.push(self.column(&candidates, &expressions, position)?);
        }
        let planned = candidates.project(columns)?;
        let generated = |position: usize| self.generated_by(position);
        let planned = computed(context, self.table, self.schema, planned, &generated).await?;
        planned.without(CLAUSE)
    }

    /// The index of the clause that applies, where there are several or one has a condition.
    fn applying(
        &self,
        candidates: &Candidates,
        expressions: &[PlanExpr],
    ) -> Result<Option<PlanExpr>, SqlError> {
        let Some(source) = candidates.source() else { return Ok(None) };
        let is_target = candidates.target(FILE).is_not_null();
        let mut applying = None;
        for (index, clause) in self.clauses.iter().enumerate() {
            let for_rows = match clause.change {
                RowChange::Insert => is_target.clone().is_not_true(),
                RowChange::Delete | RowChange::Update => is_target.clone().and(source.clone().is_not_null()),
                RowChange::DeleteBySource | RowChange::UpdateBySource => source.clone().is_null(),
            };
            let condition = match clause.condition {
                None => for_rows,
                Some(condition) => {
                    candidates.require_condition(&expressions[condition])?;
                    for_rows.and(expressions[condition].clone())
                }
            };
            let index = lit(i32::try_from(index).unwrap_or(i32::MAX));
            applying = Some(match applying {
                None => datafusion::logical_expr::when(condition, index),
                Some(mut builder) => {
                    let builder: &mut datafusion::logical_expr::conditional_expressions::CaseBuilder =
                        &mut builder;
                    builder.when(condition, index)
                }
            });
        }
        applying.map(|builder| builder.end().map_err(sql_error)).transpose()
    }

    /// A value for each clause; `otherwise` where a clause has none.
    fn by_clause(
        &self,
        otherwise: PlanExpr,
        value: impl Fn(&Clause) -> Result<Option<PlanExpr>, SqlError>,
    ) -> Result<PlanExpr, SqlError> {
        if let [clause] = self.clauses.as_slice() {
            return Ok(value(clause)?.unwrap_or(otherwise));
        }
        let mut builder = None;
        for (index, clause) in self.clauses.iter().enumerate() {
            let Some(value) = value(clause)? else { continue };
            let index = lit(i32::try_from(index).unwrap_or(i32::MAX));
            builder = Some(match builder {
                None => case(col(Column::new_unqualified(CLAUSE))).when(index, value),
                Some(mut builder) => {
                    let builder: &mut datafusion::logical_expr::conditional_expressions::CaseBuilder =
                        &mut builder;
                    builder.when(index, value)
                }
            });
        }
        builder.map_or(Ok(otherwise), |builder| builder.end().map_err(sql_error))
    }

    /// A column of the new rows; generated ones are null here.
    fn column(
        &self,
        candidates: &Candidates,
        expressions: &[PlanExpr],
        position: usize,
    ) -> Result<PlanExpr, SqlError> {
        let fields: Vec<_> = self.schema.fields().collect();
        let field = fields[position];
        let null = lit(ScalarValue::try_from(&arrow_type(field)?).map_err(sql_error)?);
        let value = self.by_clause(null, |clause| {
            Ok(match clause.values.get(position) {
                Some(ColumnValue::Kept) => Some(candidates.kept(&field.name)),
                Some(ColumnValue::Given(index)) => {
                    let value = expressions[*index].clone();
                    let given = value.get_type(candidates.schema()).map_err(sql_error)?;
                    Some(assigned_to(self.table, field, value, &given)?)
                }
                Some(ColumnValue::Null | ColumnValue::Generated) | None => None,
            })
        })?;
        Ok(value.alias(field.name.clone()))
    }

    /// Whether the rows of all clauses, or of which, have the column generated.
    fn generated_by(&self, position: usize) -> Option<PlanExpr> {
        let generated = |clause: &Clause| clause.values.get(position) == Some(&ColumnValue::Generated);
        let writing: Vec<_> =
            self.clauses.iter().enumerate().filter(|(_, clause)| clause.change.writes()).collect();
        let which: Vec<_> = writing.iter().filter(|(_, clause)| generated(clause)).collect();
        match which.len() {
            0 => None,
            count if count == writing.len() => Some(lit(true)),
            _ => {
                let clauses = which.iter().map(|(index, _)| lit(i32::try_from(*index).unwrap_or(i32::MAX)));
                Some(col(Column::new_unqualified(CLAUSE)).in_list(clauses.collect(), false))
            }
        }
    }
}
