//! Which chapter of the guide is about a page: the one place that says so.

use crate::Registry;

/// The beginning of an address and its chapter; the longest beginning that fits is taken.
const CHAPTERS: &[(&str, &str)] = &[
    ("/desk/today", "start-the-day"),
    ("/desk/health", "read-health"),
    ("/desk/members", "know-your-members"),
    ("/desk/members/suggestions", "are-these-two-the-same-person"),
    ("/desk/contacts", "who-stopped-talking"),
    ("/desk/channels", "find-the-slow-channel"),
    ("/desk/conversations", "answer-what-waits"),
    ("/desk/search", "find-what-was-said"),
    ("/desk/sources", "bring-a-history-in"),
    ("/desk/settings", "set-the-community-up"),
    ("/desk/settings/account", "look-after-your-account"),
    ("/desk/settings/accounts", "who-may-do-what"),
    ("/desk/settings/roles", "who-may-do-what"),
    ("/desk/settings/audit", "read-the-audit-log"),
    ("/desk/settings/answers", "answer-what-waits"),
    ("/desk/settings/webhooks", "send-events-out"),
    ("/desk/palette", "move-by-keys"),
    ("/desk/notices", "move-by-keys"),
];

/// The address of the chapter about the page at `path`; the guide's first page where there is none, nothing
/// where the binary has no guide. The page of a metric leads to that metric's own.
pub(crate) fn address(registry: &Registry, path: &str) -> String {
    let chapters = || registry.manifests().iter().flat_map(|m| &m.docs);
    if chapters().next().is_none() {
        return String::new();
    }
    let inside = |begin: &str| path.strip_prefix(begin).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    let found = CHAPTERS
        .iter()
        .filter(|(begin, slug)| inside(begin) && chapters().any(|c| c.slug == *slug))
        .max_by_key(|(begin, _)| begin.len());
    found.map_or_else(|| "/desk/help".to_owned(), |(_, slug)| format!("/desk/help/{slug}"))
}
