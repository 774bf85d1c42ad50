//! What can be configured about a workspace, and under which names.

/// Credentials that belong together; two families side by side are ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Pat,
    Basic,
    OAuth,
    EnvOidc,
    FileOidc,
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
            Self::EnvOidc => "env-oidc",
            Self::FileOidc => "file-oidc",
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
    /// Its environment variables, the first that is set counts; none when it is read from profiles only.
    pub(super) variables: &'static [&'static str],
    /// The credentials it belongs to.
    pub(super) family: Option<Family>,
    /// Whether its value must not be shown.
    pub(super) secret: bool,
}

const fn plain(name: &'static str, variables: &'static [&'static str], family: Option<Family>) -> Attribute {
    Attribute { name, variables, family, secret: false }
}

const fn secret(name: &'static str, variables: &'static [&'static str], family: Family) -> Attribute {
    Attribute { name, variables, family: Some(family), secret: true }
}

/// The file of profiles.
pub(super) const CONFIG_FILE: &str = "DATABRICKS_CONFIG_FILE";
/// The profile to use.
pub(super) const CONFIG_PROFILE: &str = "DATABRICKS_CONFIG_PROFILE";

/// Everything that names a workspace or lets one in (`facts/rest_api.md` §4.1; official SDK, config.py).
pub(super) const ATTRIBUTES: &[Attribute] = &[
    plain("host", &["DATABRICKS_HOST"], None),
    plain("warehouse_id", &["DATABRICKS_WAREHOUSE_ID"], None),
    plain("auth_type", &["DATABRICKS_AUTH_TYPE"], None),
    plain("discovery_url", &["DATABRICKS_DISCOVERY_URL"], None),
    plain("scopes", &[], None),
    plain("group_id", &["DATABRICKS_GROUP_ID"], None),
    plain("token_audience", &["DATABRICKS_TOKEN_AUDIENCE"], None),
    plain("azure_environment", &["ARM_ENVIRONMENT"], None),
    plain("databricks_cli_path", &["DATABRICKS_CLI_PATH"], None),
    secret("token", &["DATABRICKS_TOKEN"], Family::Pat),
    plain("username", &["DATABRICKS_USERNAME"], Some(Family::Basic)),
    secret("password", &["DATABRICKS_PASSWORD"], Family::Basic),
    plain("client_id", &["DATABRICKS_CLIENT_ID"], Some(Family::OAuth)),
    secret("client_secret", &["DATABRICKS_CLIENT_SECRET"], Family::OAuth),
    plain("oidc_token_env", &["DATABRICKS_OIDC_TOKEN_ENV"], Some(Family::EnvOidc)),
    plain(
        "oidc_token_filepath",
        &["DATABRICKS_OIDC_TOKEN_FILEPATH", "DATABRICKS_OIDC_TOKEN_FILE"],
        Some(Family::FileOidc),
    ),
    secret("metadata_service_url", &["DATABRICKS_METADATA_SERVICE_URL"], Family::MetadataService),
    plain("azure_workspace_resource_id", &["DATABRICKS_AZURE_RESOURCE_ID"], Some(Family::Azure)),
    plain("azure_tenant_id", &["ARM_TENANT_ID"], Some(Family::Azure)),
    plain("azure_client_id", &["ARM_CLIENT_ID"], Some(Family::Azure)),
    secret("azure_client_secret", &["ARM_CLIENT_SECRET"], Family::Azure),
    plain("azure_use_msi", &["ARM_USE_MSI"], Some(Family::Azure)),
    plain("google_service_account", &["DATABRICKS_GOOGLE_SERVICE_ACCOUNT"], Some(Family::Google)),
    secret("google_credentials", &["GOOGLE_CREDENTIALS"], Family::Google),
];

/// What is given outright only: no variable and no profile of other tools has it.
pub(super) const TOKEN_FILE: Attribute = plain("token_file", &[], Some(Family::Pat));
pub(super) const TOKEN_COMMAND: Attribute = plain("token_command", &[], Some(Family::Pat));

/// Finds an attribute by its name.
pub(super) fn find(name: &str) -> Option<&'static Attribute> {
    const GIVEN: &[Attribute] = &[TOKEN_FILE, TOKEN_COMMAND];
    ATTRIBUTES.iter().chain(GIVEN).find(|attribute| attribute.name == name)
}
