//! Makes a report from a plan and what the journal knows of its steps. Pure.

use std::collections::{BTreeMap, HashMap};

use super::{Counts, REPORT_SCHEMA, REPORT_VERSION, Report, SecurableReport};
use crate::Kind;
use crate::journal::{RunState, RunSummary};
use crate::outcome::{CloneMetrics, FacetOutcome, FacetStatus, Outcome, StepOutcome, format_name};
use crate::plan::{Drift, Facet, Plan, PlannedChange, PlannedSecurable, Step, StepId};

/// What the journal knows of a step that began or was decided about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StepRecord {
    /// How it ended; absent while it runs.
    pub(crate) outcome: Option<StepOutcome>,
    pub(crate) duration_ms: u64,
    pub(crate) retries: u32,
    /// Whether it may have been done although nobody heard of it.
    pub(crate) in_doubt: bool,
    pub(crate) statement_ids: Vec<String>,
}

impl StepRecord {
    /// Whether a run that goes on has nothing more to do for the step.
    pub(crate) fn is_done(&self) -> bool {
        self.outcome.as_ref().is_some_and(StepOutcome::is_done)
    }

    /// The principals that do not exist, without which it was done.
    pub(crate) fn missing(&self) -> &[String] {
        match &self.outcome {
            Some(StepOutcome::Done { missing, .. }) => missing,
            _ => &[],
        }
    }

    /// Whether it may have been done although the run does not know.
    pub(crate) fn may_have_been_done(&self) -> bool {
        let is_unheard =
            |outcome: &StepOutcome| matches!(outcome, StepOutcome::Unknown { .. } | StepOutcome::Lost);
        self.in_doubt || self.outcome.as_ref().is_none_or(is_unheard)
    }

    /// Why the platform cannot do it.
    fn refusal(&self) -> Option<&str> {
        match &self.outcome {
            Some(StepOutcome::Impossible { reason }) => Some(reason),
            _ => None,
        }
    }

    /// Whether it is done in another form than the plan says.
    fn is_of_another_form(&self) -> bool {
        matches!(self.outcome, Some(StepOutcome::Done { changed: Some(_), .. }))
    }

    /// Whether it was not begun because of a failure elsewhere.
    pub(crate) fn is_blocked(&self) -> bool {
        matches!(self.outcome, Some(StepOutcome::Blocked { .. }))
    }
}

/// A step with what the journal knows of it; nothing when it was never tried.
type Ended<'a> = (&'a Step, Option<&'a StepRecord>);

/// The report of a run.
pub(crate) fn build(run: &RunSummary, plan: &Plan, records: &HashMap<StepId, StepRecord>) -> Report {
    let ended = |id: &StepId| Some((plan.step(*id)?, records.get(id)));
    let steps_of = |planned: &PlannedSecurable| planned.steps.iter().filter_map(ended).collect::<Vec<_>>();
    let securables: Vec<_> =
        plan.securables.iter().map(|planned| securable(planned, &steps_of(planned), run.state)).collect();
    let mut report = Report {
        schema: REPORT_SCHEMA.to_owned(),
        version: REPORT_VERSION,
        run: run.id.clone(),
        state: run.state,
        aborted: run.state == RunState::Aborted,
        abort_reason: run.abort_reason.clone(),
        undoes: run.undoes.clone(),
        source: plan.source.clone(),
        destination: plan.destination.clone(),
        clone_type: plan.clone_type,
        load_type: plan.load_type,
        consistent_at: plan.consistent_at,
        started_at: run.started_at,
        finished_at: run.finished_at,
        duration_ms: run
            .finished_at
            .and_then(|end| u64::try_from((end - run.started_at).num_milliseconds()).ok()),
        counts: Counts::default(),
        counts_by_kind: BTreeMap::new(),
        bytes_copied: 0,
        files_copied: 0,
        source_formats: BTreeMap::new(),
        grants_skipped: missing(plan, records, Facet::Grants),
        ownership_skipped: missing(plan, records, Facet::Owner),
        retries: records.values().map(|record| u64::from(record.retries)).sum(),
        securables,
        findings: plan.findings.clone(),
    };
    total(&mut report, plan);
    report
}

