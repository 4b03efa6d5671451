//! What the rest relies on: the same bytes every time, sane links, no empty chart, and the story in it.

mod story;

use base::Day;
use community::{ActivityDraft, Kind};
use connect::Collected;
use demo::{Bench, Demo, Order, fill};
use std::collections::{HashMap, HashSet};

fn end() -> Day {
    Day::parse("2026-11-19").expect("a day")
}

fn small() -> Demo {
    Demo { seed: 3, activities: 22_000, days: 300, end: end() }
}

fn collected(demo: &Demo) -> Vec<(&'static str, Collected)> {
    let take = |source: &demo::DemoSource| {
        let mut sink = Collected::default();
        source.emit(&mut sink).expect("this sink takes everything");
        (source.network(), sink)
    };
    demo.sources().iter().map(take).collect()
}

/// A number for all bytes of a community; times count from its last day.
fn print(demo: &Demo) -> u64 {
    let start = demo.end.start_micros();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |text: &str| {
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for source in demo.sources() {
        eat(source.name);
        source.identities.iter().for_each(|i| eat(&format!("{i:?}")));
        for a in &source.activities {
            eat(&format!(
                "{} {} {:?} {:?} {:?} {}",
                a.at - start,
                a.channel,
                a.actor,
                a.title,
                a.text,
                a.deleted
            ));
        }
    }
    hash
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let demo = small();
    assert_eq!(print(&demo), print(&demo));
    assert_ne!(print(&demo), print(&Demo { seed: 4, ..demo }));
}

#[test]
fn the_demo_of_every_day_tells_the_same_story() {
    let demo = small();
    for weeks in [9, 61] {
        assert_eq!(print(&demo), print(&Demo { end: end().plus(7 * weeks), ..demo }), "{weeks} weeks later");
    }
    for ahead in 0..30 {
        let today = end().plus(ahead);
        let last = Demo::last_day(today);
        assert!((1..=7).contains(&(today.0 - last.0)) && (end().0 - last.0) % 7 == 0, "{last} for {today}");
    }
}

#[test]
fn the_community_of_the_demo_has_its_size() {
    let activities = |demo: &Demo| demo.sources().iter().map(|s| s.activities.len()).sum::<usize>();
    let demo = Demo::ending(end());
    let sources = demo.sources();
    let count = activities(&demo);
    assert!((38_000..50_000).contains(&count), "{count}");
    let accounts: usize = sources.iter().map(|s| s.identities.len()).sum();
    assert!((1_300..2_600).contains(&accounts), "{accounts}");
    for asked in [24_000, 150_000] {
        let count = activities(&Demo { activities: asked, ..demo }) as u64;
        assert!((asked * 3 / 4..asked * 5 / 4).contains(&count), "{count} for {asked}");
    }
}

#[test]
fn ids_are_unique_and_links_lead_somewhere() {
    for (network, log) in collected(&small()) {
        let accounts: HashSet<&str> = log.identities.iter().map(|i| i.external_id.as_str()).collect();
        assert_eq!(accounts.len(), log.identities.len(), "{network}: account ids are unique");
        let channels: HashSet<&str> = log.channels.iter().map(|c| c.external_id.as_str()).collect();
        let mut records = HashSet::new();
        let messages: HashMap<&str, &ActivityDraft> =
            log.activities.iter().filter(|a| a.kind.is_row()).map(|a| (a.external_id.as_str(), a)).collect();
        for a in &log.activities {
            assert!(records.insert((a.record, &a.external_id)), "{network}: {a:?} comes twice");
            assert!(channels.contains(a.channel.as_str()), "{network}: {a:?}");
            assert!(a.actor.as_deref().is_some_and(|id| accounts.contains(id)), "{network}: {a:?}");
            let last = end().plus(1).start_micros();
            assert!(a.at < last, "{network}: {a:?} lies after the end");
            if let Some(parent) = &a.parent {
                let parent = messages[parent.as_str()];
                assert!(parent.at <= a.at && parent.channel == a.channel, "{network}: {a:?}");
                if a.kind == Kind::REPLY_POSTED {
                    assert_eq!(parent.conversation, a.conversation);
                }
            }
        }
    }
}

#[test]
fn channels_come_one_after_the_other_in_order_of_time() {
    for (network, log) in collected(&small()) {
        let mut seen: Vec<&str> = Vec::new();
        let mut last = 0;
        for a in log.activities.iter().filter(|a| a.kind.is_row()) {
            if seen.last() != Some(&a.channel.as_str()) {
                assert!(!seen.contains(&a.channel.as_str()), "{network}: {} comes again", a.channel);
                seen.push(&a.channel);
                last = 0;
            }
            assert!(a.at > last, "{network}: {a:?}");
            last = a.at;
        }
    }
}

#[test]
fn no_chart_is_empty() {
    let logs = collected(&small());
    let all: Vec<&ActivityDraft> = logs.iter().flat_map(|(_, l)| &l.activities).collect();
    let count = |kind: Kind| all.iter().filter(|a| a.kind == kind).count();
    for kind in [
        Kind::MESSAGE_POSTED,
        Kind::REPLY_POSTED,
        Kind::TOPIC_OPENED,
        Kind::MEMBER_JOINED,
        Kind::MEMBER_LEFT,
        Kind::REACTION_ADDED,
        Kind::NOTICE_POSTED,
        Kind::MESSAGE_RELAYED,
        Kind::ANSWER_ACCEPTED,
    ] {
        assert!(count(kind) >= 10, "{}: {}", kind.name(), count(kind));
    }
    let mut gaps: Vec<i64> = Vec::new();
    // First answers fall into every window, and some conversations never get one.
    for (network, log) in &logs {
        let mut answers: HashMap<&str, i64> = HashMap::new();
        let mut opened: HashMap<&str, &ActivityDraft> = HashMap::new();
        for a in log.activities.iter().filter(|a| a.kind.is_active()) {
            let key = a.conversation.as_ref().unwrap().key.as_str();
            match a.kind == Kind::REPLY_POSTED {
                false => drop(opened.insert(key, a)),
                true if opened[key].actor != a.actor => {
                    answers.entry(key).or_insert(a.at - opened[key].at);
                }
                true => {}
            }
        }
        assert!(answers.len() < opened.len(), "{network}: everything is answered");
        gaps.extend(answers.into_values());
    }
    let within = |hours: i64| gaps.iter().filter(|gap| **gap <= hours * 3_600_000_000).count();
    assert!(within(1) > 0 && within(1) < within(24) && within(24) < gaps.len());
}

#[test]
fn somebody_who_left_says_nothing_more() {
    for (network, log) in collected(&small()) {
        let left: HashMap<&str, i64> = log
            .activities
            .iter()
            .filter(|a| a.kind == Kind::MEMBER_LEFT)
            .map(|a| (a.actor.as_deref().unwrap(), a.at))
            .collect();
        for a in log.activities.iter().filter(|a| a.kind != Kind::MEMBER_LEFT) {
            let gone = a.actor.as_deref().and_then(|id| left.get(id));
            assert!(gone.is_none_or(|at| *at >= a.at), "{network}: {a:?}");
        }
    }
}

#[test]
fn generated_logs_have_exactly_as_many_rows_in_the_order_asked() {
    for order in [Order::Channel, Order::Time] {
        let bench =
            Bench { channels: 20, actives_per_day: 100, days: 40, ..Bench::new(20_000, order, end()) };
        let mut log = Collected::default();
        fill(&bench, &mut log).unwrap();
        assert_eq!((log.activities.len(), log.channels.len(), log.bytes), (20_000, 20, 20_000));
        let replies = log.activities.iter().filter(|a| a.kind == Kind::REPLY_POSTED).count();
        assert!((5_500..6_500).contains(&replies), "{replies}");
        let by_time = log.activities.windows(2).all(|w| w[0].at <= w[1].at);
        assert_eq!(by_time, order == Order::Time);
        let mut days: HashMap<Day, HashSet<&str>> = HashMap::new();
        for a in &log.activities {
            days.entry(Day::of_micros(a.at)).or_default().insert(a.actor.as_deref().unwrap());
        }
        let mean = days.values().map(HashSet::len).sum::<usize>() / days.len();
        assert!((60..=100).contains(&mean), "{mean} active members a day");
        let length: usize = log.activities.iter().filter_map(|a| a.text.as_ref()).map(String::len).sum();
        assert!((80..120).contains(&(length / log.activities.len())));
    }
}
