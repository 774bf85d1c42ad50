//! What is there: a catalog with everything the planner needs to know of it, and no more.
//!
//! The types are plain values, so that plans can be tested without a workspace.

mod as_of;
mod begun_copy;
mod bindings;
mod caller;
mod columns_then;
mod conditions;
mod containers;
mod copy_mark;
mod definitions;
mod described;
mod functions;
mod grants;
mod guarded_columns;
mod guards;
mod history;
mod keys;
mod left_out;
mod listed;
mod model_versions;
mod models;
mod names;
mod policies;
mod policy;
mod protected;
mod reader;
mod relation;
mod schema_tags;
mod session;
mod sight;
mod table_definition;
mod tables;
mod tag_condition;
mod tagged;
mod tags;
mod three_valued;
mod usage;
mod versions;
mod view;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use clxs_api::binding::BindingType;
use clxs_api::catalog::IsolationMode;
use clxs_api::table::{DataSourceFormat, TableType};
use clxs_api::volume::VolumeType;
use clxs_api::{FullName, Identifier, Privilege, Properties};

pub use as_of::VersionAsOf;
pub use begun_copy::{Fill, FillStage};
pub use caller::Caller;
pub use copy_mark::{CopyMark, CopyStage, Origin};
pub(crate) use described::{Described, unless_denied};
pub use functions::{Environment, FunctionDefinition, Language, Parameter, Returns};
pub use guards::{Argument, Guard, Guards};
pub use history::{Commit, History};
pub use keys::{Key, KeyOutline, Parent};
pub use model_versions::{ModelVersion, ModelVersions, VersionOrigin};
pub(crate) use names::complete;
pub(crate) use policies::{EVERYBODY, named_policies, policies_on_all};
pub use policy::{Policies, Policy, PolicyEffect, Unusable};
pub use protected::Sight;
pub(crate) use reader::{READS_AT_ONCE, Reader, refusal};
pub(crate) use session::{Session, session_of};
pub(crate) use sight::guard_text;
pub use sight::{Known, Premise};
pub(crate) use table_definition::{APPEND_ONLY, DEFAULTS};
pub use table_definition::{Column, ColumnValue, TableDefinition};
pub(crate) use tables::{dependencies_of, query_columns_of, same_text};
pub(crate) use tagged::Tagged;
pub(crate) use volumes::list_files;
pub use volumes::{CopiedFile, FileState, Files};
pub(crate) use volumes::{FileOrigin, list_directories};

use crate::journal::RunId;
use crate::plan::{Facet, SchemaMode};
use crate::{Kind, Securable};

/// Source and destination, and who asks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventories {
    /// The catalog to clone.
    pub source: Inventory,
    /// The catalog to clone into.
    pub destination: Inventory,
    /// Its schemas that the source does not have and that the selection would let take part, by own name in lower case.
    pub only_in_destination: BTreeSet<Identifier>,
    /// Who asks.
    pub caller: Caller,
    /// Principals of the source's policies, and whether the caller is, or is in, each; one that is missing nobody knows of.
    pub identities: BTreeMap<String, bool>,
    /// Why nobody could tell in which of those groups the caller is.
    pub unanswered: Option<String>,
    /// Whether a catalog that is made has to be given a location: the metastore has none to keep it in.
    pub lacks_storage: bool,
    /// The newest run to the destination, where it ended before its plan did.
    pub ended_early: Option<RunId>,
    /// The one moment whose versions of the source's tables are known, where the settings ask for one.
    pub consistent_at: Option<DateTime<Utc>>,
}

/// A catalog.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    /// The catalog itself; absent when it does not exist.
    pub catalog: Option<Catalog>,
    /// Its schemas by own name in lower case.
    pub schemas: BTreeMap<Identifier, Schema>,
    /// What the caller may browse and not read. Nothing else is known of it.
    pub browsed: BTreeSet<Securable>,
    /// Facets of everything in it that nobody could read, with the reason.
    pub unread: BTreeMap<Facet, String>,
    /// The catalogs, schemas and tables whose policies the caller may not read, with the reason.
    pub unread_policies: BTreeMap<FullName, String>,
    /// Of the source: what texts need of schemas that take no part, of those that texts which take part need.
    pub needs_outside: BTreeMap<Securable, Vec<Securable>>,
    /// Of the source: the catalogs, schemas and tables in which something has tags that nobody can carry, with the reason.
    pub unnameable_tags: BTreeSet<(FullName, String)>,
}

impl Inventory {
    /// The schemas that take part.
    pub(crate) fn taking_part(&self) -> impl Iterator<Item = (&Identifier, &Schema)> {
        self.schemas.iter().filter(|(_, schema)| schema.skip.is_none())
    }

