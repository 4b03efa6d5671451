//! The command line. Commands are plain values, so that they can be sent to a running server.

mod backup;
mod bench;
mod jobs;
mod mail;
mod members;
mod sso;

pub use backup::{BackupArgs, MoveArgs, RestoreArgs};
pub use bench::{BenchAskArgs, BenchFillArgs, BenchSearchArgs};
pub use jobs::{JobsAction, JobsArgs};
pub use mail::{MailAction, MailArgs};
pub use members::{MembersAction, MembersArgs};
pub use sso::{SsoAction, SsoAddArgs, SsoArgs};

use clap::{Args, Parser, Subcommand};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;

/// One community out of all the places where its people talk: one log, one member graph, figures that can be
/// trusted.
#[derive(Debug, Parser)]
#[command(name = "folkmoot", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// The folder for the database, uploads and the socket [default: the platform's data folder].
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The settings file [default: config.toml in the data folder].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Everything that the program can be told to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum Command {
    /// Start a server with a made-up community in a temporary folder.
    Demo(DemoArgs),
    /// Start the server.
    Serve(ServeArgs),
    /// Bring an export in: messages, reactions, joins, leaves, people and channels.
    Import(ImportArgs),
    /// List imports; take one back or continue one.
    Imports(ImportsArgs),
    /// Print a metric: its definition, every figure, the state of each.
    Metric(MetricArgs),
    /// List the metrics.
    Metrics {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List or change what the community decides: name, zone, staff, bots.
    Settings(SettingsArgs),
    /// Make and remove accounts for the desk, give them roles, sign-in links and API tokens.
    Accounts(AccountsArgs),
    /// Make, list and revoke API tokens, of accounts and of services.
    Tokens(TokensArgs),
    /// List the roles and what each may do.
    Roles {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List and change where people may sign in with an account that they have elsewhere (OpenID Connect).
    Sso(SsoArgs),
    /// Print the audit log: who did what, newest first.
    Audit(AuditArgs),
    /// Link and unlink identities of one person; say who is staff.
    Members(MembersArgs),
    /// List sources; correct the zone of one.
    Sources(SourcesArgs),
    /// Search messages by their words, members and channels by their names.
    Search(SearchArgs),
    /// Recompute everything that was derived from the log, the search index included, and report the first difference.
    Check {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write everything into one file, which can be restored on SQLite and on PostgreSQL; beside a running server.
    Backup(BackupArgs),
    /// Fill an empty store from a backup, and prove that everything arrived.
    Restore(RestoreArgs),
    /// Copy everything to another database, from SQLite to PostgreSQL or back, and prove that everything arrived.
    Move(MoveArgs),
    /// List what works in the background, and what failed there; try it again.
    Jobs(JobsArgs),
    /// Say through which server mail goes, and send a test.
    Mail(MailArgs),
    /// Change the key with which secrets are sealed.
    Secrets {
        /// What to do.
        #[command(subcommand)]
        action: SecretsAction,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Write the reference (settings, commands, metrics, kinds of activity) as Markdown.
    Reference {
        /// The folder to write to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Runs so many durable jobs that do nothing, for benchmarks.
    #[command(hide = true)]
    BenchJobs {
        /// How many.
        #[arg(long, value_name = "N", default_value_t = 100_000)]
        jobs: u64,
    },
    /// Sends webhooks to a receiver on this machine, for benchmarks; needs outgoing_networks and outgoing_http.
    #[command(hide = true)]
    BenchWebhooks {
        /// Endpoints.
        #[arg(long, value_name = "N", default_value_t = 100)]
        endpoints: u32,
        /// How the first of them fails: no, refuses or hangs.
        #[arg(long, value_name = "HOW", default_value = "no")]
        failing: String,
        /// Events, each for every endpoint.
        #[arg(long, value_name = "N", default_value_t = 300)]
        events: u32,
    },
    /// Fill the store with a generated log, for benchmarks.
    #[command(hide = true)]
    BenchFill(BenchFillArgs),
    /// Asks the questions of a year, for benchmarks.
    #[command(hide = true)]
    BenchAsk(BenchAskArgs),
    /// Asks who may do what, many times, for benchmarks.
    #[command(hide = true)]
    BenchAccess,
    /// Brings the search index up to the log and searches, for benchmarks.
    #[command(hide = true)]
    BenchSearch(BenchSearchArgs),
}

/// What can be done with secrets.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum SecretsAction {
    /// Seal every secret with the present key: a new one of the key file, or the FOLKMOOT_SECRET_KEY that the server
    /// was started with (the one before stands in FOLKMOOT_SECRET_KEY_OLD until this is done).
    Rotate,
}

/// What `demo` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct DemoArgs {
    /// The port to listen on; 0 for any free one.
    #[arg(long, value_name = "N", default_value_t = 8484)]
    pub port: u16,
    /// How many activities the community has, roughly.
    #[arg(long, value_name = "N", default_value_t = demo::ACTIVITIES)]
    pub size: u64,
    /// Decides everything that is left to chance.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The last day of its history (2026-11-19); the demo's today is the day after [default: the last Thursday].
    #[arg(long, value_name = "DATE")]
    pub end: Option<String>,
}

/// What `serve` takes; whatever is absent comes from the settings.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct ServeArgs {
    /// The port to listen on; 0 for any free one.
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS")]
    pub host: Option<String>,
    /// The folder that is watched for exports.
    #[arg(long, value_name = "DIR")]
    pub watch: Option<PathBuf>,
    /// The folder for scheduled backups.
    #[arg(long, value_name = "DIR")]
    pub backup_folder: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, or a filter.
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// How it is logged: text or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

/// What `import` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct ImportArgs {
    /// slack, discord, discourse, mbox or activities; or roster: a CSV of people with several handles, which
    /// suggests links.
    pub format: String,
    /// The export: files, folders or archives (zip, tar, gz, zst), read as they are.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The source that it belongs to; made if there is none of this name.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// A mapping file, or the name of a ready mapping (for activities).
    #[arg(long, value_name = "FILE")]
    pub map: Option<String>,
    /// The zone of times that carry none (Europe/Berlin).
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// A name or id to be marked as a bot; may be given several times.
    #[arg(long = "bot", value_name = "NAME")]
    pub bots: Vec<String>,
    /// Mark every name that matches as a bot.
    #[arg(long, value_name = "REGEX")]
    pub bot_pattern: Option<String>,
    /// Take private channels and direct messages too.
    #[arg(long)]
    pub private: bool,
    /// Read everything and say what would come in, without storing anything.
    #[arg(long)]
    pub dry_run: bool,
    /// Print a summary as JSON in the last line.
    #[arg(long)]
    pub json: bool,
}

/// What `imports` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct ImportsArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do with an import; without it they are listed.
    #[command(subcommand)]
    pub action: Option<ImportsAction>,
}

/// What can be done with an import.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum ImportsAction {
    /// Take an import back, as if it had never been.
    Undo {
        /// The import's id (imp_…).
        id: String,
    },
    /// Continue an import that was interrupted.
    Resume {
        /// The import's id (imp_…).
        id: String,
    },
}

