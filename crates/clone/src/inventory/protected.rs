//! Reads whether the caller sees protected tables as they are, of these tables alone: the functions of their guards,
//! and what these ask about the caller.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::FullName;
use clxs_api::table::TableInfo;
use clxs_client::ErrorKind;
use futures::future::try_join;

use super::reader::{Found, Reader, refusal};
use super::sight::{Answers, GuardFunction, Known, Premise, doubt};
use super::{Guards, Inventories, Table};
use crate::settings::{ProtectedTables, RowScope};
use crate::{Error, Result};

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

impl<'a> Reader<'a> {
    /// Reads whether the caller sees the protected tables whose rows are copied.
    pub(super) async fn sights(&self, own: &Inventories) -> Result<Found<'a>> {
        let mut names = self.made_tables(own);
        names.retain(|name| {
            self.settings.rows_of(name) != RowScope::None
                && own.source.table(name).is_some_and(|table| self.copies(table))
        });
        let guards =
            names.iter().filter_map(|name| own.source.table(name)).flat_map(|table| table.guards.all());
        let functions = guards.map(|guard| guard.function.clone()).collect();
        let (infos, functions) = try_join(
            self.all(names.iter().map(|name| self.table_info(name)).collect()),
            self.guard_functions(functions),
        )
        .await?;
        let answers = self.answers(&functions).await?;
        Ok(Box::new(move |inventories| {
            for (name, info) in names.iter().zip(infos) {
                let Some(table) = inventories.source.table_mut(name) else { continue };
                table.sight = Some(Box::new(sight(&table.guards, &info, &functions, &answers)));
            }
            Ok(())
        }))
    }

    /// Whether a table is copied if its caller sees clear values.
    pub(super) fn copies(&self, table: &Table) -> bool {
        let settings = self.settings;
        settings.copy.security
            && settings.protected_tables != ProtectedTables::Skip
            && !table.guards.is_empty()
    }

    pub(super) async fn table_info(&self, name: &FullName) -> Result<TableInfo> {
        let attempt = format!("read table `{}`", name.dotted());
        self.warehouse.client().get_table(name).await.map_err(Error::client(attempt))
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

    async fn answers(&self, functions: &Functions) -> Result<Result<Answers, String>> {
        self.asked(functions.values().flatten().flat_map(GuardFunction::premises).collect()).await
    }

    /// Asks the warehouse what is true of the caller, or says why it does not tell. What it does not answer is not known.
    pub(super) async fn asked(&self, premises: BTreeSet<Premise>) -> Result<Result<Answers, String>> {
        if premises.is_empty() {
            return Ok(Ok(Answers::new()));
        }
        let columns: Vec<_> =
            premises.iter().enumerate().map(|(place, premise)| format!("{premise} AS p{place}")).collect();
        let rows = match self.warehouse.query(format!("SELECT {}", columns.join(", "))).await {
            Ok(rows) => rows,
            Err(error) if error.kind() == ErrorKind::StatementFailed => return Ok(Err(refusal(&error))),
            Err(error) => return Err(Error::client("ask what guards ask about you")(error)),
        };
        let answer = |place: usize| {
            let text = rows.get(0).and_then(|row| row.get(&format!("p{place}")).ok().flatten())?;
            Some(text.eq_ignore_ascii_case("true"))
        };
        let answered = premises.into_iter().enumerate();
        Ok(Ok(answered.filter_map(|(place, premise)| Some((premise, answer(place)?))).collect()))
    }
}

fn sight(guards: &Guards, info: &TableInfo, functions: &Functions, asked: &Result<Answers, String>) -> Sight {
    if Guards::of(info).as_ref() != Ok(guards) {
        return Sight::Doubtful { reason: "its guards were changed while they were read".to_owned() };
    }
    let types = info.columns.iter().filter_map(|column| {
        Some((column.name.as_deref()?.to_lowercase(), column.type_text.as_deref()?.to_lowercase()))
    });
    let none = Answers::new();
    let answers = asked.as_ref().unwrap_or(&none);
    if let Some(mut reason) = doubt(guards, &types.collect(), functions, answers) {
        if let Err(refusal) = asked {
            reason.push_str(&format!("; nobody could tell what guards ask about you: {refusal}"));
        }
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
