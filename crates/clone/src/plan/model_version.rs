//! Plans the versions of registered models and their aliases.
//!
//! The platform gives numbers to versions, and no number twice, so that a copy has the number of its original for as long
//! as neither model has lost a version or got one of its own. Where numbers part, the report says which became which.
//! Versions that are made to be deleted would keep them together, and are not made: whoever waits for versions of the
//! model, as its deployment job does, would be told of each. Aliases lead to the copies of the versions that they lead
//! to in the source, whatever the numbers, so that `models:/name@alias` means the same in both.

use std::collections::BTreeMap;

use clxs_api::FullName;

use super::builder::{Builder, NewStep};
use super::{AliasTarget, CopyVersion, Expectation, Facet, RestCall, StepId, Transfer};
use crate::Securable;
use crate::inventory::{Model, ModelVersion, ModelVersions, VersionOrigin};
use crate::outcome::FacetStatus;
use crate::settings::LoadType;

pub(super) fn plan(
    builder: &mut Builder<'_>,
    securable: &Securable,
    source: &Model,
    destination: Option<&Model>,
) {
    let none = ModelVersions::default();
    let existing = destination.map_or(&none, |model| &model.versions);
    if let Some(reason) = source.versions.unread.as_ref().or(existing.unread.as_ref()).cloned() {
        return builder.facet(securable, Facet::Versions, FacetStatus::Impossible { reason });
    }
    if source.versions.by_number.is_empty() {
        return;
    }
    if builder.settings.schema_only {
        let detail = "schema_only: its versions are not copied".to_owned();
        return builder.facet(securable, Facet::Versions, FacetStatus::Changed { detail });
    }
    let mut planning = Planning {
        model: builder.renamed(&securable.name),
        is_new: destination.is_none(),
        existing,
        copies: BTreeMap::new(),
        changed: Vec::new(),
        missing: Vec::new(),
        last: None,
    };
    for (origin, version) in source.versions.origins(&securable.name) {
        planning.version(builder, securable, origin, version, source.versions.unread_files.as_deref());
    }
    planning.note(builder, securable);
    for (alias, number) in &source.versions.aliases {
        planning.alias(builder, securable, alias, *number);
    }
}

/// The versions of a model on their way into the plan.
struct Planning<'a> {
    /// The destination's model.
    model: FullName,
    /// Whether the run makes it.
    is_new: bool,
    existing: &'a ModelVersions,
    /// Where an alias of each version is to lead.
    copies: BTreeMap<i64, AliasTarget>,
    /// What is otherwise in the destination.
    changed: Vec<String>,
    /// What the destination does not get.
    missing: Vec<String>,
    /// The step that makes the copy before.
    last: Option<StepId>,
}

impl Planning<'_> {
    fn version(
        &mut self,
        builder: &mut Builder<'_>,
        securable: &Securable,
        origin: VersionOrigin,
        version: &ModelVersion,
        unread_files: Option<&str>,
    ) {
        let number = origin.version;
        if let Some(own) = self.existing.ready_copy(&origin) {
            self.copies.insert(number, AliasTarget::Version(own));
            if own != number {
                self.changed.push(format!("version {number} of the source is version {own}"));
            }
            self.comment(builder, securable, own, version);
        } else if !version.is_ready() {
            let status =
                version.status.as_ref().map_or_else(|| "of no status".to_owned(), ToString::to_string);
            self.missing.push(format!("version {number} is {status} in the source"));
        } else if let Some(reason) = unread_files {
            self.missing.push(format!("version {number}: {reason}"));
        } else {
            if version.has_dependencies {
                self.changed
                    .push(format!("version {number} without the dependencies it was registered with"));
            }
            self.copies.insert(number, AliasTarget::CopyOf(Box::new(origin.clone())));
            self.copy(builder, securable, origin, version);
        }
    }

    /// Copies come in the order of their originals, or numbers part.
    fn copy(
        &mut self,
        builder: &mut Builder<'_>,
        securable: &Securable,
        origin: VersionOrigin,
        version: &ModelVersion,
    ) {
        let undo = RestCall::DeleteCopies { model: self.model.clone(), of: Box::new(origin.clone()) };
        let copy = CopyVersion {
            origin,
            destination: self.model.clone(),
            run_id: version.run_id.clone(),
            run_workspace: version.run_workspace,
            comment: version.comment.clone().filter(|_| builder.settings.copy.comments),
            tags: builder.settings.copy.tags,
        };
        let copy = Transfer::CopyVersion(Box::new(copy));
        let mut step = NewStep::new(Facet::Versions, copy, Expectation::Present);
        step.inverse = (!self.is_new).then(|| undo.into());
        step.depends_on = self.last.or_else(|| builder.definition_step(securable)).into_iter().collect();
        self.last = builder.step(securable, step);
    }

    fn comment(&self, builder: &mut Builder<'_>, securable: &Securable, number: i64, version: &ModelVersion) {
        let own = self.existing.by_number.get(&number).and_then(|own| own.comment.clone());
        let is_wanted = builder.settings.copy.comments && builder.settings.load_type == LoadType::Full;
        if !is_wanted || version.comment.is_none() || version.comment == own {
            return;
        }
        let action = |comment: Option<String>| RestCall::CommentVersion {
            model: self.model.clone(),
            version: number,
            comment: comment.unwrap_or_default(),
        };
        let mut step = NewStep::new(Facet::Versions, action(version.comment.clone()), Expectation::Present);
        step.inverse = Some(action(own).into());
        builder.step(securable, step);
    }

    fn note(&self, builder: &mut Builder<'_>, securable: &Securable) {
        if !self.changed.is_empty() {
            let status = FacetStatus::Changed { detail: self.changed.join("; ") };
            builder.facet(securable, Facet::Versions, status);
        }
        if !self.missing.is_empty() {
            let status = FacetStatus::Impossible { reason: self.missing.join("; ") };
            builder.facet(securable, Facet::Versions, status);
        }
    }

    fn alias(&self, builder: &mut Builder<'_>, securable: &Securable, alias: &str, number: i64) {
        let existing = self.existing.aliases.get(alias).copied();
        let Some(to) = self.copies.get(&number) else {
            let reason = format!("{alias} leads to version {number}, which is not copied");
            return builder.facet(securable, Facet::Aliases, FacetStatus::Impossible { reason });
        };
        let is_kept = existing.is_some() && builder.settings.load_type == LoadType::Incremental;
        if is_kept || existing.is_some_and(|own| *to == AliasTarget::Version(own)) {
            return;
        }
        let (model, alias) = (self.model.clone(), alias.to_owned());
        let undo = match existing {
            Some(own) => RestCall::SetAlias {
                model: model.clone(),
                alias: alias.clone(),
                to: AliasTarget::Version(own),
            },
            None => RestCall::DeleteAlias { model: model.clone(), alias: alias.clone() },
        };
        let set = RestCall::SetAlias { model, alias, to: to.clone() };
        let mut step = NewStep::new(Facet::Aliases, set, Expectation::Present);
        step.inverse = (!self.is_new).then(|| undo.into());
        step.depends_on = self.last.into_iter().collect();
        builder.step(securable, step);
    }
}
