//! A policy by attribute: a row filter or a column mask for whatever carries certain tags (`facts/rest_api.md`, "Policies").

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::policy::{
    ColumnMaskOptions, FunctionArgument, MatchColumn, PolicyInfo, PolicyType, RowFilterOptions,
};
use clxs_api::{Extra, FullName, Identifier, SecurableKind};
use serde::{Deserialize, Serialize};

use super::Tags;
use super::names::full_name;
use super::tag_condition::holds;
use super::tagged::{Tagged, column_loosened, table_loosened};
use super::three_valued::{all, any};
use crate::{Securable, Settings};

/// Policies on one securable by name in lower case.
pub type Policies = BTreeMap<String, Result<Policy, Unusable>>;

/// A policy that this version cannot make again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unusable {
    /// Why.
    pub reason: String,
    /// Whether it hides rows or values of tables.
    pub hides: bool,
}

/// A policy, without who made it and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name as it is written.
    pub name: String,
    /// What it gives.
    pub effect: PolicyEffect,
    /// The function that says what is seen.
    pub function: FullName,
    /// What the function gets, after the masked column.
    pub arguments: Vec<FunctionArgument>,
    /// Whom it binds.
    pub to: BTreeSet<String>,
    /// Whom of these it does not bind.
    pub except: BTreeSet<String>,
    /// Which tables it is about, as a condition on their tags; absent for all.
    pub when: Option<String>,
    /// Which columns it speaks of: it does nothing where one of these conditions meets none.
    pub columns: Vec<MatchColumn>,
    /// Free text about it.
    pub comment: Option<String>,
}

/// What a policy gives the tables that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyEffect {
    /// A row filter.
    RowFilter,
    /// A mask of the columns under this alias.
    ColumnMask(String),
}

impl Policy {
    /// The policy that REST tells of, or why this version cannot make it again.
    pub(crate) fn of(info: &PolicyInfo) -> Result<Self, Unusable> {
        let unusable = |reason| Unusable { reason, hides: false };
        if let Some(kind) = info.for_securable_type.as_ref().filter(|kind| **kind != SecurableKind::Table) {
            return Err(unusable(format!("policies for securables of type {kind} are not carried")));
        }
        let (effect, function, arguments) = match (&info.row_filter, &info.column_mask) {
            (Some(RowFilterOptions { function_name, using, .. }), None) => {
                (PolicyEffect::RowFilter, function_name, using)
            }
            (None, Some(ColumnMaskOptions { function_name, on_column, using, .. })) => {
                (PolicyEffect::ColumnMask(on_column.clone()), function_name, using)
            }
            _ => {
                let kind = info.policy_type.as_ref().map_or("(none)", PolicyType::as_str);
                return Err(unusable(format!("policies of type {kind} are not carried")));
            }
        };
        let unnameable =
            |problem| Unusable { reason: format!("its function has no usable name: {problem}"), hides: true };
        let function = full_name(function).map_err(unnameable)?;
        Ok(Self {
            name: info.name.clone().unwrap_or_default(),
            effect,
            function: function.to_lowercase(),
            arguments: arguments.iter().map(plain_argument).collect(),
            to: info.to_principals.iter().cloned().collect(),
            except: info.except_principals.iter().cloned().collect(),
            when: info.when_condition.clone().filter(|condition| !condition.is_empty()),
            columns: info.match_columns.iter().map(plain_match).collect(),
            comment: info.comment.clone().filter(|text| !text.is_empty()),
        })
    }

