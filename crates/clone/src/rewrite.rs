//! Rewrites the texts of views, functions and defaults so that they read the destination.
//!
//! Works on SQL tokens, never on text: only the first part of a three-part name in the place of a relation
//! or a function changes, and every other byte stays. Strings, comments, aliases and struct fields are
//! never touched. Names of two parts and one part need no change, because the view is made with the
//! destination as its session's catalog.

mod expression;
pub(crate) mod lexer;
mod metric_view;
mod positions;
mod yaml;

use clxs_api::Identifier;
use sqlparser::tokenizer::Token;

use crate::Kind;

pub(crate) use expression::expression_problem;
use lexer::{Lexed, Lexeme, lex};
use metric_view::{is_same_metric_view, rewrite_metric_view};
use positions::{Place, Reference, references};

/// A text that reads the destination, and what was found in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// The text.
    pub text: String,
    /// The relations it reads, parts as written before rewriting, in the order of the text.
    pub relations: Vec<Vec<Identifier>>,
    /// The functions it calls, the platform's own too, in the same way.
    pub calls: Vec<Vec<Identifier>>,
    /// Places that mention the source and that nobody rewrote.
    pub mentions: Vec<Mention>,
}

/// A place in a text that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The line, from 1.
    pub line: u64,
    /// What is there.
    pub message: String,
}

/// Makes every name of the catalog `source` a name of the catalog `destination`. A text that is no SQL
/// stays as it is, with a mention. Rewriting a rewritten text changes nothing.
pub fn rewrite(text: &str, source: &Identifier, destination: &Identifier) -> Rewritten {
    let lexed = match lex(text) {
        Ok(lexed) => lexed,
        Err(problem) => return unreadable(text, &problem),
    };
    let references = references(&lexed);
    let mut mentions = mentions(&lexed, source);
    mentions.extend(earlier_versions(&lexed, &references, source));
    mentions.sort_by_key(|mention| mention.line);
    let mut rewritten = Rewritten { mentions, ..Rewritten::default() };
    let mut copied = 0;
    for reference in references.iter().filter(|reference| reference.catalog(&lexed, source)) {
        let part = &lexed.tokens[reference.parts[0]];
        rewritten.text.push_str(&text[copied..part.start]);
        rewritten.text.push_str(&name_like(&text[part.start..part.end], destination));
        copied = part.end;
    }
    rewritten.text.push_str(&text[copied..]);
    let names = |place| references.iter().filter(move |found| found.place == place);
    rewritten.relations = names(Place::Relation).map(|found| found.names(&lexed)).collect();
    rewritten.calls = names(Place::Call).map(|found| found.names(&lexed)).collect();
    rewritten
}

/// Does the same for the text of a view of this kind.
///
/// # Errors
/// Why it cannot be proven that the result of a text that is no SQL reads what it should.
pub(crate) fn rewrite_view(
    kind: Kind,
    text: &str,
    source: &Identifier,
    destination: &Identifier,
) -> Result<Rewritten, String> {
    if kind == Kind::MetricView {
        return rewrite_metric_view(text, source, destination);
    }
    Ok(rewrite(text, source, destination))
}

/// Whether two texts of views of this kind say the same.
pub(crate) fn is_same_view(kind: Kind, one: &str, other: &str) -> bool {
    fn trimmed(text: &str) -> &str {
        text.trim().trim_end_matches(';').trim_end()
    }
    if kind == Kind::MetricView { is_same_metric_view(one, other) } else { trimmed(one) == trimmed(other) }
}

/// Lines of a text in another language that name the source.
pub(crate) fn mentions_in_lines(text: &str, source: &Identifier) -> Vec<Mention> {
    let needle = Needle::of(source);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| needle.is_in(&line.to_lowercase()));
    lines
        .map(|(line, text)| Mention {
            line,
            message: format!("`{}` names the source; it was not rewritten", text.trim()),
        })
        .collect()
}

fn unreadable(text: &str, problem: &str) -> Rewritten {
    let message = format!("the text is not SQL that can be read ({problem}); it was not rewritten");
    let mentions = vec![Mention { line: 1, message }];
    Rewritten { text: text.to_owned(), mentions, ..Rewritten::default() }
}

/// The new name, quoted as the old one was, and where it must be.
fn name_like(written: &str, name: &Identifier) -> String {
    let plain = name.as_str().starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.as_str().chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if plain && !written.starts_with('`') { name.as_str().to_owned() } else { name.to_string() }
}

