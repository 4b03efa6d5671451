//! One account: its roles, who it is, what it signs in with, its end.

use crate::accounts::{self, Filled, link_notice, role_fields, sent_notice};
use crate::acts::{self, NewAccount};
use crate::audit;
use crate::invitation;
use crate::model::{Directory, permissions};
use access::{Account, ApiToken, Session, session_of};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind, Result};
use capability::settings_page::{Answer, Page, Told, form_card, small_post};
use capability::{App, Permission, Principal};
use serde::Deserialize;
use ui::{Column, Field, Look, Markup, Table, Tone, field};

const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("given", "The role is given."),
    ("taken", "The role is taken away."),
    ("ended", "The session has ended."),
    ("all-ended", "Every session has ended."),
    ("revoked", "The token works no more."),
    ("reset", "Its authenticator app, recovery codes and passkeys are gone, and every session has ended."),
];

struct One {
    d: Directory,
    account: Account,
    sessions: Vec<Session>,
    tokens: Vec<ApiToken>,
    /// Why whoever asks may not touch it.
    why_not: Option<String>,
}

async fn load(app: &App, by: &Principal, headers: &HeaderMap, id: &str) -> Result<One> {
    let (by, id, present) = (by.clone(), id.to_owned(), session_of(headers));
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.read(|c| {
            let d = Directory::load(c)?;
            let account = d.account(&id)?.clone();
            let sessions = access::list_sessions(c, account.id, present.as_deref(), now)?;
            let tokens = access::list_api_tokens(c, account.id)?;
            let why_not = d.why_not(&by, account.id, &permissions(app));
            Ok(One { d, account, sessions, tokens, why_not })
        })
    })
    .await
}

fn path_of(account: &Account) -> String {
    format!("{}/{}", accounts::PATH, account.public_id)
}

impl One {
    fn base(&self) -> String {
        path_of(&self.account)
    }

    /// A control, if whoever asks may touch the account.
    fn control(&self, action: &str, csrf: &str, label: &str, look: Look) -> Markup {
        if self.why_not.is_some() {
            return Markup::empty();
        }
        small_post(&format!("{}/{action}", self.base()), csrf, label, look)
    }

    fn roles(&self, by: &Principal, all: &[Permission]) -> Markup {
        let rows: Vec<Vec<Markup>> = self
            .d
            .of(self.account.id)
            .map(|g| {
                let place = self.d.place(g.scope);
                let take = self.control(
                    &format!("grants/{}/removal", g.public_id),
                    &by.csrf,
                    "Take away",
                    Look::DangerQuiet,
                );
                vec![Markup::text(&g.title), Markup::text(&place), ui::time(g.granted_at, &self.d.zone), take]
            })
            .collect();
        let list = if rows.is_empty() {
            Markup::raw(
                "<p class=\"card-body muted\">No role yet: whoever signs in with it can do nothing.</p>"
                    .to_owned(),
            )
        } else {
            let columns = [
                Column { label: "Role", ..Column::default() },
                Column { label: "Where", ..Column::default() },
                Column { label: "Since", rank: 2, ..Column::default() },
                Column { label: "Take it away", ..Column::default() },
            ];
            ui::table(&Table { caption: "Roles of this account", columns: &columns, rows })
        };
        let list = ui::card("roles", "Roles", &Markup::empty(), &list, &Markup::empty());
        if self.why_not.is_some() {
            return list;
        }
        let fields = role_fields(&self.d, by, all, &NewAccount::default(), "Choose a role");
        let form =
            form_card("Give a role", &format!("{}/grants", self.base()), &by.csrf, &fields, "Give role");
        Markup::join([&list, &form])
    }

    fn who(&self, csrf: &str) -> Markup {
        if self.why_not.is_some() {
            let facts = ui::facts(&[
                ("Name", Markup::text(&self.account.name)),
                ("E-mail", Markup::text(&self.account.email)),
            ]);
            let inside = Markup::raw(format!("<div class=\"card-body\">{facts}</div>"));
            return ui::card("", "Who it is", &Markup::empty(), &inside, &Markup::empty());
        }
        let fields = Markup::join([
            &field(&Field {
                label: "Name",
                name: "name",
                value: &self.account.name,
                hint: "Stands beside what they do.",
                attributes: &[("autocomplete", "off"), ("maxlength", "80")],
                ..Field::default()
            }),
            &field(&Field {
                label: "E-mail",
                name: "email",
                kind: "email",
                value: &self.account.email,
                hint: "They sign in with it.",
                attributes: &[("autocomplete", "off"), ("maxlength", "254")],
                ..Field::default()
            }),
        ]);
        form_card("Who it is", &self.base(), csrf, &fields, "Save name")
    }

