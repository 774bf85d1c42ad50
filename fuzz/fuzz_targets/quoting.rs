//! What `Display` quotes is read back as it was.
#![no_main]

use clxs_api::Identifier;

libfuzzer_sys::fuzz_target!(|input: (&str, &str)| {
    let (name, text) = input;
    if let Ok(name) = Identifier::new(name) {
        clxs_workspace::fuzzing::require_quoting_survives(&name, text);
    }
});
