//! What policies go by of a table, and how a copy whose tags differ gets out of one.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::Identifier;

use super::Tags;
use super::tag_condition::holds;

/// The tags of a table, its own and those that it inherits, and those of its columns by their names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) table: Tags,
    pub(crate) columns: BTreeMap<Identifier, Tags>,
}

impl Tagged {
    /// Writes tags over those that are there.
    pub(crate) fn write<'a>(
        &mut self,
        tags: impl Iterator<Item = (&'a String, &'a String)>,
        columns: impl Iterator<Item = (&'a Identifier, &'a Tags)>,
    ) {
        self.table.extend(tags.map(|(key, value)| (key.clone(), value.clone())));
        for (column, tags) in columns {
            self.columns.entry(column.to_lowercase()).or_default().extend(tags.clone());
        }
    }
}

/// Why a condition on a table that holds, or may hold, for the source is not known to hold for its copy.
pub(super) fn table_loosened(condition: &str, source: &Tagged, copy: &Tagged) -> Option<String> {
    loosened(condition, &source.table, &copy.table)
}

/// The same of a condition on columns: one column that it no longer meets is enough.
pub(super) fn column_loosened(condition: &str, source: &Tagged, copy: &Tagged) -> Option<String> {
    let untagged = Tags::new();
    let columns: BTreeSet<_> = source.columns.keys().chain(copy.columns.keys()).collect();
    columns.into_iter().find_map(|column| {
        let [source, copy] = [source, copy].map(|side| side.columns.get(column).unwrap_or(&untagged));
        let difference = loosened(condition, source, copy)?;
        Some(format!("{difference} (column {})", column.as_str()))
    })
}

fn loosened(condition: &str, source: &Tags, copy: &Tags) -> Option<String> {
    let is_out = holds(condition, source) == Some(false);
    if is_out || source == copy || holds(condition, copy) == Some(true) {
        return None;
    }
    let keys: BTreeSet<_> = source.keys().chain(copy.keys()).collect();
    let differing = keys.into_iter().filter_map(|key| Some((key, difference(key, source, copy)?)));
    let differing: Vec<_> = differing.collect();
    let (named, others): (Vec<_>, Vec<_>) =
        differing.into_iter().partition(|(key, _)| condition.contains(key.as_str()));
    let told = if named.is_empty() { others } else { named };
    Some(told.into_iter().map(|(_, difference)| difference).collect::<Vec<_>>().join("; "))
}

fn difference(key: &str, source: &Tags, copy: &Tags) -> Option<String> {
    match (source.get(key), copy.get(key)) {
        (None, Some(_)) => {
            Some(format!("the copy has the tag `{key}`, which the source does not have; remove it"))
        }
        (Some(_), None) => Some(format!("the copy lacks the tag `{key}`, and does not get it")),
        (own, other) if own != other => Some(format!("the tag `{key}` of the copy has another value")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn condition_is_loosened_by_a_tag_that_takes_the_copy_out_of_it_and_by_no_other() {
        let of = |condition, source: &[_], copy: &[_]| loosened(condition, &tags(source), &tags(copy));
        let exempt =
            of("NOT has_tag('public')", &[("pii", "")], &[("pii", ""), ("public", ""), ("team", "a")]);
        assert!(exempt.is_some_and(|why| why.contains("`public`") && !why.contains("team")));
        assert_eq!(of("NOT has_tag('public')", &[("pii", "")], &[("team", "a")]), None);
        assert_eq!(of("has_tag('public')", &[], &[("public", "")]), None);
        let lacking = of("has_tag_value('pii', 'ssn')", &[("pii", "ssn")], &[]);
        assert!(lacking.is_some_and(|why| why.contains("lacks the tag `pii`")));
        assert!(of("is_monday()", &[], &[("team", "a")]).is_some_and(|why| why.contains("`team`")));
        assert_eq!(of("is_monday()", &[("team", "a")], &[("team", "a")]), None);
    }

    #[test]
    fn one_column_that_gets_out_is_enough() {
        let side = |columns: &[(&str, &[(&str, &str)])]| {
            let mut side = Tagged::default();
            for (name, own) in columns {
                side.write(Tags::new().iter(), [(&Identifier::new(*name).unwrap(), &tags(own))].into_iter());
            }
            side
        };
        let source = side(&[("SSN", &[("pii", "")]), ("name", &[("pii", "")])]);
        let copy = side(&[("ssn", &[("pii", ""), ("public", "")]), ("name", &[("pii", "")])]);
        let condition = "has_tag('pii') AND NOT has_tag('public')";
        let why = column_loosened(condition, &source, &copy).unwrap();
        assert!(why.contains("`public`") && why.ends_with("(column ssn)"), "{why}");
        assert_eq!(column_loosened("has_tag('pii')", &source, &copy), None);
    }
}
