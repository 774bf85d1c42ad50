//! The endpoints: those of the router, and those of the official SDK that it does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::cells;
use super::test_names::TestNames;
use crate::http::endpoints_of_the_router;

/// Method, path and the SDK's method of each endpoint of the SDK's services.
const PLATFORM: &str = include_str!("platform.tsv");

/// Method and path, the names of its parameters left out.
type Key = (String, String);

pub(super) fn table(tests: &TestNames) -> String {
    let ours: BTreeMap<Key, String> =
        endpoints_of_the_router().into_iter().map(|(method, path)| (key(method, &path), path)).collect();
    let mut sdk: BTreeMap<Key, Vec<&str>> = BTreeMap::new();
    let mut all: BTreeMap<(String, String), Key> = BTreeMap::new();
    for line in PLATFORM.lines() {
        let mut fields = line.split('\t');
        let (Some(method), Some(path), Some(call)) = (fields.next(), fields.next(), fields.next()) else {
            panic!("{line}");
        };
        sdk.entry(key(method, path)).or_default().push(call);
        all.insert((path.to_owned(), method.to_owned()), key(method, path));
    }
    for (key, path) in &ours {
        if !sdk.contains_key(key) {
            all.insert((path.clone(), key.0.clone()), key.clone());
        }
    }
    let supported =
        all.values().collect::<BTreeSet<_>>().iter().filter(|key| ours.contains_key(**key)).count();
    let mut text = format!(
        "## Endpoints\n\n{supported} of {} are there. Every other path and method is answered with 404 \
         `ENDPOINT_NOT_FOUND` and `No API found for '…'`.\n\n\
         | endpoint | official SDK | | test |\n|---|---|---|---|\n",
        all.len()
    );
    for ((path, method), key) in &all {
        let calls = sdk.get(key).map_or(&[] as &[&str], Vec::as_slice);
        let named_by = calls.iter().find_map(|call| tests.of_call(call)).or_else(|| tests.of_path(path));
        let calls: Vec<_> = calls.iter().map(|call| format!("`{call}`")).collect();
        let rest = cells(ours.contains_key(key), "refused", named_by);
        writeln!(text, "| {method} {path} | {} | {rest}", calls.join(", ")).unwrap();
    }
    text
}

/// `{name}` and `{full_name}` are the same place; a slash at the end makes another path.
fn key(method: &str, path: &str) -> Key {
    // The SDK writes a path of files without the slash before it.
    let path = path.replace('{', "/{").replace("//{", "/{");
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    (method.to_owned(), segments.collect::<Vec<_>>().join("/"))
}
