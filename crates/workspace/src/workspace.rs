//! Opening a workspace folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use fs_err::os::unix::fs::OpenOptionsExt;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use crate::backup::{self, BackupError, BackupSummary};
use crate::error::{Error, Result};
use crate::faults::{FaultError, FaultPlan};
use crate::http::{self, AppState};
use crate::metastore::{Metastore, MetastoreError, PrincipalKind, PrincipalRow, Transaction};
use crate::sql::settle_interrupted_writes;

/// The principal every workspace is made with: it owns the metastore.
pub const ADMIN: &str = "admin@clxs.local";
/// The file that holds the admin's token.
const ADMIN_TOKEN: &str = "admin.token";

/// How a workspace behaves.
#[derive(Debug, Clone)]
pub struct WorkspaceOptions {
    /// How many statements run at once on warehouse `local`.
    pub slots: usize,
    /// Whether requests with fields that the protocol does not have are refused, as tests of clients want,
    /// instead of read without them, as the platform does.
    pub strict_requests: bool,
}

/// An open workspace folder: the embedded lakehouse. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: Arc<Path>,
    state: AppState,
    options: WorkspaceOptions,
}

/// What there is to say about a workspace.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkspaceSummary {
    /// Its folder.
    pub root: PathBuf,
    /// The number in `x-databricks-org-id`.
    pub workspace_id: i64,
    /// The metastore's id.
    pub metastore_id: String,
    /// Who owns the metastore.
    pub admin: String,
    /// How many statements run at once.
    pub slots: usize,
}

impl Default for WorkspaceOptions {
    fn default() -> Self {
        Self {
            slots: std::thread::available_parallelism().map_or(4, |cores| 2 * cores.get()),
            strict_requests: false,
        }
    }
}

impl Workspace {
    /// Opens a folder, makes it when it is new, and settles what processes left that died while they wrote.
    /// Several processes may have the same folder open.
    ///
    /// # Errors
    /// [`Error::Folder`] and [`Error::Metastore`] when the folder is not usable.
    pub async fn open(root: impl AsRef<Path>, options: WorkspaceOptions) -> Result<Self> {
        let root = root.as_ref().to_owned();
        let folder_error = |source| Error::Folder { root: root.clone(), source };
        create_private_folder(&root).map_err(folder_error)?;
        let root: Arc<Path> = fs_err::canonicalize(&root).map_err(folder_error)?.into();
        let opened = Arc::clone(&root);
        let open = move || {
            let metastore = Metastore::open(&opened, ADMIN)?;
            backup::remove_abandoned(&opened)?;
            Ok::<_, MetastoreError>(metastore)
        };
        let metastore = spawn_blocking(open)
            .await
            .map_err(|source| MetastoreError::Interrupted { source })
            .flatten()
            .map_err(|error| metastore_error(&root, error))?;
        let state = AppState::new(metastore, options.slots, options.strict_requests).map_err(folder_error)?;
        let workspace = Self { root, state, options };
        workspace.settle().await?;
        workspace.keep_admin_token().await?;
        Ok(workspace)
    }

    /// The whole protocol as a service, authenticated by tokens; to be called in-process or served over TCP.
    pub fn router(&self) -> Router {
        http::router(self.state.clone())
    }

