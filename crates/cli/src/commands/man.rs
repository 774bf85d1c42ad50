//! `clxs man`: a manual page for each command.

use std::path::Path;

use clap::CommandFactory;

use crate::arguments::Cli;
use crate::exit::ExitStatus;
use crate::output::Printer;
use crate::output::style::Style;

pub(crate) fn run(folder: &Path, printer: &Printer) -> anyhow::Result<ExitStatus> {
    fs_err::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)?;
    printer.message(Style::Success, &format!("✓ Wrote the manual pages to {}", folder.display()));
    Ok(ExitStatus::Success)
}
