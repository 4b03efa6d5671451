//! The tables of the heart.

use store::Migration;

/// Every step of the schema, in order.
pub const MIGRATIONS: &[Migration] = &[Migration {
    owner: "community",
    number: 1,
    name: "log, identities, channels, conversations, roll-ups",
    sql: include_str!("schema/0001_heart.sql"),
}];
