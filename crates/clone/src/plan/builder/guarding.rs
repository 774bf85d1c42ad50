//! What must be guarded before somebody may see it, or see through something that reads it.

use std::collections::BTreeSet;

use clxs_api::FullName;

use super::Builder;
use crate::outcome::FacetStatus;
use crate::plan::open::is_without;
use crate::plan::text::relation;
use crate::plan::{Facet, Finding, PlannedSecurable, StepId};
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

    /// The steps that guard a securable that is there.
    pub(in crate::plan) fn guarding_steps(&self, source: &Securable) -> Vec<StepId> {
        let guards = |id: &StepId| self.steps[id.index()].facet.is_guard();
        self.steps_for(source).iter().copied().filter(guards).collect()
    }

    /// The steps that guard what is in a container.
    pub(in crate::plan) fn guards_of_container(&self, container: &FullName) -> Vec<StepId> {
        let kind = if container.schema().is_none() { Kind::Catalog } else { Kind::Schema };
        self.guarding_steps(&Securable::new(kind, container.clone()))
    }

    /// The steps that guard what is in a container already.
    pub(in crate::plan) fn guards_inside(&self, container: &FullName) -> Vec<StepId> {
        let children = self.children.get(container).into_iter().flatten();
        let inside = |&position: &usize| {
            let planned = &self.securables[position];
            let is_there = self.sides[position].destination.is_some();
            let own = planned.steps.iter().copied().filter(move |_| is_there);
            let own = own.filter(|id| self.steps[id.index()].facet.is_guard());
            [own.collect(), self.guards_inside(&planned.source)].concat()
        };
        children.flat_map(inside).collect()
    }

    /// What must have succeeded before something that reads or calls a securable is there for others to read: what makes it
    /// and guards it and, where it is there already, what guards that which it reads itself.
    pub(in crate::plan) fn steps_making(&self, source: &Securable) -> Vec<StepId> {
        let mut steps = self.guarding_steps(source);
        match self.definition_step(source) {
            Some(definition) => steps.push(definition),
            None => {
                steps.extend(self.read_through(source).iter().flat_map(|read| self.guarding_steps(read)));
            }
        }
        steps
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
