//! The value of a key in a file, with the lines of its parts.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

/// A value, and the line of each of its parts: under the number of an item, or the key of an entry.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) lines: BTreeMap<String, u64>,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

/// Values without parts are left to the visitor of [`Value`].
macro_rules! without_parts {
    ($($visit:ident: $type:ty),*) => {$(
        fn $visit<E: Error>(self, value: $type) -> Result<Entry, E> {
            let value = Value::deserialize(IntoDeserializer::<E>::into_deserializer(value))?;
            Ok(Entry { value, ..Entry::default() })
        }
    )*};
}

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    without_parts!(
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64, visit_str: &str
    );

    fn visit_unit<E: Error>(self) -> Result<Entry, E> {
        Ok(Entry::default())
    }

    fn visit_none<E: Error>(self) -> Result<Entry, E> {
        Ok(Entry::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Entry, D::Error> {
        Entry::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Entry, A::Error> {
        let (mut values, mut lines) = (Vec::new(), BTreeMap::new());
        while let Some(Spanned { value, referenced, .. }) = items.next_element::<Spanned<Value>>()? {
            lines.insert(values.len().to_string(), referenced.line());
            values.push(value);
        }
        Ok(Entry { value: Value::Array(values), lines })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Entry, A::Error> {
        let (mut values, mut lines) = (Map::new(), BTreeMap::new());
        while let Some((key, Spanned { value, referenced, .. })) =
            entries.next_entry::<String, Spanned<Value>>()?
        {
            lines.insert(key.clone(), referenced.line());
            values.insert(key, value);
        }
        Ok(Entry { value: Value::Object(values), lines })
    }
}
