//! The workspace as its callers see it: raw JSON, not the types that the client uses too, in-process and over TCP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking, in their helpers too")]

mod backup;
mod bindings;
mod catalogs;
mod delta_tables;
mod external_locations;
mod external_tables;
mod faults;
mod files;
mod functions;
mod grants;
mod guards;
mod history;
mod keys;
mod lists;
mod model_files;
mod models;
mod modified_tables;
mod oauth;
mod oracles;
mod principals;
mod privileges;
mod protocol;
mod recorded;
mod server;
mod sessions;
mod sql;
mod tags;
mod volumes;
mod warehouses;
