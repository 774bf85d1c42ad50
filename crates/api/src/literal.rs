//! String literals, quoted by type: the only way a text gets into SQL text.

use std::fmt;

/// A SQL string literal. `Display` writes it in single quotes with backslash escapes: doubling a quote is
/// not an escape on Databricks SQL, it silently drops the quote (`facts/settled.md` §9).
///
/// U+0000 is `\0` (`facts/sql.md` §1), but before a digit, where Spark would read an octal escape, it is Spark's
/// `\u0000`. UNCONFIRMED on warehouses, which are not documented to have either.
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
        let mut characters = self.0.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\'' => f.write_str("\\'")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\0' if characters.peek().is_some_and(|next| next.is_digit(8)) => f.write_str("\\u0000")?,
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

    #[test]
    fn zero_character_before_a_digit_is_not_written_as_the_start_of_an_octal_escape() {
        assert_eq!(SqlLiteral::new("\0").to_string(), r"'\0'");
        assert_eq!(SqlLiteral::new("\x0012\08\0\0").to_string(), r"'\u000012\08\0\0'");
    }
}
