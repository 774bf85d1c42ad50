//! clxs's own REST API: runs, plans, events and reports, and the web UI.
//!
//! May know the engine and the client; receives connections as values and never learns how a workspace is
//! made. It has no endpoint yet: the command line drives the engine directly.
