//! Names of the source and what stands for them in the destination: principals, and places of files.
//!
//! A key is a name, or a pattern: `*` in it stands for any text, and for the same text in the value; a key between
//! slashes is a regular expression for the whole name, and `$1` in the value is its first group. A name comes before
//! every pattern, of patterns with `*` the one with most other letters, then regular expressions in the order of their
//! text. What no key matches stays as it is.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Principals of the source, and who stands for them in the destination.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct PrincipalMapping {
    written: BTreeMap<String, String>,
    /// In the order in which they are tried.
    patterns: Vec<Rule>,
}

/// Beginnings of URLs of the source, and what stands for them in the destination; a pattern is for whole URLs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct LocationMapping {
    written: BTreeMap<String, String>,
    /// In the order in which they are tried.
    patterns: Vec<Rule>,
}

/// A pattern with what stands for what it matches.
#[derive(Debug, Clone)]
struct Rule {
    pattern: Regex,
    value: String,
}

impl PrincipalMapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`Error::InvalidPattern`], [`Error::InvalidMapping`].
    pub fn new(written: BTreeMap<String, String>) -> Result<Self> {
        Ok(Self { patterns: rules(&written)?, written })
    }

    /// Who stands for a principal.
    pub fn map(&self, principal: &str) -> String {
        let exact = self.written.get(principal).filter(|_| !is_pattern(principal)).cloned();
        exact.or_else(|| first(&self.patterns, principal)).unwrap_or_else(|| principal.to_owned())
    }
}

impl LocationMapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`Error::InvalidPattern`], [`Error::InvalidMapping`].
    pub fn new(written: BTreeMap<String, String>) -> Result<Self> {
        Ok(Self { patterns: rules(&written)?, written })
    }

    /// The URL that stands for one: by the longest beginning that ends where a part of it does, else by a pattern.
    /// Nothing when neither matches.
    pub fn map(&self, url: &str) -> Option<String> {
        let rest = |prefix: &str| {
            let rest = url.strip_prefix(prefix.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        };
        let beginnings = self.written.iter().filter(|(key, _)| !is_pattern(key));
        let matching = beginnings.filter_map(|(from, to)| Some((from, to, rest(from)?)));
        let longest = matching.max_by_key(|(from, ..)| from.trim_end_matches('/').len());
        let by_beginning = longest.map(|(_, to, rest)| format!("{}{rest}", to.trim_end_matches('/')));
        by_beginning.or_else(|| first(&self.patterns, url))
    }
}

/// What the first pattern that matches makes of a name.
fn first(rules: &[Rule], name: &str) -> Option<String> {
    let rule = rules.iter().find(|rule| rule.pattern.is_match(name))?;
    Some(rule.pattern.replace(name, rule.value.as_str()).into_owned())
}

fn is_pattern(key: &str) -> bool {
    key.contains('*') || expression(key).is_some()
}

/// The regular expression between slashes.
fn expression(key: &str) -> Option<&str> {
    key.strip_prefix('/')?.strip_suffix('/').filter(|text| !text.is_empty())
}

/// The patterns in the order in which they are tried.
fn rules(written: &BTreeMap<String, String>) -> Result<Vec<Rule>> {
    if let Some((key, _)) = written.iter().find(|(key, value)| key.is_empty() || value.is_empty()) {
        return Err(invalid(key, "neither a name nor what stands for it may be empty"));
    }
    let (expressions, globs): (Vec<_>, Vec<_>) =
        written.iter().filter(|(key, _)| is_pattern(key)).partition(|(key, _)| expression(key).is_some());
    let mut globs = globs;
    globs.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
    let globs = globs.into_iter().map(|(key, value)| glob(key, value));
    globs.chain(expressions.into_iter().map(|(key, value)| regular(key, value))).collect()
}

fn glob(key: &str, value: &str) -> Result<Rule> {
    let [begin, end] = key.split('*').collect::<Vec<_>>()[..] else {
        return Err(invalid(key, "one `*` is allowed; write a regular expression between slashes instead"));
    };
    if value.matches('*').count() > 1 {
        return Err(invalid(key, "one `*` is allowed in what stands for it"));
    }
    let pattern = compiled(key, &format!("{}(.*){}", regex::escape(begin), regex::escape(end)))?;
    let value = value.replace('$', "$$").replace('*', "${1}");
    Ok(Rule { pattern, value })
}

