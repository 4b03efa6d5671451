//! The manifests of the kernel's own parts: they own tables and permissions like any capability.

use crate::{Erase, EventKind, Found, Manifest, Sealed, Table};
use serde_json::json;

/// Accounts, the heart, and what the desk's pages share. First in every list, as everything else refers to their tables.
pub fn kernel_manifests() -> Vec<Manifest> {
    vec![
        jobs_manifest(),
        crate::mail::mail_manifest(),
        access_manifest(),
        community_manifest(),
        crate::desk::desk_manifest(),
        backup_manifest(),
        crate::api::api_manifest(),
    ]
}

fn jobs_manifest() -> Manifest {
    Manifest {
        id: "jobs",
        title: "Background work",
        migrations: jobs::MIGRATIONS,
        // Payloads name records by their ids; leases and old errors are of no use after a restore, but what was not
        // done yet is to be done.
        tables: vec![
            Table::impersonal("jobs"),
            Table::impersonal("job_kinds"),
            Table::impersonal("outbox"),
            // Which programs run now is of no use in a copy.
            Table::impersonal("nodes").left_out_of_backups(),
            Table::impersonal("leases").left_out_of_backups(),
        ],
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
        permissions: vec![access::CHANGE_PASSWORD, access::KEEP_SIGN_IN],
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
            Table::personal(
                "service_tokens",
                &["made_by_account", "revoked_by_account"],
                "which service tokens an account made and revoked",
                STAFF,
            ),
            Table::personal("email_changes", &["account_id", "email"], "which address was asked for", GONE)
                .left_out_of_backups(),
            Table::personal("roles", &["made_by_account"], "which roles an account made", STAFF),
            Table::personal("role_changes", &["changed_by_account"], "which roles an account changed", STAFF),
            Table::personal(
                "grants",
                &["account_id", "granted_by_account", "ended_by_account"],
                "which roles an account has and had, and which it gave",
                STAFF,
            ),
            Table::personal(
                "sso_providers",
                &["made_by_account"],
                "which providers an account made",
                "kept, as it says who let whom in",
            ),
            Table::impersonal("sso_group_roles"),
            Table::personal(
                "sso_logins",
                &["account_id", "email"],
                "with which accounts elsewhere one signs in, since when and when last",
                GONE,
            ),
            Table::personal("totp_secrets", &["account_id"], KEYS, GONE),
            Table::personal("recovery_codes", &["account_id"], KEYS, GONE),
            Table::personal(
                "passkeys",
                &["account_id"],
                "their names, and when each was made and used",
                GONE,
            ),
            Table::personal(
                "audit_entries",
                &["account_id"],
                "what the account did, and what was done to the member's file",
                "kept: it names records, not people",
            )
            .reached(Found::Where("subject IN ({ids})"), Erase::Keep)
            .purpose("To show later who did what and who read whose file"),
            Table::personal(
                "audit_details",
                &["who", "address", "title", "before_value", "after_value"],
                "the words and values of those entries",
                "removed; the chain holds without them",
            )
            .reached(
                // Who erased somebody, and when, has to be shown afterwards.
                Found::Where(
                    "entry_id IN (SELECT e.entry_id FROM audit_entries e WHERE e.subject IN ({ids})
                       AND e.action NOT LIKE 'privacy.%')",
                ),
                Erase::Rows,
            )
            .purpose("To show later who did what and who read whose file"),
        ],
        sealed: vec![
            Sealed { table: "sso_providers", column: "client_secret", id: "public_id" },
            Sealed { table: "totp_secrets", column: "secret", id: "public_id" },
        ],
        ..Manifest::default()
    }
}

/// What community figures are held for.
const FIGURES: &str = "To answer quickly how many people did what and when";
/// What an erasure does to what figures stand on.
const HASHED: &str = "kept under the identity's number, whose row becomes a keyed hash";
/// What it does to texts.
const TEXT: &str = "removed with the identity's text";

