//! Why a workspace cannot be used.

use std::path::PathBuf;

use thiserror::Error;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a workspace cannot be opened or used. What goes wrong in requests is answered in the protocol.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder or a file in it cannot be made or read.
    #[error("the workspace folder `{}` cannot be used", root.display())]
    Folder {
        /// The folder.
        root: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The metastore of the folder cannot be used.
    #[error("the metastore of workspace `{}` cannot be used", root.display())]
    Metastore {
        /// The folder.
        root: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Connections can no longer be taken.
    #[error("the workspace can no longer be served")]
    Server {
        /// What the system says.
        source: std::io::Error,
    },
}
