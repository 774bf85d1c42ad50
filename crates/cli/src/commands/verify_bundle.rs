//! `clxs verify-bundle`: whether the evidence of a run is what was written. No workspace and no journal is opened.

use clxs_clone::bundle::verify;
use serde::Serialize;

use crate::arguments::VerifyBundleCommand;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::CliError;
use crate::output::Format;
use crate::output::style::Style;

/// What is told of a bundle.
#[derive(Debug, Serialize)]
struct Told<'a> {
    run: &'a serde_json::Value,
    head: &'a str,
    problems: &'a [String],
}

pub(crate) fn run(command: &VerifyBundleCommand, context: &Context) -> anyhow::Result<ExitStatus> {
    let mut verified = verify(&command.folder).map_err(CliError::file("the bundle"))?;
    if let Some(kept) = command.head.as_ref().filter(|kept| **kept != verified.head) {
        verified.problems.push(format!("the last link is {}, not {kept}", verified.head));
    }
    let run = verified.run["id"].as_str().unwrap_or("unknown");
    if command.output == Format::Json {
        let told = Told { run: &verified.run, head: &verified.head, problems: &verified.problems };
        context.printer.json("clxs.bundle_verified", &told)?;
    } else if verified.problems.is_empty() {
        context.printer.result(&format!("run {run}: as it was written\nhead {}\n", verified.head))?;
    }
    for problem in &verified.problems {
        context.printer.message(Style::Failure, &format!("✗ {problem}"));
    }
    Ok(if verified.problems.is_empty() { ExitStatus::Success } else { ExitStatus::NotVerified })
}
