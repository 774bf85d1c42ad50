//! String literals, quoted by type: the only way a text gets into SQL text.

use std::fmt;

/// A SQL string literal. `Display` writes it in single quotes with backslash escapes: doubling a quote is
/// not an escape on Databricks SQL, it silently drops the quote (`facts/settled.md` §9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlLiteral(String);

impl SqlLiteral {
    /// A literal with this value. Any text is allowed.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value without quotes.
    pub fn value(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SqlLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'")?;
        for character in self.0.chars() {
            match character {
                '\'' => f.write_str("\\'")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\0' => f.write_str("\\0")?,
                other => write!(f, "{other}")?,
            }
        }
        f.write_str("'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_backslashes_and_newlines_are_escaped_with_a_backslash() {
        assert_eq!(SqlLiteral::new("it's \\ a\nb").to_string(), r"'it\'s \\ a\nb'");
    }
}
