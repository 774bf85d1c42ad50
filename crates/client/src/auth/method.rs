//! The authorization methods, a file for each way to get a token.

pub(super) mod azure;
pub(super) mod browser;
pub(super) mod command_line;
pub(super) mod federation;
pub(super) mod machine;
pub(super) mod metadata_service;
pub(super) mod pat;
