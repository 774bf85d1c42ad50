//! A relation of `information_schema` as the query engine reads it: when the query runs, and no more of it than the
//! filters ask for.

use std::sync::Arc;

use clxs_api::Identifier;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::datasource::{MemTable, TableType};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

use crate::information_schema::{Relation, Scope, Wanted, level_of};
use crate::sql::SqlError;
use crate::sql::execute::Context;

/// A relation, read on behalf of whoever the query runs for.
#[derive(Debug)]
pub(super) struct Described {
    context: Context,
    catalog: Identifier,
    relation: Relation,
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
        let Some(relation) = Relation::find(name) else { return Ok(None) };
        let described = catalog.clone();
        let schema = context
            .read(move |tx, access| {
                Scope::of(tx, access, &described, Wanted::default())?;
                Ok(relation.load(tx, access, &Scope::default())?.schema())
            })
            .await?;
        Ok(Some(Self { context: context.clone(), catalog, relation, schema }))
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
        state: &dyn Session,
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
        let (catalog, relation) = (self.catalog.clone(), self.relation);
        let batch = self
            .context
            .read(move |tx, access| relation.load(tx, access, &Scope::of(tx, access, &catalog, wanted)?));
        let batch = batch.await.map_err(|error| DataFusionError::External(Box::new(error)))?;
        MemTable::try_new(self.schema(), vec![vec![batch]])?.scan(state, projection, &[], limit).await
    }
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
