//! What a run will do: a graph of steps, and for every securable of the source what becomes of it.
//!
//! Planning is a pure function of the inventories and the settings. Dry run, `clxs plan`, the journal and
//! the report are all views of the plan, so whatever a run does, the plan showed.

mod action;
mod binding;
mod browsed;
mod builder;
mod catalog;
mod check;
mod drift;
mod dropped_first;
mod function;
mod grant;
mod hook;
mod keeps;
mod kept_text;
mod key;
mod lookup;
mod made;
mod model;
mod model_version;
mod open;
mod owner;
mod places;
mod policy;
mod privileges;
mod protected;
mod render;
mod saved;
mod schema;
mod step;
mod table;
mod table_properties;
mod tag;
mod text;
mod undo;
mod unread;
mod view;
mod volume;

use chrono::{DateTime, Utc};
use clxs_api::table::{CreateTableConstraint, DataSourceFormat};
use clxs_api::{FullName, Identifier};
use serde::{Deserialize, Serialize};

pub use action::{
    Action, AliasTarget, AlterTable, CloneTable, CopyFiles, CopyVersion, CreateFunction, CreateTable,
    CreateView, Effect, FillTable, MarkCopy, Proof, RemoveFiles, RestCall, SchemaMode, SetMask, SetRowFilter,
    Statement, StatementText, TableChange, Transfer,
};
pub(crate) use action::{AddedKey, MakesTable};
pub(crate) use catalog::NEEDS_LOCATION;
pub(crate) use drift::drift;
pub use drift::{Drift, DriftState, TableDrift, drifts};
pub(crate) use dropped_first::Obstacle;
pub use render::{AsSql, write_json, write_json_line};
pub use saved::SavedPlan;
pub use step::{Expectation, Facet, Step, StepId, TableState};
pub(crate) use table::is_left_alone;

pub(crate) use undo::{Edit, Judged, Present, Undo, edits, judged, undo};
pub(crate) use volume::Edits;

use crate::inventory::Inventories;
use crate::journal::RunId;
use crate::outcome::FacetOutcome;
use crate::settings::{CloneType, LoadType, Settings};
use crate::{Error, Kind, Result, Securable};

/// Name of the JSON form of a plan.
pub const PLAN_SCHEMA: &str = "clxs.plan";
/// Version of the JSON form of a plan.
pub const PLAN_VERSION: u32 = 1;

/// What a run will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The catalog to clone.
    pub source: Identifier,
    /// The catalog to clone into.
    pub destination: Identifier,
    /// Whether data files are copied.
    pub clone_type: CloneType,
    /// What becomes of what the destination has already.
    pub load_type: LoadType,
    /// The one moment that every table is cloned at, where the settings ask for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistent_at: Option<DateTime<Utc>>,
    /// The run that it undoes, when it is a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// Whether something is left that the undone run made, or may have made, and that another rollback can take back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps: bool,
    /// Every securable of the source with what becomes of it, parents before children.
    pub securables: Vec<PlannedSecurable>,
    /// The steps, each after all it depends on.
    pub steps: Vec<Step>,
    /// What somebody should look at: mentions of the source that no rewriting reaches, reads of other catalogs.
    pub findings: Vec<Finding>,
}

/// A securable of the source and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedSecurable {
    /// What it is.
    pub kind: Kind,
    /// Its full name in the source.
    pub source: FullName,
    /// Its full name in the destination.
    pub destination: FullName,
    /// The format of its files, for tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_format: Option<DataSourceFormat>,
    /// The version of the source that is pinned, for tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<u64>,
    /// What becomes of it.
    #[serde(flatten)]
    pub change: PlannedChange,
    /// The steps about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepId>,
    /// The keys that a table has and loses by being made anew: a rollback makes them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost_keys: Vec<CreateTableConstraint>,
    /// Facets whose fate is known without a step of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<FacetOutcome>,
}

impl PlannedSecurable {
    /// The securable as the destination will have it.
    pub fn in_destination(&self) -> Securable {
        Securable::new(self.kind, self.destination.clone())
    }

