//! What is printed when the program itself is wrong.

use std::io::Write;
use std::panic;

/// Prints where a panic happened and nothing of its message, which could hold a secret or somebody's data.
pub(crate) fn install() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let text = format!(
            "error: clxs has a defect at {place} and stopped\n\
             hint: the journal is consistent, run the command again; please report the place above"
        );
        writeln!(std::io::stderr().lock(), "{text}").ok();
    }));
}
