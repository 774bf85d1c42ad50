//! The command line: commands and flags, with the guide's names.

pub(crate) mod clone;
pub(crate) mod guard;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::events::EventFormat;
use crate::exit;
use crate::output::{ColorChoice, Format, LogFormat};
pub(crate) use clone::CloneArguments;

/// Clones, refreshes and migrates Unity Catalog catalogs on Databricks.
///
/// Without a workspace configured, clxs works on an embedded one in `CLXS_HOME`.
#[derive(Debug, Parser)]
#[command(name = "clxs", version, max_term_width = 80, after_long_help = exit::help())]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArguments {
    /// Configuration, instead of `config/clone_config.yaml` or `clxs.yaml`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// URL of the workspace, or `embedded`
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) host: Option<String>,
    /// Profile of ~/.databrickscfg
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// File that holds a token and nothing else
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Program, and its arguments, that prints a token; run without a shell
    #[arg(long, global = true, value_name = "COMMAND")]
    pub(crate) token_command: Option<String>,
    /// Certificates (PEM) of further authorities to trust
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_bundle: Option<PathBuf>,
    /// SQL warehouse that runs the statements
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) warehouse_id: Option<String>,
    /// Log more; twice for the requests
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Also write messages to this file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
    /// Form of messages
    #[arg(long, global = true, value_name = "FORMAT", value_enum)]
    pub(crate) log_format: Option<LogFormat>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Clone a catalog, or refresh a clone
    Clone(Box<CloneCommand>),
    /// Show what a clone would do
    Plan(Box<PlanCommand>),
    /// Run a plan that `plan -o` wrote, while it still holds
    Apply(ApplyCommand),
    /// Show how the tables of a clone stand to their source
    Drift(Box<DriftCommand>),
    /// Go on with a run that ended before it was finished
    Resume(ResumeCommand),
    /// Undo what a run did
    Rollback(RollbackCommand),
    /// Make a sample catalog in the embedded workspace and clone it
    Demo(DemoCommand),
    /// Run SQL statements
    Sql(SqlCommand),
    /// Serve and manage the embedded workspace
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// List past runs, or show the report of one
    Runs(RunsCommand),
    /// Check the evidence of a run, with nothing but its folder
    VerifyBundle(VerifyBundleCommand),
    /// Make, explain and check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Log in, and show who the workspace takes you for
    #[command(subcommand)]
    Auth(AuthCommand),
    /// Check workspace, credentials, warehouse, catalogs, and what you may do
    Doctor(DoctorCommand),
    /// Write a manual page for each command
    Man {
        /// Folder to write them to
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Print the completions of a shell
    Completions {
        /// Shell
        #[arg(value_enum)]
        shell: CompletionShell,
    },
}

/// A shell with completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompletionShell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Debug, Args)]
pub(crate) struct CloneCommand {
    #[command(flatten)]
    pub(crate) output: OutputArgument,
    #[command(flatten)]
    pub(crate) events: EventsArgument,
    #[command(flatten)]
    pub(crate) clone: CloneArguments,
}

