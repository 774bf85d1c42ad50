//! `CREATE FUNCTION` (facts/sql.md §10).

use std::fmt;

use clxs_api::{FullName, Identifier, SqlLiteral};
use serde::{Deserialize, Serialize};

use super::statement::dollar_tag;
use crate::inventory::{FunctionDefinition, Language, Parameter, Returns};

/// Makes or replaces a function. Unqualified names in its body are in its own catalog and schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateFunction {
    /// The function.
    pub name: FullName,
    /// What it is.
    pub definition: FunctionDefinition,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The catalog and schema that its unqualified names are in, when not its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<(Identifier, Identifier)>,
}

impl CreateFunction {
    /// The catalog and schema that its unqualified names are in.
    pub(crate) fn session(&self) -> Option<(Identifier, Identifier)> {
        let own = || Some((self.name.catalog().clone(), self.name.schema()?.clone()));
        self.session.clone().or_else(own)
    }
}

impl fmt::Display for CreateFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let definition = &self.definition;
        write!(f, "CREATE OR REPLACE FUNCTION {}({})", self.name, list(&definition.parameters))?;
        match &definition.returns {
            Returns::Value(type_text) => write!(f, " RETURNS {type_text}")?,
            Returns::Table(columns) => write!(f, " RETURNS TABLE ({})", list(columns))?,
            Returns::TableOf(type_text) => write!(f, " RETURNS TABLE {type_text}")?,
        }
        self.write_characteristics(f)?;
        let body = definition.body.trim();
        match definition.language {
            Language::Sql if begins_with_return(body) => write!(f, " {body}"),
            Language::Sql => write!(f, " RETURN {body}"),
            Language::Python => {
                let tag = dollar_tag(&definition.body);
                write!(f, " AS {tag}{}{tag}", definition.body)
            }
        }
    }
}

impl CreateFunction {
    fn write_characteristics(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FunctionDefinition { language, deterministic, reads_data, handler, environment, .. } =
            &self.definition;
        f.write_str(match language {
            Language::Sql => " LANGUAGE SQL",
            Language::Python => " LANGUAGE PYTHON",
        })?;
        f.write_str(if *deterministic { " DETERMINISTIC" } else { " NOT DETERMINISTIC" })?;
        if let Some(comment) = &self.comment {
            write!(f, " COMMENT {}", SqlLiteral::new(comment))?;
        }
        match reads_data {
            Some(true) => f.write_str(" READS SQL DATA")?,
            Some(false) => f.write_str(" CONTAINS SQL")?,
            None => {}
        }
        if let Some(handler) = handler {
            write!(f, " HANDLER {}", SqlLiteral::new(handler))?;
        }
        let entry = |key: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("{key} = {}", SqlLiteral::new(value)))
        };
        let entries = [
            entry("dependencies", &environment.dependencies),
            entry("environment_version", &environment.version),
        ];
        let entries: Vec<_> = entries.into_iter().flatten().collect();
        if entries.is_empty() { Ok(()) } else { write!(f, " ENVIRONMENT ({})", entries.join(", ")) }
    }
}

fn list(parameters: &[Parameter]) -> String {
    parameters.iter().map(parameter).collect::<Vec<_>>().join(", ")
}

fn parameter(parameter: &Parameter) -> String {
    let Parameter { name, type_text, default, comment } = parameter;
    let default = default.as_ref().map(|default| format!(" DEFAULT {default}")).unwrap_or_default();
    let comment = comment.as_ref().map(|comment| format!(" COMMENT {}", SqlLiteral::new(comment)));
    format!("{name} {type_text}{default}{}", comment.unwrap_or_default())
}

/// UNCONFIRMED: whether the platform ever tells a body with its `RETURN`; it would not mean anything else.
fn begins_with_return(body: &str) -> bool {
    let word = body.split(|character: char| !character.is_alphanumeric() && character != '_').next();
    word.is_some_and(|word| word.eq_ignore_ascii_case("RETURN"))
}

#[cfg(test)]
mod tests {
    use clxs_api::Identifier;

    use super::*;
    use crate::inventory::Environment;

    fn function(language: Language, returns: Returns, body: &str) -> CreateFunction {
        let parameters = vec![Parameter {
            name: Identifier::new("a`b").unwrap(),
            type_text: "decimal(10,2)".into(),
            default: Some("'it\\'s'".into()),
            comment: Some("it's".into()),
        }];
        CreateFunction {
            session: None,
            name: FullName::from_dotted("c.s.f").unwrap(),
            definition: FunctionDefinition {
                parameters,
                returns,
                language,
                deterministic: false,
                reads_data: None,
                handler: None,
                environment: Environment::default(),
                body: body.into(),
            },
            comment: Some("a \\ b".into()),
        }
    }

    #[test]
    fn scalar_function_in_sql_has_all_its_clauses() {
        let mut made = function(Language::Sql, Returns::Value("int".into()), " x + 1 -- one\n");
        (made.definition.deterministic, made.definition.reads_data) = (true, Some(true));
        insta::assert_snapshot!(made, @r"CREATE OR REPLACE FUNCTION `c`.`s`.`f`(`a``b` decimal(10,2) DEFAULT 'it\'s' COMMENT 'it\'s') RETURNS int LANGUAGE SQL DETERMINISTIC COMMENT 'a \\ b' READS SQL DATA RETURN x + 1 -- one");
    }

    #[test]
    fn python_body_with_dollars_gets_a_tag_of_its_own() {
        let mut made = function(Language::Python, Returns::Value("int".into()), "\nreturn '$$ $body0$'\n");
        made.definition.handler = Some("main".into());
        made.definition.environment.dependencies = Some("[\"numpy\"]".into());
        let text = made.to_string();
        assert!(text.ends_with("AS $body1$\nreturn '$$ $body0$'\n$body1$"), "{text}");
        assert!(text.contains("HANDLER 'main' ENVIRONMENT (dependencies = '[\"numpy\"]')"), "{text}");
    }

    #[test]
    fn table_function_names_its_columns() {
        let column = Parameter {
            name: Identifier::new("n").unwrap(),
            type_text: "int".into(),
            default: None,
            comment: None,
        };
        let made = function(Language::Sql, Returns::Table(vec![column]), "SELECT 1");
        assert!(made.to_string().contains("RETURNS TABLE (`n` int) LANGUAGE SQL"), "{made}");
    }
}
