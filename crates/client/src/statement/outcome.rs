//! What the state of a statement means.

use clxs_api::statement::{ResultData, ResultManifest, StatementId, StatementResponse, StatementState};

use crate::error::StatementFailure;
use crate::{Error, Result};

/// How far a statement is that has not failed.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Ask again later.
    Running,
    /// There is a result.
    Succeeded { manifest: Box<ResultManifest>, first: Box<ResultData> },
}

/// Reads the state. `CLOSED` is a success only with its manifest and result (`facts/settled.md` §6); `SUCCEEDED`
/// always has a manifest, of a statement without rows too.
pub(super) fn outcome(id: &StatementId, response: StatementResponse) -> Result<Outcome> {
    let Some(status) = response.status else {
        return Err(unreadable(id, "the answer has no `status`"));
    };
    match (status.state.clone(), response.manifest, response.result) {
        (StatementState::Pending | StatementState::Running, _, _) => Ok(Outcome::Running),
        (StatementState::Succeeded, Some(manifest), first) => {
            Ok(succeeded(manifest, first.unwrap_or_default()))
        }
        (StatementState::Succeeded, None, _) => Err(unreadable(id, "it succeeded, but has no `manifest`")),
        (StatementState::Closed, Some(manifest), Some(first)) => Ok(succeeded(manifest, first)),
        (StatementState::Closed, _, _) => Err(Error::ResultGone { id: id.clone() }),
        (StatementState::Canceled, _, _) => Err(Error::StatementCanceled { id: id.clone() }),
        (StatementState::Failed, _, _) => {
            Err(Error::StatementFailed { id: id.clone(), failure: Box::new(StatementFailure::of(status)) })
        }
        (state, _, _) => Err(unreadable(id, &format!("its state `{state}` is unknown to this version"))),
    }
}

fn succeeded(manifest: ResultManifest, first: ResultData) -> Outcome {
    Outcome::Succeeded { manifest: Box::new(manifest), first: Box::new(first) }
}

fn unreadable(id: &StatementId, detail: &str) -> Error {
    Error::InvalidResult { id: id.clone(), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: serde_json::Value) -> Result<Outcome> {
        outcome(&StatementId("s".into()), serde_json::from_value(json).unwrap())
    }

    #[test]
    fn closed_is_a_success_only_with_manifest_and_result() {
        let whole = serde_json::json!({"status": {"state": "CLOSED"}, "manifest": {}, "result": {}});
        assert!(matches!(read(whole), Ok(Outcome::Succeeded { .. })));
        let state = serde_json::json!({"state": "CLOSED"});
        for part in [
            serde_json::json!({"status": state}),
            serde_json::json!({"status": state, "manifest": {}}),
            serde_json::json!({"status": state, "result": {}}),
        ] {
            assert!(matches!(read(part.clone()), Err(Error::ResultGone { .. })), "{part}");
        }
    }

    #[test]
    fn canceled_failed_and_unknown_states_are_errors() {
        let state = |state: &str| read(serde_json::json!({"status": {"state": state}})).unwrap_err();
        assert!(matches!(state("CANCELED"), Error::StatementCanceled { .. }));
        assert!(matches!(state("FAILED"), Error::StatementFailed { .. }));
        assert!(matches!(state("SUCCEEDED"), Error::InvalidResult { .. }));
        assert!(matches!(state("ASLEEP"), Error::InvalidResult { .. }));
    }

    #[test]
    fn pending_and_running_go_on() {
        for state in ["PENDING", "RUNNING"] {
            let outcome = read(serde_json::json!({"status": {"state": state}}));
            assert!(matches!(outcome, Ok(Outcome::Running)), "{state}");
        }
    }
}
