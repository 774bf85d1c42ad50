//! `docs/reference.md`: every key of the configuration and every command, made from what the program knows.
//! `CLXS_UPDATE_DOCS=1 cargo test -p clxs reference` writes it anew.

use std::fmt::Write;
use std::path::Path;

use clap::{Command, CommandFactory};

use crate::arguments::Cli;
use crate::settings::keys::{KEYS, Key};
use crate::settings::unavailable::UNAVAILABLE;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference.md");

fn page() -> String {
    let mut page = String::from(
        "# Reference\n\nMade from the program by its tests; not to be edited by hand.\n\n## Settings\n\n\
         A setting is a flag, an environment variable, or a key of `config/clone_config.yaml` or `clxs.yaml`, in this order.\n\n\
         | key | flag | takes | default | |\n|---|---|---|---|---|\n",
    );
    for key in KEYS {
        page.push_str(&row(key));
    }
    page.push_str(
        "\nThe environment variable of a key is `CLXS_` and the key in capitals: `CLXS_MAX_WORKERS`.\n\n",
    );
    page.push_str("Keys of the guide that this version refuses unless they ask for nothing:\n\n");
    let names: Vec<_> = UNAVAILABLE.iter().map(|key| format!("`{}`", key.name)).collect();
    writeln!(page, "{}.\n\n## Commands", names.join(", ")).unwrap();
    let mut cli = Cli::command().color(clap::ColorChoice::Never);
    cli.build();
    commands(&mut page, &mut cli, "clxs");
    page
}

fn row(key: &Key) -> String {
    let code = |text: &str| if text.is_empty() { String::new() } else { format!("`{text}`") };
    let takes = key.kind.expectation().replace('|', "\\|");
    format!("| `{}` | {} | {takes} | {} | {} |\n", key.name, code(key.flag), code(key.default), key.about)
}

fn commands(page: &mut String, command: &mut Command, path: &str) {
    let help = command.clone().term_width(80).render_long_help().to_string();
    // The exit codes have a page of their own.
    let help = help.split("\nExit codes:").next().unwrap_or_default().trim_end();
    let help: Vec<_> = help.lines().map(str::trim_end).collect();
    writeln!(page, "\n### {path}\n\n```\n{}\n```", help.join("\n")).unwrap();
    for inner in command.get_subcommands_mut() {
        let path = format!("{path} {}", inner.get_name());
        commands(page, inner, &path);
    }
}

#[test]
fn reference_is_up_to_date() {
    let page = page();
    if std::env::var_os("CLXS_UPDATE_DOCS").is_some() {
        fs_err::write(FILE, &page).unwrap();
    }
    let written = fs_err::read_to_string(Path::new(FILE)).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference.md is not up to date: CLXS_UPDATE_DOCS=1 cargo test -p clxs reference"
    );
}
