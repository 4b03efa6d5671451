//! The week by mail: the five sentences of the report, about the last whole week and the one before it.

use crate::answer::reading;
use crate::filters::{Filters, Span};
use crate::pages::{HealthContext, PATH};
use crate::report::{address_of, parameters};
use crate::sentences::{QUESTIONS, sentences};
use base::{Day, Result};
use capability::digest::{Digest, DigestAsk};
use mailer::{Item, Section};
use metric::Envelope;
use std::collections::BTreeMap;
use ui::format;

/// The last week that is over, Monday to Sunday.
fn last_week(today: Day) -> (Day, Day) {
    let monday = today.monday();
    (monday.plus(-7), monday.plus(-1))
}

/// What changed in the last week; nothing when nothing of it is in the log.
pub(crate) fn give(ask: &DigestAsk<'_>) -> Result<Option<Digest>> {
    let zone = ask.app.db.read(|c| base::Zone::named(&community::settings::get_or_default(c, "zone")?))?;
    let (first, last) = last_week(zone.day_of(ask.app.clock.now()));
    let filters = Filters { span: Span::Custom(Some(first), Some(last)), ..Filters::default() };
    let questions = |ctx: &HealthContext| {
        if ctx.now.is_none_or(|now| now < first) {
            return Ok(Vec::new());
        }
        QUESTIONS.iter().map(|q| Ok((q.metric, parameters(ctx, &filters, q)?))).collect()
    };
    reading(ask.app, &filters, questions, |_, ctx, answer| {
        if ctx.now.is_none_or(|now| now < first) {
            return Ok(None);
        }
        let mut answers: BTreeMap<&'static str, Envelope> = BTreeMap::new();
        for question in QUESTIONS {
            answers.insert(question.key, answer(question.metric, &parameters(ctx, &filters, question)?)?);
        }
        let items = sentences(&answers)
            .iter()
            .map(|s| Item {
                title: s.text.clone(),
                href: format!("{}{}", ask.origin, address_of(s, ctx, &filters)),
                note: String::new(),
            })
            .collect();
        Ok(Some(Digest {
            subject: format!("The week of {}", format::day_range(first, last)),
            lead: vec![format!("As of {}, the last activity that is known.", ctx.as_of)],
            sections: vec![Section { title: "What changed".into(), items, ..Section::default() }],
            button: ("Open the report".into(), format!("{PATH}/report{}", filters.to_query())),
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_monday_the_week_is_the_one_that_just_ended() {
        let day = |text: &str| Day::parse(text).expect("a day");
        for today in ["2024-07-15", "2024-07-17", "2024-07-21"] {
            assert_eq!(last_week(day(today)), (day("2024-07-08"), day("2024-07-14")), "{today}");
        }
    }
}
