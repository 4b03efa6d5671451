//! Backups: the whole store in one file, on either database, restored into either.
//!
//! [`take`] writes one consistent reading of the store into a file and reads the file back; [`restore`] fills an
//! empty database from one, and [`copy`] from another database, each verifying every table by its number of rows and
//! its checksum. [`keep`] says which backups of a folder are kept, [`schedule`] when one is due and which node takes
//! it. Why the format is our own: decision 0010.
//!
//! ```text
//! zstd stream:  "folkmoot-backup 1\n"
//!               block 'H'   header: version, migrations, tables with their columns
//!               block 'R'*  rows of one table after the other, some 256 KiB each
//!               block 'F'   footer: rows and checksum of each table
//! block:        kind (1 byte), table (u16), rows (u32), length (u32), hash (u64 of all of that and the body), body
//! ```

mod file;
mod fill;
pub mod keep;
pub mod schedule;
mod tables;
mod take;
mod wire;

pub use fill::{Copied, Restored, copy, inspect, refuse_broken_off, restore};
pub use take::{NAME_END, Taken, take, verify};
pub use wire::{Header, TableHead, TableSum};

use store::Migration;

/// The schema of what is remembered about scheduled backups.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "backup",
    number: 1,
    name: "backups",
    sql: include_str!("../migrations/0001_backups.sql"),
}];

/// What there is to back up, as the registry knows it.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Every migration, in the order in which they are applied.
    pub migrations: Vec<Migration>,
    /// Every table, so that one that refers to another comes after it; whether backups leave it out.
    pub tables: Vec<(&'static str, bool)>,
    /// What proves that a store agrees with itself; a difference is not an error but part of the report.
    pub check: fn(&store::Db) -> base::Result<community::Report>,
}

impl Schema {
    /// The tables of a backup; with those that backups leave out when `all`.
    fn tables(&self, all: bool) -> Vec<&'static str> {
        self.tables.iter().filter(|t| all || !t.1).map(|t| t.0).collect()
    }

    /// The tables that backups leave out.
    fn left_out(&self) -> Vec<String> {
        self.tables.iter().filter(|t| t.1).map(|t| t.0.to_owned()).collect()
    }
}

/// How far it is: what is being done, rows done, rows in all.
pub type Progress<'a> = dyn FnMut(&str, u64, u64) -> base::Result<()> + 'a;
