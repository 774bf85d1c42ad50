//! `clxs auth` and the ways to a token: which one is used, from what, and that no secret gets out.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::clxs::{Clxs, Ran, assert_ran};
use crate::server::FixedAnswer;

/// What must be in no output and no file: each secret has it in it.
const CANARY: &str = "canary7f3a";

/// A workspace that grants a token, and takes it.
fn workspace() -> FixedAnswer {
    FixedAnswer::json(|url| {
        json!({
            "oidc_endpoint": format!("{url}/oidc"),
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "access_token": format!("access-{CANARY}"),
            "refresh_token": format!("refresh-{CANARY}"),
            "token_type": "Bearer",
            "expires_in": 3600,
            "userName": "ci@example.com",
            "id": "7",
        })
    })
}

/// A program in the folder `bin`.
fn program(clxs: &Clxs, name: &str, script: &str) {
    install(clxs, name, &format!("#!/bin/sh\n{script}\n"));
}

/// A file that this process had open for writing could still be so in a child of another test's, and could not be
/// run then: another process writes it.
fn install(clxs: &Clxs, name: &str, text: &str) {
    clxs.write("bin/written", text);
    let bin = clxs.folder().join("bin");
    let installed =
        Command::new("install").args(["-m", "755"]).args([bin.join("written"), bin.join(name)]).status();
    assert!(installed.unwrap().success());
}

fn assert_silent(ran: &Ran) {
    assert!(!ran.to_string().contains(CANARY), "{ran}");
}

/// The files below a folder that hold the canary.
fn leaks(folder: &Path, found: &mut Vec<String>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            leaks(&path, found);
        } else if fs_err::read(&path).unwrap().windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn description_names_the_method_and_where_each_attribute_comes_from() {
    let clxs = Clxs::new();
    let server = workspace();
    let profile = format!("[ci]\nhost = {}\nclient_id = app\nclient_secret = {CANARY}\n", server.url());
    clxs.write(".databrickscfg", &profile);
    assert_ran!(clxs.run(&["auth", "describe", "--profile", "ci"]));
    let ran = clxs.run(&["auth", "describe", "--profile", "ci", "--output", "json"]);
    assert_silent(&ran);
    let document: Value = serde_json::from_str(&ran.success()).unwrap();
    assert_eq!(
        (&document["method"], &document["identity"]["user_name"]),
        (&json!("oauth-m2m"), &json!("ci@example.com"))
    );
    let secret = document["attributes"].as_array().unwrap().iter().find(|one| one["name"] == "client_secret");
    let secret = secret.unwrap();
    assert_eq!(secret["value"], Value::Null);
    assert_eq!(secret["origin"], "profile `ci` of ./.databrickscfg");
}

#[test]
fn description_of_who_is_not_let_in_still_says_what_was_tried() {
    let server = FixedAnswer::unauthenticated("Invalid access token.");
    let ran = Clxs::new().run_with(&server.variables(CANARY), &["auth", "describe"]);
    assert_silent(&ran);
    assert_eq!(ran.code, 4, "{ran}");
    assert!(ran.stdout.contains("method     pat\nidentity   unknown"), "{ran}");
}

#[test]
fn method_that_cannot_be_used_is_exit_code_2_and_a_refusing_one_4() {
    let clxs = Clxs::new();
    let variables = [("DATABRICKS_HOST", "x.example"), ("DATABRICKS_AUTH_TYPE", "azure-cli")];
    assert_ran!(clxs.run_with(&variables, &["auth", "describe"]));
    program(&clxs, "databricks", "echo 'log in first' >&2; exit 1");
    let ran = clxs.run_with(&[("DATABRICKS_HOST", "x.example"), ("PATH", "bin")], &["auth", "describe"]);
    assert_eq!(ran.code, 4, "{ran}");
    assert!(ran.stderr.contains("`databricks auth token`: exit status: 1: log in first"), "{ran}");
}

