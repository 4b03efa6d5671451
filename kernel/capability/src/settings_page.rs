//! What the pages under Settings share, whichever capability they belong to.

use crate::{App, Principal, Problem};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Result, Zone};
use community::settings;
use serde::Deserialize;
use store::Conn;
use ui::{Markup, Tone};

/// A page, or what went wrong.
pub type Answer = std::result::Result<Response, Problem>;

/// What a page may be told by its address after something was done.
#[derive(Default, Deserialize)]
pub struct Told {
    /// A word that the page knows.
    #[serde(default)]
    told: String,
}

impl Told {
    /// What was done, in words, out of the page's own list; nothing for a word that is not in it.
    pub fn words(&self, known: &[(&str, &'static str)]) -> &'static str {
        known.iter().find(|(word, _)| *word == self.told).map_or("", |(_, words)| words)
    }
}

/// The community's name and the zone of its figures.
///
/// # Errors
/// When the database says no.
pub fn frame(c: &mut Conn<'_>) -> Result<(String, Zone)> {
    let name = settings::get_or_default(c, "name")?;
    let zone = Zone::named(&settings::get_or_default(c, "zone")?)?;
    Ok((name, zone))
}

/// One page: tabs, what was done, and its own body.
pub struct Page<'a> {
    /// The product.
    pub app: &'a App,
    /// Who asks.
    pub principal: &'a Principal,
    /// The request's headers.
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
    /// The page after something was done; `done` says it in words and may be empty.
    pub fn draw(&self, done: &str, body: &Markup) -> Response {
        let said =
            if done.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(done)) };
        self.answer(StatusCode::OK, &Markup::join([&said, body]))
    }

    /// The page with a status. It may hold a secret that is shown once, so that nobody keeps a copy.
    pub fn answer(&self, status: StatusCode, body: &Markup) -> Response {
        let mut shell = self.app.shell(self.community, self.principal, self.headers, self.path);
        shell.crumbs = vec![("Settings".into(), "/desk/settings".into())];
        let head = ui::page_head(self.title, self.sentence, &Markup::empty());
        let tabs = self.app.settings_tabs(self.principal, self.path);
        let whole = Markup::raw(format!("{head}{tabs}<div class=\"settings stack\">{body}</div>"));
        (status, [(header::CACHE_CONTROL, "no-store")], ui::page(&shell, self.title, &whole)).into_response()
    }
}

/// A card with a form in it.
pub fn form_card(title: &str, action: &str, csrf: &str, fields: &Markup, button: &str) -> Markup {
    let inside = format!(
        "<form class=\"card-body stack\" method=\"post\" action=\"{}\">{}{fields}<div class=\"row\">{}</div></form>",
        ui::esc(action),
        ui::hidden("csrf", csrf),
        ui::Button { label: button, attributes: &[("data-busy", "")], ..Default::default() }.markup()
    );
    ui::card("", title, &Markup::empty(), &Markup::raw(inside), &Markup::empty())
}

/// A form that is only a small button.
pub fn small_post(action: &str, csrf: &str, label: &str, look: ui::Look) -> Markup {
    let button = ui::Button { label, look, small: true, ..Default::default() }.markup();
    Markup::raw(format!(
        "<form method=\"post\" action=\"{}\">{}{button}</form>",
        ui::esc(action),
        ui::hidden("csrf", csrf)
    ))
}

/// A secret that is shown this once, with a way to copy it.
pub fn secret(title: &str, text: &str, value: &str) -> Markup {
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
