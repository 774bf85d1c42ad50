//! Keys and flags of the guide that this version cannot do. They are refused by name, never ignored.

use serde_json::Value;

/// A key or flag of the guide that this version knows but cannot do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unavailable {
    pub(crate) name: &'static str,
    /// Its flags; empty when there is none.
    pub(crate) flags: &'static [&'static str],
    /// The value that asks for nothing, as JSON; such a setting is accepted.
    off: &'static str,
}

const fn unavailable(name: &'static str, flags: &'static [&'static str], off: &'static str) -> Unavailable {
    Unavailable { name, flags, off }
}

/// Every key of the guide that is refused by name unless it asks for nothing.
pub(crate) const UNAVAILABLE: &[Unavailable] = &[
    unavailable("auto_mask_pii", &[], "false"),
    unavailable("auto_rollback", &[], "false"),
    unavailable("auto_rollback_on_failure", &[], "false"),
    unavailable("checkpoint", &[], "false"),
    unavailable("compare_dq_after_clone", &[], "false"),
    unavailable("dq_drift_rollback_pct", &[], "null"),
    unavailable("fanout_max_parallel", &[], "null"),
    unavailable("iceberg_physical", &[], "false"),
    unavailable("impact_check", &[], "false"),
    unavailable("masking_rules", &[], "[]"),
    unavailable("price_per_gb", &[], "null"),
    unavailable("quiesce_source", &["quiesce-source"], "false"),
    unavailable("require_approval", &[], "false"),
    unavailable("rollback_threshold", &[], "null"),
    unavailable("serverless", &["serverless"], "false"),
    unavailable("source_snapshot_id", &[], "null"),
    unavailable("target_format", &[], r#""DELTA""#),
    unavailable("target_workspace", &[], "null"),
    unavailable("target_workspaces", &[], "[]"),
    unavailable("template", &[], "null"),
    unavailable("ttl", &[], "null"),
    unavailable("validate_after_clone", &["validate"], "false"),
    unavailable("validate_checksum", &["checksum"], "false"),
    unavailable("volume", &["volume"], "null"),
];

impl Unavailable {
    /// Whether the value asks for nothing this version would have to do.
    pub(crate) fn is_off(&self, value: &Value) -> bool {
        value.is_null() || serde_json::from_str::<Value>(self.off).is_ok_and(|off| off == *value)
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> String {
        match self.off {
            "null" => format!("take {} out", self.name),
            off => format!("take {} out, or set it to {off}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_unavailable_may_be_switched_off() {
        let quiesce = UNAVAILABLE.iter().find(|key| key.name == "quiesce_source").unwrap();
        assert!(quiesce.is_off(&json!(false)) && !quiesce.is_off(&json!(true)));
    }
}
