//! What must be guarded before somebody may see it, or see through something that reads it.

use std::collections::BTreeSet;

use clxs_api::FullName;

use super::Builder;
use crate::outcome::FacetStatus;
use crate::plan::open::is_without;
use crate::plan::text::relation;
use crate::plan::{Facet, Finding, PlannedSecurable, StepId, lookup, tag};
use crate::{Kind, Securable};

impl Builder<'_> {
    /// Says that a copy is there without what guards its source, and stays so, of facets that are not carried then.
    pub(in crate::plan) fn note_open(
        &mut self,
        source: &Securable,
        facets: Vec<Facet>,
        guards: &str,
        obstacle: &str,
    ) {
        let consequence =
            format!("whoever may read it may see what that hides; it is not guarded now, because {obstacle}");
        self.note_more_open(source, facets, &is_without(guards), &consequence);
    }

    /// Says that something that is there and stays shows more than the source does under its name, of facets that are not
    /// carried then.
    pub(in crate::plan) fn note_more_open(
        &mut self,
        source: &Securable,
        facets: Vec<Facet>,
        how: &str,
        consequence: &str,
    ) {
        let reason = format!("{} {how}: {consequence}", self.renamed(&source.name).dotted());
        self.open.entry(source.name.clone()).or_insert_with(|| how.to_owned());
        for facet in facets {
            self.facet(source, facet, FacetStatus::Impossible { reason: reason.clone() });
        }
        self.finding(Finding { securable: source.name.clone(), line: None, message: reason });
    }

    /// How something of the destination was said to be more open than the source has it.
    pub(in crate::plan) fn more_open(&self, source: &FullName) -> Option<&str> {
        self.open.get(source).map(String::as_str)
    }

    /// Something in a container that was said to be more open, and how.
    pub(in crate::plan) fn more_open_inside(&self, container: &FullName) -> Option<(&FullName, &str)> {
        let (name, how) = self.open.range(container.clone()..).next()?;
        name.parts().starts_with(container.parts()).then_some((name, how))
    }

    /// The steps that guard a securable that is there: filters, masks and policies, and the functions that these call.
    pub(in crate::plan) fn guarding_steps(&self, source: &Securable) -> Vec<StepId> {
        let guards = |id: &StepId| self.steps[id.index()].facet.is_guard();
        let own = self.steps_for(source).iter().copied().filter(guards).collect();
        [own, lookup::steps(self, self.guard_functions(source))].concat()
    }

    /// The functions that guard a table, by themselves or by policies.
    pub(in crate::plan) fn guard_functions(&self, source: &Securable) -> &[Securable] {
        let is_table = self.planned(source).is_some_and(|planned| planned.kind == Kind::Table);
        let functions = self.needs.get(&relation(&source.name)).filter(|_| is_table);
        functions.map_or(&[], Vec::as_slice)
    }

    /// The steps that guard what is in a container.
    pub(in crate::plan) fn guards_of_container(&self, container: &FullName) -> Vec<StepId> {
        let kind = if container.schema().is_none() { Kind::Catalog } else { Kind::Schema };
        self.guarding_steps(&Securable::new(kind, container.clone()))
    }

    /// What must have succeeded before somebody may see into a container, of what is in it already: what guards tables, the
    /// tags that policies go by, and what views and functions become.
    pub(in crate::plan) fn guards_inside(&self, container: &FullName) -> Vec<StepId> {
        let children = self.children.get(container).into_iter().flatten();
        let inside = |&position: &usize| {
            let (planned, is_there) =
                (&self.securables[position], self.sides[position].destination.is_some());
            let own = if is_there { self.guards_of(&securable(planned)) } else { Vec::new() };
            [own, self.guards_inside(&planned.source)].concat()
        };
        children.flat_map(inside).collect()
    }

    fn guards_of(&self, source: &Securable) -> Vec<StepId> {
        let is_about = self.policing.is_about(&source.name);
        let tags = if is_about { tag::steps_of(self, source) } else { Vec::new() };
        [self.guarding_steps(source), tags, self.replacing_step(source).into_iter().collect()].concat()
    }

    /// The step that replaces a view or function that is there.
    pub(in crate::plan) fn replacing_step(&self, source: &Securable) -> Option<StepId> {
        self.definition_step(source).filter(|_| source.lends_rights() && self.is_kept(source))
    }

    /// What must have succeeded before something that reads or calls a securable is there for others to read: what makes it
    /// and guards it and, where it is there already, what guards or replaces that which it reads itself.
    pub(in crate::plan) fn steps_making(&self, source: &Securable) -> Vec<StepId> {
        let mut steps = self.guarding_steps(source);
        match self.definition_step(source) {
            Some(definition) => steps.push(definition),
            None => steps.extend(self.read_through(source).iter().flat_map(|read| self.steps_standing(read))),
        }
        steps
    }

    /// What guards or replaces something that is read.
    pub(in crate::plan) fn steps_standing(&self, read: &Securable) -> Vec<StepId> {
        [self.guarding_steps(read), self.replacing_step(read).into_iter().collect()].concat()
    }

    /// What is read by whoever reads a view, calls a function or sees into a container: tables, views and functions, directly
    /// or through each other.
    pub(in crate::plan) fn read_through(&self, source: &Securable) -> BTreeSet<Securable> {
        let children = self.children.get(&source.name).into_iter().flatten();
        let inside = children.map(|&position| securable(&self.securables[position]));
        let mut left: Vec<_> = inside.chain([source.clone()]).collect();
        let mut read = BTreeSet::new();
        while let Some(reader) = left.pop() {
            let text = match reader.kind {
                // The functions that guard it read for it alone.
                Kind::Table => continue,
                Kind::Function => reader,
                _ => relation(&reader.name),
            };
            let needed = self.needs.get(&text).into_iter().flatten();
            for planned in needed.filter_map(|needed| self.planned(needed)) {
                if read.insert(securable(planned)) {
                    left.push(securable(planned));
                }
            }
        }
        read
    }
}

/// What the source calls it.
fn securable(planned: &PlannedSecurable) -> Securable {
    Securable::new(planned.kind, planned.source.clone())
}
