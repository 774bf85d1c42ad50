//! A plan as text for people, as SQL for reviewers, as JSON for programs.

use std::fmt::{self, Display};
use std::io;

use clxs_api::Privilege;
use clxs_api::policy::PolicyInfo;
use clxs_api::table::TableConstraint;
use serde::{Serialize, Serializer};

use super::{
    Action, Effect, Facet, Finding, PLAN_SCHEMA, PLAN_VERSION, Plan, PlanCounts, PlannedChange,
    PlannedSecurable, RestCall, Statement, Step, StepId, Transfer,
};
use crate::Settings;
use crate::inventory::Tags;
use crate::outcome::FacetStatus;

/// Lines for people: `+` is created, `~` replaced or changed, `=` as it is but for what stands below it, `△` left out. The
/// last line counts.
impl Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&header(self))?;
        for planned in &self.securables {
            let notes: Vec<_> = notes(self, planned).collect();
            f.write_str(&line(self, planned, !notes.is_empty()))?;
            for step in facets_of(self, planned) {
                writeln!(f, "      {} {}", step.facet, summary(step))?;
            }
            for note in notes {
                writeln!(f, "      {note}")?;
            }
        }
        if !self.findings.is_empty() {
            f.write_str("\nPlease look at:\n")?;
        }
        for finding in &self.findings {
            writeln!(f, "  ! {finding}")?;
        }
        let PlanCounts { create, replace, change, unchanged, undo, skip } = self.counts();
        if self.undoes.is_some() {
            return writeln!(f, "\n{undo} to undo, {skip} skipped");
        }
        writeln!(
            f,
            "\n{create} to create, {replace} to replace, {change} to change, {unchanged} unchanged, {skip} skipped"
        )
    }
}

fn header(plan: &Plan) -> String {
    let (source, destination) = (plan.source.as_str(), plan.destination.as_str());
    if let Some(run) = &plan.undoes {
        return format!("Undo the clone {source} → {destination} of run {run}\n\n");
    }
    format!("Clone {source} → {destination} ({}, {})\n\n", plan.clone_type, plan.load_type)
}

fn line(plan: &Plan, planned: &PlannedSecurable, has_notes: bool) -> String {
    let name = planned.destination.dotted();
    let kind = planned.kind;
    match &planned.change {
        PlannedChange::Create => format!("  + {kind} {name}\n"),
        PlannedChange::Replace { drift } => format!("  ~ {kind} {name}: replaced, {drift}\n"),
        PlannedChange::Change => format!("  ~ {kind} {name}\n"),
        PlannedChange::Unchanged if has_notes => format!("  = {kind} {name}\n"),
        PlannedChange::Unchanged => String::new(),
        PlannedChange::Undo => format!("  - {kind} {name}\n"),
        // The source is none of a rollback's business.
        PlannedChange::Skip { reason } if plan.undoes.is_some() => format!("  △ {kind} {name}: {reason}\n"),
        PlannedChange::Skip { reason } => format!("  △ {kind} {}: {reason}\n", planned.source.dotted()),
    }
}

/// The steps about facets of a securable.
fn facets_of<'a>(plan: &'a Plan, planned: &'a PlannedSecurable) -> impl Iterator<Item = &'a Step> {
    let about_facets = |step: &&Step| step.facet != Facet::Definition || plan.undoes.is_some();
    planned.steps.iter().filter_map(|id| plan.step(*id)).filter(about_facets)
}

/// The facets that the destination will not have as the source has them, but for those that findings, or the reason for
/// which it is left out, tell of.
fn notes<'a>(plan: &'a Plan, planned: &'a PlannedSecurable) -> impl Iterator<Item = String> + 'a {
    let is_told = |text: &str| {
        let is_reason = matches!(&planned.change, PlannedChange::Skip { reason } if reason == text);
        let mut findings = plan.findings.iter().filter(|finding| finding.securable == planned.source);
        is_reason || findings.any(|finding| finding.message == text)
    };
    planned.facets.iter().filter_map(move |outcome| {
        let (text, how) = match &outcome.status {
            FacetStatus::Changed { detail } => (detail, ""),
            FacetStatus::Impossible { reason } => (reason, "impossible, "),
            FacetStatus::Carried | FacetStatus::Unverified { .. } | FacetStatus::Failed { .. } => {
                return None;
            }
        };
        (!is_told(text)).then(|| format!("{}: {how}{text}", outcome.facet))
    })
}

