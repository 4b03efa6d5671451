//! Five sentences about a period, made of answers by rules: who took part, who came and came back, how fast answers
//! were, which channel moved most, who carries it. A function of envelopes and of nothing else.

use crate::change;
use crate::draw::named;
use metric::{Change, Envelope, Part, State, Verdict};
use std::collections::BTreeMap;
use ui::format;

/// A question to a metric that the sentences need.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The name under which its answer is handed to [`sentences`].
    pub key: &'static str,
    /// The metric.
    pub metric: &'static str,
    /// Parameters beside the filters.
    pub set: &'static [(&'static str, &'static str)],
}

const fn question(
    key: &'static str,
    metric: &'static str,
    set: &'static [(&'static str, &'static str)],
) -> Question {
    Question { key, metric, set }
}

/// What must be asked, each with the filters of the period and with its comparison.
pub const QUESTIONS: &[Question] = &[
    question("actives", "active_members", &[]),
    question("joins", "joins", &[]),
    question("return", "retention", &[("mode", "exact")]),
    question("response", "time_to_first_response", &[]),
    question("answered", "answered_rate", &[("window", "24h")]),
    question("channels", "messages", &[("split", "channel")]),
    question("shoulders", "concentration", &[]),
];

/// A sentence, and the figure that it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The key of the question that answers for it.
    pub key: &'static str,
    /// The sentence.
    pub text: String,
    /// Whether what changed is clear; `None` where nothing is compared.
    pub verdict: Option<Verdict>,
}

