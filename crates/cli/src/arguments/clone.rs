//! The flags of a clone, shared by `clone`, `plan` and `config`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use clxs_clone::settings::{Condition, EVERY_TABLE};

use super::GlobalArguments;
use crate::settings::keys::{CLONE_TYPES, LOAD_TYPES, PROTECTED_TABLES, SIZE_ORDERS};
use crate::settings::options::Options;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CloneArguments {
    /// Catalog to clone
    #[arg(long, value_name = "CATALOG")]
    source: Option<String>,
    /// Catalog to clone to
    #[arg(long, value_name = "CATALOG")]
    dest: Option<String>,
    /// DEEP copies the data, SHALLOW refers to that of the source
    #[arg(long, value_name = "TYPE", value_parser = CLONE_TYPES.to_vec(), ignore_case = true)]
    clone_type: Option<String>,
    /// FULL refreshes all, INCREMENTAL adds new, SELECTIVE what drifted
    #[arg(long, value_name = "TYPE", value_parser = LOAD_TYPES.to_vec(), ignore_case = true)]
    load_type: Option<String>,
    /// Replace every table, changed or not
    #[arg(long)]
    force_reclone: bool,
    /// Replace tables that were edited in the destination
    #[arg(long)]
    overwrite_edits: bool,
    /// Managed location of the destination catalog
    #[arg(long, value_name = "URL")]
    location: Option<String>,
    #[command(flatten)]
    selection: SelectionArguments,
    #[command(flatten)]
    metadata: MetadataArguments,
    #[command(flatten)]
    run: RunArguments,
}

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Selection")]
struct SelectionArguments {
    /// Only these schemas
    #[arg(long, value_name = "SCHEMA", num_args = 1.., value_delimiter = ',')]
    include_schemas: Option<Vec<String>>,
    /// Not these schemas
    #[arg(long, value_name = "SCHEMA", num_args = 1.., value_delimiter = ',')]
    exclude_schemas: Option<Vec<String>>,
    /// Only tables and views whose name matches
    #[arg(long, value_name = "REGEX")]
    include_tables_regex: Option<String>,
    /// No tables and views whose name matches
    #[arg(long, value_name = "REGEX")]
    exclude_tables_regex: Option<String>,
    /// Clone the tables as they were at this time
    #[arg(long, value_name = "TIMESTAMP")]
    as_of_timestamp: Option<String>,
    /// Clone this version of each table
    #[arg(long, value_name = "VERSION", conflicts_with = "as_of_timestamp")]
    as_of_version: Option<u64>,
    /// Clone all tables as they were at one moment: now, or that of --as-of-timestamp
    #[arg(long, conflicts_with = "as_of_version")]
    consistent: bool,
    /// Only rows that meet this condition, of every table
    #[arg(long = "where", value_name = "CONDITION", value_parser = condition)]
    every_table: Option<Condition>,
    /// Only rows of this table that meet the condition; of several for one table all hold
    #[arg(long, value_name = "SCHEMA.TABLE:CONDITION", value_parser = table_filter)]
    table_filter: Vec<(String, Condition)>,
    /// Clone no rows and no files
    #[arg(long)]
    schema_only: bool,
}

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Metadata")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct MetadataArguments {
    /// Do not carry grants
    #[arg(long)]
    no_permissions: bool,
    /// Do not carry owners
    #[arg(long)]
    no_ownership: bool,
    /// Do not carry properties
    #[arg(long)]
    no_properties: bool,
    /// Do not carry comments
    #[arg(long)]
    no_comments: bool,
    /// Do not carry tags
    #[arg(long)]
    no_tags: bool,
    /// Do not carry primary and foreign keys
    #[arg(long)]
    no_constraints: bool,
    /// Do not carry row filters, column masks and policies
    #[arg(long)]
    no_security: bool,
    /// Tables with row filters, masks or policies: copy, skip, or fail when one cannot be copied
    #[arg(long, value_name = "HOW", value_parser = PROTECTED_TABLES.to_vec(), ignore_case = true)]
    protected_tables: Option<String>,
    /// Exit with 6 when some of this metadata is not carried: owner, tags, fk…
    #[arg(long, value_name = "FACET", num_args = 1.., value_delimiter = ',')]
    require: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Run")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct RunArguments {
    /// Schemas at once
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    max_workers: Option<usize>,
    /// Tables at once in each schema
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    parallel_tables: Option<usize>,
    /// Statements at once on the warehouse
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    max_parallel_queries: Option<usize>,
    /// Smallest (asc) or largest (desc) tables first
    #[arg(long, value_name = "ORDER", value_parser = SIZE_ORDERS.to_vec(), ignore_case = true)]
    order_by_size: Option<String>,
    /// Statements a second, at most; 0 is no limit
    #[arg(long, value_name = "N")]
    max_rps: Option<u32>,
    /// Write to `rollback_logs/` what the run makes
    #[arg(long)]
    enable_rollback: bool,
    /// Go on with the run of this rollback log
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Show every statement of the run, execute none that writes
    #[arg(long)]
    dry_run: bool,
    /// Write the report to reports/
    #[arg(long)]
    report: bool,
    /// Show a progress bar on a terminal
    #[arg(long, overrides_with = "no_progress")]
    progress: bool,
    /// Show no progress bar
    #[arg(long)]
    no_progress: bool,
}

