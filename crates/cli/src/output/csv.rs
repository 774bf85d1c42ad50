//! Rows as CSV after RFC 4180, with `\n` as the end of a line.

/// One record. An absent value is an empty field, an empty text is `""`, so the two can be told apart.
pub(crate) fn record<'a>(fields: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let fields: Vec<String> = fields.into_iter().map(field).collect();
    fields.join(",") + "\n"
}

fn field(value: Option<&str>) -> String {
    match value {
        None => String::new(),
        Some(text) if text.is_empty() || text.contains([',', '"', '\n', '\r']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let fields = [Some("a"), None, Some(""), Some("b,c"), Some("say \"x\""), Some("two\nlines")];
        assert_eq!(record(fields), "a,,\"\",\"b,c\",\"say \"\"x\"\"\",\"two\nlines\"\n");
    }
}
