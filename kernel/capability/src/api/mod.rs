//! What every call of the API shares: how it is described ([`Operation`], [`Shape`]), the OpenAPI document and the pages
//! made from that, how much may be asked, repetitions that are carried out once, answers that are known already, and
//! which other sites may ask from a browser.

mod answers;
mod calls;
mod check;
mod cors;
mod describe;
mod examples;
mod idempotency;
mod openapi;
mod page;
mod paging;
mod rates;

pub use answers::{Answer, created, ok};
pub(crate) use calls::call;
pub use check::{check, fits};
pub(crate) use cors::cors;
pub use describe::{Body, CURSOR, Field, LIMIT, Operation, Shape, schema};
pub use examples::Examples;
pub use openapi::{Described, document, operations, schemas};
pub(crate) use openapi::{Index, broken_rules, broken_together};
pub use paging::Paging;
pub use rates::Rates;

use crate::{Doc, Manifest, Routes, Sealed, Table};
use access::{Permission, Roles};
use std::sync::Arc;
use store::Migration;

/// May read how the API is asked.
pub const READ_API: Permission =
    Permission::new("api.read_description", "Read how the API is asked", Roles::EVERYBODY).by_place();

/// The schema of what calls share.
pub const API_MIGRATIONS: &[Migration] = &[Migration {
    owner: "api",
    number: 1,
    name: "answers to calls with an idempotency key",
    sql: include_str!("../../migrations/api_0001_answers.sql"),
}];

/// How the API is to be asked in this installation. Clones share what is left of the rates.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// How much each caller may ask.
    pub rates: Rates,
    /// Sites whose pages may ask from a browser (CORS): `https://tools.example.org`, or `*` for every one.
    pub origins: Arc<[String]>,
    /// What the pages and the document show as examples.
    pub examples: Arc<Examples>,
}

pub(crate) fn api_manifest() -> Manifest {
    Manifest {
        id: "api",
        title: "API",
        routes: vec![Routes::new(READ_API, page::routes)],
        api: vec![Routes::api(READ_API, page::document_route, page::OPERATIONS)],
        permissions: vec![READ_API],
        migrations: API_MIGRATIONS,
        tables: vec![
            Table::personal(
                "api_answers",
                &["answer"],
                "nothing beyond what the answers were made of",
                "gone by itself within a day",
            )
            .reached(crate::Found::Nowhere, crate::Erase::Keep)
            .left_out_of_backups(),
        ],
        docs: vec![Doc {
            slug: "ask-the-api",
            title: "Let a program ask and act",
            text: include_str!("../../../../docs/guide/ask-the-api.md"),
        }],
        sealed: vec![Sealed { table: "api_answers", column: "answer", id: "public_id" }],
        ..Manifest::default()
    }
}
