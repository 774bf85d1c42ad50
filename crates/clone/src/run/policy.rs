//! Makes and changes policies. Principals that do not exist are left out of `EXCEPT` and told, like those of grants: a policy
//! without them exempts nobody more. One that does not exist in `TO` may stand for somebody whom the source binds through it
//! alone, so that the policy fails, and with it whatever waits for it.

use std::collections::BTreeSet;

use clxs_api::FullName;
use clxs_api::policy::PolicyInfo;
use clxs_client::{Client, Error, ErrorKind, Result};

use super::rest::is_unknown_principal;
use crate::Securable;
use crate::inventory::Policy;
use crate::outcome::StepOutcome;

/// What is done with a policy.
pub(super) enum Write<'a> {
    /// It is made; `in_doubt` says that an earlier try may have made it.
    Create { in_doubt: bool },
    /// The one of its name on this securable becomes what it is.
    Update { on: &'a Securable },
}

/// Makes or changes a policy, again without exempting whom the platform names as unknown.
pub(super) async fn write(client: &Client, policy: &PolicyInfo, write: Write<'_>) -> Result<StepOutcome> {
    let mut policy = policy.clone();
    let mut missing = Vec::new();
    loop {
        let written = match write {
            Write::Create { in_doubt } => create(client, &policy, in_doubt).await,
            Write::Update { on } => {
                let name = policy.name.as_deref().unwrap_or_default();
                client.update_policy(&on.kind.securable_kind(), &on.name, name, &policy).await
            }
        };
        match written {
            Ok(()) => return Ok(StepOutcome::without(missing)),
            Err(error) if is_unknown_principal(&error) => match named_by(&error, &policy) {
                Some(principal) if policy.to_principals.contains(&principal) => {
                    return Ok(StepOutcome::Failed { error: unbinds(&policy, &principal) });
                }
                Some(principal) => {
                    policy.except_principals.retain(|excepted| *excepted != principal);
                    missing.push(principal);
                }
                None => return Err(error),
            },
            Err(error) => return Err(error),
        }
    }
}

/// A policy that is there although the answer was lost, or that an earlier try made, is the one wanted.
async fn create(client: &Client, policy: &PolicyInfo, in_doubt: bool) -> Result<()> {
    match client.create_policy(policy).await {
        Err(error) if error.outcome_unknown() || (in_doubt && error.kind() == ErrorKind::AlreadyExists) => {
            if is_there(client, policy).await {
                Ok(())
            } else {
                Err(error)
            }
        }
        made => made,
    }
}

/// Whether the policy of that name is the one that was to be made.
async fn is_there(client: &Client, policy: &PolicyInfo) -> bool {
    let (Some(kind), Some(on), Some(name)) =
        (&policy.on_securable_type, &policy.on_securable_fullname, &policy.name)
    else {
        return false;
    };
    let Ok(on) = FullName::from_dotted(on) else { return false };
    let Ok(found) = client.get_policy(kind, &on, name).await else { return false };
    Policy::of(&found).ok().zip(Policy::of(policy).ok()).is_some_and(|(found, wanted)| found.is_like(&wanted))
}

/// The one principal that the message names; nothing when it names none or several, for to leave out one who exists would
/// bind or exempt them.
fn named_by(error: &Error, policy: &PolicyInfo) -> Option<String> {
    let message = &error.api_error()?.message;
    let all: BTreeSet<_> = policy.to_principals.iter().chain(&policy.except_principals).collect();
    let named: Vec<String> = all.into_iter().filter(|principal| names(message, principal)).cloned().collect();
    let [named] = <[String; 1]>::try_from(named).ok()?;
    Some(named)
}

fn unbinds(policy: &PolicyInfo, principal: &str) -> String {
    format!(
        "the policy {} is to bind {principal}, who does not exist: without them it would not bind whom the source's binds \
         through them; make them, or let principal_mapping name another",
        policy.name.as_deref().unwrap_or_default()
    )
}

/// Whether a message names a principal as such, not as a part of another name.
fn names(message: &str, principal: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "@._-".contains(letter);
    message.match_indices(principal).any(|(start, _)| {
        let (before, after) = (&message[..start], &message[start + principal.len()..]);
        // A full stop ends a sentence, unless a name goes on behind it.
        let after = after.strip_prefix('.').unwrap_or(after);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_is_named_only_as_a_word_of_its_own() {
        assert!(names("Could not find principal with name ghost.", "ghost"));
        assert!(names("`ghost@x.com` does not exist", "ghost@x.com"));
        assert!(!names("policy hide_for_admins-2: `ghost` does not exist", "admins"));
        assert!(!names("ghost@x.com does not exist", "ghost"));
    }
}
