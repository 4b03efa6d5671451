//! What happens in the demo: the parts of its story, its texts, and what the last two weeks hold for Today.

use super::end;
use base::{Day, Micros};
use community::questions::{self, Asks};
use community::{ActivityDraft, Kind};
use demo::{Demo, DemoSource};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;

fn demo() -> Demo {
    Demo::ending(end())
}

fn sources() -> &'static [DemoSource] {
    static SOURCES: OnceLock<Vec<DemoSource>> = OnceLock::new();
    SOURCES.get_or_init(|| demo().sources())
}

fn source(name: &str) -> &'static DemoSource {
    sources().iter().find(|s| s.name == name).expect("a source")
}

fn channel(source: &DemoSource, id: &str) -> String {
    let found = source.channels.iter().find(|c| c.external_id == id);
    found.and_then(|c| c.name.clone()).expect("every channel has a name")
}

/// Accounts of machines.
fn bots(source: &DemoSource) -> HashSet<&str> {
    source.identities.iter().filter(|i| i.bot == Some(true)).map(|i| i.external_id.as_str()).collect()
}

/// A conversation: its opening and what followed in it.
struct Talk<'a> {
    source: &'a DemoSource,
    opening: &'a ActivityDraft,
    replies: Vec<&'a ActivityDraft>,
    reactions: usize,
}

impl Talk<'_> {
    fn text(&self) -> &str {
        self.opening.text.as_deref().unwrap_or_default()
    }

    fn title(&self) -> &str {
        self.opening.title.as_deref().unwrap_or_default()
    }

    /// Whether it is a question by the rule that the desk applies.
    fn asks(&self) -> bool {
        let opening = self.opening;
        let rule = questions::asks(opening.kind, opening.title.as_deref(), opening.text.as_deref());
        rule != Asks::default()
    }

    /// Whether somebody else wrote in it.
    fn answered(&self) -> bool {
        self.replies.iter().any(|r| r.actor != self.opening.actor)
    }

    /// Whether somebody else wrote in the channel within four hours.
    fn passed(&self) -> bool {
        let near = |a: &&ActivityDraft| {
            a.channel == self.opening.channel && a.at > self.opening.at && a.at < self.opening.at + 4 * HOUR
        };
        self.source
            .activities
            .iter()
            .filter(near)
            .any(|a| a.kind.is_active() && a.actor != self.opening.actor)
    }

    /// Days before the newest activity of its source.
    fn age(&self) -> i64 {
        (self.source.last() - self.opening.at) / DAY
    }
}

fn talks() -> Vec<Talk<'static>> {
    let mut talks = Vec::new();
    for source in sources() {
        let mut here: BTreeMap<&str, Talk<'_>> = BTreeMap::new();
        let mut of: HashMap<&str, &str> = HashMap::new();
        let mut rows: Vec<&ActivityDraft> = source.activities.iter().collect();
        rows.sort_by_key(|a| a.at);
        for a in rows {
            let key = a.conversation.as_ref().map(|c| c.key.as_str());
            match (a.kind, key) {
                (kind, Some(key)) if kind.is_active() => {
                    of.insert(&a.external_id, key);
                    match here.get_mut(key) {
                        Some(talk) => talk.replies.push(a),
                        None => {
                            drop(here.insert(key, Talk { source, opening: a, replies: vec![], reactions: 0 }))
                        }
                    }
                }
                (Kind::REACTION_ADDED, _) => {
                    let message = a.parent.as_deref().and_then(|p| of.get(p)).copied();
                    let talk = message.and_then(|key| here.get_mut(key));
                    talk.filter(|t| Some(t.opening.external_id.as_str()) == a.parent.as_deref())
                        .iter_mut()
                        .for_each(|t| t.reactions += 1);
                }
                _ => {}
            }
        }
        talks.extend(here.into_values());
    }
    talks
}

/// The channels in which questions are asked.
fn helps(talk: &Talk<'_>) -> bool {
    [
        "help",
        "machines",
        "development",
        "Help",
        "Machines & material",
        "Deutsch",
        "Español",
        "deutsch",
        "español",
    ]
    .contains(&channel(talk.source, &talk.opening.channel).as_str())
}

