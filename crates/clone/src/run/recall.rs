//! Finds statements whose answers were lost, with their ids, in the history of the warehouses. Where the workspace has no
//! history, or does not show it, none is found: that proves nothing.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::query_history::QueryInfo;
use clxs_api::statement::StatementId;
use clxs_client::{Client, ErrorKind};
use futures::TryStreamExt;

use super::statement::is_over;
use crate::journal::RunId;
use crate::plan::{Action, Step, StepId};
use crate::warehouse::{SKEW_MS, Warehouse, sent_by};
use crate::{Journal, Result};

/// A run sends its statements all the time: one that is not among so many newer ones is not looked for further.
const LOOKED_AT: usize = 2_000;

/// A statement that the journal does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// The step sent it: it bears its tags.
    Sent(StatementId),
    /// Perhaps the step sent it: it has the same text, and the history shows no tags. It is waited for, for two that write
    /// to one table at once are worse than a wait, and how it ended says nothing of the step.
    Alike(StatementId),
}

/// The run whose statements are looked for.
pub(super) struct Recall<'a> {
    pub(super) warehouse: &'a Warehouse,
    pub(super) journal: &'a Journal,
    pub(super) run: &'a RunId,
    /// When it began, ms.
    pub(super) began_ms: i64,
}

impl Recall<'_> {
    /// The newest statement of each step, unless the journal knows it. The outer result is that of the journal.
    pub(super) async fn newest<'s>(
        &self,
        steps: impl IntoIterator<Item = &'s Step>,
    ) -> Result<clxs_client::Result<BTreeMap<StepId, Found>>> {
        let steps: BTreeMap<StepId, &Step> = steps.into_iter().map(|step| (step.id, step)).collect();
        let history = match self.history(&steps).await? {
            Ok(history) => history,
            Err(error) => return Ok(Err(error)),
        };
        let mut found = BTreeMap::new();
        for (step, statement) in newest_of(&history, |statement| sent_by(statement, self.run)) {
            if steps.contains_key(&step) && !self.journal.knows_statement(&statement)? {
                found.insert(step, Found::Sent(statement));
            }
        }
        if history.iter().all(|statement| statement.query_tags.is_empty()) {
            for (step, statement) in alike(&steps, &history) {
                if !self.journal.knows_statement(&statement)? {
                    found.insert(step, Found::Alike(statement));
                }
            }
        }
        Ok(Ok(found))
    }

    /// The statements since the run began, newest first, as far as they are needed.
    async fn history(&self, steps: &BTreeMap<StepId, &Step>) -> Result<clxs_client::Result<Vec<QueryInfo>>> {
        let mut warehouses = self.journal.warehouses_of(self.run)?;
        warehouses.insert(self.warehouse.id().to_owned());
        let warehouses: Vec<_> = warehouses.into_iter().collect();
        let since = self.began_ms - SKEW_MS;
        let mut statements = std::pin::pin!(self.warehouse.client().statements_since(&warehouses, since));
        let (mut history, mut missing): (Vec<_>, BTreeSet<_>) = (Vec::new(), steps.keys().copied().collect());
        while !missing.is_empty() && history.len() < LOOKED_AT {
            match statements.try_next().await {
                Ok(Some(statement)) => {
                    if let Some(step) = sent_by(&statement, self.run) {
                        missing.remove(&step);
                    }
                    history.push(statement);
                }
                Ok(None) => break,
                Err(error) if is_not_shown(&error) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(history))
    }
}

/// Whether there is no history for the caller. Every other failure says nothing, and the history is to be asked again.
fn is_not_shown(error: &clxs_client::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::Unsupported)
}

/// The first statement, which is the newest, of each key.
fn newest_of<K: Ord>(
    history: &[QueryInfo],
    key: impl Fn(&QueryInfo) -> Option<K>,
) -> BTreeMap<K, StatementId> {
    let mut newest = BTreeMap::new();
    for statement in history {
        if let (Some(key), Some(id)) = (key(statement), &statement.query_id) {
            newest.entry(key).or_insert_with(|| StatementId(id.clone()));
        }
    }
    newest
}

/// The newest statement with the text of each step that copies rows. UNCONFIRMED that a history may show no tags: the SDK has
/// them, and where there are any this is not asked.
fn alike(steps: &BTreeMap<StepId, &Step>, history: &[QueryInfo]) -> Vec<(StepId, StatementId)> {
    let mut by_text = newest_of(history, |statement| statement.query_text.clone());
    let mut of_step = |(id, step): (&StepId, &&Step)| {
        let Action::Statement(statement) = &step.action else { return None };
        let text = statement.copies_rows().then(|| statement.to_string())?;
        Some((*id, by_text.remove(&text)?))
    };
    steps.iter().filter_map(&mut of_step).collect()
}

/// Waits until a statement is over that may be somebody else's, however it ends, or until nobody tells.
pub(super) async fn wait_for_alike(client: &Client, id: &StatementId) -> clxs_client::Result<()> {
    match client.wait_for_statement(id).await {
        Err(error) if !is_over(&error) && error.kind() != ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}
