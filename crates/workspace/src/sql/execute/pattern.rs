//! Patterns of `SHOW … LIKE`: `*` stands for any text, `.` for any character (recorded: what the drivers make of
//! `_`), `|` separates alternatives, case does not count.

/// Whether a name matches; without a pattern every name does.
pub(super) fn matches(pattern: Option<&str>, name: &str) -> bool {
    let name = name.to_lowercase();
    pattern.is_none_or(|pattern| {
        pattern.to_lowercase().split('|').any(|single| matches_one(single.trim(), &name))
    })
}

fn matches_one(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return after(pattern, name).is_some_and(str::is_empty);
    };
    let Some(name) = after(start, name) else { return false };
    (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| matches_one(rest, &name[at..]))
}

/// What follows the start of a name.
fn after<'a>(start: &str, name: &'a str) -> Option<&'a str> {
    let mut rest = name.chars();
    start
        .chars()
        .all(|wanted| rest.next().is_some_and(|c| c == wanted || wanted == '.'))
        .then_some(rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_bars_match_as_in_spark() {
        for (pattern, name, expected) in [
            ("*", "orders", true),
            ("ord*", "ORDERS", true),
            ("*d*s", "orders", true),
            ("ord", "orders", false),
            ("a|orders", "orders", true),
            ("a*|b*", "orders", false),
            ("ord.rs", "orders", true),
            ("ord.", "ord", false),
        ] {
            assert_eq!(matches(Some(pattern), name), expected, "{pattern} {name}");
        }
        assert!(matches(None, "orders"));
    }
}
