//! What `backup`, `restore` and `move` take.

use clap::Args;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What `backup` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct BackupArgs {
    /// The file to write, or a folder, in which it is named after the time. A file that is there is never replaced.
    #[arg(value_name = "FILE|DIR")]
    pub place: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What `restore` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct RestoreArgs {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The PostgreSQL database to fill, which must be empty [default: the database of the settings]. The variable
    /// FOLKMOOT_DATABASE_URL keeps its password out of the list of processes.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Read the backup from its first byte to its last and say what is in it, without storing anything.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What `move` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct MoveArgs {
    /// Where to: an empty PostgreSQL database (postgres://…), or a folder for a SQLite file. The variable
    /// FOLKMOOT_MOVE_TO keeps a password out of the list of processes.
    #[arg(long, value_name = "URL|DIR", env = "FOLKMOOT_MOVE_TO", hide_env_values = true)]
    pub to: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