/// What may name the source where no rewriting reaches: strings, for nobody can know what they are for, and names that are put
/// together when the text runs.
fn mentions(lexed: &Lexed, source: &Identifier) -> Vec<Mention> {
    let needle = Needle::of(source);
    let mut mentions = put_together(lexed);
    let strings = lexed
        .tokens
        .iter()
        .filter_map(|token| token.string().map(|value| (token.line, value.to_lowercase())))
        .filter(|(_, value)| needle.is_in(value))
        .map(|(line, value)| Mention {
            line,
            message: format!("the string '{value}' names the source; it was not rewritten"),
        });
    mentions.extend(strings);
    mentions
}

/// Tables of the source that are read as they were: `t VERSION AS OF 1`, `t FOR TIMESTAMP AS OF …`, `t@v1`. The copy of a table
/// has other versions, made at other times.
fn earlier_versions(lexed: &Lexed, references: &[Reference], source: &Identifier) -> Vec<Mention> {
    let is_of_source = |found: &&Reference| found.parts.len() < 3 || found.catalog(lexed, source);
    let relations = references.iter().filter(|found| found.place == Place::Relation).filter(is_of_source);
    let last = relations.filter_map(|found| found.parts.last().map(|last| (&lexed.tokens[*last], *last)));
    let earlier = last.filter(|(_, last)| is_as_of(&lexed.tokens[last + 1..]));
    let mention = |(table, _): (&Lexeme, usize)| Mention {
        line: table.line,
        message: format!(
            "`{}` is read as it was earlier; the copy of a table has versions and times of its own, and what reads them may show \
             other rows, or none",
            table.word().unwrap_or_default()
        ),
    };
    earlier.map(mention).collect()
}

fn is_as_of(behind: &[Lexeme]) -> bool {
    const WHATS: [&str; 4] = ["VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME"];
    let behind = match behind {
        [first, rest @ ..] if first.is_keyword("FOR") => rest,
        behind => behind,
    };
    match behind {
        [at, ..] if at.token == Token::AtSign => true,
        [what, r#as, of, ..] => {
            WHATS.iter().any(|word| what.is_keyword(word)) && r#as.is_keyword("AS") && of.is_keyword("OF")
        }
        _ => false,
    }
}

/// `IDENTIFIER(…)` of anything but one string.
fn put_together(lexed: &Lexed) -> Vec<Mention> {
    let is_one_string = |inside: &[Lexeme]| matches!(inside, [_, name, close, ..] if name.string().is_some() && close.token == Token::RParen);
    let places = 0..lexed.tokens.len();
    let clauses = places.map(|place| &lexed.tokens[place..]).filter(|tokens| {
        let is_called = tokens.get(1).is_some_and(|next| next.token == Token::LParen);
        tokens[0].is_keyword("IDENTIFIER") && is_called && !is_one_string(&tokens[1..])
    });
    let message = "nobody can tell what IDENTIFIER(…) names here; it was not rewritten";
    clauses.map(|tokens| Mention { line: tokens[0].line, message: message.to_owned() }).collect()
}

/// How texts name a catalog in front of something in it.
struct Needle {
    bare: String,
    quoted: String,
}

impl Needle {
    fn of(source: &Identifier) -> Self {
        let name = source.as_str().to_lowercase();
        Self { bare: format!("{name}."), quoted: format!("`{name}`.") }
    }

    /// Whether a text in lower case names it.
    fn is_in(&self, text: &str) -> bool {
        mentions_name(text, &self.bare) || text.contains(&self.quoted)
    }
}

/// Whether the text holds the prefix where a name begins: `my_prod.x` does not mention `prod.`.
fn mentions_name(text: &str, prefix: &str) -> bool {
    text.match_indices(prefix).any(|(start, _)| {
        !text[..start].ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | '.' | '-'))
    })
}

impl Reference {
    /// Whether it is a name of this catalog.
    fn catalog(&self, lexed: &Lexed, catalog: &Identifier) -> bool {
        self.parts.len() >= 3 && lexed.tokens[self.parts[0]].word().is_some_and(|word| catalog.matches(word))
    }

