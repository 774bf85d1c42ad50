//! Policies by attribute: row filters and column masks for whatever carries certain tags.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::wire_enum::wire_enum;
use crate::{Extra, SecurableKind, null_as_default};

wire_enum! {
    /// What a policy does.
    pub enum PolicyType {
        RowFilter = "POLICY_TYPE_ROW_FILTER",
        ColumnMask = "POLICY_TYPE_COLUMN_MASK",
        Grant = "POLICY_TYPE_GRANT",
        Deny = "POLICY_TYPE_DENY",
    }
}

/// A policy. Also the body of requests to make and change one.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyInfo {
    /// Its id.
    pub id: Option<String>,
    /// Its name, unique among the policies on its securable.
    pub name: Option<String>,
    /// The kind of the securable it is on.
    pub on_securable_type: Option<SecurableKind>,
    /// The full name of the securable it is on.
    pub on_securable_fullname: Option<String>,
    /// The kind of the securables it is for.
    pub for_securable_type: Option<SecurableKind>,
    /// What it does; the option of that name says how.
    pub policy_type: Option<PolicyType>,
    /// Of a row filter.
    pub row_filter: Option<RowFilterOptions>,
    /// Of a column mask.
    pub column_mask: Option<ColumnMaskOptions>,
    /// Whom it binds.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub to_principals: Vec<String>,
    /// Whom of these it does not bind.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub except_principals: Vec<String>,
    /// Which tables it is for, as a condition on their tags; absent for all.
    pub when_condition: Option<String>,
    /// Which columns it speaks of.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub match_columns: Vec<MatchColumn>,
    /// Free text about it.
    pub comment: Option<String>,
    /// When it was made, ms.
    pub created_at: Option<i64>,
    /// By whom.
    pub created_by: Option<String>,
    /// When it was last changed, ms.
    pub updated_at: Option<i64>,
    /// By whom.
    pub updated_by: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The function that says which rows are seen.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowFilterOptions {
    /// Its full name.
    pub function_name: String,
    /// What it is called with.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub using: Vec<FunctionArgument>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The function that says what is seen in a column.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnMaskOptions {
    /// Its full name.
    pub function_name: String,
    /// The alias of the columns that are masked, which are its first argument.
    pub on_column: String,
    /// Its further arguments.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub using: Vec<FunctionArgument>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An argument: exactly one field is present.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionArgument {
    /// The alias of a column.
    pub alias: Option<String>,
    /// A literal.
    pub constant: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Columns under an alias.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MatchColumn {
    /// The alias.
    pub alias: Option<String>,
    /// Which columns, as a condition on their tags.
    pub condition: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page of the policies on a securable.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListPoliciesResponse {
    /// The policies of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub policies: Vec<PolicyInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
