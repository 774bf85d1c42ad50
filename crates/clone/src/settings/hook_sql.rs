//! The text of a hook, with places to fill in.
//!
//! What a variable becomes hangs on where it stands, so the text is read by the lexical rules of Databricks SQL
//! (`facts/sql.md` §1): strings with backslash escapes, raw strings, quoted names, comments, bodies between `$$`.

use std::fmt;

use clxs_api::Identifier;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// A statement of the user in which `${source_catalog}`, `${dest_catalog}` and `${schema}` stand for names.
///
/// A name is quoted where it stands bare and has to be, together with what it is a part of; between backticks and in
/// strings it is escaped as these need it; in comments it ends nothing. `$${x}` stands for the text `${x}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSql {
    written: String,
    parts: Vec<Part>,
}

/// What variables stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) source: &'a Identifier,
    pub(crate) destination: &'a Identifier,
    /// Of a hook of a schema.
    pub(crate) schema: Option<&'a Identifier>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    SourceCatalog,
    DestCatalog,
    Schema,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Within something that has an end.
    Within(Place, Variable),
    /// A bare word of texts and variables.
    Word(Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(Variable),
}

/// What begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Quoted,
    String(char),
    /// Has no escapes: not every name can stand in it.
    RawString(char),
    /// Text of another language.
    Body,
    LineComment,
    BlockComment,
}

impl HookSql {
    /// Reads a text.
    ///
    /// # Errors
    /// [`Error::InvalidHook`] for a variable that is not known, or stands where nothing can be filled in.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let written = text.into();
        let mut scanner = Scanner { rest: &written, parts: Vec::new() };
        match scanner.read() {
            Ok(()) => Ok(Self { parts: scanner.parts, written }),
            Err(problem) => Err(Error::InvalidHook { sql: written, problem }),
        }
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether `${schema}` is in it, which only hooks of schemas have a value for.
    pub fn names_schema(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Text(_) => false,
            Part::Within(_, variable) => *variable == Variable::Schema,
            Part::Word(pieces) => pieces.contains(&Piece::Variable(Variable::Schema)),
        })
    }

    /// The statement to send.
    pub(crate) fn filled_in(&self, names: &Names<'_>) -> String {
        let filled = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Within(place, variable) => place.escaped(variable.value(names)),
            Part::Word(pieces) => word(pieces, names),
        });
        filled.collect()
    }
}

/// A name is quoted where it has to be: plain ones people write bare.
fn word(pieces: &[Piece], names: &Names<'_>) -> String {
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.as_str(),
        Piece::Variable(variable) => variable.value(names),
    });
    let word: String = pieces.collect();
    let begins_well = word.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let is_plain = begins_well && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if is_plain { word } else { format!("`{}`", Place::Quoted.escaped(&word)) }
}

impl Variable {
    const ALL: [Self; 3] = [Self::SourceCatalog, Self::DestCatalog, Self::Schema];

    fn name(self) -> &'static str {
        match self {
            Self::SourceCatalog => "source_catalog",
            Self::DestCatalog => "dest_catalog",
            Self::Schema => "schema",
        }
    }

    fn value<'a>(self, names: &Names<'a>) -> &'a str {
        let name = match self {
            Self::SourceCatalog => Some(names.source),
            Self::DestCatalog => Some(names.destination),
            Self::Schema => names.schema,
        };
        name.map_or("${schema}", Identifier::as_str)
    }
}

impl Place {
    /// The length of its end, if the text begins with it.
    fn end(self, text: &str) -> Option<usize> {
        let ends = match self {
            Self::Quoted => text.starts_with('`'),
            Self::String(quote) | Self::RawString(quote) => text.starts_with(quote),
            Self::LineComment => text.starts_with(['\n', '\r']),
            Self::Body => return text.starts_with("$$").then_some(2),
            Self::BlockComment => return text.starts_with("*/").then_some(2),
        };
        ends.then_some(1)
    }

    /// Whether nothing can be filled in: there are no escapes to make any name fit.
    fn is_closed(self) -> bool {
        matches!(self, Self::RawString(_) | Self::Body)
    }

    fn escaped(self, name: &str) -> String {
        match self {
            Self::Quoted => name.replace('`', "``"),
            Self::String(quote) => name.replace('\\', r"\\").replace(quote, &format!(r"\{quote}")),
            Self::BlockComment => name.replace(['*', '/'], "_"),
            // No name holds the end of a line; in closed places there are no variables.
            Self::LineComment | Self::RawString(_) | Self::Body => name.to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RawString(_) => "a raw string",
            Self::Body => "a body between $$",
            Self::Quoted => "a quoted name",
            Self::String(_) => "a string",
            Self::LineComment | Self::BlockComment => "a comment",
        })
    }
}

