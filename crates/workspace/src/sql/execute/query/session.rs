//! DataFusion as it is set up for one statement.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::catalog::TableFunction;
use datafusion::common::Result;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::functions_table::generate_series::RangeFunc;
use datafusion::logical_expr::planner::{ExprPlanner, TypePlanner};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::sqlparser::ast::{DataType as SqlType, ExactNumberInfo, TimezoneInfo};

use super::arithmetic::SparkOperators;
use super::interruptible::Interruptible;
use super::lateral::Generators;
use super::udf;
use crate::sql::execute::Context;

/// A session without tables. Names keep their case, nulls sort as in Spark, and literals with a point are decimals.
pub(super) fn context(context: &Context) -> SessionContext {
    let mut builder = builder();
    let config = builder.config().get_or_insert_default().options_mut();
    config.execution.time_zone = Some(context.session().configuration.time_zone().to_owned());
    let state = builder
        .with_runtime_env(context.services.compute.runtime())
        .with_physical_optimizer_rule(Arc::new(Interruptible(context.gate.clone())))
        .build();
    SessionContext::new_with_state(state)
}

/// What every session has: functions, operators and types of Spark.
pub(super) fn builder() -> SessionStateBuilder {
    let mut config = SessionConfig::new().with_information_schema(false);
    let options = config.options_mut();
    // Rows keep the order of what they are read from, as in Spark.
    options.optimizer.enable_round_robin_repartition = false;
    options.sql_parser.enable_ident_normalization = false;
    options.sql_parser.parse_float_as_decimal = true;
    options.sql_parser.map_string_types_to_utf8view = false;
    // Physical and logical nullability of `IS NOT TRUE` differ in DataFusion 55, which is harmless.
    options.execution.skip_physical_aggregate_schema_check = true;
    options.sql_parser.default_null_ordering = "nulls_min".into();
    let mut functions = SessionStateDefaults::default_scalar_functions();
    functions.extend(udf::scalar_functions());
    let mut aggregates = SessionStateDefaults::default_aggregate_functions();
    aggregates.extend(udf::aggregate_functions());
    SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .with_scalar_functions(functions)
        .with_aggregate_functions(aggregates)
        .with_higher_order_functions(udf::higher_order_functions())
        .with_table_functions(HashMap::from([range()]))
        .with_expr_planners(expr_planners())
        .with_type_planner(Arc::new(SparkTypes))
        .with_relation_planners(vec![Arc::new(Generators)])
}

fn range() -> (String, Arc<TableFunction>) {
    ("range".into(), Arc::new(TableFunction::new("range".into(), Arc::new(RangeFunc {}))))
}

fn expr_planners() -> Vec<Arc<dyn ExprPlanner>> {
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(SparkOperators)];
    planners.extend(SessionStateDefaults::default_expr_planners());
    planners
}

/// The types of `CAST` as Delta stores them; others are DataFusion's or refused by it.
#[derive(Debug)]
struct SparkTypes;

impl TypePlanner for SparkTypes {
    fn plan_type(&self, sql_type: &SqlType) -> Result<Option<DataType>> {
        Ok(Some(match sql_type {
            SqlType::TinyInt(None) => DataType::Int8,
            SqlType::SmallInt(None) => DataType::Int16,
            SqlType::Int(None) | SqlType::Integer(None) => DataType::Int32,
            SqlType::BigInt(None) => DataType::Int64,
            SqlType::Float(_) | SqlType::Real => DataType::Float32,
            SqlType::Double(_) => DataType::Float64,
            SqlType::String(None) => DataType::Utf8,
            SqlType::Binary(None) => DataType::Binary,
            SqlType::Timestamp(None, TimezoneInfo::None) => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            SqlType::Decimal(ExactNumberInfo::None)
            | SqlType::Dec(ExactNumberInfo::None)
            | SqlType::Numeric(ExactNumberInfo::None) => DataType::Decimal128(10, 0),
            SqlType::TimestampNtz(None) => DataType::Timestamp(TimeUnit::Microsecond, None),
            SqlType::Custom(name, arguments) if arguments.is_empty() => {
                match name.to_string().to_lowercase().as_str() {
                    "byte" => DataType::Int8,
                    "short" => DataType::Int16,
                    "long" => DataType::Int64,
                    "timestamp_ltz" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                    "timestamp_ntz" => DataType::Timestamp(TimeUnit::Microsecond, None),
                    _ => return Ok(None),
                }
            }
            _ => return Ok(None),
        }))
    }
}
