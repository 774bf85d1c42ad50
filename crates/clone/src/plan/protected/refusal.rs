//! Why a protected table is not copied.

use clxs_api::FullName;
use clxs_api::table::DataSourceFormat;

use super::Candidate;
use crate::inventory::{Sight, Table, VersionAsOf};
use crate::plan::made::lost_column;
use crate::settings::{CloneType, ProtectedTables, RowScope, Settings};

/// Why the table is not copied; nothing when it is.
pub(super) fn refusal(settings: &Settings, name: &FullName, candidate: &Candidate<'_>) -> Option<String> {
    let source = candidate.source;
    if let Some(reason) = &source.unusable_guards {
        return Some(format!("it is protected, and its guards cannot be read: {reason}"));
    }
    let rows = settings.rows_of(name);
    let reason = by_settings(settings, &rows)
        .map(str::to_owned)
        .or_else(|| not_delta(source))
        .or_else(|| unread(source, &rows))
        .or_else(|| candidate.wanted.as_ref().err().map(|why| format!("it cannot be made again: {why}")));
    if let Some(reason) = reason {
        return Some(format!("it has {}, and {reason}", source.guards));
    }
    let wanted = candidate.wanted.as_ref().ok()?;
    lost_column(candidate.destination, wanted, &candidate.guards)
}

fn by_settings(settings: &Settings, rows: &RowScope) -> Option<&'static str> {
    if !settings.copy.security {
        return Some("copy_security is off: it would be readable without them");
    }
    if settings.protected_tables == ProtectedTables::Skip {
        return Some("protected_tables is skip");
    }
    let is_shallow = settings.clone_type == CloneType::Shallow && *rows == RowScope::All;
    is_shallow.then_some("CLONE refuses protected tables; only a DEEP clone copies them")
}

fn not_delta(source: &Table) -> Option<String> {
    let is_other = source.format.as_ref().is_some_and(|format| *format != DataSourceFormat::Delta);
    is_other.then(|| "it is no Delta table".to_owned())
}

/// Why its rows cannot be read as they are, or as they were. Where none are wanted, nobody has to see them.
fn unread(source: &Table, rows: &RowScope) -> Option<String> {
    if *rows == RowScope::None {
        return None;
    }
    earlier_version(source).or_else(|| match source.sight.as_deref() {
        Some(Sight::Clear { .. }) => None,
        Some(Sight::Doubtful { reason }) => Some(format!("{reason} (masked rows are never copied as data)")),
        None => Some("nobody read what copying it needs".to_owned()),
    })
}

/// The platform refuses to read protected tables as they were (facts/settled.md §5). One that nobody wrote since the
/// version that is asked for is copied as it is.
fn earlier_version(source: &Table) -> Option<String> {
    let asked = match source.as_of.as_ref()? {
        VersionAsOf::Version(version) => *version,
        VersionAsOf::NotYet => return None,
        VersionAsOf::Unavailable { reason } => return Some(reason.clone()),
    };
    let newest = source.history.version();
    (newest != Some(asked)).then(|| {
        let newest = newest.map_or_else(|| "another one".to_owned(), |version| format!("version {version}"));
        format!(
            "the platform shows no earlier version of a protected table: version {asked} is asked for, it has {newest}"
        )
    })
}
