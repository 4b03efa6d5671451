//! The pages under Settings: which providers there are, and one of them.

use super::acts;
use super::form::{Typed, callback_note, fields};
use access::Role;
use access::sso::{self, Provider};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{ErrorKind, Result, Zone};
use capability::settings_page::{Answer, Page, Told, form_card, frame, small_post};
use capability::{App, Principal};
use ui::{Column, Look, Markup, Table, Tone, esc};

pub(crate) const PATH: &str = "/desk/settings/sign-in";

const TOLD: &[(&str, &str)] = &[
    ("made", "Made. Tell the provider the address below, then try it out."),
    ("saved", "Saved."),
    ("removed", "Removed. Nobody signs in with it any more."),
];

struct Shown {
    community: String,
    zone: Zone,
    providers: Vec<Provider>,
    roles: Vec<Role>,
}

async fn load(app: &App) -> Result<Shown> {
    app.blocking(|app| {
        app.db.read(|c| {
            let (community, zone) = frame(c)?;
            let roles = access::list_roles(c)?.into_iter().map(|(role, _)| role).collect();
            Ok(Shown { community, zone, providers: sso::list(c)?, roles })
        })
    })
    .await
}

/// What every handler of these pages is asked with.
struct Asked<'a> {
    app: &'a App,
    by: &'a Principal,
    headers: &'a HeaderMap,
}

impl Asked<'_> {
    fn page(
        &self,
        shown: &Shown,
        (title, sentence): (&str, &str),
        status: StatusCode,
        body: &Markup,
    ) -> Response {
        let page = Page {
            app: self.app,
            principal: self.by,
            headers: self.headers,
            community: &shown.community,
            path: PATH,
            title,
            sentence,
        };
        page.answer(status, body)
    }

    async fn listing(&self, status: StatusCode, above: &Markup, typed: &Typed) -> Answer {
        let shown = load(self.app).await?;
        let form = form_card(
            "Add a provider",
            PATH,
            &self.by.csrf,
            &fields(typed, None, &shown.roles),
            "Add provider",
        );
        let body = Markup::join([above, &table(&shown), &form]);
        let words =
            ("Sign-in", "People may sign in with an account that they have elsewhere (OpenID Connect).");
        Ok(self.page(&shown, words, status, &body))
    }

    async fn one(&self, id: &str, status: StatusCode, above: &Markup, typed: Option<Typed>) -> Answer {
        let shown = load(self.app).await?;
        let provider = get(&shown, id)?;
        let typed = typed.unwrap_or_else(|| Typed::of(provider));
        let of = format!("{PATH}/{id}");
        let form = form_card(
            "How it works",
            &of,
            &self.by.csrf,
            &fields(&typed, Some(provider), &shown.roles),
            "Save",
        );
        let body = Markup::join([above, &self.facts(provider, &of), &form, &end(&of)]);
        let title = provider.name.clone();
        Ok(self.page(&shown, (&title, &provider.issuer), status, &body))
    }

    fn facts(&self, provider: &Provider, of: &str) -> Markup {
        let address = match sso::callback(&self.app.access, &provider.public_id) {
            Ok(address) => callback_note(&address),
            Err(e) => ui::notice(Tone::Warn, "", &Markup::text(&e.message)),
        };
        let try_it = small_post(&format!("{of}/tests"), &self.by.csrf, "Ask the provider", Look::Plain);
        let inside = format!(
            "<div class=\"card-body stack\">{address}<div class=\"row wrap\">{try_it}<span class=\"muted\">Fetches what it says of \
             itself and its keys; signs nobody in.</span></div></div>"
        );
        ui::card("", "At the provider", &Markup::empty(), &Markup::raw(inside), &Markup::empty())
    }
}

fn get<'a>(shown: &'a Shown, id: &str) -> Result<&'a Provider> {
    let found = shown.providers.iter().find(|p| p.public_id == id);
    found.ok_or_else(|| base::Error::not_found("there is no such provider any more; load the list again"))
}

