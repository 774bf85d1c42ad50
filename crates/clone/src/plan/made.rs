//! Plans tables that `CLONE` cannot make, with guards or with some of their source's rows or none: made by their full
//! definition and guarded in one statement, filled by a second one that replaces all rows, and noted as complete by a
//! third. What fails or dies in between leaves a guarded table that tells its copy is not whole.

mod evolution;
mod new_guards;

use evolution::evolution;
use new_guards::{guard_before, new_guards};

use std::collections::BTreeMap;

use super::builder::{Builder, NewStep};
use super::table::{expectation, inverse, location, note_source_location};
use super::{
    CreateTable, Expectation, Facet, FillTable, Finding, MarkCopy, Proof, Statement, StepId, policy,
};
use crate::Securable;
use crate::inventory::{
    APPEND_ONLY, ColumnValue, CopyMark, CopyStage, Guard, Guards, Origin, Sight, Table, TableDefinition,
    VersionAsOf,
};
use crate::outcome::FacetStatus;
use crate::settings::{AsOf, RowScope, Settings};

/// A table that is to be made, or filled anew.
pub(super) struct Made<'a> {
    pub(super) source: &'a Table,
    /// The destination's table of that name, unless it is dropped first.
    pub(super) kept: Option<&'a Table>,
    /// What it is to be; see [`wanted`].
    pub(super) definition: TableDefinition,
    /// The guards that it is to have besides its own.
    pub(super) guards: Guards,
    /// What its guards need.
    pub(super) needs: Vec<StepId>,
}

impl Made<'_> {
    /// What it says, once its rows are there, of whether rows may only be added; nothing where they may be replaced. That
    /// stays of a table that is there, whatever its source lost.
    fn append_only(&self) -> Option<String> {
        let kept = || self.kept?.definition.as_ref()?.as_ref().ok()?.append_only();
        let told = self.definition.append_only().or_else(kept)?;
        told.eq_ignore_ascii_case("true").then(|| told.to_owned())
    }

    /// What it is to be while its rows are replaced.
    fn open_definition(&self) -> TableDefinition {
        let mut definition = self.definition.clone();
        if self.append_only().is_some() {
            definition.properties.remove(APPEND_ONLY);
        }
        definition
    }
}

/// The definition that the destination is to have, or why nobody can make it.
pub(super) fn wanted(
    settings: &Settings,
    source: &Table,
    rows: &RowScope,
) -> Result<TableDefinition, String> {
    let Some(definition) = &source.definition else { return Err("its definition was not read".to_owned()) };
    let mut wanted = definition.clone()?;
    let is_copied = |key: &str| {
        if TableDefinition::is_check(key) {
            settings.copy.constraints
        } else {
            settings.copy.properties || key.starts_with("delta.")
        }
    };
    wanted.properties.retain(|key, _| is_copied(key));
    wanted.properties.extend(settings.table_properties.clone());
    for column in &mut wanted.columns {
        // Rows bring their own numbers, which no statement gives to a column that is GENERATED ALWAYS.
        if let Some(ColumnValue::Identity { always, .. }) = &mut column.value
            && *rows != RowScope::None
        {
            *always = false;
        }
    }
    Ok(without_comments(settings, wanted))
}

fn without_comments(settings: &Settings, mut definition: TableDefinition) -> TableDefinition {
    for column in &mut definition.columns {
        column.comment = column.comment.take().filter(|_| settings.copy.comments);
    }
    definition
}

/// Whether the destination's table is as it is wanted, as far as somebody can tell.
pub(super) fn fits(settings: &Settings, destination: &Table, wanted: &TableDefinition) -> bool {
    match &destination.definition {
        Some(Ok(own)) => without_comments(settings, own.clone()).meets(wanted),
        Some(Err(_)) | None => true,
    }
}

/// Why a table is not replaced: a guard that stays needs a column which the source lost, and nobody may drop it while the
/// column's values are there.
pub(super) fn lost_column(
    destination: Option<&Table>,
    wanted: &TableDefinition,
    guards: &Guards,
) -> Option<String> {
    let guards = guards.over(&destination?.guards);
    let filter = guards.row_filter.iter().flat_map(Guard::columns).map(|column| (column, "the row filter"));
    let masks = guards.masks.iter().flat_map(|(column, mask)| {
        [(column, "a mask")].into_iter().chain(mask.columns().map(|given| (given, "a mask")))
    });
    let (lost, guard) = filter.chain(masks).find(|(column, _)| !wanted.has_column(column))?;
    Some(format!(
        "the source has no column {lost} any more, which {guard} of the destination needs; drop one of them"
    ))
}

