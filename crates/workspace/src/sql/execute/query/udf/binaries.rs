//! Bytes: digests, checksums, encodings.

mod charset;
mod hash;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use sha1::Digest as _;

use super::definition::Parameter::{Any, Binary, Int, Text};
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, Row, binary, int, long, text};
use crate::hex::lower_hex;
use crate::sql::SqlError;
use crate::sql::execute::query::decimal::Decimal;

const TEXT: Output = Output::Type(DataType::Utf8);
const BINARY: Output = Output::Type(DataType::Binary);

/// Java's decoder takes texts without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["sha1", "sha"], &[Binary], TEXT, |row| {
        text(lower_hex(&sha1::Sha1::digest(row.bytes(0))))
    }),
    Definition::rows(&["sha2"], &[Binary, Int], TEXT, |row| {
        let bytes = row.bytes(0);
        match row.int(1) {
            224 => text(lower_hex(&sha2::Sha224::digest(bytes))),
            0 | 256 => text(lower_hex(&sha2::Sha256::digest(bytes))),
            384 => text(lower_hex(&sha2::Sha384::digest(bytes))),
            512 => text(lower_hex(&sha2::Sha512::digest(bytes))),
            _ => NULL,
        }
    }),
    Definition::rows(&["crc32"], &[Binary], Output::Type(DataType::Int64), |row| {
        long(crc32(row.bytes(0)).into())
    }),
    Definition::rows(
        &["hash"],
        &[Any],
        Output::Of(|types, _| hashed("hash", types, DataType::Int32)),
        |row| int(hash::murmur(row.values())?),
    )
    .variadic()
    .required(1)
    .with_nulls(),
    Definition::rows(
        &["xxhash64"],
        &[Any],
        Output::Of(|types, _| hashed("xxhash64", types, DataType::Int64)),
        |row| long(hash::xxhash(row.values())?),
    )
    .variadic()
    .required(1)
    .with_nulls(),
    // Lines of 76 characters, as MIME has them.
    Definition::rows(&["base64"], &[Binary], TEXT, |row| {
        let encoded = LENIENT.encode(row.bytes(0));
        let lines: Vec<_> = encoded.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
        text(lines.join("\r\n"))
    }),
    Definition::rows(&["unbase64"], &[Text], BINARY, |row| {
        let known = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '+' | '/');
        let digits: String = row.text(0).chars().filter(known).collect();
        LENIENT.decode(digits).map_or(NULL, binary)
    }),
    Definition::rows(&["hex"], &[Any], TEXT, |row| match row.value(0) {
        value @ (ScalarValue::Utf8(_) | ScalarValue::Binary(_)) if !value.is_null() => {
            text(upper_hex(row.bytes(0)))
        }
        value => {
            match Decimal::from_value(value).and_then(Decimal::whole).and_then(|n| i64::try_from(n).ok()) {
                Some(number) => text(format!("{number:X}")),
                None => Err(SqlError::unsupported("hex of this type")),
            }
        }
    }),
    Definition::rows(&["unhex"], &[Text], BINARY, unhex),
    Definition::rows(&["encode"], &[Text, Text], BINARY, |row| charset::encoded(row.text(0), row.text(1))),
    Definition::rows(&["decode"], &[Binary, Text], TEXT, |row| charset::decoded(row.bytes(0), row.text(1))),
];

fn hashed(function: &str, types: &[DataType], result: DataType) -> Result<DataType, SqlError> {
    if types.iter().any(|given| matches!(given, DataType::Map(..))) {
        Err(SqlError::hash_map_type(function))
    } else {
        Ok(result)
    }
}

fn upper_hex(bytes: &[u8]) -> String {
    lower_hex(bytes).to_uppercase()
}

fn unhex(row: &Row) -> Answer {
    let digits: Option<Vec<u32>> = row.text(0).chars().map(|digit| digit.to_digit(16)).collect();
    let Some(mut digits) = digits else { return NULL };
    if digits.len() % 2 == 1 {
        digits.insert(0, 0);
    }
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).unwrap_or_default();
    binary(digits.chunks(2).map(byte).collect::<Vec<u8>>())
}

/// The checksum of zip and Ethernet.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