#[test]
fn nobody_reads_the_same_thing_twice() {
    let talks = talks();
    let mut openings: HashSet<&str> = HashSet::new();
    let mut answers: HashMap<&str, usize> = HashMap::new();
    for talk in &talks {
        if !talk.opening.deleted && talk.opening.kind != Kind::NOTICE_POSTED {
            assert!(openings.insert(talk.text()), "{}", talk.text());
        }
        for reply in &talk.replies {
            *answers.entry(reply.text.as_deref().unwrap_or_default()).or_insert(0) += 1;
        }
    }
    answers.remove("");
    let often: Vec<_> =
        answers.iter().filter(|(text, n)| **n > if text.len() < 30 { 20 } else { 7 }).collect();
    assert!(often.is_empty(), "{often:?}");
    let titles: Vec<&str> = talks.iter().filter_map(|t| t.opening.title.as_deref()).collect();
    let distinct: HashSet<&&str> = titles.iter().collect();
    assert!(distinct.len() * 2 > titles.len(), "{} of {} titles", distinct.len(), titles.len());
    let all = openings.iter().chain(answers.keys());
    assert!(!all.clone().any(|text| text.contains(['{', '}', '|'])), "every slot is filled");
}

#[test]
fn questions_are_as_frequent_as_in_a_real_community() {
    let talks: Vec<_> =
        talks().into_iter().filter(|t| helps(t) && !bots(t.source).contains(actor(t))).collect();
    let asked: Vec<_> = talks.iter().filter(|t| t.asks()).collect();
    let share = asked.len() * 100 / talks.len();
    assert!((33..=46).contains(&share), "{share} % ask");
    let open = asked.iter().filter(|t| !t.answered()).count() * 100 / asked.len();
    assert!((10..=33).contains(&open), "{open} % have no reply in the thread");
    let silent = asked.iter().filter(|t| !t.answered() && !t.passed() && t.reactions == 0).count();
    assert!((8..=25).contains(&(silent * 100 / asked.len())), "{silent} of {}", asked.len());
}

fn actor<'a>(talk: &Talk<'a>) -> &'a str {
    talk.opening.actor.as_deref().unwrap_or_default()
}

#[test]
fn three_languages_are_spoken() {
    let talks = talks();
    for (name, word) in
        [("deutsch", " ich "), ("Deutsch", " die "), ("español", " con "), ("Español", " que ")]
    {
        let here = talks.iter().filter(|t| channel(t.source, &t.opening.channel) == name);
        let texts: Vec<&str> = here.map(|t| t.text()).filter(|t| !t.is_empty()).collect();
        let spoken = texts.iter().filter(|t| t.contains(word)).count();
        assert!(texts.len() > 100 && spoken > 10, "{name}: {spoken} of {}", texts.len());
    }
    let letters = source("lathe-users");
    let long = letters.activities.iter().filter(|a| a.kind == Kind::TOPIC_OPENED);
    let mean = long.clone().filter_map(|a| a.text.as_ref()).map(String::len).sum::<usize>() / long.count();
    assert!(mean > 200, "letters are long: {mean}");
    let quotes = letters.activities.iter().filter(|a| a.text.as_deref().is_some_and(|t| t.starts_with("> ")));
    assert!(quotes.count() > 100);
    assert!(talks.iter().filter(|t| t.text().contains("```")).count() > 100, "there is code");
}

#[test]
fn every_part_of_the_story_is_told() {
    let moments: BTreeMap<&str, Day> = demo().moments().iter().map(|m| (m.text, m.day)).collect();
    let day = |a: &ActivityDraft| Day::of_micros(a.at);
    let talks = talks();
    let on = |text: &str, said: &str| {
        let when = moments[text];
        talks
            .iter()
            .filter(|t| {
                (0..3).contains(&(day(t.opening).0 - when.0))
                    && (t.text().contains(said) || t.title().contains(said))
            })
            .count()
    };
    assert!(on("Lathe 2.0 released", "2.0") >= 4, "the launch in every source");
    assert!(on("Talk at Chips & Curves", "Chips & Curves") >= 3);
    assert!(on("Share and Sync down for six hours", "12:50") >= 4, "the notice and the post-mortem");
    assert!(on("Team week begins", "week") >= 3);
    assert!(
        talks
            .iter()
            .filter(|t| t.opening.title.as_deref().is_some_and(|t| t.starts_with("Lathe letter")))
            .count()
            > 40
    );
    // The outage asks more questions in an afternoon than any usual day.
    let down = moments["Share and Sync down for six hours"];
    let asked = |on: Day| talks.iter().filter(|t| day(t.opening) == on && t.asks()).count();
    let usual = (20..60).map(|back| asked(down.plus(-back))).max().unwrap_or(0);
    assert!(asked(down) > usual, "{} against {usual}", asked(down));
    // A wave of joins at the launch and after the conference.
    let joined = |on: Day| {
        let rows = sources().iter().flat_map(|s| &s.activities);
        rows.filter(|a| a.kind == Kind::MEMBER_JOINED && (0..7).contains(&(day(a).0 - on.0))).count()
    };
    for (text, day) in
        [("launch", moments["Lathe 2.0 released"]), ("conference", moments["Talk at Chips & Curves"])]
    {
        assert!(
            joined(day) * 2 > joined(day.plus(-14)) * 3,
            "{text}: {} {}",
            joined(day),
            joined(day.plus(-14))
        );
    }
    // The raid: many join, spam, and are gone within hours.
    let raid = moments["Raid on Discord"];
    let discord = source("Lathe Discord");
    let rows = |kind: Kind| discord.activities.iter().filter(move |a| a.kind == kind && day(a) == raid);
    let came: HashSet<&str> = rows(Kind::MEMBER_JOINED).filter_map(|a| a.actor.as_deref()).collect();
    let thrown: Vec<_> =
        rows(Kind::MEMBER_LEFT).filter(|a| came.contains(a.actor.as_deref().unwrap())).collect();
    assert!(thrown.len() > 30, "{}", thrown.len());
    assert!(rows(Kind::MESSAGE_POSTED).filter(|a| a.deleted).count() > 80, "spam was taken away");
}