    /// The table or view of this name; only schema and own name count.
    pub fn table(&self, name: &FullName) -> Option<&Table> {
        self.schemas.get(name.schema()?)?.tables.get(name.name())
    }

    /// The function of this name; only schema and own name count.
    pub fn function(&self, name: &FullName) -> Option<&Function> {
        self.schemas.get(name.schema()?)?.functions.get(name.name())
    }

    /// The same, to be changed.
    pub fn table_mut(&mut self, name: &FullName) -> Option<&mut Table> {
        self.schemas.get_mut(name.schema()?)?.tables.get_mut(name.name())
    }
}

/// Direct grants on a securable, by principal.
pub type Grants = BTreeMap<String, BTreeSet<Privilege>>;

/// Tags by key; a key alone has the empty value.
pub type Tags = BTreeMap<String, String>;

/// The catalog itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its properties without the platform's own.
    pub properties: Properties,
    /// Who sees it.
    pub isolation: Option<IsolationMode>,
    /// The workspaces that see it when it is isolated, and what they may do.
    pub bindings: BTreeMap<i64, BindingType>,
    /// The URL under which its managed tables are kept, when it has its own.
    pub location: Option<String>,
    /// Direct grants on it.
    pub grants: Grants,
    /// Its tags.
    pub tags: Tags,
    /// Policies on it.
    pub policies: Policies,
}

/// A schema.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its properties without the platform's own.
    pub properties: Properties,
    /// The URL under which its managed tables are kept, when it has its own.
    pub location: Option<String>,
    /// Direct grants on it.
    pub grants: Grants,
    /// Its tags.
    pub tags: Tags,
    /// Policies on it.
    pub policies: Policies,
    /// Whether it is the platform's own, which no catalog is without.
    pub is_system: bool,
    /// Why it takes no part; what is in it is not listed then.
    pub skip: Option<String>,
    /// Its tables and views by own name in lower case. Of one that takes no part in the source those that texts which a run
    /// makes read, where the destination has them.
    pub tables: BTreeMap<Identifier, Table>,
    /// Its volumes by own name in lower case.
    pub volumes: BTreeMap<Identifier, Volume>,
    /// Its registered models by own name in lower case.
    pub models: BTreeMap<Identifier, Model>,
    /// Its functions by own name in lower case.
    pub functions: BTreeMap<Identifier, Function>,
}

/// A function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// What makes it what it is, or why nobody can make it again.
    pub definition: Result<FunctionDefinition, String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Direct grants on it.
    pub grants: Grants,
    /// Tables and views that its body reads, as the platform says.
    pub reads: Vec<FullName>,
    /// Functions that its body calls, as the platform says.
    pub calls: Vec<FullName>,
}

/// A volume.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Volume {
    /// Whose its folder is.
    pub volume_type: Option<VolumeType>,
    /// The URL of its folder.
    pub location: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Direct grants on it.
    pub grants: Grants,
    /// Its tags.
    pub tags: Tags,
    /// Its files, read only where source and destination both have the volume; in the source also for plans that are kept.
    pub files: Files,
    /// What copies have left in it, or were about to, as far as the journal knows.
    pub copied: BTreeMap<String, CopiedFile>,
    /// Whether a run was to copy its files, and none has come to the end of that.
    pub is_copied_in_part: bool,
}

/// A registered model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Direct grants on it.
    pub grants: Grants,
    /// Its versions; those of the destination are read only where the source has some.
    pub versions: ModelVersions,
}

