//! A column of a table that is to be made again: its type with all that is said of nested fields, and where its values
//! come from (facts/rest_api.md §6: the field is in `type_json` as Spark writes it).

use clxs_api::table::ColumnInfo;
use clxs_api::{Identifier, SqlLiteral};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::containers::some_text;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Identifier,
    /// Its type in SQL.
    #[serde(rename = "type")]
    pub type_text: String,
    /// Whether it takes nulls.
    pub nullable: bool,
    /// Where its values come from when a row does not give them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ColumnValue>,
    /// Free text about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Where the values of a column come from when a row does not give them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnValue {
    /// The value of this expression.
    Default(String),
    /// Always the value of this expression.
    Generated(String),
    /// Numbers that count on.
    Identity {
        /// The first.
        start: i64,
        /// From one to the next.
        step: i64,
        /// Whether rows may not give them.
        always: bool,
        /// The last one that was given out, where the catalog tells.
        last: Option<i64>,
    },
}

impl Column {
    /// The column that REST tells of; the error says why no statement can make it.
    pub(super) fn of(info: &ColumnInfo) -> Result<Self, String> {
        let given = info.name.clone().unwrap_or_default();
        let name = Identifier::new(given)
            .map_err(|problem| format!("one of its columns has no usable name: {problem}"))?;
        let field: Value =
            info.type_json.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let type_text = field_type(&field)
            .or_else(|| some_text(info.type_text.clone()))
            .ok_or_else(|| format!("the catalog does not tell the type of its column {}", name.as_str()))?;
        Ok(Self {
            type_text,
            nullable: info.nullable != Some(false),
            value: value(&field),
            comment: some_text(info.comment.clone()),
            name,
        })
    }

    /// Whether both are the same column, wherever their identities stand.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let without_standing = |column: &Self| {
            let mut column = column.clone();
            if let Some(ColumnValue::Identity { start, last, .. }) = &mut column.value {
                (*start, *last) = (0, None);
            }
            column
        };
        without_standing(self) == without_standing(other)
    }

    /// Whether rows cannot give its value.
    pub(super) fn is_generated(&self) -> bool {
        matches!(self.value, Some(ColumnValue::Generated(_)))
    }
}

fn value(field: &Value) -> Option<ColumnValue> {
    let metadata = field.get("metadata")?.as_object()?;
    let text = |key: &str| metadata.get(key)?.as_str().map(str::to_owned);
    let number = |key: &str| metadata.get(key)?.as_i64();
    if let Some(expression) = text("delta.generationExpression") {
        return Some(ColumnValue::Generated(expression));
    }
    if let (Some(start), Some(step)) = (number("delta.identity.start"), number("delta.identity.step")) {
        let explicit = metadata.get("delta.identity.allowExplicitInsert").and_then(Value::as_bool);
        let last = number("delta.identity.highWaterMark");
        return Some(ColumnValue::Identity { start, step, always: explicit != Some(true), last });
    }
    text("CURRENT_DEFAULT").map(ColumnValue::Default)
}

/// The type of a field in SQL. A CHAR or VARCHAR is a string with a note; `None` for what is in another form.
fn field_type(field: &Value) -> Option<String> {
    let metadata = field.get("metadata").and_then(Value::as_object);
    let noted = |metadata: &Map<String, Value>| {
        metadata.get("__CHAR_VARCHAR_TYPE_STRING").and_then(Value::as_str).map(str::to_uppercase)
    };
    metadata.and_then(noted).or_else(|| type_text(field.get("type")?))
}

fn type_text(data_type: &Value) -> Option<String> {
    if let Value::String(name) = data_type {
        return Some(simple_type(name));
    }
    match data_type.get("type")?.as_str()? {
        "array" => Some(format!("ARRAY<{}>", type_text(data_type.get("elementType")?)?)),
        "map" => {
            let (key, value) = (data_type.get("keyType")?, data_type.get("valueType")?);
            Some(format!("MAP<{}, {}>", type_text(key)?, type_text(value)?))
        }
        "struct" => {
            let fields = data_type.get("fields")?.as_array()?.iter();
            let fields: Option<Vec<_>> = fields.map(nested_field).collect();
            Some(format!("STRUCT<{}>", fields?.join(", ")))
        }
        _ => None,
    }
}

fn nested_field(field: &Value) -> Option<String> {
    let name = Identifier::new(field.get("name")?.as_str()?).ok()?;
    let null = if field.get("nullable") == Some(&Value::Bool(false)) { " NOT NULL" } else { "" };
    let comment = field.pointer("/metadata/comment").and_then(Value::as_str);
    let comment = comment.map(|text| format!(" COMMENT {}", SqlLiteral::new(text))).unwrap_or_default();
    Some(format!("{name}: {}{null}{comment}", field_type(field)?))
}

/// Spark's name of a type in JSON as SQL has it.
fn simple_type(name: &str) -> String {
    match name {
        "long" => "BIGINT".to_owned(),
        "integer" => "INT".to_owned(),
        "short" => "SMALLINT".to_owned(),
        "byte" => "TINYINT".to_owned(),
        other => other.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(json: &str) -> Column {
        let info = ColumnInfo {
            name: Some("c".into()),
            type_text: Some("string".into()),
            type_json: Some(json.into()),
            ..ColumnInfo::default()
        };
        Column::of(&info).unwrap()
    }

    #[test]
    fn nested_types_keep_the_names_nulls_and_comments_of_their_fields() {
        let field = r#"{"name":"c","type":{"type":"struct","fields":[
            {"name":"a b","type":"long","nullable":false,"metadata":{"comment":"it's"}},
            {"name":"m","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":"decimal(10,2)","containsNull":true}},"nullable":true,"metadata":{}}
        ]},"nullable":true,"metadata":{}}"#;
        assert_eq!(
            column(field).type_text,
            r"STRUCT<`a b`: BIGINT NOT NULL COMMENT 'it\'s', `m`: MAP<STRING, ARRAY<DECIMAL(10,2)>>>"
        );
    }

    #[test]
    fn values_come_from_the_notes_of_the_field() {
        let with = |metadata: &str| {
            column(&format!(r#"{{"name":"c","type":"long","nullable":true,"metadata":{metadata}}}"#)).value
        };
        assert_eq!(with("{}"), None);
        assert_eq!(with(r#"{"CURRENT_DEFAULT":"1"}"#), Some(ColumnValue::Default("1".into())));
        assert_eq!(
            with(
                r#"{"delta.identity.start":1,"delta.identity.step":2,"delta.identity.highWaterMark":9,"delta.identity.allowExplicitInsert":false}"#
            ),
            Some(ColumnValue::Identity { start: 1, step: 2, always: true, last: Some(9) })
        );
        assert_eq!(
            with(r#"{"delta.generationExpression":"a + 1"}"#),
            Some(ColumnValue::Generated("a + 1".into()))
        );
    }

    #[test]
    fn length_of_a_text_and_types_in_another_form_are_kept() {
        let short = r#"{"name":"c","type":"string","nullable":true,"metadata":{"__CHAR_VARCHAR_TYPE_STRING":"varchar(5)"}}"#;
        assert_eq!(column(short).type_text, "VARCHAR(5)");
        assert_eq!(column("no json").type_text, "string");
    }
}
