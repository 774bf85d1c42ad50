//! Finds statements whose answers were lost, with their ids, in the history of the warehouse. Where the workspace has no
//! history, or does not show it, none is found: that proves nothing.

use std::collections::HashMap;

use clxs_api::statement::StatementId;
use futures::{Stream, StreamExt, TryStreamExt};

use super::Context;
use crate::warehouse::Warehouse;
use crate::{Journal, Result};

/// Clocks of the workspace and of this machine differ by less.
const SKEW_MS: i64 = 60_000;
/// A run sends its statements all the time: one that is not among so many newer ones is not looked for further.
const LOOKED_AT: usize = 2_000;

/// The id of a statement of this run with this text that nobody knows by its id. The result is that of the journal.
pub(super) async fn recall(context: &Context, text: &str) -> Result<Option<StatementId>> {
    let unknown = unknown(&context.warehouse, &context.journal, context.began_ms);
    let found = unknown.try_filter(|(found, _)| std::future::ready(found == text));
    Ok(std::pin::pin!(found).try_next().await?.map(|(_, id)| id))
}

/// By their texts all statements since a run began, ms, that nobody knows by their ids: the newest of each text.
pub(super) async fn recall_all(
    warehouse: &Warehouse,
    journal: &Journal,
    began_ms: i64,
) -> Result<HashMap<String, StatementId>> {
    let mut newest = HashMap::new();
    let mut unknown = std::pin::pin!(unknown(warehouse, journal, began_ms));
    while let Some((text, id)) = unknown.try_next().await? {
        newest.entry(text).or_insert(id);
    }
    Ok(newest)
}

/// Text and id of the statements that nobody knows by their ids, newest first.
fn unknown(
    warehouse: &Warehouse,
    journal: &Journal,
    began_ms: i64,
) -> impl Stream<Item = Result<(String, StatementId)>> {
    let history = warehouse.client().statements_since(warehouse.id(), began_ms - SKEW_MS);
    let readable = history.take(LOOKED_AT).take_while(|found| std::future::ready(found.is_ok()));
    readable.filter_map(move |found| async move {
        let found = found.ok()?;
        let (text, id) = (found.query_text?, StatementId(found.query_id?));
        match journal.knows_statement(&id) {
            Ok(true) => None,
            Ok(false) => Some(Ok((text, id))),
            Err(error) => Some(Err(error)),
        }
    })
}
