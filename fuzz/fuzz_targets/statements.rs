//! Any text is a statement or refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| clxs_workspace::fuzzing::parse_statement(text));