fn securable(planned: &PlannedSecurable, steps: &[Ended<'_>], run: RunState) -> SecurableReport {
    let known = || steps.iter().filter_map(|(_, record)| *record);
    SecurableReport {
        kind: planned.kind,
        source: planned.source.clone(),
        destination: planned.destination.clone(),
        outcome: outcome(planned, steps, run),
        replaced_for: drift_of(&planned.change),
        source_version: planned.source_version,
        facets: facets(planned, steps, run),
        metrics: known().filter_map(|record| metrics(record.outcome.as_ref())).reduce(CloneMetrics::and),
        duration_ms: known().map(|record| record.duration_ms).sum(),
        statement_ids: known().flat_map(|record| record.statement_ids.iter().cloned()).collect(),
    }
}

fn drift_of(change: &PlannedChange) -> Option<Drift> {
    match change {
        PlannedChange::Replace { drift } => Some(drift.clone()),
        _ => None,
    }
}

/// What was tried tells what became of a securable, and every step of its definition must have been. Facets that nobody
/// tried are facets that it lacks, unless nothing at all was tried.
fn outcome(planned: &PlannedSecurable, steps: &[Ended<'_>], run: RunState) -> Outcome {
    let ended = |record: Option<&StepRecord>| record.is_some_and(|record| record.outcome.is_some());
    let none_was_tried = !steps.iter().any(|(_, record)| ended(*record));
    let failure = |(step, record): &Ended<'_>| match record.and_then(|it| it.outcome.as_ref()) {
        Some(outcome) => failure(step, outcome),
        None if step.facet == Facet::Definition || none_was_tried => Some(untried(run, steps)),
        None => None,
    };
    // What was blocked, perhaps by another step of the same securable, says less than what failed.
    let is_blocked = |(_, record): &&Ended<'_>| record.is_some_and(StepRecord::is_blocked);
    let (blocked, others): (Vec<_>, Vec<_>) = steps.iter().partition(is_blocked);
    let refused = steps.iter().find_map(|(_, record)| record.and_then(StepRecord::refusal));
    let blocked = blocked.into_iter().filter_map(failure).map(|blocked| match refused {
        Some(reason) => format!("{blocked}: {reason}"),
        None => blocked,
    });
    let failure = others.into_iter().find_map(failure).or_else(|| blocked.into_iter().next());
    let did_something = steps.iter().any(|(step, record)| {
        let outcome = record.and_then(|record| record.outcome.as_ref());
        outcome.is_some_and(|outcome| outcome.did_something(step))
    });
    outcome_of(&planned.change, failure, did_something)
}

/// Why a securable failed by a step of it; `None` when it did not.
pub(crate) fn failure(step: &Step, outcome: &StepOutcome) -> Option<String> {
    let failure = outcome.failure()?;
    Some(if step.facet == Facet::Hook { format!("its hook failed: {failure}") } else { failure })
}

/// What became of a securable, given why one of its steps failed, and whether any of them changed something.
pub(crate) fn outcome_of(change: &PlannedChange, failure: Option<String>, did_something: bool) -> Outcome {
    match (change, failure) {
        (PlannedChange::Skip { reason }, None) => Outcome::Skipped { reason: reason.clone() },
        (PlannedChange::Skip { reason }, Some(error)) => {
            Outcome::Failed { error: format!("{error} (it is left out: {reason})") }
        }
        (_, Some(error)) => Outcome::Failed { error },
        (PlannedChange::Create, None) => Outcome::Created,
        (PlannedChange::Replace { .. }, None) => Outcome::Replaced,
        (PlannedChange::Change, None) if did_something => Outcome::Changed,
        (PlannedChange::Change, None) => Outcome::Unchanged,
        (PlannedChange::Unchanged, None) => Outcome::Unchanged,
        (PlannedChange::Undo, None) => Outcome::Undone,
    }
}

/// Why a step that the journal does not know failed: other steps may have left something there.
fn untried(run: RunState, steps: &[Ended<'_>]) -> String {
    if run == RunState::Running {
        return "not done yet".to_owned();
    }
    let is_done = |(step, record): &&Ended<'_>| {
        step.facet == Facet::Definition && record.is_some_and(StepRecord::is_done)
    };
    let copies = steps.iter().any(|(step, _)| step.action.copies_rows());
    let how_far = match steps.iter().filter(is_done).map(|(step, _)| step.action.copies_rows()).max() {
        None => "not tried",
        Some(true) => "its rows were copied, and it is not noted as whole",
        Some(false) if copies => "begun, and its rows were not copied",
        Some(false) => "begun, and not ended",
    };
    format!("{how_far}: the run was {run}")
}

/// What the plan knew of each facet, and what became of its steps; what is the same of several is said once.
fn facets(planned: &PlannedSecurable, steps: &[Ended<'_>], run: RunState) -> Vec<FacetOutcome> {
    let outcome = |record: Option<&'_ StepRecord>| record.and_then(|record| record.outcome.clone());
    let failed = steps.iter().any(|(step, record)| {
        step.facet == Facet::Definition && !outcome(*record).as_ref().is_some_and(StepOutcome::is_done)
    });
    let known = planned.facets.iter().filter(|_| !failed).cloned();
    let is_told = |(step, record): &&Ended<'_>| {
        step.facet != Facet::Definition || record.is_some_and(StepRecord::is_of_another_form)
    };
    let ended = steps.iter().filter(is_told).filter_map(|(step, record)| {
        let status = match outcome(*record) {
            Some(outcome) => facet_status(step.facet, &outcome),
            None if failed => return None,
            None => FacetStatus::Failed { error: untried(run, &[]) },
        };
        Some(FacetOutcome { facet: step.facet, status })
    });
    let mut all: Vec<FacetOutcome> = known.chain(ended).collect();
    all.dedup();
    all
}

fn facet_status(facet: Facet, outcome: &StepOutcome) -> FacetStatus {
    match outcome {
        StepOutcome::Done { missing, changed, unverified, .. } => {
            let without = || format!("without {}, {}", missing.join(", "), why_missing(facet));
            let details = (!missing.is_empty()).then(without).into_iter().chain(changed.clone());
            let detail = details.collect::<Vec<_>>().join("; ");
            match unverified {
                None if detail.is_empty() => FacetStatus::Carried,
                None => FacetStatus::Changed { detail },
                Some(reason) if detail.is_empty() => FacetStatus::Unverified { reason: reason.clone() },
                Some(reason) => FacetStatus::Changed { detail: format!("{detail}; not verified: {reason}") },
            }
        }
        StepOutcome::Impossible { reason } => FacetStatus::Impossible { reason: reason.clone() },
        StepOutcome::Tolerated { error, .. } => FacetStatus::Failed { error: error.clone() },
        other => FacetStatus::Failed { error: other.failure().unwrap_or_default() },
    }
}

/// Why something could not be carried although the step worked.
fn why_missing(facet: Facet) -> &'static str {
    if facet == Facet::Files { "larger than volume_max_file_mb" } else { "unknown in the destination" }
}

