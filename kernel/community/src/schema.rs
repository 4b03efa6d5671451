//! The tables of the heart.

use store::Migration;

/// Every step of the schema, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        owner: "community",
        number: 1,
        name: "log, identities, channels, conversations, roll-ups",
        sql: include_str!("schema/0001_heart.sql"),
    },
    Migration {
        owner: "community",
        number: 2,
        name: "questions, marks on conversations, contacts",
        sql: include_str!("schema/0002_desk.sql"),
    },
    Migration { owner: "community", number: 3, name: "search", sql: include_str!("schema/0003_search.sql") },
    Migration {
        owner: "community",
        number: 4,
        name: "blocks of conversations",
        sql: include_str!("schema/0004_blocks.sql"),
    },
    Migration {
        owner: "community",
        number: 5,
        name: "the index of words can be checked",
        sql: include_str!("schema/0005_search_check.sql"),
    },
    Migration {
        owner: "community",
        number: 6,
        name: "dropped texts, erased identities",
        sql: include_str!("schema/0006_erasure.sql"),
    },
];
