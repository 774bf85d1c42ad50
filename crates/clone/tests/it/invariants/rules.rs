//! Random faults, few enough that most runs get through them.

use clxs_workspace::{FaultEffect, FaultPlan, FaultRule};
use proptest::prelude::*;

fn effect() -> impl Strategy<Value = FaultEffect> {
    prop_oneof![
        Just(FaultEffect::Status { code: 429, retry_after: None }),
        Just(FaultEffect::Status { code: 429, retry_after: Some(0) }),
        Just(FaultEffect::Status { code: 503, retry_after: None }),
        Just(FaultEffect::DropBefore),
        Just(FaultEffect::LostAfter),
        Just(FaultEffect::FailStatement),
        Just(FaultEffect::CancelStatement),
        Just(FaultEffect::EmptyPage),
        Just(FaultEffect::PageSize { items: 1 }),
    ]
}

fn rule() -> impl Strategy<Value = FaultRule> {
    let statements = vec![None, Some("*CLONE*"), Some("CREATE *"), Some("ALTER *"), Some("COMMENT *")];
    let methods = vec![None, None, Some("POST"), Some("PATCH"), Some("GET")];
    (effect(), prop::sample::select(statements), prop::sample::select(methods), 0..8_u32, 1..3_u32).prop_map(
        |(effect, statement, method, skip, times)| FaultRule {
            method: method.filter(|_| statement.is_none()).map(str::to_owned),
            // Only lists have pages: anything else would be answered as what has no field.
            path: matches!(effect, FaultEffect::EmptyPage).then(|| "*/tables".to_owned()),
            statement: statement.map(str::to_owned),
            skip,
            // Pages of one item stay so.
            times: (!matches!(effect, FaultEffect::PageSize { .. })).then_some(times),
            probability: None,
            effect,
        },
    )
}

/// Faults of several kinds.
pub(super) fn faults() -> impl Strategy<Value = FaultPlan> {
    prop::collection::vec(rule(), 1..5).prop_map(|rules| FaultPlan { seed: 1, rules })
}
