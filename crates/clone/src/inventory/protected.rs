//! Reads what only the copying of protected tables needs, of these tables alone: how they are made, the functions of
//! their guards, and what these ask about the caller.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::FullName;
use clxs_api::table::TableInfo;
use clxs_client::ErrorKind;
use futures::future::try_join4;

use super::reader::{Found, Reader, all, refusal};
use super::sight::{Answers, GuardFunction, Known, Premise, doubt};
use super::{Guards, Inventories, Table, TableDefinition};
use crate::settings::ProtectedTables;
use crate::{Error, Kind, Result};

/// What copying a protected table needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    /// How it is made, or why nobody can tell.
    pub definition: Result<TableDefinition, String>,
    /// Whether the caller sees all of it as it is.
    pub sight: Sight,
}

/// Whether the caller sees all rows and values of a table as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Proven by these texts, given this about the caller.
    Clear {
        /// What is true of the caller.
        known: Vec<Known>,
        /// The texts of the functions.
        functions: BTreeMap<FullName, String>,
    },
    /// Not proven.
    Doubtful {
        /// Why.
        reason: String,
    },
}

/// Functions of guards by name.
type Functions = BTreeMap<String, Result<GuardFunction, String>>;

impl Protected {
    /// Of a table whose rows nobody wants to read.
    pub(super) fn of_definition(definition: Result<TableDefinition, String>) -> Self {
        Self { definition, sight: Sight::Doubtful { reason: "nobody asked".to_owned() } }
    }
}

