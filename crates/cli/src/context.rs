//! What every command has at hand.

use std::path::{Path, PathBuf};

use clxs_client::auth::Configured;

use crate::environment::{self, Environment};
use crate::failure::CliError;
use crate::output::{LogFormat, Printer, style::Style};
use crate::settings::options::Options;
use crate::settings::{self, Loaded};

/// The environment, the settings as loaded, and the printer.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) environment: Environment,
    /// The folder that holds all state.
    pub(crate) home: PathBuf,
    pub(crate) loaded: Loaded,
    pub(crate) printer: Printer,
}

impl Context {
    /// Loads all settings. Findings are kept, so that a command decides what they mean.
    ///
    /// # Errors
    /// When a file cannot be read or no place for state is known.
    pub(crate) fn load(
        flags: &Options,
        config: Option<&Path>,
        environment: Environment,
        printer: Printer,
    ) -> anyhow::Result<Self> {
        let home = environment::clxs_home(&environment).ok_or(CliError::NoHome)?;
        let loaded = settings::load(flags, config, &environment, &home)?;
        if let Some(format) = loaded.combined.get("log_format").and_then(|(value, _)| value.as_str()) {
            printer.set_log_format(LogFormat::named(format).unwrap_or_default());
        }
        let printer = match loaded.combined.get("log_file").and_then(|(value, _)| value.as_str()) {
            Some(path) => {
                let opened = fs_err::File::options().create(true).append(true).open(path);
                printer.with_log_file(opened.map_err(CliError::file("the log file"))?)
            }
            None => printer,
        };
        Ok(Self { environment, home, loaded, printer })
    }

    /// Tells, to who wants to know more, what the program goes by.
    pub(crate) fn log(&self) {
        tracing::info!("state is kept in {}", self.home.display());
        for file in &self.loaded.files {
            tracing::info!("settings are read from {}", file.display());
        }
    }

    /// The settings, when nothing is wrong with them.
    ///
    /// # Errors
    /// With every error found.
    pub(crate) fn options(&self) -> anyhow::Result<Options> {
        self.loaded.options()
    }

    /// The settings of a clone: as [`Context::options`], and the warnings are shown.
    ///
    /// # Errors
    /// With every error found.
    pub(crate) fn clone_options(&self) -> anyhow::Result<Options> {
        let options = self.options()?;
        for warning in self.loaded.warnings() {
            self.printer.message(Style::Warning, &warning.to_string());
        }
        Ok(options)
    }

    /// A setting that is a text, with where it comes from.
    pub(crate) fn configured(&self, key: &str) -> Option<Configured<String>> {
        let (value, origin) = self.loaded.combined.get(key)?;
        Some(Configured { value: value.as_str()?.to_owned(), origin: origin.to_string() })
    }

    /// The journal's file.
    pub(crate) fn journal_path(&self) -> PathBuf {
        self.home.join("state.db")
    }

    /// The folder of the embedded workspace.
    pub(crate) fn workspace_root(&self) -> PathBuf {
        self.home.join("workspace")
    }
}