    /// Whether a link can be sent by mail, and what the button says.
    fn mailing(&self, mails: bool, csrf: &str) -> Markup {
        if !mails || self.account.email == access::FIRST_EMAIL {
            return Markup::empty();
        }
        let label = match self.account.signed_in_at {
            None => "Send the invitation again",
            Some(_) => "Send a sign-in link by mail",
        };
        self.control("invitation", csrf, label, Look::Plain)
    }

    fn signing_in(&self, mails: bool, csrf: &str) -> Markup {
        let how = if self.account.has_password {
            "Signs in with a password, or with a link that you make."
        } else {
            "Has no password and signs in with links that you make."
        };
        let last = match self.account.signed_in_at {
            Some(at) => Markup::raw(format!("Last on {}.", ui::time(at, &self.d.zone))),
            None => Markup::text("Nobody has signed in with it yet."),
        };
        let (factors, reset) = self.factors(csrf);
        let body = format!(
            "<div class=\"card-body stack\"><p class=\"muted\">{how} {last} {factors}</p><div class=\"row wrap\">{}{}{reset}</div></div>",
            self.mailing(mails, csrf),
            self.control("link", csrf, "Make a sign-in link", Look::Plain)
        );
        ui::card("", "Sign-in", &Markup::empty(), &Markup::raw(body), &Markup::empty())
    }

    /// What it proves beyond a password, in words, and a way to take that away when it is lost.
    fn factors(&self, csrf: &str) -> (String, Markup) {
        let a = &self.account;
        let mut has = Vec::new();
        if a.has_app {
            has.push("an authenticator app".to_owned());
        }
        if a.passkeys > 0 {
            has.push(ui::format::counted(a.passkeys, "passkey", "passkeys"));
        }
        if a.logins > 0 {
            has.push(ui::format::counted(a.logins, "account elsewhere", "accounts elsewhere"));
        }
        let words = if has.is_empty() {
            "It has no second factor.".to_owned()
        } else {
            format!("It has {}.", has.join(" and "))
        };
        let reset = if a.has_app || a.passkeys > 0 {
            self.control("factors/reset", csrf, "Reset second factors", Look::DangerQuiet)
        } else {
            Markup::empty()
        };
        (words, reset)
    }

    fn sessions(&self, csrf: &str) -> Markup {
        if self.sessions.is_empty() {
            let none = Markup::raw("<p class=\"card-body muted\">None: nobody is signed in with it.</p>");
            return ui::card("sessions", "Sessions", &Markup::empty(), &none, &Markup::empty());
        }
        let rows = self.sessions.iter().map(|s| {
            let agent = if s.agent.is_empty() { "Unknown browser" } else { &s.agent };
            let end = if s.present {
                ui::badge("This one", Tone::Accent)
            } else {
                self.control(&format!("sessions/{}/end", s.id), csrf, "End", Look::Quiet)
            };
            let zone = &self.d.zone;
            vec![Markup::text(agent), ui::time(s.created_at, zone), ui::time(s.expires_at, zone), end]
        });
        let columns = [
            Column { label: "Browser", ..Column::default() },
            Column { label: "Since", ..Column::default() },
            Column { label: "Ends", rank: 2, ..Column::default() },
            Column { label: "End it", ..Column::default() },
        ];
        let caption = "Sessions of this account";
        let table = ui::table(&Table { caption, columns: &columns, rows: rows.collect() });
        let others = self.sessions.iter().any(|s| !s.present);
        let all = if others {
            self.control("sessions/end", csrf, "End all sessions", Look::DangerQuiet)
        } else {
            Markup::empty()
        };
        ui::card("sessions", "Sessions", &all, &table, &Markup::empty())
    }

