//! Linking another identity to a member: look for it, say why.

use super::{href, line_field};
use crate::members::Line;
use ui::{Button, Look, Markup, card, esc};

/// What says that this member is the one of the page.
fn evidence(speaks: &[(u32, String)], member: u32) -> &str {
    let nothing = "nothing says that they are one person; a name alone is no evidence";
    speaks.iter().find(|s| s.0 == member).map_or(nothing, |s| s.1.as_str())
}

/// The body of the page: a search, and what it found as a choice.
pub(crate) fn body(
    line: &Line,
    asked: &str,
    (found, speaks): (&[Line], &[(u32, String)]),
    places: &super::Places,
    csrf: &str,
) -> Markup {
    let own = href(line.public_id());
    let search = format!(
        "<form class=\"row wrap end pad\" role=\"search\" method=\"get\" action=\"{own}/link\">{}{}</form>",
        line_field(
            "q",
            "q",
            "Name, handle, e-mail or id of the other account",
            asked,
            " type=\"search\" data-search-box"
        ),
        Button { label: "Search", icon: "search", ..Default::default() }.markup()
    );
    let results = if asked.is_empty() {
        String::new()
    } else if found.is_empty() {
        let text = "Look with a part of the name, the handle, the e-mail address or the source's own id.";
        ui::empty("users", "Nobody else fits", text, &Markup::empty()).into_string()
    } else {
        let rows: String = found
            .iter()
            .flat_map(|l| l.identities.iter().map(move |i| (l.glance.member, i)))
            .map(|(member, i)| {
                let mut about = vec![i.source.clone()];
                about.extend(i.handle.as_ref().map(|h| format!("@{}", h.trim_start_matches('@'))));
                about.extend(i.email.clone());
                format!(
                    "<li><label class=\"check\"><input class=\"box\" type=\"radio\" name=\"right\" value=\"{}\" required><span>{} <b class=\"strong\">{}</b> <span class=\"sub\">{} · {}</span></span></label></li>",
                    esc(&i.public_id),
                    places.badge_of(&i.source),
                    esc(i.title()),
                    esc(&about.join(" · ")),
                    esc(evidence(speaks, member))
                )
            })
            .collect();
        format!(
            "<form class=\"stack pad\" method=\"post\" action=\"/desk/members/links\">{}{}{}<fieldset class=\"stack\"><legend class=\"strong\">Which account is also {}</legend><ul class=\"plain-list\">{rows}</ul></fieldset>{}<div>{}</div></form>",
            ui::hidden("csrf", csrf),
            ui::hidden("back", &own),
            ui::hidden("left", line.public_id()),
            esc(line.title()),
            line_field("reason", "reason", "Why they are one person", "", " maxlength=\"500\""),
            Button {
                label: "Link",
                look: Look::Primary,
                attributes: &[("data-busy", "")],
                ..Default::default()
            }
            .markup()
        )
    };
    let back = ui::link_button("Back to the member", &own, Look::Plain);
    Markup::join([
        &ui::page_head(
            &format!("Link another account to {}", line.title()),
            "A link changes no figure that was stored and can be taken back at any time.",
            &back,
        ),
        &card("", "", &Markup::empty(), &Markup::raw(search + &results), &Markup::empty()),
    ])
}
