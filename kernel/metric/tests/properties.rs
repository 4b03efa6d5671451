//! Every figure from day sets equals the one counted naively from raw rows, and a windowed reading gives the
//! same points as a whole one.

mod model;

use base::Interval;
use model::{DAY, Model, Part, Row, start};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn models() -> impl Strategy<Value = Model> {
    let row = (0i64..200 * 24, 0u32..30, 0usize..6);
    (prop::collection::vec(row, 1..150), 0i64..60 * 24).prop_map(|(rows, later)| {
        let hour = DAY / 24;
        let shaped = rows.into_iter().map(|(h, member, shape)| {
            let part = match shape {
                0 | 1 => Part::Opens,
                2 => Part::Outside,
                n => Part::Follows(n * 7 % 20),
            };
            // 19,700 days are in December 2023, so that the year turns inside.
            Row { at: 19_700 * DAY + h * hour, member, part }
        });
        let mut model = Model::of(shaped.collect());
        model.now = model.rows.last().map(|r| r.at + later * hour);
        model
    })
}

/// Who was active in each period.
fn sets(model: &Model, interval: Interval) -> BTreeMap<i32, BTreeSet<u32>> {
    let mut sets: BTreeMap<i32, BTreeSet<u32>> = BTreeMap::new();
    for row in &model.rows {
        let index = interval.index(base::Day(Model::day(row)));
        sets.entry(index).or_default().insert(row.member);
    }
    sets
}

fn points(answer: &Value) -> Vec<Value> {
    answer["points"].as_array().expect("points").clone()
}

fn intervals() -> impl Strategy<Value = Interval> {
    prop::sample::select(vec![Interval::Day, Interval::Week, Interval::Month])
}