/// Form of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people
    #[default]
    Text,
    /// The whole plan as one JSON document
    Json,
    /// The statements in order
    Sql,
    /// A page for a browser
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct PlanCommand {
    /// Write the plan to this file instead of stdout
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Form of the plan; that of the ending when -o names a .json, .sql or .html file
    #[arg(long, value_enum)]
    pub(crate) format: Option<PlanFormat>,
    /// Exit with 10 when the plan is not empty
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    #[command(flatten)]
    pub(crate) clone: CloneArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyCommand {
    /// The plan, as JSON
    #[arg(value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// Check whether the plan still holds and show what it would do, do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
    #[command(flatten)]
    pub(crate) events: EventsArgument,
}

#[derive(Debug, Args)]
pub(crate) struct DriftCommand {
    #[command(flatten)]
    pub(crate) output: OutputArgument,
    /// Exit with 10 when a table is not in sync
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    #[command(flatten)]
    pub(crate) clone: CloneArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ResumeCommand {
    /// Id of the run, its beginning, or `last`
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
    #[command(flatten)]
    pub(crate) events: EventsArgument,
}

#[derive(Debug, Args)]
pub(crate) struct RollbackCommand {
    /// Id of the run, its beginning, or `last`
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// Show what would be undone, undo nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also undo what was changed since the run
    #[arg(long)]
    pub(crate) overwrite_edits: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
    #[command(flatten)]
    pub(crate) events: EventsArgument,
}

#[derive(Debug, Args)]
pub(crate) struct DemoCommand {
    #[command(flatten)]
    pub(crate) output: OutputArgument,
    /// Show no progress bar
    #[arg(long)]
    pub(crate) no_progress: bool,
}

/// Form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum SqlFormat {
    /// A table for people
    #[default]
    Text,
    /// One JSON document
    Json,
    /// CSV with a header
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct SqlCommand {
    /// Statements, separated by semicolons
    #[arg(required_unless_present = "file", value_name = "STATEMENTS")]
    pub(crate) statements: Option<String>,
    /// Read the statements from this file; `-` is stdin
    #[arg(short, long, value_name = "FILE", conflicts_with = "statements")]
    pub(crate) file: Option<PathBuf>,
    /// Run the other statements when one has failed
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Catalog that names without one are in
    #[arg(long, value_name = "NAME")]
    pub(crate) catalog: Option<String>,
    /// Schema that names without one are in
    #[arg(long, value_name = "NAME")]
    pub(crate) schema: Option<String>,
    /// Form of the rows
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) output: SqlFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Serve an embedded workspace over HTTP
    Serve {
        /// Folder of the workspace; `CLXS_HOME/workspace` when absent
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// Address of this machine to listen on; port 0 takes any free one
        #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
        listen: std::net::SocketAddr,
        /// Faults to let happen, for tests of clients: YAML or JSON (docs/faults.md)
        #[arg(long, value_name = "FILE")]
        faults: Option<PathBuf>,
    },
    /// Make a token for a principal of the embedded workspace and print it
    Token {
        /// Name of the user or service principal; made when new
        #[arg(long, value_name = "NAME", value_parser = principal)]
        principal: String,
        /// Folder of the workspace; `CLXS_HOME/workspace` when absent
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Register a tree of Delta and Parquet tables, SCHEMA/TABLE, without copying or changing them
    Import {
        /// The tree
        #[arg(value_name = "DIR")]
        tree: PathBuf,
        /// Catalog of the tables; the name of DIR when absent
        #[arg(long, value_name = "NAME")]
        catalog: Option<String>,
        /// Folder of the workspace; `CLXS_HOME/workspace` when absent
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        #[command(flatten)]
        output: OutputArgument,
    },
    /// Write the embedded workspace into one file, also while it is used
    Backup {
        /// The file; it must not exist
        file: PathBuf,
        /// Folder of the workspace; `CLXS_HOME/workspace` when absent
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        #[command(flatten)]
        output: OutputArgument,
    },
    /// Make an embedded workspace from a backup
    Restore {
        /// The file that `backup` wrote
        file: PathBuf,
        /// Folder of the new workspace, absent or empty; `CLXS_HOME/workspace` when absent
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Show what the embedded workspace holds
    Info {
        /// Folder of the workspace; `CLXS_HOME/workspace` when absent
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        #[command(flatten)]
        output: OutputArgument,
    },
}

fn principal(name: &str) -> Result<String, String> {
    let is_named = !name.trim().is_empty();
    is_named
        .then(|| name.to_owned())
        .ok_or_else(|| "a principal has a name, such as ann@example.com".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct RunsCommand {
    #[command(subcommand)]
    pub(crate) command: Option<RunsSubcommand>,
    /// Form of the result
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) output: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsSubcommand {
    /// Print the report of a run
    Show {
        /// Id of the run, or `last`
        run: String,
    },
    /// Write plan, journal and report of a run into a folder, chained by hashes
    Bundle {
        /// Id of the run, or `last`
        run: String,
        /// Folder to make
        #[arg(short, long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct VerifyBundleCommand {
    /// Folder that `clxs runs bundle` made
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Last link that was told when the bundle was made
    #[arg(long, value_name = "HASH")]
    pub(crate) head: Option<String>,
    /// Form of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) output: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Write a configuration file with every key and its default
    Init {
        /// Where to write it
        #[arg(long, value_name = "FILE", default_value = crate::settings::file::PROJECT_FILES[0])]
        file: PathBuf,
        /// Replace the file when it exists
        #[arg(long)]
        force: bool,
    },
    /// Show every setting, its value and where it comes from
    Explain(Box<CloneCommand>),
    /// Check the configuration
    Lint {
        /// Take warnings for errors
        #[arg(long)]
        strict: bool,
        #[command(flatten)]
        output: OutputArgument,
        #[command(flatten)]
        clone: Box<CloneArguments>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Show the workspace, the authorization method, what it is made of, and who you are
    Describe {
        #[command(flatten)]
        output: OutputArgument,
    },
    /// Log in to a workspace with a browser; the token is kept for later commands
    Login,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorCommand {
    /// Catalog to clone
    #[arg(long, value_name = "CATALOG")]
    pub(crate) source: Option<String>,
    /// Catalog to clone to
    #[arg(long, value_name = "CATALOG")]
    pub(crate) dest: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct EventsArgument {
    /// Write what happens to stdout, a JSON document a line, and the report as the last one
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "output")]
    pub(crate) events: Option<EventFormat>,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OutputArgument {
    /// Form of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) output: Format,
}
