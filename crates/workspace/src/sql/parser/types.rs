//! Data types of columns, as Delta stores them.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::delta::schema::{ArrayType, DataType, MapType, StructField, StructType};
use crate::sql::error::SqlError;

/// A data type as Delta stores it, and as it was written.
pub(super) struct WrittenType {
    pub(super) data_type: DataType,
    /// Spark's short form in lower case, with the lengths of CHAR and VARCHAR, which Delta does not store.
    pub(super) short: String,
    /// Whether a CHAR or VARCHAR is in it.
    pub(super) has_length: bool,
}

impl WrittenType {
    fn simple(data_type: DataType, short: impl Into<String>) -> Self {
        Self { data_type, short: short.into(), has_length: false }
    }
}

impl Parser<'_> {
    /// A type, or the columns of a struct: `a INT, b STRING`.
    pub(super) fn schema(&mut self) -> Result<DataType, SqlError> {
        if let Some(data_type) = self.whole_type() {
            return Ok(data_type);
        }
        let fields = self.comma_separated(Self::struct_field)?;
        let fields = fields.into_iter().map(|(field, _)| StructField { nullable: true, ..field });
        let structure = StructType::try_new(fields)
            .map_err(|error| SqlError::unsupported_datatype("STRUCT").with_source(error))?;
        Ok(structure.into())
    }

    /// The type that the whole text is, if it is one.
    fn whole_type(&mut self) -> Option<DataType> {
        let start = self.sql.index();
        if let Ok(written) = self.data_type()
            && *self.peek() == Token::EOF
        {
            return Some(written.data_type);
        }
        while self.sql.index() > start {
            self.sql.prev_token();
        }
        self.half_shift = false;
        None
    }

    pub(super) fn data_type(&mut self) -> Result<WrittenType, SqlError> {
        let Token::Word(word) = self.peek() else { return Err(self.syntax_error()) };
        let name = word.value.to_uppercase();
        let quoted = word.quote_style.is_some();
        self.take();
        match name.as_str() {
            _ if quoted => Err(SqlError::unsupported_datatype(&name)),
            "STRING" => self.string_type(),
            "CHAR" | "CHARACTER" => self.text_of_length("char"),
            "VARCHAR" => self.text_of_length("varchar"),
            "DECIMAL" | "DEC" | "NUMERIC" => self.decimal(),
            "ARRAY" => self.array(),
            "MAP" => self.map(),
            "STRUCT" => self.structure(),
            "INTERVAL" => Err(SqlError::unsupported("a column of type INTERVAL")),
            name => primitive(name).ok_or_else(|| SqlError::unsupported_datatype(name)),
        }
    }

    fn string_type(&mut self) -> Result<WrittenType, SqlError> {
        self.collation()?;
        Ok(WrittenType::simple(DataType::STRING, "string"))
    }

    /// `COLLATE UTF8_BINARY`, the collation every string has here; others are refused.
    pub(super) fn collation(&mut self) -> Result<(), SqlError> {
        if self.accept("COLLATE") && !self.accept("UTF8_BINARY") {
            return Err(SqlError::unsupported_but(
                "a collation other than UTF8_BINARY",
                "Leave COLLATE out, or run the statement on a Databricks workspace.",
            ));
        }
        Ok(())
    }

    fn text_of_length(&mut self, name: &str) -> Result<WrittenType, SqlError> {
        if *self.peek() != Token::LParen {
            return Err(SqlError::datatype_missing_size(name));
        }
        let length: u32 = self.parenthesized(Self::unsigned)?;
        self.collation()?;
        let short = format!("{name}({length})");
        Ok(WrittenType { data_type: DataType::STRING, short, has_length: true })
    }

    /// `DECIMAL` alone is `DECIMAL(10, 0)`.
    fn decimal(&mut self) -> Result<WrittenType, SqlError> {
        let (precision, scale) = if *self.peek() == Token::LParen {
            self.parenthesized(|parser| {
                let precision = parser.unsigned()?;
                let scale = if parser.accept_token(&Token::Comma) { parser.unsigned()? } else { 0 };
                match parser.peek() {
                    Token::Comma => Err(SqlError::unsupported_datatype("DECIMAL of three lengths")),
                    _ => Ok((precision, scale)),
                }
            })?
        } else {
            (10, 0)
        };
        let short = format!("decimal({precision},{scale})");
        let data_type = DataType::decimal(precision, scale)
            .map_err(|error| SqlError::unsupported_datatype(&short).with_source(error))?;
        Ok(WrittenType::simple(data_type, short))
    }

    fn array(&mut self) -> Result<WrittenType, SqlError> {
        self.require_inner_types("ARRAY")?;
        self.expect_token(&Token::Lt)?;
        let element = self.data_type()?;
        self.close_angle()?;
        Ok(WrittenType {
            data_type: ArrayType::new(element.data_type, true).into(),
            short: format!("array<{}>", element.short),
            has_length: element.has_length,
        })
    }

    /// A complex type says what it is made of.
    fn require_inner_types(&self, name: &'static str) -> Result<(), SqlError> {
        match self.peek() {
            Token::Lt | Token::Neq => Ok(()),
            _ => Err(SqlError::incomplete_type(name)),
        }
    }

    fn map(&mut self) -> Result<WrittenType, SqlError> {
        self.require_inner_types("MAP")?;
        self.expect_token(&Token::Lt)?;
        let key = self.data_type()?;
        self.expect_token(&Token::Comma)?;
        let value = self.data_type()?;
        self.close_angle()?;
        Ok(WrittenType {
            data_type: MapType::new(key.data_type, value.data_type, true).into(),
            short: format!("map<{},{}>", key.short, value.short),
            has_length: key.has_length || value.has_length,
        })
    }

    fn structure(&mut self) -> Result<WrittenType, SqlError> {
        self.require_inner_types("STRUCT")?;
        let is_empty = self.accept_token(&Token::Neq);
        let fields = if is_empty { Vec::new() } else { self.struct_fields()? };
        let shorts: Vec<_> =
            fields.iter().map(|(field, written)| format!("{}:{}", field.name, written.short)).collect();
        let has_length = fields.iter().any(|(_, written)| written.has_length);
        let fields = fields.into_iter().map(|(field, _)| field);
        let structure = StructType::try_new(fields)
            .map_err(|error| SqlError::unsupported_datatype("STRUCT").with_source(error))?;
        Ok(WrittenType {
            data_type: structure.into(),
            short: format!("struct<{}>", shorts.join(",")),
            has_length,
        })
    }

    fn struct_fields(&mut self) -> Result<Vec<(StructField, WrittenType)>, SqlError> {
        self.expect_token(&Token::Lt)?;
        if self.accept_token(&Token::Gt) {
            return Ok(Vec::new());
        }
        let fields = self.comma_separated(Self::struct_field)?;
        self.close_angle()?;
        for (index, (field, _)) in fields.iter().enumerate() {
            let name = field.name.to_lowercase();
            if fields[..index].iter().any(|(other, _)| other.name.to_lowercase() == name) {
                return Err(SqlError::column_already_exists(format_args!("`{}`", field.name)));
            }
        }
        Ok(fields)
    }

    /// `name: TYPE [NOT NULL] [COMMENT '…']`
    fn struct_field(&mut self) -> Result<(StructField, WrittenType), SqlError> {
        let name = self.identifier()?;
        self.accept_token(&Token::Colon);
        let written = self.data_type()?;
        let nullable = !self.accept("NOT NULL");
        let mut field = StructField::new(name.as_str(), written.data_type.clone(), nullable);
        if self.accept("COMMENT") {
            field = field.add_metadata([("comment", self.string()?)]);
        }
        Ok((field, written))
    }

    /// `>`, also as one half of `>>`.
    fn close_angle(&mut self) -> Result<(), SqlError> {
        if *self.peek() != Token::ShiftRight {
            return self.expect_token(&Token::Gt);
        }
        if self.half_shift {
            self.take();
        }
        self.half_shift = !self.half_shift;
        Ok(())
    }
}

fn primitive(name: &str) -> Option<WrittenType> {
    let (data_type, short) = match name {
        "BOOLEAN" => (DataType::BOOLEAN, "boolean"),
        "TINYINT" | "BYTE" => (DataType::BYTE, "tinyint"),
        "SMALLINT" | "SHORT" => (DataType::SHORT, "smallint"),
        "INT" | "INTEGER" => (DataType::INTEGER, "int"),
        "BIGINT" | "LONG" => (DataType::LONG, "bigint"),
        "FLOAT" | "REAL" => (DataType::FLOAT, "float"),
        "DOUBLE" => (DataType::DOUBLE, "double"),
        "BINARY" => (DataType::BINARY, "binary"),
        "DATE" => (DataType::DATE, "date"),
        "TIMESTAMP" | "TIMESTAMP_LTZ" => (DataType::TIMESTAMP, "timestamp"),
        "TIMESTAMP_NTZ" => (DataType::TIMESTAMP_NTZ, "timestamp_ntz"),
        "VARIANT" => (DataType::unshredded_variant(), "variant"),
        "VOID" => (DataType::VOID, "void"),
        _ => return None,
    };
    Some(WrittenType::simple(data_type, short))
}
