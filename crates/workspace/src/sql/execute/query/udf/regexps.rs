//! Regular expressions of Java. What the `regex` crate has not got, such as looking around, is refused by name.

#![expect(clippy::unnecessary_wraps, reason = "functions of rows have one shape")]

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use regex::Regex;

use super::definition::Parameter::{Int, Text};
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, Row, array, array_of, count, text, truth};
use crate::sql::SqlError;

const TEXT: Output = Output::Type(DataType::Utf8);
const INT: Output = Output::Type(DataType::Int32);
const TRUTH: Output = Output::Type(DataType::Boolean);

fn texts(_: &[DataType], _: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
    Ok(array_of(DataType::Utf8))
}

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["rlike", "regexp_like", "regexp"], &[Text, Text], TRUTH, |row| {
        truth(compiled("rlike", row.text(1))?.is_match(row.text(0)))
    }),
    Definition::rows(&["like"], &[Text, Text, Text], TRUTH, |row| like(row, false)).required(2),
    Definition::rows(&["ilike"], &[Text, Text, Text], TRUTH, |row| like(row, true)).required(2),
    Definition::rows(&["regexp_replace"], &[Text, Text, Text, Int], TEXT, replaced).required(3),
    Definition::rows(&["regexp_extract"], &[Text, Text, Int], TEXT, |row| {
        let pattern = compiled("regexp_extract", row.text(1))?;
        let group = group(&pattern, row.int_or(2, 1), "regexp_extract")?;
        let captures = pattern.captures(row.text(0));
        let found = captures.as_ref().and_then(|captures| captures.get(group));
        text(found.map_or("", |found| found.as_str()))
    })
    .required(2),
    Definition::rows(&["regexp_extract_all"], &[Text, Text, Int], Output::Of(texts), |row| {
        let pattern = compiled("regexp_extract_all", row.text(1))?;
        let group = group(&pattern, row.int_or(2, 1), "regexp_extract_all")?;
        let found = pattern.captures_iter(row.text(0)).map(|captures| captures.get(group));
        array(
            found.map(|found| ScalarValue::from(found.map_or("", |found| found.as_str()))).collect(),
            row.result(),
        )
    })
    .required(2),
    Definition::rows(&["regexp_count"], &[Text, Text], INT, |row| {
        count(compiled("regexp_count", row.text(1))?.find_iter(row.text(0)).count())
    }),
    Definition::rows(&["regexp_substr"], &[Text, Text], TEXT, |row| {
        compiled("regexp_substr", row.text(1))?.find(row.text(0)).map_or(NULL, |found| text(found.as_str()))
    }),
    Definition::rows(&["regexp_instr"], &[Text, Text, Int], INT, |row| {
        let found = compiled("regexp_instr", row.text(1))?.find(row.text(0)).map(|found| found.start());
        count(found.map_or(0, |start| row.text(0)[..start].chars().count() + 1))
    })
    .required(2),
    Definition::rows(&["split"], &[Text, Text, Int], Output::Of(texts), split).required(2),
];

/// Patterns of a statement are few, and compiling them takes longer than matching.
static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);

/// How many patterns are kept.
const KEPT: usize = 256;

/// # Errors
/// `INVALID_PARAMETER_VALUE.PATTERN`; `UNSUPPORTED_FEATURE` for what the `regex` crate has not got.
fn compiled(function: &str, pattern: &str) -> Result<Regex, SqlError> {
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return Ok(regex.clone());
    }
    if let Some(feature) = java_only(pattern) {
        return Err(SqlError::unsupported(format!("{feature} in the regular expression '{pattern}'")));
    }
    // In Java the classes of Perl are ASCII's, and `\p{ASCII}` has a short name.
    let translated = pattern.replace("\\d", "[0-9]").replace("\\p{ASCII}", "\\x00-\\x7F");
    let translated =
        if pattern.contains('[') { pattern.replace("\\p{ASCII}", "\\x00-\\x7F") } else { translated };
    let regex = Regex::new(&translated).map_err(|error| {
        let detail = format!("expects a regular expression, but got '{pattern}'");
        SqlError::invalid_parameter("INVALID_PARAMETER_VALUE.PATTERN", function, &detail).with_source(error)
    })?;
    if known.len() >= KEPT {
        known.clear();
    }
    known.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

/// What only Java's expressions have.
fn java_only(pattern: &str) -> Option<&'static str> {
    let has = |texts: &[&str]| texts.iter().any(|text| pattern.contains(text));
    let back_reference =
        pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && (b'1'..=b'9').contains(&pair[1]));
    match () {
        () if has(&["(?=", "(?!", "(?<=", "(?<!"]) => Some("looking around"),
        () if has(&["(?>", "*+", "++", "?+"]) => Some("a possessive quantifier"),
        () if back_reference || has(&["\\k<"]) => Some("a reference to a group"),
        () if has(&["&&", "\\G", "\\Z", "\\Q", "\\h", "\\R", "\\X", "\\p{java"]) => {
            Some("a class or an anchor of Java")
        }
        () => None,
    }
}

