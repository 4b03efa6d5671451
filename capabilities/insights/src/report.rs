//! The report: two pages for paper. Five sentences, each linked to its figure, and the pictures behind them.

use crate::answer::reading;
use crate::change;
use crate::draw::{Beside, Room, draw};
use crate::filters::{Against, Filters};
use crate::notes_view;
use crate::pages::{Answer, HealthContext, PATH, page_of};
use crate::sentences::{QUESTIONS, Question, Sentence, sentences};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base::Result;
use capability::{App, Principal, Problem};
use metric::Envelope;
use std::collections::BTreeMap;
use ui::{Button, Look, Markup, esc, format};

/// The pictures beside those of the sentences.
const PICTURES: &[Question] = &[
    Question { key: "lifecycle", metric: "lifecycle", set: &[] },
    Question { key: "growth", metric: "net_growth", set: &[] },
];

/// `GET /desk/health/report`
pub(crate) async fn report(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Response, Problem> {
    let filters = Filters { split: None, ..Filters::parse(&pairs)? };
    let back = format!("{PATH}{}", filters.to_query());
    let (community, body) = app
        .blocking(move |app| {
            let questions = |ctx: &HealthContext| {
                let all = QUESTIONS.iter().chain(PICTURES);
                all.map(|q| Ok((q.metric, parameters(ctx, &filters, q)?))).collect()
            };
            reading(app, &filters, questions, |name, ctx, answer| {
                Ok((name.to_owned(), report_page(name, ctx, &filters, answer)?))
            })
        })
        .await?;
    let mut shell = app.shell(&community, &principal, &headers, PATH);
    shell.crumbs = vec![("Health".into(), back)];
    Ok(ui::page(&shell, "Report", &body).into_response())
}

/// The parameters of a question with these filters.
pub(crate) fn parameters(
    ctx: &HealthContext,
    filters: &Filters,
    question: &Question,
) -> Result<Vec<(String, String)>> {
    let mut pairs = filters.parameters(metric::definition(question.metric)?, ctx.now);
    pairs.retain(|(name, _)| !question.set.iter().any(|(other, _)| other == name));
    pairs.extend(question.set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Ok(pairs)
}

/// The body of the report.
///
/// # Errors
/// What the metrics answer with.
pub fn report_page(
    community: &str,
    ctx: &HealthContext,
    filters: &Filters,
    answer: &Answer,
) -> Result<Markup> {
    if ctx.now.is_none() {
        return Ok(crate::pages::nothing_yet());
    }
    let mut answers: BTreeMap<&'static str, Envelope> = BTreeMap::new();
    for question in QUESTIONS.iter().chain(PICTURES) {
        let pairs = parameters(ctx, filters, question)?;
        answers.insert(question.key, answer(question.metric, &pairs)?);
    }
    let paper = Paper { ctx, filters, notes: &notes_view::marks(ctx, filters) };
    let told: String = sentences(&answers).iter().map(|sentence| paper.sentence(sentence)).collect();
    let picture = |key: &str, title: &str| {
        answers.get(key).map(|envelope| paper.picture(envelope, title)).unwrap_or_default()
    };
    let print = Button {
        label: "Print",
        icon: "printer",
        look: Look::Primary,
        scripted: true,
        attributes: &[("data-print", "")],
        ..Default::default()
    };
    let back = Button {
        label: "Back to Health",
        href: &format!("{PATH}{}", filters.to_query()),
        ..Default::default()
    };
    Ok(Markup::raw(format!(
        "<link rel=\"stylesheet\" href=\"{}\"><div class=\"report\"><div class=\"report-bar\"><p class=\"muted\">Two pages of A4. Without a script, print with the browser's own command.</p><div class=\"row\">{}{}</div></div>\
         <article class=\"paper\" aria-labelledby=\"report-title\"><header class=\"paper-head\"><div><h1 id=\"report-title\">{}, {}</h1><p>{}</p></div></header>\
         <ol class=\"told\">{told}</ol>{}{}{}</article>\
         <article class=\"paper\" aria-label=\"Page 2\"><div class=\"paper-pair\">{}{}</div>{}<div class=\"paper-pair\">{}{}</div>{}</article></div>",
        ui::asset("report.css"),
        back.markup(),
        print.markup(),
        esc(community),
        esc(&period(ctx, filters)),
        esc(&frame(ctx, filters)),
        picture("actives", "Who took part"),
        picture("lifecycle", "New, back, stayed, gone quiet"),
        paper.foot(1),
        picture("growth", "Joined and left"),
        picture("channels", "Messages by channel"),
        picture("return", "Who came back"),
        picture("response", "Time to the first answer"),
        picture("answered", "Answered within 24 h"),
        Markup::join([&paper.happened(), &paper.foot(2)])
    )))
}

/// The period in words.
fn period(ctx: &HealthContext, filters: &Filters) -> String {
    match filters.days(ctx.now) {
        (Some(from), Some(to)) => format::day_range(from, to),
        (Some(from), None) => format!("the days since {}", format::day_short(from, true)),
        (None, Some(to)) => format!("the days up to {}", format::day_short(to, true)),
        (None, None) => "all its days".into(),
    }
}

/// What the figures are of: as of when, compared with what, which filters.
fn frame(ctx: &HealthContext, filters: &Filters) -> String {
    let mut parts = vec![format!("As of {}, the last activity", ctx.as_of)];
    if let Some(days) = filters.before(ctx.now).filter(|_| filters.against() != Against::Nothing) {
        parts.push(format!("compared with {}", format::day_range(days.first, days.last)));
    }
    if !filters.source.is_empty() {
        parts.push(format!("source {}", filters.source));
    }
    if !filters.channel.is_empty() {
        let channel = ctx.channels.iter().find(|c| c.id == filters.channel || c.name == filters.channel);
        parts.push(format!("channel {}", channel.map_or(filters.channel.as_str(), |c| c.name.as_str())));
    }
    match filters.staff.as_str() {
        "exclude" => parts.push("without staff".into()),
        "only" => parts.push("staff only".into()),
        _ => {}
    }
    format!("{}.", parts.join(" · "))
}

/// The address of the figure behind a sentence, at the same filters.
pub(crate) fn address_of(sentence: &Sentence, ctx: &HealthContext, filters: &Filters) -> String {
    let Some(question) = QUESTIONS.iter().find(|q| q.key == sentence.key) else { return PATH.to_owned() };
    let mut filters = filters.clone();
    for (name, value) in question.set {
        match *name {
            "split" => filters.split = metric::Split::parse(value).ok(),
            _ => filters = filters.with_option(name, value),
        }
    }
    page_of(question.metric, ctx, &filters)
}

/// What everything on paper shares.
struct Paper<'a> {
    ctx: &'a HealthContext,
    filters: &'a Filters,
    notes: &'a [ui::chart::Note],
}

impl Paper<'_> {
    /// A sentence that leads to its figure at the same filters.
    fn sentence(&self, sentence: &Sentence) -> String {
        format!(
            "<li><a href=\"{}\">{}</a></li>",
            esc(&address_of(sentence, self.ctx, self.filters)),
            esc(&sentence.text)
        )
    }

    fn picture(&self, envelope: &Envelope, title: &str) -> Markup {
        let beside = Beside { also: &[], earlier: true, notes: self.notes };
        let body = if envelope.state == metric::State::Unavailable {
            crate::draw::calm("Not available", envelope.reason.as_deref().unwrap_or("the sources do not say"))
        } else {
            let room = Room { low: true, ..Room::default() };
            // The parts of a picture stand in its key; what changed in each is in the sentence.
            let line = if envelope.parts.is_some() { Markup::empty() } else { change::line(envelope) };
            Markup::join([&draw(envelope, beside, room), &line])
        };
        Markup::raw(format!("<section class=\"paper-figure\"><h2>{}</h2>{body}</section>", esc(title)))
    }

    /// The notes of the period.
    fn happened(&self) -> Markup {
        let notes = notes_view::shown(self.ctx, self.filters);
        if notes.is_empty() {
            return Markup::empty();
        }
        let items: String = notes
            .iter()
            .rev()
            .take(6)
            .map(|a| {
                let note = &a.note;
                format!(
                    "<li><b>{}</b> {}: {}</li>",
                    esc(&notes_view::when(a)),
                    esc(&note.kind.title().to_lowercase()),
                    esc(&note.text)
                )
            })
            .collect();
        Markup::raw(format!(
            "<section class=\"paper-notes\"><h2>What happened</h2><ul>{items}</ul></section>"
        ))
    }

    fn foot(&self, page: u8) -> Markup {
        Markup::raw(format!(
            "<footer class=\"paper-foot\"><span>Dashed: the earlier days. Band: 95 % interval; full counts have none. Hatched: not over yet. Uprights: notes. Days of {}.</span><span>{page} of 2</span></footer>",
            esc(&self.ctx.zone)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn each_sentence_leads_to_its_figure_at_the_same_filters() {
        let filters = Filters { staff: "exclude".into(), ..Filters::default() };
        let html = report_page("Lathe & friends", &samples::context(), &filters, &samples::answer)
            .expect("a report")
            .into_string();
        assert_eq!(html.matches("<li><a href=\"/desk/health/").count(), 5);
        assert_eq!(html.matches("<article class=\"paper\"").count(), 2);
        assert!(html.contains("Lathe &#38; friends, ") || html.contains("Lathe &amp; friends, "));
        for part in [
            "/desk/health/active_members?period=12w&#38;interval=week&#38;staff=exclude",
            "split=channel",
            "data-print",
            "without staff",
        ] {
            assert!(html.contains(part) || html.contains(&part.replace("&#38;", "&amp;")), "{part}");
        }
        assert!(!html.contains("style=") && !html.contains("NaN"));
    }
}
