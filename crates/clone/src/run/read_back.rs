//! Reads back what the platform recorded of a view or function that was made: nothing that it needs may be in the
//! source. What no rewriting reached would read the source's rows with the rights of the destination. Of a table that was
//! filled from a protected one, what the copy was sure of is read again: guards that were changed meanwhile may have masked it.
//! A table that was made to be filled must have its guards before.

use clxs_api::table::TableInfo;
use clxs_api::{FullName, Identifier};
use clxs_client::{ErrorKind, Result};

use crate::Kind;
use crate::inventory::{Guards, History, dependencies_of, guard_text, named_policies, query_columns_of};
use crate::plan::{Action, CreateTable, CreateView, Proof, Statement};
use crate::rewrite::rewrite_view;
use crate::warehouse::Warehouse;

/// What is wrong with what an action made; `None` when nothing is, or when nobody tells.
pub(super) async fn problem(
    warehouse: &Warehouse,
    source: &Identifier,
    action: &Action,
) -> Result<Option<String>> {
    let client = warehouse.client();
    if let Action::Statement(Statement::FillTable(fill)) = action {
        return match &fill.proof {
            Some(proof) => no_longer(warehouse, &fill.source, proof).await,
            None => Ok(None),
        };
    }
    if let Action::Statement(Statement::CreateTable(table)) = action {
        return match another_was_there(warehouse, table).await? {
            Some(problem) => Ok(Some(problem)),
            None => unguarded(warehouse, table).await,
        };
    }
    let recorded = match action {
        Action::Statement(Statement::CreateView(view)) => {
            let info = told(client.get_table(&view.name).await.map(Some))?;
            if let Some(problem) = info.as_ref().and_then(|info| named_in_text(source, view, info)) {
                return Ok(Some(problem));
            }
            info.and_then(|info| info.view_dependencies)
        }
        Action::Statement(Statement::CreateFunction(function)) => {
            told(client.get_function(&function.name).await.map(|info| info.routine_dependencies))?
        }
        _ => None,
    };
    let names = recorded.as_ref().map(dependencies_of).unwrap_or_default();
    let in_source: Vec<_> = names.iter().filter(|name| name.catalog().matches(source.as_str())).collect();
    let texts: Vec<_> = in_source.into_iter().map(FullName::dotted).collect();
    Ok((!texts.is_empty())
        .then(|| format!("it was made, and still needs {} of the source", texts.join(", "))))
}

/// Which columns the query of a view has that was made, where they are not those of the source's view; nothing when they are, or
/// when nobody tells.
pub(super) async fn other_columns(warehouse: &Warehouse, view: &CreateView) -> Result<Option<String>> {
    let info = told(warehouse.client().get_table(&view.name).await.map(Some))?;
    let shown = info.map(|info| query_columns_of(&info)).unwrap_or_default();
    let is_same = shown.len() == view.query_columns.len()
        && shown.iter().zip(&view.query_columns).all(|(shown, wanted)| shown.matches(wanted.as_str()));
    let list = |columns: &[Identifier]| columns.iter().map(Identifier::as_str).collect::<Vec<_>>().join(", ");
    Ok((!shown.is_empty() && !is_same).then(|| {
        let (shown, wanted) = (list(&shown), list(&view.query_columns));
        format!("`*` stands for other columns in its tables here ({shown}) than the source's view shows ({wanted})")
    }))
}

/// Whether a table that was to be new is one that was in its place already: `CREATE TABLE … LOCATION` takes that over, rows and
/// all, where nobody registered it (Databricks, `CREATE TABLE [USING]`, LOCATION).
async fn another_was_there(warehouse: &Warehouse, table: &CreateTable) -> Result<Option<String>> {
    let Some(location) = table.location.as_ref().filter(|_| !table.replace) else { return Ok(None) };
    let History::Read(commits) = warehouse.all_commits(&table.name).await? else { return Ok(None) };
    let Some((made, since)) = commits.split_last() else { return Ok(None) };
    let is_own = made.mark.as_ref() == Some(&table.mark)
        && since.iter().all(|commit| commit.keeps_rows() && !commit.is_clone());
    Ok((!is_own).then(|| {
        format!("a table that nobody registered is in its place, {location}, with rows of its own; remove it, or map another place")
    }))
}

/// Whether a table lacks a guard that it was made with: what becomes of the guards of a table that is replaced the platform's
/// documentation does not say.
async fn unguarded(warehouse: &Warehouse, table: &CreateTable) -> Result<Option<String>> {
    if table.guards.is_empty() {
        return Ok(None);
    }
    let guards = Guards::of(&warehouse.client().get_table(&table.name).await?);
    let has_them = guards.is_ok_and(|guards| guards.call_the_same(&table.guards));
    Ok((!has_them).then(|| format!("it was made, and does not have {}; no row was copied", table.guards)))
}

/// What of a source is not as it was when its copy was planned.
async fn no_longer(warehouse: &Warehouse, source: &FullName, proof: &Proof) -> Result<Option<String>> {
    let client = warehouse.client();
    let info = client.get_table(source).await?;
    if Guards::of(&info).as_ref() != Ok(&proof.guards) {
        return Ok(Some(format!("the guards of {} were changed while it was copied", source.dotted())));
    }
    for (name, text) in &proof.functions {
        if guard_text(&client.get_function(name).await?) != Some(text) {
            let name = name.dotted();
            return Ok(Some(format!("the function {name} was changed while the table was copied")));
        }
    }
    for (on, policies) in &proof.policies {
        let now = client.list_policies(&on.kind.securable_kind(), &on.name).await?;
        if named_policies(&now) != *policies {
            return Ok(Some(format!("the policies on {on} were changed while it was copied")));
        }
    }
    let Some(version) = proof.version else { return Ok(None) };
    let newest = warehouse.newest_commit(source).await?.version();
    Ok((newest != Some(version)).then(|| {
        let source = source.dotted();
        format!(
            "{source} was written after version {version}, which was asked for, and shows no earlier version"
        )
    }))
}

/// What the text that the platform keeps still names of the source, of kinds for which it is UNCONFIRMED whether the
/// platform records what they need.
fn named_in_text(source: &Identifier, view: &CreateView, info: &TableInfo) -> Option<String> {
    let text = info.view_definition.as_deref().filter(|_| view.kind != Kind::View)?;
    let read = match rewrite_view(view.kind, text, source, view.name.catalog()) {
        Ok(read) => read,
        Err(problem) => return Some(format!("it was made, and nobody can tell what it reads: {problem}")),
    };
    let names = read.relations.iter().chain(&read.calls).filter(|parts| parts.len() > 2);
    let in_source = names.filter(|parts| parts[0].matches(source.as_str()));
    let texts: Vec<_> =
        in_source.map(|parts| parts.iter().map(Identifier::as_str).collect::<Vec<_>>().join(".")).collect();
    (!texts.is_empty()).then(|| format!("it was made, and still names {} of the source", texts.join(", ")))
}

fn told<T: Default>(answer: Result<T>) -> Result<T> {
    match answer {
        Err(error) if error.is_retryable() => Err(error),
        Err(error) if has_no_answer(error.kind()) => Err(error),
        answer => Ok(answer.unwrap_or_default()),
    }
}

/// Whether nothing was told, rather than that there is nothing.
fn has_no_answer(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Transport | ErrorKind::Untrusted | ErrorKind::Unauthenticated)
}
