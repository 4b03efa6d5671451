//! Mail: through which server it goes and who it comes from, and a test that says what the server answers.

use ::store::Priority;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind, Result};
use capability::settings_page::{Answer, Page, Told, form_card, small_post};
use capability::{App, Principal, audit};
use mailer::{Encryption, Letter, Outcome, Recipient, Said, Settings, Stored};
use serde::Deserialize;
use store::Conn;
use ui::{Field, Look, Markup, Select, Tone, esc, field};

pub(crate) const PATH: &str = "/desk/settings/mail";

const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved. Send yourself a test to see whether the server takes mail."),
    ("removed", "The mail server is forgotten; no mail is sent any more."),
];

/// What the page says where there is no server.
const NONE: &str = "Mail is not set up. Until it is, invitations and forgotten passwords are links that you hand over \
     yourself, a changed address is not confirmed, and nobody gets Today by mail.";

struct Known {
    community: String,
    settings: Settings,
    counts: [i64; 3],
}

fn load(app: &App) -> Result<Known> {
    app.db.read(|c| {
        let community = community::settings::get_or_default(c, "name")?;
        Ok(Known { community, settings: app.access.mail.settings(c)?, counts: mailer::delivered(c)? })
    })
}

/// What was typed and refused: the field, and why.
#[derive(Default)]
struct Refused {
    typed: Option<Filled>,
    field: String,
    error: String,
}

/// The form.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    host: String,
    #[serde(default)]
    port: String,
    #[serde(default)]
    encryption: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    from_address: String,
    #[serde(default)]
    from_name: String,
    #[serde(default)]
    reply_to: String,
}

impl Filled {
    fn of(stored: &Stored) -> Self {
        Self {
            host: stored.host.clone(),
            port: if stored.port == 0 { String::new() } else { stored.port.to_string() },
            encryption: stored.encryption.word().into(),
            username: stored.username.clone(),
            password: String::new(),
            from_address: stored.from_address.clone(),
            from_name: stored.from_name.clone(),
            reply_to: stored.reply_to.clone(),
        }
    }

    /// # Errors
    /// `Invalid`, with the field in front.
    fn stored(&self) -> Result<Stored> {
        let port = match self.port.trim() {
            "" => 0,
            text => text.parse().map_err(|_| Error::invalid("a port is a number up to 65535").at("port"))?,
        };
        Ok(Stored {
            host: self.host.clone(),
            port,
            encryption: Encryption::of(&self.encryption).map_err(|e| e.at("encryption"))?,
            username: self.username.clone(),
            from_name: self.from_name.clone(),
            from_address: self.from_address.clone(),
            reply_to: self.reply_to.clone(),
        })
    }
}

fn page<'a>(app: &'a App, by: &'a Principal, headers: &'a HeaderMap, community: &'a str) -> Page<'a> {
    let sentence = "The server that invitations, sign-in links and digests go through.";
    Page { app, principal: by, headers, community, path: PATH, title: "Mail", sentence }
}

fn body(app: &App, known: &Known, refused: &Refused, by: &Principal) -> Markup {
    let set_up = known.settings.server.is_some();
    let none =
        if set_up { Markup::empty() } else { ui::notice(Tone::Info, "No mail is sent", &Markup::text(NONE)) };
    let server = match &known.settings.server {
        Some(stored) if known.settings.of_installation => named(stored, known.settings.has_password),
        _ => form(known, refused, &by.csrf),
    };
    let rest =
        if set_up { Markup::join([&test(by), &log(known), &end(known, &by.csrf)]) } else { log(known) };
    Markup::join([&none, &unreachable(app, set_up), &server, &rest])
}

/// Links in mails lead to where the server thinks that it is.
fn unreachable(app: &App, set_up: bool) -> Markup {
    let origin = app.access.origin();
    let host = origin.split("://").nth(1).unwrap_or_default();
    let own = ["127.", "localhost", "[::1]"].iter().any(|own| host.starts_with(own));
    if !set_up || !own {
        return Markup::empty();
    }
    let text = format!(
        "Links in mails begin with {origin}, which only this machine reaches. Whoever runs Folkmoot sets public_url to the \
         address that browsers use."
    );
    ui::notice(Tone::Warn, "Links lead nowhere for others", &Markup::text(&text))
}

