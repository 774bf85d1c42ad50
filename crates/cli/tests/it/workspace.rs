//! `clxs workspace`: served over TCP, with tokens, until a signal comes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::clxs::Clxs;

/// A server, and the URL it printed.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(clxs: &Clxs) -> Self {
        Self::start_with(clxs, &[])
    }

    /// A server with more arguments.
    pub(crate) fn start_with(clxs: &Clxs, arguments: &[&str]) -> Self {
        let serve = ["workspace", "serve", "--root", "w", "--listen", "127.0.0.1:0"];
        let mut command = clxs.command(&[&serve, arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }

    /// Sends a signal by name and waits for the end.
    pub(crate) fn stop(mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    /// A test that fails leaves no server behind.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn served_workspace_takes_the_administrators_token_and_others() {
    let clxs = Clxs::new();
    let server = Server::start(&clxs);
    let admin = fs_err::read_to_string(clxs.folder().join("w/admin.token")).unwrap();
    let run = |token: &str, statement: &str| {
        let variables = [
            ("DATABRICKS_HOST", server.url.as_str()),
            ("DATABRICKS_TOKEN", token),
            ("DATABRICKS_WAREHOUSE_ID", "local"),
        ];
        clxs.run_with(&variables, &["sql", statement, "--output", "csv"])
    };
    let who = "SELECT current_user() AS me";
    assert_eq!(run(admin.trim(), who).success(), "me\nadmin@clxs.local\n");
    let token = clxs.run(&["workspace", "token", "--principal", "eve@example.com", "--root", "w"]).success();
    assert_eq!(run(token.trim(), who).success(), "me\neve@example.com\n");
    assert_eq!(run("wrong", who).code, 4);
    assert_eq!(server.stop("-INT"), Some(0));
}

#[test]
fn server_stops_at_sigterm() {
    assert_eq!(Server::start(&Clxs::new()).stop("-TERM"), Some(0));
}

#[test]
fn administrators_token_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let clxs = Clxs::new();
    clxs.run(&["sql", "SHOW CATALOGS"]).success();
    let mode = fs_err::metadata(clxs.home().join("workspace/admin.token")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn file_of_faults_that_is_no_good_is_exit_code_2_and_makes_no_workspace() {
    let clxs = Clxs::new();
    clxs.write("words.yaml", "rules: often\n");
    clxs.write("status.yaml", "rules: [{effect: {status: {code: 404}}}]\n");
    for (file, why) in
        [("absent.yaml", "cannot be opened"), ("words.yaml", "line 1"), ("status.yaml", "not with 404")]
    {
        let ran =
            clxs.run(&["workspace", "serve", "--root", "w", "--listen", "127.0.0.1:0", "--faults", file]);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{file}: {ran}");
    }
    assert!(!clxs.folder().join("w").exists());
}
