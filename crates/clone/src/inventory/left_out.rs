//! Reads what guards the tables that a run leaves out and that texts read which it makes, and the texts between: such a text must
//! not show what the source hides. Only those count of which the destination has a copy; a text that reads others is not made.

use std::collections::BTreeSet;

use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;
use futures::future::try_join;

use super::functions::function_of;
use super::names::complete;
use super::reader::{Reader, Side, refusal};
use super::tables::{same_text, table_of, tables};
use super::{Function, Inventories, Inventory, Language, Table, session_of};
use crate::rewrite::{rewrite, rewrite_view};
use crate::settings::LoadType;
use crate::{Error, Kind, Result, Securable};

/// What a schema has that takes no part.
enum Outside {
    Relation(Box<Table>),
    /// In the source, and in the destination.
    Function(Box<Function>, Option<Box<Function>>),
    /// Somebody dropped it meanwhile, or nobody may see the text.
    Nothing,
}

impl Reader<'_> {
    /// Reads the tables that are left out, of what new texts read, and the policies on them and on their schemas.
    pub(super) async fn left_out(&self, own: &mut Inventories) -> Result<()> {
        if self.settings.load_type == LoadType::Selective || !self.has_copies_left_out(own) {
            return Ok(());
        }
        let (mut seen, mut left) = (BTreeSet::new(), self.new_texts(own));
        let mut copies = BTreeSet::new();
        while !left.is_empty() {
            left.retain(|text| seen.insert(text.clone()));
            let outside: Vec<_> = left.iter().filter(|text| self.is_unread(own, text)).cloned().collect();
            let found = self.all(outside.iter().map(|text| self.outside(text)).collect()).await?;
            outside.iter().zip(found).for_each(|(text, found)| self.put_outside(own, text, found));
            copies.extend(
                left.iter().filter(|text| self.is_copy_left_out(own, text)).map(|it| it.name.clone()),
            );
            left = left.iter().flat_map(|text| self.needs_of(own, text)).collect();
        }
        self.policies_left_out(own, &copies.into_iter().collect::<Vec<_>>()).await
    }

    /// Whether the destination has tables or texts that the run leaves out. Where it has none, nothing has to be looked at.
    fn has_copies_left_out(&self, own: &Inventories) -> bool {
        let mut copies = tables(&self.settings.source, &own.destination);
        let is_left_out = |schema: &Identifier| {
            own.source.schemas.get(schema).is_some_and(|schema| schema.skip.is_some() && !schema.is_system)
        };
        own.destination.schemas.keys().any(is_left_out)
            || copies.any(|(name, _)| may_have(&own.source, &name) && !self.takes_part(&own.source, &name))
    }

    /// The views and functions that take part and that the destination does not have as they are.
    fn new_texts(&self, own: &Inventories) -> Vec<Securable> {
        let views = tables(&self.settings.source, &own.source).filter(|(name, table)| {
            let is_selected = self.settings.selection.skips(name, table.kind.object_type()).is_none();
            let existing = own.destination.table(name);
            table.is_text() && is_selected && same_text(self.settings, table, existing).is_none()
        });
        let views = views.map(|(name, _)| Securable::new(Kind::View, name));
        let functions = own.source.taking_part().flat_map(|(schema, contents)| {
            let schema = self.catalog_name(Side::Source).child(schema.clone());
            contents.functions.iter().map(move |(name, function)| (schema.child(name.clone()), function))
        });
        let functions = functions.filter(|(name, function)| {
            !own.destination.function(name).is_some_and(|there| self.is_same_body(function, there))
        });
        views.chain(functions.map(|(name, _)| Securable::new(Kind::Function, name))).collect()
    }

    fn is_same_body(&self, function: &Function, there: &Function) -> bool {
        let (Ok(own), Ok(there)) = (&function.definition, &there.definition) else { return false };
        let moved = rewrite(&own.body, &self.settings.source, &self.settings.destination);
        moved.text.trim() == there.body.trim()
    }

    /// Whether it is in a schema that takes no part, and is not read yet.
    fn is_unread(&self, own: &Inventories, needed: &Securable) -> bool {
        let schema = needed.name.schema().and_then(|schema| own.source.schemas.get(schema));
        let is_outside = schema.is_some_and(|schema| schema.skip.is_some() && !schema.is_system);
        is_outside
            && needed.name.catalog().matches(self.settings.source.as_str())
            && (needed.kind == Kind::Function || own.destination.table(&needed.name).is_some())
    }

    fn is_copy_left_out(&self, own: &Inventories, read: &Securable) -> bool {
        let is_table = |table: Option<&Table>| table.is_some_and(|table| table.kind == Kind::Table);
        read.kind != Kind::Function
            && read.name.catalog().matches(self.settings.source.as_str())
            && is_table(own.source.table(&read.name))
            && is_table(own.destination.table(&read.name))
            && !self.takes_part(&own.source, &read.name)
    }

    async fn outside(&self, needed: &Securable) -> Result<Outside> {
        let (client, name) = (self.warehouse.client(), &needed.name);
        let attempt = || Error::client(format!("read {needed}"));
        if needed.kind == Kind::Function {
            let copy = needed.name.in_catalog(&self.settings.destination.to_lowercase());
            let (function, copy) = try_join(self.function(name), self.function(&copy)).await?;
            return Ok(function.map_or(Outside::Nothing, |function| Outside::Function(function, copy)));
        }
        match client.get_table(name).await {
            Ok(info) => {
                let told = info.view_dependencies.clone();
                let table = table_of(info, self.settings).map(|(_, table)| with_needs(table, told.as_ref()));
                Ok(table.map_or(Outside::Nothing, |table| Outside::Relation(Box::new(table))))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Outside::Nothing),
            // What nobody may see may be guarded.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let unusable_guards = Some(refusal(&error));
                Ok(Outside::Relation(Box::new(Table { unusable_guards, ..Table::new(Kind::Table) })))
            }
            Err(error) => Err(attempt()(error)),
        }
    }

    /// A function, unless nobody may see it, or it is not there.
    async fn function(&self, name: &FullName) -> Result<Option<Box<Function>>> {
        match self.warehouse.client().get_function(name).await {
            Ok(info) => Ok(function_of(info).map(|(_, function)| Box::new(function))),
            Err(error) if is_unseen(error.kind()) => Ok(None),
            Err(error) => Err(Error::client(format!("read function {}", name.dotted()))(error)),
        }
    }

    fn put_outside(&self, own: &mut Inventories, needed: &Securable, found: Outside) {
        match found {
            Outside::Nothing => {}
            Outside::Function(function, copy) => {
                let needs = self.needs_of_function(&needed.name, &function);
                own.source.needs_outside.insert(needed.clone(), needs);
                put_function(&mut own.source, &needed.name, Some(function));
                put_function(&mut own.destination, &needed.name, copy);
            }
            Outside::Relation(table) => {
                let schema = needed.name.schema().and_then(|schema| own.source.schemas.get_mut(schema));
                let Some(schema) = schema else { return };
                let is_text = table.is_text();
                schema.tables.insert(needed.name.name().clone(), *table);
                if is_text {
                    let needs = self.needs_of(own, needed);
                    own.source.needs_outside.insert(needed.clone(), needs);
                }
            }
        }
    }

    /// What a text reads and calls. What only its text names may be no more than a name in it.
    fn needs_of(&self, own: &Inventories, text: &Securable) -> Vec<Securable> {
        if let Some(needs) = own.source.needs_outside.get(text) {
            return needs.clone();
        }
        if text.kind == Kind::Function {
            let function = own.source.function(&text.name);
            return function.map(|own| self.needs_of_function(&text.name, own)).unwrap_or_default();
        }
        let Some(table) = own.source.table(&text.name) else { return Vec::new() };
        let Some(view) = &table.view else { return Vec::new() };
        let definition = view.definition.as_deref().unwrap_or_default();
        let (from, to) = (&self.settings.source, &self.settings.destination);
        let rewritten = rewrite_view(table.kind, definition, from, to).unwrap_or_default();
        let session = view.session_of(&text.name, &rewritten);
        let named = |names: &[Vec<_>]| -> Vec<FullName> {
            names.iter().filter_map(|parts| complete(parts, &session)).collect()
        };
        let (reads, calls) = match &view.reads {
            Some(reads) => (reads.clone(), view.calls.clone()),
            None => (named(&rewritten.relations), named(&rewritten.calls)),
        };
        needs(&reads, &calls)
    }

    fn needs_of_function(&self, name: &FullName, function: &Function) -> Vec<Securable> {
        let mut found = needs(&function.reads, &function.calls);
        let definition = function.definition.as_ref().ok().filter(|own| own.language == Language::Sql);
        if let Some((definition, schema)) = definition.zip(name.schema()) {
            let text = rewrite(&definition.body, &self.settings.source, &self.settings.destination);
            let own = (name.catalog().clone(), schema.clone());
            let session = session_of(own, &text, (&function.reads, &function.calls));
            let named = |names: &[Vec<_>]| -> Vec<FullName> {
                names.iter().filter_map(|parts| complete(parts, &session)).collect()
            };
            found.extend(needs(&named(&text.relations), &[]));
        }
        found
    }
}