impl SelectionArguments {
    fn where_clauses(&self) -> Option<BTreeMap<String, String>> {
        let every_table =
            self.every_table.iter().map(|condition| (EVERY_TABLE.to_owned(), condition.clone()));
        let mut conditions: BTreeMap<String, Condition> = BTreeMap::new();
        for (table, condition) in every_table.chain(self.table_filter.iter().cloned()) {
            let all = conditions.get(&table).map_or(condition.clone(), |other| other.and(&condition));
            conditions.insert(table, all);
        }
        let written = conditions.into_iter().map(|(table, condition)| (table, condition.to_string()));
        Some(written.collect()).filter(|written: &BTreeMap<_, _>| !written.is_empty())
    }
}

impl CloneArguments {
    /// Only the catalogs.
    pub(crate) fn of_catalogs(source: Option<String>, dest: Option<String>) -> Self {
        Self { source, dest, ..Self::default() }
    }

    /// The settings given as flags.
    pub(crate) fn options(&self, global: &GlobalArguments) -> Options {
        let Self { selection, metadata, run, .. } = self.clone();
        Options {
            where_clauses: selection.where_clauses(),
            source_catalog: self.source.clone(),
            destination_catalog: self.dest.clone(),
            clone_type: self.clone_type.as_ref().map(|text| text.to_uppercase()),
            load_type: self.load_type.as_ref().map(|text| text.to_uppercase()),
            include_schemas: selection.include_schemas,
            exclude_schemas: selection.exclude_schemas,
            include_tables_regex: selection.include_tables_regex,
            exclude_tables_regex: selection.exclude_tables_regex,
            as_of_timestamp: selection.as_of_timestamp,
            as_of_version: selection.as_of_version,
            consistent: on(selection.consistent),
            schema_only: on(selection.schema_only),
            copy_permissions: off(metadata.no_permissions),
            copy_ownership: off(metadata.no_ownership),
            copy_properties: off(metadata.no_properties),
            copy_comments: off(metadata.no_comments),
            copy_tags: off(metadata.no_tags),
            copy_constraints: off(metadata.no_constraints),
            copy_security: off(metadata.no_security),
            protected_tables: metadata.protected_tables.map(|text| text.to_lowercase()),
            require: metadata.require,
            force_reclone: on(self.force_reclone),
            overwrite_edits: on(self.overwrite_edits),
            location: self.location.clone(),
            order_by_size: run.order_by_size.map(|text| text.to_lowercase()),
            max_workers: run.max_workers,
            parallel_tables: run.parallel_tables,
            max_parallel_queries: run.max_parallel_queries,
            max_rps: run.max_rps,
            enable_rollback: on(run.enable_rollback),
            resume: run.resume.map(|path| path.display().to_string()),
            dry_run: on(run.dry_run),
            generate_report: on(run.report),
            show_progress: on(run.progress).or(off(run.no_progress)),
            ..global.options()
        }
    }
}

impl GlobalArguments {
    /// The settings given as global flags.
    pub(crate) fn options(&self) -> Options {
        let path = |path: &PathBuf| path.display().to_string();
        Options {
            verbose: on(self.verbose > 0),
            log_file: self.log_file.as_ref().map(path),
            log_format: self.log_format.map(|format| format.name().to_owned()),
            host: self.host.clone(),
            profile: self.profile.clone(),
            token_file: self.token_file.as_ref().map(path),
            token_command: self.token_command.clone(),
            ca_bundle: self.ca_bundle.as_ref().map(path),
            sql_warehouse_id: self.warehouse_id.clone(),
            ..Options::default()
        }
    }
}

fn on(switch: bool) -> Option<bool> {
    switch.then_some(true)
}

fn off(switch: bool) -> Option<bool> {
    switch.then_some(false)
}

fn table_filter(text: &str) -> Result<(String, Condition), String> {
    let (table, text) = text.split_once(':').ok_or("a table and its condition are divided by a colon")?;
    Ok((table.trim().to_owned(), condition(text)?))
}

fn condition(text: &str) -> Result<Condition, String> {
    Condition::new(text).map_err(|error| error.to_string())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a whole number of at least 1 is needed".to_owned()),
        Ok(number) => Ok(number),
    }
}