struct Scanner<'a> {
    rest: &'a str,
    parts: Vec<Part>,
}

impl Scanner<'_> {
    fn read(&mut self) -> Result<(), String> {
        while let Some(first) = self.rest.chars().next() {
            let (length, place) = match first {
                '`' => (1, Place::Quoted),
                '\'' | '"' => (1, Place::String(first)),
                _ if self.rest.starts_with("--") => (2, Place::LineComment),
                // A hint is no comment.
                _ if self.rest.starts_with("/*") && !self.rest.starts_with("/*+") => (2, Place::BlockComment),
                _ if self.rest.starts_with("$$") && !self.rest.starts_with("$${") => (2, Place::Body),
                _ => {
                    self.read_word(first)?;
                    continue;
                }
            };
            self.take_text(length);
            self.read_until_end_of(place)?;
        }
        Ok(())
    }

    /// A word, or whatever else stands bare.
    fn read_word(&mut self, first: char) -> Result<(), String> {
        if self.rest.starts_with("$${") {
            self.take_escape();
            return Ok(());
        }
        let mut pieces = Vec::new();
        loop {
            if let Some(variable) = self.take_variable(None)? {
                pieces.push(Piece::Variable(variable));
                continue;
            }
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
            let length = self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len());
            if length == 0 {
                break;
            }
            pieces.push(Piece::Text(self.take(length).to_owned()));
        }
        match pieces.as_slice() {
            [] => self.take_text(first.len_utf8()),
            [Piece::Text(word)] => {
                let is_raw = word.eq_ignore_ascii_case("r");
                let word = word.clone();
                self.text(&word);
                if let Some(quote) =
                    self.rest.chars().next().filter(|next| is_raw && ['\'', '"'].contains(next))
                {
                    self.take_text(1);
                    self.read_until_end_of(Place::RawString(quote))?;
                }
            }
            _ => self.parts.push(Part::Word(pieces)),
        }
        Ok(())
    }

    fn read_until_end_of(&mut self, place: Place) -> Result<(), String> {
        while let Some(next) = self.rest.chars().next() {
            if let Some(length) = place.end(self.rest) {
                self.take_text(length);
                return Ok(());
            }
            if let Some(variable) = self.take_variable(Some(place))? {
                self.parts.push(Part::Within(place, variable));
            } else if self.rest.starts_with("$${") && !place.is_closed() {
                self.take_escape();
            } else if place == Place::BlockComment && self.rest.starts_with("/*") {
                self.take_text(2);
                self.read_until_end_of(place)?;
            } else {
                self.take_text(next.len_utf8());
                let escapes = next == '\\' && matches!(place, Place::String(_));
                let hidden = self.rest.chars().next().filter(|_| escapes);
                self.take_text(hidden.map_or(0, char::len_utf8));
            }
        }
        Ok(())
    }

    fn take_variable(&mut self, place: Option<Place>) -> Result<Option<Variable>, String> {
        let Some(after) = self.rest.strip_prefix("${") else { return Ok(None) };
        let name = after.split_once('}').map(|(name, _)| name);
        let known = Variable::ALL.into_iter().find(|variable| name == Some(variable.name()));
        let name = name.unwrap_or(after);
        match (known, place.filter(|place| place.is_closed())) {
            (Some(_), Some(place)) => Err(format!(
                "nothing can be filled in for ${{{name}}} within {place}; build the text outside of it"
            )),
            (None, Some(_)) => Ok(None),
            (Some(variable), None) => {
                self.take(name.len() + "${}".len());
                Ok(Some(variable))
            }
            (None, None) if !after.contains('}') => {
                Err("${ is not closed by }; $${ is the text itself".to_owned())
            }
            (None, None) => Err(unknown(name)),
        }
    }

    /// `$${` stands for `${`.
    fn take_escape(&mut self) {
        self.take("$${".len());
        self.text("${");
    }

    fn take_text(&mut self, length: usize) {
        let text = self.take(length).to_owned();
        self.text(&text);
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }
}

fn unknown(name: &str) -> String {
    let name: String = name.chars().take(40).collect();
    format!(
        "${{{name}}} is no variable: there are ${{source_catalog}}, ${{dest_catalog}} and, after each schema, \
         ${{schema}}; $${{{name}}} is the text itself"
    )
}

