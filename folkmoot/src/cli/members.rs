//! What `members` takes.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What `members` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct MembersArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub action: MembersAction,
}

/// What can be done with members.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum MembersAction {
    /// Say that two identities are one person. An identity is SOURCE:ID, SOURCE:HANDLE or its id (idn_…).
    Link {
        /// The one.
        one: String,
        /// The other.
        other: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Take a link back.
    Unlink {
        /// The link's id (lnk_…).
        link: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// List the links, those taken back included.
    Links,
    /// Write everything that is held about a member into one file: data for programs, a page for people.
    Export {
        /// The member: SOURCE:ID, SOURCE:HANDLE or an id (idn_…).
        member: String,
        /// The file to be made (a zip); one that is there is not written over.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show or change who is staff: e-mail addresses, @domains, handles or names.
    Staff {
        /// Add an entry; may be given several times.
        #[arg(long, value_name = "ENTRY")]
        add: Vec<String>,
        /// Remove an entry; may be given several times.
        #[arg(long, value_name = "ENTRY")]
        remove: Vec<String>,
    },
}
