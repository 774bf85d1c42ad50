//! Delta tables on disk: read through the kernel, written by our own commit writer.
//!
//! Everything here blocks: call it from `spawn_blocking`.

mod action;
mod alter;
mod append;
mod checkpoint;
mod clone;
mod column;
mod commit;
mod create;
mod deletion_vector;
mod detail;
mod durable;
mod engine;
mod error;
mod feature;
mod history;
mod identity;
mod location;
mod log;
mod modify;
mod optimize;
mod positions;
mod property;
mod protocol;
mod provider;
mod restore;
mod rows;
mod scan;
mod scan_row;
mod snapshot;
#[cfg(test)]
mod test_tables;
mod transaction;
mod vacuum;
mod write;

pub(crate) mod schema {
    //! The types of table schemas: the kernel's, named in this one place.
    pub(crate) use delta_kernel::engine::arrow_conversion::{TryFromArrow, TryIntoArrow};
    pub(crate) use delta_kernel::schema::{
        ArrayType, DataType, MapType, MetadataValue, PrimitiveType, StructField, StructType,
    };
}

pub(crate) use alter::{ColumnChange, ColumnPlace, MetadataChange, alter};
pub(crate) use append::{WriteMetrics, WriteMode, WriteRequest, append, create_table_as};
pub(crate) use clone::{CloneMetrics, CloneRequest, clone_table};
pub(crate) use create::{NewTable, Replace, create_table};
pub(crate) use detail::TableDetail;
pub(crate) use engine::DeltaEngine;
pub(crate) use error::DeltaError;
pub(crate) use history::{CommitSummary, history};
pub(crate) use identity::START as IDENTITY;
pub(crate) use location::TableLocation;
pub(crate) use log::is_table;
pub(crate) use modify::{CHANGE, Modification, ModifyMetrics, ModifyRequest, RowChange};
pub(crate) use optimize::{OptimizeMetrics, OptimizeRequest, optimize};
pub(crate) use positions::{FILE, ROW};
pub(crate) use property::is_bookkeeping;
pub(crate) use restore::{RestoreMetrics, restore};
pub(crate) use rows::{conform_array, reading_schema};
pub(crate) use snapshot::{Pin, Snapshot};
pub(crate) use transaction::PartitionConditions;
pub(crate) use vacuum::{VacuumRequest, vacuum};
pub(crate) use write::{Check, LENGTH_CHECK};