impl Serialize for HookSql {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for HookSql {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(sql: &str, schema: &str) -> String {
        let name = |text: &str| Identifier::new(text).unwrap();
        let (source, destination, schema) = (name("prod"), name("a-b"), name(schema));
        let names = Names { source: &source, destination: &destination, schema: Some(&schema) };
        HookSql::new(sql).unwrap().filled_in(&names)
    }

    #[test]
    fn name_is_quoted_as_the_place_where_it_stands_needs_it() {
        for (sql, schema, expected) in [
            ("OPTIMIZE ${source_catalog}.${schema}.t", "s", "OPTIMIZE prod.s.t"),
            ("OPTIMIZE ${dest_catalog}.${schema}.t", "o`k", "OPTIMIZE `a-b`.`o``k`.t"),
            ("SELECT * FROM ${schema}_old", "a-b", "SELECT * FROM `a-b_old`"),
            ("SELECT ${source_catalog}_${schema}", "s", "SELECT prod_s"),
            ("OPTIMIZE `${dest_catalog}`.`pre ${schema}`.t", "o`k", "OPTIMIZE `a-b`.`pre o``k`.t"),
            ("SELECT '${schema}', \"${schema}\"", r#"q'u"o\te"#, r#"SELECT 'q\'u"o\\te', "q'u\"o\\te""#),
            (r"SELECT 'it\'s ${schema}'", "s-1", r"SELECT 'it\'s s-1'"),
            ("SELECT 1 -- '${schema}\n FROM ${schema}", "a-b", "SELECT 1 -- 'a-b\n FROM `a-b`"),
            ("SELECT /* ${schema}/ /* ` */ ${schema} */ 1", "a*/b*", "SELECT /* a__b_/ /* ` */ a__b_ */ 1"),
            ("SELECT /*+ BROADCAST(${schema}) */ 1", "a-b", "SELECT /*+ BROADCAST(`a-b`) */ 1"),
            ("SELECT '$${schema}', $${x}", "s", "SELECT '${schema}', ${x}"),
            (r"SELECT r'\${2}', '\${x}'", "s", r"SELECT r'\${2}', '\${x}'"),
            (
                "CREATE FUNCTION f() AS $$ return f'${x}' $$",
                "s",
                "CREATE FUNCTION f() AS $$ return f'${x}' $$",
            ),
            ("SELECT 'open ${schema}", "s", "SELECT 'open s"),
        ] {
            assert_eq!(filled(sql, schema), expected);
        }
    }

    #[test]
    fn what_cannot_be_filled_in_is_an_error_that_says_why() {
        let problem = |sql: &str| HookSql::new(sql).unwrap_err().to_string();
        insta::assert_snapshot!(problem("OPTIMIZE ${catalog}.t"), @"the hook `OPTIMIZE ${catalog}.t` cannot be sent: ${catalog} is no variable: there are ${source_catalog}, ${dest_catalog} and, after each schema, ${schema}; $${catalog} is the text itself");
        insta::assert_snapshot!(problem("SELECT ${schema"), @"the hook `SELECT ${schema` cannot be sent: ${ is not closed by }; $${ is the text itself");
        insta::assert_snapshot!(problem("SELECT R'${schema}'"), @"the hook `SELECT R'${schema}'` cannot be sent: nothing can be filled in for ${schema} within a raw string; build the text outside of it");
        insta::assert_snapshot!(problem("CREATE FUNCTION f() AS $$ return '${schema}' $$"), @"the hook `CREATE FUNCTION f() AS $$ return '${schema}' $$` cannot be sent: nothing can be filled in for ${schema} within a body between $$; build the text outside of it");
    }

    proptest! {
        /// Whatever the name is, the string, the quoted name and the comments end where the hook ends them.
        #[test]
        fn no_name_leaves_its_place(schema in "[^\\p{Cc}]{1,20}") {
            let sql = "SELECT '${schema}', \"${schema}\", `${schema}`, ${schema} /* ${schema} */ -- ${schema}";
            let lexed = crate::rewrite::lexer::lex(&filled(sql, &schema)).unwrap();
            prop_assert_eq!(lexed.tokens.len(), 8);
        }

        #[test]
        fn text_without_variables_stays_as_it_is(sql in "[^$]{0,40}") {
            prop_assert_eq!(filled(&sql, "s"), sql);
        }
    }
}
