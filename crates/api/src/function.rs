//! Functions: SQL and Python, scalar and table functions.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::table::{ColumnTypeName, DependencyList};
use crate::wire_enum::wire_enum;
use crate::{Extra, null_as_default};

wire_enum! {
    /// In what a function's body is written.
    pub enum RoutineBody {
        Sql = "SQL",
        External = "EXTERNAL",
    }
}

wire_enum! {
    /// How a function takes its parameters.
    pub enum ParameterStyle {
        S = "S",
    }
}

wire_enum! {
    /// With whose rights a function runs.
    pub enum SecurityType {
        Definer = "DEFINER",
    }
}

wire_enum! {
    /// What a function's body does with tables.
    pub enum SqlDataAccess {
        ContainsSql = "CONTAINS_SQL",
        NoSql = "NO_SQL",
        ReadsSqlData = "READS_SQL_DATA",
    }
}

wire_enum! {
    /// Which way a parameter goes.
    pub enum ParameterMode {
        In = "IN",
    }
}

wire_enum! {
    /// Whether it is a parameter or a column of the result.
    pub enum ParameterType {
        Column = "COLUMN",
        Param = "PARAM",
    }
}

/// A function.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionInfo {
    /// Its own name.
    pub name: Option<String>,
    /// The catalog it is in.
    pub catalog_name: Option<String>,
    /// The schema it is in.
    pub schema_name: Option<String>,
    /// `catalog.schema.function`.
    pub full_name: Option<String>,
    /// Its id.
    pub function_id: Option<String>,
    /// Its own name again: names are not overloaded.
    pub specific_name: Option<String>,
    /// What it takes.
    pub input_params: Option<FunctionParameterInfos>,
    /// The columns of the result of a table function.
    pub return_params: Option<FunctionParameterInfos>,
    /// The kind of the type of its result; `TABLE_TYPE` for table functions.
    pub data_type: Option<ColumnTypeName>,
    /// The type of its result in SQL: `DECIMAL(10,2)`, `(n INT, t STRING)`.
    pub full_data_type: Option<String>,
    /// In what its body is written.
    pub routine_body: Option<RoutineBody>,
    /// Its body as written.
    pub routine_definition: Option<String>,
    /// The tables and functions its body names.
    pub routine_dependencies: Option<DependencyList>,
    /// The language of an external body: `PYTHON`.
    pub external_language: Option<String>,
    /// The name of what an external body calls.
    pub external_name: Option<String>,
    /// How it takes its parameters.
    pub parameter_style: Option<ParameterStyle>,
    /// Whether equal arguments always give equal results.
    pub is_deterministic: Option<bool>,
    /// What its body does with tables.
    pub sql_data_access: Option<SqlDataAccess>,
    /// Whether a null among the arguments makes the result null.
    pub is_null_call: Option<bool>,
    /// With whose rights it runs.
    pub security_type: Option<SecurityType>,
    /// The search path of its body.
    pub sql_path: Option<String>,
    /// Everything its language needs beside the body, as JSON.
    pub properties: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// The metastore it is in.
    pub metastore_id: Option<String>,
    /// When it was made, ms.
    pub created_at: Option<i64>,
    /// By whom.
    pub created_by: Option<String>,
    /// When it was last changed, ms.
    pub updated_at: Option<i64>,
    /// By whom.
    pub updated_by: Option<String>,
    /// Whether the caller may only see that it exists.
    pub browse_only: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A list of parameters, or of the columns of a result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionParameterInfos {
    /// In the order of their places.
    #[serde(deserialize_with = "null_as_default")]
    pub parameters: Vec<FunctionParameterInfo>,
}

/// A parameter of a function, or a column of its result.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionParameterInfo {
    /// Its name.
    pub name: String,
    /// Its type in SQL: `decimal(10,2)`.
    pub type_text: String,
    /// Its field as Spark writes it in JSON.
    pub type_json: Option<String>,
    /// The kind of its type.
    pub type_name: ColumnTypeName,
    /// Digits of a decimal.
    pub type_precision: Option<i32>,
    /// Digits behind the point of a decimal.
    pub type_scale: Option<i32>,
    /// Unit of an interval.
    pub type_interval_type: Option<String>,
    /// Its place, from 0.
    pub position: i32,
    /// Which way it goes.
    pub parameter_mode: Option<ParameterMode>,
    /// Whether it is a parameter or a column.
    pub parameter_type: Option<ParameterType>,
    /// Its default in SQL, as written.
    pub parameter_default: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A function to be made.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateFunction {
    /// Its own name.
    pub name: String,
    /// The catalog it is to be in.
    pub catalog_name: String,
    /// The schema it is to be in.
    pub schema_name: String,
    /// What it takes.
    pub input_params: FunctionParameterInfos,
    /// The kind of the type of its result; `TABLE_TYPE` for table functions.
    pub data_type: ColumnTypeName,
    /// The type of its result in SQL.
    pub full_data_type: String,
    /// In what its body is written.
    pub routine_body: RoutineBody,
    /// Its body.
    pub routine_definition: String,
    /// How it takes its parameters.
    pub parameter_style: ParameterStyle,
    /// Whether equal arguments always give equal results.
    pub is_deterministic: bool,
    /// What its body does with tables.
    pub sql_data_access: SqlDataAccess,
    /// Whether a null among the arguments makes the result null.
    pub is_null_call: bool,
    /// With whose rights it is to run.
    pub security_type: SecurityType,
    /// Its own name again.
    pub specific_name: String,
    /// Free text about it.
    pub comment: Option<String>,
    /// The language of an external body.
    pub external_language: Option<String>,
    /// The name of what an external body calls.
    pub external_name: Option<String>,
    /// Everything its language needs beside the body, as JSON.
    pub properties: Option<String>,
    /// The columns of the result of a table function.
    pub return_params: Option<FunctionParameterInfos>,
    /// The tables and functions its body names.
    pub routine_dependencies: Option<DependencyList>,
    /// The search path of its body.
    pub sql_path: Option<String>,
}

/// Body of a request to make a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateFunctionRequest {
    /// The function.
    pub function_info: CreateFunction,
}

/// Body of a request to change a function: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateFunction {
    /// A new owner.
    pub owner: Option<String>,
}

/// A page of functions.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListFunctionsResponse {
    /// The functions of the page; may be empty although there are more.
    #[serde(deserialize_with = "null_as_default")]
    pub functions: Vec<FunctionInfo>,
    /// What to ask for the next page with; absent on the last.
    pub next_page_token: Option<String>,
}