/// A table, view, or anything else REST lists as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is.
    pub kind: Kind,
    /// What it is, as the platform says.
    pub table_type: Option<TableType>,
    /// Its id.
    pub table_id: Option<String>,
    /// The format of its files.
    pub format: Option<DataSourceFormat>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its own row filter and column masks; `CLONE` refuses tables that have some (facts/settled.md §5).
    pub guards: Guards,
    /// Why no statement can name its guards; they are empty then.
    pub unusable_guards: Option<String>,
    /// Whether the caller sees it as it is, read only of tables with guards whose rows are copied.
    pub sight: Option<Box<Sight>>,
    /// The URL of its files.
    pub location: Option<String>,
    /// Of its properties those that the settings give to every clone.
    pub clone_properties: Properties,
    /// How names of its columns are mapped to those in its files (`delta.columnMapping.mode`), where they are.
    pub column_mapping: Option<String>,
    /// Bytes of its files, when somebody counted.
    pub size: Option<u64>,
    /// Direct grants on it.
    pub grants: Grants,
    /// Its tags.
    pub tags: Tags,
    /// The tags of its columns, by the name of the column.
    pub column_tags: BTreeMap<Identifier, Tags>,
    /// Policies on it: those of the source, and the destination's where the source has some or the table would be dropped.
    pub policies: Policies,
    /// As much of its definition as it takes to be there without rows, or why no statement can make it; read only where
    /// policies may go by tags that the destination's table lacks.
    pub outline: Option<Box<Result<TableDefinition, String>>>,
    /// Keys that it lost in a run that did not come to make them again.
    pub owed_keys: Vec<Key>,
    /// Its keys as far as they are read in bulk.
    pub key_outlines: Vec<KeyOutline>,
    /// Its keys, read of sources, and of the destination's tables that keep theirs.
    pub keys: Vec<Key>,
    /// Its newest commits, read only where source and destination both have the table.
    pub history: History,
    /// The version to clone, where the settings ask for another than the newest.
    pub as_of: Option<VersionAsOf>,
    /// By which columns that version differs from today's table, read where policies go by the tags of columns.
    pub other_columns_then: Option<String>,
    /// Of the destination's, columns that guards may go by and that the source has no longer, in lower case; read only where it
    /// is replaced.
    pub lost_columns: Vec<String>,
    /// Whether its properties say that a copy of it was begun, and not that all of it is there.
    pub is_copy_begun: bool,
    /// What this journal knows of the newest statement that was to fill it.
    pub fill: Option<Fill>,
    /// The id of the source table it was cloned from, as this journal knows it.
    pub cloned_from: Option<String>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// For how many days nobody read it, where the settings ask and nobody did.
    pub unused_days: Option<u64>,
    /// What makes it a view; of what a pipeline owns read only where it is to be made anew.
    pub view: Option<View>,
    /// What makes it the table it is, or why nobody can make it again; read only of tables that statements make because
    /// `CLONE` cannot, and of the destination's of the same name.
    pub definition: Option<Result<TableDefinition, String>>,
}

impl Table {
    /// A table of this kind about which nothing else is known.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            table_type: None,
            table_id: None,
            format: None,
            owner: None,
            comment: None,
            guards: Guards::default(),
            unusable_guards: None,
            sight: None,
            location: None,
            clone_properties: Properties::new(),
            column_mapping: None,
            size: None,
            grants: Grants::new(),
            tags: Tags::new(),
            column_tags: BTreeMap::new(),
            policies: Policies::new(),
            outline: None,
            key_outlines: Vec::new(),
            owed_keys: Vec::new(),
            keys: Vec::new(),
            history: History::NotRead,
            as_of: None,
            other_columns_then: None,
            lost_columns: Vec::new(),
            is_copy_begun: false,
            fill: None,
            cloned_from: None,
            created_at: None,
            unused_days: None,
            view: None,
            definition: None,
        }
    }

    /// Whether it is made of its text: a view, or what a pipeline would fill.
    pub(crate) fn is_text(&self) -> bool {
        self.kind.is_view() || self.view.is_some()
    }

    /// Whether nothing hides rows or values of it.
    pub fn is_open(&self) -> bool {
        self.guards.is_empty() && self.unusable_guards.is_none()
    }

    /// The version to clone, where it is not the newest.
    pub(crate) fn earlier_version(&self) -> Option<u64> {
        let version = self.as_of.as_ref().and_then(VersionAsOf::version)?;
        (self.history.version() != Some(version)).then_some(version)
    }

    /// Whether it refers to the files of another table.
    pub fn is_shallow_clone(&self) -> bool {
        matches!(self.table_type, Some(TableType::ManagedShallowClone | TableType::ExternalShallowClone))
    }
}

/// What makes a table a view.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// Its query; absent when the caller may not see it.
    pub definition: Option<String>,
    /// Its columns with their comments, in order.
    pub columns: Vec<(Identifier, Option<String>)>,
    /// Why no statement can list its columns; they are empty then.
    pub unnameable: Option<String>,
    /// Tables and views it reads, as the platform says; absent when it does not say.
    pub reads: Option<Vec<FullName>>,
    /// Functions it calls, as the platform says.
    pub calls: Vec<FullName>,
    /// Its properties without the platform's own.
    pub properties: Properties,
    /// How it follows changes of what it reads.
    pub schema_mode: Option<SchemaMode>,
    /// Catalog and schema that its unqualified names are in, when not its own.
    pub session: Option<(Identifier, Identifier)>,
    /// The names of the columns that its query had when it was made, in order; empty when the platform does not say.
    pub query_columns: Vec<Identifier>,
}
