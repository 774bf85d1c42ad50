//! Whether views and functions are what a run made them.

use clxs_api::FullName;

use super::super::put_back::{full_names, sql};
use super::Edit;
use crate::inventory::{Function, Inventory, Table, View};
use crate::plan::{Action, CreateFunction, CreateView, Statement, Step};
use crate::rewrite::rewrite_view;

/// How a view or function is not what a step made it. One that is gone, and was to go, is no edit; nor is one that is what
/// undoing the step makes it.
pub(super) fn edit(step: &Step, there: &Inventory) -> Option<Edit> {
    let is_to_go = step.inverse.as_ref().is_some_and(Action::removes);
    let is_there = match &step.action {
        Action::Statement(Statement::CreateView(view)) => there.table(&view.name).is_some(),
        _ => there.function(&step.securable.name).is_some(),
    };
    if !is_there {
        return (!is_to_go).then(|| Edit::new("it was dropped since, or you may not see it", Vec::new()));
    }
    let [made, before] = [Some(&step.action), step.inverse.as_ref()].map(|action| changed(action?, there));
    match (before, made?) {
        (Some(Text::AsMade), _) | (_, Text::AsMade) => None,
        (_, Text::Other(how)) => Some(how.told(&step.securable.name, there)),
    }
}

/// How a text compares with what an action makes it; nothing for actions that make none.
fn changed(action: &Action, there: &Inventory) -> Option<Text> {
    let how = match action {
        Action::Statement(Statement::CreateView(view)) => view_changed(view, there.table(&view.name)?),
        Action::Statement(Statement::CreateFunction(function)) => {
            function_changed(function, there.function(&function.name)?)
        }
        _ => return None,
    };
    Some(how.map_or(Text::AsMade, Text::Other))
}

/// A text beside what an action makes it.
#[derive(Debug, PartialEq, Eq)]
enum Text {
    AsMade,
    Other(How),
}

/// In what a text is another.
#[derive(Debug, PartialEq, Eq)]
enum How {
    Changed(&'static str),
    Unreadable(String),
}

impl How {
    fn told(self, name: &FullName, there: &Inventory) -> Edit {
        match self {
            Self::Changed(what) => Edit::new(&format!("it was changed since ({what})"), needs(name, there)),
            Self::Unreadable(reason) => Edit { needs: needs(name, there), ..Edit::unknown(&reason) },
        }
    }
}

fn view_changed(made: &CreateView, own: &Table) -> Option<How> {
    let Some(view) = own.view.as_ref().filter(|_| own.kind == made.kind) else {
        return Some(How::Changed("it is something else"));
    };
    let Some(text) = &view.definition else {
        return Some(How::Unreadable("only its owner may see its text".to_owned()));
    };
    if !made.has_text(text) {
        return Some(How::Changed("its text"));
    }
    let other_mode = made.schema_mode.zip(view.schema_mode).is_some_and(|(made, own)| made != own);
    if other_mode {
        return Some(How::Changed("its schema mode"));
    }
    (!shows_columns(view, made)).then_some(How::Changed("its columns"))
}

/// Comments of columns have steps of their own.
fn shows_columns(view: &View, made: &CreateView) -> bool {
    let own = view.columns.iter().map(|(name, _)| name.to_lowercase());
    let is_unknown = made.columns.is_empty() || view.unnameable.is_some();
    is_unknown || made.columns.iter().map(|(name, _)| name.to_lowercase()).eq(own)
}

fn function_changed(made: &CreateFunction, own: &Function) -> Option<How> {
    match &own.definition {
        Ok(definition) => (!definition.is_like(&made.definition)).then_some(How::Changed("its text")),
        Err(reason) => Some(How::Unreadable(reason.clone())),
    }
}

/// What a view or function of this name needs now, as the platform or its text tells.
fn needs(name: &FullName, there: &Inventory) -> Vec<FullName> {
    let view = there.table(name).and_then(|table| needed_by_view(name, table));
    let function = there.function(name).map(|function| needed_by_function(name, function));
    view.into_iter().chain(function).flatten().collect()
}

fn needed_by_view(name: &FullName, table: &Table) -> Option<Vec<FullName>> {
    let view = table.view.as_ref()?;
    let text = view.definition.as_deref()?;
    let text = rewrite_view(table.kind, text, name.catalog(), name.catalog()).ok()?;
    let (reads, calls) = full_names(&text, &view.session_of(name, &text));
    Some([reads, calls].concat())
}

fn needed_by_function(name: &FullName, function: &Function) -> Vec<FullName> {
    let told = function.reads.iter().chain(&function.calls).map(FullName::to_lowercase);
    let own = name.schema().map(|schema| (name.catalog().clone(), schema.clone()));
    let body = function.definition.as_ref().ok().and_then(|definition| sql(definition, name.catalog()));
    let named = body.zip(own).map(|(body, own)| full_names(&body, &own)).unwrap_or_default();
    told.chain(named.0).chain(named.1).collect()
}