fn metrics(outcome: Option<&StepOutcome>) -> Option<CloneMetrics> {
    match outcome {
        Some(StepOutcome::Done { metrics, .. }) => *metrics,
        _ => None,
    }
}

/// Principals that a facet could not be given to.
fn missing(plan: &Plan, records: &HashMap<StepId, StepRecord>, facet: Facet) -> usize {
    let steps = plan.steps.iter().filter(|step| step.facet == facet);
    steps
        .filter_map(|step| records.get(&step.id)?.outcome.as_ref())
        .map(|outcome| match outcome {
            StepOutcome::Done { missing, .. } => missing.len(),
            StepOutcome::Impossible { .. } => 1,
            _ => 0,
        })
        .sum()
}

fn total(report: &mut Report, plan: &Plan) {
    for (securable, planned) in report.securables.iter().zip(&plan.securables) {
        report.counts.add(&securable.outcome);
        report.counts_by_kind.entry(securable.kind).or_default().add(&securable.outcome);
        if let Some(metrics) = securable.metrics {
            report.bytes_copied += metrics.copied_files_size;
            report.files_copied += metrics.num_copied_files;
        }
        let was_cloned = matches!(securable.outcome, Outcome::Created | Outcome::Replaced);
        if securable.kind == Kind::Table && was_cloned {
            *report.source_formats.entry(format_name(planned.source_format.as_ref())).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_without_unknown_principals_that_nobody_may_see_say_both() {
        let outcome = StepOutcome::Done {
            metrics: None,
            missing: vec!["gone".to_owned()],
            changed: None,
            unverified: Some("no MANAGE".to_owned()),
        };
        let detail = "without gone, unknown in the destination; not verified: no MANAGE".to_owned();
        assert_eq!(facet_status(Facet::Grants, &outcome), FacetStatus::Changed { detail });
    }
}