/// A table that counts what the log says.
const fn derived(name: &'static str, columns: &'static [&'static str]) -> Table {
    Table::personal(name, columns, "nothing beyond the activities they count", HASHED)
        .reached(Found::Nowhere, Erase::Keep)
        .purpose(FIGURES)
}

fn community_manifest() -> Manifest {
    const ACTIVITIES: &str = "every activity of the member's identities";
    const KNOW: &str = "To know what happens in the community and who takes part";
    Manifest {
        id: "community",
        title: "Community",
        events: kernel_events(),
        gauges: crate::meter::COMMUNITY,
        sealed: vec![Sealed { table: "erasure_keys", column: "sealed_key", id: "public_id" }],
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
            )
            .reached(Found::ByColumns, Erase::Log)
            .purpose(KNOW),
            Table::personal(
                "identity_links",
                &["left_identity", "right_identity"],
                "which identities were linked, when and why",
                "the reasons are removed",
            )
            .reached(Found::ByColumns, Erase::Blank(&["reason", "unlinked_reason"]))
            .purpose(KNOW),
            Table::personal("activities", &["identity"], ACTIVITIES, HASHED)
                .reached(Found::Log, Erase::Log)
                .purpose(KNOW),
            Table::personal("messages", &["seq"], "the text of every message of the member", TEXT)
                .reached(Found::Log, Erase::Log)
                .purpose(KNOW),
            Table::personal("revisions", &["seq"], "nothing beyond newer texts of the same messages", TEXT)
                .reached(Found::Nowhere, Erase::Log)
                .purpose("To bring back what an import replaced when that import is taken back"),
            Table::personal("conversations", &["opener"], "titles of conversations that they opened", HASHED)
                .reached(Found::Nowhere, Erase::Log)
                .purpose(KNOW),
            Table::personal(
                "conversation_blocks",
                &["body"],
                "nothing beyond the conversations in them",
                HASHED,
            )
            .reached(Found::Nowhere, Erase::Keep)
            .purpose(FIGURES),
            // The index is made anew after a restore.
            Table::personal(
                "search_index",
                &["words"],
                "nothing beyond the words of the member's messages",
                "taken out with each message's text",
            )
            .reached(Found::Nowhere, Erase::Log)
            .purpose("To find what was said")
            .left_out_of_backups(),
            Table::impersonal("search_backlog").left_out_of_backups(),
            Table::impersonal("search_changes").left_out_of_backups(),
            Table::personal(
                "conversation_marks",
                &["reason"],
                "how the team marked conversations that they opened, and why",
                "the reasons are removed",
            )
            .reached(
                Found::Where(
                    "EXISTS (SELECT 1 FROM conversations o WHERE o.place = conversation_marks.place
                       AND o.ordering = conversation_marks.ordering AND o.key_hash = conversation_marks.key_hash
                       AND o.opener IN ({identities}))",
                ),
                Erase::Blank(&["reason"]),
            )
            .purpose("To answer what waits for an answer"),
            Table::personal(
                "contacts",
                &["identity"],
                "when the team wrote to the member, why, and the text",
                "removed",
            )
            .purpose("So that nobody is written to twice, and to see who came back"),
            derived("member_activities", &["identity"]),
            derived("cells", &["people"]),
            derived("cell_parts", &["unions"]),
            derived("deltas", &["identity"]),
            Table::impersonal("erasure_keys"),
            Table::personal(
                "erased_names",
                &["name_hash"],
                "nothing: only keyed hashes of names of people who were erased",
                "kept, as it is what an erasure leaves",
            )
            .reached(Found::Nowhere, Erase::Keep)
            .purpose("To take mentions of erased people out of texts that are sent again"),
            Table::personal(
                "imports",
                &["started_by"],
                "which imports an account began",
                "kept, as it names staff",
            )
            .reached(Found::Nowhere, Erase::Keep),
            Table::personal(
                "import_skips",
                &["excerpt"],
                "lines that name the member",
                "what they say is removed",
            )
            .reached(Found::Named(&["excerpt"]), Erase::Blank(&["excerpt"]))
            .purpose("To mend an export that could not be read as a whole"),
        ],
        ..Manifest::default()
    }
}