/// Every metric with its options, as a question about any period.
const QUESTIONS: &[(&str, &[(&str, &str)])] = &[
    ("active_members", &[]),
    ("active_members", &[("interval", "day")]),
    ("active_members", &[("interval", "month")]),
    ("rolling_active_members", &[("window", "7")]),
    ("rolling_active_members", &[("window", "30")]),
    ("stickiness", &[]),
    ("stickiness", &[("basis", "rolling30")]),
    ("stickiness", &[("basis", "days")]),
    ("lifecycle", &[]),
    ("lifecycle", &[("interval", "day")]),
    ("lifecycle", &[("interval", "month")]),
    ("retention", &[]),
    ("retention", &[("mode", "unbounded"), ("periods", "3")]),
    ("retention", &[("interval", "month")]),
    ("retention_day", &[("day", "3")]),
    ("retention_day", &[("day", "14"), ("mode", "unbounded")]),
    ("retention_day", &[("bracket", "2-9")]),
    ("members", &[]),
    ("joins", &[]),
    ("net_growth", &[]),
    ("messages", &[]),
    ("conversations", &[]),
    ("time_to_first_response", &[]),
    ("answered_rate", &[("window", "7d")]),
    ("newcomers_answered", &[("interval", "month")]),
    ("concentration", &[]),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_gives_the_same_as_the_whole(model in models(), from in 0i32..220, length in 0i32..100) {
        let (from, to) = (base::Day(19_690 + from), base::Day(19_690 + from + length));
        let (from, to) = (from.to_string(), to.to_string());
        for (id, options) in QUESTIONS {
            for bounds in [vec![("from", from.as_str())], vec![("from", &from), ("to", &to)]] {
                let parameters = [*options, &bounds].concat();
                let (part, whole) = (model.ask(id, &parameters), model.ask_whole(id, &parameters));
                prop_assert_eq!(&part, &whole, "{} {:?}", id, parameters);
                // And its points are those of the question without bounds.
                let all = model.ask(id, options);
                if let (Some(some), Some(all)) = (part["points"].as_array(), all["points"].as_array()) {
                    let mut dated = some.iter().filter(|p| p.get("start").is_some());
                    prop_assert!(dated.all(|p| all.contains(p)), "{} {:?}", id, parameters);
                }
                if let (Some(some), Some(all)) = (part["cohorts"].as_array(), all["cohorts"].as_array()) {
                    prop_assert!(some.iter().all(|c| all.contains(c)), "{} {:?}", id, parameters);
                }
            }
        }
    }

    #[test]
    fn actives_and_lifecycle_are_set_arithmetic(model in models(), interval in intervals()) {
        let sets = sets(&model, interval);
        let (first, last) = (*sets.keys().next().expect("rows"), *sets.keys().last().expect("rows"));
        let nobody = BTreeSet::new();
        let at = |p: i32| sets.get(&p).unwrap_or(&nobody);
        let word = [("interval", interval.word())];
        let (actives, phases) = (model.ask("active_members", &word), model.ask("lifecycle", &word));
        prop_assert_eq!(points(&actives).len() as i32, last - first + 1);
        for (p, (a, l)) in (first..=last).zip(points(&actives).iter().zip(points(&phases))) {
            let earlier: BTreeSet<u32> = sets.range(..p).flat_map(|(_, s)| s.iter().copied()).collect();
            let (now, before) = (at(p), at(p - 1));
            prop_assert_eq!(&a["start"], &Value::from(start(interval, interval.of_index(p).0)));
            prop_assert_eq!(a["value"].as_u64(), Some(now.len() as u64));
            let count = |set: Vec<&u32>| Some(set.len() as u64);
            prop_assert_eq!(l["new"].as_u64(), count(now.difference(&earlier).collect()));
            prop_assert_eq!(l["returning"].as_u64(), count(now.intersection(before).collect()));
            let back = now.iter().filter(|m| earlier.contains(m) && !before.contains(m));
            prop_assert_eq!(l["resurrecting"].as_u64(), count(back.collect()));
            prop_assert_eq!(l["dormant"].as_u64(), count(before.difference(now).collect()));
        }
    }

    #[test]
    fn rolling_windows_are_unions_of_days(model in models(), window in 1i32..40) {
        let days = sets(&model, Interval::Day);
        let answer = model.ask("rolling_active_members", &[("window", &window.to_string())]);
        let first = *days.keys().next().expect("rows");
        for (i, point) in points(&answer).iter().enumerate() {
            let day = first + i as i32;
            let union: BTreeSet<u32> = days.range(day - window + 1..=day).flat_map(|(_, s)| s.clone()).collect();
            prop_assert_eq!(point["value"].as_u64(), Some(union.len() as u64), "day {}", day);
        }
    }

    #[test]
    fn retention_is_counted_member_by_member(model in models(), month in any::<bool>(), exact in any::<bool>()) {
        let interval = if month { Interval::Month } else { Interval::Week };
        let mode = if exact { "exact" } else { "unbounded" };
        let sets = sets(&model, interval);
        let last = *sets.keys().last().expect("rows");
        let mut lives: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
        for (p, members) in &sets {
            members.iter().for_each(|m| lives.entry(*m).or_default().push(*p));
        }
        let answer = model.ask("retention", &[("interval", interval.word()), ("mode", mode)]);
        let mut pooled = [(0u64, 0u64); 13];
        let mut seen = 0;
        for cohort in answer["cohorts"].as_array().expect("cohorts") {
            let begin = base::Day::parse(cohort["start"].as_str().expect("a date")).expect("a date");
            let c = interval.index(begin);
            let its: Vec<_> = lives.values().filter(|l| l[0] == c).collect();
            prop_assert_eq!(cohort["size"].as_u64(), Some(its.len() as u64));
            seen += its.len();
            for k in 0..=12 {
                let cell = &cohort["values"][k as usize];
                if c + k > last {
                    prop_assert_eq!(&cell["state"], "not_yet");
                    prop_assert_eq!(&cell["retained"], &Value::Null);
                    continue;
                }
                let back = |l: &&&Vec<i32>| if exact { l.contains(&(c + k)) } else { l[l.len() - 1] >= c + k };
                let retained = its.iter().filter(back).count() as u64;
                prop_assert_eq!(cell["retained"].as_u64(), Some(retained), "{} {}", c, k);
                pooled[k as usize].0 += retained;
                pooled[k as usize].1 += its.len() as u64;
            }
        }
        prop_assert_eq!(seen, lives.len());
        for row in answer["pooled"].as_array().expect("pooled") {
            let (retained, eligible) = pooled[row["k"].as_u64().expect("k") as usize];
            prop_assert_eq!((row["retained"].as_u64(), row["eligible"].as_u64()), (Some(retained), Some(eligible)));
        }
    }

    #[test]
    fn day_retention_is_counted_member_by_member(model in models(), a in 1i32..20, more in 0i32..20) {
        let b = a + more;
        let mut lives: BTreeMap<u32, BTreeSet<i32>> = BTreeMap::new();
        for row in &model.rows {
            lives.entry(row.member).or_default().insert(Model::day(row));
        }
        let last = model.span().expect("rows").last.0;
        let first = |l: &BTreeSet<i32>| *l.iter().next().expect("a day");
        let eligible: Vec<_> = lives.values().filter(|l| first(l) + b <= last).collect();
        let bracket = eligible.iter().filter(|l| (a..=b).any(|d| l.contains(&(first(l) + d)))).count() as u64;
        let later = eligible.iter().filter(|l| l.iter().any(|d| *d >= first(l) + b)).count() as u64;
        let answer = model.ask("retention_day", &[("bracket", &format!("{a}-{b}"))]);
        prop_assert_eq!(answer["summary"]["eligible"].as_u64(), Some(eligible.len() as u64));
        prop_assert_eq!(answer["summary"]["retained"].as_u64(), Some(bracket));
        let answer = model.ask("retention_day", &[("day", &b.to_string()), ("mode", "unbounded")]);
        prop_assert_eq!(answer["summary"]["retained"].as_u64(), Some(later));
    }

    #[test]
    fn concentration_and_messages_add_up(model in models()) {
        let mut rows: BTreeMap<u32, u64> = BTreeMap::new();
        model.rows.iter().for_each(|r| *rows.entry(r.member).or_default() += 1);
        let mut counts: Vec<u64> = rows.into_values().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let all: u64 = counts.iter().sum();
        let s = model.ask("concentration", &[])["summary"].clone();
        prop_assert_eq!(s["events"].as_u64(), Some(all));
        prop_assert_eq!(s["top10_counts"][0].as_u64(), counts.first().copied());
        let half = (1..=counts.len()).find(|k| 2 * counts[..*k].iter().sum::<u64>() >= all);
        prop_assert_eq!(s["absence_factor_50"].as_u64(), half.map(|k| k as u64));
        // Gini as half the mean absolute difference ÷ mean.
        let n = counts.len() as f64;
        let differences: f64 = counts.iter().flat_map(|a| counts.iter().map(|b| a.abs_diff(*b) as f64)).sum();
        let gini = differences / (2.0 * n * n * (all as f64 / n));
        prop_assert!((s["gini"].as_f64().expect("a figure") - gini).abs() < 1e-9);
        let messages = model.ask("messages", &[]);
        prop_assert_eq!(messages["summary"]["sum"].as_u64(), Some(all));
    }

    #[test]
    fn answers_are_counted_one_by_one(model in models(), interval in intervals()) {
        let now = model.now().expect("rows");
        let opened = model.opened();
        let word = ("interval", interval.word());
        for (text, window) in [("1h", DAY / 24), ("24h", DAY), ("7d", 7 * DAY)] {
            let over: Vec<_> = opened.iter().filter(|o| o.at + window <= now).collect();
            let answered = over.iter().filter(|o| o.answered_at.is_some_and(|at| at - o.at <= window)).count();
            let answer = model.ask("answered_rate", &[("window", text), word]);
            prop_assert_eq!(answer["summary"]["eligible"].as_u64(), Some(over.len() as u64));
            prop_assert_eq!(answer["summary"]["answered"].as_u64(), Some(answered as u64));
            let sum: u64 = points(&answer).iter().map(|p| p["answered"].as_u64().expect("a count")).sum();
            prop_assert_eq!(sum, answered as u64);
        }
        let answer = model.ask("time_to_first_response", &[word]);
        let threads: u64 = points(&answer).iter().map(|p| p["threads"].as_u64().expect("a count")).sum();
        prop_assert_eq!(threads, opened.len() as u64);
        // Kaplan–Meier by its definition: the product over distinct times.
        let waits: Vec<(i64, bool)> =
            opened.iter().map(|o| (o.answered_at.unwrap_or(now) - o.at, o.answered_at.is_some())).collect();
        let times: BTreeSet<i64> = waits.iter().filter(|w| w.1 && w.0 <= DAY).map(|w| w.0).collect();
        let share: f64 = times.iter().map(|t| {
            let risk = waits.iter().filter(|w| w.0 >= *t).count() as f64;
            1.0 - waits.iter().filter(|w| w.1 && w.0 == *t).count() as f64 / risk
        }).product();
        if !waits.is_empty() {
            let ours = answer["summary"]["km_unanswered_at"]["24h"].as_f64().expect("a figure");
            prop_assert!((ours - share).abs() < 1e-9);
        }
    }

    #[test]
    fn newcomers_are_those_whose_first_row_opened(model in models()) {
        let now = model.now().expect("rows");
        let mut first: BTreeMap<u32, &Row> = BTreeMap::new();
        // Several rows at one time: an opening among them counts, as times are all that decide here.
        for row in &model.rows {
            let kept = first.entry(row.member).or_insert(row);
            if kept.at == row.at && row.part == Part::Opens && kept.part != Part::Opens {
                *kept = row;
            }
        }
        let eligible = first.values().filter(|r| r.part == Part::Opens && r.at + DAY <= now).count() as u64;
        let answer = model.ask("newcomers_answered", &[]);
        prop_assert_eq!(answer["summary"]["eligible_24h"].as_u64(), Some(eligible));
    }
}