#[test]
fn no_secret_of_any_method_is_in_an_output_or_a_file() {
    let server = workspace();
    let host = ("DATABRICKS_HOST", server.url());
    let id_token = format!("id-{CANARY}");
    let service = format!("{}/{CANARY}", server.url());
    let methods: [(&str, &[(&str, &str)]); 5] = [
        ("oauth-m2m", &[("DATABRICKS_CLIENT_ID", "app"), ("DATABRICKS_CLIENT_SECRET", CANARY)]),
        ("env-oidc", &[("DATABRICKS_OIDC_TOKEN", &id_token)]),
        ("metadata-service", &[("DATABRICKS_METADATA_SERVICE_URL", &service)]),
        ("token-command", &[("CLXS_TOKEN_COMMAND", "secret-store read"), ("PATH", "bin:/bin:/usr/bin")]),
        ("databricks-cli", &[("DATABRICKS_CLI_PATH", "bin/cli"), ("PATH", "bin:/bin:/usr/bin")]),
    ];
    for (method, variables) in methods {
        let clxs = Clxs::new();
        let token = format!(r#"{{"access_token":"{CANARY}"}}"#);
        // What programs know is theirs to keep: it is made of parts here.
        let (head, tail) = CANARY.split_at(4);
        program(&clxs, "secret-store", &format!("printf %s%s {head} {tail}"));
        program(&clxs, "cli", &format!("printf '%s%s' '{}' '{}'", &token[..20], &token[20..]));
        let variables = [variables, &[host, ("DATABRICKS_WAREHOUSE_ID", "w")]].concat();
        for arguments in [
            &["auth", "describe", "-vv", "--log-file", "log"][..],
            &["auth", "describe", "--output", "json", "-vv"],
            &["doctor", "-vv", "--log-file", "log"],
            &["doctor", "--output", "json"],
            &["config", "explain", "--output", "json"],
            &["sql", "SELECT 1", "-vv", "--log-file", "log"],
        ] {
            let ran =
                clxs.run_with(&[&variables[..], &[("CLXS_LOG", "trace,hyper=off")]].concat(), arguments);
            assert_silent(&ran);
            if arguments[0] == "auth" {
                assert!(ran.stdout.contains(method), "{ran}");
            }
        }
        fs_err::remove_dir_all(clxs.folder().join("bin")).unwrap();
        let mut found = Vec::new();
        leaks(clxs.folder(), &mut found);
        assert!(found.is_empty(), "{method}: {found:?}");
    }
}

#[test]
fn secrets_of_other_methods_are_refused_among_arguments_and_in_files() {
    let entra = format!("abc8Q~{}", "x".repeat(34));
    let oauth = format!("dose{}", "0123456789abcdef".repeat(2));
    for argument in [entra.as_str(), oauth.as_str()] {
        let ran = Clxs::new().run(&["clone", "--source", argument]);
        assert_eq!(ran.code, 2);
        assert!(!ran.to_string().contains(argument), "{ran}");
    }
    for flag in ["--client-secret", "--refresh-token=x", "--oidc-token"] {
        assert!(Clxs::new().run(&["clone", flag]).stderr.contains("a secret was found"), "{flag}");
    }
    for key in ["client_secret", "refresh_token", "arm_client_secret", "oidc_token"] {
        let clxs = Clxs::new();
        clxs.write("clxs.yaml", &format!("{key}: {CANARY}\n"));
        let ran = clxs.run(&["config", "lint"]);
        assert_silent(&ran);
        assert!(ran.to_string().contains("a secret has no place"), "{ran}");
    }
}

#[test]
fn project_that_names_a_program_does_not_run_it() {
    let clxs = Clxs::new();
    program(&clxs, "evil", "touch was-here");
    clxs.write("clxs.yaml", "host: x.example\ntoken_command: bin/evil\n");
    assert_ran!(clxs.run(&["auth", "describe"]));
    assert!(!clxs.folder().join("was-here").exists());
}

#[test]
fn project_does_not_choose_the_token_nor_whom_it_is_sent_to() {
    let clxs = Clxs::new();
    let evil = workspace();
    clxs.write("token", "stolen");
    for (key, flag) in [("token_file", "--token-file"), ("ca_bundle", "--ca-bundle")] {
        clxs.write("clxs.yaml", &format!("host: {}\n{key}: token\n", evil.url()));
        let ran = clxs.run(&["auth", "describe"]);
        let why = format!("{key} is your own to set, and has no place in the file of a project");
        assert!(ran.code == 2 && ran.stderr.contains(&why) && ran.stderr.contains(flag), "{ran}");
    }
    // What is named is the user's own choice.
    clxs.write("clxs.yaml", &format!("host: {}\ntoken_file: token\n", evil.url()));
    clxs.run(&["auth", "describe", "--config", "clxs.yaml"]).success();
}

#[test]
fn project_does_not_send_the_token_of_a_profile_to_another_workspace() {
    let clxs = Clxs::new();
    let (own, evil) = (workspace(), workspace());
    clxs.write(".databrickscfg", &format!("[prod]\nhost = {}\ntoken = t\n", own.url()));
    let with_host = |host: &str| clxs.write("clxs.yaml", &format!("host: {host}\nprofile: prod\n"));
    for command in [&["auth", "describe"][..], &["auth", "login"], &["clone", "--source", "a", "--dest", "b"]]
    {
        with_host(evil.url());
        let ran = clxs.run(command);
        assert!(ran.code == 2 && ran.stderr.contains("the profile `prod` is not of the workspace"), "{ran}");
        assert!(ran.stderr.contains("clxs.yaml:1"), "{ran}");
    }
    clxs.run(&["auth", "describe", "--host", evil.url()]).success();
    with_host(own.url());
    clxs.run(&["auth", "describe"]).success();
    // The profile of the user's own file is none of the project's either.
    clxs.write("home/config.yaml", "profile: prod\n");
    clxs.write("clxs.yaml", &format!("host: {}\n", evil.url()));
    assert_eq!(clxs.run(&["auth", "describe"]).code, 2);
}

#[test]
fn command_of_the_users_own_file_gives_the_token() {
    let clxs = Clxs::new();
    let server = workspace();
    program(&clxs, "give", "printf token");
    clxs.write("home/config.yaml", &format!("host: {}\ntoken_command: bin/give token\n", server.url()));
    let text = clxs.run(&["auth", "describe"]).success();
    assert!(text.contains("method     token-command\nidentity   ci@example.com"), "{text}");
}

#[test]
fn project_does_not_send_the_token_of_the_users_own_file_to_another_workspace() {
    let clxs = Clxs::new();
    let (own, evil) = (workspace(), workspace());
    clxs.write("home/config.yaml", &format!("host: {}\ntoken_file: token\n", own.url()));
    clxs.write("token", "t");
    clxs.write("clxs.yaml", &format!("host: {}\n", evil.url()));
    let ran = clxs.run(&["auth", "describe"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("the token of home/config.yaml:2 is not of the workspace"),
        "{ran}"
    );
    clxs.run(&["auth", "describe", "--host", evil.url()]).success();
    clxs.write("clxs.yaml", &format!("host: {}\n", own.url()));
    clxs.run(&["auth", "describe"]).success();
}

#[test]
fn working_folder_is_not_searched_for_programs() {
    let clxs = Clxs::new();
    install(&clxs, "../databricks", "#!/bin/sh\ntouch was-here\necho '{\"access_token\":\"t\"}'\n");
    let server = workspace();
    let variables = [("DATABRICKS_HOST", server.url()), ("PATH", ":/usr/bin:/bin")];
    let ran = clxs.run_with(&variables, &["auth", "describe"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(!clxs.folder().join("was-here").exists());
}

#[test]
fn login_is_kept_and_used_by_later_commands() {
    let clxs = Clxs::new();
    let server = workspace();
    let path = std::env::var("PATH").unwrap();
    // The browser: it goes where the workspace would send it.
    install(
        &clxs,
        "browser",
        "#!/usr/bin/env python3\nimport sys, urllib.parse, urllib.request\n\
         asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(sys.argv[1]).query))\n\
         back = asked['redirect_uri'] + '/?' + urllib.parse.urlencode({'code': 'c', 'state': asked['state']})\n\
         urllib.request.build_opener(urllib.request.ProxyHandler({})).open(back)\n",
    );
    let variables = [("DATABRICKS_HOST", server.url()), ("PATH", &path), ("BROWSER", "bin/browser")];
    let ran = clxs.run_with(&variables, &["auth", "login"]);
    assert_silent(&ran);
    assert!(ran.code == 0 && ran.stderr.contains("✓ Logged in to http://127.0.0.1"), "{ran}");
    let ran = clxs.run_with(&[("DATABRICKS_HOST", server.url())], &["auth", "describe"]);
    assert_silent(&ran);
    assert!(ran.success().contains("method     external-browser\nidentity   ci@example.com"));
}
