//! The methods that run programs: `databricks`, `az`, and a command of the user's own.

use std::path::PathBuf;
use std::process::Command;

use clxs_client::ErrorKind;
use clxs_client::auth::{Explicit, Resolved, resolve};
use rstest::rstest;
use tempfile::TempDir;

use crate::auth::{configured, environment};
use crate::credentials::{CANARY, credentials, resolved};
use crate::queue::{Queue, Reply, chain, text};

/// A folder of programs, each a script. What they are called with is in `calls`.
struct Programs(TempDir);

impl Programs {
    fn new(programs: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in programs {
            let path = folder.path().join(name);
            let calls = folder.path().join("calls");
            let script = format!("#!/bin/sh\necho \"{name} $*\" >> {}\n{script}\n", calls.display());
            // A file that this process had open for writing could still be so in a child of another test's.
            let written = path.with_extension("txt");
            fs_err::write(&written, script).unwrap();
            let installed = Command::new("install").args(["-m", "755"]).args([&written, &path]).status();
            assert!(installed.unwrap().success());
        }
        Self(folder)
    }

    fn calls(&self) -> String {
        fs_err::read_to_string(self.0.path().join("calls")).unwrap_or_default()
    }

    fn path(&self) -> String {
        format!("{}:/usr/bin:/bin", self.0.path().display())
    }

    fn resolved(&self, variables: &[(&str, &str)]) -> Resolved {
        resolved(&[variables, &[("PATH", &self.path())]].concat())
    }
}

const HOST: (&str, &str) = ("DATABRICKS_HOST", "https://x.example");
const AZURE_HOST: (&str, &str) = ("DATABRICKS_HOST", "https://adb-1.azuredatabricks.net");

#[tokio::test]
async fn login_of_the_databricks_cli_is_used_when_nothing_else_is_configured() {
    let programs = Programs::new(&[(
        "databricks",
        r#"echo '{"access_token":"of-cli","token_type":"Bearer","expiry":"2999-01-01T00:00:00Z"}'"#,
    )]);
    let provider = credentials(&programs.resolved(&[HOST]), &Queue::new([]));
    assert_eq!(provider.token().await.unwrap().token.expose(), "of-cli");
    assert_eq!(provider.token().await.unwrap().token.expose(), "of-cli");
    assert_eq!(provider.method(), "databricks-cli");
    assert_eq!(programs.calls(), "databricks auth token --host https://x.example\n");
}

#[tokio::test]
async fn databricks_cli_is_asked_for_the_profile_that_is_named() {
    let programs = Programs::new(&[("databricks", r#"echo '{"access_token":"t"}'"#)]);
    let home = crate::auth::home("[work]\nhost = https://x.example\nauth_type = databricks-cli\n");
    let path = programs.path();
    let environment = environment(home.path(), &[("PATH", &path), ("DATABRICKS_CONFIG_PROFILE", "work")]);
    let resolved = resolve(&Explicit::default(), &environment).unwrap().unwrap();
    credentials(&resolved, &Queue::new([])).token().await.unwrap();
    assert_eq!(programs.calls(), "databricks auth token --profile work\n");
}

#[tokio::test]
async fn failure_of_the_databricks_cli_is_told_without_secrets() {
    let programs = Programs::new(&[(
        "databricks",
        "echo 'no login; run databricks auth login; Bearer c0ffee' >&2; exit 3",
    )]);
    let error = credentials(&programs.resolved(&[HOST]), &Queue::new([])).token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    insta::assert_snapshot!(error, @"the authorization method `databricks-cli` gave no token: `databricks auth token`: exit status: 3: no login; run databricks auth login; Bearer [redacted]");
}

#[test]
fn databricks_cli_of_before_tokens_does_not_count() {
    let programs = Programs::new(&[("databricks", "# from databricks_cli.cli import cli")]);
    let environment = [HOST, ("PATH", &programs.path())].into_iter().collect();
    let error = resolve(&Explicit::default(), &environment).unwrap_err();
    assert!(error.to_string().contains("no `databricks` of version 0.100 or newer"), "{error}");
}

#[tokio::test]
async fn azure_cli_is_asked_for_the_tenant_and_a_token_for_databricks() {
    let programs = Programs::new(&[(
        "az",
        r#"case "$2" in
  show) echo '{"user":{"type":"user","name":"me"}}';;
  *) echo '{"accessToken":"of-az","expiresOn":"2999-01-01 00:00:00.000000","tokenType":"Bearer"}';;
esac"#,
    )]);
    let provider =
        credentials(&programs.resolved(&[AZURE_HOST, ("ARM_TENANT_ID", "tenant")]), &Queue::new([]));
    assert_eq!(provider.token().await.unwrap().token.expose(), "of-az");
    insta::assert_snapshot!(programs.calls());
}

#[tokio::test]
async fn who_may_not_use_the_subscription_gets_a_token_without_it() {
    let programs = Programs::new(&[(
        "az",
        r#"case "$*" in
  *show*) echo '{"user":{"type":"servicePrincipal","name":"systemAssignedIdentity"}}';;
  *--subscription*) exit 1;;
  *) echo '{"accessToken":"of-az","expires_on":32472144000}';;
esac"#,
    )]);
    let variables =
        [AZURE_HOST, ("ARM_TENANT_ID", "tenant"), ("DATABRICKS_AZURE_RESOURCE_ID", "/subscriptions/s/rest")];
    let access = credentials(&programs.resolved(&variables), &Queue::new([])).token().await.unwrap();
    assert_eq!(access.headers["x-databricks-azure-sp-management-token"], "of-az");
    insta::assert_snapshot!(programs.calls());
}

