//! Checks of our own. `cargo xtask check-arrows` fails when a crate depends on one it must not know.

mod arrows;

use std::process::ExitCode;

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let result = match task.as_deref() {
        Some("check-arrows") => arrows::check(),
        _ => Err(anyhow::anyhow!("usage: cargo xtask check-arrows")),
    };
    match result {
        Ok(message) => {
            report(&message);
            ExitCode::SUCCESS
        }
        Err(error) => {
            report(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the one place where this program speaks")]
fn report(message: &str) {
    eprintln!("{message}");
}
