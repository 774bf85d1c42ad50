//! The workspace as its callers see it: raw JSON, not the types that the client uses too, in-process and over TCP.

mod catalogs;
mod grants;
mod principals;
mod protocol;
mod server;
