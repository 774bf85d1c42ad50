//! CREATE and ALTER FUNCTION (facts/sql.md §10).

use clxs_api::SecurableKind;
use clxs_api::function::SqlDataAccess;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use super::types::WrittenType;
use crate::delta::schema::{DataType, StructField};
use crate::metastore::{Environment, Language};
use crate::sql::ast::{AlterFunction, CreateFunction, FunctionBody, FunctionResult, OnExisting, Statement};
use crate::sql::error::SqlError;

/// The clauses between the result and the body, each at most once.
#[derive(Default)]
struct Characteristics {
    language: Option<Language>,
    deterministic: Option<bool>,
    data_access: Option<SqlDataAccess>,
    comment: Option<String>,
    handler: Option<String>,
    environment: Option<Environment>,
}

impl Parser<'_> {
    /// After `CREATE [OR REPLACE] FUNCTION`.
    pub(super) fn create_function(&mut self, replace: bool) -> Result<Statement, SqlError> {
        let on_existing = match (replace, self.if_not_exists()) {
            (true, true) => return Err(SqlError::create_routine_if_not_exists_and_replace()),
            (true, false) => OnExisting::Replace,
            (false, true) => OnExisting::Keep,
            (false, false) => OnExisting::Fail,
        };
        let name = self.object_name(3)?;
        let parameters = self.parameter_list(Self::function_parameter)?;
        let returns = if self.accept("RETURNS") { Some(self.function_result()?) } else { None };
        let clauses = self.characteristics()?;
        let language = clauses.language.unwrap_or_default();
        let (body, definition) = match language {
            Language::Sql => {
                self.expect("RETURN")?;
                let is_table = matches!(returns, Some(FunctionResult::Table(_)));
                let (body, definition) = self.as_written(|parser| parser.function_body(is_table))?;
                (Some(body), definition.to_owned())
            }
            Language::Python => (None, self.python_body(returns.as_ref())?),
        };
        Ok(Statement::CreateFunction(Box::new(CreateFunction {
            name,
            on_existing,
            parameters,
            returns,
            language,
            deterministic: clauses.deterministic,
            data_access: clauses.data_access,
            comment: clauses.comment,
            handler: clauses.handler,
            environment: clauses.environment,
            body,
            definition,
        })))
    }

    /// `(item, …)`, which may be empty.
    fn parameter_list<T>(
        &mut self,
        item: impl FnMut(&mut Self) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        if *self.peek() == Token::LParen && *self.peek_nth(1) == Token::RParen {
            self.parenthesized(|_| Ok(()))?;
            return Ok(Vec::new());
        }
        self.list(item)
    }

    /// `name TYPE [DEFAULT expression] [COMMENT 'text']`
    fn function_parameter(&mut self) -> Result<StructField, SqlError> {
        let (field, written) = self.as_written(Self::typed_name)?;
        if self.at("NOT NULL") {
            return Err(SqlError::routine_parameter_not_null(written));
        }
        let (mut default, mut comment) = (None, None);
        loop {
            if self.accept("DEFAULT") {
                self.once(&mut default, "DEFAULT", Self::expression_as_written)?;
            } else if self.accept("COMMENT") {
                self.once(&mut comment, "COMMENT", Self::string)?;
            } else {
                break;
            }
        }
        let field = match default {
            Some(text) => field.add_metadata(
                ["CURRENT_DEFAULT", "EXISTS_DEFAULT", "default"].map(|key| (key, text.clone())),
            ),
            None => field,
        };
        Ok(with_comment(field, comment))
    }

    /// `name TYPE [COMMENT 'text']`
    fn result_column(&mut self) -> Result<StructField, SqlError> {
        let (field, written) = self.as_written(Self::typed_name)?;
        if self.at("NOT NULL") {
            return Err(SqlError::routine_parameter_not_null(written));
        }
        let comment = if self.accept("COMMENT") { Some(self.string()?) } else { None };
        Ok(with_comment(field, comment))
    }

    fn typed_name(&mut self) -> Result<StructField, SqlError> {
        let name = self.identifier()?;
        Ok(StructField::nullable(name.as_str(), self.function_type()?))
    }

    /// A type of a parameter or a result.
    pub(super) fn function_type(&mut self) -> Result<DataType, SqlError> {
        let WrittenType { data_type, short, has_length } = self.data_type()?;
        if has_length {
            let feature = format!("the type {} of a function", short.to_uppercase());
            return Err(SqlError::unsupported_but(feature, "Write STRING."));
        }
        Ok(data_type)
    }

    /// After `RETURNS`.
    fn function_result(&mut self) -> Result<FunctionResult, SqlError> {
        if !self.accept("TABLE") {
            return Ok(FunctionResult::Value(self.function_type()?));
        }
        let listed = *self.peek() == Token::LParen;
        Ok(FunctionResult::Table(if listed { Some(self.list(Self::result_column)?) } else { None }))
    }

    fn characteristics(&mut self) -> Result<Characteristics, SqlError> {
        let mut clauses = Characteristics::default();
        loop {
            if self.accept("LANGUAGE") {
                self.once(&mut clauses.language, "LANGUAGE", Self::language)?;
            } else if self.accept("DETERMINISTIC") {
                self.once(&mut clauses.deterministic, "DETERMINISTIC", |_| Ok(true))?;
            } else if self.accept("NOT DETERMINISTIC") {
                self.once(&mut clauses.deterministic, "DETERMINISTIC", |_| Ok(false))?;
            } else if self.accept("COMMENT") {
                self.once(&mut clauses.comment, "COMMENT", Self::string)?;
            } else if self.accept("CONTAINS SQL") {
                self.once(&mut clauses.data_access, "CONTAINS SQL", |_| Ok(SqlDataAccess::ContainsSql))?;
            } else if self.accept("READS SQL DATA") {
                self.once(&mut clauses.data_access, "READS SQL DATA", |_| Ok(SqlDataAccess::ReadsSqlData))?;
            } else if self.accept("HANDLER") {
                self.once(&mut clauses.handler, "HANDLER", Self::string)?;
            } else if self.accept("ENVIRONMENT") {
                self.once(&mut clauses.environment, "ENVIRONMENT", Self::environment)?;
            } else if !self.accept("DEFAULT COLLATION UTF8_BINARY") {
                self.refuse(&["DEFAULT COLLATION", "PARAMETER STYLE"], "CREATE FUNCTION")?;
                return Ok(clauses);
            }
        }
    }

    fn language(&mut self) -> Result<Language, SqlError> {
        match self.accept_any(&["SQL", "PYTHON"]) {
            Some("SQL") => Ok(Language::Sql),
            Some(_) => Ok(Language::Python),
            None => {
                self.refuse(&["SCALA", "JAVA"], "the LANGUAGE of a function")?;
                Err(self.syntax_error())
            }
        }
    }

    /// `(dependencies = '["…"]', environment_version = '…')`
    fn environment(&mut self) -> Result<Environment, SqlError> {
        let mut environment = Environment::default();
        let settings = self.list(|parser| {
            let key = parser.identifier()?;
            parser.expect_token(&Token::Eq)?;
            Ok((key, parser.string()?))
        })?;
        for (key, value) in settings {
            match key.as_str().to_lowercase().as_str() {
                "dependencies" => environment.dependencies = Some(value),
                "environment_version" => environment.version = Some(value),
                other => {
                    return Err(SqlError::unsupported(format_args!(
                        "{other} in the ENVIRONMENT of a function"
                    )));
                }
            }
        }
        Ok(environment)
    }

    /// `AS $$…$$`, of a function that gives a value of a type it says.
    fn python_body(&mut self, returns: Option<&FunctionResult>) -> Result<String, SqlError> {
        match returns {
            Some(FunctionResult::Value(_)) => {}
            Some(FunctionResult::Table(_)) => {
                return Err(SqlError::unsupported("a Python function that RETURNS TABLE"));
            }
            None => return Err(self.syntax_error()),
        }
        self.expect("AS")?;
        let Token::DollarQuotedString(body) = self.peek() else { return Err(self.syntax_error()) };
        let body = body.value.clone();
        self.take();
        Ok(body)
    }

    /// An expression or a query; in brackets it may be an expression that begins with a query.
    pub(super) fn function_body(&mut self, is_table: bool) -> Result<FunctionBody, SqlError> {
        if self.at_query() && (is_table || *self.peek() != Token::LParen) {
            return Ok(FunctionBody::Query(self.query()?));
        }
        Ok(FunctionBody::Expression(Box::new(self.expression()?)))
    }

    /// After `ALTER FUNCTION`.
    pub(super) fn alter_function(&mut self) -> Result<Statement, SqlError> {
        let name = self.object_name(3)?;
        if let Some(statement) = self.alter_tags_of(SecurableKind::Function, name.clone())? {
            return Ok(statement);
        }
        if self.accept_any(&["SET OWNER TO", "OWNER TO"]).is_some() {
            return Ok(Statement::AlterFunction(AlterFunction { name, owner: self.identifier()? }));
        }
        self.refuse(&["RENAME TO"], "ALTER FUNCTION")?;
        Err(self.syntax_error())
    }
}

fn with_comment(field: StructField, comment: Option<String>) -> StructField {
    match comment {
        Some(text) => field.add_metadata([("comment", text)]),
        None => field,
    }
}
