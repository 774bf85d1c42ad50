//! Names of new securables.

use clxs_api::{Identifier, SecurableKind};

use crate::metastore::{MetastoreError, type_word};

/// The name of a new securable, in lower case.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`] for names that Unity Catalog refuses (facts/sql.md §1), in the words of
/// `facts/rest_api.md` §2.
pub(crate) fn new_name(kind: &SecurableKind, text: &str) -> Result<Identifier, MetastoreError> {
    let refused = || {
        let word = type_word(kind).replace(' ', "");
        MetastoreError::invalid(format!(
            "Invalid input: RPC Create{word} Field managedcatalog.{word}Info.name: name \"{text}\" is not a valid \
             name. Valid names cannot contain spaces, periods, forward slashes, or control characters."
        ))
    };
    let name = Identifier::new(text).map_err(|_| refused())?;
    if name.can_name_a_securable() { Ok(name.to_lowercase()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_names_the_call_and_the_field_in_the_platforms_words() {
        for (kind, words) in [
            (SecurableKind::Catalog, "RPC CreateCatalog Field managedcatalog.CatalogInfo.name: name \"a b\""),
            (SecurableKind::ExternalLocation, "RPC CreateExternalLocation Field"),
        ] {
            let refused = new_name(&kind, "a b").unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
        assert_eq!(new_name(&SecurableKind::Catalog, "Prod").unwrap().as_str(), "prod");
    }
}