/// A group of the pattern.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX`
fn group(pattern: &Regex, index: i32, function: &str) -> Result<usize, SqlError> {
    let groups = pattern.captures_len();
    usize::try_from(index).ok().filter(|index| *index < groups).ok_or_else(|| {
        let detail = format!("expects a group from 0 to {}, but got {index}", groups - 1);
        SqlError::invalid_parameter("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", function, &detail)
    })
}

/// `$1` is a group, and a backslash takes the next character as it is.
///
/// # Errors
/// `INVALID_REGEXP_REPLACE` for a group that the pattern has not got.
fn replacement(template: &str, captures: &regex::Captures, into: &mut String) -> Option<()> {
    let mut characters = template.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => into.push(characters.next()?),
            '$' => {
                let mut index = usize::try_from(characters.next()?.to_digit(10)?).ok()?;
                while let Some(digit) = characters.peek().and_then(|next| next.to_digit(10)) {
                    let longer = index * 10 + usize::try_from(digit).ok()?;
                    if longer >= captures.len() {
                        break;
                    }
                    index = longer;
                    characters.next();
                }
                if index >= captures.len() {
                    return None;
                }
                into.push_str(captures.get(index).map_or("", |group| group.as_str()));
            }
            other => into.push(other),
        }
    }
    Some(())
}

fn replaced(row: &Row) -> Answer {
    let (input, template) = (row.text(0), row.text(2));
    let position = row.int_or(3, 1);
    let Some(skipped) = usize::try_from(position).ok().and_then(|position| position.checked_sub(1)) else {
        return Err(SqlError::value_out_of_parameter_range("regexp_replace", position));
    };
    let pattern = compiled("regexp_replace", row.text(1))?;
    let start = input.char_indices().map(|(index, _)| index).nth(skipped).unwrap_or(input.len());
    let mut result = input[..start].to_owned();
    let mut end = start;
    for captures in pattern.captures_iter(&input[start..]) {
        let Some(whole) = captures.get(0) else { continue };
        result.push_str(&input[end..start + whole.start()]);
        replacement(template, &captures, &mut result)
            .ok_or_else(|| SqlError::invalid_regexp_replace(input, row.text(1), template))?;
        end = start + whole.end();
    }
    result.push_str(&input[end..]);
    text(result)
}

/// A positive limit is the most parts there are. An empty match at the start divides nothing.
fn split(row: &Row) -> Answer {
    let input = row.text(0);
    let limit = usize::try_from(row.int_or(2, -1)).unwrap_or_default();
    let mut parts = Vec::new();
    let mut start = 0;
    let pattern = compiled("split", row.text(1))?;
    let at_characters = row.text(1).is_empty() && !input.is_empty();
    for found in pattern.find_iter(input) {
        let empty = found.start() == found.end();
        let divides = !(empty && (found.start() == 0 || (at_characters && found.end() == input.len())));
        if divides && (limit == 0 || parts.len() + 1 < limit) {
            parts.push(&input[start..found.start()]);
            start = found.end();
        }
    }
    parts.push(&input[start..]);
    array(parts.into_iter().map(ScalarValue::from).collect(), row.result())
}

/// # Errors
/// `INVALID_FORMAT.ESC_AT_THE_END` and `INVALID_FORMAT.ESC_IN_THE_MIDDLE`: an escape stands before `%`, `_` or itself.
fn like(row: &Row, ignore_case: bool) -> Answer {
    let pattern = row.text(1);
    let written = row.text_or(2, "\\");
    let escape = written.chars().next();
    if written.chars().count() != 1 {
        return Err(SqlError::invalid_escape(written));
    }
    let mut translated = String::from(if ignore_case { "(?is)^" } else { "(?s)^" });
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            _ if Some(character) == escape => match characters.next() {
                Some(next) if matches!(next, '%' | '_') || Some(next) == escape => {
                    translated.push_str(&regex::escape(&next.to_string()));
                }
                Some(_) => {
                    return Err(SqlError::escape_misplaced("INVALID_FORMAT.ESC_IN_THE_MIDDLE", pattern));
                }
                None => return Err(SqlError::escape_misplaced("INVALID_FORMAT.ESC_AT_THE_END", pattern)),
            },
            '%' => translated.push_str(".*"),
            '_' => translated.push('.'),
            other => translated.push_str(&regex::escape(&other.to_string())),
        }
    }
    translated.push('$');
    let regex =
        Regex::new(&translated).map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    truth(regex.is_match(row.text(0)))
}
