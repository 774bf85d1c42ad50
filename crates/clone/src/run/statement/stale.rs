//! Looks before a statement is sent that makes, fills or ends a copy: whether an earlier try did its work, and whether the
//! table is still the one that it is meant for.

use super::{changed, has_id};
use crate::Result;
use crate::inventory::{Fill, History};
use crate::outcome::StepOutcome;
use crate::plan::{Action, MakesTable, Statement, Step, TableChange};
use crate::run::Context;
use crate::run::execute::Tries;
use crate::run::standing::{Standing, standing, standing_in_copy};

/// How a statement of a copy ends without being sent: an earlier try made the table, or it is not the one that the plan
/// would fill. The outer result is that of the journal, which is told what is about to be sent.
pub(super) async fn stale(
    context: &Context,
    step: &Step,
    tries: &Tries,
) -> Result<clxs_client::Result<Option<StepOutcome>>> {
    if tries.open.is_some() {
        return Ok(Ok(None));
    }
    let tried_before = tries.retries > 0 || tries.in_doubt;
    if let Some(copy) = step.action.fills() {
        return changed_before_fill(context, step, &copy, tried_before).await;
    }
    // Between the last rows and this note there is time only where a run has stopped, or tries again.
    if let Some(copy) = step.action.ends_copy().filter(|_| context.goes_on || tried_before) {
        let fill = context.journal.fill(&context.metastore, copy.table)?;
        let history = context.warehouse.commits_since_clone(copy.table).await;
        return Ok(history.map(|history| ended_in_copy(&history, &copy, fill, true)));
    }
    if tried_before {
        return Ok(made_before(context, step).await.map(|is_made| is_made.then(StepOutcome::done)));
    }
    if let Action::Statement(Statement::CreateTable(table)) = &step.action
        && !table.replace
    {
        context.journal.forget_fill(&context.metastore, &table.name)?;
    }
    let Some(copy) = step.action.begins_copy() else { return Ok(Ok(None)) };
    let newest = context.warehouse.newest_commit(copy.table).await;
    Ok(newest.map(|history| match standing(&history, &copy.source, &step.expects) {
        Standing::AsPlanned => None,
        Standing::Cloned(_) => Some(changed("a copy")),
        Standing::Changed { operation } => Some(changed(&operation)),
    }))
}

/// How a statement ends that fills a table: the copy is whole already, or somebody else wrote to the table since it was
/// begun. Otherwise the journal is told upon which version it is sent.
async fn changed_before_fill(
    context: &Context,
    step: &Step,
    copy: &MakesTable<'_>,
    tried_before: bool,
) -> Result<clxs_client::Result<Option<StepOutcome>>> {
    let Context { journal, metastore, run, .. } = context;
    let fill = journal.fill(metastore, copy.table)?;
    let history = match context.warehouse.commits_since_clone(copy.table).await {
        Ok(history) => history,
        Err(error) => return Ok(Err(error)),
    };
    let ended = ended_in_copy(&history, copy, fill, tried_before);
    if ended.is_none() {
        journal.fill_begins((metastore, copy.table), (run, step.id), history.version())?;
    }
    Ok(Ok(ended))
}

/// How a statement ends that goes on with the copy of a table, by the table's history and what filled it.
fn ended_in_copy(
    history: &History,
    copy: &MakesTable<'_>,
    fill: Option<Fill>,
    tried_before: bool,
) -> Option<StepOutcome> {
    match standing_in_copy(history, &copy.source, fill, tried_before) {
        Standing::AsPlanned => None,
        Standing::Cloned(_) => Some(StepOutcome::done()),
        Standing::Changed { operation } => Some(changed(&operation)),
    }
}

/// Whether an earlier try did what a step does that cannot be done twice: the empty table is there, which notes what it is
/// a copy of, or the columns are.
async fn made_before(context: &Context, step: &Step) -> clxs_client::Result<bool> {
    match &step.action {
        Action::Statement(Statement::CreateTable(table)) => {
            let history = context.warehouse.newest_commit(&table.name).await?;
            // What is replaced may have the same mark.
            let before = step.expects.version();
            Ok(history.newest().is_some_and(|commit| {
                commit.mark.as_ref() == Some(&table.mark)
                    && before.is_none_or(|before| commit.version > before)
            }))
        }
        Action::Statement(Statement::AlterTable(alter)) => {
            let TableChange::AddColumns(columns) = &alter.change else { return Ok(false) };
            let info = context.warehouse.client().get_table(&alter.table).await?;
            let own: Vec<_> = info.columns.iter().filter_map(|column| column.name.as_deref()).collect();
            Ok(columns.iter().all(|column| own.iter().any(|own| column.name.matches(own))))
        }
        Action::Statement(Statement::Undrop { table, id }) => has_id(&context.warehouse, table, id).await,
        _ => Ok(false),
    }
}