    /// Serves the router over TCP until `shutdown`; requests under way are answered first.
    ///
    /// # Errors
    /// [`Error::Server`] when the system gives no more connections.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        axum::serve(listener, self.router())
            .with_graceful_shutdown(shutdown)
            .await
            .map_err(|source| Error::Server { source })
    }

    /// The admin's token.
    ///
    /// # Errors
    /// [`Error::Folder`] when the file is gone or unreadable.
    pub fn admin_token(&self) -> Result<String> {
        let text = fs_err::read_to_string(self.root.join(ADMIN_TOKEN));
        let text = text.map_err(|source| Error::Folder { root: self.root.to_path_buf(), source })?;
        Ok(text.trim().to_owned())
    }

    /// Makes a token for a principal. A new name becomes a user.
    ///
    /// # Errors
    /// [`Error::Metastore`]
    pub async fn create_token(&self, principal: &str) -> Result<String> {
        let principal = principal.to_owned();
        self.write(move |tx| {
            if tx.principal(&principal)?.is_none() {
                tx.insert_principal(PrincipalKind::User, &principal, &principal)?;
            }
            tx.insert_token(&principal)
        })
        .await
    }

    /// Makes a user unless there is one of that name.
    ///
    /// # Errors
    /// [`Error::Metastore`], also when the name is another kind of principal's.
    pub async fn create_user(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.write(move |tx| find_or_insert(tx, PrincipalKind::User, &name).map(drop)).await
    }

    /// Makes a group of users, service principals and groups. A group that is there gets the members it lacks.
    ///
    /// # Errors
    /// [`Error::Metastore`], also for a member that nobody is and for a name that is another kind of principal's.
    pub async fn create_group(&self, name: &str, members: &[&str]) -> Result<()> {
        let name = name.to_owned();
        let members: Vec<_> = members.iter().map(|&member| member.to_owned()).collect();
        self.write(move |tx| {
            let group = find_or_insert(tx, PrincipalKind::Group, &name)?;
            for name in members {
                let member = tx.principal(&name)?.ok_or(MetastoreError::PrincipalNotFound { name })?;
                tx.insert_member(group.id, member.id)?;
            }
            Ok(())
        })
        .await
    }

    /// Writes the metastore and everything that the workspace manages into one file, which must not exist. The
    /// workspace can be used meanwhile, by other processes too.
    ///
    /// # Errors
    /// [`BackupError`]; there is no file then.
    pub async fn backup(&self, file: impl AsRef<Path>) -> Result<BackupSummary, BackupError> {
        backup::write(&self.state.metastore, &self.root, file.as_ref().to_owned()).await
    }

    /// Makes a workspace folder from a backup: absent or empty before, whole afterwards. Blocks. Tokens are those of
    /// the backup; the admin's is made anew when the folder is opened.
    ///
    /// # Errors
    /// [`BackupError`]; the folder is as it was then.
    pub fn restore(file: impl AsRef<Path>, root: impl AsRef<Path>) -> Result<BackupSummary, BackupError> {
        backup::restore(file.as_ref(), root.as_ref())
    }

    /// Lets faults happen from now on, in place of those that were set before.
    ///
    /// # Errors
    /// [`FaultError`] for a plan that cannot be.
    pub fn set_faults(&self, plan: FaultPlan) -> std::result::Result<(), FaultError> {
        plan.check()?;
        self.state.faults.set(plan);
        Ok(())
    }

    /// What there is to say about it.
    pub fn summary(&self) -> WorkspaceSummary {
        let metastore = self.state.metastore.metastore();
        WorkspaceSummary {
            root: self.root.to_path_buf(),
            workspace_id: metastore.workspace_id,
            metastore_id: metastore.id.clone(),
            admin: metastore.owner.clone(),
            slots: self.options.slots,
        }
    }

    /// Settles what processes left that died while they wrote, and what was dropped long ago.
    async fn settle(&self) -> Result<()> {
        let settled = settle_interrupted_writes(&self.state.services()).await;
        settled
            .map_err(|source| Error::Metastore { root: self.root.to_path_buf(), source: source.into() })?;
        let purged = self.state.metastore.purge_dropped_tables().await;
        purged.map_err(|error| metastore_error(&self.root, error))
    }

    /// Makes the admin's token unless there is a file with one that opens.
    async fn keep_admin_token(&self) -> Result<()> {
        let file = self.root.join(ADMIN_TOKEN);
        if file.exists() {
            let token = self.admin_token()?;
            let principal = self.state.metastore.read(move |tx| tx.principal_of_token(&token)).await;
            if principal.map_err(|error| metastore_error(&self.root, error))?.as_deref() == Some(ADMIN) {
                return Ok(());
            }
        }
        let token = self.create_token(ADMIN).await?;
        write_private_file(&file, &token)
            .map_err(|source| Error::Folder { root: self.root.to_path_buf(), source })
    }

    async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, MetastoreError> + Send + 'static,
    {
        self.state.metastore.write(work).await.map_err(|error| metastore_error(&self.root, error))
    }
}

/// The principal of this kind and name, made when nobody has the name.
fn find_or_insert(
    tx: &Transaction<'_>,
    kind: PrincipalKind,
    name: &str,
) -> Result<PrincipalRow, MetastoreError> {
    match tx.principal(name)? {
        Some(principal) if principal.kind == kind => Ok(principal),
        // Refuses a name that is taken.
        _ => tx.insert_principal(kind, name, name),
    }
}

fn metastore_error(root: &Path, error: MetastoreError) -> Error {
    Error::Metastore { root: root.to_owned(), source: error.into() }
}

/// Only the user who runs the workspace may look into it.
fn create_private_folder(root: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(root)
}

/// Written beside and renamed, so that nobody reads half a token.
fn write_private_file(file: &Path, content: &str) -> std::io::Result<()> {
    use std::io::Write;
    let new = file.with_extension(std::process::id().to_string());
    let mut options = fs_err::OpenOptions::new();
    let mut written = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    writeln!(written, "{content}")?;
    written.sync_all()?;
    fs_err::rename(new, file)
}
