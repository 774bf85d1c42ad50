//! Sources whose logs or files are not as usual (`facts/clone_on_disk.md` §6).

use super::*;

#[test]
fn a_rewritten_file_is_another_one_also_behind_a_deletion_vector() {
    let Some(location) = delta_table("table-with-dv-small") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = target.location("source");
    clone_table(&engine, &request(&latest(&engine, &location), source.clone())).unwrap();
    let original = latest(&engine, &source);
    let request = request(&original, target.location("t"));
    clone_table(&engine, &request).unwrap();

    let mut file = original.files().unwrap().remove(0);
    let removed = Action::Remove(file.clone().into_remove(1));
    fs_err::write(source.resolve(&file.path).unwrap(), "other bytes").unwrap();
    (file.size, file.deletion_vector) = (11, None);
    write_commit(&source, 1, &[removed, Action::Add(file)]).unwrap();
    let rewritten = latest(&engine, &source);
    clone_table(&engine, &CloneRequest { source: rewritten.clone(), replace: true, ..request }).unwrap();
    assert_equal(&rewritten, &latest(&engine, &target.location("t")));
}

#[test]
fn what_is_committed_to_the_source_meanwhile_is_not_looked_at() {
    let Some(location) = delta_table("uc-numbers") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = target.location("source");
    clone_table(&engine, &request(&latest(&engine, &location), source.clone())).unwrap();
    let pinned = latest(&engine, &source);
    let removed = pinned.files().unwrap().into_iter().map(|file| Action::Remove(file.into_remove(1)));
    write_commit(&source, 1, &removed.collect::<Vec<_>>()).unwrap();
    let request = request(&pinned, target.location("t"));
    clone_table(&engine, &request).unwrap();
    assert_equal(&pinned, &latest(&engine, &request.target));
    assert_eq!(history(&request.target, None).unwrap()[0].operation_parameters["sourceVersion"], "0");
}

#[test]
fn a_log_that_begins_with_a_checkpoint_is_cloned_from_there_on() {
    let Some(location) = delta_table("basic-with-inserts-deletes-checkpoint") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = target.location("source");
    fs_err::create_dir_all(source.log()).unwrap();
    for folder in ["", "_delta_log"] {
        for entry in fs_err::read_dir(location.path().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let copied = source.path().join(folder).join(entry.file_name());
            if entry.file_type().unwrap().is_file() {
                fs_err::copy(entry.path(), copied).unwrap();
            }
        }
    }
    for version in 0..10 {
        fs_err::remove_file(source.commit_file(version)).unwrap();
    }
    let newest = latest(&engine, &source);
    let request = request(&newest, target.location("t"));
    clone_table(&engine, &request).unwrap();
    assert_equal(&newest, &latest(&engine, &request.target));
    let error = Snapshot::open(&engine, &source, Pin::Version(3)).unwrap_err();
    assert!(error.to_string().contains("Available versions: [10, "), "{error}");
}

#[test]
fn a_version_before_an_unknown_feature_is_cloned() {
    let Some(location) = delta_table("uc-numbers") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = target.location("source");
    clone_table(&engine, &request(&latest(&engine, &location), source.clone())).unwrap();
    let before = latest(&engine, &source);
    let mut protocol = before.protocol().with(["deletionVectors"]);
    for list in [&mut protocol.reader_features, &mut protocol.writer_features] {
        list.as_mut().unwrap().push("timeMachine".to_owned());
    }
    write_commit(&source, 1, &[Action::Protocol(protocol)]).unwrap();
    let error = Snapshot::open(&engine, &source, Pin::Latest).unwrap_err();
    assert!(error.to_string().contains("`timeMachine`"), "{error}");
    let old = Snapshot::open(&engine, &source, Pin::Version(0)).unwrap();
    clone_table(&engine, &request(&old, target.location("t"))).unwrap();
}