fn table(shown: &Shown) -> Markup {
    if shown.providers.is_empty() {
        let none = ui::empty(
            "globe",
            "No provider yet",
            "Accounts sign in with a password, a passkey or a link. Add Keycloak, Entra, Google or another provider below.",
            &Markup::empty(),
        );
        return ui::card("", "Providers", &Markup::empty(), &none, &Markup::empty());
    }
    let rows = shown.providers.iter().map(|p| {
        let name = format!(
            "<a href=\"{PATH}/{}\"><b>{}</b></a><br><small class=\"muted\">{}</small>",
            esc(&p.public_id),
            esc(&p.name),
            esc(&p.issuer)
        );
        let makes = if p.makes_accounts { "yes" } else { "no" };
        let roles = ui::format::counted(p.groups.len() as u64, "group", "groups");
        vec![Markup::raw(name), Markup::text(makes), Markup::text(&roles), ui::time(p.made_at, &shown.zone)]
    });
    let columns = [
        Column { label: "Provider", ..Column::default() },
        Column { label: "Makes accounts", ..Column::default() },
        Column { label: "Give roles", rank: 2, ..Column::default() },
        Column { label: "Since", rank: 3, ..Column::default() },
    ];
    let list = ui::table(&Table { caption: "Providers", columns: &columns, rows: rows.collect() });
    ui::card("", "Providers", &Markup::empty(), &list, &Markup::empty())
}

fn end(of: &str) -> Markup {
    let link = ui::link_button("Remove provider", &format!("{of}/removal"), Look::DangerQuiet);
    Markup::raw(format!("<div class=\"row wrap\">{link}</div>"))
}

fn said(words: &str) -> Markup {
    if words.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(words)) }
}

/// `GET /desk/settings/sign-in`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let asked = Asked { app: &app, by: &principal, headers: &headers };
    asked.listing(StatusCode::OK, &said(told.words(TOLD)), &Typed::empty()).await
}

/// `POST /desk/settings/sign-in`
pub(crate) async fn create(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(mut typed): Form<Typed>,
) -> Answer {
    let (draft, by) = (typed.draft(), principal.clone());
    match app.blocking(move |app| acts::create(app, &by, &draft)).await {
        Ok(made) => Ok(Redirect::to(&format!("{PATH}/{}?told=made", made.public_id)).into_response()),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            typed.error = e.message;
            let asked = Asked { app: &app, by: &principal, headers: &headers };
            asked.listing(StatusCode::UNPROCESSABLE_ENTITY, &Markup::empty(), &typed).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `GET /desk/settings/sign-in/{provider}`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(told): Query<Told>,
) -> Answer {
    let asked = Asked { app: &app, by: &principal, headers: &headers };
    asked.one(&id, StatusCode::OK, &said(told.words(TOLD)), None).await
}

/// `POST /desk/settings/sign-in/{provider}`
pub(crate) async fn change(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(mut typed): Form<Typed>,
) -> Answer {
    let (draft, by, of) = (typed.draft(), principal.clone(), id.clone());
    match app.blocking(move |app| acts::update(app, &by, &of, &draft)).await {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}/{id}?told=saved")).into_response()),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            typed.error = e.message;
            let asked = Asked { app: &app, by: &principal, headers: &headers };
            asked.one(&id, StatusCode::UNPROCESSABLE_ENTITY, &Markup::empty(), Some(typed)).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /desk/settings/sign-in/{provider}/tests`
pub(crate) async fn test(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let of = id.clone();
    let above = match app.blocking(move |app| acts::test(app, &of)).await {
        Ok(tested) => {
            let text = format!(
                "It answers, and {} of its keys can be used. People are sent to {}.",
                tested.keys, tested.authorization
            );
            ui::notice(Tone::Good, "The provider is there", &Markup::text(&text))
        }
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Unavailable) => {
            ui::notice(Tone::Bad, "The provider cannot be used", &Markup::text(&e.message))
        }
        Err(e) => return Err(e.into()),
    };
    let asked = Asked { app: &app, by: &principal, headers: &headers };
    asked.one(&id, StatusCode::OK, &above, None).await
}

/// `GET /desk/settings/sign-in/{provider}/removal`: says what will happen and asks.
pub(crate) async fn ask_removal(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let shown = load(&app).await?;
    let provider = get(&shown, &id)?;
    let title = format!("End signing in with {}?", provider.name);
    let text = "Accounts stay, and with them everything that they did. Whoever signed in only there needs a sign-in link. Roles \
                that its groups gave end now.";
    let (action, back) = (format!("{PATH}/{id}/removal"), format!("{PATH}/{id}"));
    let question = ui::confirm(&ui::Confirm {
        title: &title,
        body: Markup::text(text),
        label: "Remove provider",
        action: &action,
        back: &back,
        fields: &[("csrf", &principal.csrf)],
        danger: true,
    });
    let asked = Asked { app: &app, by: &principal, headers: &headers };
    let name = provider.name.clone();
    Ok(asked.page(&shown, (&name, ""), StatusCode::OK, &question))
}

/// `POST /desk/settings/sign-in/{provider}/removal`
pub(crate) async fn remove(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| acts::remove(app, &principal, &id)).await?;
    Ok(Redirect::to(&format!("{PATH}?told=removed")).into_response())
}
