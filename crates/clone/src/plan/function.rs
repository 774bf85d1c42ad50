//! Plans functions: their `CREATE FUNCTION` built anew, SQL rewritten on its tokens, Python left as it is.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{FullName, Identifier};

use super::builder::{Builder, Entry, Facets, NewStep, Sides};
use super::text::{called, missing, relation, routine};
use super::{CreateFunction, Drift, Expectation, Facet, Finding, PlannedChange, Statement, kept_text, open};
use crate::inventory::{
    Function, FunctionDefinition, Language, Parameter, Returns, Session, complete, session_of,
};
use crate::outcome::FacetStatus;
use crate::rewrite::{Mention, Rewritten, mentions_in_lines, rewrite};
use crate::settings::{LoadType, ObjectType};
use crate::{Kind, Securable};

/// A function of the source with what planning needs to know of it.
pub(super) struct Candidate<'a> {
    source: &'a Function,
    destination: Option<&'a Function>,
    /// As the destination is to have it, or why it cannot.
    wanted: Result<FunctionDefinition, String>,
    mentions: Vec<Mention>,
    /// What its body reads and calls.
    pub(super) needs: Vec<Securable>,
    /// What its unqualified names are in, when not its own schema.
    session: Option<Session>,
}

/// The functions of the source.
pub(super) fn candidates<'a>(builder: &Builder<'a>) -> BTreeMap<FullName, Candidate<'a>> {
    let functions = builder.pairs(|schema| &schema.functions);
    let candidate = |(name, source, destination)| {
        let candidate = candidate(builder, &name, source, destination);
        (name, candidate)
    };
    functions.map(candidate).collect()
}

fn candidate<'a>(
    builder: &Builder<'a>,
    name: &FullName,
    source: &'a Function,
    destination: Option<&'a Function>,
) -> Candidate<'a> {
    let (mut mentions, mut needs, mut session) = (Vec::new(), Vec::new(), None);
    let wanted = source.definition.clone().map(|mut definition| {
        for parameter in &mut definition.parameters {
            if let Some(default) = &mut parameter.default {
                let moved = moved(builder, default);
                mentions.extend(moved.mentions);
                *default = moved.text;
            }
        }
        if !builder.settings.copy.comments {
            keep_comments(&mut definition, destination.and_then(|own| own.definition.as_ref().ok()));
        }
        match definition.language {
            Language::Sql => {
                let moved = moved(builder, &definition.body);
                session = other_session(name, &moved, source);
                needs = named(builder, (name, session.as_ref()), &moved);
                mentions.extend(moved.mentions);
                definition.body = moved.text;
            }
            Language::Python => {
                mentions.extend(mentions_in_lines(&definition.body, &builder.settings.source));
            }
        }
        definition
    });
    needs.extend(source.reads.iter().map(|read| relation(&read.to_lowercase())));
    needs.extend(source.calls.iter().map(|call| routine(&call.to_lowercase())));
    // A function that is named as one of the platform's may call that one.
    needs.retain(|needed| *needed != routine(name));
    needs.sort();
    needs.dedup();
    let session = session.map(|session| builder.settings.session_in_destination(session));
    Candidate { source, destination, wanted, mentions, needs, session }
}

/// What the unqualified names of a body are in, when not the function's own schema.
fn other_session(name: &FullName, body: &Rewritten, function: &Function) -> Option<Session> {
    let own = (name.catalog().clone(), name.schema()?.clone());
    let session = session_of(own.clone(), body, (&function.reads, &function.calls));
    (session != own).then_some(session)
}

/// Leaves the comments of parameters and columns as they are in the destination.
fn keep_comments(definition: &mut FunctionDefinition, own: Option<&FunctionDefinition>) {
    fn columns(returns: &Returns) -> &[Parameter] {
        if let Returns::Table(columns) = returns { columns } else { &[] }
    }
    let kept = |own: &[Parameter], name: &Identifier| {
        own.iter().find(|own| own.name == *name).and_then(|own| own.comment.clone())
    };
    let own_parameters = own.map_or(&[][..], |own| &own.parameters);
    for parameter in &mut definition.parameters {
        parameter.comment = kept(own_parameters, &parameter.name);
    }
    if let Returns::Table(returned) = &mut definition.returns {
        for column in returned {
            column.comment = kept(own.map_or(&[], |own| columns(&own.returns)), &column.name);
        }
    }
}