    /// Its parts as names.
    fn names(&self, lexed: &Lexed) -> Vec<Identifier> {
        self.parts.iter().filter_map(|&part| Identifier::new(lexed.tokens[part].word()?).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn to_dev(text: &str) -> Rewritten {
        rewrite(text, &Identifier::new("prod").unwrap(), &Identifier::new("dev").unwrap())
    }

    #[test]
    fn tables_of_the_source_that_are_read_as_they_were_are_mentioned() {
        for text in [
            "SELECT * FROM prod.s.t VERSION AS OF 1",
            "SELECT * FROM t FOR TIMESTAMP AS OF '2026-01-01' AS x",
            "SELECT * FROM other.x.u VERSION AS OF 2\nJOIN s.t@v1",
        ] {
            let mentions = to_dev(text).mentions;
            let [mention] = &mentions[..] else { panic!("{text}: {mentions:?}") };
            assert!(mention.message.starts_with("`t` is read as it was earlier"), "{mention:?}");
        }
        assert!(to_dev("SELECT version FROM prod.s.t AS of, (SELECT 1 AS version)").mentions.is_empty());
    }

    #[test]
    fn relations_change_in_any_case_and_quoting() {
        let text = "SELECT * FROM prod.s.a JOIN `PROD`.s.b ON a.x = b.x, Prod . s . c";
        assert_eq!(to_dev(text).text, "SELECT * FROM dev.s.a JOIN `dev`.s.b ON a.x = b.x, dev . s . c");
    }

    #[test]
    fn functions_change_wherever_they_stand() {
        let text = "SELECT prod.s.f(x), my_prod.s.f(x) FROM prod.s.t WHERE prod.s.g(y) > 1";
        assert_eq!(to_dev(text).text, "SELECT dev.s.f(x), my_prod.s.f(x) FROM dev.s.t WHERE dev.s.g(y) > 1");
    }

    #[test]
    fn columns_of_a_named_relation_change_and_struct_fields_stay() {
        let text = "SELECT prod.s.t.id, prod.address.city FROM prod.s.t";
        assert_eq!(to_dev(text).text, "SELECT dev.s.t.id, prod.address.city FROM dev.s.t");
    }

    #[test]
    fn alias_of_the_catalogs_name_stays() {
        let text = "SELECT prod.address.city, prod.id FROM s.customers prod WHERE prod.a.b = 1";
        assert_eq!(to_dev(text).text, text);
    }

    #[test]
    fn strings_and_comments_stay_and_strings_are_reported() {
        let text = "SELECT 'prod.s.t', 'it\\'s prod.x', r'\\', \"prod.a\" -- FROM prod.s.t\n/* FROM prod.s.t /* prod */ */ FROM s.t";
        let rewritten = to_dev(text);
        assert_eq!(rewritten.text, text);
        assert_eq!(rewritten.mentions.len(), 3);
    }

    #[test]
    fn identifier_clause_is_reported_with_its_line() {
        let rewritten = to_dev("SELECT *\nFROM IDENTIFIER('prod.s.t')");
        assert_eq!(rewritten.mentions[0].line, 2);
        assert!(rewritten.mentions[0].message.contains("prod.s.t"));
    }

    #[test]
    fn streams_of_relations_change_and_a_relation_of_that_name_stays() {
        for (text, wanted) in [
            ("SELECT * FROM STREAM(prod.s.t) WHERE a", "SELECT * FROM STREAM(dev.s.t) WHERE a"),
            ("SELECT * FROM stream prod.s.t", "SELECT * FROM stream dev.s.t"),
            ("SELECT prod.a.b FROM stream prod", "SELECT prod.a.b FROM stream prod"),
        ] {
            assert_eq!(to_dev(text).text, wanted);
        }
    }

    #[test]
    fn from_of_a_function_is_no_relation() {
        for text in [
            "SELECT trim(BOTH 'x' FROM prod.a.b) FROM s.t prod",
            "SELECT a IS DISTINCT FROM prod.a.b FROM s.t prod",
        ] {
            assert_eq!(to_dev(text).text, text);
        }
    }

    #[test]
    fn subqueries_unions_and_common_table_expressions_are_reached() {
        let text = "WITH x AS (SELECT * FROM prod.s.a) SELECT * FROM x UNION ALL (SELECT * FROM (prod.s.b) b) \
                    UNION SELECT 1 FROM s.t WHERE EXISTS (SELECT 1 FROM prod.s.c)";
        assert_eq!(to_dev(text).text, text.replace("prod.", "dev."));
    }

    #[test]
    fn commas_of_other_clauses_begin_no_relation() {
        let text = "SELECT a FROM s.t prod ORDER BY prod.a.b, prod.c.d";
        assert_eq!(to_dev(text).text, text);
    }

    #[test]
    fn name_that_needs_quotes_gets_them() {
        let destination = Identifier::new("my-dev").unwrap();
        let text = rewrite("SELECT 1 FROM prod.s.t", &Identifier::new("prod").unwrap(), &destination).text;
        assert_eq!(text, "SELECT 1 FROM `my-dev`.s.t");
    }

    #[test]
    fn calls_are_told_with_the_parts_they_have() {
        let calls = to_dev("SELECT prod.s.f(g(1)), s.h (x) FROM prod.s.tf(2) t WHERE a IN (1)").calls;
        let texts: Vec<_> = calls
            .iter()
            .map(|parts| parts.iter().map(Identifier::as_str).collect::<Vec<_>>().join("."))
            .collect();
        assert_eq!(texts, ["prod.s.f", "g", "s.h", "prod.s.tf"]);
    }

    #[test]
    fn lines_of_another_language_that_name_the_source_are_told() {
        let body = "import x\nspark.table('PROD.s.t')\nmy_prod.s.t\nread(\"`prod`.s.t\")";
        let lines: Vec<_> = mentions_in_lines(body, &Identifier::new("prod").unwrap())
            .iter()
            .map(|found| found.line)
            .collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn relations_are_told_with_the_parts_they_have() {
        let relations = to_dev("SELECT * FROM prod.s.a, s.b JOIN c, explode(x.y.z)").relations;
        let texts: Vec<_> = relations
            .iter()
            .map(|parts| parts.iter().map(Identifier::as_str).collect::<Vec<_>>().join("."))
            .collect();
        assert_eq!(texts, ["prod.s.a", "s.b", "c"]);
    }

    fn piece() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "SELECT",
            "FROM",
            "JOIN",
            "WHERE",
            ",",
            "(",
            ")",
            "prod.s.t",
            "`prod`.s.t",
            "PROD.s.f(",
            "prod.id",
            "'prod.s.t'",
            "\"prod.s\"",
            "-- prod.s.t\n",
            "/* prod.s.t */",
            "x",
            "AS",
            "prod",
            ".",
            "dev.s.t",
            "'a\\'",
            "'",
            "UNION",
            "TABLE",
            "1",
            "é",
            "r'\\'",
        ])
        .prop_map(str::to_owned)
    }

