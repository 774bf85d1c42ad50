//! Colours by meaning. Colour never carries a meaning alone: there is always a sign or a word too.

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Success,
    Warning,
    Failure,
    Faint,
}

impl Style {
    /// How much it matters, in the words of logs.
    pub(crate) fn level(self) -> &'static str {
        match self {
            Self::Failure => "ERROR",
            Self::Warning => "WARN",
            Self::Plain | Self::Success | Self::Faint => "INFO",
        }
    }

    /// The text with the escape codes of the style around it, or as it is without colour.
    pub(crate) fn paint(self, text: &str, color: bool) -> String {
        let code = match self {
            Self::Success => "32",
            Self::Warning => "33",
            Self::Failure => "31",
            Self::Faint => "2",
            Self::Plain => return text.to_owned(),
        };
        if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
