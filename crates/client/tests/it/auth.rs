//! Where host and credentials come from (`facts/rest_api.md` §4.1).

use std::path::Path;

use clxs_client::Secret;
use clxs_client::auth::{Configured, CredentialsError, Environment, Explicit, Resolved, resolve};
use rstest::rstest;
use tempfile::TempDir;

use crate::credentials::credentials;
use crate::queue::{Queue, chain};

const PROFILES: &str = "\
[__settings__]
default_profile = team

[DEFAULT]
host = https://default.example
token = default-token

[team]
host = team.example/
token = \"quoted\\token
warehouse_id = w1

[sp]
host = https://sp.example
client_id = id
client_secret = canary-secret

[cli]
host = https://cli.example
auth_type = databricks-cli

[no-host]
token = t
";

/// A home directory with a file of profiles.
pub(crate) fn home(profiles: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs_err::write(home.path().join(".databrickscfg"), profiles).unwrap();
    home
}

pub(crate) fn environment(home: &Path, variables: &[(&str, &str)]) -> Environment {
    let home = ("HOME", home.to_str().unwrap());
    variables.iter().copied().chain([home]).collect()
}

fn find(variables: &[(&str, &str)]) -> Result<Option<Resolved>, CredentialsError> {
    let home = home(PROFILES);
    resolve(&Explicit::default(), &environment(home.path(), variables))
}

pub(crate) fn configured<T>(value: T) -> Configured<T> {
    Configured { value, origin: "clxs.yaml:7".to_owned() }
}

/// The id of the warehouse.
fn warehouse(resolved: &Resolved) -> Option<&str> {
    resolved.warehouse_id.as_ref().map(|id| id.value.as_str())
}

async fn token(resolved: &Resolved) -> String {
    credentials(resolved, &Queue::new([])).token().await.unwrap().token.expose().clone()
}

#[tokio::test]
async fn environment_alone_is_enough_and_the_file_is_not_read() {
    let variables =
        [("DATABRICKS_HOST", "https://env.example"), ("DATABRICKS_TOKEN", "env-token"), ("HOME", "/nowhere")];
    let resolved = resolve(&Explicit::default(), &variables.into_iter().collect()).unwrap().unwrap();
    assert_eq!(resolved.host.value.as_str(), "https://env.example/");
    assert_eq!(token(&resolved).await, "env-token");
    assert_eq!(resolved.origin(), "host from variable DATABRICKS_HOST, token from variable DATABRICKS_TOKEN");
}

#[tokio::test]
async fn default_profile_of_the_settings_wins_over_the_section_of_that_name() {
    let resolved = find(&[]).unwrap().unwrap();
    assert_eq!(resolved.host.value.as_str(), "https://team.example/");
    assert_eq!(token(&resolved).await, "\"quoted\\token");
    assert_eq!(warehouse(&resolved), Some("w1"));
}

#[tokio::test]
async fn section_default_is_used_without_settings_and_is_merged_into_no_other() {
    let home =
        home("[DEFAULT]\nhost = https://default.example\ntoken = t\n[other]\nhost = https://other.example\n");
    let default = resolve(&Explicit::default(), &environment(home.path(), &[])).unwrap().unwrap();
    assert_eq!(default.host.value.as_str(), "https://default.example/");
    let named = environment(home.path(), &[("DATABRICKS_CONFIG_PROFILE", "other")]);
    let error = resolve(&Explicit::default(), &named).unwrap_err();
    assert!(matches!(error, CredentialsError::MissingCredentials { .. }), "{error}");
}

#[tokio::test]
async fn explicit_values_win_over_environment_and_that_over_a_named_profile() {
    let home = home(PROFILES);
    let explicit = Explicit {
        token: Some(configured(Secret::new("explicit".to_owned()))),
        profile: Some("team".into()),
        ..Explicit::default()
    };
    let environment = environment(
        home.path(),
        &[
            ("DATABRICKS_HOST", "env.example"),
            ("DATABRICKS_TOKEN", "env"),
            ("DATABRICKS_CONFIG_PROFILE", "sp"),
        ],
    );
    let resolved = resolve(&explicit, &environment).unwrap().unwrap();
    assert_eq!(resolved.host.value.as_str(), "https://env.example/");
    assert_eq!(token(&resolved).await, "explicit");
    assert_eq!(warehouse(&resolved), Some("w1"));
}

