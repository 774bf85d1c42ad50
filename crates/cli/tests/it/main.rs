//! The command line as people and scripts meet it: the real binary in an empty folder with an empty
//! environment; exit code, stdout and stderr.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod auth;
mod clxs;
mod completions;
mod config;
mod help;
mod logs;
mod secrets;
mod server;
mod throttle;
mod tls;
mod usage;

#[cfg(feature = "embedded")]
mod backup;
#[cfg(feature = "embedded")]
mod bundle;
#[cfg(feature = "embedded")]
mod crash;
#[cfg(feature = "embedded")]
mod demo;
#[cfg(feature = "embedded")]
mod doctor;
#[cfg(feature = "embedded")]
mod durability;
#[cfg(feature = "embedded")]
mod events;
#[cfg(feature = "embedded")]
mod identity;
#[cfg(feature = "embedded")]
mod import;
#[cfg(feature = "embedded")]
mod interrupt;
#[cfg(not(feature = "embedded"))]
mod remote_only;
#[cfg(feature = "embedded")]
mod require;
#[cfg(feature = "embedded")]
mod retry;
#[cfg(feature = "embedded")]
mod rows;
#[cfg(feature = "embedded")]
mod runs;
#[cfg(feature = "embedded")]
mod saved_plans;
#[cfg(feature = "embedded")]
mod schemas;
#[cfg(feature = "embedded")]
mod sql;
#[cfg(feature = "embedded")]
mod tasks;
#[cfg(feature = "embedded")]
mod told;
#[cfg(feature = "embedded")]
mod workspace;
