//! A column as `CREATE TABLE` lists it.

use std::fmt;

use clxs_api::{Identifier, SqlLiteral};
use serde::{Deserialize, Serialize};
use sqlparser::tokenizer::Token;

use super::nesting::{self, Nesting};
use crate::rewrite::lexer::Lexeme;

/// A column of a table. `Display` is SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Identifier,
    /// Its type in SQL, with its collation and all that is said of nested fields.
    #[serde(rename = "type")]
    pub type_text: String,
    /// Whether it takes no nulls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_null: bool,
    /// Where its values come from when a row does not give them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ColumnValue>,
    /// Free text about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Where the values of a column come from when a row does not give them. `Display` is SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnValue {
    /// The value of this expression.
    Default(String),
    /// Always the value of this expression.
    Generated(String),
    /// Numbers that count on.
    Identity {
        /// Whether rows may not give them.
        always: bool,
        /// Where they begin and how they go on: `START WITH 1 INCREMENT BY 1`; empty for the platform's own way.
        options: String,
    },
}

impl Column {
    /// Reads an item of the list of columns. A mask is left out: guards are read from REST.
    pub(super) fn read(statement: &str, item: &[Lexeme]) -> Result<Self, String> {
        let [name, rest @ ..] = item else { return Err("it lists a column without a name".to_owned()) };
        let name = Identifier::new(name.word().unwrap_or_default())
            .map_err(|problem| format!("one of its columns has no usable name: {problem}"))?;
        let clauses = nesting::clauses(rest, begins_clause);
        let Some(([_, ..], clauses)) = clauses.split_first().map(|(first, rest)| (*first, rest)) else {
            return Err(format!("its column {name} has no type"));
        };
        let type_end = rest.len() - clauses.iter().map(|clause| clause.len()).sum::<usize>();
        let type_text = nesting::text(statement, &rest[..type_end]).to_owned();
        let mut column = Self { name, type_text, not_null: false, value: None, comment: None };
        for clause in clauses {
            column.read_clause(statement, clause).ok_or_else(|| {
                format!("nobody knows `{}` of its column {}", nesting::text(statement, clause), column.name)
            })?;
        }
        Ok(column)
    }

    /// Nothing for a clause that has another form than the platform's.
    fn read_clause(&mut self, statement: &str, clause: &[Lexeme]) -> Option<()> {
        let (first, rest) = clause.split_first()?;
        if first.is_keyword("NOT") && rest.len() == 1 {
            self.not_null = true;
        } else if first.is_keyword("COMMENT") && rest.len() == 1 {
            self.comment = Some(rest[0].string()?.to_owned()).filter(|text| !text.is_empty());
        } else if first.is_keyword("DEFAULT") && !rest.is_empty() {
            self.value = Some(ColumnValue::Default(nesting::text(statement, rest).to_owned()));
        } else if first.is_keyword("GENERATED") {
            self.value = Some(generated(statement, rest)?);
        } else if !(first.is_keyword("MASK") && is_mask(rest)) {
            return None;
        }
        Some(())
    }

    /// Whether both are the same column, in whatever case their names are written.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.name.matches(other.name.as_str())
            && (&self.type_text, self.not_null, &self.value, &self.comment)
                == (&other.type_text, other.not_null, &other.value, &other.comment)
    }

    /// Whether rows cannot give its value.
    pub(super) fn is_generated(&self) -> bool {
        matches!(self.value, Some(ColumnValue::Generated(_)))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.type_text)?;
        if self.not_null {
            f.write_str(" NOT NULL")?;
        }
        if let Some(value) = &self.value {
            write!(f, " {value}")?;
        }
        match &self.comment {
            Some(comment) => write!(f, " COMMENT {}", SqlLiteral::new(comment)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ColumnValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default(expression) => write!(f, "DEFAULT {expression}"),
            Self::Generated(expression) => write!(f, "GENERATED ALWAYS AS ({expression})"),
            Self::Identity { always, options } => {
                let when = if *always { "ALWAYS" } else { "BY DEFAULT" };
                write!(f, "GENERATED {when} AS IDENTITY")?;
                if options.is_empty() { Ok(()) } else { write!(f, " ({options})") }
            }
        }
    }
}

/// Whether a clause behind the type begins here, outside of all brackets.
fn begins_clause(tokens: &[Lexeme], at: usize) -> bool {
    let is = |at: Option<usize>, word: &str| {
        at.and_then(|at| tokens.get(at)).is_some_and(|token| token.is_keyword(word))
    };
    let (before, after) = (at.checked_sub(1), Some(at + 1));
    if is(Some(at), "NOT") {
        return is(after, "NULL") && !is(before, "IS");
    }
    let begins = ["COMMENT", "DEFAULT", "GENERATED", "MASK"].iter().any(|word| is(Some(at), word));
    begins && !is(before, "BY")
}

/// What stands behind `GENERATED`.
fn generated(statement: &str, tokens: &[Lexeme]) -> Option<ColumnValue> {
    let mode = tokens.iter().position(|token| token.is_keyword("AS"))?;
    let (always, by_default) = match &tokens[..mode] {
        [always] => (always.is_keyword("ALWAYS"), false),
        [by, default] => (false, by.is_keyword("BY") && default.is_keyword("DEFAULT")),
        _ => return None,
    };
    match &tokens[mode + 1..] {
        [identity, options @ ..] if identity.is_keyword("IDENTITY") && (always || by_default) => {
            let options = if options.is_empty() { "" } else { nesting::inside(statement, options, 0)? };
            Some(ColumnValue::Identity { always, options: options.to_owned() })
        }
        expression if always => {
            Some(ColumnValue::Generated(nesting::inside(statement, expression, 0)?.to_owned()))
        }
        _ => None,
    }
}

/// Whether these tokens name a function and the columns it uses, and nothing else. UNCONFIRMED: whether the platform
/// shows masks here.
fn is_mask(tokens: &[Lexeme]) -> bool {
    let dots = tokens.iter().skip(1).step_by(2).take_while(|token| token.token == Token::Period).count();
    match tokens.get(2 * dots + 1..) {
        None => false,
        Some([]) => true,
        Some([using, columns, list @ ..]) => {
            using.is_keyword("USING")
                && columns.is_keyword("COLUMNS")
                && Nesting::of(list).closing(0) == Some(list.len().wrapping_sub(1))
        }
        Some(_) => false,
    }
}