    fn tokens(&self, csrf: &str) -> Markup {
        if self.tokens.is_empty() {
            let none = Markup::raw("<p class=\"card-body muted\">None: no program asks the API with it.</p>");
            return ui::card("tokens", "API tokens", &Markup::empty(), &none, &Markup::empty());
        }
        let rows = self.tokens.iter().map(|t| {
            let zone = &self.d.zone;
            let used = t.used_at.map_or_else(|| Markup::text("never"), |at| ui::time(at, zone));
            let revoke =
                self.control(&format!("tokens/{}/removal", t.public_id), csrf, "Revoke", Look::DangerQuiet);
            vec![Markup::text(&t.name), ui::time(t.created_at, zone), used, revoke]
        });
        let columns = [
            Column { label: "For", ..Column::default() },
            Column { label: "Made", rank: 2, ..Column::default() },
            Column { label: "Last used", ..Column::default() },
            Column { label: "Revoke it", ..Column::default() },
        ];
        let caption = "API tokens of this account";
        let table = ui::table(&Table { caption, columns: &columns, rows: rows.collect() });
        ui::card("tokens", "API tokens", &Markup::empty(), &table, &Markup::empty())
    }

    /// What leads on: the audit log, and the account's end.
    fn more(&self, by: &Principal) -> Markup {
        let mut links = Markup::empty();
        if by.may(crate::READ_AUDIT) {
            let id = &self.account.public_id;
            let did = format!("{}?who={id}", audit::PATH);
            let done = format!("{}?subject={id}", audit::PATH);
            links.push(&ui::link_button("What this account did", &did, Look::Quiet));
            links.push(&ui::link_button("What was done to it", &done, Look::Quiet));
        }
        if by.account == Some(self.account.id) {
            links.push(&Markup::raw(
                "<span class=\"muted\">Somebody else has to remove your own account.</span>",
            ));
        } else if self.why_not.is_none() {
            let removal = format!("{}/removal", self.base());
            links.push(&ui::link_button("Remove account", &removal, Look::DangerQuiet));
        }
        Markup::raw(format!("<div class=\"row wrap\">{links}</div>"))
    }

    fn body(&self, mails: bool, by: &Principal, all: &[Permission]) -> Markup {
        let said = match &self.why_not {
            None => Markup::empty(),
            Some(why) => {
                let text = format!("You can read this page and change nothing on it: {why}.");
                ui::notice(Tone::Info, "", &Markup::text(&text))
            }
        };
        Markup::join([
            &said,
            &self.roles(by, all),
            &self.who(&by.csrf),
            &self.signing_in(mails, &by.csrf),
            &self.sessions(&by.csrf),
            &self.tokens(&by.csrf),
            &self.more(by),
        ])
    }
}

/// What every handler of the page is asked with.
struct Asked<'a> {
    app: &'a App,
    by: &'a Principal,
    headers: &'a HeaderMap,
    id: &'a str,
}

impl Asked<'_> {
    /// The page with something above it.
    async fn page(&self, status: StatusCode, above: &Markup) -> Answer {
        let one = load(self.app, self.by, self.headers, self.id).await?;
        let body = one.body(accounts::mails(self.app, &one.d), self.by, &permissions(self.app));
        let sentence = format!("The account of {}.", one.account.email);
        let page = Page {
            app: self.app,
            principal: self.by,
            headers: self.headers,
            community: &one.d.community,
            path: accounts::PATH,
            title: &one.account.name,
            sentence: &sentence,
        };
        Ok(page.answer(status, &Markup::join([above, &body])))
    }

    /// Back to the page when it was done; what was wrong above it when that can be mended there.
    async fn done<T>(&self, result: Result<T>, told: &str, not: &str) -> Answer {
        match result {
            Ok(_) => {
                let place = format!("{}/{}?told={told}", accounts::PATH, self.id);
                Ok(Redirect::to(&place).into_response())
            }
            Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
                let status = if e.kind == ErrorKind::Conflict {
                    StatusCode::CONFLICT
                } else {
                    StatusCode::UNPROCESSABLE_ENTITY
                };
                self.page(status, &ui::notice(Tone::Bad, not, &Markup::text(&e.message))).await
            }
            Err(e) => Err(e.into()),
        }
    }
}

/// `GET /desk/settings/accounts/{account}`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(told): Query<Told>,
) -> Answer {
    let words = told.words(TOLD);
    let said =
        if words.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(words)) };
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.page(StatusCode::OK, &said).await
}

/// The form of name and address.
#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
    email: String,
}

