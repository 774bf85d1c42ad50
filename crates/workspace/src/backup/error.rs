//! What goes wrong with backups.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no backup, or why one cannot be restored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A file of that name is there.
    #[error("`{}` exists; name a new file", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The folder to restore into holds something.
    #[error("the folder `{}` is not empty; name a new one, or empty it", root.display())]
    NotEmpty {
        /// The folder.
        root: PathBuf,
    },
    /// The file is no whole backup.
    #[error("the backup `{}` is damaged: {reason}; nothing was restored, use another one", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The backup is of a later version of this program.
    #[error("the backup `{}` has format {format}, which a newer clxs wrote; restore it with that one", file.display())]
    NewerFormat {
        /// The file.
        file: PathBuf,
        /// The number of its format.
        format: u32,
    },
    /// A file cannot be read or written.
    #[error("a file cannot be read or written")]
    Io {
        /// What the system says, and of which file.
        #[from]
        source: io::Error,
    },
    /// The metastore cannot be copied.
    #[error("the metastore cannot be copied; see whether the workspace opens")]
    Metastore {
        /// What it says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
