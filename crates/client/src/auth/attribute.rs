//! What can be configured about a workspace, and under which names.

/// Credentials that belong together; two families side by side are ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Pat,
    Basic,
    OAuth,
    MetadataService,
    Azure,
    Google,
}

impl Family {
    /// The family as the official clients call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pat => "pat",
            Self::Basic => "basic",
            Self::OAuth => "oauth",
            Self::MetadataService => "metadata-service",
            Self::Azure => "azure",
            Self::Google => "google",
        }
    }
}

/// One thing that can be configured.
#[derive(Debug)]
pub(super) struct Attribute {
    /// Its key in a profile.
    pub(super) name: &'static str,
    /// Its environment variable.
    pub(super) variable: &'static str,
    /// The credentials it belongs to.
    pub(super) family: Option<Family>,
}

const fn attribute(name: &'static str, variable: &'static str, family: Option<Family>) -> Attribute {
    Attribute { name, variable, family }
}

/// The file of profiles.
pub(super) const CONFIG_FILE: &str = "DATABRICKS_CONFIG_FILE";
/// The profile to use.
pub(super) const CONFIG_PROFILE: &str = "DATABRICKS_CONFIG_PROFILE";

/// Everything that names a workspace or lets one in (`facts/rest_api.md` §4.1).
pub(super) const ATTRIBUTES: &[Attribute] = &[
    attribute("host", "DATABRICKS_HOST", None),
    attribute("warehouse_id", "DATABRICKS_WAREHOUSE_ID", None),
    attribute("auth_type", "DATABRICKS_AUTH_TYPE", None),
    attribute("token", "DATABRICKS_TOKEN", Some(Family::Pat)),
    attribute("username", "DATABRICKS_USERNAME", Some(Family::Basic)),
    attribute("password", "DATABRICKS_PASSWORD", Some(Family::Basic)),
    attribute("client_id", "DATABRICKS_CLIENT_ID", Some(Family::OAuth)),
    attribute("client_secret", "DATABRICKS_CLIENT_SECRET", Some(Family::OAuth)),
    attribute("metadata_service_url", "DATABRICKS_METADATA_SERVICE_URL", Some(Family::MetadataService)),
    attribute("azure_workspace_resource_id", "DATABRICKS_AZURE_RESOURCE_ID", Some(Family::Azure)),
    attribute("azure_tenant_id", "ARM_TENANT_ID", Some(Family::Azure)),
    attribute("azure_client_id", "ARM_CLIENT_ID", Some(Family::Azure)),
    attribute("azure_client_secret", "ARM_CLIENT_SECRET", Some(Family::Azure)),
    attribute("azure_use_msi", "ARM_USE_MSI", Some(Family::Azure)),
    attribute("google_service_account", "DATABRICKS_GOOGLE_SERVICE_ACCOUNT", Some(Family::Google)),
    attribute("google_credentials", "GOOGLE_CREDENTIALS", Some(Family::Google)),
];
