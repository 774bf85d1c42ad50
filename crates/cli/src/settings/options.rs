//! Settings as they are written: every one optional, under the names of the configuration.

use std::collections::BTreeMap;

use clxs_clone::settings::{Hook, IncludedObject, TimeZone};
use serde::{Deserialize, Serialize};

use super::throttle::ScheduledProfile;

/// The settings of one layer, or of all layers combined. The fields are the keys of [`super::keys::KEYS`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    pub(crate) source_catalog: Option<String>,
    pub(crate) destination_catalog: Option<String>,
    pub(crate) clone_type: Option<String>,
    pub(crate) load_type: Option<String>,
    pub(crate) include_schemas: Option<Vec<String>>,
    pub(crate) exclude_schemas: Option<Vec<String>>,
    pub(crate) include_tables_regex: Option<String>,
    pub(crate) exclude_tables_regex: Option<String>,
    pub(crate) include_objects: Option<Vec<IncludedObject>>,
    pub(crate) filter_by_tags: Option<BTreeMap<String, String>>,
    pub(crate) skip_unused: Option<bool>,
    pub(crate) unused_days: Option<u64>,
    pub(crate) as_of_timestamp: Option<String>,
    pub(crate) as_of_version: Option<u64>,
    pub(crate) as_of_tables: Option<BTreeMap<String, u64>>,
    pub(crate) consistent: Option<bool>,
    pub(crate) where_clauses: Option<BTreeMap<String, String>>,
    pub(crate) schema_only: Option<bool>,
    pub(crate) copy_permissions: Option<bool>,
    pub(crate) copy_ownership: Option<bool>,
    pub(crate) copy_properties: Option<bool>,
    pub(crate) copy_comments: Option<bool>,
    pub(crate) copy_tags: Option<bool>,
    pub(crate) copy_constraints: Option<bool>,
    pub(crate) copy_security: Option<bool>,
    pub(crate) protected_tables: Option<String>,
    pub(crate) clone_views: Option<bool>,
    pub(crate) clone_functions: Option<bool>,
    pub(crate) clone_volumes: Option<bool>,
    pub(crate) recreate_pipelines_tables: Option<bool>,
    pub(crate) volume_max_file_mb: Option<u64>,
    pub(crate) require: Option<Vec<String>>,
    pub(crate) force_reclone: Option<bool>,
    pub(crate) overwrite_edits: Option<bool>,
    pub(crate) location: Option<String>,
    pub(crate) location_mapping: Option<BTreeMap<String, String>>,
    pub(crate) clone_tbl_properties: Option<BTreeMap<String, String>>,
    pub(crate) principal_mapping: Option<BTreeMap<String, String>>,
    pub(crate) order_by_size: Option<String>,
    pub(crate) max_workers: Option<usize>,
    pub(crate) parallel_tables: Option<usize>,
    pub(crate) max_parallel_queries: Option<usize>,
    pub(crate) max_rps: Option<u32>,
    pub(crate) throttle: Option<String>,
    pub(crate) throttle_schedule: Option<Vec<ScheduledProfile>>,
    pub(crate) throttle_time_zone: Option<TimeZone>,
    pub(crate) enable_retry: Option<bool>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) pre_clone_hooks: Option<Vec<Hook>>,
    pub(crate) post_schema_hooks: Option<Vec<Hook>>,
    pub(crate) post_clone_hooks: Option<Vec<Hook>>,
    pub(crate) max_duration_min: Option<u64>,
    pub(crate) max_tables: Option<u64>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) cancel_in_flight: Option<bool>,
    pub(crate) enable_rollback: Option<bool>,
    pub(crate) resume: Option<String>,
    pub(crate) dry_run: Option<bool>,
    pub(crate) generate_report: Option<bool>,
    pub(crate) show_progress: Option<bool>,
    pub(crate) verbose: Option<bool>,
    pub(crate) log_file: Option<String>,
    pub(crate) log_format: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) token_file: Option<String>,
    pub(crate) token_command: Option<String>,
    pub(crate) ca_bundle: Option<String>,
    pub(crate) sql_warehouse_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::keys::KEYS;

    #[test]
    fn fields_are_the_keys_in_the_same_order() {
        let options = serde_json::to_value(Options::default()).unwrap();
        let fields: Vec<&str> = options.as_object().unwrap().keys().map(String::as_str).collect();
        let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(fields, keys);
    }
}