/// The sentences about a period, from the answers to [`QUESTIONS`] by key. What was not asked gives none.
pub fn sentences(answers: &BTreeMap<&'static str, Envelope>) -> Vec<Sentence> {
    let find = |key: &str| answers.get(key);
    [
        find("actives").map(actives),
        find("joins").zip(find("return")).map(|(joins, back)| newcomers(joins, back)),
        find("response").zip(find("answered")).map(|(response, answered)| answered_by(response, answered)),
        find("channels").map(channels),
        find("shoulders").map(shoulders),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn say(key: &'static str, text: String, verdict: Option<Verdict>) -> Sentence {
    Sentence { key, text, verdict }
}

/// Why there is no figure, as a sentence's end.
fn reason(envelope: &Envelope) -> &str {
    envelope.reason.as_deref().unwrap_or("there are no figures").trim_end_matches('.')
}

fn changed(envelope: &Envelope) -> Option<&Change> {
    envelope.comparison.as_ref()?.change.as_ref()
}

/// `8.4 % more than from 15 Jun to 1 Sep 2026, a clear change`.
fn against(envelope: &Envelope, change: &Change, more: &str, less: &str) -> String {
    let words = change::words(envelope, change);
    let days = envelope.comparison.as_ref().map(change::days).unwrap_or_default();
    if words.moved.is_empty() {
        return format!("as from {days}");
    }
    let way = if words.arrow > 0 { more } else { less };
    format!("{} {way} than from {days}, {}", words.moved, verdict(change.verdict))
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "a clear change",
        Verdict::NoClearChange => "no clear change",
        Verdict::NotSaid => "with too little before to say whether that is clear",
    }
}

fn actives(envelope: &Envelope) -> Sentence {
    let key = "actives";
    if envelope.state == State::Unavailable {
        return say(key, format!("Who took part cannot be said: {}.", reason(envelope)), None);
    }
    let by = envelope.grain().word();
    if let Some(change) = changed(envelope) {
        let words = change::words(envelope, change);
        let text = format!(
            "In an average {by} {} members took part, {}.",
            words.now,
            against(envelope, change, "more", "fewer")
        );
        return say(key, text, Some(change.verdict));
    }
    let mean = named(envelope, "mean").map_or_else(|| "no".into(), |mean| format::number(mean, 0));
    say(key, format!("In an average {by} {mean} members took part."), None)
}

fn newcomers(joins: &Envelope, back: &Envelope) -> Sentence {
    let key = "return";
    let came = named(joins, "sum").filter(|_| joins.state != State::Unavailable);
    let start = match came {
        Some(n) => format!("{} joined", format::counted(n as u64, "member", "members")),
        None => format!("How many joined cannot be said ({})", reason(joins)),
    };
    let by = back.grain().word();
    let first = back.pooled.as_deref().and_then(|pooled| pooled.iter().find(|p| p.k == 1));
    let Some(share) = first.and_then(|p| p.value) else {
        return say(key, format!("{start}; whether they come back cannot be said yet."), None);
    };
    let rate = format!("{start}; of newcomers, {} were back a {by} later", format::share(share));
    match changed(back) {
        Some(change) => {
            let text = format!("{rate}, {}.", against(back, change, "more", "less"));
            say(key, text, Some(change.verdict))
        }
        None => say(key, format!("{rate}."), None),
    }
}

fn answered_by(response: &Envelope, answered: &Envelope) -> Sentence {
    let key = "response";
    if response.state == State::Unavailable {
        return say(key, format!("How fast answers come cannot be said: {}.", reason(response)), None);
    }
    let Some(median) = named(response, "ttfr_s.median") else {
        return say(key, "No conversation of these days was answered.".into(), None);
    };
    let within = named(answered, "value")
        .map(|share| format!(", and {} of all conversations within 24 h", format::share(share)))
        .unwrap_or_default();
    let half = format!("Half of the answers came within {}{within}", format::duration(median));
    match changed(response) {
        Some(change) => {
            let text = format!("{half}; the median is {}.", against(response, change, "longer", "shorter"));
            say(key, text, Some(change.verdict))
        }
        None => say(key, format!("{half}."), None),
    }
}

/// The channel that moved most among those with a clear change, else that none did.
fn channels(envelope: &Envelope) -> Sentence {
    let key = "channels";
    let parts: Vec<&Part> = envelope
        .parts
        .iter()
        .flatten()
        .filter(|p| p.rest.is_none() && p.state != State::Unavailable)
        .collect();
    let Some(largest) = parts.first() else {
        return say(key, "No channel had a message in these days.".into(), None);
    };
    let moved: Vec<(&Part, &Change)> =
        parts.iter().filter_map(|p| Some((*p, p.comparison.as_ref()?.change.as_ref()?))).collect();
    if moved.is_empty() {
        let sum =
            largest.figures.summary.as_ref().and_then(|s| s.get("sum")).and_then(serde_json::Value::as_u64);
        let count = format::counted(sum.unwrap_or(0), "message", "messages");
        return say(key, format!("The largest channel is {} with {count}.", largest.label), None);
    }
    let most = |up: bool| {
        // Of equal ones the larger channel, which comes first.
        let way =
            moved.iter().rev().filter(|(_, c)| c.verdict == Verdict::Clear && (c.difference > 0.0) == up);
        way.max_by(|a, b| a.1.difference.abs().total_cmp(&b.1.difference.abs()))
    };
    let told = |(part, change): &(&Part, &Change), up: bool| {
        let words = change::words(envelope, change);
        let way = if up { "more" } else { "fewer" };
        format!("{} ({} {way} messages)", part.label, words.moved)
    };
    match (most(true), most(false)) {
        (Some(up), Some(down)) => {
            let text = format!(
                "{} grew most and {} shrank most, both clear changes.",
                told(up, true),
                told(down, false)
            );
            say(key, text, Some(Verdict::Clear))
        }
        (Some(up), None) => {
            let text = format!("{} grew most, a clear change; no channel shrank clearly.", told(up, true));
            say(key, text, Some(Verdict::Clear))
        }
        (None, Some(down)) => {
            let text = format!("{} shrank most, a clear change; no channel grew clearly.", told(down, false));
            say(key, text, Some(Verdict::Clear))
        }
        (None, None) => {
            let text = format!("No channel grew or shrank clearly; the largest is {}.", largest.label);
            say(key, text, Some(Verdict::NoClearChange))
        }
    }
}

fn shoulders(envelope: &Envelope) -> Sentence {
    let key = "shoulders";
    let figures =
        (named(envelope, "members"), named(envelope, "absence_factor_50"), named(envelope, "share_top_1pct"));
    let (Some(members), Some(half), Some(top)) = figures else {
        return say(key, format!("Who carries the community cannot be said: {}.", reason(envelope)), None);
    };
    let text = format!(
        "Of {} who wrote, {} wrote half of everything; the top 1 % wrote {}",
        format::counted(members as u64, "member", "members"),
        format::number(half, 0),
        format::share(top)
    );
    match changed(envelope) {
        Some(change) => {
            let text = format!("{text}, {}.", against(envelope, change, "more", "less"));
            say(key, text, Some(change.verdict))
        }
        None => say(key, format!("{text}."), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn ask(compare: bool) -> BTreeMap<&'static str, Envelope> {
        let answer = |q: &Question| {
            let mut pairs: Vec<(String, String)> =
                q.set.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            if compare {
                pairs.push(("compare".into(), "previous".into()));
            }
            (q.key, samples::answer(q.metric, &pairs).expect("a sample"))
        };
        QUESTIONS.iter().map(answer).collect()
    }

    fn texts(answers: &BTreeMap<&'static str, Envelope>) -> Vec<String> {
        sentences(answers).into_iter().map(|s| s.text.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn five_sentences_say_what_changed_and_whether_it_is_clear() {
        assert_eq!(
            texts(&ask(true)),
            [
                "In an average week 380 members took part, 23 % more than from 15 Jun to 1 Sep 2026, a clear change.",
                "247 members joined; of newcomers, 52 % were back a week later, 2 pts more than from 15 Jun to 1 Sep 2026, no clear change.",
                "Half of the answers came within 1 h 48 min, and 62 % of all conversations within 24 h; the median is 57 min shorter than from 15 Jun to 1 Sep 2026, a clear change.",
                "#general (23 % more messages) grew most, a clear change; no channel shrank clearly.",
                "Of 1,204 members who wrote, 17 wrote half of everything; the top 1 % wrote 42 %, 2 pts more than from 15 Jun to 1 Sep 2026, with too little before to say whether that is clear.",
            ]
        );
    }

    #[test]
    fn without_a_comparison_they_only_say_what_is() {
        let told = sentences(&ask(false));
        assert_eq!(told.len(), 5);
        assert!(told.iter().all(|s| s.verdict.is_none() && !s.text.contains("change")), "{told:?}");
    }

    #[test]
    fn what_cannot_be_known_is_said_as_such() {
        let mut answers = ask(true);
        let none = |metric: &str| Envelope { id: metric.into(), ..samples::unavailable() };
        answers.insert("response", none("time_to_first_response"));
        answers.insert("actives", none("active_members"));
        let told = texts(&answers);
        assert!(told[0].starts_with("Who took part cannot be said: No reply links"), "{}", told[0]);
        assert!(told[2].starts_with("How fast answers come cannot be said: No reply links"), "{}", told[2]);
        answers.remove("shoulders");
        assert_eq!(sentences(&answers).len(), 4);
    }

    #[test]
    fn channels_that_went_both_ways_are_both_named() {
        let mut answers = ask(true);
        let envelope = answers.get_mut("channels").expect("channels");
        for (at, part) in envelope.parts.iter_mut().flatten().enumerate() {
            let change = part.comparison.as_mut().and_then(|c| c.change.as_mut()).expect("a change");
            (change.value, change.was) = if at == 0 { (120.0, 100.0) } else { (60.0, 100.0) };
            change.difference = change.value - change.was;
        }
        let told = texts(&answers);
        assert_eq!(
            told[3],
            "#general (20 % more messages) grew most and #help (40 % fewer messages) shrank most, both clear changes."
        );
        for part in answers.get_mut("channels").expect("channels").parts.iter_mut().flatten() {
            part.comparison.as_mut().and_then(|c| c.change.as_mut()).expect("a change").verdict =
                Verdict::NoClearChange;
        }
        assert!(texts(&answers)[3].starts_with("No channel grew or shrank clearly"));
    }
}
