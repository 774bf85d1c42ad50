//! Primary and foreign keys.

use clxs_api::Identifier;

use super::ObjectName;

/// A key as `CREATE TABLE` and `ADD CONSTRAINT` write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyConstraint {
    pub(crate) name: Option<Identifier>,
    pub(crate) columns: Vec<Identifier>,
    /// The columns of a primary key marked `TIMESERIES`.
    pub(crate) timeseries: Vec<Identifier>,
    /// What a foreign key points to; absent for a primary key.
    pub(crate) references: Option<References>,
    pub(crate) rely: bool,
}

/// `REFERENCES table [(columns)]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct References {
    pub(crate) table: ObjectName,
    pub(crate) columns: Vec<Identifier>,
}

/// `DROP CONSTRAINT`, `DROP PRIMARY KEY` and `DROP FOREIGN KEY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DropConstraint {
    pub(crate) which: DroppedConstraint,
    pub(crate) if_exists: bool,
    /// Whether foreign keys that point to a primary key go with it.
    pub(crate) cascade: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DroppedConstraint {
    /// A key or a CHECK constraint.
    Named(Identifier),
    PrimaryKey,
    /// The foreign key of these columns.
    ForeignKey(Vec<Identifier>),
}
