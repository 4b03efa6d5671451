//! The page on which a member says for what they may be written to, without an account: whoever has the signed link may
//! see and change this and nothing else. The link names the member by their public id, ends by itself, and is no address
//! that search engines keep.

use crate::subject::Subject;
use crate::{CONSENTS, consent};
use axum::extract::{Form, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, Micros, Result};
use capability::audit::{self, Change};
use capability::{App, Principal, Problem};
use community::{erase, settings};
use consent::{CHANNELS, Checked, Purpose};
use store::Priority;
use ui::{Button, Look, Markup, Shell, esc};

type Answer = std::result::Result<Response, Problem>;

/// For how long a link is good: 90 days.
const GOOD: Micros = 90 * 86_400_000_000;
/// What its signature is for.
const PURPOSE: &str = "preferences";
/// Who is named as having said it.
const BY: &str = "the member, by signed link";
/// Only these channels are offered: over the others nothing is sent.
const OFFERED: usize = 2;

fn sign(key: &erase::Key, member: &str, until: Micros) -> String {
    key.sign(PURPOSE, &[member, &until.to_string()]).iter().map(|b| format!("{b:02x}")).collect()
}

/// Makes the address of a member's page, and says until when it is good.
pub(crate) fn link(app: &App, by: &Principal, member: &str) -> Result<(String, Micros)> {
    let subject = app.community.view(|v| Subject::find(v, member))?;
    if subject.is_erased() {
        return Err(Error::conflict("this member was erased; there is nothing to choose any more"));
    }
    let now = app.clock.now();
    let until = now + GOOD;
    app.db.write(Priority::Interactive, |tx| {
        let key = erase::key_or_new(tx, &app.sealer, now)?;
        let member = subject.public_id();
        let change = Change {
            action: CONSENTS.id,
            subject: member,
            title: "Made a link to the preferences",
            ..Change::default()
        };
        audit::record(tx, by, now, &change)?;
        let base = app.access.public_url.clone().unwrap_or_default();
        let base = base.trim_end_matches('/');
        Ok((format!("{base}/preferences/{member}.{until}.{}", sign(&key, member, until)), until))
    })
}

/// The member whose link it is.
fn member_of(app: &App, token: &str) -> Result<Subject> {
    let gone = || Error::not_found("This link does not hold. It may have ended: ask the team for a new one.");
    let mut parts = token.split('.');
    let (Some(member), Some(until), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(gone());
    };
    let until: Micros = until.parse().map_err(|_| gone())?;
    let key = app.db.read(erase::key)?.ok_or_else(gone)?;
    let same = base::same_secret(&sign(&key, member, until), signature);
    if !same || until < app.clock.now() {
        return Err(gone());
    }
    let subject = app.community.view(|v| Subject::find(v, member)).map_err(|_| gone())?;
    if subject.is_erased() { Err(gone()) } else { Ok(subject) }
}

struct Page {
    community: String,
    purposes: Vec<Purpose>,
    /// Purpose and channel of what holds as given.
    given: Vec<(String, String)>,
}

fn load(app: &App, token: &str) -> Result<Page> {
    let subject = member_of(app, token)?;
    app.db.read(|c| {
        let history = consent::history(c, &subject.numbers())?;
        let given = consent::present(&history).into_iter().filter(|c| c.given);
        Ok(Page {
            community: settings::get_or_default(c, "name")?,
            purposes: consent::purposes(c)?,
            given: given.map(|c| (c.purpose.clone(), c.channel.clone())).collect(),
        })
    })
}

fn draw(page: &Page, token: &str, said: bool) -> Response {
    let shell = Shell { community: page.community.clone(), ..Shell::default() };
    let mut fields = String::new();
    for p in &page.purposes {
        let boxes: String = CHANNELS[..OFFERED]
            .iter()
            .map(|(channel, title)| {
                let on = page.given.iter().any(|(purpose, c)| purpose == &p.slug && c == channel);
                ui::check(title, "choice", &format!("{}:{channel}", p.slug), on).into_string()
            })
            .collect();
        fields.push_str(&format!(
            "<fieldset class=\"choices\"><legend class=\"label\">{}</legend><p class=\"hint\">{}</p>{boxes}</fieldset>",
            esc(&p.title),
            esc(&p.sentence)
        ));
    }
    let text = if page.purposes.is_empty() {
        "Nothing is asked of you at the moment: you are not written to for any purpose that needs your consent."
    } else if said {
        "Saved. It holds from now on."
    } else {
        "For what may we write to you? What is not ticked is not done. You can change it here at any time."
    };
    let form = if page.purposes.is_empty() {
        Markup::empty()
    } else {
        Markup::raw(format!(
            "<form class=\"stack\" method=\"post\" action=\"/preferences/{}\">{fields}{}</form>",
            esc(token),
            Button { label: "Save", look: Look::Primary, ..Button::default() }.markup()
        ))
    };
    let body = ui::message(&shell, "Your preferences", text, &form);
    quiet(body.into_response())
}

/// Neither kept nor found by search engines, and its address is told to nobody that is linked to.
fn quiet(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", header::HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::REFERRER_POLICY, header::HeaderValue::from_static("no-referrer"));
    response
}

/// `GET /preferences/{token}`
pub(crate) async fn show(
    State(app): State<App>,
    Path(token): Path<String>,
    asked: axum::extract::RawQuery,
) -> Answer {
    let said = asked.0.as_deref() == Some("saved");
    let given = token.clone();
    let page = app.blocking(move |app| load(app, &given)).await?;
    Ok(draw(&page, &token, said))
}

/// `POST /preferences/{token}`: what is ticked holds, what is not is taken back.
pub(crate) async fn save(
    State(app): State<App>,
    Path(token): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let given = token.clone();
    let chosen: Vec<String> = pairs.into_iter().filter(|p| p.0 == "choice").map(|p| p.1).collect();
    app.blocking(move |app| write(app, &given, &chosen)).await?;
    Ok(quiet(Redirect::to(&format!("/preferences/{token}?saved")).into_response()))
}

fn write(app: &App, token: &str, chosen: &[String]) -> Result<()> {
    let subject = member_of(app, token)?;
    let page = load(app, token)?;
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        for p in &page.purposes {
            for (channel, _) in &CHANNELS[..OFFERED] {
                let wanted = chosen.iter().any(|c| *c == format!("{}:{channel}", p.slug));
                let holds = page.given.iter().any(|(purpose, c)| purpose == &p.slug && c == channel);
                if wanted == holds {
                    continue;
                }
                let said = Checked {
                    purpose: p.slug.clone(),
                    channel: (*channel).to_owned(),
                    given: wanted,
                    basis: "consent".into(),
                    proof: "the page of preferences".into(),
                    said_at: now,
                };
                consent::add(tx, subject.member(), &said, BY, now)?;
            }
        }
        let change = Change {
            action: CONSENTS.id,
            subject: subject.public_id(),
            title: "The member changed their preferences by signed link",
            ..Change::default()
        };
        audit::record(tx, &Principal::nobody(), now, &change)
    })
}
