//! `docs/tasks`: what the pages tell people to type is typed here, page by page, into a shell in an empty folder.

use std::path::Path;
use std::process::Command;

use rstest::rstest;

use crate::clxs::{Clxs, Ran};

/// The texts of the blocks that are for a shell, in order.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

fn shell(clxs: &Clxs, script: &str) -> Ran {
    let program = Path::new(env!("CARGO_BIN_EXE_clxs")).parent().unwrap().to_str().unwrap();
    let mut command = Command::new("sh");
    command.args(["-e", "-c", script]).current_dir(clxs.folder()).env_clear();
    command.env("CLXS_HOME", "home").env("HOME", ".").env("PATH", format!("{program}:/usr/bin:/bin"));
    Ran::new(&command.output().unwrap())
}

#[rstest]
#[case::refresh("refresh-nightly", "silver.customers")]
#[case::sandbox("sandbox-per-pull-request", "100")]
#[case::undo("undo", "version_drift")]
#[case::resume("resume", "3")]
#[case::masked("masked-copy", "retail_analysts.hr.hide_name")]
#[case::storage("move-storage", "_delta_log")]
#[case::evidence("evidence", "as it was written")]
fn every_command_of_a_page_works(#[case] page: &str, #[case] shown: &str) {
    let path = format!("{}/../../docs/tasks/{page}.md", env!("CARGO_MANIFEST_DIR"));
    let blocks = commands(&fs_err::read_to_string(path).unwrap());
    assert!(blocks.len() > 1, "{page}");
    let clxs = Clxs::new();
    let ran: Vec<_> = blocks.iter().map(|block| (block, shell(&clxs, block))).collect();
    for (block, ran) in &ran {
        assert_eq!(ran.code, 0, "{block}\n{ran}");
    }
    assert!(ran.iter().any(|(_, ran)| ran.stdout.contains(shown)), "{page} shows no {shown}");
}

#[test]
fn every_page_is_tested_and_linked() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tasks");
    let readme = fs_err::read_to_string(format!("{folder}/../../README.md")).unwrap();
    for entry in fs_err::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("docs/tasks/{name}")), "README does not name {name}");
        let page = name.trim_end_matches(".md");
        assert!(include_str!("tasks.rs").contains(&format!("(\"{page}\"")), "nobody tries {name}");
    }
}
