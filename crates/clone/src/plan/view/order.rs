//! The order in which views can be made: what is read before what reads it.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::FullName;

/// Views in the order in which they can be made, and those for which there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) order: Vec<FullName>,
    /// Views in a cycle or behind one, with a cycle as text: `a → b → a`.
    pub(super) cycles: Vec<(FullName, String)>,
}

/// Sorts views by what they read; names that are no views are no obstacle. Equal views keep the order of
/// their names, so that a plan depends on the catalog alone.
pub(super) fn order(reads: &BTreeMap<FullName, Vec<FullName>>) -> Ordered {
    let mut waiting: BTreeMap<&FullName, usize> = BTreeMap::new();
    let mut readers: BTreeMap<&FullName, Vec<&FullName>> = BTreeMap::new();
    for (view, names) in reads {
        let views = names.iter().filter(|name| reads.contains_key(name));
        waiting.insert(view, views.clone().count());
        views.for_each(|read| readers.entry(read).or_default().push(view));
    }
    let mut next: BTreeSet<&FullName> =
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
    let left: BTreeSet<&FullName> = waiting.into_keys().collect();
    ordered.cycles = left.iter().map(|view| ((*view).clone(), cycle(view, reads, &left))).collect();
    ordered
}

/// Follows reads from a view until one repeats: every view that is left reads another that is left.
fn cycle(view: &FullName, reads: &BTreeMap<FullName, Vec<FullName>>, left: &BTreeSet<&FullName>) -> String {
    let mut path = vec![view];
    while let Some(read) = path
        .last()
        .and_then(|last| reads.get(*last))
        .and_then(|names| names.iter().find(|name| left.contains(name)))
    {
        let begin = path.iter().position(|seen| *seen == read);
        path.push(read);
        if let Some(begin) = begin {
            path.drain(..begin);
            break;
        }
    }
    path.iter().map(|name| name.dotted()).collect::<Vec<_>>().join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> FullName {
        FullName::from_dotted(&format!("c.s.{text}")).unwrap()
    }

    fn reads(pairs: &[(&str, &[&str])]) -> BTreeMap<FullName, Vec<FullName>> {
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
        let texts: Vec<_> =
            ordered.cycles.iter().map(|(view, text)| format!("{}: {text}", view.name().as_str())).collect();
        assert_eq!(
            texts,
            ["a: c.s.a → c.s.b → c.s.a", "b: c.s.b → c.s.a → c.s.b", "d: c.s.a → c.s.b → c.s.a"]
        );
    }
}
