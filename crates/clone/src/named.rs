//! Long lists in texts: a few by name, the others by number.

use std::fmt::Display;

const NAMED: usize = 10;

/// Ten at most, and how many more there are.
pub(crate) fn some_of(all: &[impl Display]) -> String {
    let mut named: Vec<_> = all.iter().take(NAMED).map(ToString::to_string).collect();
    if all.len() > NAMED {
        named.push(format!("{} more", all.len() - NAMED));
    }
    named.join(", ")
}