fn summary(step: &Step) -> String {
    match &step.action {
        Action::Rest(RestCall::UpdatePermissions { changes, .. }) => {
            let grants = changes.iter().map(|change| {
                let named = |privileges: &[Privilege]| {
                    privileges.iter().map(Privilege::sql).collect::<Vec<_>>().join(", ")
                };
                match change.remove.as_slice() {
                    [] => format!("{} to {}", named(&change.add), change.principal),
                    removed => format!("{} from {}", named(removed), change.principal),
                }
            });
            grants.collect::<Vec<_>>().join("; ")
        }
        Action::Rest(RestCall::SetOwner { owner, .. }) => owner.clone(),
        Action::Rest(RestCall::CreatePolicy(policy) | RestCall::UpdatePolicy { policy, .. }) => {
            policy_text(policy)
        }
        Action::Rest(RestCall::DeletePolicy { name, .. }) => format!("without {name}"),
        Action::Statement(Statement::Comment { comment, .. } | Statement::CommentColumn { comment, .. }) => {
            comment.clone().unwrap_or_default()
        }
        Action::Statement(Statement::SetTags { tags, .. }) => tags_text(tags),
        Action::Statement(Statement::SetColumnTags { column, tags, .. }) => {
            format!("{}: {}", column.as_str(), tags_text(tags))
        }
        Action::Statement(Statement::SetColumnTag { column, key, value }) => {
            format!("{}: {key}={value}", column.name().as_str())
        }
        Action::Rest(RestCall::AddKey(key)) => key_text(&key.constraint),
        Action::Rest(RestCall::DropKey { key, .. }) => format!("without {}", key.as_str()),
        Action::Rest(RestCall::UpdateBindings { change, .. }) => {
            let workspaces = change.add.iter().map(|binding| binding.workspace_id.to_string());
            format!("workspaces {}", workspaces.collect::<Vec<_>>().join(", "))
        }
        Action::Transfer(Transfer::CopyVersion(copy)) => format!("copy of version {}", copy.origin.version),
        Action::Transfer(Transfer::RemoveFiles(remove)) => {
            format!("without {} new ones", remove.files.len())
        }
        Action::Rest(RestCall::CommentVersion { version, comment, .. }) => {
            format!("comment of version {version}: {comment}")
        }
        Action::Rest(RestCall::DeleteCopies { of, .. }) => {
            format!("without the copy of version {}", of.version)
        }
        Action::Rest(RestCall::SetAlias { alias, to, .. }) => format!("{alias} to {to}"),
        Action::Rest(RestCall::DeleteAlias { alias, .. }) => format!("without {alias}"),
        Action::Rest(call) => match (call.comment(), call.properties(), call.isolation()) {
            (Some(comment), ..) => comment.to_owned(),
            (None, Some(properties), _) => tags_text(properties),
            (None, None, isolation) => isolation.map(ToString::to_string).unwrap_or_default(),
        },
        Action::Statement(Statement::Hook { sql, .. }) => sql.clone(),
        Action::Statement(statement) if step.facet == Facet::Definition => statement.to_string(),
        _ => String::new(),
    }
}

fn tags_text(tags: &Tags) -> String {
    tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
}

fn policy_text(policy: &PolicyInfo) -> String {
    let filter = policy.row_filter.as_ref().map(|filter| format!("row filter {}", filter.function_name));
    let mask = policy.column_mask.as_ref().map(|mask| format!("mask {}", mask.function_name));
    let given = filter.or(mask).unwrap_or_default();
    let name = policy.name.as_deref().unwrap_or_default();
    let except = match policy.except_principals.as_slice() {
        [] => String::new(),
        exempt => format!(" except {}", exempt.join(", ")),
    };
    format!("{name}: {given} for {}{except}", policy.to_principals.join(", "))
}

fn key_text(constraint: &TableConstraint) -> String {
    match (&constraint.primary_key_constraint, &constraint.foreign_key_constraint) {
        (Some(key), _) => format!("{} ({})", key.name, key.child_columns.join(", ")),
        (None, Some(key)) => {
            format!("{} ({}) to {}", key.name, key.child_columns.join(", "), key.parent_table)
        }
        (None, None) => String::new(),
    }
}

/// Everything the run sends, in an order that respects every dependency: statements as they are, REST calls
/// as comments. `Display` is the text.
#[derive(Debug, Clone, Copy)]
pub struct AsSql<'a>(pub &'a Plan);

impl Display for AsSql<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(plan) = self;
        writeln!(f, "-- clone of {} into {}", plan.source, plan.destination)?;
        for step in &plan.steps {
            match step.action.effect() {
                Effect::Statement(statement) => {
                    if let (Some(catalog), Some(schema)) = (&statement.catalog, &statement.schema) {
                        writeln!(f, "USE {catalog}.{schema};")?;
                    }
                    writeln!(f, "{};", statement.text)?;
                }
                Effect::Rest { method, path, body } => writeln!(f, "-- {method} {path} {body}")?,
                effect @ (Effect::Copy { .. } | Effect::Remove { .. }) => writeln!(f, "-- {effect}")?,
            }
        }
        Ok(())
    }
}

/// Writes the JSON form, with what each step sends and, to be run later, the settings that it was made with.
///
/// # Errors
/// Those of writing; a plan has no value that JSON cannot hold.
pub fn write_json(plan: &Plan, settings: Option<&Settings>, out: impl io::Write) -> serde_json::Result<()> {
    serde_json::to_writer_pretty(out, &Document::of(plan, settings))
}

/// Writes the JSON form in one line, for streams of documents.
///
/// # Errors
/// Those of [`write_json`].
pub fn write_json_line(plan: &Plan, mut out: impl io::Write) -> serde_json::Result<()> {
    serde_json::to_writer(&mut out, &Document::of(plan, None))?;
    out.write_all(b"\n").map_err(serde_json::Error::io)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: u32,
    counts: PlanCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a Settings>,
    #[serde(flatten)]
    plan: &'a Plan,
    /// What each step sends.
    sends: Sends<'a>,
}

/// What each step sends, made while it is written: all of it at once would be as large as the plan.
struct Sends<'a>(&'a [Step]);

#[derive(Serialize)]
struct Sent {
    step: StepId,
    #[serde(flatten)]
    effect: Effect,
}

impl Serialize for Sends<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|step| Sent { step: step.id, effect: step.action.effect() }))
    }
}

impl<'a> Document<'a> {
    fn of(plan: &'a Plan, settings: Option<&'a Settings>) -> Self {
        let (counts, sends) = (plan.counts(), Sends(&plan.steps));
        Self { schema: PLAN_SCHEMA, version: PLAN_VERSION, counts, settings, plan, sends }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(" line {line}")).unwrap_or_default();
        write!(f, "{}{line}: {}", self.securable.dotted(), self.message)
    }
}
