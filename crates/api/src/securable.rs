//! Kinds of securables: what grants attach to.

use crate::wire_enum::wire_enum;

wire_enum! {
    /// The kind of a securable as REST names it. Views, materialized views and streaming tables are
    /// `TABLE`, registered models are `FUNCTION` in permission paths (facts/rest_api.md §6).
    pub enum SecurableKind {
        Metastore = "METASTORE",
        Catalog = "CATALOG",
        Schema = "SCHEMA",
        Table = "TABLE",
        Volume = "VOLUME",
        Function = "FUNCTION",
        RegisteredModel = "MODEL",
        ExternalLocation = "EXTERNAL_LOCATION",
        StorageCredential = "STORAGE_CREDENTIAL",
        Connection = "CONNECTION",
        Share = "SHARE",
        Recipient = "RECIPIENT",
        Provider = "PROVIDER",
    }
}

impl SecurableKind {
    /// The segment of REST paths: the value in lower case.
    pub fn path_segment(&self) -> String {
        self.as_str().to_lowercase()
    }

    /// The word SQL uses in `GRANT … ON <word> name`: the value with blanks.
    pub fn sql_keyword(&self) -> String {
        self.as_str().replace('_', " ")
    }
}
