//! Every environment variable clxs reads, in one list.
//!
//! Besides these, each key of the configuration can be set as `CLXS_` and the key in capitals, such as
//! `CLXS_MAX_WORKERS=8`; lists are separated by commas. Credentials are read from the variables of the
//! official clients, `DATABRICKS_TOKEN` above all; the client knows them.

use std::path::PathBuf;

pub(crate) use clxs_client::auth::Environment;

/// The folder that holds all state: the embedded workspace, the journal and the user's configuration.
pub(crate) const CLXS_HOME: &str = "CLXS_HOME";
/// The configuration file to read instead of the project's.
pub(crate) const CLXS_CONFIG: &str = "CLXS_CONFIG";
/// What is logged, as directives of `tracing`; wins over `-v`.
pub(crate) const CLXS_LOG: &str = "CLXS_LOG";
/// What every key of the configuration begins with as an environment variable.
pub(crate) const SETTING_PREFIX: &str = "CLXS_";

/// Whether a variable is one of ours that is no setting. Those of tests are read by builds for tests alone.
pub(crate) fn is_own(name: &str) -> bool {
    [CLXS_HOME, CLXS_CONFIG, CLXS_LOG].contains(&name) || name.starts_with("CLXS_TEST_")
}

/// URL of the workspace.
pub(crate) const DATABRICKS_HOST: &str = "DATABRICKS_HOST";
/// Id of the SQL warehouse that runs the statements.
pub(crate) const DATABRICKS_WAREHOUSE_ID: &str = "DATABRICKS_WAREHOUSE_ID";
/// The profile to read from the Databricks configuration file.
pub(crate) const DATABRICKS_CONFIG_PROFILE: &str = "DATABRICKS_CONFIG_PROFILE";

/// When set and not empty, no colour is used.
pub(crate) const NO_COLOR: &str = "NO_COLOR";
/// When set and not `0`, colour is used even when the output is not a terminal.
pub(crate) const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";
/// Certificates of authorities to trust; [`HttpTransport`](clxs_client::HttpTransport) says what it means.
pub(crate) const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// The program that shows web pages.
pub(crate) const BROWSER: &str = "BROWSER";
/// Where data of users lives; `clxs` below it is the default of [`CLXS_HOME`].
pub(crate) const XDG_DATA_HOME: &str = "XDG_DATA_HOME";
/// The user's home.
pub(crate) const HOME: &str = "HOME";

/// The folder that holds all state; `None` when not even `HOME` is known.
pub(crate) fn clxs_home(environment: &Environment) -> Option<PathBuf> {
    let path = |name| environment.get(name).map(PathBuf::from);
    // A relative path there is invalid and must be ignored (XDG Base Directory Specification).
    let data = || path(XDG_DATA_HOME).filter(|path| path.is_absolute());
    let home = || path(HOME).map(|home| home.join(".local/share"));
    path(CLXS_HOME).or_else(|| Some(data().or_else(home)?.join("clxs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_clxs_home_then_data_home_then_the_default() {
        let all = [(CLXS_HOME, "/a"), (XDG_DATA_HOME, "/b"), (HOME, "/c")].into_iter().collect();
        assert_eq!(clxs_home(&all), Some("/a".into()));
        let data = [(CLXS_HOME, ""), (XDG_DATA_HOME, "/b"), (HOME, "/c")].into_iter().collect();
        assert_eq!(clxs_home(&data), Some("/b/clxs".into()));
        let home = [(XDG_DATA_HOME, "relative"), (HOME, "/c")].into_iter().collect();
        assert_eq!(clxs_home(&home), Some("/c/.local/share/clxs".into()));
        assert_eq!(clxs_home(&Environment::default()), None);
    }
}
