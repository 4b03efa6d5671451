//! The command `jobs`.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

/// What `jobs` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct JobsArgs {
    /// What to do; lists when there is nothing.
    #[command(subcommand)]
    pub action: Option<JobsAction>,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What can be done with a job.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum JobsAction {
    /// Try a job again at once, from its first attempt.
    Retry {
        /// The job's number.
        #[arg(value_name = "ID")]
        id: i64,
    },
}
