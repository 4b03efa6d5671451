//! What the palette finds of conversations.

use base::Result;
use capability::{App, PaletteEntry, Principal};

/// The pages of this area; words in messages are found by Search.
pub(crate) fn find(_: &App, _: &Principal, asked: &str, _: usize) -> Result<Vec<PaletteEntry>> {
    Ok(capability::palette::fixed(
        asked,
        &[
            ("Pages", "Conversations", "/desk/conversations", "messages-square"),
            (
                "Pages",
                "Unanswered questions, longest waiting first",
                "/desk/conversations?state=unanswered&questions=1&sort=waiting",
                "messages-square",
            ),
            ("Pages", "Conversations assigned to me", "/desk/conversations?assigned=me", "messages-square"),
            ("Pages", "Answer targets", "/desk/settings/answers", "settings"),
        ],
    ))
}