fn moved(builder: &Builder<'_>, text: &str) -> Rewritten {
    rewrite(text, &builder.settings.source, &builder.settings.destination)
}

/// What a body names: of the source only what exists, for it also names common table expressions and parameters.
fn named(
    builder: &Builder<'_>,
    (name, session): (&FullName, Option<&Session>),
    rewritten: &Rewritten,
) -> Vec<Securable> {
    let Some(schema) = name.schema() else { return Vec::new() };
    let session = session.cloned().unwrap_or_else(|| (name.catalog().clone(), schema.clone()));
    let exists = |read: &FullName| builder.inventories.source.table(read).is_some();
    let reads = rewritten.relations.iter().filter_map(|parts| complete(parts, &session)).filter(exists);
    let calls = called(builder, &rewritten.calls, &session);
    reads.map(|read| relation(&read)).chain(calls.iter().map(routine)).collect()
}

/// Plans a function; what it needs was planned before.
pub(super) fn plan<'a>(
    builder: &mut Builder<'a>,
    name: &FullName,
    candidate: &Candidate<'a>,
    skip: Option<PlannedChange>,
) {
    let change = skip.unwrap_or_else(|| change(builder, name, candidate));
    let replaced = matches!(change, PlannedChange::Create | PlannedChange::Replace { .. });
    builder.add(Entry {
        source: routine(name),
        change,
        sides: Sides { source: facets(candidate.source), destination: candidate.destination.map(facets) },
        table: None,
        facets: Vec::new(),
    });
    if replaced {
        create(builder, name, candidate);
    }
}

/// No relation of the information schema shows tags of functions (facts/settled.md §11).
fn facets(function: &Function) -> Facets<'_> {
    Facets {
        owner: function.owner.as_deref(),
        comment: function.comment.as_deref(),
        grants: Some(&function.grants),
        tags: None,
    }
}

fn change(builder: &Builder<'_>, name: &FullName, candidate: &Candidate<'_>) -> PlannedChange {
    let settings = builder.settings;
    let skip = |reason: &str| PlannedChange::Skip { reason: reason.to_owned() };
    if !settings.kinds.functions {
        return skip("clone_functions is off");
    }
    if let Some(reason) = settings.selection.skips(name, ObjectType::Function) {
        return skip(reason);
    }
    match (settings.load_type, candidate.destination) {
        (LoadType::Selective, _) => return skip("SELECTIVE refreshes tables only"),
        (LoadType::Incremental, Some(_)) => return skip("the destination has it (INCREMENTAL)"),
        _ => {}
    }
    let wanted = match &candidate.wanted {
        Ok(wanted) => wanted,
        Err(reason) => return skip(reason),
    };
    if let Some(reason) = missing(builder, &candidate.needs) {
        return PlannedChange::Skip { reason };
    }
    let change = match candidate.destination {
        None => PlannedChange::Create,
        Some(Function { definition: Err(reason), .. }) if !settings.force_reclone => {
            skip(&format!("the destination's cannot be compared ({reason}); force_reclone replaces it"))
        }
        Some(own)
            if differs(builder, wanted, candidate.source, own)
                || is_otherwise_resolved(builder, name, candidate, own) =>
        {
            PlannedChange::Replace { drift: Drift::DefinitionDiffers }
        }
        Some(_) if settings.force_reclone => PlannedChange::Replace { drift: Drift::Forced },
        Some(_) => PlannedChange::Unchanged,
    };
    open::kept_back(builder, &candidate.needs, change)
}

fn differs(builder: &Builder<'_>, wanted: &FunctionDefinition, source: &Function, own: &Function) -> bool {
    let other_comment =
        builder.settings.copy.comments && source.comment.is_some() && source.comment != own.comment;
    other_comment || does_something_else(builder, wanted, own)
}

fn does_something_else(builder: &Builder<'_>, wanted: &FunctionDefinition, own: &Function) -> bool {
    let same = own.definition.as_ref().is_ok_and(|own| own.is_like(wanted));
    // Where no rewriting reached, the body is the same.
    let needs = own.reads.iter().chain(&own.calls);
    let needs_source = needs.into_iter().any(|need| need.catalog().matches(builder.settings.source.as_str()));
    !same || needs_source
}