/// What `metric` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct MetricArgs {
    /// The metric's id; `folkmoot metrics` lists them.
    pub id: String,
    /// Filters and options as --name value (--from, --to, --interval, --source, --channel, --staff, --split,
    /// --compare, …), and --json.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "--NAME VALUE")]
    pub parameters: Vec<String>,
}

/// What `settings` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct SettingsArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it they are listed.
    #[command(subcommand)]
    pub action: Option<SettingsAction>,
}

/// What can be done with settings.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum SettingsAction {
    /// List every setting with its value.
    List,
    /// Print the value of one.
    Get {
        /// Its name.
        key: String,
    },
    /// Change one.
    Set {
        /// Its name.
        key: String,
        /// Its new value.
        value: String,
    },
}

/// What `accounts` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct AccountsArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it they are listed.
    #[command(subcommand)]
    pub action: Option<AccountsAction>,
}

/// What can be done with accounts.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum AccountsAction {
    /// Make an account and print its sign-in link.
    Add {
        /// The e-mail address.
        email: String,
        /// The name people read.
        #[arg(long)]
        name: Option<String>,
        /// Its first role (`folkmoot roles` lists them); without one it can sign in and do nothing.
        #[arg(long)]
        role: Option<String>,
        /// Where that role holds.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Give an account a role.
    Grant {
        /// The account's e-mail address.
        email: String,
        /// The role (`folkmoot roles` lists them).
        role: String,
        /// Where it holds.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Take a role away from an account.
    Revoke {
        /// The account's e-mail address.
        email: String,
        /// The role.
        role: String,
        /// Where it holds.
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Remove an account: nobody signs in with it any more; what it did keeps its name.
    Remove {
        /// The account's e-mail address.
        email: String,
    },
    /// List the accounts.
    List,
    /// Print another sign-in link; it works once, for 24 hours.
    Link {
        /// The account's e-mail address.
        email: String,
    },
    /// Take the authenticator app, recovery codes and passkeys of an account away, for somebody who lost them.
    ResetFactors {
        /// The account's e-mail address.
        email: String,
    },
    /// Make an API token and print it; it is shown only once.
    Token {
        /// The account's e-mail address.
        email: String,
        /// What the token is for.
        #[arg(long, default_value = "command line")]
        name: String,
    },
}

/// What `tokens` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct TokensArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it they are listed.
    #[command(subcommand)]
    pub action: Option<TokensAction>,
}

/// What can be done with API tokens.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum TokensAction {
    /// Make a token and print it; it is shown only once. Of an account (--account) or of a service (--role).
    Add {
        /// What it is for.
        name: String,
        /// The e-mail address of the account that it belongs to; it may never do more than that.
        #[arg(long, value_name = "EMAIL", conflicts_with = "role", required_unless_present = "role")]
        account: Option<String>,
        /// A permission that it is to have (`folkmoot roles` lists them), once or more; without one, all of the account's.
        #[arg(long = "may", value_name = "PERMISSION", requires = "account")]
        may: Vec<String>,
        /// The role of a service's token, which belongs to the community.
        #[arg(long)]
        role: Option<String>,
        /// After how many days it ends; without it, never.
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// List the tokens of every account and service.
    List,
    /// Revoke a token: it works no more.
    Revoke {
        /// Its id, `tok_…` or `svc_…`.
        id: String,
    },
}

/// Where a role holds; without either, everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct PlaceArgs {
    /// Only in this source.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Only in this channel.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
}

