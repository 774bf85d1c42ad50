//! Names of new securables.

use clxs_api::{Identifier, SecurableKind};

use crate::metastore::MetastoreError;

/// The name of a new securable, in lower case.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`] for names that Unity Catalog refuses (facts/sql.md §1), in the words of
/// `facts/rest_api.md` §2.
pub(crate) fn new_name(kind: &SecurableKind, text: &str) -> Result<Identifier, MetastoreError> {
    let refused = || {
        let word = capitalised(kind.as_str());
        MetastoreError::invalid(format!(
            "Invalid input: RPC Create{word} Field managedcatalog.{word}Info.name: name \"{text}\" is not a valid \
             name. Valid names cannot contain spaces, periods, forward slashes, or control characters."
        ))
    };
    if text.contains([' ', '.', '/']) {
        return Err(refused());
    }
    Ok(Identifier::new(text).map_err(|_| refused())?.to_lowercase())
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + &rest.to_lowercase()
}