/// Whether the unqualified names of the destination's function are in another schema than they are to be.
fn is_otherwise_resolved(
    builder: &Builder<'_>,
    name: &FullName,
    candidate: &Candidate<'_>,
    own: &Function,
) -> bool {
    own.definition.as_ref().is_ok_and(|_| session_of_own(builder, name, own) != candidate.session)
}

/// What the unqualified names of the destination's function are in, when not its own schema.
fn session_of_own(builder: &Builder<'_>, name: &FullName, own: &Function) -> Option<Session> {
    let definition = own.definition.as_ref().ok().filter(|own| own.language == Language::Sql)?;
    let name = builder.renamed(name);
    other_session(&name, &rewrite(&definition.body, name.catalog(), name.catalog()), own)
}

/// Whether the destination keeps a function that does something else than the source's, or calls one that does.
pub(super) fn keeps_another(builder: &Builder<'_>, name: &FullName) -> bool {
    let (mut seen, mut left) = (BTreeSet::new(), vec![name.clone()]);
    while let Some(name) = left.pop() {
        let inventories = builder.inventories;
        let sides = (inventories.source.function(&name), inventories.destination.function(&name));
        let (Some(source), Some(own), true) =
            (sides.0, sides.1, kept_text::is_left(builder, &routine(&name)))
        else {
            continue;
        };
        let candidate = candidate(builder, &name, source, Some(own));
        let is_alike =
            candidate.wanted.as_ref().is_ok_and(|wanted| !does_something_else(builder, wanted, own));
        if !is_alike || is_otherwise_resolved(builder, &name, &candidate, own) {
            return true;
        }
        let called = candidate.needs.into_iter().filter(|needed| needed.kind == Kind::Function);
        left.extend(called.map(|needed| needed.name).filter(|name| seen.insert(name.clone())));
    }
    false
}

fn create(builder: &mut Builder<'_>, name: &FullName, candidate: &Candidate<'_>) {
    let Ok(definition) = candidate.wanted.clone() else { return };
    findings(builder, name, candidate);
    let Candidate { source, destination, .. } = candidate;
    let copies_comments = builder.settings.copy.comments;
    if copies_comments && source.comment.is_some() {
        builder.facet(&routine(name), Facet::Comment, FacetStatus::Carried);
    }
    let own_comment = destination.and_then(|own| own.comment.clone());
    let comment = source.comment.clone().filter(|_| copies_comments).or_else(|| own_comment.clone());
    let function = |definition, comment, session| {
        let name = builder.renamed(name);
        Statement::CreateFunction(Box::new(CreateFunction { name, definition, comment, session }))
    };
    let expects = if destination.is_some() { Expectation::Present } else { Expectation::Absent };
    let mut step =
        NewStep::new(Facet::Definition, function(definition, comment, candidate.session.clone()), expects);
    step.inverse =
        match destination {
            None => Some(Statement::Drop(builder.in_destination(&routine(name))).into()),
            Some(own) => own.definition.clone().ok().map(|definition| {
                function(definition, own_comment, session_of_own(builder, name, own)).into()
            }),
        };
    step.depends_on = builder.steps_around(name);
    step.depends_on.extend(candidate.needs.iter().flat_map(|needed| builder.steps_making(needed)));
    builder.step(&routine(name), step);
}

fn findings(builder: &mut Builder<'_>, name: &FullName, candidate: &Candidate<'_>) {
    for mention in &candidate.mentions {
        let message = mention.message.clone();
        builder.finding(Finding { securable: name.clone(), line: Some(mention.line), message });
    }
    let is_elsewhere = |needed: &&Securable| !needed.name.catalog().matches(builder.settings.source.as_str());
    let elsewhere: Vec<_> = candidate.needs.iter().filter(is_elsewhere).cloned().collect();
    for needed in elsewhere {
        let message = format!("needs {} of another catalog; the clone needs the same", needed.name.dotted());
        builder.finding(Finding { securable: name.clone(), line: None, message });
    }
}
