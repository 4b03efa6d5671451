//! What forms of the desk do: marks, assignments, targets.

use crate::desk::Answer;
use crate::filters::PAGE;
use crate::store::{self, TargetRow};
use crate::view::{PATH, settings as page};
use ::store::Priority;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect};
use base::{Error, Result};
use capability::{App, Principal, views};
use community::marks::Change;
use serde::Deserialize;

/// How somebody signs marks and assignments.
pub(crate) fn signature(principal: &Principal) -> String {
    if principal.name.is_empty() { principal.email.clone() } else { principal.name.clone() }
}

fn back_to(back: &str) -> Result<&str> {
    if back.is_empty() { Ok(PATH) } else { views::on_the_desk(back) }
}

/// A mark as a form sends it.
#[derive(Deserialize)]
pub(crate) struct MarkForm {
    mark: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
}

/// `POST /desk/conversations/{conversation}/marks`
pub(crate) async fn mark(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<i64>,
    Form(form): Form<MarkForm>,
) -> Answer {
    let change = Change::named(&form.mark)?;
    let back = back_to(&form.back)?.to_owned();
    app.blocking(move |app| store::mark_many(app, &[id], change, &form.reason, &principal)).await?;
    Ok(Redirect::to(&back).into_response())
}

/// `POST /desk/conversations/marks`: one mark for all chosen rows of a page.
pub(crate) async fn mark_chosen(
    State(app): State<App>,
    principal: Principal,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let told = |name: &str| pairs.iter().find(|p| p.0 == name).map_or("", |p| p.1.as_str());
    let change = Change::named(told("mark"))?;
    let back = back_to(told("back"))?.to_owned();
    let numbers = pairs.iter().filter(|p| p.0 == "pick").map(|p| p.1.parse());
    let numbers: Vec<i64> = numbers
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| Error::invalid("pick is the number of a conversation").at("pick"))?;
    if numbers.is_empty() || numbers.len() > PAGE {
        return Err(Error::invalid(format!("choose between 1 and {PAGE} conversations first")).into());
    }
    app.blocking(move |app| store::mark_many(app, &numbers, change, "", &principal)).await?;
    Ok(Redirect::to(&back).into_response())
}

/// An assignment as a form sends it.
#[derive(Deserialize)]
pub(crate) struct AssignmentForm {
    /// An account's number; `me`; empty for nobody.
    #[serde(default)]
    account: String,
    #[serde(default)]
    back: String,
}

/// `POST /desk/conversations/{conversation}/assignment`
pub(crate) async fn assign(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<i64>,
    Form(form): Form<AssignmentForm>,
) -> Answer {
    let account = match form.account.as_str() {
        "" => None,
        "me" => Some(principal.account.ok_or_else(|| Error::forbidden("sign in with an account first"))?),
        text => Some(text.parse().map_err(|_| Error::invalid("account is a number").at("account"))?),
    };
    let back = back_to(&form.back)?.to_owned();
    let now = app.clock.now();
    app.blocking(move |app| {
        app.db.write(Priority::Interactive, |tx| store::assign_telling(tx, id, account, &principal, now))
    })
    .await?;
    Ok(Redirect::to(&back).into_response())
}

/// A target as a form sends it.
#[derive(Deserialize)]
pub(crate) struct TargetForm {
    #[serde(default)]
    channel: i64,
    #[serde(default)]
    time: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    holidays: String,
    #[serde(default)]
    remove: String,
}

/// `POST /desk/settings/answers`
pub(crate) async fn set_target(
    State(app): State<App>,
    principal: Principal,
    Form(form): Form<TargetForm>,
) -> Answer {
    let row = if form.remove == "1" { None } else { Some(read(&form)?) };
    let channel = form.channel;
    app.blocking(move |app| set_one_target(app, &principal, channel, row.as_ref())).await?;
    Ok(Redirect::to(&format!("{}?told=saved&channel={channel}", page::PATH)).into_response())
}

/// Sets a target and tells the audit log; `None` takes a channel's own one away. Blocking.
///
/// # Errors
/// As [`store::set_target`].
pub(crate) fn set_one_target(
    app: &App,
    principal: &Principal,
    channel: i64,
    row: Option<&TargetRow>,
) -> Result<()> {
    let (by, now) = (signature(principal), app.clock.now());
    app.db.write(Priority::Interactive, |tx| {
        let before = store::target_words(tx, channel)?;
        store::set_target(tx, channel, row, &by, now)?;
        let after = store::target_words(tx, channel)?;
        let what = if channel == 0 { "Set the answer time" } else { "Set a channel's answer time" };
        let subject = if channel == 0 { "answers".to_owned() } else { format!("channel {channel}") };
        store::tell(tx, (principal, now), (crate::SET_TARGETS, &subject), what, (&before, &after))
    })
}

fn read(form: &TargetForm) -> Result<TargetRow> {
    let wrong =
        || Error::invalid("the time is a number of hours from 0 to 8760, such as 24 or 1.5").at("time");
    let hours: f64 = form.time.trim().parse().map_err(|_| wrong())?;
    if !(0.0..=8_760.0).contains(&hours) {
        return Err(wrong());
    }
    Ok(TargetRow {
        channel_id: form.channel,
        minutes: (hours * 60.0).round() as i64,
        zone: form.zone.trim().to_owned(),
        hours: form.hours.clone(),
        holidays: form.holidays.clone(),
        set_by: String::new(),
        set_at: 0,
    })
}

/// The channels for help, as a form sends them.
#[derive(Deserialize)]
pub(crate) struct HelpForm {
    #[serde(default)]
    question_channels: String,
}

/// `POST /desk/settings/answers/questions`
pub(crate) async fn set_help(
    State(app): State<App>,
    principal: Principal,
    Form(form): Form<HelpForm>,
) -> Answer {
    app.blocking(move |app| set_question_channels(app, &principal, &form.question_channels)).await?;
    Ok(Redirect::to(&format!("{}?told=saved", page::PATH)).into_response())
}

/// Says which channels are for help, and tells the audit log. Blocking.
///
/// # Errors
/// When the database says no.
pub(crate) fn set_question_channels(app: &App, principal: &Principal, channels: &str) -> Result<()> {
    let now = app.clock.now();
    app.community.set_telling("question_channels", channels, |tx, before, after| {
        let subject = (crate::SET_TARGETS, "question_channels");
        store::tell(tx, (principal, now), subject, "Changed the channels for help", (before, after))
    })
}
