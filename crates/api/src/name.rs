//! Names of securables, quoted by type: the only way a name gets into SQL text.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The longest identifier the platform accepts, in characters (`facts/sql.md` §1).
pub const MAX_IDENTIFIER_CHARS: usize = 255;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// The identifier has no character.
    #[error("a name must not be empty")]
    Empty,
    /// The identifier is too long.
    #[error("the name `{start}…` has {chars} characters, at most {MAX_IDENTIFIER_CHARS} are allowed")]
    TooLong {
        /// The first characters of the name.
        start: String,
        /// How many characters it has.
        chars: usize,
    },
    /// The identifier holds a control character.
    #[error("the name {name:?} holds a control character")]
    ControlCharacter {
        /// The name as given.
        name: String,
    },
    /// A full name with too few or too many parts.
    #[error("`{name}` has {parts} parts; a full name has one to four")]
    Parts {
        /// The name as given.
        name: String,
        /// How many parts it has.
        parts: usize,
    },
}

/// One part of a name. `Display` quotes it with backticks, so it can be put into SQL text as it is. Clones share
/// the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(Arc<str>);

impl Identifier {
    /// Takes any text the platform could have accepted as a name: 1 to 255 characters, no control character.
    ///
    /// # Errors
    /// [`NameError`] says which rule the text breaks.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        let chars = text.chars().count();
        if chars == 0 {
            Err(NameError::Empty)
        } else if chars > MAX_IDENTIFIER_CHARS {
            Err(NameError::TooLong { start: text.chars().take(20).collect(), chars })
        } else if text.chars().any(char::is_control) {
            Err(NameError::ControlCharacter { name: text })
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The name without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Unity Catalog makes a securable of this name: columns may be called otherwise (`facts/sql.md` §1,
    /// `facts/rest_api.md` §2).
    pub fn can_name_a_securable(&self) -> bool {
        !self.0.contains([' ', '.', '/'])
    }

    /// The name as Unity Catalog stores names of securables: in lower case (`facts/sql.md` §1).
    #[must_use]
    pub fn to_lowercase(&self) -> Self {
        let is_lower = self.0.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_lower { self.clone() } else { Self(self.0.to_lowercase().into()) }
    }

    /// Whether both name the same securable or column: case does not count.
    pub fn matches(&self, other: &str) -> bool {
        if self.0.is_ascii() && other.is_ascii() {
            return self.0.eq_ignore_ascii_case(other);
        }
        self.0.to_lowercase() == other.to_lowercase()
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.replace('`', "``"))
    }
}

impl FromStr for Identifier {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The full name of a securable: `catalog`, `catalog.schema`, `catalog.schema.name` or, for a column,
/// `catalog.schema.table.column`. `Display` quotes every part; [`FullName::dotted`] is the REST form. A plan holds
/// each name many times: clones share it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FullName(Arc<[Identifier]>);

impl FullName {
    /// Makes a name of one to four parts.
    ///
    /// # Errors
    /// [`NameError::Parts`] for any other count.
    pub fn new(parts: impl IntoIterator<Item = Identifier>) -> Result<Self, NameError> {
        let parts: Arc<[_]> = parts.into_iter().collect();
        if (1..=4).contains(&parts.len()) {
            Ok(Self(parts))
        } else {
            let name = parts.iter().map(Identifier::as_str).collect::<Vec<_>>().join(".");
            Err(NameError::Parts { name, parts: parts.len() })
        }
    }

    /// The full name of a catalog.
    pub fn of_catalog(catalog: Identifier) -> Self {
        Self([catalog].into())
    }

    /// The name of a child, such as a schema of this catalog.
    #[must_use]
    pub fn child(&self, name: Identifier) -> Self {
        Self(self.0.iter().cloned().chain([name]).collect())
    }

    /// The securable this one is in; `None` for a catalog.
    pub fn parent(&self) -> Option<Self> {
        (self.0.len() > 1).then(|| Self(self.0[..self.0.len() - 1].into()))
    }

    /// The same name in another catalog.
    #[must_use]
    pub fn in_catalog(&self, catalog: &Identifier) -> Self {
        Self([catalog].into_iter().chain(&self.0[1..]).cloned().collect())
    }

    /// All parts, outermost first.
    pub fn parts(&self) -> &[Identifier] {
        &self.0
    }

    /// The first part.
    pub fn catalog(&self) -> &Identifier {
        &self.0[0]
    }

    /// The second part, if there is one.
    pub fn schema(&self) -> Option<&Identifier> {
        self.0.get(1)
    }

    /// The last part: the securable's own name.
    pub fn name(&self) -> &Identifier {
        &self.0[self.0.len() - 1]
    }

    /// The form REST uses in paths and fields: the bare parts with dots between.
    pub fn dotted(&self) -> String {
        self.0.iter().map(Identifier::as_str).collect::<Vec<_>>().join(".")
    }

    /// Reads the REST form. Names of catalogs, schemas and what is in them hold no dot (`facts/sql.md` §1);
    /// a column's name may, so everything after the third dot is the column.
    ///
    /// # Errors
    /// [`NameError`] when a part is no identifier.
    pub fn from_dotted(text: &str) -> Result<Self, NameError> {
        Self::new(text.splitn(4, '.').map(Identifier::new).collect::<Result<Vec<_>, _>>()?)
    }

    /// All parts in lower case, as Unity Catalog stores them.
    #[must_use]
    pub fn to_lowercase(&self) -> Self {
        Self(self.0.iter().map(Identifier::to_lowercase).collect())
    }
}

impl fmt::Display for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            write!(f, "{}{part}", if index == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl Serialize for FullName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.dotted())
    }
}

impl<'de> Deserialize<'de> for FullName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_dotted(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifier_with_backtick_is_quoted_by_doubling_it() {
        assert_eq!(Identifier::new("a`b").unwrap().to_string(), "`a``b`");
    }

    #[test]
    fn names_that_the_platform_refuses_are_refused() {
        assert_eq!(Identifier::new(""), Err(NameError::Empty));
        assert!(matches!(Identifier::new("x".repeat(256)), Err(NameError::TooLong { chars: 256, .. })));
        assert!(matches!(Identifier::new("a\nb"), Err(NameError::ControlCharacter { .. })));
        assert_eq!(FullName::from_dotted("c..t"), Err(NameError::Empty));
        assert!(matches!(FullName::new([]), Err(NameError::Parts { parts: 0, .. })));
    }

    #[test]
    fn dotted_name_round_trips_and_a_column_may_hold_dots() {
        let column = FullName::from_dotted("c.s.t.a.b").unwrap();
        assert_eq!(column.name().as_str(), "a.b");
        assert_eq!(column.dotted(), "c.s.t.a.b");
        assert_eq!(column.parent().unwrap().to_string(), "`c`.`s`.`t`");
    }

    #[test]
    fn name_moves_to_another_catalog_and_keeps_the_rest() {
        let name = FullName::from_dotted("prod.sales.orders").unwrap();
        assert_eq!(name.in_catalog(&Identifier::new("dev").unwrap()).dotted(), "dev.sales.orders");
    }
}
