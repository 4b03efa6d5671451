//! The chapters of the guide that no capability has, and the order in which all of them are listed.

use capability::Doc;

const fn doc(slug: &'static str, title: &'static str, text: &'static str) -> Doc {
    Doc { slug, title, text }
}

/// The chapters that belong to no capability, and the reference. One line each.
pub(crate) const OWN: &[Doc] = &[
    doc("start-the-day", "Start the day", include_str!("../../../docs/guide/start-the-day.md")),
    doc("answer-what-waits", "Answer what waits", include_str!("../../../docs/guide/answer-what-waits.md")),
    doc(
        "find-what-was-said",
        "Find what was said",
        include_str!("../../../docs/guide/find-what-was-said.md"),
    ),
    doc("move-by-keys", "Move by keys", include_str!("../../../docs/guide/move-by-keys.md")),
    doc("read-health", "Read Health", include_str!("../../../docs/guide/read-health.md")),
    doc(
        "find-out-why-answers-got-slower",
        "Find out why answers got slower",
        include_str!("../../../docs/guide/find-out-why-answers-got-slower.md"),
    ),
    doc(
        "find-the-slow-channel",
        "Find the slow channel",
        include_str!("../../../docs/guide/find-the-slow-channel.md"),
    ),
    doc(
        "two-accounts-one-person",
        "Two accounts, one person",
        include_str!("../../../docs/guide/two-accounts-one-person.md"),
    ),
    doc(
        "bring-a-history-in",
        "Bring a history in",
        include_str!("../../../docs/guide/bring-a-history-in.md"),
    ),
    doc("watch-a-folder", "Watch a folder", include_str!("../../../docs/guide/watch-a-folder.md")),
    doc("correct-a-zone", "Correct a zone", include_str!("../../../docs/guide/correct-a-zone.md")),
    doc(
        "take-an-import-back",
        "Take an import back",
        include_str!("../../../docs/guide/take-an-import-back.md"),
    ),
    doc(
        "set-the-community-up",
        "Set the community up",
        include_str!("../../../docs/guide/set-the-community-up.md"),
    ),
    doc(
        "look-after-your-account",
        "Look after your account",
        include_str!("../../../docs/guide/look-after-your-account.md"),
    ),
    doc("run-it", "Run it", include_str!("../../../docs/guide/run-it.md")),
    doc(
        "back-up-and-restore",
        "Back up and restore",
        include_str!("../../../docs/guide/back-up-and-restore.md"),
    ),
    doc(
        "run-on-postgresql",
        "Run it on PostgreSQL",
        include_str!("../../../docs/guide/run-on-postgresql.md"),
    ),
    doc("commands", "Commands", include_str!("../../../docs/reference/commands.md")),
    doc("settings", "Settings", include_str!("../../../docs/reference/settings.md")),
    doc("kinds", "Kinds of activity", include_str!("../../../docs/reference/kinds.md")),
];

/// The headings of the guide's first page, and the chapters under each. A chapter that is in none stands under
/// "More".
pub(crate) const PARTS: &[(&str, &[&str])] = &[
    (
        "Every day",
        &[
            "start-the-day",
            "answer-what-waits",
            "which-question-waits-longest",
            "what-counts-as-a-question",
            "greet-newcomers",
            "who-stopped-talking",
            "find-what-was-said",
            "move-by-keys",
        ],
    ),
    (
        "Know your community",
        &[
            "read-health",
            "find-out-why-answers-got-slower",
            "find-the-slow-channel",
            "know-your-members",
            "are-these-two-the-same-person",
            "two-accounts-one-person",
        ],
    ),
    (
        "Bring the history in",
        &["bring-a-history-in", "watch-a-folder", "correct-a-zone", "take-an-import-back"],
    ),
    (
        "Run it",
        &[
            "set-the-community-up",
            "look-after-your-account",
            "protect-your-account",
            "get-today-by-mail",
            "set-mail-up",
            "who-may-do-what",
            "sign-in-with-your-provider",
            "read-the-audit-log",
            "give-out-and-forget",
            "how-long-texts-are-kept",
            "keep-consents",
            "send-events-out",
            "ask-the-api",
            "run-it",
            "back-up-and-restore",
            "run-on-postgresql",
        ],
    ),
    ("Reference", &["commands", "settings", "kinds"]),
];

/// Where a chapter stands among all of them.
pub(crate) fn place(slug: &str) -> usize {
    let mut all = PARTS.iter().flat_map(|(_, slugs)| *slugs);
    all.position(|s| *s == slug).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_those_of_the_files_and_no_file_is_forgotten() {
        for doc in OWN {
            assert_eq!(ui::markdown::title(doc.text), doc.title, "{}", doc.slug);
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide");
        for file in std::fs::read_dir(folder).expect("the guide").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let slug = name.trim_end_matches(".md");
            assert!(slug == "README" || place(slug) < usize::MAX, "{name} is in no part");
        }
    }

    #[test]
    fn links_between_chapters_lead_somewhere() {
        for doc in OWN {
            for link in doc.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
                let path = link.0.split('#').next().unwrap_or_default();
                if let Some(slug) = path.strip_suffix(".md").filter(|s| !s.contains('/')) {
                    assert!(place(slug) < usize::MAX, "{} leads to {path}", doc.slug);
                }
            }
        }
    }
}