    /// Whether both are the same but for how their names are written.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let without_name = |policy: &Self| Self { name: String::new(), ..policy.clone() };
        without_name(self) == without_name(other)
    }

    /// Whether it is what was written, but for principals that do not exist.
    pub(crate) fn is_as_written(&self, written: &PolicyInfo, missing: &[String]) -> bool {
        let Ok(mut wanted) = Self::of(written) else { return true };
        for principals in [&mut wanted.to, &mut wanted.except] {
            principals.retain(|principal| !missing.contains(principal));
        }
        self.is_like(&wanted)
    }

    /// Whether it hides all that another one hides: it is the same, or binds more, or exempts fewer.
    pub(crate) fn hides_all_of(&self, other: &Self) -> bool {
        let (to, except) = (other.to.clone(), other.except.clone());
        let like_other = Self { to, except, comment: other.comment.clone(), ..self.clone() };
        like_other.is_like(other) && self.to.is_superset(&other.to) && self.except.is_subset(&other.except)
    }

    /// As requests say it, on this securable.
    pub(crate) fn info(&self, on: &Securable) -> PolicyInfo {
        let (function_name, using) = (self.function.dotted(), self.arguments.clone());
        let extra = Extra::default();
        let mut info = PolicyInfo {
            name: Some(self.name.clone()),
            on_securable_type: Some(on.kind.securable_kind()),
            on_securable_fullname: Some(on.name.dotted()),
            for_securable_type: Some(SecurableKind::Table),
            to_principals: self.to.iter().cloned().collect(),
            except_principals: self.except.iter().cloned().collect(),
            when_condition: self.when.clone(),
            match_columns: self.columns.clone(),
            comment: self.comment.clone(),
            ..PolicyInfo::default()
        };
        match &self.effect {
            PolicyEffect::RowFilter => {
                info.policy_type = Some(PolicyType::RowFilter);
                info.row_filter = Some(RowFilterOptions { function_name, using, extra });
            }
            PolicyEffect::ColumnMask(on_column) => {
                let on_column = on_column.clone();
                info.policy_type = Some(PolicyType::ColumnMask);
                info.column_mask = Some(ColumnMaskOptions { function_name, on_column, using, extra });
            }
        }
        info
    }

    /// The same policy for the destination: functions of the source's catalog become those of the destination's,
    /// principals those that stand for them.
    #[must_use]
    pub(crate) fn moved(&self, settings: &Settings) -> Self {
        let mapped = |principals: &BTreeSet<String>| {
            principals.iter().map(|principal| settings.principal_mapping.map(principal)).collect()
        };
        let is_own = self.function.catalog().matches(settings.source.as_str());
        let destination = settings.destination.to_lowercase();
        Self {
            function: if is_own { self.function.in_catalog(&destination) } else { self.function.clone() },
            to: mapped(&self.to),
            except: mapped(&self.except),
            ..self.clone()
        }
    }

    /// Whether it is about tables by their tags.
    pub(crate) fn goes_by_tags(&self) -> bool {
        self.when.is_some() || !self.columns.is_empty()
    }

    /// Whether it is about a table with these tags, its own and those that it inherits, and columns with these; nothing
    /// when nobody can tell. A column without tags may always be there.
    pub(crate) fn is_about(&self, table: &Tags, columns: &BTreeMap<Identifier, Tags>) -> Option<bool> {
        let when = self.when.as_deref().map_or(Some(true), |condition| holds(condition, table));
        let untagged = Tags::new();
        let matches = self.columns.iter().map(|wanted| {
            let condition = wanted.condition.as_deref().unwrap_or_default();
            any(columns.values().chain([&untagged]).map(|tags| holds(condition, tags)))
        });
        all([when].into_iter().chain(matches))
    }

    /// By which tags it is not surely about a copy, or about a column of it, although it is, or may be, about the source's.
    /// What a condition on columns meets besides hides more, or makes the platform refuse to read,
    /// which is UNCONFIRMED.
    pub(crate) fn loosened_by(&self, source: &Tagged, copy: &Tagged) -> Option<String> {
        let table = self.when.iter().find_map(|condition| table_loosened(condition, source, copy));
        let conditions = self.columns.iter().map(|wanted| wanted.condition.as_deref().unwrap_or_default());
        let mut columns = conditions.filter_map(|condition| column_loosened(condition, source, copy));
        table.or_else(|| columns.next())
    }

    /// Whether it binds somebody who is, or is in, those principals of which this says so; nothing when nobody can tell.
    pub(crate) fn binds(&self, identities: &BTreeMap<String, bool>) -> Option<bool> {
        let is_among = |principals: &BTreeSet<String>| {
            any(principals.iter().map(|principal| identities.get(principal).copied()))
        };
        all([is_among(&self.to), is_among(&self.except).map(|is_exempt| !is_exempt)])
    }
}

fn plain_argument(argument: &FunctionArgument) -> FunctionArgument {
    FunctionArgument { extra: Extra::default(), ..argument.clone() }
}

fn plain_match(column: &MatchColumn) -> MatchColumn {
    MatchColumn { extra: Extra::default(), ..column.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(when: Option<&str>, columns: &[&str]) -> Policy {
        let column =
            |condition: &&str| MatchColumn { condition: Some((*condition).into()), ..MatchColumn::default() };
        Policy {
            name: "hide".into(),
            effect: PolicyEffect::ColumnMask("c".into()),
            function: FullName::from_dotted("prod.s.hide").unwrap(),
            arguments: Vec::new(),
            to: ["account users".to_owned()].into(),
            except: ["hr".to_owned(), "ops".to_owned()].into(),
            when: when.map(str::to_owned),
            columns: columns.iter().map(column).collect(),
            comment: None,
        }
    }

    #[test]
    fn policy_is_about_tables_whose_tags_and_columns_meet_all_its_conditions() {
        let personal = Tags::from([("personal".into(), String::new())]);
        let ssn =
            BTreeMap::from([(Identifier::new("ssn").unwrap(), Tags::from([("pii".into(), "ssn".into())]))]);
        let policy = mask(Some("has_tag('personal')"), &["has_tag('pii')"]);
        assert_eq!(policy.is_about(&personal, &ssn), Some(true));
        assert_eq!(policy.is_about(&Tags::new(), &ssn), Some(false));
        assert_eq!(policy.is_about(&personal, &BTreeMap::new()), Some(false));
        assert_eq!(mask(None, &["NOT has_tag('pii')"]).is_about(&personal, &ssn), Some(true));
        let unknown = mask(Some("is_monday()"), &["has_tag('pii')"]);
        assert_eq!(unknown.is_about(&personal, &ssn), None);
        assert_eq!(unknown.is_about(&personal, &BTreeMap::new()), Some(false));
    }

    #[test]
    fn somebody_is_bound_who_is_in_to_and_proven_not_to_be_excepted() {
        let policy = mask(None, &[]);
        let binds = |known: &[(&str, bool)]| {
            policy.binds(&known.iter().map(|(name, is)| ((*name).to_owned(), *is)).collect())
        };
        assert_eq!(binds(&[("account users", true), ("hr", false), ("ops", false)]), Some(true));
        assert_eq!(binds(&[("account users", true), ("hr", true)]), Some(false));
        assert_eq!(binds(&[("account users", true), ("hr", false)]), None);
        assert_eq!(binds(&[("account users", false)]), Some(false));
    }
}
