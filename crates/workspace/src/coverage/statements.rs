//! The statements: each is given to the parser, which reads it or refuses it by name.

use std::fmt::Write as _;

use super::cells;
use super::test_names::TestNames;
use crate::sql::{parse, supported_statements, unsupported_statements};

/// How the platform's statements begin that share a row of the parser's table.
const BEGINNINGS: &[(&str, &[&str])] = &[
    (
        "CREATE",
        &[
            "CATALOG",
            "FOREIGN CATALOG",
            "SCHEMA",
            "TABLE",
            "VIEW",
            "TEMPORARY VIEW",
            "MATERIALIZED VIEW",
            "STREAMING TABLE",
            "FUNCTION",
            "PROCEDURE",
            "VOLUME",
            "EXTERNAL VOLUME",
            "EXTERNAL LOCATION",
            "CONNECTION",
            "SHARE",
            "RECIPIENT",
            "POLICY",
            "SERVER",
            "BLOOMFILTER INDEX",
            "GROUP",
            "MODEL",
        ],
    ),
    (
        "ALTER",
        &[
            "CATALOG",
            "SCHEMA",
            "TABLE",
            "VIEW",
            "MATERIALIZED VIEW",
            "STREAMING TABLE",
            "VOLUME",
            "EXTERNAL LOCATION",
            "STORAGE CREDENTIAL",
            "CONNECTION",
            "SHARE",
            "RECIPIENT",
            "PROVIDER",
            "GROUP",
        ],
    ),
    (
        "DROP",
        &[
            "CATALOG",
            "SCHEMA",
            "TABLE",
            "VIEW",
            "MATERIALIZED VIEW",
            "FUNCTION",
            "PROCEDURE",
            "VOLUME",
            "EXTERNAL LOCATION",
            "STORAGE CREDENTIAL",
            "CONNECTION",
            "SHARE",
            "RECIPIENT",
            "PROVIDER",
            "POLICY",
            "VARIABLE",
            "GROUP",
            "MODEL",
            "BLOOMFILTER INDEX",
        ],
    ),
    (
        "COMMENT ON",
        &[
            "CATALOG",
            "SCHEMA",
            "TABLE",
            "COLUMN",
            "VOLUME",
            "FUNCTION",
            "SHARE",
            "RECIPIENT",
            "PROVIDER",
            "CONNECTION",
        ],
    ),
    (
        "SHOW",
        &[
            "CATALOGS",
            "SCHEMAS",
            "TABLES",
            "VIEWS",
            "COLUMNS",
            "CREATE TABLE",
            "TBLPROPERTIES",
            "PARTITIONS",
            "FUNCTIONS",
            "VOLUMES",
            "GRANTS",
            "GROUPS",
            "USERS",
            "SHARES",
            "RECIPIENTS",
            "PROVIDERS",
            "CONNECTIONS",
            "EXTERNAL LOCATIONS",
            "STORAGE CREDENTIALS",
            "POLICIES",
            "PROCEDURES",
            "TABLE EXTENDED",
        ],
    ),
    (
        "DESCRIBE",
        &[
            "TABLE",
            "DETAIL",
            "HISTORY",
            "CATALOG",
            "SCHEMA",
            "FUNCTION",
            "VOLUME",
            "EXTERNAL LOCATION",
            "STORAGE CREDENTIAL",
            "CONNECTION",
            "SHARE",
            "RECIPIENT",
            "PROVIDER",
            "QUERY",
            "POLICY",
            "PROCEDURE",
        ],
    ),
];

pub(super) fn table(tests: &TestNames) -> String {
    let mut all: Vec<String> = vec!["SELECT".to_owned(), "WITH".to_owned(), "VALUES".to_owned()];
    all.extend(supported_statements().flat_map(beginnings));
    all.extend(unsupported_statements().map(str::to_owned));
    all.sort();
    all.dedup();
    let supported = all.iter().filter(|beginning| is_read(beginning)).count();
    let mut text = format!(
        "## Statements\n\n{supported} of {} are there; the others are refused by name with `UNSUPPORTED_FEATURE`. Their \
         clauses are in [sql.md](sql.md), functions in [sql-functions.md](sql-functions.md).\n\n\
         | statement | | test |\n|---|---|---|\n",
        all.len()
    );
    for beginning in &all {
        let cells = cells(is_read(beginning), "refused by name", tests.of_statement(beginning));
        writeln!(text, "| {beginning} | {cells}").unwrap();
    }
    text
}

/// The statements of a row of the parser's table.
fn beginnings(words: &'static str) -> Vec<String> {
    let kinds = BEGINNINGS.iter().find(|(verb, _)| *verb == words).map(|(_, kinds)| *kinds);
    kinds.map_or_else(
        || vec![words.to_owned()],
        |kinds| kinds.iter().map(|kind| format!("{words} {kind}")).collect(),
    )
}

/// Whether the parser goes on after these words; what it does not have it refuses right there.
fn is_read(beginning: &str) -> bool {
    ["", " x", " LIKE 'x'"].iter().all(|rest| match parse(&format!("{beginning}{rest}")) {
        Ok(_) => true,
        Err(error) => !error.to_string().contains("[UNSUPPORTED_FEATURE]"),
    })
}
