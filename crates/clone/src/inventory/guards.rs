//! The row filter and the column masks of a table, which come with the list of tables.

use std::collections::BTreeMap;
use std::fmt;

use clxs_api::table::{ColumnMask, PolicyFunctionArgument, RowFilter, TableInfo};
use clxs_api::{FullName, Identifier, SqlLiteral};
use serde::{Deserialize, Serialize};
use sqlparser::tokenizer::Token;

use super::TableDefinition;
use super::names::full_name;
use crate::rewrite::lexer::lex;

/// What protects the rows and columns of a table. Names are in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    /// Its row filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_filter: Option<Guard>,
    /// Its column masks by column.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub masks: BTreeMap<Identifier, Guard>,
}

/// A row filter or a column mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// Its function.
    pub function: FullName,
    /// What the function gets, after the masked column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
}

/// An argument of a guard's function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Argument {
    /// A column of the table.
    Column(Identifier),
    /// A literal, as SQL.
    Constant(String),
}

impl Guards {
    /// The guards that REST tells of a table, or why no statement can name them.
    pub(crate) fn of(info: &TableInfo) -> Result<Self, String> {
        let mut guards = Self::default();
        if let Some(RowFilter { function_name, input_column_names, input_arguments, .. }) = &info.row_filter {
            guards.row_filter = Some(guard(function_name, input_column_names, input_arguments)?);
        }
        for column in &info.columns {
            let Some(ColumnMask { function_name, using_column_names, using_arguments, .. }) = &column.mask
            else {
                continue;
            };
            let function = function_name.as_deref().unwrap_or_default();
            let name = identifier(column.name.as_deref().unwrap_or_default())?;
            guards.masks.insert(name, guard(function, using_column_names, using_arguments)?);
        }
        Ok(guards)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Every guard, the row filter first.
    pub fn all(&self) -> impl Iterator<Item = &Guard> {
        self.row_filter.iter().chain(self.masks.values())
    }

    /// Whether something is guarded that others leave open.
    pub(crate) fn has_more_than(&self, others: &Self) -> bool {
        self.row_filter.is_some() && others.row_filter.is_none()
            || self.masks.keys().any(|column| !others.masks.contains_key(column))
    }

    /// Whether these are all that others are, and perhaps more.
    pub(crate) fn have_all_of(&self, others: &Self) -> bool {
        others.over(self) == *self
    }

    /// Those whose columns a table of this definition has.
    #[must_use]
    pub(crate) fn that_fit(&self, definition: &TableDefinition) -> Self {
        let has_all = |guard: &Guard| guard.columns().all(|column| definition.has_column(column));
        let fit = |(column, mask): &(&Identifier, &Guard)| definition.has_column(column) && has_all(mask);
        let owned = |(column, mask): (&Identifier, &Guard)| (column.clone(), mask.clone());
        Self {
            row_filter: self.row_filter.clone().filter(has_all),
            masks: self.masks.iter().filter(fit).map(owned).collect(),
        }
    }

    /// These, and of `others` what these do not replace.
    #[must_use]
    pub(crate) fn over(&self, others: &Self) -> Self {
        let masks = others.masks.iter().chain(&self.masks);
        Self {
            row_filter: self.row_filter.clone().or_else(|| others.row_filter.clone()),
            masks: masks.map(|(column, mask)| (column.clone(), mask.clone())).collect(),
        }
    }

    /// Whether other guards are on the same things and call the same functions. How the platform tells arguments is
    /// UNCONFIRMED.
    pub(crate) fn call_the_same(&self, other: &Self) -> bool {
        let functions = |guards: &Self| -> (Option<FullName>, Vec<(Identifier, FullName)>) {
            let masks = guards.masks.iter().map(|(column, mask)| (column.clone(), mask.function.clone()));
            (guards.row_filter.as_ref().map(|filter| filter.function.clone()), masks.collect())
        };
        functions(self) == functions(other)
    }

    /// The same guards in the destination: functions of the source's catalog become those of the destination's.
    #[must_use]
    pub(crate) fn moved(&self, source: &Identifier, destination: &Identifier) -> Self {
        let moved = |guard: &Guard| {
            let is_own = guard.function.catalog().matches(source.as_str());
            let function = if is_own {
                guard.function.in_catalog(&destination.to_lowercase())
            } else {
                guard.function.clone()
            };
            Guard { function, arguments: guard.arguments.clone() }
        };
        Self {
            row_filter: self.row_filter.as_ref().map(moved),
            masks: self.masks.iter().map(|(column, mask)| (column.clone(), moved(mask))).collect(),
        }
    }
}

/// For people: `a row filter and column masks (ssn)`.
impl fmt::Display for Guards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked: Vec<_> = self.masks.keys().map(Identifier::as_str).collect();
        let masks = format!("column masks ({})", masked.join(", "));
        match (self.row_filter.is_some(), masked.is_empty()) {
            (true, true) => f.write_str("a row filter"),
            (true, false) => write!(f, "a row filter and {masks}"),
            (false, false) => f.write_str(&masks),
            (false, true) => f.write_str("no guards"),
        }
    }
}