#[tokio::test]
async fn databricks_cli_follows_an_azure_cli_without_a_login() {
    let databricks = ("databricks", r#"echo '{"access_token":"of-cli"}'"#);
    let programs = Programs::new(&[("az", "echo 'Please run az login' >&2; exit 1"), databricks]);
    let provider = credentials(&programs.resolved(&[AZURE_HOST]), &Queue::new([]));
    assert_eq!(provider.token().await.unwrap().token.expose(), "of-cli");
    assert_eq!(provider.method(), "databricks-cli");
}

#[tokio::test]
async fn of_programs_that_all_fail_each_is_told() {
    let programs = Programs::new(&[("az", "exit 1"), ("databricks", "echo '{}'")]);
    let error = credentials(&programs.resolved(&[AZURE_HOST]), &Queue::new([])).token().await.unwrap_err();
    insta::assert_snapshot!(error);
}

fn with_command(programs: &Programs, command: &str) -> Result<Resolved, clxs_client::auth::CredentialsError> {
    let explicit = Explicit {
        host: Some(configured("x.example".to_owned())),
        token_command: Some(configured(command.to_owned())),
        ..Explicit::default()
    };
    resolve(&explicit, &[("PATH", programs.path()), ("VAULT", "v".to_owned())].into_iter().collect())
        .map(Option::unwrap)
}

#[tokio::test]
async fn token_command_prints_the_token_and_is_run_again_when_it_is_refused() {
    let programs = Programs::new(&[("vault", "echo $VAULT-$1-$(wc -l < $(dirname $0)/calls)")]);
    let provider = credentials(&with_command(&programs, " vault read  token ").unwrap(), &Queue::new([]));
    let first = provider.token().await.unwrap().token;
    assert_eq!(first.expose(), "v-read-1");
    assert!(provider.refused(&first));
    assert_eq!(provider.token().await.unwrap().token.expose(), "v-read-2");
    assert_eq!(provider.method(), "token-command");
    assert_eq!(programs.calls(), "vault read token\nvault read token\n");
}

#[rstest]
#[case::fails("echo nothing for you >&2; exit 7")]
#[case::silent("exit 0")]
#[case::talks("echo this is the token")]
#[tokio::test]
async fn token_command_that_prints_no_token_is_an_error_that_does_not_repeat_it(#[case] script: &str) {
    let programs = Programs::new(&[("vault", &format!("{script}\n# {CANARY}"))]);
    let provider = credentials(&with_command(&programs, "vault read --field x").unwrap(), &Queue::new([]));
    let error = chain(&provider.token().await.unwrap_err());
    assert!(error.contains("`vault read`") && !error.contains("this is the token"), "{error}");
}

#[rstest]
#[case::pipe("vault read | head -1", "what only a shell understands")]
#[case::quotes("vault 'a b'", "what only a shell understands")]
#[case::absent("no-such-program", "there is no such program")]
#[case::empty("  ", "it is empty")]
fn token_command_that_cannot_be_run_is_refused_before_anything_is(#[case] command: &str, #[case] why: &str) {
    let error = with_command(&Programs::new(&[("vault", "")]), command).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn program_named_by_its_path_is_that_one() {
    let programs = Programs::new(&[("elsewhere", "")]);
    let path: PathBuf = programs.0.path().join("elsewhere");
    let path = path.to_str().unwrap();
    let environment = [HOST, ("DATABRICKS_CLI_PATH", path)].into_iter().collect();
    assert!(resolve(&Explicit::default(), &environment).unwrap().is_some());
}

#[tokio::test]
async fn program_that_leaves_another_one_behind_is_not_waited_for() {
    let programs = Programs::new(&[("databricks", r#"sleep 70 & echo '{"access_token":"t"}'"#)]);
    let provider = credentials(&programs.resolved(&[HOST]), &Queue::new([]));
    assert_eq!(provider.token().await.unwrap().token.expose(), "t");
}

#[tokio::test(start_paused = true)]
async fn program_that_closes_its_output_and_does_not_end_is_given_up() {
    let programs = Programs::new(&[("databricks", "exec >&- 2>&-; exec sleep 1000")]);
    let error = credentials(&programs.resolved(&[HOST]), &Queue::new([])).token().await.unwrap_err();
    assert!(error.to_string().contains("it did not end within a minute"), "{error}");
}

#[tokio::test]
async fn program_that_prints_without_end_is_given_up() {
    let programs = Programs::new(&[("databricks", "exec yes")]);
    let error = credentials(&programs.resolved(&[HOST]), &Queue::new([])).token().await.unwrap_err();
    assert!(error.to_string().contains("it prints without end"), "{error}");
}

#[tokio::test]
async fn tenant_that_the_workspace_did_not_tell_is_asked_for_again() {
    let programs = Programs::new(&[(
        "az",
        r#"case "$2" in
  show) echo '{"user":{"type":"user","name":"me"}}';;
  *) echo '{"accessToken":"of-az"}';;
esac"#,
    )]);
    let login = "https://login.microsoftonline.com/tenant/oauth2/authorize";
    let queue = Queue::new([Reply::NotSent("no".to_owned()), text(302, &[("location", login)], "")]);
    let provider =
        credentials(&programs.resolved(&[AZURE_HOST, ("DATABRICKS_AUTH_TYPE", "azure-cli")]), &queue);
    let token = provider.token().await.unwrap().token;
    assert!(!programs.calls().contains("--tenant"));
    provider.refused(&token);
    provider.token().await.unwrap();
    assert!(programs.calls().contains("--tenant tenant"), "{}", programs.calls());
}
