//! The manifests of the kernel's own parts: they own tables and permissions like any capability.

use crate::{EventKind, Manifest, Table};
use serde_json::json;

/// Accounts, the heart, and what the desk's pages share. First in every list, as everything else refers to their tables.
pub fn kernel_manifests() -> Vec<Manifest> {
    vec![
        jobs_manifest(),
        access_manifest(),
        community_manifest(),
        crate::desk::desk_manifest(),
        backup_manifest(),
    ]
}

fn jobs_manifest() -> Manifest {
    Manifest {
        id: "jobs",
        title: "Background work",
        migrations: jobs::MIGRATIONS,
        // Payloads name records by their ids; leases and old errors are of no use after a restore, but what was not
        // done yet is to be done.
        tables: vec![Table::impersonal("jobs"), Table::impersonal("job_kinds"), Table::impersonal("outbox")],
        ..Manifest::default()
    }
}

/// What happens in the kernel's own parts.
fn kernel_events() -> Vec<EventKind> {
    let event = |id, meaning, sample| EventKind { id, meaning, sample };
    vec![
        event(
            "import.finished",
            "An import came to its end",
            || json!({ "import": "imp_01j8zq7x4mftz8w2v3k5n6p7qr", "activities": 18_204 }),
        ),
        event(
            "import.failed",
            "An import broke off and waits to be resumed",
            || json!({ "import": "imp_01j8zq7x4mftz8w2v3k5n6p7qr", "activities": 5_100 }),
        ),
        event("member.linked", "Two identities were said to be one person", || {
            let identities = ["idn_01j8zq7x4mftz8w2v3k5n6p7qr", "idn_01j8zq7x4nft18w2v3k5n6p7qs"];
            json!({ "link": "lnk_01j8zq7x4mftz8w2v3k5n6p7qr", "identities": identities })
        }),
        event(
            "member.unlinked",
            "A link between two identities was taken back",
            || json!({ "link": "lnk_01j8zq7x4mftz8w2v3k5n6p7qr" }),
        ),
    ]
}

fn backup_manifest() -> Manifest {
    Manifest {
        id: "backup",
        title: "Backups",
        migrations: backup::MIGRATIONS,
        tables: vec![Table::impersonal("backups").left_out_of_backups()],
        gauges: crate::meter::BACKUP,
        ..Manifest::default()
    }
}

fn access_manifest() -> Manifest {
    const KEYS: &str = "when each was made and last used; never the secret";
    const GONE: &str = "removed with the account";
    const STAFF: &str = "kept, as it says who was allowed what";
    Manifest {
        id: "access",
        title: "Sign-in",
        permissions: vec![access::CHANGE_PASSWORD],
        migrations: access::MIGRATIONS,
        tables: vec![
            Table::personal(
                "accounts",
                &["account_id", "email"],
                "e-mail address, name, and when it was made",
                "removed; an account is no member, so erasing a member leaves it",
            ),
            Table::personal("sign_in_links", &["account_id"], KEYS, GONE).left_out_of_backups(),
            Table::personal("sessions", &["account_id"], KEYS, GONE).left_out_of_backups(),
            Table::personal("api_tokens", &["account_id"], KEYS, GONE),
            Table::personal("roles", &["made_by_account"], "which roles an account made", STAFF),
            Table::personal("role_changes", &["changed_by_account"], "which roles an account changed", STAFF),
            Table::personal(
                "grants",
                &["account_id", "granted_by_account", "ended_by_account"],
                "which roles an account has and had, and which it gave",
                STAFF,
            ),
            Table::personal(
                "audit_entries",
                &["account_id"],
                "what the account did, and what was done to the member's file",
                "kept: it names records, not people",
            ),
            Table::personal(
                "audit_details",
                &["who", "address", "title", "before_value", "after_value"],
                "the words and values of those entries",
                "removed; the chain holds without them",
            ),
        ],
        ..Manifest::default()
    }
}

fn community_manifest() -> Manifest {
    const ACTIVITIES: &str = "every activity of the member's identities";
    const HASHED: &str = "kept under the identity's number, whose row becomes a keyed hash";
    const TEXT: &str = "removed with the identity's text";
    Manifest {
        id: "community",
        title: "Community",
        events: kernel_events(),
        gauges: crate::meter::COMMUNITY,
        migrations: community::MIGRATIONS,
        tables: vec![
            Table::impersonal("counters"),
            Table::impersonal("settings"),
            Table::impersonal("sources"),
            Table::impersonal("channels"),
            Table::personal(
                "identities",
                &["identity", "email"],
                "the whole row",
                "replaced by a keyed hash",
            ),
            Table::personal(
                "identity_links",
                &["left_identity", "right_identity"],
                "which identities were linked, when and why",
                "the reasons are removed",
            ),
            Table::personal("activities", &["identity"], ACTIVITIES, HASHED),
            Table::personal("messages", &["seq"], "the text of every message of the member", TEXT),
            Table::personal("revisions", &["seq"], "earlier texts of the member's messages", TEXT),
            Table::personal("conversations", &["opener"], "titles of conversations that they opened", HASHED),
            Table::personal(
                "conversation_blocks",
                &["body"],
                "nothing beyond the conversations in them",
                HASHED,
            ),
            // The index is made anew after a restore.
            Table::personal(
                "search_index",
                &["words"],
                "nothing beyond the words of the member's messages",
                "taken out with each message's text, and the author's mark with the author",
            )
            .left_out_of_backups(),
            Table::impersonal("search_backlog").left_out_of_backups(),
            Table::impersonal("search_changes").left_out_of_backups(),
            Table::personal(
                "conversation_marks",
                &["reason"],
                "how the team marked conversations that they opened, and why",
                "the reasons are removed",
            ),
            Table::personal(
                "contacts",
                &["identity"],
                "when the team wrote to the member, why, and the text",
                "removed",
            ),
            Table::personal("member_activities", &["identity"], ACTIVITIES, HASHED),
            Table::personal("cells", &["people"], "nothing beyond the activities they count", HASHED),
            Table::personal("cell_parts", &["unions"], "nothing beyond the activities they count", HASHED),
            Table::personal("deltas", &["identity"], "nothing beyond the activities they count", HASHED),
            Table::personal(
                "imports",
                &["started_by"],
                "which imports an account began",
                "kept, as it names staff",
            ),
            Table::personal(
                "import_skips",
                &["excerpt"],
                "lines that name the member",
                "removed with the import",
            ),
        ],
        ..Manifest::default()
    }
}
