//! The command `mail`.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

/// What `mail` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct MailArgs {
    /// What to do; says how mail is set up when there is nothing.
    #[command(subcommand)]
    pub action: Option<MailAction>,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What can be done with mail.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum MailAction {
    /// Send a mail at once and print what the server answers; ends with 1 when the server does not take it.
    Test {
        /// The address to send it to.
        #[arg(long, value_name = "EMAIL")]
        to: String,
    },
}
