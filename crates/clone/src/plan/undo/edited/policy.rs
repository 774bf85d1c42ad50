//! Whether policies are what a run wrote.

use clxs_api::policy::PolicyInfo;

use super::Edit;
use crate::inventory::Policies;
use crate::plan::Step;

/// How a policy is not what a step wrote. One that is gone, and was to go, is no edit; nor is one that is what undoing the step
/// makes it.
pub(super) fn edit(
    step: &Step,
    (written, missing): (&PolicyInfo, &[String]),
    present: &Result<Policies, String>,
) -> Option<Edit> {
    let name = written.name.as_deref().unwrap_or_default();
    let present = match present {
        Ok(present) => present,
        Err(reason) => {
            let why = format!("nobody can tell whether the policy {name} was changed since ({reason})");
            return Some(Edit { goes_by_tags: true, ..Edit::new(&why, Vec::new()) });
        }
    };
    let before = step.inverse.as_ref().and_then(|inverse| inverse.written_policy());
    let changed = format!("the policy {name} was changed since");
    match present.get(&name.to_lowercase()) {
        None => before.map(|_| Edit::new(&format!("the policy {name} was dropped since"), Vec::new())),
        Some(Ok(own)) => {
            let is_as = |wanted: &PolicyInfo| own.is_as_written(wanted, missing);
            let is_edited = !is_as(written) && !before.is_some_and(is_as);
            let edit = || Edit {
                goes_by_tags: own.goes_by_tags(),
                ..Edit::new(&changed, vec![own.function.clone()])
            };
            is_edited.then(edit)
        }
        // The run wrote one that can be told.
        Some(Err(_)) => Some(Edit { goes_by_tags: true, ..Edit::new(&changed, Vec::new()) }),
    }
}
