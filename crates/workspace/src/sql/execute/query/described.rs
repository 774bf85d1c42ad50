//! A relation of `information_schema` as the query engine reads it: when the query runs, part by part, and no more of
//! it than the filters ask for.

use std::sync::Arc;

use clxs_api::Identifier;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::datasource::TableType;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use futures::stream;

use crate::information_schema::{Position, Scope, Source, Wanted, level_of};
use crate::sql::SqlError;
use crate::sql::execute::Context;

/// A relation, read on behalf of whoever the query runs for.
#[derive(Debug)]
pub(super) struct Described {
    context: Context,
    catalog: Identifier,
    source: Source,
    schema: SchemaRef,
}

/// The rows of one scan.
#[derive(Debug)]
struct Rows {
    context: Context,
    source: Source,
    scope: Arc<Scope>,
    /// The columns that are asked for, by number.
    projection: Option<Arc<[usize]>>,
    schema: SchemaRef,
}

impl Described {
    /// The relation of this name in the schema of a catalog; `None` when there is none.
    ///
    /// # Errors
    /// The platform's for a catalog that the principal does not see.
    pub(super) async fn open(
        context: &Context,
        catalog: Identifier,
        name: &Identifier,
    ) -> Result<Option<Self>, SqlError> {
        let Some(source) = Source::find(name) else { return Ok(None) };
        let described = catalog.clone();
        let schema = context
            .read(move |tx, access| {
                Scope::of(tx, access, &described, Wanted::default())?;
                let (scope, start) = (Scope::default(), Position::default());
                Ok(source.part(tx, access, &scope, &start, None)?.rows.schema())
            })
            .await?;
        Ok(Some(Self { context: context.clone(), catalog, source, schema }))
    }
}

#[async_trait::async_trait]
impl TableProvider for Described {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut wanted = Wanted::default();
        for (column, name) in filters.iter().filter_map(equality) {
            if let Some(level) = level_of(column) {
                wanted.insist(level, name);
            }
        }
        let catalog = self.catalog.clone();
        let scope = self.context.read(move |tx, access| Scope::of(tx, access, &catalog, wanted));
        let scope = scope.await.map_err(external)?;
        let schema = match projection {
            Some(columns) => Arc::new(self.schema.project(columns)?),
            None => self.schema(),
        };
        let rows: Arc<dyn PartitionStream> = Arc::new(Rows {
            context: self.context.clone(),
            source: self.source,
            scope: Arc::new(scope),
            projection: projection.map(|columns| columns.as_slice().into()),
            schema: Arc::clone(&schema),
        });
        Ok(Arc::new(StreamingTableExec::try_new(schema, vec![rows], None, [], false, limit)?))
    }
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (context, source) = (self.context.clone(), self.source);
        let (scope, projection) = (Arc::clone(&self.scope), self.projection.clone());
        let parts = stream::try_unfold(Some(Position::default()), move |position| {
            let (context, scope, projection) = (context.clone(), Arc::clone(&scope), projection.clone());
            async move {
                let Some(from) = position else { return Ok(None) };
                let part = context
                    .read(move |tx, access| source.part(tx, access, &scope, &from, projection.as_deref()));
                let part = part.await.map_err(external)?;
                Ok(Some((part.rows, part.next)))
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), parts))
    }
}

fn external(error: SqlError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The column and the text of `column = 'text'`, the column as it is or in lower case.
fn equality(filter: &Expr) -> Option<(&str, &str)> {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = filter else { return None };
    let pair = |column, value| Some((column_name(column)?, text(value)?));
    pair(left, right).or_else(|| pair(right, left))
}

fn column_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Column(column) => Some(&column.name),
        // Names of the metastore are in lower case.
        Expr::ScalarFunction(call) if call.name() == "lower" => column_name(call.args.first()?),
        Expr::Alias(alias) => column_name(&alias.expr),
        _ => None,
    }
}

fn text(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Literal(ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)), _) => Some(text),
        _ => None,
    }
}
