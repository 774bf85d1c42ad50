//! Functions that users make.

use clxs_api::function::{FunctionParameterInfo, RoutineBody, SqlDataAccess};
use clxs_api::table::{ColumnTypeName, DependencyList};
use clxs_api::{Identifier, SecurableKind};
use serde::{Deserialize, Serialize};

use super::{Details, Securable};

/// A function.
pub(crate) type FunctionRow = Securable<Function>;

/// What only functions have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Function {
    pub(crate) parameters: Vec<FunctionParameterInfo>,
    pub(crate) returns: Returns,
    pub(crate) language: Language,
    /// The body as written.
    pub(crate) definition: String,
    pub(crate) deterministic: bool,
    pub(crate) data_access: SqlDataAccess,
    /// The names that the body's names are completed with: the session's when the function was made.
    pub(crate) defaults: Option<Namespace>,
    /// The tables and functions that the body names.
    pub(crate) dependencies: DependencyList,
    /// The Python function that is called; without it the body is the function's.
    pub(crate) handler: Option<String>,
    pub(crate) environment: Option<Environment>,
}

/// What a function gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Returns {
    /// One value of a type: its kind, its text in SQL, and as Spark writes it in JSON; digits of a decimal.
    Value {
        type_name: ColumnTypeName,
        type_text: String,
        type_json: String,
        type_precision: Option<i32>,
        type_scale: Option<i32>,
    },
    /// Rows of these columns, and their list in SQL.
    Table { columns: Vec<FunctionParameterInfo>, type_text: String },
}

/// In what a function is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Language {
    #[default]
    Sql,
    Python,
}

/// A catalog and a schema in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Namespace {
    pub(crate) catalog: Identifier,
    pub(crate) schema: Identifier,
}

/// What a Python function needs to be installed, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Environment {
    pub(crate) dependencies: Option<String>,
    pub(crate) version: Option<String>,
}

/// What Python functions have beside the body.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Extra {
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Environment>,
}

impl Default for Function {
    fn default() -> Self {
        Self {
            parameters: Vec::new(),
            returns: Returns::Table { columns: Vec::new(), type_text: String::new() },
            language: Language::default(),
            definition: String::new(),
            deterministic: false,
            data_access: SqlDataAccess::ContainsSql,
            defaults: None,
            dependencies: DependencyList::default(),
            handler: None,
            environment: None,
        }
    }
}

impl Details for Function {
    const KIND: SecurableKind = SecurableKind::Function;

    fn securable_kind(&self, _: bool) -> &'static str {
        "FUNCTION_STANDARD"
    }
}

impl Function {
    /// What its language needs beside the body, as JSON; nothing for most. The platform's names for it are UNCONFIRMED
    /// (facts/settled.md §3).
    pub(crate) fn properties(&self) -> Option<String> {
        let extra = Extra { handler: self.handler.clone(), environment: self.environment.clone() };
        (extra != Extra::default()).then(|| serde_json::to_string(&extra).ok()).flatten()
    }

    /// The function with what [`Function::properties`] said; other texts say nothing.
    pub(crate) fn with_properties(self, properties: Option<&str>) -> Self {
        let extra = properties.and_then(|text| serde_json::from_str::<Extra>(text).ok()).unwrap_or_default();
        Self { handler: extra.handler, environment: extra.environment, ..self }
    }

    /// Whether it gives rows.
    pub(crate) fn is_table_function(&self) -> bool {
        matches!(self.returns, Returns::Table { .. })
    }

    /// The columns of the rows it gives; none for one that gives a value.
    pub(crate) fn columns(&self) -> &[FunctionParameterInfo] {
        match &self.returns {
            Returns::Table { columns, .. } => columns,
            Returns::Value { .. } => &[],
        }
    }
}

impl Language {
    /// As the catalog says where the body is run.
    pub(crate) fn routine_body(self) -> RoutineBody {
        match self {
            Self::Sql => RoutineBody::Sql,
            Self::Python => RoutineBody::External,
        }
    }

    /// Its name, when it is not SQL.
    pub(crate) fn external(self) -> Option<&'static str> {
        match self {
            Self::Sql => None,
            Self::Python => Some("PYTHON"),
        }
    }
}
