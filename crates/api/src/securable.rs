//! Kinds of securables: what grants attach to.

use crate::wire_enum::wire_enum;

wire_enum! {
    /// The kind of a securable as REST names it. Views, materialized views and streaming tables are
    /// `TABLE`, registered models are `FUNCTION` in permission paths (`facts/rest_api.md` §6).
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
        AgentService = "AGENT_SERVICE",
        CleanRoom = "CLEAN_ROOM",
        Credential = "CREDENTIAL",
        ExternalMetadata = "EXTERNAL_METADATA",
        Feature = "FEATURE",
        McpService = "MCP_SERVICE",
        ModelProviderService = "MODEL_PROVIDER_SERVICE",
        ModelService = "MODEL_SERVICE",
        Pipeline = "PIPELINE",
        Skill = "SKILL",
        StagingTable = "STAGING_TABLE",
    }
}

impl SecurableKind {
    /// The segment of paths of permissions: the value in lower case, but that of functions for registered
    /// models (`facts/rest_api.md` §6).
    pub fn path_segment(&self) -> String {
        match self {
            Self::RegisteredModel => Self::Function.path_segment(),
            other => other.as_str().to_lowercase(),
        }
    }

    /// The word SQL uses in `GRANT … ON <word> name`: the value with blanks (`facts/sql.md` §4).
    pub fn sql_keyword(&self) -> String {
        self.as_str().replace('_', " ")
    }
}
