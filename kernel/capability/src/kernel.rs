//! The manifests of the kernel's own parts: they own tables and permissions like any capability.

use crate::{Manifest, Table};

/// Accounts, the heart, and what the desk's pages share. First in every list, as everything else refers to their tables.
pub fn kernel_manifests() -> Vec<Manifest> {
    vec![access_manifest(), community_manifest(), crate::desk::desk_manifest()]
}

fn access_manifest() -> Manifest {
    const KEYS: &str = "when each was made and last used; never the secret";
    const GONE: &str = "removed with the account";
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
            Table::personal("sign_in_links", &["account_id"], KEYS, GONE),
            Table::personal("sessions", &["account_id"], KEYS, GONE),
            Table::personal("api_tokens", &["account_id"], KEYS, GONE),
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
            Table::impersonal("search_backlog"),
            Table::impersonal("search_changes"),
            Table::impersonal("conversation_marks"),
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
