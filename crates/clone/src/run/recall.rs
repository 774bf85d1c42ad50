//! Finds a statement whose answer was lost, with its id, in the history of the warehouse.

use clxs_api::statement::StatementId;
use futures::TryStreamExt;

use super::Context;
use crate::Result;

/// Clocks of the workspace and of this machine differ by less.
const SKEW_MS: i64 = 60_000;
/// A run sends its statements all the time: one that is not among so many newer ones is not looked for further.
const LOOKED_AT: usize = 2_000;

/// The id of a statement of this run with this text that nobody knows by its id. `None` when there is none, when
/// the workspace has no history, or does not show it: that proves nothing. The outer result is that of the journal.
pub(super) async fn recall(context: &Context, text: &str) -> Result<Option<StatementId>> {
    let (client, warehouse) = (context.warehouse.client(), context.warehouse.id());
    let mut history = Box::pin(client.statements_since(warehouse, context.began_ms - SKEW_MS));
    for _ in 0..LOOKED_AT {
        let Ok(Some(found)) = history.try_next().await else { return Ok(None) };
        let Some(id) = found.query_id.filter(|_| found.query_text.as_deref() == Some(text)) else { continue };
        let id = StatementId(id);
        if !context.journal.knows_statement(&id)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
