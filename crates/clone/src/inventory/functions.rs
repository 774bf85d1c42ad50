//! Reads functions: what REST tells of one is all that its `CREATE FUNCTION` needs (`facts/better_than_seed.md` 10).

use clxs_api::function::{FunctionInfo, FunctionParameterInfo, RoutineBody, SqlDataAccess};
use clxs_api::{FullName, Identifier};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::containers::some_text;
use super::listed::{Item, Listed, none_where_unsupported};
use super::reader::{Found, Reader};
use super::tables::{functions_of, tables_of};
use super::{Function, Grants, Inventories};
use crate::{Kind, Result};

/// What makes a function what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionDefinition {
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub returns: Returns,
    /// In what its body is written.
    pub language: Language,
    /// Whether equal arguments always give equal results.
    pub deterministic: bool,
    /// Whether its body reads tables; absent for bodies that are no SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads_data: Option<bool>,
    /// What of a Python body is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// What a Python body needs.
    #[serde(default, skip_serializing_if = "Environment::is_empty")]
    pub environment: Environment,
    /// Its body: what follows `RETURN`, or is between the dollars.
    pub body: String,
}

impl FunctionDefinition {
    /// Whether both are the same but for white space around the body.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let trimmed =
            |definition: &Self| Self { body: definition.body.trim().to_owned(), ..definition.clone() };
        trimmed(self) == trimmed(other)
    }
}

/// The language of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Language {
    /// SQL.
    Sql,
    /// Python.
    Python,
}

/// A parameter, or a column of what a table function gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: Identifier,
    /// Its type in SQL, in lower case.
    #[serde(rename = "type")]
    pub type_text: String,
    /// Its default in SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Free text about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What a function gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    /// A value of this type.
    Value(String),
    /// Rows with these columns.
    Table(Vec<Parameter>),
    /// Rows of this type, where the platform does not tell the columns one by one: `(a INT, b STRING)`.
    TableOf(String),
}

/// What a Python body needs to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Packages, as written: a JSON list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<String>,
    /// The version of the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Environment {
    /// Whether nothing is needed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl<'a> Reader<'a> {
    /// Reads the functions of all schemas that take part. A workspace without functions has none.
    pub(super) async fn functions(&self, own: &Inventories) -> Result<Found<'a>> {
        let schemas = own.schemas_taking_part();
        self.of_schemas(schemas, |schema| self.functions_of(schema), |schema| &mut schema.functions).await
    }

    async fn functions_of(&self, schema: FullName) -> Result<Listed<Function>> {
        let attempt = format!("list the functions of schema `{}`", schema.dotted());
        let list = self.warehouse.client().list_functions(schema.catalog(), schema.name());
        let read = |info: FunctionInfo| {
            let browse_only = info.browse_only;
            Ok(function_of(info).map(|read| Item { kind: Kind::Function, browse_only, read }))
        };
        none_where_unsupported(Listed::read((&attempt, &schema), list, read).await)
    }
}

pub(super) fn function_of(info: FunctionInfo) -> Option<(Identifier, Function)> {
    let name = Identifier::new(info.name.clone()?).ok()?.to_lowercase();
    let dependencies = info.routine_dependencies.as_ref();
    let function = Function {
        owner: info.owner.clone(),
        comment: some_text(info.comment.clone()),
        reads: dependencies.map(tables_of).unwrap_or_default(),
        calls: dependencies.map(functions_of).unwrap_or_default(),
        grants: Grants::new(),
        definition: definition_of(info),
    };
    Some((name, function))
}

/// The definition, or why nobody can make the function again.
fn definition_of(info: FunctionInfo) -> std::result::Result<FunctionDefinition, String> {
    let language = match (&info.routine_body, info.external_language.as_deref()) {
        (Some(RoutineBody::Sql), _) | (None, None) => Language::Sql,
        (_, Some(language)) if language.eq_ignore_ascii_case("python") => Language::Python,
        (body, language) => {
            let body = body.as_ref().map(ToString::to_string).unwrap_or_default();
            return Err(format!("its body is {body} {}", language.unwrap_or("of no language")));
        }
    };
    let body = info.routine_definition.filter(|body| !body.trim().is_empty());
    let body = body.ok_or("its body cannot be read; only its owner may see it")?;
    let parameters = info.input_params.map(|list| list.parameters).unwrap_or_default();
    let returned = info.return_params.map(|list| list.parameters).unwrap_or_default();
    let full_type = info.full_data_type.ok_or("the platform does not tell what it returns")?;
    let is_table = info.data_type.is_some_and(|kind| kind.as_str() == "TABLE_TYPE");
    let returns = match (is_table, returned.is_empty()) {
        (true, false) => Returns::Table(all_of(returned)?),
        (true, true) => Returns::TableOf(full_type),
        (false, _) => Returns::Value(full_type.to_lowercase()),
    };
    let extra = info.properties.as_deref().map(Extra::read).unwrap_or_default();
    let reads_data = info.sql_data_access.map(|access| access == SqlDataAccess::ReadsSqlData);
    Ok(FunctionDefinition {
        parameters: all_of(parameters)?,
        returns,
        language,
        deterministic: info.is_deterministic == Some(true),
        reads_data: reads_data.filter(|_| language == Language::Sql),
        handler: extra.handler,
        environment: extra.environment,
        body,
    })
}

fn all_of(mut parameters: Vec<FunctionParameterInfo>) -> std::result::Result<Vec<Parameter>, String> {
    parameters.sort_by_key(|parameter| parameter.position);
    let parameter = |info: FunctionParameterInfo| -> std::result::Result<Parameter, String> {
        let name = Identifier::new(info.name);
        Ok(Parameter {
            name: name.map_err(|problem| format!("a parameter has no usable name: {problem}"))?,
            type_text: info.type_text.to_lowercase(),
            default: info.parameter_default,
            comment: some_text(info.comment),
        })
    };
    parameters.into_iter().map(parameter).collect()
}

/// What Python functions have beside the body.
#[derive(Debug, Default)]
struct Extra {
    handler: Option<String>,
    environment: Environment,
}

impl Extra {
    /// Reads the properties of a function. UNCONFIRMED: their names (facts/settled.md §3); what is not understood is
    /// left, and a text that is no JSON says nothing.
    fn read(text: &str) -> Self {
        static NULL: Value = Value::Null;
        let Ok(Value::Object(properties)) = serde_json::from_str(text) else { return Self::default() };
        let text_of = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        let environment = properties.get("environment").unwrap_or(&NULL);
        let found = |keys: [&str; 2]| {
            let own = keys.iter().find_map(|key| environment.get(key));
            own.or_else(|| keys.iter().find_map(|key| properties.get(*key))).and_then(text_of)
        };
        Self {
            handler: properties.get("handler").and_then(text_of),
            environment: Environment {
                dependencies: found(["dependencies", "environment_dependencies"]),
                version: found(["version", "environment_version"]),
            },
        }
    }
}
