//! Pieces of texts and where they stand; positions count from 1.

use datafusion::common::ScalarValue;

use crate::sql::SqlError;
use crate::sql::execute::query::udf::definition::Answer;
use crate::sql::execute::query::udf::row::{Row, binary, text};

/// What Spark's `substring` takes: a position below zero counts from the end, and what lies before the start is not
/// there.
pub(super) fn slice<T>(items: &[T], position: i32, length: i32) -> &[T] {
    let size = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let position = i64::from(position);
    let start = match position {
        1.. => position - 1,
        0 => 0,
        _ => size + position,
    };
    let end = start.saturating_add(i64::from(length)).clamp(0, size);
    let start = start.clamp(0, size);
    let index = |position| usize::try_from(position).unwrap_or_default();
    items.get(index(start)..index(end)).unwrap_or_default()
}

/// The position of a text in another, from a position on; 0 when it is not there.
pub(super) fn locate(wanted: &str, text: &str, from: i32) -> usize {
    let Some(skipped) = usize::try_from(from).ok().and_then(|from| from.checked_sub(1)) else { return 0 };
    let start = text.char_indices().map(|(index, _)| index).chain([text.len()]).nth(skipped);
    let found = start.and_then(|start| text.get(start..)?.find(wanted).map(|index| start + index));
    found.map_or(0, |index| text[..index].chars().count() + 1)
}

/// `lpad` and `rpad`: filled up or cut to a length.
pub(super) fn padded(row: &Row, left: bool) -> Answer {
    let wanted = usize::try_from(row.int(1)).unwrap_or_default();
    if row.is_binary(0) {
        let with: &[u8] = if row.len() > 2 { row.bytes(2) } else { &[0] };
        return binary(filled(row.bytes(0), wanted, with, left));
    }
    let characters = |text: &str| text.chars().collect::<Vec<char>>();
    let with = characters(row.text_or(2, " "));
    text(filled(&characters(row.text(0)), wanted, &with, left).into_iter().collect::<String>())
}

fn filled<T: Copy>(items: &[T], wanted: usize, with: &[T], left: bool) -> Vec<T> {
    if items.len() >= wanted {
        return items[..wanted].to_vec();
    }
    let filling: Vec<T> = with.iter().copied().cycle().take(wanted - items.len()).collect();
    if left { [filling.as_slice(), items].concat() } else { [items, filling.as_slice()].concat() }
}

/// Replaces so many characters from a position on, by default as many as are put there.
pub(super) fn overlay(row: &Row) -> Answer {
    let (input, put): (Vec<char>, Vec<char>) = (row.text(0).chars().collect(), row.text(1).chars().collect());
    let position = row.int(2);
    let length = if row.len() > 3 && row.int(3) >= 0 {
        row.int(3)
    } else {
        i32::try_from(put.len()).unwrap_or(i32::MAX)
    };
    let before = slice(&input, 1, position - 1);
    let after = slice(&input, position.saturating_add(length), i32::MAX);
    text(before.iter().chain(&put).chain(after).collect::<String>())
}

/// # Errors
/// `INVALID_INDEX_OF_ZERO`
pub(super) fn split_part(row: &Row) -> Answer {
    let index = row.int(2);
    if index == 0 {
        return Err(SqlError::invalid_index_of_zero());
    }
    let (input, delimiter) = (row.text(0), row.text(1));
    let parts: Vec<&str> = if delimiter.is_empty() { vec![input] } else { input.split(delimiter).collect() };
    let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let position = if index > 0 { back.checked_sub(1) } else { parts.len().checked_sub(back) };
    Ok(ScalarValue::from(position.and_then(|position| parts.get(position)).copied().unwrap_or_default()))
}

/// What stands before the n-th delimiter, or behind the n-th from the end.
pub(super) fn substring_index<'a>(input: &'a str, delimiter: &str, count: i32) -> &'a str {
    if delimiter.is_empty() || count == 0 {
        return "";
    }
    let nth = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) - 1;
    if count > 0 {
        return input.match_indices(delimiter).nth(nth).map_or(input, |(index, _)| &input[..index]);
    }
    input.rmatch_indices(delimiter).nth(nth).map_or(input, |(index, found)| &input[index + found.len()..])
}
