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
    /// One value of a type: its kind, its text in SQL, and as Spark writes it in JSON.
    Value { type_name: ColumnTypeName, type_text: String, type_json: String },
    /// Rows of these columns.
    Table(Vec<FunctionParameterInfo>),
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

impl Default for Function {
    fn default() -> Self {
        Self {
            parameters: Vec::new(),
            returns: Returns::Table(Vec::new()),
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
    /// Whether it gives rows.
    pub(crate) fn is_table_function(&self) -> bool {
        matches!(self.returns, Returns::Table(_))
    }

    /// The columns of the rows it gives; none for one that gives a value.
    pub(crate) fn columns(&self) -> &[FunctionParameterInfo] {
        match &self.returns {
            Returns::Table(columns) => columns,
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