    proptest! {
        #[test]
        fn rewriting_is_idempotent(pieces in prop::collection::vec(piece(), 0..30)) {
            let once = to_dev(&pieces.join(" ")).text;
            prop_assert_eq!(&to_dev(&once).text, &once);
        }

        #[test]
        fn tokens_that_are_no_names_of_the_source_and_every_byte_between_tokens_stay(
            pieces in prop::collection::vec(piece(), 0..30),
        ) {
            let text = pieces.join(" ");
            let rewritten = to_dev(&text).text;
            let Ok(before) = lex(&text) else {
                prop_assert_eq!(rewritten, text);
                return Ok(());
            };
            let after = lex(&rewritten).unwrap();
            prop_assert_eq!(before.tokens.len(), after.tokens.len());
            let (mut end, mut new_end) = (0, 0);
            for (token, new) in before.tokens.iter().zip(&after.tokens) {
                prop_assert_eq!(&text[end..token.start], &rewritten[new_end..new.start]);
                let (written, new_written) = (&text[token.start..token.end], &rewritten[new.start..new.end]);
                let is_moved = token.word().is_some_and(|word| word.eq_ignore_ascii_case("prod"))
                    && new.word() == Some("dev");
                prop_assert!(written == new_written || is_moved, "{} became {}", written, new_written);
                (end, new_end) = (token.end, new.end);
            }
            prop_assert_eq!(&text[end..], &rewritten[new_end..]);
        }

        #[test]
        fn only_names_of_the_source_change(pieces in prop::collection::vec(piece(), 0..30)) {
            let text = pieces.join(" ");
            let same = rewrite(&text, &Identifier::new("elsewhere").unwrap(), &Identifier::new("dev").unwrap());
            prop_assert_eq!(&same.text, &text);
            let back = rewrite(&text, &Identifier::new("prod").unwrap(), &Identifier::new("prod").unwrap());
            prop_assert_eq!(back.text.to_lowercase(), text.to_lowercase());
        }
    }
}
