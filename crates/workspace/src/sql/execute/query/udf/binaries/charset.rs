//! Texts as bytes of the character sets that Spark has.

use crate::sql::SqlError;
use crate::sql::execute::query::udf::definition::Answer;
use crate::sql::execute::query::udf::row::{binary, text};

enum Charset {
    Utf8,
    Ascii,
    Latin1,
    /// With the order of the bytes said by the first two.
    Utf16,
    Utf16Be,
    Utf16Le,
}

fn charset(function: &str, name: &str) -> Result<Charset, SqlError> {
    match name.to_uppercase().as_str() {
        "UTF-8" => Ok(Charset::Utf8),
        "US-ASCII" => Ok(Charset::Ascii),
        "ISO-8859-1" => Ok(Charset::Latin1),
        "UTF-16" => Ok(Charset::Utf16),
        "UTF-16BE" => Ok(Charset::Utf16Be),
        "UTF-16LE" => Ok(Charset::Utf16Le),
        "UTF-32" => Err(SqlError::unsupported("the character set UTF-32")),
        _ => {
            let detail = format!("expects one of the known character sets, but got {name}");
            Err(SqlError::invalid_parameter("INVALID_PARAMETER_VALUE.CHARSET", function, &detail))
        }
    }
}

pub(super) fn encoded(value: &str, name: &str) -> Answer {
    let malformed = || SqlError::malformed_character_coding("encode", name);
    let units = || value.encode_utf16();
    let single = |limit: u32| {
        let bytes = value.chars().map(|character| u8::try_from(u32::from(character)).ok());
        bytes.map(|byte| byte.filter(|byte| u32::from(*byte) < limit)).collect::<Option<Vec<u8>>>()
    };
    let bytes = match charset("encode", name)? {
        Charset::Utf8 => Some(value.as_bytes().to_vec()),
        Charset::Ascii => single(128),
        Charset::Latin1 => single(256),
        Charset::Utf16 => Some([0xFE, 0xFF].into_iter().chain(units().flat_map(u16::to_be_bytes)).collect()),
        Charset::Utf16Be => Some(units().flat_map(u16::to_be_bytes).collect()),
        Charset::Utf16Le => Some(units().flat_map(u16::to_le_bytes).collect()),
    };
    binary(bytes.ok_or_else(malformed)?)
}

pub(super) fn decoded(bytes: &[u8], name: &str) -> Answer {
    let malformed = || SqlError::malformed_character_coding("decode", name);
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|pair| Some(unit([*pair.first()?, *pair.get(1)?])));
        String::from_utf16(&units.collect::<Option<Vec<u16>>>()?).ok()
    };
    let value = match charset("decode", name)? {
        Charset::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
        Charset::Ascii => bytes.is_ascii().then(|| bytes.iter().copied().map(char::from).collect()),
        Charset::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
        Charset::Utf16 => match bytes {
            [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
            _ => utf16(bytes, u16::from_be_bytes),
        },
        Charset::Utf16Be => utf16(bytes, u16::from_be_bytes),
        Charset::Utf16Le => utf16(bytes, u16::from_le_bytes),
    };
    text(value.ok_or_else(malformed)?)
}
