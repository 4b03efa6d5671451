//! Acting where we cannot send: the text to copy, the way to the place, and "sent" as a contact.

use base::Micros;
use ui::{Markup, esc};

/// What the panel is made of.
#[derive(Clone, Debug, Default)]
pub struct ContactPanel<'a> {
    /// Tells the panels of one page apart; letters, digits and `-`.
    pub id: &'a str,
    /// What opens it: "Answer", "Greet", "Write".
    pub label: &'a str,
    /// The public id of the identity that is written to, `idn_…`.
    pub identity: &'a str,
    /// The number of the conversation it is about, if it is about one.
    pub conversation: Option<i64>,
    /// Why, in a few words, as the contact keeps it.
    pub why: &'a str,
    /// The prepared text.
    pub text: &'a str,
    /// Where the message is, at its source; `None` where none can be built.
    pub permalink: Option<&'a str>,
    /// The source's name, for "Open in …".
    pub source: &'a str,
    /// Who of the team wrote in the last 14 days, and when, as people read it ("Ruth, 3 days ago").
    pub warning: Option<&'a str>,
    /// Where the form comes back to.
    pub back: &'a str,
    /// The token of forms.
    pub csrf: &'a str,
    /// Why whoever looks may not record a contact; empty when they may.
    pub off_because: &'a str,
}

/// A disclosure with the prepared text, a button that copies it, the way to the place, and "I have sent it",
/// which posts to `/desk/contacts`.
pub fn contact_panel(p: &ContactPanel<'_>) -> Markup {
    if !p.off_because.is_empty() {
        let off =
            ui::Button { label: p.label, small: true, off_because: p.off_because, ..Default::default() };
        return off.markup();
    }
    let place = match p.permalink {
        Some(link) => format!(
            "<a class=\"btn\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}Open in {}</a>",
            esc(link),
            ui::icon_small("external-link"),
            esc(p.source)
        ),
        None => format!(
            "<span class=\"why\">{} gives no address for this message; find it there by its author and time.</span>",
            esc(p.source)
        ),
    };
    let warning = p.warning.map_or(String::new(), |w| {
        format!(
            "<p class=\"note warn\">{}Already written to: {}.</p>",
            ui::icon_small("triangle-alert"),
            esc(w)
        )
    });
    let conversation = p
        .conversation
        .map_or(String::new(), |n| format!("<input type=\"hidden\" name=\"conversation\" value=\"{n}\">"));
    Markup::raw(format!(
        "<details class=\"contact\" id=\"{id}\"><summary class=\"btn sm\">{label}</summary>\
         <form class=\"contact-form stack\" method=\"post\" action=\"/desk/contacts\">\
         <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\"><input type=\"hidden\" name=\"back\" value=\"{back}\">\
         <input type=\"hidden\" name=\"identity\" value=\"{identity}\"><input type=\"hidden\" name=\"why\" value=\"{why}\">{conversation}\
         {warning}<label class=\"field\"><span class=\"label\">Text to send</span>\
         <textarea class=\"input\" name=\"text\" id=\"{id}-text\" rows=\"5\" maxlength=\"20000\">{text}</textarea></label>\
         <div class=\"row wrap\"><button class=\"btn\" type=\"button\" data-copy=\"{id}-text\" hidden>{copy}Copy text</button>{place}\
         <button class=\"btn primary push\" type=\"submit\" data-busy>I have sent it</button></div></form></details>",
        id = esc(p.id),
        label = esc(p.label),
        csrf = esc(p.csrf),
        back = esc(p.back),
        identity = esc(p.identity),
        why = esc(p.why),
        text = esc(p.text),
        copy = ui::icon_small("copy"),
    ))
}

/// "3 days ago", for [`ContactPanel::warning`].
pub fn days_ago(then: Micros, now: Micros) -> String {
    match (now - then) / (86_400 * 1_000_000) {
        i64::MIN..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}