/// Makes or opens the table for its copy, fills it, and notes that it is whole. Returns whether it is made anew.
pub(super) fn make(builder: &mut Builder<'_>, securable: &Securable, made: &Made<'_>) -> bool {
    let rows = builder.settings.rows_of(&securable.name);
    let is_filled = rows != RowScope::None;
    let changes = if is_filled { changes_in_place(builder, securable, made) } else { None };
    let is_made = changes.is_none();
    let fill = fill(builder, securable, made, rows);
    let stage = if is_filled { CopyStage::Begun } else { CopyStage::Complete };
    let first = if is_made {
        Statement::CreateTable(Box::new(create(builder, securable, made, mark(made, &fill, stage))))
    } else {
        note_copy(builder, securable, made, (&fill, stage))
    };
    let mut step = NewStep::new(Facet::Definition, first, expectation(made.kept));
    step.inverse = inverse(builder, securable, made.kept);
    step.depends_on = builder.steps_around(&securable.name);
    step.depends_on.extend(builder.definition_step(securable));
    step.depends_on.extend(made.needs.iter().copied());
    let begun = builder.step(securable, step);
    if is_filled {
        let changes = changes.unwrap_or_else(|| guards_again(builder, securable, made));
        copy_rows(builder, securable, made, (begun, changes), fill);
        note_identities(builder, securable, made);
    }
    if is_filled && is_made && made.kept.is_some() {
        note_emptied(builder, securable);
    }
    note_carried(builder, securable, made, is_made);
    is_made
}

/// Says of a table that is there that it has no rows for a while.
pub(super) fn note_emptied(builder: &mut Builder<'_>, securable: &Securable) {
    let message = "it is replaced, and empty until its rows are copied: no statement does both".to_owned();
    builder.finding(Finding { securable: securable.name.clone(), line: None, message });
}

/// The statements that give the destination's table its definition; nothing where it has to be made anew.
fn changes_in_place(builder: &Builder<'_>, securable: &Securable, made: &Made<'_>) -> Option<Vec<Statement>> {
    let kept = made.kept?;
    if fits(builder.settings, kept, &made.definition) {
        return Some(Vec::new());
    }
    let own = without_comments(builder.settings, kept.definition.as_ref()?.as_ref().ok()?.clone());
    evolution(&builder.renamed(&securable.name), (&own, &made.open_definition()), &made.guards)
}

/// Guards that a replaced table has already, set by statements of their own: to be undone, and because the platform's
/// documentation does not say what becomes of the guards of a table that is replaced.
fn guards_again(builder: &Builder<'_>, securable: &Securable, made: &Made<'_>) -> Vec<Statement> {
    let own = made.kept.and_then(|kept| kept.definition.as_ref()?.as_ref().ok());
    let table = builder.renamed(&securable.name);
    own.map(|own| new_guards(&table, own, &made.guards).collect()).unwrap_or_default()
}

/// One statement after the other. What brings rows is undone before the policies that they waited for are.
fn copy_rows(
    builder: &mut Builder<'_>,
    securable: &Securable,
    made: &Made<'_>,
    (mut before, changes): (Option<StepId>, Vec<Statement>),
    fill: FillTable,
) {
    let undone = inverse(builder, securable, made.kept);
    let complete = note_copy(builder, securable, made, (&fill, CopyStage::Complete));
    let fill = Statement::FillTable(Box::new(fill));
    let middle = changes.into_iter().chain([fill]).map(|statement| (statement, Expectation::Present));
    for (statement, expects) in middle.chain([(complete, expectation(made.kept))]) {
        let copies = statement.copies_rows();
        let protecting = if copies { policy::before_rows(builder, securable) } else { Vec::new() };
        let undone_by =
            if copies { undone.clone() } else { made.kept.and_then(|kept| guard_before(kept, &statement)) };
        let facet = match statement {
            Statement::SetMask(_) => Facet::ColumnMasks,
            Statement::SetRowFilter(_) => Facet::RowFilter,
            _ => Facet::Definition,
        };
        let mut step = NewStep::new(facet, statement, expects);
        step.inverse = undone_by;
        (step.depends_on, step.size) = (protecting, made.source.size.filter(|_| copies));
        step.depends_on.extend(before);
        before = builder.step(securable, step);
    }
}

fn create(builder: &mut Builder<'_>, securable: &Securable, made: &Made<'_>, mark: CopyMark) -> CreateTable {
    let own_comment = made.kept.and_then(|kept| kept.comment.clone());
    let location = location(builder.settings, made.source, made.kept);
    note_source_location(builder, securable, made.source, location.as_deref());
    CreateTable {
        name: builder.renamed(&securable.name),
        replace: made.kept.is_some(),
        definition: match mark.stage {
            CopyStage::Begun => made.open_definition(),
            CopyStage::Complete => made.definition.clone(),
        },
        guards: made.kept.map_or_else(|| made.guards.clone(), |kept| made.guards.over(&kept.guards)),
        comment: made.source.comment.clone().filter(|_| builder.settings.copy.comments).or(own_comment),
        location,
        mark,
    }
}

