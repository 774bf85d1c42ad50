//! What `SHOW CREATE TABLE` tells of a table: enough to make it again without cloning it (facts/settled.md §4).

mod column;
mod nesting;

use clxs_api::{Identifier, Properties};
use serde::{Deserialize, Serialize};
use sqlparser::tokenizer::Token;

pub use column::{Column, ColumnValue};
use nesting::Nesting;

use super::containers::own_properties;
use super::copy_mark;
use crate::rewrite::lexer::{Lexeme, lex};

/// All that `CREATE TABLE` takes, but for name, place, comment, guards and keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDefinition {
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// How its files are laid out: `PARTITIONED BY (day)`, `CLUSTER BY (id)`, `DEFAULT COLLATION UTF8_BINARY`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<String>,
    /// Its properties without those that speak of its own versions and files. `delta.constraints.…` are its CHECK
    /// constraints, which Delta takes from `CREATE TABLE … TBLPROPERTIES` (delta-io/delta, `DeltaConfigs`); that the
    /// platform does too is UNCONFIRMED.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
}

/// The one feature of a table that no other property and no clause asks for: defaults of columns, without which the
/// platform refuses them.
pub(crate) const DEFAULTS: &str = "delta.feature.allowColumnDefaults";
/// The property of a table that takes no rows in the place of others, not even of none (delta-io/delta, `WriteIntoDelta`).
pub(crate) const APPEND_ONLY: &str = "delta.appendOnly";
/// What the property of a CHECK constraint begins with.
const CHECK: &str = "delta.constraints.";

impl TableDefinition {
    /// Reads the statement, or says what of it this version cannot make again.
    pub(crate) fn parse(statement: &str) -> Result<Self, String> {
        let tokens = lex(statement)?.tokens;
        let nesting = Nesting::of(&tokens);
        let open = tokens.iter().position(|token| token.token == Token::LParen);
        let open = open.ok_or("it lists no columns")?;
        let close = nesting.closing(open).ok_or("its list of columns does not end")?;
        let mut definition = Self::default();
        for item in nesting::items(&tokens[open + 1..close]) {
            definition.read_item(statement, item)?;
        }
        definition.read_clauses(statement, &tokens[close + 1..])?;
        Ok(definition)
    }

    /// A column or a constraint. Keys are planned apart.
    fn read_item(&mut self, statement: &str, item: &[Lexeme]) -> Result<(), String> {
        let is = |place: usize, word: &str| item.get(place).is_some_and(|token| token.is_keyword(word));
        match item {
            [first, name, kind, ..] if first.is_keyword("CONSTRAINT") => match name.word() {
                Some(_) if kind.is_keyword("PRIMARY") || kind.is_keyword("FOREIGN") => Ok(()),
                // UNCONFIRMED: whether the platform lists CHECK constraints here or among the properties.
                Some(name) if kind.is_keyword("CHECK") => {
                    let expression = nesting::inside(statement, item, 3);
                    let expression =
                        expression.ok_or_else(|| format!("its constraint {name} has no expression"))?;
                    self.properties.insert(format!("{CHECK}{}", name.to_lowercase()), expression.to_owned());
                    Ok(())
                }
                _ => Err(format!("nobody knows its constraint `{}`", nesting::text(statement, item))),
            },
            _ if is(0, "PRIMARY") && is(1, "KEY") || is(0, "FOREIGN") && is(1, "KEY") => Ok(()),
            _ => {
                self.columns.push(Column::read(statement, item)?);
                Ok(())
            }
        }
    }

    fn read_clauses(&mut self, statement: &str, tokens: &[Lexeme]) -> Result<(), String> {
        for clause in nesting::clauses(tokens, begins_clause) {
            let [first, ..] = clause else { continue };
            let is = |word: &str| first.is_keyword(word);
            if ["PARTITIONED", "CLUSTER", "DEFAULT"].into_iter().any(is) {
                self.clauses.push(nesting::text(statement, clause).to_owned());
            } else if is("COLLATION") {
                // As older builds write it (facts/settled.md §4).
                let name = clause.get(1).and_then(|name| name.string().or(name.word())).unwrap_or_default();
                self.clauses.push(format!("DEFAULT COLLATION {name}"));
            } else if is("TBLPROPERTIES") {
                self.properties.extend(properties(clause));
            } else if !is_left_out(clause) {
                return Err(format!("nobody knows its clause `{}`", nesting::text(statement, clause)));
            }
        }
        Ok(())
    }

