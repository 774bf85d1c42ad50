//! Full names as the platform writes them into histories, dependencies and keys: whether with quotes is UNCONFIRMED.

use clxs_api::{FullName, Identifier, NameError};

/// Reads a full name whose parts may be quoted. No part holds a dot (`facts/sql.md` §1).
///
/// # Errors
/// [`NameError`] when a part is no identifier.
pub(super) fn full_name(text: &str) -> Result<FullName, NameError> {
    FullName::new(text.split('.').map(identifier).collect::<Result<Vec<_>, _>>()?)
}

/// A part without the quotes that it may have. Backticks inside of a name are part of it.
fn identifier(part: &str) -> Result<Identifier, NameError> {
    let inner = part.strip_prefix('`').and_then(|part| part.strip_suffix('`'));
    match inner.map(|inner| inner.replace("``", "`")) {
        Some(inner) if !inner.is_empty() => Identifier::new(inner),
        _ => Identifier::new(part),
    }
}

/// A name as texts write it, in lower case and with the parts of the session that it lacks.
pub(crate) fn complete(
    parts: &[Identifier],
    (catalog, schema): &(Identifier, Identifier),
) -> Option<FullName> {
    let missing = [catalog, schema].into_iter().take(3_usize.saturating_sub(parts.len()));
    FullName::new(missing.cloned().chain(parts.iter().cloned())).ok().map(|name| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_off_and_backticks_of_names_stay() {
        for (text, parts) in [
            ("a.b.c", ["a", "b", "c"]),
            ("`a`.b.`c-d`", ["a", "b", "c-d"]),
            ("a`b.x``y.`z", ["a`b", "x``y", "`z"]),
            ("`a``b`.``.c", ["a`b", "``", "c"]),
        ] {
            let name = full_name(text).unwrap();
            assert!(name.parts().iter().map(Identifier::as_str).eq(parts), "{text}: {name}");
        }
        assert!(full_name("a..c").is_err());
    }
}