fn fill(builder: &Builder<'_>, securable: &Securable, made: &Made<'_>, rows: RowScope) -> FillTable {
    let proof = proof(builder, securable, made.source);
    FillTable {
        source: securable.name.clone(),
        destination: builder.renamed(&securable.name),
        columns: made.definition.given_columns(),
        as_of: match &proof {
            Some(_) => AsOf::Latest,
            None => pinned(builder.settings, securable, made.source),
        },
        rows,
        proof,
    }
}

/// Of a table whose rows are read as guards and policies let the caller see them: what shows that they hide nothing.
fn proof(builder: &Builder<'_>, securable: &Securable, source: &Table) -> Option<Proof> {
    let policed = policy::proof(builder, &securable.name);
    let (mut known, functions) = match source.sight.as_deref() {
        Some(Sight::Clear { known, functions }) => (known.clone(), functions.clone()),
        _ if policed.is_some() => (Vec::new(), BTreeMap::new()),
        _ => return None,
    };
    let policy::StillHolds { known: exempt, policies } = policed.unwrap_or_default();
    known.extend(exempt);
    let version = source.as_of.as_ref().and_then(VersionAsOf::version);
    Some(Proof { guards: source.guards.clone(), functions, known, policies, version })
}

/// The version that is read: the newest is pinned, so that what is noted is what was read.
fn pinned(settings: &Settings, securable: &Securable, source: &Table) -> AsOf {
    match source.as_of {
        Some(VersionAsOf::Version(version)) => AsOf::Version(version),
        _ => match settings.as_of_table(&securable.name) {
            AsOf::Latest => source.history.version().map_or(AsOf::Latest, AsOf::Version),
            as_of => as_of,
        },
    }
}

fn mark(made: &Made<'_>, fill: &FillTable, stage: CopyStage) -> CopyMark {
    let version = match (&fill.as_of, &fill.proof) {
        (AsOf::Version(version), _) => Some(*version),
        (_, Some(Proof { version: Some(version), .. })) => Some(*version),
        _ => made.source.history.version(),
    };
    let origin = Origin::new(&fill.source, made.source.table_id.clone(), version, fill.rows.clone());
    CopyMark { origin, stage }
}

fn note_copy(
    builder: &Builder<'_>,
    securable: &Securable,
    made: &Made<'_>,
    (fill, stage): (&FillTable, CopyStage),
) -> Statement {
    let append_only = made.append_only().map(|told| match stage {
        CopyStage::Begun => "false".to_owned(),
        CopyStage::Complete => told,
    });
    let (table, mark) = (builder.renamed(&securable.name), mark(made, fill, stage));
    Statement::MarkCopy(Box::new(MarkCopy { table, mark, append_only }))
}

fn note_carried(builder: &mut Builder<'_>, securable: &Securable, made: &Made<'_>, is_made: bool) {
    let mut carried = vec![Facet::Properties];
    if is_made {
        carried.extend(facets(&made.guards));
        let has_comment = builder.settings.copy.comments && made.source.comment.is_some();
        carried.extend(has_comment.then_some(Facet::Comment));
    }
    for facet in carried {
        builder.facet(securable, facet, FacetStatus::Carried);
    }
}

/// The facets that guards are.
pub(super) fn facets(guards: &Guards) -> Vec<Facet> {
    let filter = guards.row_filter.iter().map(|_| Facet::RowFilter);
    filter.chain((!guards.masks.is_empty()).then_some(Facet::ColumnMasks)).collect()
}

/// No statement gives a number to a column that is GENERATED ALWAYS, and none makes one of a column that is not: the
/// platform refuses both (Delta, `DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED` and `…_ALTER_COLUMN_NOT_SUPPORTED`).
fn note_identities(builder: &mut Builder<'_>, securable: &Securable, made: &Made<'_>) {
    let Some(Ok(definition)) = &made.source.definition else { return };
    for column in &definition.columns {
        let Some(ColumnValue::Identity { always, .. }) = column.value else { continue };
        let name = &column.name;
        let becomes = if always { " is GENERATED BY DEFAULT, not ALWAYS," } else { "" };
        let message = format!(
            "the identity column {name}{becomes} to have the source's numbers; \
             ALTER TABLE … ALTER COLUMN {name} SYNC IDENTITY before others are inserted"
        );
        builder.facet(securable, Facet::Definition, FacetStatus::Changed { detail: message.clone() });
        builder.finding(Finding { securable: securable.name.clone(), line: None, message });
    }
}
