//! The dependency arrows between our crates (ARCHITECTURE.md, «Crates»), compared with `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// What each crate may link: nothing else of ours.
const ARROWS: &[(&str, &[&str])] = &[
    ("clxs-api", &[]),
    ("clxs-client", &["clxs-api"]),
    ("clxs-clone", &["clxs-api", "clxs-client"]),
    ("clxs-workspace", &["clxs-api"]),
    ("clxs-server", &["clxs-api", "clxs-client", "clxs-clone"]),
    ("clxs", &["clxs-api", "clxs-client", "clxs-clone", "clxs-server", "clxs-workspace"]),
    ("clxs-simulated", &[]),
    ("xtask", &[]),
];

/// What the tests of a crate may use beyond that: the embedded workspace serves as the real thing.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("clxs-client", &["clxs-workspace"]),
    ("clxs-clone", &["clxs-workspace"]),
    ("clxs-server", &["clxs-workspace"]),
    ("clxs", &["clxs-workspace"]),
];

/// Crates of others that must stay behind a border, with the crates that may link them.
const BORDERS: &[(&str, &[&str])] = &[
    ("axum", &["clxs-workspace", "clxs-server", "clxs-simulated"]),
    ("datafusion", &["clxs-workspace"]),
    ("delta_kernel", &["clxs-workspace"]),
    ("indicatif", &["clxs"]),
    ("reqwest", &["clxs-client"]),
    ("rusqlite", &["clxs-clone", "clxs-workspace"]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `null` for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
}

/// Compares every crate's dependencies with the tables above.
pub(crate) fn check() -> Result<String> {
    let metadata = read_metadata()?;
    let violations = violations(&metadata);
    if !violations.is_empty() {
        bail!(
            "{}\nThe arrows are in ARCHITECTURE.md, «Crates», and in xtask/src/arrows.rs.",
            violations.join("\n")
        );
    }
    Ok(format!("{} crates keep their arrows", metadata.packages.len()))
}

fn read_metadata() -> Result<Metadata> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("could not run `cargo metadata`")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("`cargo metadata` gave something unexpected")
}

fn violations(metadata: &Metadata) -> Vec<String> {
    let ours: BTreeSet<_> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let test_arrows: BTreeMap<_, _> = TEST_ARROWS.iter().copied().collect();
    let borders: BTreeMap<_, _> = BORDERS.iter().copied().collect();
    let mut found = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some(allowed) = arrows.get(name) else {
            found.push(format!("{name} is not in the table of arrows"));
            continue;
        };
        let allowed_in_tests = test_arrows.get(name).copied().unwrap_or_default();
        for dependency in &package.dependencies {
            let in_tests = dependency.kind.as_deref() == Some("dev");
            let target = dependency.name.as_str();
            let is_allowed = if ours.contains(target) {
                allowed.contains(&target) || (in_tests && allowed_in_tests.contains(&target))
            } else {
                in_tests || borders.get(target).is_none_or(|crates| crates.contains(&name))
            };
            if !is_allowed {
                found.push(format!("{name} must not depend on {target}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependency: &str, kind: Option<&str>) -> Metadata {
        let dependency = Dependency { name: dependency.into(), kind: kind.map(Into::into) };
        let other = Package { name: "clxs-workspace".into(), dependencies: Vec::new() };
        Metadata { packages: vec![Package { name: name.into(), dependencies: vec![dependency] }, other] }
    }

    #[test]
    fn engine_linking_the_workspace_is_a_violation_but_its_tests_may() {
        assert_eq!(violations(&package("clxs-clone", "clxs-workspace", None)).len(), 1);
        assert!(violations(&package("clxs-clone", "clxs-workspace", Some("dev"))).is_empty());
    }

    #[test]
    fn crate_without_a_row_in_the_table_is_a_violation() {
        assert_eq!(
            violations(&package("clxs-new", "serde", None)),
            ["clxs-new is not in the table of arrows"]
        );
    }

    #[test]
    fn library_behind_a_border_is_a_violation_elsewhere() {
        assert_eq!(violations(&package("clxs-clone", "datafusion", None)).len(), 1);
        assert!(violations(&package("clxs-workspace", "datafusion", None)).is_empty());
    }
}