/// A workspace whose token is in a file.
fn with_token_file(path: &Path) -> Resolved {
    let explicit = Explicit {
        host: Some(configured("x.example".to_owned())),
        token_file: Some(configured(path.to_str().unwrap().to_owned())),
        ..Explicit::default()
    };
    resolve(&explicit, &Environment::default()).unwrap().unwrap()
}

#[tokio::test]
async fn token_file_holds_the_token_alone_and_is_read_again_when_the_token_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs_err::write(&path, "from-file\n").unwrap();
    let provider = credentials(&with_token_file(&path), &Queue::new([]));
    assert_eq!(provider.token().await.unwrap().token.expose(), "from-file");
    fs_err::write(&path, "written-later\n").unwrap();
    let first = provider.token().await.unwrap().token;
    assert_eq!(first.expose(), "from-file");
    assert!(provider.refused(&first));
    assert_eq!(provider.token().await.unwrap().token.expose(), "written-later");
}

#[tokio::test]
async fn token_file_without_a_token_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs_err::write(&path, " \n").unwrap();
    let empty = credentials(&with_token_file(&path), &Queue::new([])).token().await.unwrap_err();
    assert!(matches!(empty, CredentialsError::EmptyTokenFile { .. }));
    let missing = with_token_file(&folder.path().join("none"));
    let missing = credentials(&missing, &Queue::new([])).token().await.unwrap_err();
    assert!(chain(&missing).contains("none"), "{}", chain(&missing));
}

#[tokio::test]
async fn token_given_outright_takes_the_place_of_that_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs_err::write(&path, "from-file").unwrap();
    let explicit =
        Explicit { token_file: Some(configured(path.to_str().unwrap().to_owned())), ..Explicit::default() };
    let home = home(PROFILES);
    for variables in [
        &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_TOKEN", "env")][..],
        &[("DATABRICKS_CONFIG_PROFILE", "team")],
    ] {
        let resolved = resolve(&explicit, &environment(home.path(), variables)).unwrap().unwrap();
        assert_eq!(token(&resolved).await, "from-file");
    }
}

