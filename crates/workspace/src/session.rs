//! What a statement is run with.

use clxs_api::Identifier;

use crate::principal::Principal;

/// Who runs a statement, and where its unqualified names are looked up. Each statement of the REST API has
/// a session of its own (`facts/rest_api.md` §7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) principal: Principal,
    pub(crate) catalog: Identifier,
    pub(crate) schema: Identifier,
}
