//! What tells the statements of a run from all others in the history: tags with the run and the step.

use clxs_api::query_history::QueryInfo;
use clxs_api::statement::QueryTag;

use crate::journal::RunId;
use crate::plan::StepId;

const RUN: &str = "clxs_run";
const STEP: &str = "clxs_step";

/// The step that sends a statement. No two runs share an id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) run: &'a RunId,
    pub(crate) step: StepId,
}

impl Origin<'_> {
    pub(super) fn tags(self) -> [QueryTag; 2] {
        let tag = |key: &str, value: String| QueryTag { key: key.to_owned(), value: Some(value) };
        [tag(RUN, self.run.to_string()), tag(STEP, self.step.0.to_string())]
    }
}

/// The step of a run that sent a statement; `None` when it was not sent by this run.
pub(crate) fn sent_by(statement: &QueryInfo, run: &RunId) -> Option<StepId> {
    let value = |key: &str| {
        let tag = statement.query_tags.iter().find(|tag| tag.key == key)?;
        tag.value.as_deref()
    };
    let step = value(STEP).filter(|_| value(RUN) == Some(run.as_str()))?;
    step.parse().ok().map(StepId)
}