/// A server that whoever runs the installation named.
fn named(stored: &Stored, has_password: bool) -> Markup {
    let sign_in = match (stored.username.as_str(), has_password) {
        ("", _) => "none".to_owned(),
        (name, true) => format!("{name}, with a password"),
        (name, false) => format!("{name}, without a password"),
    };
    let or = |text: &str, other: &str| Markup::text(if text.is_empty() { other } else { text });
    let facts = ui::facts(&[
        ("Server", Markup::text(&format!("{}:{}", stored.host, stored.port))),
        ("Encryption", Markup::text(stored.encryption.title())),
        ("Sign-in", Markup::text(&sign_in)),
        ("From", Markup::text(&stored.from_address)),
        ("Name", or(&stored.from_name, "the community's")),
        ("Answers go to", or(&stored.reply_to, "the same address")),
    ]);
    let body = format!(
        "<div class=\"card-body stack\">{facts}<p class=\"hint\">Named by whoever runs Folkmoot, in the settings file or the \
         environment (mail_host and what begins with mail_), and changed there.</p></div>"
    );
    ui::card("", "Server", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

fn form(known: &Known, refused: &Refused, csrf: &str) -> Markup {
    let kept = known.settings.server.as_ref().map(Filled::of).unwrap_or_default();
    let f = refused.typed.as_ref().unwrap_or(&kept);
    let error = |name: &str| if refused.field == name { refused.error.as_str() } else { "" };
    let options: Vec<(String, String)> =
        Encryption::ALL.iter().map(|e| (e.word().to_owned(), e.title().to_owned())).collect();
    let text = |label, name, value, hint, optional| {
        let attributes = [("autocomplete", "off"), ("maxlength", "254"), ("spellcheck", "false")];
        field(&Field {
            label,
            name,
            value,
            hint,
            optional,
            error: error(name),
            attributes: &attributes,
            ..Field::default()
        })
    };
    let password = if known.settings.has_password {
        "One is kept, sealed, for this server and port. Leave this empty to keep it."
    } else {
        "Kept sealed, for this server and port only; never shown again."
    };
    let fields = Markup::join([
        &text("Server", "host", &f.host, "Its name, such as smtp.example.org.", false),
        &ui::select(&Select {
            label: "Encryption",
            name: "encryption",
            options: &options,
            value: &f.encryption,
            error: error("encryption"),
            hint: "A server that does not offer what is chosen gets no mail.",
        }),
        &field(&Field {
            label: "Port",
            name: "port",
            kind: "number",
            value: &f.port,
            hint: "Empty for the usual one.",
            error: error("port"),
            optional: true,
            attributes: &[("min", "1"), ("max", "65535")],
        }),
        &text("User name", "username", &f.username, "Empty where the server asks for none.", true),
        &field(&Field {
            label: "Password",
            name: "password",
            kind: "password",
            hint: password,
            error: error("password"),
            optional: true,
            attributes: &[("autocomplete", "new-password"), ("maxlength", "500")],
            ..Field::default()
        }),
        &text(
            "Mails come from",
            "from_address",
            &f.from_address,
            "An address that the server may send for.",
            false,
        ),
        &text("Name of the sender", "from_name", &f.from_name, "Empty for the community's name.", true),
        &text(
            "Answers go to",
            "reply_to",
            &f.reply_to,
            "An address that somebody reads; empty for the same one.",
            true,
        ),
    ]);
    form_card("Server", PATH, csrf, &fields, "Save server")
}

fn test(by: &Principal) -> Markup {
    let button = small_post(&format!("{PATH}/test"), &by.csrf, "Send me a test", Look::Plain);
    let body = format!(
        "<div class=\"card-body stack\"><p class=\"muted\">Sends a mail to {} at once and shows what the server answers.</p>\
         <div class=\"row\">{button}</div></div>",
        esc(&by.email)
    );
    ui::card("test", "Test", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

fn log(known: &Known) -> Markup {
    let [waiting, sent, failed] = known.counts;
    let number = |n: i64| Markup::text(&ui::format::count(n.max(0) as u64));
    let facts =
        ui::facts(&[("Waiting", number(waiting)), ("Sent", number(sent)), ("Failed", number(failed))]);
    let open = ui::link_button("Look at every mail", crate::mails::PATH, Look::Plain);
    let body = format!(
        "<div class=\"card-body stack\">{facts}<p class=\"hint\">Of the last {} days.</p><div class=\"row\">{open}</div></div>",
        mailer::KEPT_DAYS
    );
    ui::card("", "What was sent", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

fn end(known: &Known, csrf: &str) -> Markup {
    if known.settings.of_installation {
        return Markup::empty();
    }
    let body = format!(
        "<div class=\"card-body stack\"><p class=\"muted\">Forgets the server and its password. What waits is given up after a day \
         and a half unless another server is named.</p><div class=\"row\">{}</div></div>",
        small_post(&format!("{PATH}/removal"), csrf, "Forget the server", Look::DangerQuiet)
    );
    ui::card("", "Send no mail", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

/// `GET /desk/settings/mail`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let known = app.blocking(load).await?;
    let body = body(&app, &known, &Refused::default(), &principal);
    Ok(page(&app, &principal, &headers, &known.community).draw(told.words(TOLD), &body))
}

fn back(told: &str) -> Response {
    Redirect::to(&format!("{PATH}?told={told}")).into_response()
}

fn change<'a>(title: &'a str, before: &'a str, after: &'a str) -> audit::Change<'a> {
    audit::Change { action: crate::CHANGE_MAIL.id, subject: "mail", title, before, after }
}

/// Stores what was typed. A password goes to the server that it was typed for and to no other.
fn store(app: &App, by: &Principal, filled: &Filled) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let present = app.access.mail.settings(tx)?;
        let new = filled.stored()?.checked(&app.access.mail)?;
        let before = present.server.as_ref();
        let same_place = before.is_some_and(|b| b.host == new.host && b.port == new.port);
        if before.is_some() && !same_place && !new.username.is_empty() && filled.password.is_empty() {
            return Err(Error::invalid(
                "type the password again: the one that is kept is for the server of before and goes to no other",
            )
            .at("password"));
        }
        let password = match (filled.password.as_str(), new.username.as_str()) {
            (_, "") => Some(""),
            ("", _) => None,
            (typed, _) => Some(typed),
        };
        let words = before.map(Stored::words).unwrap_or_default();
        let new = app.access.mail.store(tx, new, password)?;
        audit::record(tx, by, now, &change("Set mail up", &words, &new.words()))
    })
}

/// `POST /desk/settings/mail`
pub(crate) async fn save(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Filled>,
) -> Answer {
    let (by, filled) = (principal.clone(), form.clone());
    match app.blocking(move |app| store(app, &by, &filled)).await {
        Ok(()) => Ok(back("saved")),
        Err(e) if e.kind == ErrorKind::Invalid => {
            let (field, error) = match e.message.split_once(": ") {
                Some((field, error)) if field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
                    (field.to_owned(), error.to_owned())
                }
                _ => ("host".to_owned(), e.message),
            };
            // What was typed stays, without the password.
            let typed = Some(Filled { password: String::new(), ..form });
            let known = app.blocking(load).await?;
            let body = body(&app, &known, &Refused { typed, field, error }, &principal);
            Ok(page(&app, &principal, &headers, &known.community)
                .answer(StatusCode::UNPROCESSABLE_ENTITY, &body))
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /desk/settings/mail/removal`
pub(crate) async fn remove(State(app): State<App>, principal: Principal) -> Answer {
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            let before = app.access.mail.settings(tx)?.server.map(|s| s.words()).unwrap_or_default();
            app.access.mail.forget(tx)?;
            audit::record(tx, &principal, now, &change("Forgot the mail server", &before, ""))
        })
    })
    .await?;
    Ok(back("removed"))
}

/// Sends a test to somebody and says what the server answered; blocking.
///
/// # Errors
/// `Invalid` for an address that cannot be, `Unavailable` when mail is not set up.
pub fn send_test(app: &App, by: &Principal, email: &str) -> Result<Said> {
    let now = app.clock.now();
    let community = app.db.read(community_name)?;
    let letter = Letter {
        community: community.clone(),
        heading: "Mail works".into(),
        lead: vec![format!(
            "This is the test that {} sent from the settings of {community}. The server took it, and here it is.",
            by.name
        )],
        ..Letter::default()
    };
    let to = Recipient { account: by.account, name: String::new(), email: email.to_owned() };
    let said = app.access.mail.send_now(&app.db, &to, &format!("Mail of {community} works"), &letter, now)?;
    let answer = format!("{} {}", said.code.unwrap_or_default(), said.answer);
    app.db.write(Priority::Interactive, |tx| {
        audit::record(tx, by, now, &change("Sent a test mail", "", &answer))
    })?;
    Ok(said)
}

fn community_name(c: &mut Conn<'_>) -> Result<String> {
    community::settings::get_or_default(c, "name")
}

/// `POST /desk/settings/mail/test`: to oneself, and what the server said.
pub(crate) async fn send(State(app): State<App>, principal: Principal, headers: HeaderMap) -> Answer {
    let by = principal.clone();
    if by.email.is_empty() {
        return Err(
            Error::forbidden("only an account has an address to send a test to; sign in with one").into()
        );
    }
    let said = app.blocking(move |app| send_test(app, &by, &by.email)).await;
    let known = app.blocking(load).await?;
    let body = body(&app, &known, &Refused::default(), &principal);
    let above = match said {
        Ok(said) => outcome(&said, &principal.email),
        Err(e) if e.kind != ErrorKind::Internal => {
            ui::notice(Tone::Bad, "The test was not sent", &Markup::text(&e.message))
        }
        Err(e) => return Err(e.into()),
    };
    let page = page(&app, &principal, &headers, &known.community);
    Ok(page.answer(StatusCode::OK, &Markup::join([&above, &body])))
}

fn outcome(said: &Said, email: &str) -> Markup {
    let code = said.code.map(|code| format!("{code} ")).unwrap_or_default();
    let answer = format!(
        "<p>The server answered after {} ms:</p><p><code>{}{}</code></p>",
        said.took.as_millis(),
        code,
        esc(&said.answer)
    );
    let nothing = format!("<p>{}{}</p>", esc(&code), esc(&said.answer));
    match said.outcome {
        Outcome::Sent => {
            let title = format!("The server took the mail to {email}");
            let after = "<p>If it does not arrive within a few minutes, look among unwanted mail and in the server's own log.</p>";
            ui::notice(Tone::Good, &title, &Markup::raw(format!("{answer}{after}")))
        }
        Outcome::Later => ui::notice(Tone::Bad, "The mail was not taken", &Markup::raw(nothing)),
        Outcome::Never => ui::notice(Tone::Bad, "The server refuses this mail", &Markup::raw(answer)),
    }
}
