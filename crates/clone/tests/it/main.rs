//! Tests of the engine through its public face.

mod catalogs;
mod faults;
mod plan;
mod plan_properties;
mod scripted;
