//! From settings to a client: of a remote workspace, or of the embedded one in this process.

use std::path::Path;
use std::sync::Arc;

use clxs_client::{Client, HttpTransport, RetryPolicy, TokenProvider, Transport, auth};
use clxs_clone::{Engine, Journal};

use crate::context::Context;
use crate::embedded;
use crate::environment::SSL_CERT_FILE;
use crate::failure::CliError;
use crate::settings::finding::Finding;
use crate::settings::layer::Origin;
use crate::settings::options::Options;

/// The value of `host` that names the embedded workspace.
pub(crate) const EMBEDDED: &str = "embedded";
/// The warehouse of the embedded workspace.
pub(crate) const EMBEDDED_WAREHOUSE: &str = "local";

/// A workspace one can talk to.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// Absent when none is configured for a remote workspace.
    pub(crate) warehouse_id: Option<String>,
    /// Which workspace it is, for people.
    pub(crate) workspace: String,
    /// Where host and credentials come from, for people.
    pub(crate) origin: String,
}

impl Connection {
    /// Connects to the workspace that is configured, and to the embedded one when none is.
    ///
    /// # Errors
    /// When the configuration of the workspace is incomplete, or the embedded one cannot be opened.
    pub(crate) async fn open(options: &Options, context: &Context) -> anyhow::Result<Self> {
        let connection = match remote(options, context)? {
            Some(resolved) => Self::to_remote(resolved, context)?,
            None => Self::to_embedded(context).await?,
        };
        connection.log();
        Ok(Self { client: connection.client.with_retry(retry(options, context)), ..connection })
    }

    fn log(&self) {
        tracing::info!("workspace: {}, {}", self.workspace, self.origin);
        tracing::info!("warehouse: {}", self.warehouse_id.as_deref().unwrap_or("none is set"));
    }

    /// Connects to the embedded workspace, whatever is configured.
    ///
    /// # Errors
    /// When it cannot be opened, or this program is built without it.
    pub(crate) async fn to_embedded(context: &Context) -> anyhow::Result<Self> {
        let root = context.workspace_root();
        Ok(Self {
            client: embedded::connect(&root).await?,
            warehouse_id: Some(EMBEDDED_WAREHOUSE.to_owned()),
            workspace: format!("embedded, {}", root.display()),
            origin: format!("token from {}", root.join("admin.token").display()),
        })
    }

    fn to_remote(resolved: auth::Resolved, context: &Context) -> anyhow::Result<Self> {
        let Remote { client, .. } = Remote::new(&resolved, context)?;
        Ok(Self {
            workspace: resolved.host.value.to_string(),
            origin: resolved.origin(),
            client,
            warehouse_id: resolved.warehouse_id.map(|id| id.value),
        })
    }

    /// The warehouse that runs statements.
    ///
    /// # Errors
    /// [`CliError::MissingSetting`] when none is configured.
    pub(crate) fn warehouse_id(&self) -> Result<&str, CliError> {
        let missing = CliError::MissingSetting { key: "sql_warehouse_id", flag: "--warehouse-id" };
        self.warehouse_id.as_deref().ok_or(missing)
    }

    /// An engine on this workspace, with the journal in the folder of the state.
    ///
    /// # Errors
    /// When there is no warehouse or the journal cannot be opened.
    pub(crate) fn engine(&self, context: &Context) -> anyhow::Result<Engine> {
        fs_err::create_dir_all(&context.home)?;
        let journal = Journal::open(context.journal_path())?;
        Ok(Engine::new(self.client.clone(), self.warehouse_id()?, journal))
    }
}

/// How often a request is tried: as the settings say, and when they do not, as often as the client would.
fn retry(options: &Options, context: &Context) -> RetryPolicy {
    let is_set =
        context.loaded.combined.get("max_retries").is_some_and(|(_, origin)| *origin != Origin::Default);
    match options.max_retries.filter(|_| is_set) {
        _ if options.enable_retry == Some(false) => RetryPolicy::never(),
        Some(retries) => RetryPolicy { max_tries: retries.saturating_add(1), ..RetryPolicy::default() },
        None => RetryPolicy::default(),
    }
}

/// A remote workspace, with what its client is made of.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) client: Client,
    pub(crate) credentials: Arc<dyn TokenProvider>,
}

impl Remote {
    /// Nothing is contacted.
    ///
    /// # Errors
    /// When the file of authorities cannot be used.
    pub(crate) fn new(resolved: &auth::Resolved, context: &Context) -> anyhow::Result<Self> {
        let transport = transport(context)?;
        let credentials = resolved.credentials(&transport);
        let client = Client::builder(resolved.host.value.clone())
            .transport(transport.clone())
            .external_transport(transport)
            .credentials(credentials.clone());
        Ok(Self { client: client.build()?, credentials })
    }
}

/// What carries requests to the workspace, to its storage, and to those who give tokens.
///
/// # Errors
/// When the file of authorities cannot be used.
pub(crate) fn transport(context: &Context) -> anyhow::Result<Arc<dyn Transport>> {
    let setting = context.configured("ca_bundle").map(|bundle| bundle.value);
    // Not every system reads the variable itself.
    let bundle = setting.as_deref().or_else(|| context.environment.get(SSL_CERT_FILE));
    Ok(Arc::new(HttpTransport::new(bundle.map(Path::new))?))
}

/// The remote workspace that is configured, if any.
///
/// # Errors
/// When its configuration is contradictory or incomplete, or the project would send the user's own token elsewhere.
pub(crate) fn remote(options: &Options, context: &Context) -> anyhow::Result<Option<auth::Resolved>> {
    if options.host.as_deref() == Some(EMBEDDED) {
        return Ok(None);
    }
    resolve(&explicit(options, context), context)
}

/// Finds the workspace of these settings.
///
/// # Errors
/// As [`remote`].
pub(crate) fn resolve(
    explicit: &auth::Explicit,
    context: &Context,
) -> anyhow::Result<Option<auth::Resolved>> {
    let resolved = auth::resolve(explicit, &context.environment).map_err(clxs_client::Error::from)?;
    if let Some(resolved) = &resolved {
        require_own_host(resolved, context)?;
    }
    Ok(resolved)
}

/// The file of a project may name the workspace, but not another one than that of the credentials in the user's own
/// files.
fn require_own_host(resolved: &auth::Resolved, context: &Context) -> Result<(), CliError> {
    let Some(place) = context.loaded.host_of_project() else { return Ok(()) };
    let host = &resolved.host.value;
    let foreign = match resolved.profile() {
        Some(profile) if resolved.host_of_profile().as_ref() != Some(host) => {
            format!("the profile `{profile}`")
        }
        _ => match context.loaded.token_for_another_host() {
            Some(place) => format!("the token of {place}"),
            None => return Ok(()),
        },
    };
    let message = format!("{foreign} is not of the workspace `{host}` that the project names");
    let hint =
        format!("take host out of {place}, or use credentials of that workspace; --host overrules both");
    let finding = Finding::error(Some(place.clone()), message, Some(hint));
    Err(CliError::Configuration { findings: vec![finding] })
}

/// What the settings say of the workspace; the environment and profiles of Databricks say the rest.
pub(crate) fn explicit(options: &Options, context: &Context) -> auth::Explicit {
    auth::Explicit {
        host: context.configured("host"),
        token_file: context.configured("token_file"),
        token_command: context.configured("token_command"),
        profile: options.profile.clone(),
        warehouse_id: context.configured("sql_warehouse_id"),
        ..auth::Explicit::default()
    }
}
