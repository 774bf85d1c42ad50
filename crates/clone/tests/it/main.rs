//! Tests of the engine through its public face.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod added_columns;
mod catalogs;
mod doubt;
mod embedded;
mod ended_early;
mod facets;
mod faults;
mod functions;
mod hooks;
mod invariants;
mod keeps;
mod keys;
mod keys_lost;
mod keys_undone;
mod load_types;
mod lookups;
mod losses;
mod metric_views;
mod models;
mod pipelines;
mod plan;
mod plan_properties;
mod plan_text;
mod policies;
mod policies_meanwhile;
mod policies_open;
mod protected;
mod protected_columns;
mod protected_rows;
mod read_back;
mod reads;
mod recall;
mod recorded;
mod resume;
mod rollback;
mod rollback_keeps;
mod rows_meanwhile;
mod saved;
mod schedule;
mod scripted;
mod star_views;
mod table_properties;
mod unused;
mod volumes;
