//! Names of securables in messages, without quotes.

use clxs_api::{FullName, Identifier};

/// The name without its catalog, which is the same in all lines; a catalog itself keeps its own.
pub(crate) fn within_catalog(name: &FullName) -> String {
    match name.parts() {
        [_, rest @ ..] if !rest.is_empty() => {
            rest.iter().map(Identifier::as_str).collect::<Vec<_>>().join(".")
        }
        _ => name.dotted(),
    }
}
