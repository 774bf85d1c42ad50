//! The scalars of a YAML document with their places, so that one can change and every other byte stays.

use std::collections::BTreeSet;
use std::ops::Range;

use granit_parser::{Event, Parser, Span};

/// A scalar that is the value of a key, or an item of one.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    /// The keys that lead to it.
    pub(super) path: Vec<String>,
    /// Its value, without quotes and indentation.
    pub(super) value: String,
    /// The bytes that it is written with.
    pub(super) range: Range<usize>,
    /// Its first line, from 1.
    pub(super) line: u64,
}

/// A mapping or sequence that is open.
enum Open {
    Mapping { key: Option<String>, known: BTreeSet<String> },
    Sequence,
}

/// The scalars of a document in order. One document without aliases and tags is read; whatever means something else
/// than it says is an error.
pub(super) fn scalars(text: &str) -> Result<Vec<Scalar>, String> {
    let mut document = Document { text, open: Vec::new(), found: Vec::new() };
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        match event {
            Event::DocumentStart(..) => documents += 1,
            Event::Scalar(value, _, _, None) => document.scalar(&value, span)?,
            Event::MappingStart(_, _, None) => {
                document.opens(span, Open::Mapping { key: None, known: BTreeSet::new() })?;
            }
            Event::SequenceStart(_, _, None) => document.opens(span, Open::Sequence)?,
            Event::MappingEnd | Event::SequenceEnd => document.closes(),
            Event::Scalar(..) | Event::MappingStart(..) | Event::SequenceStart(..) => {
                return Err(format!("line {}: a tag", span.start.line()));
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(format!("line {}: an alias", span.start.line()));
            }
            _ => {}
        }
    }
    if documents == 1 { Ok(document.found) } else { Err(format!("{documents} documents")) }
}

struct Document<'a> {
    text: &'a str,
    open: Vec<Open>,
    found: Vec<Scalar>,
}

impl Document<'_> {
    /// A key that waits for its value, or else a value.
    fn scalar(&mut self, value: &str, span: Span) -> Result<(), String> {
        if let Some(Open::Mapping { key: key @ None, known }) = self.open.last_mut() {
            if !known.insert(value.to_owned()) {
                return Err(format!("line {}: the key {value} for the second time", span.start.line()));
            }
            *key = Some(value.to_owned());
            return Ok(());
        }
        let keys = self.open.iter().filter_map(|open| match open {
            Open::Mapping { key, .. } => key.clone(),
            Open::Sequence => None,
        });
        self.found.push(Scalar {
            path: keys.collect(),
            value: value.to_owned(),
            range: self.range(span)?,
            line: u64::try_from(span.start.line()).unwrap_or(u64::MAX),
        });
        self.value_ends();
        Ok(())
    }

    fn range(&self, span: Span) -> Result<Range<usize>, String> {
        let range = span.start.byte_offset().zip(span.end.byte_offset()).map(|(start, end)| start..end);
        let range = range.filter(|range| self.text.get(range.clone()).is_some());
        range.ok_or_else(|| format!("line {}: a value without a place", span.start.line()))
    }

    fn opens(&mut self, span: Span, opened: Open) -> Result<(), String> {
        if matches!(self.open.last(), Some(Open::Mapping { key: None, .. })) {
            return Err(format!("line {}: a key that is no word", span.start.line()));
        }
        self.open.push(opened);
        Ok(())
    }

    fn closes(&mut self) {
        self.open.pop();
        self.value_ends();
    }

    fn value_ends(&mut self) {
        if let Some(Open::Mapping { key, .. }) = self.open.last_mut() {
            *key = None;
        }
    }
}
