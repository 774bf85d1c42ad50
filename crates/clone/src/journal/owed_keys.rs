//! Keys that tables of a destination lost by being replaced, in runs that did not come to make them again.

use std::collections::HashMap;

use clxs_api::table::CreateTableConstraint;
use clxs_api::{FullName, Identifier};

use super::{Journal, RunState, RunSummary};
use crate::Result;
use crate::plan::PlannedSecurable;
use crate::report::StepRecord;

impl Journal {
    /// Those of the runs since the last one that succeeded, by tables of the destination. A key that was made again since, by
    /// whomever, may be among them.
    pub(super) fn owed_keys(
        &self,
        metastore: &str,
        destination: &Identifier,
    ) -> Result<HashMap<FullName, Vec<CreateTableConstraint>>> {
        let mut owed: HashMap<_, Vec<_>> = HashMap::new();
        for run in self.unfinished(metastore, destination)? {
            let (plan, records) = (self.plan_of(&run.id)?, self.step_records(&run.id)?);
            let is_begun = |planned: &&PlannedSecurable| {
                let mut records = planned.steps.iter().filter_map(|id| records.get(id));
                !planned.lost_keys.is_empty() && records.any(StepRecord::is_done)
            };
            for planned in plan.securables.iter().filter(is_begun) {
                owed.entry(planned.destination.to_lowercase()).or_default().extend(planned.lost_keys.clone());
            }
        }
        Ok(owed)
    }

    /// The clones to a destination since the last one that succeeded, newest first, but for those that were undone.
    fn unfinished(&self, metastore: &str, destination: &Identifier) -> Result<Vec<RunSummary>> {
        let mut unfinished = Vec::new();
        for run in self.runs()? {
            let is_clone = destination.matches(&run.destination) && run.undoes.is_none();
            // Another metastore may have a catalog of that name.
            if !is_clone || self.metastore_of(&run.id)? != metastore {
                continue;
            }
            match run.state {
                RunState::Succeeded => break,
                RunState::RolledBack => {}
                _ => unfinished.push(run),
            }
        }
        Ok(unfinished)
    }
}
