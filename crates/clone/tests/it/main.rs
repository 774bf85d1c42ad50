//! Tests of the engine through its public face.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod catalogs;
mod faults;
mod plan;
mod plan_properties;
mod scripted;