/// The days on which an account did anything, counted back from the last.
fn active_days(handle: &str) -> HashSet<i32> {
    let mut days = HashSet::new();
    for source in sources() {
        let id =
            source.identities.iter().find(|i| i.handle.as_deref() == Some(handle)).map(|i| &i.external_id);
        let rows = source.activities.iter().filter(|a| id.is_some() && a.actor.as_ref() == id);
        days.extend(rows.filter(|a| a.kind != Kind::MEMBER_JOINED).map(|a| end().0 - Day::of_micros(a.at).0));
    }
    days
}

#[test]
fn people_who_mattered_fell_silent_and_others_fade() {
    for handle in ["linnea_a", "hank_s", "tanvi", "vdrechsler", "giulia.c"] {
        let days = active_days(handle);
        let last = days.iter().min().copied().unwrap_or(999);
        assert!((21..=36).contains(&last), "{handle} was seen {last} days ago");
        let weeks: HashSet<i32> = days.iter().map(|d| (d - last) / 7).filter(|w| *w < 13).collect();
        assert!(weeks.len() >= 11, "{handle} was here in {} of 13 weeks", weeks.len());
    }
    for handle in ["gareth_p", "imani_b", "sanne_v"] {
        let days = active_days(handle);
        let within = |from: i32, to: i32| days.iter().filter(|d| (from..to).contains(*d)).count();
        assert!(
            within(70, 100) >= 3 * within(0, 30).max(1),
            "{handle}: {} {}",
            within(70, 100),
            within(0, 30)
        );
    }
}

#[test]
fn questions_wait_in_several_places() {
    let talks = talks();
    let waiting: Vec<_> = talks
        .iter()
        .filter(|t| helps(t) || t.source.network() == "mail")
        .filter(|t| {
            t.asks() && (1..14).contains(&t.age()) && !t.answered() && !t.passed() && t.reactions == 0
        })
        .collect();
    let places: HashSet<_> = waiting.iter().map(|t| (t.source.name, t.opening.channel.as_str())).collect();
    let names: HashSet<_> = waiting.iter().map(|t| t.source.name).collect();
    assert!(waiting.len() >= 8 && places.len() >= 5 && names.len() == 4, "{} {places:?}", waiting.len());
    let said =
        |words: &str| talks.iter().find(|t| t.text().contains(words)).unwrap_or_else(|| panic!("{words}"));
    for words in [
        "Second week with Lathe",
        "For once a question from me",
        "ganz frisch dabei",
        "write a post-processor for",
        "offset::join",
    ] {
        let talk = said(words);
        assert!(!talk.answered() && !talk.passed() && talk.asks(), "{words}");
    }
    let liked = said("count the recess for the chuck jaws");
    assert!(!liked.answered() && !liked.passed() && liked.reactions == 2);
    // The asker owes a reply: the last word is a question by somebody else.
    let owes = said("Bridge loses my KX-1");
    assert!(
        owes.replies.len() == 1 && owes.answered() && owes.replies[0].text.as_deref().unwrap().contains('?')
    );
    // The asker came back, and nobody said anything since.
    let back = said("comes out at 97 %");
    assert!(back.replies.len() == 2 && back.replies[1].actor == back.opening.actor);
    assert!(end().plus(1).start_micros() - back.replies[1].at > 3 * DAY);
    let reminded = said("my gallery on Share shows 14 of 23");
    assert!(!reminded.answered() && reminded.replies.len() == 1);
}