impl Guards {
    /// The columns that it masks, and those that its functions get.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Identifier> {
        let given = self.row_filter.iter().chain(self.masks.values()).flat_map(Guard::columns);
        self.masks.keys().chain(given)
    }
}

impl Guard {
    /// The columns that its function gets.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Identifier> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Column(column) => Some(column),
            Argument::Constant(_) => None,
        })
    }

    /// The arguments as statements list them.
    pub(crate) fn argument_list(&self) -> String {
        self.arguments.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(column) => column.fmt(f),
            Self::Constant(literal) => f.write_str(literal),
        }
    }
}

fn identifier(text: &str) -> Result<Identifier, String> {
    let name =
        Identifier::new(text).map_err(|problem| format!("a guarded column has no usable name: {problem}"))?;
    Ok(name.to_lowercase())
}

/// Older workspaces tell columns by their names only (facts/sql.md §7).
fn guard(function: &str, columns: &[String], arguments: &[PolicyFunctionArgument]) -> Result<Guard, String> {
    let name = full_name(function);
    let function = name.map_err(|problem| format!("a guard's function has no usable name: {problem}"))?;
    let arguments: Result<Vec<_>, _> = if arguments.is_empty() {
        columns.iter().map(|column| identifier(column).map(Argument::Column)).collect()
    } else {
        arguments.iter().map(argument).collect()
    };
    Ok(Guard { function: function.to_lowercase(), arguments: arguments? })
}

fn argument(argument: &PolicyFunctionArgument) -> Result<Argument, String> {
    match (&argument.column, &argument.constant) {
        (Some(column), _) => identifier(column).map(Argument::Column),
        (None, Some(constant)) => Ok(Argument::Constant(literal(constant))),
        (None, None) => Err("an argument of a guard is neither a column nor a constant".to_owned()),
    }
}

/// UNCONFIRMED: whether the platform tells a constant as SQL, with its quotes, or only its value. What is no literal
/// is a value.
fn literal(text: &str) -> String {
    let tokens = lex(text).map(|lexed| lexed.tokens).unwrap_or_default();
    match tokens.as_slice() {
        [one] if one.string().is_some() => SqlLiteral::new(one.string().unwrap_or_default()).to_string(),
        [one] if matches!(one.token, Token::Number(..)) => text.trim().to_owned(),
        [one] if ["TRUE", "FALSE", "NULL"].iter().any(|word| one.is_keyword(word)) => {
            text.trim().to_uppercase()
        }
        [minus, one] if minus.token == Token::Minus && matches!(one.token, Token::Number(..)) => {
            text.trim().to_owned()
        }
        _ => SqlLiteral::new(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_is_a_literal_however_the_platform_tells_it() {
        for (told, sql) in [
            ("'it\\'s'", "'it\\'s'"),
            ("\"EU\"", "'EU'"),
            ("EU", "'EU'"),
            ("1; DROP TABLE x", "'1; DROP TABLE x'"),
            ("-7", "-7"),
            ("true", "TRUE"),
        ] {
            assert_eq!(literal(told), sql, "{told}");
        }
    }

    #[test]
    fn only_functions_of_the_source_move() {
        let guard =
            |function: &str| Guard { function: FullName::from_dotted(function).unwrap(), arguments: vec![] };
        let name = |text: &str| Identifier::new(text).unwrap();
        let guards = Guards {
            row_filter: Some(guard("prod.s.f")),
            masks: BTreeMap::from([(name("ssn"), guard("security.s.m"))]),
        };
        let moved = guards.moved(&name("PROD"), &name("dev"));
        let functions: Vec<_> = moved.all().map(|guard| guard.function.dotted()).collect();
        assert_eq!(functions, ["dev.s.f", "security.s.m"]);
    }
}