    /// Whether it is a volume of which the plan compares the files.
    pub(crate) fn compares_files(&self) -> bool {
        let is_compared = matches!(self.change, PlannedChange::Change | PlannedChange::Unchanged);
        self.kind == Kind::Volume && is_compared
    }
}

/// What becomes of a securable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum PlannedChange {
    /// The destination lacks it.
    Create,
    /// The destination has it, and it differs.
    Replace {
        /// How it differs.
        drift: Drift,
    },
    /// The destination has it, and only facets of it differ.
    Change,
    /// The destination has it as the source has it.
    Unchanged,
    /// What a run did to it is undone.
    Undo,
    /// It is left out.
    Skip {
        /// Why.
        reason: String,
    },
}

impl PlannedChange {
    /// Whether the table is dropped before it is made.
    fn drops_first(&self) -> bool {
        matches!(self, Self::Replace { drift } if drift.drops_first())
    }
}

/// Something about a securable that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The source's securable.
    pub securable: FullName,
    /// The line of its text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What was found.
    pub message: String,
}

/// How many securables share a fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCounts {
    /// To be created.
    pub create: usize,
    /// To be replaced.
    pub replace: usize,
    /// With facets to be changed.
    pub change: usize,
    /// Equal already.
    pub unchanged: usize,
    /// To be brought back to what they were before a run.
    #[serde(default)]
    pub undo: usize,
    /// Left out.
    pub skip: usize,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many securables share each fate.
    pub fn counts(&self) -> PlanCounts {
        let mut counts = PlanCounts::default();
        for securable in &self.securables {
            *match securable.change {
                PlannedChange::Create => &mut counts.create,
                PlannedChange::Replace { .. } => &mut counts.replace,
                PlannedChange::Change => &mut counts.change,
                PlannedChange::Unchanged => &mut counts.unchanged,
                PlannedChange::Undo => &mut counts.undo,
                PlannedChange::Skip { .. } => &mut counts.skip,
            } += 1;
        }
        counts
    }

    /// The step with this id.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.index())
    }
}

/// Plans a clone.
///
/// # Errors
/// [`Error::SameCatalog`], [`Error::SourceNotFound`], [`Error::UnknownSchemas`], [`Error::UnknownTables`],
/// [`Error::NotAsOf`], [`Error::SharedPlace`] and, where the settings say so, [`Error::Protected`].
pub fn plan(inventories: &Inventories, settings: &Settings) -> Result<Plan> {
    check::check(inventories, settings)?;
    let mut builder = builder::Builder::new(inventories, settings);
    catalog::plan(&mut builder)?;
    schema::plan(&mut builder);
    text::plan(&mut builder);
    let refused = builder.take_refused();
    if !refused.is_empty() {
        return Err(Error::Protected { tables: refused });
    }
    volume::plan(&mut builder);
    model::plan(&mut builder);
    browsed::plan(&mut builder);
    key::plan(&mut builder);
    tag::plan(&mut builder);
    policy::plan(&mut builder);
    policy::cover::plan(&mut builder);
    unread::plan(&mut builder);
    owner::plan_before_grants(&mut builder);
    grant::plan(&mut builder);
    owner::plan_inside(&mut builder);
    binding::plan(&mut builder);
    owner::plan_catalog(&mut builder);
    hook::plan_after(&mut builder);
    keeps::plan(&mut builder);
    note_ended_early(&mut builder);
    let plan = builder.finish();
    places::check(inventories, &plan)?;
    Ok(plan)
}

/// What `INCREMENTAL` leaves undone of what an earlier run left undone.
fn note_ended_early(builder: &mut builder::Builder<'_>) {
    let Some(run) = &builder.inventories.ended_early else { return };
    if builder.settings.load_type == LoadType::Incremental {
        let message = format!(
            "run {run} to this destination ended before its plan did; INCREMENTAL brings what is not there yet, but no \
             grants, owners and the like of what is: `clxs resume {run}` before any other run, or FULL, does"
        );
        builder.finding(Finding { securable: builder.source(), line: None, message });
    }
}
