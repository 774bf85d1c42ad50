//! Texts.

#![expect(clippy::unnecessary_wraps, reason = "functions of rows have one shape")]

mod pieces;
mod shapes;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::definition::Parameter::{Any, Binary, Int, Long, Text, TextOrBinary};
use super::definition::{Definition, Output};
use super::row::{NULL, array, array_of, binary, count, element_type, elements, int, text, truth};
use crate::sql::SqlError;

const TEXT: Output = Output::Type(DataType::Utf8);
const INT: Output = Output::Type(DataType::Int32);
const TRUTH: Output = Output::Type(DataType::Boolean);

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["upper", "ucase"], &[Text], TEXT, |row| text(row.text(0).to_uppercase())),
    Definition::rows(&["lower", "lcase"], &[Text], TEXT, |row| text(row.text(0).to_lowercase())),
    Definition::rows(&["length", "char_length", "character_length", "len"], &[TextOrBinary], INT, |row| {
        count(if row.is_binary(0) { row.bytes(0).len() } else { row.text(0).chars().count() })
    }),
    Definition::rows(&["octet_length"], &[TextOrBinary], INT, |row| count(row.bytes(0).len())),
    Definition::rows(&["bit_length"], &[TextOrBinary], INT, |row| count(row.bytes(0).len() * 8)),
    Definition::rows(&["contains"], &[Text, Text], TRUTH, |row| truth(row.text(0).contains(row.text(1)))),
    Definition::rows(&["startswith"], &[Text, Text], TRUTH, |row| {
        truth(row.text(0).starts_with(row.text(1)))
    }),
    Definition::rows(&["endswith"], &[Text, Text], TRUTH, |row| truth(row.text(0).ends_with(row.text(1)))),
    Definition::rows(&["ascii"], &[Text], INT, |row| {
        int(row.text(0).chars().next().map_or(0, |first| i32::try_from(u32::from(first)).unwrap_or_default()))
    }),
    Definition::rows(&["chr", "char"], &[Long], TEXT, |row| {
        let code = row.long(0);
        let character = u8::try_from(code.rem_euclid(256)).map_or('\0', char::from);
        text(if code < 0 { String::new() } else { character.to_string() })
    }),
    Definition::rows(&["repeat"], &[Text, Int], TEXT, |row| {
        text(row.text(0).repeat(usize::try_from(row.int(1)).unwrap_or_default()))
    }),
    Definition::rows(&["space"], &[Int], TEXT, |row| {
        text(" ".repeat(usize::try_from(row.int(0)).unwrap_or_default()))
    }),
    Definition::rows(&["replace"], &[Text, Text, Text], TEXT, |row| {
        let (from, to) = (row.text(1), row.text_or(2, ""));
        text(if from.is_empty() { row.text(0).to_owned() } else { row.text(0).replace(from, to) })
    })
    .required(2),
    Definition::rows(&["translate"], &[Text, Text, Text], TEXT, |row| {
        text(shapes::translated(row.text(0), row.text(1), row.text(2)))
    }),
    Definition::rows(&["initcap"], &[Text], TEXT, |row| text(shapes::initcap(row.text(0)))),
    Definition::rows(&["mask"], &[Text, Text, Text, Text, Text], TEXT, shapes::mask).required(1).with_nulls(),
    Definition::rows(&["soundex"], &[Text], TEXT, |row| text(shapes::soundex(row.text(0)))),
    Definition::rows(&["luhn_check"], &[Text], TRUTH, |row| truth(shapes::is_luhn(row.text(0)))),
    Definition::rows(&["levenshtein"], &[Text, Text, Int], INT, |row| {
        let distance = shapes::levenshtein(row.text(0), row.text(1));
        if row.len() > 2 && i64::try_from(distance).unwrap_or(i64::MAX) > row.long(2) {
            int(-1)
        } else {
            count(distance)
        }
    })
    .required(2),
    Definition::rows(&["trim"], &[Text], TEXT, |row| text(row.text(0).trim_matches(' '))),
    Definition::rows(&["btrim"], &[Text, Text], TEXT, |row| {
        let cut = row.text_or(1, " ");
        text(row.text(0).trim_matches(|character| cut.contains(character)))
    })
    .required(1),
    // The characters to cut come first when there are two arguments.
    Definition::rows(&["ltrim"], &[Text, Text], TEXT, |row| {
        let (cut, value) = if row.len() > 1 { (row.text(0), row.text(1)) } else { (" ", row.text(0)) };
        text(value.trim_start_matches(|character| cut.contains(character)))
    })
    .required(1),
    Definition::rows(&["rtrim"], &[Text, Text], TEXT, |row| {
        let (cut, value) = if row.len() > 1 { (row.text(0), row.text(1)) } else { (" ", row.text(0)) };
        text(value.trim_end_matches(|character| cut.contains(character)))
    })
    .required(1),
    Definition::rows(&["lpad"], &[TextOrBinary, Int, TextOrBinary], Output::First, |row| {
        pieces::padded(row, true)
    })
    .required(2),
    Definition::rows(&["rpad"], &[TextOrBinary, Int, TextOrBinary], Output::First, |row| {
        pieces::padded(row, false)
    })
    .required(2),
    Definition::rows(&["left"], &[Text, Int], TEXT, |row| {
        text(row.text(0).chars().take(usize::try_from(row.int(1)).unwrap_or_default()).collect::<String>())
    }),
    Definition::rows(&["right"], &[Text, Int], TEXT, |row| {
        let wanted = usize::try_from(row.int(1)).unwrap_or_default();
        let skipped = row.text(0).chars().count().saturating_sub(wanted);
        text(row.text(0).chars().skip(skipped).collect::<String>())
    }),
    Definition::rows(&["substring", "substr"], &[TextOrBinary, Int, Int], Output::First, |row| {
        let length = row.int_or(2, i32::MAX);
        if row.is_binary(0) {
            return binary(pieces::slice(row.bytes(0), row.int(1), length));
        }
        let characters: Vec<char> = row.text(0).chars().collect();
        text(pieces::slice(&characters, row.int(1), length).iter().collect::<String>())
    })
    .required(2),
    Definition::rows(&["overlay"], &[Text, Text, Int, Int], TEXT, pieces::overlay).required(3),
    Definition::rows(&["instr"], &[Text, Text], INT, |row| {
        count(pieces::locate(row.text(1), row.text(0), 1))
    }),
    Definition::rows(&["locate", "position", "charindex"], &[Text, Text, Int], INT, |row| {
        if row.len() > 2 && row.is_null(2) {
            return int(0);
        }
        if row.is_null(0) || row.is_null(1) {
            return NULL;
        }
        count(pieces::locate(row.text(0), row.text(1), row.int_or(2, 1)))
    })
    .required(2)
    .with_nulls(),
    Definition::rows(&["find_in_set"], &[Text, Text], INT, |row| {
        let wanted = row.text(0);
        count(row.text(1).split(',').position(|item| item == wanted).map_or(0, |position| position + 1))
    }),
    Definition::rows(&["split_part"], &[Text, Text, Int], TEXT, pieces::split_part),
    Definition::rows(&["substring_index"], &[Text, Text, Int], TEXT, |row| {
        text(pieces::substring_index(row.text(0), row.text(1), row.int(2)))
    }),
    Definition::rows(&["elt"], &[Int, Text], TEXT, |row| {
        if row.is_null(0) {
            return NULL;
        }
        match usize::try_from(row.int(0)).ok().filter(|index| (1..row.len()).contains(index)) {
            Some(index) => Ok(row.value(index).clone()),
            None => Err(SqlError::invalid_array_index(row.int(0).into(), row.len() - 1)),
        }
    })
    .variadic()
    .with_nulls(),
    Definition::rows(&["concat_ws"], &[Text, Any], TEXT, |row| {
        if row.is_null(0) {
            return NULL;
        }
        let mut parts = Vec::new();
        for value in row.values().iter().skip(1).filter(|value| !value.is_null()) {
            let values =
                if matches!(value, ScalarValue::List(_)) { elements(value)? } else { vec![value.clone()] };
            for part in values {
                parts.extend(super::text::spark_text(&part)?);
            }
        }
        text(parts.join(row.text(0)))
    })
    .variadic()
    .with_nulls(),
    Definition::rows(&["reverse"], &[Any], Output::Of(reversed_type), |row| match row.value(0) {
        value @ ScalarValue::List(_) => {
            let mut values = elements(value)?;
            values.reverse();
            array(values, row.result())
        }
        value => {
            let written = super::text::spark_text(value)?.unwrap_or_default();
            text(written.chars().rev().collect::<String>())
        }
    }),
    Definition::rows(&["is_valid_utf8"], &[Binary], TRUTH, |row| {
        truth(std::str::from_utf8(row.bytes(0)).is_ok())
    }),
];

fn reversed_type(types: &[DataType], _: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
    Ok(match types {
        [list @ DataType::List(_)] => array_of(element_type(list)),
        _ => DataType::Utf8,
    })
}
