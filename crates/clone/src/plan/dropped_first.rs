//! Tables of the destination that no statement replaces: they are dropped, and made as if they had never been.

use std::fmt;

use clxs_api::FullName;

use super::builder::{Builder, NewStep};
use super::drift::Drift;
use super::protected::is_protected;
use super::table::{expectation, sides};
use super::{Facet, Statement, StepId, keeps, policy};
use crate::Securable;
use crate::inventory::Table;
use crate::settings::{AsOf, CloneType, RowScope, Settings};

/// Why a table cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// It has its own files where it should refer to the source's, or the other way round.
    CloneType,
    /// `CLONE` refuses to change how the columns of a table are mapped (`facts/clone_on_disk.md`,
    /// `DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE`).
    ColumnMapping,
    /// This column, which guards may go by, is in its history alone from then on, where they hide it no longer.
    LostColumn(String),
}

impl Obstacle {
    /// What keeps the destination's table from becoming the source's. A copy that is not replaced may have its columns
    /// mapped as it likes.
    pub(crate) fn of(
        settings: &Settings,
        name: &FullName,
        (source, destination): (&Table, &Table),
        is_replaced: bool,
    ) -> Option<Self> {
        let is_mapped_otherwise = || {
            settings.rows_of(name) == RowScope::All
                && !is_protected(source)
                && is_newest_wanted(settings, name, source)
                && source.column_mapping != destination.column_mapping
        };
        if is_other_clone_type(settings, name, destination) {
            return Some(Self::CloneType);
        }
        let lost = || destination.lost_columns.first().cloned().map(Self::LostColumn);
        let mapping = || is_mapped_otherwise().then_some(Self::ColumnMapping);
        is_replaced.then(|| lost().or_else(mapping)).flatten()
    }

    /// As what differs between a table and its source.
    pub(crate) fn drift(self) -> Drift {
        match self {
            Self::CloneType => Drift::OtherCloneType,
            Self::ColumnMapping => Drift::OtherColumnMapping,
            Self::LostColumn(column) => Drift::LostColumn { column },
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloneType => f.write_str("deep and shallow clones cannot replace each other"),
            Self::ColumnMapping => f.write_str(
                "the source maps its columns in another way (delta.columnMapping.mode), which no clone changes",
            ),
            Self::LostColumn(column) => write!(
                f,
                "the source has no column `{column}` any more, and the copy's history would show its values to those from \
                 whom guards hide them"
            ),
        }
    }
}

/// Tables that are made by other statements than `CLONE` have files of their own.
fn is_other_clone_type(settings: &Settings, name: &FullName, destination: &Table) -> bool {
    let is_shallow = settings.clone_type == CloneType::Shallow && settings.rows_of(name) == RowScope::All;
    destination.is_shallow_clone() != is_shallow
}

/// How an earlier version mapped its columns is not known before it is cloned.
fn is_newest_wanted(settings: &Settings, name: &FullName, source: &Table) -> bool {
    source.as_of.is_none() && settings.as_of_table(name) == AsOf::Latest
}

/// Drops a table once all is there that the new one needs. The platform keeps it for a while, under its id.
pub(super) fn drop_first(
    builder: &mut Builder<'_>,
    securable: &Securable,
    (source, destination): (&Table, Option<&Table>),
    needs: Vec<StepId>,
) {
    keeps::note_dropped(builder, securable, sides(source, destination));
    let dropped = Statement::Drop(builder.in_destination(securable));
    let mut step = NewStep::new(Facet::Definition, dropped, expectation(destination));
    let id = destination.and_then(|table| table.table_id.clone());
    step.inverse = id.map(|id| Statement::Undrop { table: builder.renamed(&securable.name), id }.into());
    step.depends_on = builder.steps_around(&securable.name);
    step.depends_on.extend(needs);
    step.depends_on.extend(policy::before_rows(builder, securable));
    builder.step(securable, step);
}
