//! What a rollback puts back as it was: a text comes behind what it reads and calls, a key behind its table and the one that it
//! points to, for they would not fit what is there yet. What the run had made them read says nothing of that.

use std::collections::HashMap;

use clxs_api::{FullName, Identifier};

use crate::inventory::{FunctionDefinition, Language, Session, complete};
use crate::plan::{Action, AddedKey, Statement, Step, StepId};
use crate::rewrite::{Rewritten, rewrite, rewrite_view};

/// The steps of a rollback that put something back, by what it is called.
#[derive(Debug, Default)]
pub(super) struct PutBack {
    relations: HashMap<FullName, StepId>,
    functions: HashMap<FullName, StepId>,
}

impl PutBack {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut put_back = Self::default();
        for step in steps.iter().filter(|step| puts_back(step)) {
            let is_function = matches!(&step.action, Action::Statement(Statement::CreateFunction(_)));
            let of_kind = if is_function { &mut put_back.functions } else { &mut put_back.relations };
            of_kind.insert(step.securable.name.to_lowercase(), step.id);
        }
        put_back
    }

    /// What must be back before a text or a key is put back.
    pub(super) fn needed_by<'a>(&'a self, step: &Step) -> impl Iterator<Item = StepId> + 'a {
        let (reads, calls) = named(step).unwrap_or_default();
        let reads = reads.into_iter().filter_map(|name| self.relations.get(&name));
        let calls = calls.into_iter().filter_map(|name| self.functions.get(&name));
        let own = step.id;
        reads.chain(calls).copied().filter(move |needed| *needed != own)
    }
}

/// Whether a step of a rollback need not wait for another one that undoes what came behind it: what is put back does not mind
/// texts that read it, whether these go or are put back themselves, and nothing but keys minds a key that is put back. What
/// puts back the same table twice would be in its own way.
pub(super) fn need_not_wait(earlier: &Step, later: &Step) -> bool {
    let adds_key = |step: &Step| step.action.added_key().is_some();
    let puts_back_another = puts_back(later) && later.securable != earlier.securable;
    puts_back(earlier) && (puts_back_another || drops_text(later)) || adds_key(later) && !adds_key(earlier)
}

fn puts_back(step: &Step) -> bool {
    matches!(
        &step.action,
        Action::Statement(
            Statement::RestoreTable { .. }
                | Statement::Undrop { .. }
                | Statement::CreateView(_)
                | Statement::CreateFunction(_)
        )
    )
}

fn drops_text(step: &Step) -> bool {
    let kind = step.securable.kind;
    let is_text = kind.is_view() || kind == crate::Kind::Function;
    is_text && matches!(&step.action, Action::Statement(Statement::Drop(_)))
}

/// Full names.
type Names = Vec<FullName>;

/// The relations that a text reads or a key is about, and the functions that it calls.
fn named(step: &Step) -> Option<(Names, Names)> {
    let statement = match &step.action {
        Action::Statement(statement) => statement,
        action => return Some((tables(step, action.added_key()?), Names::new())),
    };
    let catalog = step.securable.name.catalog();
    let (text, session) = match statement {
        Statement::CreateView(view) => (
            rewrite_view(view.kind, &view.definition, catalog, catalog).ok()?,
            (view.catalog.clone(), view.schema.clone()),
        ),
        Statement::CreateFunction(function) => (sql(&function.definition, catalog)?, function.session()?),
        _ => return None,
    };
    Some(full_names(&text, &session))
}

/// The relations that a text reads, and the functions that it calls, by their full names.
pub(super) fn full_names(text: &Rewritten, session: &Session) -> (Names, Names) {
    let full =
        |names: &[Vec<Identifier>]| names.iter().filter_map(|parts| complete(parts, session)).collect();
    (full(&text.relations), full(&text.calls))
}

/// The table of a key, and the one that it points to.
fn tables(step: &Step, key: AddedKey) -> Names {
    std::iter::once(step.securable.name.to_lowercase()).chain(key.parent).collect()
}

/// The body of a function, where it is SQL.
pub(super) fn sql(definition: &FunctionDefinition, catalog: &Identifier) -> Option<Rewritten> {
    (definition.language == Language::Sql).then(|| rewrite(&definition.body, catalog, catalog))
}