    /// Whether a table of this definition has all that the other one asks for. Properties on top do not count: the
    /// platform sets some on every table that it makes.
    pub(crate) fn meets(&self, wanted: &Self) -> bool {
        self.columns.len() == wanted.columns.len()
            && self.columns.iter().zip(&wanted.columns).all(|(own, wanted)| own.is_like(wanted))
            && self.clauses == wanted.clauses
            && wanted.properties.iter().all(|(key, value)| self.properties.get(key) == Some(value))
    }

    /// The columns that a statement gives values for: all but those that the table computes.
    pub(crate) fn given_columns(&self) -> Vec<Identifier> {
        let given = self.columns.iter().filter(|column| !column.is_generated());
        given.map(|column| column.name.clone()).collect()
    }

    /// Whether it has a column of this name.
    pub(crate) fn has_column(&self, name: &Identifier) -> bool {
        self.columns.iter().any(|column| column.name.matches(name.as_str()))
    }

    /// What it says of whether rows may only be added.
    pub(crate) fn append_only(&self) -> Option<&str> {
        self.properties.get(APPEND_ONLY).map(String::as_str)
    }

    /// Whether a property is a CHECK constraint.
    pub(crate) fn is_check(property: &str) -> bool {
        property.starts_with(CHECK)
    }
}

/// Whether a clause behind the columns begins here: `DEFAULT COLLATION` is one.
fn begins_clause(tokens: &[Lexeme], at: usize) -> bool {
    const FIRST: [&str; 10] = [
        "USING",
        "OPTIONS",
        "WITH",
        "PARTITIONED",
        "CLUSTER",
        "COMMENT",
        "DEFAULT",
        "COLLATION",
        "LOCATION",
        "TBLPROPERTIES",
    ];
    let continues = at > 0 && tokens[at - 1].is_keyword("DEFAULT");
    !continues && FIRST.iter().any(|word| tokens[at].is_keyword(word))
}

/// Whether a clause is one of those that come from elsewhere, and nothing else is behind it.
fn is_left_out(clause: &[Lexeme]) -> bool {
    match clause {
        [first, rest @ ..] if first.is_keyword("WITH") => {
            let open = rest.iter().position(|token| token.token == Token::LParen);
            open.and_then(|open| Nesting::of(rest).closing(open)) == Some(rest.len() - 1)
        }
        [first, _] => ["USING", "COMMENT", "LOCATION"].iter().any(|word| first.is_keyword(word)),
        _ => false,
    }
}