impl<'a> Reader<'a> {
    /// Reads what copying the protected tables that take part needs to know.
    pub(super) async fn protected(&self, own: &Inventories) -> Result<Found<'a>> {
        let names = self.protected_names(own);
        let is_there =
            |name: &&FullName| own.destination.table(name).is_some_and(|table| table.kind == Kind::Table);
        let there: Vec<_> = names.iter().filter(is_there).cloned().collect();
        let destination = self.settings.destination.to_lowercase();
        let guards =
            names.iter().filter_map(|name| own.source.table(name)).flat_map(|table| table.guards.all());
        let functions = guards.map(|guard| guard.function.clone()).collect();
        let (infos, definitions, own_definitions, functions) = try_join4(
            self.all(names.iter().map(|name| self.table_info(name)).collect()),
            self.definitions(names.clone()),
            self.definitions(there.iter().map(|name| name.in_catalog(&destination)).collect()),
            self.guard_functions(functions),
        )
        .await?;
        let answers = self.answers(&functions).await?;
        Ok(Box::new(move |inventories| {
            for ((name, info), definition) in names.iter().zip(infos).zip(definitions) {
                let Some(table) = inventories.source.table_mut(name) else { continue };
                let sight = sight(&table.guards, &info, &functions, &answers);
                table.protected = Some(Box::new(Protected { definition, sight }));
            }
            for (name, definition) in there.iter().zip(own_definitions) {
                if let Some(table) = inventories.destination.table_mut(name) {
                    table.protected = Some(Box::new(Protected::of_definition(definition)));
                }
            }
            Ok(())
        }))
    }

    fn protected_names(&self, own: &Inventories) -> Vec<FullName> {
        let mut names = self.tables_taking_part(&own.source);
        names.retain(|name| own.source.table(name).is_some_and(|table| self.copies(table)));
        names
    }

    /// Whether a table is copied if its caller sees clear values.
    pub(super) fn copies(&self, table: &Table) -> bool {
        let settings = self.settings;
        settings.copy.security
            && settings.protected_tables != ProtectedTables::Skip
            && !table.guards.is_empty()
    }

    async fn table_info(&self, name: &FullName) -> Result<TableInfo> {
        let attempt = format!("read table `{}`", name.dotted());
        self.warehouse.client().get_table(name).await.map_err(Error::client(attempt))
    }

    /// How tables are made.
    async fn definitions(&self, names: Vec<FullName>) -> Result<Vec<Result<TableDefinition, String>>> {
        let reads = names.into_iter().map(|name| self.definition(name));
        all(reads, self.settings.limits.max_parallel_queries.get()).await
    }

    /// How a table is made, or why nobody tells.
    async fn definition(&self, name: FullName) -> Result<Result<TableDefinition, String>> {
        match self.warehouse.query(format!("SHOW CREATE TABLE {name}")).await {
            Ok(rows) => {
                let text = rows.get(0).and_then(|row| row.get("createtab_stmt").ok().flatten());
                Ok(text.ok_or("SHOW CREATE TABLE shows nothing".to_owned()).and_then(TableDefinition::parse))
            }
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(Err(refusal(&error))),
            Err(error) => Err(Error::client(format!("read how table `{}` is made", name.dotted()))(error)),
        }
    }

    async fn guard_functions(&self, names: BTreeSet<FullName>) -> Result<Functions> {
        let names: Vec<_> = names.into_iter().collect();
        let functions = self.all(names.iter().map(|name| self.guard_function(name)).collect()).await?;
        Ok(names.iter().map(FullName::dotted).zip(functions).collect())
    }

    /// A function that is not there, or not to be seen, proves nothing.
    async fn guard_function(&self, name: &FullName) -> Result<Result<GuardFunction, String>> {
        match self.warehouse.client().get_function(name).await {
            Ok(info) => Ok(GuardFunction::of(&info)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
                Ok(Err(refusal(&error)))
            }
            Err(error) => Err(Error::client(format!("read function `{}`", name.dotted()))(error)),
        }
    }

    async fn answers(&self, functions: &Functions) -> Result<Answers> {
        self.asked(functions.values().flatten().flat_map(GuardFunction::premises).collect()).await
    }

    /// Asks the warehouse what is true of the caller. What it does not answer is not known.
    pub(super) async fn asked(&self, premises: BTreeSet<Premise>) -> Result<Answers> {
        if premises.is_empty() {
            return Ok(Answers::new());
        }
        let columns: Vec<_> =
            premises.iter().enumerate().map(|(place, premise)| format!("{premise} AS p{place}")).collect();
        let rows = match self.warehouse.query(format!("SELECT {}", columns.join(", "))).await {
            Ok(rows) => rows,
            Err(error) if error.kind() == ErrorKind::StatementFailed => return Ok(Answers::new()),
            Err(error) => return Err(Error::client("ask what guards ask about you")(error)),
        };
        let answer = |place: usize| {
            let text = rows.get(0).and_then(|row| row.get(&format!("p{place}")).ok().flatten())?;
            Some(text.eq_ignore_ascii_case("true"))
        };
        let answered = premises.into_iter().enumerate();
        Ok(answered.filter_map(|(place, premise)| Some((premise, answer(place)?))).collect())
    }
}

fn sight(guards: &Guards, info: &TableInfo, functions: &Functions, answers: &Answers) -> Sight {
    if Guards::of(info).as_ref() != Ok(guards) {
        return Sight::Doubtful { reason: "its guards were changed while they were read".to_owned() };
    }
    let types = info.columns.iter().filter_map(|column| {
        Some((column.name.as_deref()?.to_lowercase(), column.type_text.as_deref()?.to_lowercase()))
    });
    if let Some(reason) = doubt(guards, &types.collect(), functions, answers) {
        return Sight::Doubtful { reason };
    }
    let used = || {
        let names: BTreeSet<_> = guards.all().map(|guard| &guard.function).collect();
        names.into_iter().filter_map(|name| Some((name, functions.get(&name.dotted())?.as_ref().ok()?)))
    };
    let premises: BTreeSet<_> = used().flat_map(|(_, function)| function.premises()).collect();
    let known = |premise: Premise| answers.get(&premise).map(|holds| Known { holds: *holds, premise });
    Sight::Clear {
        known: premises.into_iter().filter_map(known).collect(),
        functions: used().map(|(name, function)| (name.clone(), function.text.clone())).collect(),
    }
}