fn regular(key: &str, value: &str) -> Result<Rule> {
    let pattern = compiled(key, expression(key).unwrap_or_default())?;
    // `$1a` is the group of that name, not the first group before an `a`.
    let groups = Regex::new(r"\$(\d+)").map_err(|error| pattern_error(key, error))?;
    let asked = groups.captures_iter(value).filter_map(|found| found[1].parse::<usize>().ok()).max();
    if asked.is_some_and(|group| group >= pattern.captures_len()) {
        return Err(invalid(key, "what stands for it names a group that the expression does not have"));
    }
    Ok(Rule { value: groups.replace_all(value, "$${${1}}").into_owned(), pattern })
}

/// For the whole name.
fn compiled(key: &str, expression: &str) -> Result<Regex> {
    // Compiled alone first: what ends a group in it must not end ours.
    Regex::new(expression).map_err(|error| pattern_error(key, error))?;
    Regex::new(&format!("^(?s:{expression})$")).map_err(|error| pattern_error(key, error))
}

fn pattern_error(key: &str, source: regex::Error) -> Error {
    Error::InvalidPattern { pattern: key.to_owned(), source: Box::new(source) }
}

fn invalid(key: &str, problem: &str) -> Error {
    Error::InvalidMapping { key: key.to_owned(), problem: problem.to_owned() }
}

macro_rules! written_as_map {
    ($mapping:ident) => {
        impl TryFrom<BTreeMap<String, String>> for $mapping {
            type Error = Error;

            fn try_from(written: BTreeMap<String, String>) -> Result<Self> {
                Self::new(written)
            }
        }

        impl From<$mapping> for BTreeMap<String, String> {
            fn from(mapping: $mapping) -> Self {
                mapping.written
            }
        }

        impl PartialEq for $mapping {
            fn eq(&self, other: &Self) -> bool {
                self.written == other.written
            }
        }
    };
}
written_as_map!(PrincipalMapping);
written_as_map!(LocationMapping);

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn names_come_before_patterns_and_longer_patterns_before_shorter_ones() {
        let mapping = PrincipalMapping::new(written(&[
            ("prod-etl", "nightly"),
            ("prod-*", "dev-*"),
            ("prod-team-*", "team-*-dev"),
            (r"/(\w+)\.(\w+)@prod\.example\.com/", "$2_$1@dev.example.com"),
        ]))
        .unwrap();
        let mapped = |name: &str| mapping.map(name);
        assert_eq!(mapped("prod-etl"), "nightly");
        assert_eq!(mapped("prod-team-a$1"), "team-a$1-dev");
        assert_eq!(mapped("prod-readers"), "dev-readers");
        assert_eq!(mapped("ann.lee@prod.example.com"), "lee_ann@dev.example.com");
        for other in ["x-prod-etl", "ann.lee@prodxexample.com", "account users", "prod-*x"] {
            let expected = if other == "prod-*x" { "dev-*x" } else { other };
            assert_eq!(mapped(other), expected);
        }
    }

    #[test]
    fn locations_are_mapped_by_the_longest_whole_beginning_then_by_patterns() {
        let mapping = LocationMapping::new(written(&[
            ("s3://prod", "s3://dev/"),
            ("s3://prod/raw/", "s3://dev-raw"),
            ("s3://*-prod/*", "unused"),
        ]));
        assert!(matches!(mapping, Err(Error::InvalidMapping { .. })));
        let mapping = LocationMapping::new(written(&[
            ("s3://prod", "s3://dev/"),
            ("s3://prod/raw/", "s3://dev-raw"),
            ("/s3://([a-z]+)-prod/(.*)/", "s3://$1-dev/$2"),
        ]))
        .unwrap();
        let mapped = |url| mapping.map(url);
        assert_eq!(mapped("s3://prod/a/b").as_deref(), Some("s3://dev/a/b"));
        assert_eq!(mapped("s3://prod/raw/x").as_deref(), Some("s3://dev-raw/x"));
        assert_eq!(mapped("s3://prod/raw").as_deref(), Some("s3://dev-raw"));
        assert_eq!(mapped("s3://sales-prod/a").as_deref(), Some("s3://sales-dev/a"));
        assert_eq!(mapped("s3://production/a"), None);
    }

    #[test]
    fn mapping_that_means_nothing_is_refused_and_named() {
        for (key, value) in [
            ("/a(/", "b"),
            ("a*b*", "c"),
            ("a*", "b*c*"),
            ("/(a)/", "$2"),
            ("a", ""),
            ("", "a"),
            ("/a)(b/", "c"),
        ] {
            let refused = PrincipalMapping::new(written(&[(key, value)])).unwrap_err();
            assert!(matches!(refused, Error::InvalidPattern { .. } | Error::InvalidMapping { .. }), "{key}");
            assert!(refused.to_string().contains(key), "{refused}");
        }
    }
}
