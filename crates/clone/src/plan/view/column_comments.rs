//! Comments on the columns of views that follow their tables' columns or name them in YAML: no `CREATE VIEW` lists these.

use clxs_api::FullName;

use super::{Candidate, columns_follow};
use crate::plan::builder::{Builder, NewStep};
use crate::plan::text::relation;
use crate::plan::{Expectation, Facet, Statement};

pub(super) fn plan(builder: &mut Builder<'_>, name: &FullName, candidate: &Candidate<'_>) {
    if !builder.settings.copy.comments || !columns_follow(candidate.source, candidate.view) {
        return;
    }
    let definition = builder.definition_step(&relation(name));
    // A view that is made anew has no comments.
    let existing = candidate.destination.filter(|_| definition.is_none());
    let existing = existing.and_then(|table| table.view.as_ref());
    for (column, comment) in &candidate.view.columns {
        let own = existing.and_then(|view| view.columns.iter().find(|(name, _)| name == column));
        let before = own.and_then(|(_, comment)| comment.clone());
        if comment.is_none() || *comment == before {
            continue;
        }
        let column = builder.renamed(name).child(column.clone());
        let action = |comment| Statement::CommentColumn { column: column.clone(), comment };
        let mut step = NewStep::new(Facet::Comment, action(comment.clone()), Expectation::Present);
        step.inverse = Some(action(before).into());
        step.depends_on = definition.into_iter().collect();
        builder.step(&relation(name), step);
    }
}
