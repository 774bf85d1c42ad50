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
    fn literal_is_read_as_it_was(text in "(?s).*") {
        let statement = parse(&format!("COMMENT ON CATALOG c IS {}", SqlLiteral::new(text.clone()))).unwrap();
        let on = Commented::Catalog(ObjectName(vec![Identifier::new("c").unwrap()]));
        prop_assert_eq!(statement, Statement::Comment { on, comment: Some(text) });
    }
}

/// Texts that nest `depth` times, each in another way.
fn nested(depth: usize) -> [String; 9] {
    let wrap = |start: &str, open: &str, inner: &str, close: &str, end: &str| {
        format!("{start}{}{inner}{}{end}", open.repeat(depth), close.repeat(depth))
    };
    [
        wrap("SELECT ", "(", "1", ")", ""),
        wrap("SELECT * FROM ", "(SELECT * FROM ", "t", ")", ""),
        wrap("", "(", "SELECT 1", ")", ""),
        wrap("SELECT ", "CASE WHEN ", "1", " THEN 1 END", ""),
        wrap("SELECT ", "f(", "1", ")", ""),
        wrap("SELECT ", "NOT ", "TRUE", "", ""),
        wrap("SELECT ", "- ", "1", "", ""),
        wrap("SELECT CAST(1 AS ", "ARRAY<", "INT", ">", ")"),
        wrap("CREATE TABLE t (a ", "ARRAY<", "INT", ">", ")"),
    ]
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    for text in nested(10_000) {
        let class = parse(&text).unwrap_err().class;
        assert!(["UNSUPPORTED_FEATURE", "PARSE_SYNTAX_ERROR"].contains(&class), "{}", &text[..40]);
    }
    for text in nested(64).into_iter().chain(nested(63)) {
        drop(parse(&text));
    }
}

#[test]
fn nesting_as_people_write_it_is_read() {
    for text in nested(15) {
        assert!(parse(&text).is_ok(), "{text}");
    }
}

#[test]
fn long_chains_are_read_and_longer_ones_refused() {
    for (part, operator) in [("a = 1", " OR "), ("1", " + "), ("SELECT 1", " UNION ALL ")] {
        let chain = |parts: usize| vec![part; parts].join(operator);
        let select = if part.starts_with("SELECT") { "" } else { "SELECT " };
        assert!(parse(&format!("{select}{}", chain(1_001))).is_ok(), "{operator}");
        assert_eq!(parse(&format!("{select}{}", chain(1_002))).unwrap_err().class, "UNSUPPORTED_FEATURE");
        assert!(parse(&format!("{select}{}", chain(20_000))).is_err(), "{operator}");
    }
    let branches = "WHEN a = 1 AND b THEN c + 1 ".repeat(5_000);
    assert!(parse(&format!("SELECT CASE {branches} END, {}", vec!["a + b"; 5_000].join(", "))).is_ok());
}

/// `sqlparser` alone would read each of these twice as often for every level.
#[test]
fn mistake_in_the_depth_is_refused_in_time() {
    let openings = [
        "o.a[",
        "(o.a[",
        "o.CAST(",
        "CAST(",
        "TRY_CAST(",
        "NOT (",
        "o.INTERVAL ",
        "POSITION(",
        "SUBSTRING(",
        "f(x -> ",
        "CASE WHEN ",
        "EXISTS (SELECT ",
        "f(o.b[",
        "OVERLAY(",
        "TRIM(",
        "EXTRACT(DAY FROM ",
        "{a: ",
        "a IN (",
        "- (",
    ];
    for opening in openings {
        for end in ["", "1 +", "1)", "'"] {
            let class = super::refused(&format!("SELECT {}{end}", opening.repeat(60)));
            let expected = ["PARSE_SYNTAX_ERROR", "UNSUPPORTED_FEATURE", "UNCLOSED_STRING_LITERAL"];
            assert!(expected.contains(&class.as_str()), "{opening}{end}: {class}");
        }
    }
}
