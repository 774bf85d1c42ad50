//! CREATE TABLE.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use super::columns::{TableItems, refuse_duplicates};
use crate::delta::schema::StructField;
use crate::sql::ast::{CreateTable, GuardClause, OnExisting, PropertyList, Statement, TableReference};
use crate::sql::error::SqlError;

/// The clauses after the columns, each at most once.
#[derive(Default)]
struct Clauses {
    provider: Option<String>,
    partitions: Option<Vec<Partition>>,
    cluster_columns: Option<Vec<Identifier>>,
    location: Option<String>,
    comment: Option<String>,
    properties: Option<PropertyList>,
    row_filter: Option<GuardClause>,
}

/// An item of PARTITIONED BY: a column of the list before, or with its type a new one.
enum Partition {
    Existing(Identifier),
    New(Identifier, StructField),
}

impl Parser<'_> {
    /// After `CREATE [OR REPLACE] TABLE`.
    pub(super) fn create_table(&mut self, replace: bool) -> Result<Statement, SqlError> {
        let on_existing = self.on_existing(replace, "table")?;
        let name = self.table_reference()?;
        self.table_or_clone(name, on_existing)
    }

    /// After the name of the table.
    pub(super) fn table_or_clone(
        &mut self,
        name: TableReference,
        on_existing: OnExisting,
    ) -> Result<Statement, SqlError> {
        match self.accept_any(&["SHALLOW CLONE", "DEEP CLONE", "CLONE"]) {
            Some(words) => self.clone_table(name, on_existing, words == "SHALLOW CLONE"),
            None => self.table(name, on_existing),
        }
    }

    fn table(&mut self, name: TableReference, on_existing: OnExisting) -> Result<Statement, SqlError> {
        self.refuse(&["LIKE"], "CREATE TABLE")?;
        let has_columns = *self.peek() == Token::LParen && !self.at_parenthesized_query();
        let TableItems { mut columns, checks, keys, masks } =
            if has_columns { self.columns_and_constraints()? } else { TableItems::default() };
        let clauses = self.table_clauses()?;
        let partition_columns = add_partitions(&mut columns, clauses.partitions.unwrap_or_default());
        refuse_duplicates(&columns)?;
        let has_query = self.accept("AS") || self.at_query();
        if has_query && has_columns {
            return Err(SqlError::unsupported_but(
                "a list of columns in CREATE TABLE … AS",
                "Leave the list out; the query names and types the columns.",
            ));
        }
        let query = has_query.then(|| self.query()).transpose()?;
        Ok(Statement::CreateTable(Box::new(CreateTable {
            name,
            on_existing,
            columns,
            provider: clauses.provider,
            partition_columns,
            cluster_columns: clauses.cluster_columns.unwrap_or_default(),
            location: clauses.location,
            comment: clauses.comment,
            properties: clauses.properties.unwrap_or_default(),
            constraints: checks,
            keys,
            row_filter: clauses.row_filter,
            masks,
            query,
        })))
    }

    fn table_clauses(&mut self) -> Result<Clauses, SqlError> {
        let mut clauses = Clauses::default();
        while self.table_clause(&mut clauses)? {}
        Ok(clauses)
    }

    /// Reads one clause; false when none comes next.
    fn table_clause(&mut self, clauses: &mut Clauses) -> Result<bool, SqlError> {
        let words = [
            "USING",
            "PARTITIONED BY",
            "CLUSTER BY",
            "LOCATION",
            "COMMENT",
            "TBLPROPERTIES",
            "WITH ROW FILTER",
        ];
        match self.accept_any(&words) {
            Some("USING") => self.once(&mut clauses.provider, "USING", Self::provider)?,
            Some("PARTITIONED BY") => {
                self.once(&mut clauses.partitions, "PARTITIONED BY", |parser| parser.list(Self::partition))?;
            }
            Some("CLUSTER BY") => {
                self.once(&mut clauses.cluster_columns, "CLUSTER BY", Self::cluster_columns)?;
            }
            Some("LOCATION") => self.once(&mut clauses.location, "LOCATION", Self::location)?,
            Some("COMMENT") => self.once(&mut clauses.comment, "COMMENT", Self::string)?,
            Some("TBLPROPERTIES") => self.once(&mut clauses.properties, "TBLPROPERTIES", Self::properties)?,
            Some("WITH ROW FILTER") => {
                self.once(&mut clauses.row_filter, "ROW FILTER", Self::row_filter)?;
            }
            _ if self.accept("DEFAULT COLLATION UTF8_BINARY") => {}
            _ => {
                let others = ["OPTIONS", "CLUSTERED BY", "DEFAULT COLLATION", "ROW FORMAT"];
                self.refuse(&others, "CREATE TABLE")?;
                self.refuse(
                    &["STORED AS", "STORED BY", "WITH SERDEPROPERTIES", "SKEWED BY"],
                    "CREATE TABLE",
                )?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn provider(&mut self) -> Result<String, SqlError> {
        Ok(self.identifier()?.to_lowercase().as_str().to_owned())
    }

    /// The path of LOCATION.
    pub(super) fn location(&mut self) -> Result<String, SqlError> {
        let path = self.string()?;
        if !self.at("WITH ROW FILTER") {
            self.refuse(&["WITH"], "LOCATION")?;
        }
        Ok(path)
    }

    /// The columns of CLUSTER BY; none for `NONE`.
    pub(super) fn cluster_columns(&mut self) -> Result<Vec<Identifier>, SqlError> {
        self.refuse(&["AUTO"], "CLUSTER BY")?;
        if self.accept("NONE") { Ok(Vec::new()) } else { self.list(Self::identifier) }
    }

    fn partition(&mut self) -> Result<Partition, SqlError> {
        let name = self.identifier()?;
        match self.peek() {
            Token::Comma | Token::RParen => Ok(Partition::Existing(name)),
            Token::LParen => Err(SqlError::unsupported("a function in PARTITIONED BY")),
            _ => {
                let mut field = self.field(name.as_str())?;
                if self.accept("COMMENT") {
                    field = field.add_metadata([("comment", self.string()?)]);
                }
                Ok(Partition::New(name, field))
            }
        }
    }
}

/// The names of the partition columns; new columns come after the others.
fn add_partitions(columns: &mut Vec<StructField>, partitions: Vec<Partition>) -> Vec<Identifier> {
    partitions
        .into_iter()
        .map(|partition| match partition {
            Partition::Existing(name) => name,
            Partition::New(name, field) => {
                columns.push(field);
                name
            }
        })
        .collect()
}
