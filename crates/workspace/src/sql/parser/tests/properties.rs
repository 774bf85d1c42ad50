use clxs_api::{FullName, Identifier, SqlLiteral};
use proptest::prelude::*;

use super::parse;
use crate::sql::ast::{Commented, ObjectName, Show, Statement};

fn identifier() -> impl Strategy<Value = Identifier> {
    "[^\\p{C}]{1,40}".prop_map(|text| Identifier::new(text).unwrap())
}

/// Words, marks and literals of the language in any order.
fn soup() -> impl Strategy<Value = String> {
    let words = "CREATE OR REPLACE TABLE VIEW CATALOG SCHEMA DROP ALTER SET UNSET TBLPROPERTIES OWNER TO ADD CONSTRAINT \
                 CHECK COLUMN COMMENT ON IS NULL INSERT INTO OVERWRITE BY NAME VALUES SELECT FROM WHERE WITH AS DEEP \
                 SHALLOW CLONE VERSION TIMESTAMP OF 3 'x' `y` a b.c ( ) , ; < > >> = : :: . * - / @v3 GRANT REVOKE USE \
                 SHOW GRANTS TABLES DESCRIBE HISTORY DETAIL LIMIT DELETE STRUCT< ARRAY< MAP< INT STRING DECIMAL NOT \
                 DEFAULT GENERATED ALWAYS IDENTITY CASE WHEN END INTERVAL DAY IN LIKE BETWEEN JOIN";
    let words: Vec<&str> = words.split_whitespace().collect();
    prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in any::<String>()) {
        drop(parse(&text));
    }

    #[test]
    fn any_row_of_words_is_answered_without_a_panic(text in soup()) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.to_string().contains(error.sql_state));
        }
    }

    #[test]
    fn quoted_name_is_read_as_it_was(
        parts in prop::collection::vec(identifier(), 3).prop_filter("a path", |parts| !parts[1].as_str().contains('/'))
    ) {
        let name = FullName::new(parts.clone()).unwrap();
        let statement = parse(&format!("SHOW CREATE TABLE {name}")).unwrap();
        prop_assert_eq!(statement, Statement::Show(Show::CreateTable { table: ObjectName(parts) }));
    }

    #[test]
    fn literal_is_read_as_it_was(text in "[^\\x00]*") {
        let statement = parse(&format!("COMMENT ON CATALOG c IS {}", SqlLiteral::new(text.clone()))).unwrap();
        let on = Commented::Catalog(ObjectName(vec![Identifier::new("c").unwrap()]));
        prop_assert_eq!(statement, Statement::Comment { on, comment: Some(text) });
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    let deep = 10_000;
    let expression = format!("SELECT {}1{}", "(".repeat(deep), ")".repeat(deep));
    let subquery = format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(deep), ")".repeat(deep));
    let union = format!("{}SELECT 1{}", "(".repeat(deep), ")".repeat(deep));
    let case = format!("SELECT {}1{}", "CASE WHEN ".repeat(deep), " THEN 1 END".repeat(deep));
    let array = format!("CREATE TABLE t (a {}INT{})", "ARRAY<".repeat(deep), ">".repeat(deep));
    let not = format!("SELECT {} TRUE", "NOT ".repeat(deep));
    let cast = format!("SELECT CAST(1 AS {}INT{})", "ARRAY<".repeat(deep), ">".repeat(deep));
    for text in [expression, subquery, union, case, array, not, cast] {
        let error = parse(&text).unwrap_err();
        assert!(["UNSUPPORTED_FEATURE", "PARSE_SYNTAX_ERROR"].contains(&error.class), "{error}");
    }
}

#[test]
fn long_chains_of_operators_are_read() {
    let text = format!("SELECT {}", vec!["a = 1"; 500].join(" OR "));
    assert!(parse(&text).is_ok());
}
