//! The order in which views and functions can be made: what is needed before what needs it.

use std::collections::{BTreeMap, BTreeSet};

use crate::Securable;

/// Texts in the order in which they can be made, and those for which there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) order: Vec<Securable>,
    /// Texts in a cycle or behind one, with a cycle as text: `a → b → a`.
    pub(super) cycles: Vec<(Securable, String)>,
}

/// Sorts texts by what they need; what is no text is no obstacle. Equal texts keep the order of their kinds and names,
/// so that a plan depends on the catalog alone.
pub(super) fn order(needs: &BTreeMap<Securable, Vec<Securable>>) -> Ordered {
    let mut waiting: BTreeMap<&Securable, usize> = BTreeMap::new();
    let mut readers: BTreeMap<&Securable, Vec<&Securable>> = BTreeMap::new();
    for (view, names) in needs {
        let views = names.iter().filter(|name| needs.contains_key(name));
        waiting.insert(view, views.clone().count());
        views.for_each(|read| readers.entry(read).or_default().push(view));
    }
    let mut next: BTreeSet<&Securable> =
        waiting.iter().filter(|(_, count)| **count == 0).map(|(view, _)| *view).collect();
    let mut ordered = Ordered::default();
    while let Some(view) = next.pop_first() {
        waiting.remove(view);
        ordered.order.push(view.clone());
        for reader in readers.remove(view).unwrap_or_default() {
            if let Some(count) = waiting.get_mut(reader) {
                *count -= 1;
                if *count == 0 {
                    next.insert(reader);
                }
            }
        }
    }
    let left: BTreeSet<&Securable> = waiting.into_keys().collect();
    ordered.cycles = left.iter().map(|view| ((*view).clone(), cycle(view, needs, &left))).collect();
    ordered
}

/// Follows needs from a text until one repeats: every text that is left needs another that is left.
fn cycle(
    view: &Securable,
    needs: &BTreeMap<Securable, Vec<Securable>>,
    left: &BTreeSet<&Securable>,
) -> String {
    let mut path = vec![view];
    while let Some(read) = path
        .last()
        .and_then(|last| needs.get(*last))
        .and_then(|names| names.iter().find(|name| left.contains(name)))
    {
        let begin = path.iter().position(|seen| *seen == read);
        path.push(read);
        if let Some(begin) = begin {
            path.drain(..begin);
            break;
        }
    }
    path.iter().map(|text| text.name.dotted()).collect::<Vec<_>>().join(" → ")
}

#[cfg(test)]
mod tests {
    use clxs_api::FullName;

    use super::*;
    use crate::Kind;

    fn name(text: &str) -> Securable {
        Securable::new(Kind::View, FullName::from_dotted(&format!("c.s.{text}")).unwrap())
    }

    fn reads(pairs: &[(&str, &[&str])]) -> BTreeMap<Securable, Vec<Securable>> {
        pairs
            .iter()
            .map(|(view, names)| (name(view), names.iter().map(|read| name(read)).collect()))
            .collect()
    }

    #[test]
    fn views_come_after_what_they_read() {
        let ordered = order(&reads(&[("a", &["c", "table"]), ("b", &["a"]), ("c", &[])]));
        assert_eq!(ordered.order, ["c", "a", "b"].map(name));
        assert!(ordered.cycles.is_empty());
    }

    #[test]
    fn cycle_and_what_hangs_on_it_are_named() {
        let ordered = order(&reads(&[("a", &["b"]), ("b", &["a"]), ("d", &["a"]), ("e", &[])]));
        assert_eq!(ordered.order, [name("e")]);
        let texts: Vec<_> = ordered
            .cycles
            .iter()
            .map(|(view, text)| format!("{}: {text}", view.name.name().as_str()))
            .collect();
        assert_eq!(
            texts,
            ["a: c.s.a → c.s.b → c.s.a", "b: c.s.b → c.s.a → c.s.b", "d: c.s.a → c.s.b → c.s.a"]
        );
    }
}