/// `POST /desk/settings/accounts/{account}`: another name or address.
pub(crate) async fn rename(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<Named>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let renamed = app.blocking(move |app| acts::rename(app, &by, &account, &form.email, &form.name)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.done(renamed, "saved", "Not renamed").await
}

/// `POST /desk/settings/accounts/{account}/link`: another link, shown this once.
pub(crate) async fn link(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let (account, token) = app.blocking(move |app| acts::link(app, &by, &account)).await?;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.page(StatusCode::OK, &link_notice(&app, &account, &token)).await
}

/// `POST /desk/settings/accounts/{account}/invitation`: another link, sent by mail.
pub(crate) async fn invite(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let sent = app.blocking(move |app| invitation::send(app, &by, &account)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    match sent {
        Ok(account) => asked.page(StatusCode::OK, &sent_notice(&app, &principal, &account)).await,
        Err(e) => asked.done(Err::<(), _>(e), "", "No mail was sent").await,
    }
}

/// `POST /desk/settings/accounts/{account}/grants`
pub(crate) async fn give(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<Filled>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let given = app
        .blocking(move |app| {
            if form.role.is_empty() {
                return Err(Error::invalid("choose a role"));
            }
            // A place that is not there can be mended in the form.
            acts::give(app, &by, &account, &form.role, &form.place()).map_err(|e| match e.kind {
                ErrorKind::NotFound => Error::invalid(e.message),
                _ => e,
            })
        })
        .await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.done(given, "given", "The role was not given").await
}

/// `POST /desk/settings/accounts/{account}/grants/{grant}/removal`
pub(crate) async fn take(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path((id, grant)): Path<(String, String)>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let taken = app.blocking(move |app| acts::take(app, &by, &account, &grant)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.done(taken, "taken", "The role was not taken away").await
}

/// `POST /desk/settings/accounts/{account}/sessions/{session}/end`
pub(crate) async fn end_session(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path((id, session)): Path<(String, String)>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let ended = app.blocking(move |app| acts::end_session(app, &by, &account, &session)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.done(ended, "ended", "The session was not ended").await
}

/// `POST /desk/settings/accounts/{account}/sessions/end`: all but the one that asks.
pub(crate) async fn end_sessions(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, account, keep) = (principal.clone(), id.clone(), session_of(&headers));
    let ended = app.blocking(move |app| acts::end_sessions(app, &by, &account, keep.as_deref())).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.done(ended, "all-ended", "The sessions were not ended").await
}

/// `POST /desk/settings/accounts/{account}/factors/reset`: for somebody who lost their app or their keys.
pub(crate) async fn reset_factors(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let done = app.blocking(move |app| acts::reset_factors(app, &by, &account)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.done(done, "reset", "The second factors were not reset").await
}

/// `POST /desk/settings/accounts/{account}/tokens/{token}/removal`
pub(crate) async fn withdraw(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path((id, token)): Path<(String, String)>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    let gone = app.blocking(move |app| acts::withdraw(app, &by, &account, &token)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
    asked.done(gone, "revoked", "The token was not withdrawn").await
}

/// `GET /desk/settings/accounts/{account}/removal`: says what will happen and asks.
pub(crate) async fn ask_removal(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let one = load(&app, &principal, &headers, &id).await?;
    if let Some(why) = &one.why_not {
        return Err(Error::forbidden(format!(
            "you cannot remove the account of {}: {why}",
            one.account.name
        ))
        .into());
    }
    let title = format!("Remove the account of {}?", one.account.name);
    let text = format!(
        "{} can no longer sign in; sessions, sign-in links, API tokens and roles end now. Notes, marks and links they made \
         stay under their name. Adding {} again brings the account back, without its roles.",
        one.account.name, one.account.email
    );
    let (action, back) = (format!("{}/removal", one.base()), one.base());
    let question = ui::confirm(&ui::Confirm {
        title: &title,
        body: Markup::text(&text),
        label: "Remove account",
        action: &action,
        back: &back,
        fields: &[("csrf", &principal.csrf)],
        danger: true,
    });
    let page = Page {
        app: &app,
        principal: &principal,
        headers: &headers,
        community: &one.d.community,
        path: accounts::PATH,
        title: &one.account.name,
        sentence: "",
    };
    Ok(page.draw("", &question))
}

/// `POST /desk/settings/accounts/{account}/removal`
pub(crate) async fn remove(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, account) = (principal.clone(), id.clone());
    match app.blocking(move |app| acts::remove(app, &by, &account)).await {
        Ok(_) => Ok(removed()),
        Err(e) => {
            let asked = Asked { app: &app, by: &principal, headers: &headers, id: &id };
            asked.done(Err::<(), _>(e), "", "Not removed").await
        }
    }
}

fn removed() -> Response {
    Redirect::to(&format!("{}?told=removed", accounts::PATH)).into_response()
}