/// What `audit` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct AuditArgs {
    /// From this day on (2026-03-01), in the community's zone.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Until this day.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Only about this record (acc_…, idn_…, imp_…).
    #[arg(long, value_name = "ID")]
    pub subject: Option<String>,
    /// Only with these words.
    #[arg(long, value_name = "WORDS")]
    pub text: Option<String>,
    /// How many at most, the newest ones.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub limit: u32,
    /// Print JSON, one entry a line.
    #[arg(long)]
    pub json: bool,
}

/// What `sources` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct SourcesArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it they are listed.
    #[command(subcommand)]
    pub action: Option<SourcesAction>,
}

/// What can be done with sources.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum SourcesAction {
    /// List the sources.
    List,
    /// Correct the zone of a source whose export carries none.
    Zone {
        /// The source's name.
        name: String,
        /// The zone (Europe/Berlin).
        zone: String,
    },
}

/// What `search` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct SearchArgs {
    /// Words, "phrases", begin*, -without, from:ana, in:general, source:slack, after:2026-03, before:2026-06,
    /// is:unanswered.
    #[arg(required_unless_present = "rebuild", allow_hyphen_values = true, value_name = "QUERY")]
    pub query: Option<String>,
    /// messages, members or channels.
    #[arg(long = "type", value_name = "TYPE", default_value = "messages")]
    pub kind: String,
    /// Throw the search index away and make it anew from the log; what is not indexed yet is not found meanwhile.
    #[arg(long, conflicts_with_all = ["query", "kind", "newest"])]
    pub rebuild: bool,
    /// Newest first instead of best first.
    #[arg(long)]
    pub newest: bool,
    /// How many at most.
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    /// Print JSON, as the API answers.
    #[arg(long)]
    pub json: bool,
}

impl Cli {
    /// Reads the command line; prints help or a mistake and ends the program where there is nothing to do.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Self {
        Self::parse_from(args).with_global_flags_of_metric()
    }

    /// `metric` hands every flag behind its id on; the program's own are taken out again.
    fn with_global_flags_of_metric(mut self) -> Self {
        if let Command::Metric(metric) = &mut self.command {
            for (flag, target) in [("--data", &mut self.data), ("--config", &mut self.config)] {
                if let Some(value) = take_flag(&mut metric.parameters, flag) {
                    *target = Some(value.into());
                }
            }
        }
        self
    }
}

/// Removes `--flag value` or `--flag=value`.
fn take_flag(parameters: &mut Vec<String>, flag: &str) -> Option<String> {
    if let Some(at) = parameters.iter().position(|p| p == flag) {
        parameters.remove(at);
        return (at < parameters.len()).then(|| parameters.remove(at));
    }
    let prefix = format!("{flag}=");
    let at = parameters.iter().position(|p| p.starts_with(&prefix))?;
    Some(parameters.remove(at)[prefix.len()..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn read(line: &str) -> Cli {
        Cli::read(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_definition_is_sound_and_documented() {
        Cli::command().debug_assert();
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
        }
    }

    #[test]
    fn a_metric_takes_any_option_and_leaves_the_programs_own() {
        let cli = read(
            "folkmoot metric rolling_active_members --window 7 --data d --from=2024-01-01 --json --config=c",
        );
        assert_eq!((cli.data, cli.config), (Some("d".into()), Some("c".into())));
        let Command::Metric(metric) = cli.command else { panic!("a metric") };
        assert_eq!(metric.parameters, ["--window", "7", "--from=2024-01-01", "--json"]);
    }

    #[test]
    fn a_command_survives_the_way_to_the_server() {
        for line in [
            "folkmoot import slack a.zip b --bot x --bot y --private --json",
            "folkmoot imports undo imp_1",
            "folkmoot settings set name Lathe",
            "folkmoot members staff --add @example.org",
            "folkmoot accounts add bo@example.org --role moderator --channel help",
            "folkmoot sso add Main --issuer https://id.example --client-id x --group a=manager --json",
            "folkmoot audit --since 2026-03-01 --json",
            "folkmoot check --json",
            "folkmoot backup /backups --json",
            "folkmoot metrics",
        ] {
            let command = read(line).command;
            let text = serde_json::to_string(&command).expect("JSON");
            assert_eq!(serde_json::from_str::<Command>(&text).expect("the same"), command, "{text}");
        }
    }
}