#[test]
fn explicit_value_is_named_by_the_place_its_giver_knows() {
    let explicit = |host: &str| Explicit { host: Some(configured(host.to_owned())), ..Explicit::default() };
    let home = tempfile::tempdir().unwrap();
    let errors = ["x.example", "ftp://x.example"]
        .map(|host| resolve(&explicit(host), &environment(home.path(), &[])).unwrap_err().to_string());
    let beginnings = errors.each_ref().map(|text| text.lines().next().unwrap());
    insta::assert_snapshot!(beginnings.join("\n"), @r"
    there are no credentials for `https://x.example/` (host from clxs.yaml:7): set DATABRICKS_TOKEN or a profile with a `token`, or what another method lacks
    host from clxs.yaml:7 is not the URL of a workspace: its scheme is neither http nor https
    ");
}

#[test]
fn ways_to_give_a_token_exclude_each_other() {
    let explicit = Explicit {
        token: Some(configured(Secret::new("t".to_owned()))),
        token_file: Some(configured("token".to_owned())),
        token_command: Some(configured("pass show databricks".to_owned())),
        ..Explicit::default()
    };
    let error = resolve(&explicit, &Environment::default()).unwrap_err();
    insta::assert_snapshot!(error, @"a token is given by token from clxs.yaml:7 and by token_file from clxs.yaml:7 and by token_command from clxs.yaml:7: give it in one way");
}

#[rstest]
#[case::nothing(&[])]
#[case::variables_of_other_tools(&[("ARM_TENANT_ID", "t"), ("ARM_CLIENT_ID", "c"), ("GOOGLE_CREDENTIALS", "g")])]
#[case::empty_variables(&[("DATABRICKS_HOST", ""), ("DATABRICKS_TOKEN", "")])]
fn nothing_configured_is_no_workspace(#[case] variables: &[(&str, &str)]) {
    let home = tempfile::tempdir().unwrap();
    assert!(resolve(&Explicit::default(), &environment(home.path(), variables)).unwrap().is_none());
}

#[rstest]
#[case::unknown_profile("unknown_profile", &[("DATABRICKS_CONFIG_PROFILE", "nope")])]
#[case::reserved_profile("reserved_profile", &[("DATABRICKS_CONFIG_PROFILE", "__settings__")])]
#[case::two_methods("two_methods", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_TOKEN", "canary-secret"), ("DATABRICKS_CLIENT_ID", "i"), ("DATABRICKS_CLIENT_SECRET", "canary-secret")])]
#[case::cli_profile("cli_profile", &[("DATABRICKS_CONFIG_PROFILE", "cli")])]
#[case::azure_resource("azure_resource", &[("DATABRICKS_AZURE_RESOURCE_ID", "/subscriptions/1")])]
#[case::half_of_a_method("half_of_a_method", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_CLIENT_ID", "i")])]
#[case::named_method("named_method", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_CLIENT_ID", "i"), ("DATABRICKS_AUTH_TYPE", "oauth-m2m")])]
#[case::method_that_is_not_offered("not_offered", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_USERNAME", "u"), ("DATABRICKS_PASSWORD", "canary-secret")])]
#[case::method_not_offered_by_name("not_offered_by_name", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_AUTH_TYPE", "basic")])]
#[case::token_for_a_group("token_for_a_group", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_TOKEN", "t"), ("DATABRICKS_GROUP_ID", "7")])]
#[case::file_oidc_and_client("file_oidc_and_client", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_OIDC_TOKEN_FILEPATH", "/f"), ("DATABRICKS_CLIENT_ID", "i")])]
#[case::unknown_method("unknown_method", &[("DATABRICKS_HOST", "x.example"), ("DATABRICKS_AUTH_TYPE", "magic")])]
#[case::no_host("no_host", &[("DATABRICKS_TOKEN", "canary-secret")])]
#[case::profile_without_host("profile_without_host", &[("DATABRICKS_CONFIG_PROFILE", "no-host")])]
#[case::no_credentials("no_credentials", &[("DATABRICKS_HOST", "x.example")])]
#[case::bad_host("bad_host", &[("DATABRICKS_HOST", "https://user:canary-secret@x.example"), ("DATABRICKS_TOKEN", "t")])]
fn configuration_that_cannot_work_is_refused_by_name(#[case] name: &str, #[case] variables: &[(&str, &str)]) {
    let home = home(PROFILES);
    let error = resolve(&Explicit::default(), &environment(home.path(), variables)).unwrap_err();
    let text = chain(&error).replace(home.path().to_str().unwrap(), "[home]");
    assert!(!text.contains("canary-secret") && !format!("{error:?}").contains("canary-secret"), "{text}");
    insta::assert_snapshot!(name, text);
}

#[tokio::test]
async fn named_method_wins_where_more_than_one_is_configured() {
    let resolved = find(&[
        ("DATABRICKS_HOST", "x.example"),
        ("DATABRICKS_TOKEN", "t"),
        ("DATABRICKS_CLIENT_ID", "i"),
        ("DATABRICKS_AUTH_TYPE", "pat"),
    ]);
    assert_eq!(token(&resolved.unwrap().unwrap()).await, "t");
}

#[test]
fn file_that_is_asked_for_must_be_there_and_well_formed() {
    let home = home("[broken\nhost");
    let error = resolve(&Explicit::default(), &environment(home.path(), &[])).unwrap_err();
    assert!(matches!(error, CredentialsError::ConfigSyntax { .. }), "{error}");
    let missing = [("DATABRICKS_CONFIG_FILE", "~/none")];
    let error = resolve(&Explicit::default(), &environment(home.path(), &missing)).unwrap_err();
    assert!(chain(&error).contains("none"), "{}", chain(&error));
}
