//! Faults of the embedded workspace that refuse as it refuses whoever may not.

use clxs_workspace::{FaultEffect, FaultPlan, FaultRule};

/// What every refusal says.
pub(crate) const REFUSAL: &str = "not for you";

/// Refuses statements like this one.
pub(crate) fn refuses(statement: &str) -> FaultPlan {
    only(FaultRule { statement: Some(statement.to_owned()), ..every(refused()) })
}

/// Refuses requests with this method to such paths.
pub(crate) fn refuses_request(method: &str, path: &str) -> FaultPlan {
    only(request(method, path, refused()))
}

/// What befalls requests with this method to such paths.
pub(crate) fn request(method: &str, path: &str, effect: FaultEffect) -> FaultRule {
    FaultRule { method: Some(method.to_owned()), path: Some(path.to_owned()), ..every(effect) }
}

pub(crate) fn refused() -> FaultEffect {
    FaultEffect::Error {
        status: 403,
        error_code: "PERMISSION_DENIED".to_owned(),
        message: REFUSAL.to_owned(),
    }
}

pub(crate) fn only(rule: FaultRule) -> FaultPlan {
    FaultPlan { seed: 0, rules: vec![rule] }
}

fn every(effect: FaultEffect) -> FaultRule {
    FaultRule { method: None, path: None, statement: None, skip: 0, times: None, probability: None, effect }
}
