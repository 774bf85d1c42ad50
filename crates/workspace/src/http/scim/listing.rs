//! Which part of a list of principals is asked for, and in which order.

use serde::Deserialize;
use serde_json::{Value, json};

use super::filter::{Filter, values};
use crate::http::RestError;

/// How many resources a page has when the caller leaves it to the workspace, and at most: what the official
/// client asks for.
const PAGE: usize = 10_000;

/// Which part of a list is asked for. The official client asks for pages until one is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Listing {
    filter: Option<String>,
    /// From 1.
    start_index: Option<usize>,
    count: Option<usize>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

impl Listing {
    /// Which resources the list is to hold.
    ///
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for what is no filter.
    pub(super) fn filter(&self) -> Result<Option<Filter>, RestError> {
        self.filter.as_deref().map(Filter::parse).transpose()
    }

    /// The page asked for of all resources that match.
    pub(super) fn page(&self, mut matching: Vec<Value>) -> Value {
        self.sort(&mut matching);
        let total = matching.len();
        let first = self.start_index.unwrap_or(1).max(1);
        let count = self.count.unwrap_or(PAGE).min(PAGE);
        let mut page: Vec<_> = matching.into_iter().skip(first - 1).take(count).collect();
        for resource in &mut page {
            self.leave_out(resource);
        }
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total,
            "startIndex": first,
            "itemsPerPage": page.len(),
            "Resources": page,
        })
    }

    fn sort(&self, resources: &mut [Value]) {
        let Some(attribute) = &self.sort_by else { return };
        let text = |resource: &Value| {
            let found = values(resource, attribute);
            found.first().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_lowercase))
        };
        resources.sort_by_cached_key(text);
        if self.sort_order.as_deref().is_some_and(|order| order.eq_ignore_ascii_case("descending")) {
            resources.reverse();
        }
    }

    /// Leaves out what was not asked for.
    fn leave_out(&self, resource: &mut Value) {
        let Some(fields) = resource.as_object_mut() else { return };
        let names = |list: &Option<String>, name: &str| {
            list.as_deref().map(|list| {
                let mut heads = list.split(',').map(|path| path.trim().split('.').next().unwrap_or_default());
                heads.any(|head| head.eq_ignore_ascii_case(name))
            })
        };
        fields.retain(|name, _| {
            let wanted = names(&self.attributes, name).unwrap_or(true) || name == "id" || name == "schemas";
            wanted && !names(&self.excluded_attributes, name).unwrap_or(false)
        });
    }
}
