//! CREATE POLICY, DROP POLICY, SHOW POLICIES and DESCRIBE POLICY (facts/sql.md §7).

use clxs_api::SecurableKind;
use clxs_api::policy::{FunctionArgument, MatchColumn};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::metastore::PolicyEffect;
use crate::sql::ast::{CreatePolicy, ObjectName, PolicyName, PolicyTarget, Statement};
use crate::sql::error::SqlError;

/// The words for what policies are on, the kind, and how many parts its names have at most.
const TARGETS: &[(&str, SecurableKind, usize)] = &[
    ("CATALOG", SecurableKind::Catalog, 1),
    ("SCHEMA", SecurableKind::Schema, 2),
    ("DATABASE", SecurableKind::Schema, 2),
    ("TABLE", SecurableKind::Table, 3),
];

impl Parser<'_> {
    /// After `CREATE [OR REPLACE] POLICY`.
    pub(super) fn create_policy(&mut self, replace: bool) -> Result<Statement, SqlError> {
        let policy = self.policy_name()?;
        let comment = if self.accept("COMMENT") { Some(self.string()?) } else { None };
        self.refuse(&["GRANT", "DENY"], "CREATE POLICY")?;
        let masks = self.accept("COLUMN MASK");
        if !masks {
            self.expect("ROW FILTER")?;
        }
        let function = self.object_name(3)?;
        self.expect("TO")?;
        let to = self.comma_separated(Self::policy_principal)?;
        let excepted = self.accept("EXCEPT");
        let except = if excepted { self.comma_separated(Self::policy_principal)? } else { Vec::new() };
        self.for_tables()?;
        let when = if self.accept("WHEN") { Some(self.expression_as_written()?) } else { None };
        let matches = self.accept("MATCH COLUMNS");
        let columns = if matches { self.comma_separated(Self::match_column)? } else { Vec::new() };
        let effect = if masks {
            self.expect("ON COLUMN")?;
            PolicyEffect::ColumnMask(self.identifier()?.as_str().to_owned())
        } else {
            PolicyEffect::RowFilter
        };
        let given = self.accept("USING COLUMNS");
        let using = if given { self.list(Self::policy_argument)? } else { Vec::new() };
        Ok(Statement::CreatePolicy(Box::new(CreatePolicy {
            policy,
            replace,
            comment,
            effect,
            function,
            to,
            except,
            when,
            columns,
            using,
        })))
    }

    /// `name ON {CATALOG | SCHEMA | TABLE} securable`
    pub(super) fn policy_name(&mut self) -> Result<PolicyName, SqlError> {
        let name = self.identifier()?;
        Ok(PolicyName { name, on: self.policy_target()? })
    }

    /// `ON {CATALOG | SCHEMA | TABLE} securable`
    pub(super) fn policy_target(&mut self) -> Result<PolicyTarget, SqlError> {
        self.expect("ON")?;
        self.refuse(&["METASTORE", "MODEL", "FUNCTION", "VOLUME", "VIEW"], "a policy ON")?;
        let found = TARGETS.iter().find(|(word, ..)| self.accept(word));
        let (_, kind, parts) = found.ok_or_else(|| self.syntax_error())?;
        let name: ObjectName = self.object_name(*parts)?;
        Ok(PolicyTarget { kind: kind.clone(), name })
    }

    fn policy_principal(&mut self) -> Result<String, SqlError> {
        Ok(self.identifier()?.as_str().to_owned())
    }

    fn for_tables(&mut self) -> Result<(), SqlError> {
        self.expect("FOR")?;
        self.refuse(&["MODELS", "FUNCTIONS", "VOLUMES", "SCHEMAS", "CATALOGS"], "a policy FOR")?;
        self.expect("TABLES")
    }

    /// `condition [[AS] alias]`
    fn match_column(&mut self) -> Result<MatchColumn, SqlError> {
        let condition = Some(self.expression_as_written()?);
        let next_clause = self.at("ON COLUMN") || self.at("USING COLUMNS");
        let named = self.accept("AS") || (matches!(self.peek(), Token::Word(_)) && !next_clause);
        let alias = if named { Some(self.identifier()?.as_str().to_owned()) } else { None };
        Ok(MatchColumn { alias, condition, ..MatchColumn::default() })
    }

    fn policy_argument(&mut self) -> Result<FunctionArgument, SqlError> {
        if let Some(constant) = self.constant()? {
            return Ok(FunctionArgument { constant: Some(constant), ..FunctionArgument::default() });
        }
        let alias = Some(self.identifier()?.as_str().to_owned());
        Ok(FunctionArgument { alias, ..FunctionArgument::default() })
    }
}
