//! SCIM's filters, of which only `attribute eq "value"` is understood.

use serde_json::Value;

use crate::http::RestError;

/// Which resources a list is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    attribute: String,
    value: String,
}

impl Filter {
    /// Reads `attribute eq "value"`.
    ///
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for everything else.
    pub(super) fn parse(text: &str) -> Result<Self, RestError> {
        let refused = || {
            let message = format!("The filter '{text}' is not understood: use attribute eq \"value\".");
            RestError::invalid(message)
        };
        let [attribute, operator, value] =
            <[&str; 3]>::try_from(text.trim().splitn(3, ' ').collect::<Vec<_>>()).map_err(|_| refused())?;
        let value = value.trim().strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        match value {
            Some(value) if operator.eq_ignore_ascii_case("eq") && !value.contains('"') => {
                Ok(Self { attribute: attribute.to_owned(), value: value.to_owned() })
            }
            _ => Err(refused()),
        }
    }

    /// Whether the attribute of the resource has the value. Names of attributes have no case in SCIM.
    pub(super) fn matches(&self, resource: &Value) -> bool {
        let fields = resource.as_object().into_iter().flatten();
        let mut values = fields.filter(|(name, _)| name.eq_ignore_ascii_case(&self.attribute));
        values.any(|(_, value)| value == &self.value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filter_compares_the_attribute_it_names_and_no_other() {
        let resource = json!({ "userName": "ann@x", "displayName": "Ann" });
        for (filter, matches) in [
            ("userName eq \"ann@x\"", true),
            ("USERNAME EQ \"ann@x\"", true),
            ("displayName eq \"Ann\"", true),
            ("displayName eq \"ann@x\"", false),
            ("userName eq \"Ann\"", false),
            ("nothing eq \"Ann\"", false),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().matches(&resource), matches, "{filter}");
        }
    }

    #[test]
    fn other_operators_and_unquoted_values_are_refused() {
        for filter in ["", "userName", "userName eq ann", "userName co \"a\"", "a eq \"b\" or c eq \"d\""] {
            assert!(Filter::parse(filter).is_err(), "{filter}");
        }
    }
}
