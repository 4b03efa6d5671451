//! What the pages under Settings share.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use capability::{App, Principal, Problem};
use serde::Deserialize;
use ui::{Markup, Tone};

pub(crate) type Answer = std::result::Result<Response, Problem>;

/// What a page may be told by its address after something was done.
#[derive(Default, Deserialize)]
pub(crate) struct Told {
    /// A word that [`Told::words`] knows.
    #[serde(default)]
    told: String,
}

impl Told {
    /// What was done, in words; nothing for a word that nobody knows.
    fn words(&self) -> &'static str {
        match self.told.as_str() {
            "saved" => "Saved.",
            "same" => "Nothing changed.",
            "removed" => "The account is removed; nobody can sign in with it.",
            "ended" => "The session has ended.",
            "revoked" => "The token works no more.",
            "look" => "Kept in this browser.",
            _ => "",
        }
    }
}

/// One page: tabs, what was done, and its own body.
pub(crate) struct Page<'a> {
    pub app: &'a App,
    pub principal: &'a Principal,
    pub headers: &'a HeaderMap,
    /// The community's name.
    pub community: &'a str,
    /// Its address among the tabs.
    pub path: &'a str,
    /// Its title.
    pub title: &'a str,
    /// A sentence under the title.
    pub sentence: &'a str,
}

impl Page<'_> {
    /// The page after `told`.
    pub(crate) fn draw(&self, told: &Told, body: &Markup) -> Response {
        let words = told.words();
        let said =
            if words.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(words)) };
        self.answer(StatusCode::OK, &Markup::join([&said, body]))
    }

    /// The page with a status. It may hold a secret that is shown once, so that nobody keeps a copy.
    pub(crate) fn answer(&self, status: StatusCode, body: &Markup) -> Response {
        let mut shell = self.app.shell(self.community, self.principal, self.headers, self.path);
        shell.crumbs = vec![("Settings".into(), "/desk/settings".into())];
        let head = ui::page_head(self.title, self.sentence, &Markup::empty());
        let tabs = self.app.settings_tabs(self.path);
        let whole = Markup::raw(format!("{head}{tabs}<div class=\"settings stack\">{body}</div>"));
        (status, [(header::CACHE_CONTROL, "no-store")], ui::page(&shell, self.title, &whole)).into_response()
    }
}

/// A card with a form in it.
pub(crate) fn form_card(title: &str, action: &str, csrf: &str, fields: &Markup, button: &str) -> Markup {
    let inside = format!(
        "<form class=\"card-body stack\" method=\"post\" action=\"{}\">{}{fields}<div class=\"row\">{}</div></form>",
        ui::esc(action),
        ui::hidden("csrf", csrf),
        ui::Button { label: button, attributes: &[("data-busy", "")], ..Default::default() }.markup()
    );
    ui::card("", title, &Markup::empty(), &Markup::raw(inside), &Markup::empty())
}

/// A form that is only a small button.
pub(crate) fn small_post(action: &str, csrf: &str, label: &str, look: ui::Look) -> Markup {
    let button = ui::Button { label, look, small: true, ..Default::default() }.markup();
    Markup::raw(format!(
        "<form method=\"post\" action=\"{}\">{}{button}</form>",
        ui::esc(action),
        ui::hidden("csrf", csrf)
    ))
}

/// A secret that is shown this once, with a way to copy it.
pub(crate) fn secret(title: &str, text: &str, value: &str) -> Markup {
    let copy = ui::Button {
        label: "Copy",
        icon: "copy",
        small: true,
        scripted: true,
        attributes: &[("data-copy", "secret"), ("hidden", "")],
        ..Default::default()
    };
    let body = format!(
        "<p>{}</p><p class=\"row wrap\"><code class=\"secret\" id=\"secret\">{}</code>{}</p>",
        ui::esc(text),
        ui::esc(value),
        copy.markup()
    );
    ui::notice(Tone::Good, title, &Markup::raw(body))
}
