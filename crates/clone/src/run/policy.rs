//! Makes and changes policies. Principals that do not exist are left out and told, like those of grants: a policy without
//! them binds nobody less, for nobody is one of them.

use clxs_api::FullName;
use clxs_api::policy::PolicyInfo;
use clxs_client::{Client, Error, ErrorKind, Result};

use super::rest::is_unknown_principal;
use crate::Securable;
use crate::outcome::StepOutcome;

/// What is done with a policy.
pub(super) enum Write<'a> {
    /// It is made; `in_doubt` says that an earlier try may have made it.
    Create { in_doubt: bool },
    /// The one of its name on this securable becomes what it is.
    Update { on: &'a Securable },
}

/// Makes or changes a policy, again without whom the platform names as unknown.
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
            Err(error) if is_unknown_principal(&error) => match take_named(&mut policy, &error) {
                Some(principal) => missing.push(principal),
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

async fn is_there(client: &Client, policy: &PolicyInfo) -> bool {
    let (Some(kind), Some(on), Some(name)) =
        (&policy.on_securable_type, &policy.on_securable_fullname, &policy.name)
    else {
        return false;
    };
    let Ok(on) = FullName::from_dotted(on) else { return false };
    client.get_policy(kind, &on, name).await.is_ok()
}

/// Takes out the principal that the message names; nothing when it names none, or the last one that is bound. The longest
/// counts: one name may be part of another.
fn take_named(policy: &mut PolicyInfo, error: &Error) -> Option<String> {
    let message = &error.api_error()?.message;
    let all = policy.to_principals.iter().chain(&policy.except_principals);
    let named = all.filter(|principal| message.contains(*principal)).max_by_key(|name| name.len())?.clone();
    policy.to_principals.retain(|principal| *principal != named);
    policy.except_principals.retain(|principal| *principal != named);
    (!policy.to_principals.is_empty()).then_some(named)
}
