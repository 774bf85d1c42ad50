//! What is wrong with the value of a setting.

use std::fmt;

/// What is wrong with a value, and in which part of it: the number of an item, or the key of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) message: String,
    pub(crate) part: Option<String>,
}

impl From<String> for Mistake {
    fn from(message: String) -> Self {
        Self { message, part: None }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What the library says of a value, without its own words for what people write.
pub(super) fn in_words(error: &serde_json::Error) -> String {
    let words = [
        ("missing field ", "there is no "),
        ("unknown field ", "unknown key "),
        ("unknown variant ", "unknown value "),
        ("invalid type: ", "not a usable value: "),
    ];
    let text = error.to_string();
    let said = words.iter().find_map(|(theirs, ours)| Some(format!("{ours}{}", text.strip_prefix(theirs)?)));
    said.unwrap_or(text)
}