/// `TBLPROPERTIES ('key' = 'value', …)`: those that another table can have (facts/settled.md §4,
/// `facts/clone_on_disk.md` §3), none of the protocol, of versions and files, or of what this tool noted.
fn properties(clause: &[Lexeme]) -> Properties {
    const OF_ONE_TABLE: [&str; 13] = [
        copy_mark::PREFIX,
        "clusteringColumns",
        "delta.columnMapping.maxColumnId",
        "delta.coordinatedCommits.",
        "delta.feature.",
        "delta.inCommitTimestampEnablement",
        "delta.lastCommitTimestamp",
        "delta.lastUpdateVersion",
        "delta.minReaderVersion",
        "delta.minWriterVersion",
        "delta.rowTracking.",
        "io.unitycatalog.",
        "ucTableId",
    ];
    let texts: Vec<_> = clause.iter().filter_map(Lexeme::string).collect();
    let pairs = texts.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
    let is_carried = |key: &str| {
        key == DEFAULTS
            || !OF_ONE_TABLE.iter().any(|start| key.starts_with(start)) && !key.ends_with(".internal")
    };
    own_properties(Some(pairs.collect())).into_iter().filter(|(key, _)| is_carried(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: &str = "CREATE TABLE main.s.people (
  id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 1 INCREMENT BY 1),
  `a,b` DECIMAL(10,2) DEFAULT 1 + (2) COMMENT 'with mask, (\\'x\\')',
  tags MAP<STRING, ARRAY<STRUCT<x: INT NOT NULL COMMENT 'x>y', y: STRING>>> NOT NULL,
  ssn STRING COLLATE UTF8_BINARY MASK main.s.`hide it` USING COLUMNS (region, 'it\\'s, (') COMMENT 'secret',
  year INT GENERATED ALWAYS AS ( year(CAST('2026-01-01' AS DATE)) ),
  region STRING MASK main.s.hide,
  known BOOLEAN COMMENT '' DEFAULT region IS NOT NULL,
  number BIGINT GENERATED BY DEFAULT AS IDENTITY,
  CONSTRAINT `pk` PRIMARY KEY (`id`),
  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `main`.`s`.`t` (`id`),
  CONSTRAINT positive CHECK (id > 0 AND region IN ('a', 'b')))
USING delta
WITH ROW FILTER main.s.in_region ON (region)
CLUSTER BY (id, region)
COMMENT 'all USING people'
DEFAULT COLLATION UTF8_BINARY
TBLPROPERTIES (
  'delta.enableChangeDataFeed' = 'true',
  'delta.feature.allowColumnDefaults' = 'supported',
  'delta.feature.changeDataFeed' = 'supported',
  'delta.minReaderVersion' = '3',
  'delta.parquet.format.version.afe.internal' = '1',
  'clxs.copy' = 'complete',
  'team' = 'it\\'s ours')
";

    #[test]
    fn statement_of_the_platform_is_read_without_guards_keys_and_protocol() {
        let definition = TableDefinition::parse(PEOPLE).unwrap();
        insta::assert_json_snapshot!(definition);
        assert!(definition.meets(&definition));
    }

    #[test]
    fn what_is_written_is_read_again_as_the_same() {
        let definition = TableDefinition::parse(PEOPLE).unwrap();
        let columns: Vec<_> = definition.columns.iter().map(ToString::to_string).collect();
        let again = format!("CREATE TABLE a.b.c ({}) USING delta", columns.join(", "));
        assert_eq!(TableDefinition::parse(&again).unwrap().columns, definition.columns);
    }

    #[test]
    fn functions_of_guards_may_have_keywords_in_their_names() {
        let definition = TableDefinition::parse(
            "CREATE TABLE a.b.c (v STRING MASK default.comment.mask USING COLUMNS (id) COMMENT 'v', id INT NOT NULL) \
             USING delta WITH ROW FILTER a.default.using ON (id) CLUSTER BY (id)",
        );
        let definition = definition.unwrap();
        let columns: Vec<_> = definition.columns.iter().map(ToString::to_string).collect();
        assert_eq!(columns, ["`v` STRING COMMENT 'v'", "`id` INT NOT NULL"]);
        assert_eq!(definition.clauses, ["CLUSTER BY (id)"]);
    }

    #[test]
    fn statement_with_something_unknown_is_refused_and_names_it() {
        for (statement, reason) in [
            ("CREATE TABLE a.b.c USING delta", "no columns"),
            ("CREATE TABLE a.b.c (id INT", "does not end"),
            ("CREATE TABLE a.b.c (id INT) SHARDED BY (id)", "SHARDED BY (id)"),
            ("CREATE TABLE a.b.c (id INT) USING delta SHARDED BY (id)", "SHARDED BY (id)"),
            (
                "CREATE TABLE a.b.c (id INT) USING delta WITH ROW FILTER f ON (a) SHARDED BY (id)",
                "SHARDED BY (id)",
            ),
            ("CREATE TABLE a.b.c (id INT COMMENT 'a' SHARDED)", "SHARDED"),
            ("CREATE TABLE a.b.c (id INT MASK f USING COLUMNS (a) SHARDED)", "SHARDED"),
            ("CREATE TABLE a.b.c (id INT GENERATED SOMEHOW)", "GENERATED SOMEHOW"),
            ("CREATE TABLE a.b.c (id COMMENT 'a')", "no type"),
            ("CREATE TABLE a.b.c (id INT, CONSTRAINT u UNIQUE (id))", "UNIQUE"),
        ] {
            let refused = TableDefinition::parse(statement).unwrap_err();
            assert!(refused.contains(reason), "{statement}: {refused}");
        }
    }
}
