//! Whether policies are what a run wrote.

use std::collections::BTreeSet;

use clxs_api::FullName;
use clxs_api::policy::PolicyInfo;

use super::Edit;
use crate::inventory::{Policies, Policy};
use crate::plan::Step;

/// How a policy is not what a step wrote: it, or what its function does. One that is gone, and was to go, is no edit; nor is one
/// that is what undoing the step makes it.
pub(super) fn edit(
    step: &Step,
    (written, missing): (&PolicyInfo, &[String]),
    (present, functions): (&Result<Policies, String>, &BTreeSet<FullName>),
) -> Option<Edit> {
    let name = written.name.as_deref().unwrap_or_default();
    let edit = |why: String| Edit {
        goes_by_tags: true,
        ..Edit::new(&format!("the policy {name} {why}"), Vec::new())
    };
    let present = match present {
        Ok(present) => present,
        Err(reason) => return Some(edit(format!("may have been changed since, nobody can tell ({reason})"))),
    };
    let before = step.inverse.as_ref().and_then(|inverse| inverse.written_policy());
    let own = match present.get(&name.to_lowercase()) {
        None => return before.map(|_| edit("was dropped since".to_owned())),
        // The run wrote one that can be told.
        Some(Err(_)) => return Some(edit("was changed since".to_owned())),
        Some(Ok(own)) => own,
    };
    let is_as = |wanted: &PolicyInfo| own.is_as_written(wanted, missing);
    let why = if !is_as(written) && !before.is_some_and(is_as) {
        "was changed since".to_owned()
    } else {
        format!("calls {}, which was changed since", other_function(step, own, functions)?.dotted())
    };
    Some(Edit { goes_by_tags: own.goes_by_tags(), needs: vec![own.function.clone()], ..edit(why) })
}

/// The function of a policy, where somebody changed it. A policy that goes with its table shows nothing any more.
fn other_function<'p>(step: &Step, own: &'p Policy, functions: &BTreeSet<FullName>) -> Option<&'p FullName> {
    (step.inverse.is_some() && functions.contains(&own.function)).then_some(&own.function)
}