/// Whether the source has a table of that name, or may have it in a schema that is not listed.
fn may_have(source: &Inventory, name: &FullName) -> bool {
    let schema = name.schema().and_then(|schema| source.schemas.get(schema));
    schema.is_some_and(|schema| schema.skip.is_some()) || source.table(name).is_some()
}

fn put_function(inventory: &mut Inventory, name: &FullName, function: Option<Box<Function>>) {
    let schema = name.schema().and_then(|schema| inventory.schemas.get_mut(schema));
    if let Some((schema, function)) = schema.zip(function) {
        schema.functions.insert(name.name().clone(), *function);
    }
}

fn is_unseen(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::PermissionDenied)
}

/// A table or view of which its own request told more than a list does. Where its files are is nobody's business.
fn with_needs(mut table: Table, told: Option<&clxs_api::table::DependencyList>) -> Table {
    table.location = None;
    if let Some(view) = table.view.as_mut() {
        view.reads = told.map(super::tables::tables_of);
        view.calls = told.map(super::tables::functions_of).unwrap_or_default();
    }
    table
}

fn needs(reads: &[FullName], calls: &[FullName]) -> Vec<Securable> {
    let of_kind = |kind: Kind| move |name: &FullName| Securable::new(kind, name.to_lowercase());
    reads.iter().map(of_kind(Kind::View)).chain(calls.iter().map(of_kind(Kind::Function))).collect()
}
