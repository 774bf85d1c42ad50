//! What a run will do: a graph of steps, and for every securable of the source what becomes of it.
//!
//! Planning is a pure function of the inventories and the settings. Dry run, `clxs plan`, the journal and
//! the report are all views of the plan, so whatever a run does, the plan showed.

mod action;
mod binding;
mod builder;
mod catalog;
mod drift;
mod function;
mod grant;
mod key;
mod model;
mod owner;
mod render;
mod schema;
mod step;
mod table;
mod tag;
mod text;
mod unread;
mod view;
mod volume;

use clxs_api::table::DataSourceFormat;
use clxs_api::{FullName, Identifier};
use serde::{Deserialize, Serialize};

pub use action::{
    Action, CloneTable, CopyFiles, CreateFunction, CreateView, Effect, RestCall, SchemaMode, Statement,
    StatementText, Transfer,
};
pub use drift::Drift;
pub(crate) use drift::drift;
pub use render::{to_json, to_sql, to_text};
pub use step::{Expectation, Facet, Step, StepId, TableState};

use crate::inventory::Inventories;
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
    /// What becomes of it.
    #[serde(flatten)]
    pub change: PlannedChange,
    /// The steps about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepId>,
    /// Facets whose fate is known without a step of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<FacetOutcome>,
}

impl PlannedSecurable {
    /// The securable as the destination will have it.
    pub fn in_destination(&self) -> Securable {
        Securable::new(self.kind, self.destination.clone())
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
    /// It is left out.
    Skip {
        /// Why.
        reason: String,
    },
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
/// [`Error::SameCatalog`], [`Error::SourceNotFound`] and [`Error::UnknownSchemas`].
pub fn plan(inventories: &Inventories, settings: &Settings) -> Result<Plan> {
    settings.validate()?;
    check_schemas(inventories, settings)?;
    let mut builder = builder::Builder::new(inventories, settings);
    catalog::plan(&mut builder)?;
    schema::plan(&mut builder);
    table::plan(&mut builder);
    text::plan(&mut builder);
    volume::plan(&mut builder);
    model::plan(&mut builder);
    key::plan(&mut builder);
    tag::plan(&mut builder);
    unread::plan(&mut builder);
    grant::plan(&mut builder);
    owner::plan_inside(&mut builder);
    binding::plan(&mut builder);
    owner::plan_catalog(&mut builder);
    Ok(builder.finish())
}

/// A schema that is named and does not exist is a typing error; every catalog has `information_schema`.
fn check_schemas(inventories: &Inventories, settings: &Settings) -> Result<()> {
    let selection = &settings.selection;
    let named = selection.include_schemas.iter().chain(&selection.exclude_schemas);
    let schemas: Vec<_> = named
        .filter(|name| !name.matches("information_schema"))
        .filter(|name| !inventories.source.schemas.contains_key(&name.to_lowercase()))
        .cloned()
        .collect();
    if schemas.is_empty() {
        Ok(())
    } else {
        Err(Error::UnknownSchemas { catalog: settings.source.clone(), schemas })
    }
}
