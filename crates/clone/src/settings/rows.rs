//! Which rows of a table are cloned.

use std::collections::BTreeMap;
use std::fmt;

use clxs_api::FullName;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::within_schema;
use crate::rewrite::expression_problem;
use crate::{Error, Result};

/// The key that means every table.
pub const EVERY_TABLE: &str = "*";

/// Which rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowScope {
    /// All of them.
    All,
    /// None: only the table as such.
    None,
    /// Those that meet a condition.
    Where(Condition),
}

impl RowScope {
    /// Reads what `Display` wrote.
    pub(crate) fn from_text(text: &str) -> Self {
        match text {
            "all" => Self::All,
            "none" => Self::None,
            other => Self::Where(Condition(other.strip_prefix("where ").unwrap_or(other).to_owned())),
        }
    }
}

impl fmt::Display for RowScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
            Self::Where(condition) => write!(f, "where {condition}"),
        }
    }
}

/// The text of one SQL expression, code of the user that runs with the user's rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(String);

impl Condition {
    /// Takes a text that is one expression as far as its tokens tell: no second statement, no parenthesis that closes
    /// what the text did not open. Whether it means something, the workspace is asked before anything is done.
    ///
    /// # Errors
    /// [`Error::InvalidCondition`].
    pub fn new(text: &str) -> Result<Self> {
        let text = text.trim();
        match expression_problem(text) {
            None => Ok(Self(text.to_owned())),
            Some(problem) => Err(Error::InvalidCondition { text: text.to_owned(), problem }),
        }
    }

    /// Both conditions.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(format!("({self}) AND ({other})"))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Conditions by `schema.table` in lower case, or for every table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Conditions(BTreeMap<String, Condition>);

impl Conditions {
    /// Reads conditions as they were written. Of several for one table, whose name has no case, all must hold.
    ///
    /// # Errors
    /// [`Error::InvalidCondition`] for one that is no expression.
    pub fn new<'a>(written: impl IntoIterator<Item = (&'a String, &'a String)>) -> Result<Self> {
        let mut read: BTreeMap<String, Condition> = BTreeMap::new();
        for (table, text) in written {
            let condition = Condition::new(text)?;
            let table = table.trim().to_lowercase();
            let condition = match read.remove(&table) {
                Some(other) => other.and(&condition),
                None => condition,
            };
            read.insert(table, condition);
        }
        Ok(Self(read))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tables that are named.
    pub fn tables(&self) -> impl Iterator<Item = &String> {
        self.0.keys().filter(|name| *name != EVERY_TABLE)
    }

    /// What the rows of a table must meet: its own condition and that of every table.
    pub fn of(&self, table: &FullName) -> Option<Condition> {
        match (self.0.get(&within_schema(table)), self.0.get(EVERY_TABLE)) {
            (Some(own), Some(every)) => Some(own.and(every)),
            (own, every) => own.or(every).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_conditions_hold_of_a_table_that_is_named_twice() {
        let written = [("Bronze.Events", "id > 1 OR id < 0"), ("bronze.events", "NOT deleted")]
            .map(|(table, text)| (table.to_owned(), text.to_owned()));
        let conditions = Conditions::new(written.iter().map(|(table, text)| (table, text))).unwrap();
        let found = conditions.of(&FullName::from_dotted("prod.bronze.events").unwrap()).unwrap();
        assert_eq!(found.to_string(), "(id > 1 OR id < 0) AND (NOT deleted)");
    }

    #[test]
    fn condition_of_every_table_comes_on_top_of_a_tables_own() {
        let written = [("Bronze.Events", "id > 1 OR id < 0"), ("*", "NOT deleted")]
            .map(|(table, text)| (table.to_owned(), text.to_owned()));
        let conditions = Conditions::new(written.iter().map(|(table, text)| (table, text))).unwrap();
        let of =
            |name: &str| conditions.of(&FullName::from_dotted(name).unwrap()).map(|found| found.to_string());
        assert_eq!(of("prod.bronze.events").unwrap(), "(id > 1 OR id < 0) AND (NOT deleted)");
        assert_eq!(of("prod.bronze.users").unwrap(), "NOT deleted");
    }

    #[test]
    fn what_is_more_or_less_than_one_expression_is_refused() {
        for text in [
            "",
            "  ",
            "-- nothing",
            "true; DROP TABLE prod.s.t",
            "true) OR (true",
            "(true",
            "id IN (1, 2",
            "name = 'open",
            "true /* open",
            "SELECT true",
            "DELETE FROM prod.s.t",
            "WHERE true",
            "true -- the rest",
        ] {
            assert!(matches!(Condition::new(text), Err(Error::InvalidCondition { .. })), "{text}");
        }
    }

    #[test]
    fn expressions_with_strings_names_and_subqueries_are_taken() {
        for text in [
            "name = 'a;b) -- c' AND `odd;name` > 1",
            "id IN (SELECT id FROM other WHERE kind = \"x\")",
            "country IN ('GB', 'IE') /* both */ OR true",
            "select_all = 1",
        ] {
            assert_eq!(Condition::new(text).unwrap().to_string(), text);
        }
    }
}