#[test]
fn newcomers_wait_to_be_greeted() {
    let mut first: HashMap<(&str, &str), &ActivityDraft> = HashMap::new();
    for source in sources() {
        for a in source.activities.iter().filter(|a| a.kind.is_active()) {
            let who = (source.name, a.actor.as_deref().unwrap_or_default());
            let known = first.entry(who).or_insert(a);
            if a.at < known.at {
                *known = a;
            }
        }
    }
    let talks = talks();
    let new: Vec<_> = talks
        .iter()
        .filter(|t| (0..7).contains(&t.age()) && std::ptr::eq(first[&(t.source.name, actor(t))], t.opening))
        .collect();
    let greeted = new.iter().filter(|t| t.answered()).count();
    assert!(new.len() >= 10 && greeted >= 3 && new.len() - greeted >= 4, "{greeted} of {}", new.len());
    let names: HashSet<_> = new.iter().map(|t| t.source.name).collect();
    assert!(names.len() >= 3, "{names:?}");
}

#[test]
fn answers_are_clearly_slower_in_the_last_week() {
    // Medians of the first answer in hours, by week back from the last day.
    let mut gaps: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for talk in talks() {
        let other = talk.replies.iter().find(|r| r.actor != talk.opening.actor);
        let week = (end().plus(1).start_micros() - talk.opening.at) / (7 * DAY);
        if let Some(other) = other {
            gaps.entry(week).or_default().push((other.at - talk.opening.at) as f64 / HOUR as f64);
        }
    }
    let median = |week: i64| {
        let mut list = gaps[&week].clone();
        list.sort_by(f64::total_cmp);
        list[list.len() / 2]
    };
    let before: Vec<f64> = (2..14).map(median).collect();
    let mean = before.iter().sum::<f64>() / before.len() as f64;
    let deviation = (before.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / before.len() as f64).sqrt();
    assert!(median(0) > mean + 3.0 * deviation, "{} against {mean} ± {deviation}", median(0));
}

#[test]
fn one_source_is_older_than_the_others() {
    let age = |name: &str| end().0 - Day::of_micros(source(name).last()).0;
    assert_eq!([age("Lathe Discord"), age("Lathe Forum")], [0, 0]);
    assert!((5..=8).contains(&age("lathe-users")), "{}", age("lathe-users"));
    assert!(age("Contributors Slack") <= 2, "{}", age("Contributors Slack"));
}

#[test]
fn people_are_in_several_places_with_and_without_links() {
    let links = demo().links();
    let linked: HashSet<(&str, &str)> =
        links.iter().flat_map(|l| [(l.one.0, l.one.1.as_str()), (l.other.0, l.other.1.as_str())]).collect();
    let reasons: HashSet<&str> = links.iter().map(|l| l.reason).collect();
    assert!(links.len() > 100 && reasons.len() >= 5, "{} {reasons:?}", links.len());
    let (mut mails, mut faces, mut firsts) = (HashMap::new(), HashMap::new(), HashMap::new());
    for source in sources() {
        for one in &source.identities {
            if linked.contains(&(source.name, one.external_id.as_str())) {
                continue;
            }
            if let Some(mail) = &one.email {
                mails.entry(mail.as_str()).or_insert_with(HashSet::new).insert(source.name);
            }
            let (Some(handle), Some(name)) = (&one.handle, &one.name) else { continue };
            if one.bot != Some(true) && handle != name {
                faces
                    .entry((handle.as_str(), name.as_str()))
                    .or_insert_with(HashSet::new)
                    .insert(source.name);
            }
            if !name.contains(' ') && handle != name {
                firsts.entry(name.as_str()).or_insert_with(HashSet::new).insert(handle.as_str());
            }
        }
    }
    let several = |sets: Vec<usize>| sets.into_iter().filter(|n| *n > 1).count();
    let by_mail = several(mails.values().map(HashSet::len).collect());
    let by_face = several(faces.values().map(HashSet::len).collect());
    assert!(by_mail >= 3 && by_face >= 5 && by_mail + by_face <= 80, "{by_mail} {by_face}");
    for name in ["Maria", "Alex", "Sam", "Nina"] {
        assert!(firsts.get(name).is_some_and(|handles| handles.len() > 1), "two people called {name}");
    }
    let staff = sources().iter().flat_map(|s| &s.identities);
    let staff: HashSet<&str> =
        staff.filter_map(|i| i.email.as_deref()).filter(|e| e.ends_with(demo::STAFF_DOMAIN)).collect();
    assert_eq!(staff.len(), 5);
}
