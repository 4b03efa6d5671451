//! Every metric on a community small enough to count by hand.

mod model;

use base::{Day, Zone};
use community::Kind;
use community::read::{Basis, Opened, Passage, Passages, Totals};
use metric::{Inputs, Query, csv, table};
use model::{DAY, Model, Part, Row, answer_from, day};
use serde_json::{Value, json};

/// Three members over three weeks. Monday 1 January 2024 is the first day; *now* is Thursday 18 at noon.
///
/// ```text
/// week of  1 Jan: 1 on Mon Tue, 2 on Tue
/// week of  8 Jan: 1 on Wed
/// week of 15 Jan: 2 on Mon, 3 on Thu
/// ```
fn small() -> Model {
    let first = day("2024-01-01");
    Model::of_days(&[
        (first, 1),
        (first + 1, 1),
        (first + 1, 2),
        (first + 9, 1),
        (first + 14, 2),
        (first + 17, 3),
    ])
}

/// The named figures of each point, in order.
fn column(answer: &Value, name: &str) -> Vec<Value> {
    answer["points"].as_array().expect("points").iter().map(|p| p[name].clone()).collect()
}

fn check(answer: &Value, name: &str, expected: Value) {
    assert_eq!(Value::Array(column(answer, name)), expected, "{name} of {answer}");
}

#[test]
fn active_members() {
    let weeks = small().ask("active_members", &[]);
    check(&weeks, "start", json!(["2024-01-01", "2024-01-08", "2024-01-15"]));
    check(&weeks, "value", json!([2, 1, 2]));
    check(&weeks, "state", json!(["complete", "complete", "partial"]));
    assert_eq!(weeks["summary"]["max_start"], "2024-01-01");
    assert_eq!(weeks["filters"], json!({"interval": "week", "staff": "include"}));
    assert_eq!(weeks["now"], "2024-01-18T12:00:00Z");
    let days = small().ask("active_members", &[("interval", "day"), ("to", "2024-01-04")]);
    check(&days, "value", json!([1, 2, 0, 0]));
    // January began with the data; a month that began before it is partial.
    let late = Model::of_days(&[(day("2024-01-03"), 1), (day("2024-02-01"), 1)]);
    check(&late.ask("active_members", &[("interval", "month")]), "state", json!(["partial", "partial"]));
    assert_eq!(Model::default().ask("active_members", &[])["state"], "unavailable");
}

#[test]
fn rolling_active_members() {
    let answer = small().ask("rolling_active_members", &[("window", "7")]);
    check(&answer, "value", json!([1, 2, 2, 2, 2, 2, 2, 2, 0, 1, 1, 1, 1, 1, 2, 2, 1, 2]));
    assert_eq!(answer["summary"], json!({"max": 2, "last": 2, "sum": 27, "members": 3}));
    assert_eq!(column(&answer, "state")[5], "partial");
    assert_eq!(column(&answer, "state")[6], "complete");
    let window = small().ask("rolling_active_members", &[("window", "7"), ("from", "2024-01-17")]);
    check(&window, "value", json!([1, 2]));
    assert_eq!(window["summary"]["members"], 2);
}

#[test]
fn a_rolling_series_of_a_channel_runs_to_the_communitys_last_day() {
    let query = Query::parse("rolling_active_members", [("window", "7")]).expect("a question");
    let mut inputs = Model::of_days(&[(100, 1)]).inputs(&query, true);
    inputs.community = Some(base::Period { first: Day(98), last: Day(110) });
    let answer = serde_json::to_value(answer_from(&query, &inputs)).expect("json");
    assert_eq!(answer["summary"], json!({"max": 1, "last": 0, "sum": 7, "members": 1}));
    assert_eq!(column(&answer, "value").len(), 13);
}

#[test]
fn stickiness() {
    let month = small().ask("stickiness", &[]);
    // Six member-days on 18 days, 3 members.
    check(&month, "value", json!([6.0 / 18.0 / 3.0]));
    check(&month, "n", json!([3]));
    let days = small().ask("stickiness", &[("basis", "days")]);
    check(&days, "days", json!([1, 2, 3]));
    check(&days, "value", json!([1, 1, 1]));
    assert_eq!(days["points"][0].get("start"), None);
    // Day 29 after the first is the only one with 30 days behind it: 1 of 2 members.
    let rolling = Model::of_days(&[(0, 1), (29, 2)]).ask("stickiness", &[("basis", "rolling30")]);
    assert_eq!(rolling["summary"], json!({"value": 0.5, "days": 1}));
}

#[test]
fn lifecycle() {
    let answer = small().ask("lifecycle", &[]);
    check(&answer, "new", json!([2, 0, 1]));
    check(&answer, "returning", json!([0, 1, 0]));
    check(&answer, "resurrecting", json!([0, 0, 1]));
    check(&answer, "dormant", json!([0, 1, 1]));
    check(&answer, "active", json!([2, 1, 2]));
    assert_eq!(answer["summary"], json!({"new": 3, "returning": 1, "resurrecting": 1, "dormant": 2}));
    let last = small().ask("lifecycle", &[("from", "2024-01-18")]);
    check(&last, "dormant", json!([1]));
    check(&last, "new", json!([1]));
}

#[test]
fn retention() {
    let answer = small().ask("retention", &[("periods", "3")]);
    let cohort = &answer["cohorts"][0];
    assert_eq!((cohort["start"].as_str(), cohort["size"].as_u64()), (Some("2024-01-01"), Some(2)));
    let cells: Vec<_> = cohort["values"].as_array().expect("cells").iter().map(|c| &c["retained"]).collect();
    assert_eq!(json!(cells), json!([2, 1, 1, null]));
    let states: Vec<_> = cohort["values"].as_array().expect("cells").iter().map(|c| &c["state"]).collect();
    assert_eq!(json!(states), json!(["complete", "complete", "partial", "not_yet"]));
    assert_eq!(answer["cohorts"].as_array().map(Vec::len), Some(2), "the empty week has no cohort");
    assert_eq!(answer["pooled"][0]["eligible"], 3);
    assert_eq!(answer["pooled"][2]["eligible"], 2);
    assert_eq!(answer["pooled"].as_array().map(Vec::len), Some(4), "a step nobody reached is 0 of 0");
    assert_eq!((&answer["pooled"][3]["eligible"], &answer["pooled"][3]["value"]), (&json!(0), &json!(null)));
    let unbounded = small().ask("retention", &[("mode", "unbounded")]);
    let cells = &unbounded["cohorts"][0]["values"];
    assert_eq!((&cells[1]["retained"], &cells[2]["retained"]), (&json!(2), &json!(1)));
}

#[test]
fn retention_day() {
    let exact = small().ask("retention_day", &[("day", "1")]);
    // Member 3 began on the last day and is not eligible.
    assert_eq!((&exact["summary"]["eligible"], &exact["summary"]["retained"]), (&json!(2), &json!(1)));
    assert_eq!(exact["summary"]["not_yet"], 1);
    let unbounded = small().ask("retention_day", &[("day", "10"), ("mode", "unbounded")]);
    assert_eq!(unbounded["summary"]["retained"], 1);
    let bracket = small().ask("retention_day", &[("bracket", "8-14")]);
    assert_eq!((&bracket["summary"]["eligible"], &bracket["summary"]["retained"]), (&json!(2), &json!(2)));
    assert_eq!(bracket["filters"], json!({"bracket": "8-14", "staff": "include"}));
    let nobody = small().ask("retention_day", &[("day", "300")]);
    assert_eq!((&nobody["summary"]["value"], &nobody["summary"]["retained"]), (&Value::Null, &json!(0)));
}

#[test]
fn messages_and_conversations() {
    let mut model = small();
    for row in &mut model.rows[..3] {
        row.part = Part::Opens;
    }
    check(&model.ask("messages", &[]), "value", json!([3, 1, 2]));
    check(&model.ask("conversations", &[]), "value", json!([3, 0, 0]));
}

/// Member 1 asks at 0 h and is answered after 30 min; member 2 asks at 1 h, is answered after 2 d; member 3
/// first replies, then asks a day later and nobody answers. *now* is 3 d 12 h.
fn asking() -> Model {
    let hour = DAY / 24;
    let row = |at, member, part| Row { at, member, part };
    let mut model = Model::of(vec![
        row(0, 1, Part::Opens),
        row(hour / 2, 3, Part::Follows(0)),
        row(hour, 2, Part::Opens),
        row(hour + 1, 2, Part::Follows(1)),
        row(DAY, 3, Part::Opens),
        row(2 * DAY + hour, 1, Part::Follows(1)),
    ]);
    model.now = Some(3 * DAY + 12 * hour);
    model
}

#[test]
fn time_to_first_response() {
    let answer = asking().ask("time_to_first_response", &[]);
    let s = &answer["summary"];
    assert_eq!((&s["threads"], &s["answered"]), (&json!(3), &json!(2)));
    assert_eq!(s["answered_share"], json!(2.0 / 3.0));
    assert_eq!(s["ttfr_s"]["median"], json!((1_800.0 + 172_800.0) / 2.0));
    assert_eq!(s["ttfr_s"]["p25"], json!(1_800.0 + 0.25 * 171_000.0));
    assert_eq!(s["ttfr_s"]["mean"], json!(87_300.0));
    assert_eq!((&s["within_1h"], &s["within_24h"], &s["within_7d"]), (&json!(1), &json!(1), &json!(2)));
    // At risk 3, then 2 (the third is censored after 2.5 days): 2/3, then 1/3.
    assert!((s["km_unanswered_at"]["1h"].as_f64().expect("a figure") - 2.0 / 3.0).abs() < 1e-12);
    assert!((s["km_unanswered_at"]["7d"].as_f64().expect("a figure") - 1.0 / 3.0).abs() < 1e-12);
    assert_eq!(s["km_median_s"], json!(172_800.0));
    check(&answer, "value", json!([87_300.0]));
    check(&answer, "low", json!([null]));
    let later = asking().ask("time_to_first_response", &[("from", "1970-01-02"), ("interval", "day")]);
    assert_eq!(
        (&later["summary"]["threads"], &later["summary"]["ttfr_s"]["mean"]),
        (&json!(1), &Value::Null)
    );
    check(&later, "value", json!([null, null]));
}

#[test]
fn answered_rate() {
    let answer = asking().ask("answered_rate", &[("interval", "day")]);
    check(&answer, "value", json!([0.5, 0.0, null]));
    check(&answer, "n", json!([2, 1, 0]));
    let week = asking().ask("answered_rate", &[("window", "7d")]);
    check(&week, "state", json!(["not_yet"]));
    check(&week, "value", json!([null]));
    assert_eq!(week["summary"]["waiting"], 3);
}

#[test]
fn newcomers_answered() {
    let answer = asking().ask("newcomers_answered", &[]);
    // Member 3's first row was a reply, so the later question is none of a newcomer.
    assert_eq!(
        (&answer["summary"]["eligible_24h"], &answer["summary"]["answered_24h"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&answer["summary"]["eligible_7d"], &answer["summary"]["share_7d"]),
        (&json!(0), &Value::Null)
    );
    check(&answer, "value", json!([0.5]));
    check(&answer, "share_24h", json!([0.5]));
}

#[test]
fn without_reply_links_nothing_is_said() {
    for id in ["time_to_first_response", "answered_rate", "newcomers_answered", "conversations"] {
        let query = Query::parse(id, std::iter::empty::<(&str, &str)>()).expect("a question");
        let mut inputs = asking().inputs(&query, true);
        inputs.opened = Err("no reply links".into());
        inputs.openings = Err("no reply links".into());
        let answer = answer_from(&query, &inputs);
        let answer_json = serde_json::to_value(&answer).expect("json");
        assert_eq!(
            (&answer_json["state"], &answer_json["reason"]),
            (&json!("unavailable"), &json!("no reply links"))
        );
        assert_eq!((&answer.points, &answer.summary), (&None, &None));
        assert_eq!(csv(&answer), "state,reason\r\nunavailable,no reply links\r\n");
    }
}

#[test]
fn joins_leaves_growth_and_members() {
    let first = day("2024-01-01");
    let passage = |member, after: i32| Passage { member, day: Day(first + after) };
    let mut model = small();
    // 4 only joined; 3 joined after the first row; 2 left on the last day, 5 left without having been seen.
    model.joins = vec![passage(1, 0), passage(2, 0), passage(4, 8), passage(3, 17)];
    model.leaves = Some(vec![passage(2, 17), passage(5, 3)]);
    check(&model.ask("joins", &[]), "value", json!([2, 1, 1]));
    check(&model.ask("joins", &[]), "basis", json!(["join rows", "join rows", "join rows"]));
    check(&model.ask("leaves", &[]), "value", json!([1, 0, 1]));
    check(&model.ask("net_growth", &[]), "value", json!([1, 1, 0]));
    check(&model.ask("members", &[]), "value", json!([2, 3, 3]));
    check(&model.ask("members", &[("from", "2024-01-16")]), "value", json!([3]));
    assert_eq!(model.ask("members", &[])["state"], "complete");
    model.leaves = None;
    let growth = model.ask("net_growth", &[]);
    check(&growth, "value", json!([2, 1, 1]));
    check(&growth, "leaves", json!([null, null, null]));
    assert_eq!(growth["state"], "partial");
    assert!(growth["reason"].as_str().expect("a reason").contains("joins alone"));
    assert_eq!(model.ask("leaves", &[])["state"], "unavailable");
    check(&model.ask("members", &[]), "value", json!([2, 3, 4]));
}

#[test]
fn growth_names_first_activity_as_its_basis() {
    let query = Query::parse("net_growth", [("interval", "month")]).expect("a question");
    let mut inputs = small().inputs(&query, true);
    let joins = vec![Passage { member: 1, day: Day(day("2024-01-01")) }];
    inputs.passages = Passages { joins, basis: Basis::FirstActivity, leaves: None, first_leave: None };
    let answer = serde_json::to_value(answer_from(&query, &inputs)).expect("json");
    check(&answer, "basis", json!(["first activity"]));
}

#[test]
fn concentration() {
    // 11 members: one with 9 rows, ten with one each; the top 1 % and 10 % are 1 and 2 members.
    let mut pairs = vec![(0, 50); 9];
    pairs.extend((0..10).map(|m| (1, m)));
    let answer = Model::of_days(&pairs).ask("concentration", &[]);
    let s = &answer["summary"];
    assert_eq!((&s["members"], &s["events"]), (&json!(11), &json!(19)));
    assert_eq!(s["share_top_1pct"], json!(9.0 / 19.0));
    assert_eq!(s["share_next_9pct"], json!(1.0 / 19.0));
    assert_eq!(s["share_rest_90pct"], json!(9.0 / 19.0));
    assert_eq!((&s["absence_factor_50"], &s["pony_factor_80"]), (&json!(2), &json!(8)));
    assert_eq!(s["one_time_members"], 10);
    assert_eq!(s["top10_counts"], json!([9, 1, 1, 1, 1, 1, 1, 1, 1, 1]));
    // 2 (1 + … + 10 + 11 · 9) ÷ (11 · 19) − 12 ÷ 11.
    assert!((s["gini"].as_f64().expect("a figure") - (2.0 * 154.0 / 209.0 - 12.0 / 11.0)).abs() < 1e-12);
}

#[test]
fn log_summary_leaves_reactions_out_of_the_rows() {
    let query = Query::parse("log_summary", std::iter::empty::<(&str, &str)>()).expect("a question");
    let mut inputs = Inputs::empty(Zone::utc());
    inputs.totals = Totals {
        kinds: [(Kind::MESSAGE_POSTED, 5), (Kind::MEMBER_JOINED, 2), (Kind::REACTION_ADDED, 9)].into(),
        bot_rows: 1,
        active_rows: 4,
        active_members: 3,
        channels: 2,
        ..Totals::default()
    };
    let answer = serde_json::to_value(answer_from(&query, &inputs)).expect("json");
    let s = &answer["summary"];
    assert_eq!((&s["rows"], &s["bot_rows"], &s["no_member_rows"]), (&json!(7), &json!(1), &json!(0)));
    assert_eq!(s["kinds"], json!({"message.posted": 5, "member.joined": 2}));
    assert_eq!(s["not_rows"], json!({"reaction.added": 9}));
}

#[test]
fn counts_print_whole_and_table_equals_json() {
    let envelope = small().envelope("lifecycle", &[], false);
    let text = serde_json::to_string(&envelope).expect("json");
    assert!(text.contains(r#""value":2,"low":null"#), "{text}");
    let view = table(&envelope);
    assert_eq!(view.columns[..5], ["start", "value", "low", "high", "n"]);
    assert_eq!(view.rows.len(), 3);
    assert!(
        csv(&envelope)
            .starts_with("start,value,low,high,n,new,returning,resurrecting,dormant,active,state\r\n")
    );
    let cohorts = csv(&small().envelope("retention", &[("periods", "1")], false));
    assert_eq!(cohorts.lines().next(), Some("start,size,k,value,low,high,retained,eligible,state"));
    assert_eq!(cohorts.lines().count(), 1 + 2 * 2);
}

#[test]
fn days_are_those_of_the_zone() {
    let query = Query::parse("time_to_first_response", [("interval", "day")]).expect("a question");
    let mut inputs = Inputs::empty(Zone::named("Asia/Tokyo").expect("a zone"));
    let at = 20 * DAY / 24;
    inputs.now = Some(at + DAY);
    let mut sorter = metric::Sorter::new(inputs.zone.clone(), metric::Waits::new(at + DAY, true));
    sorter.add(&Opened { conversation: 1, at, opener: 1, answered_at: Some(at + 1_000_000) });
    inputs.opened = Ok(sorter.done());
    inputs.span = Some(base::Period { first: Day(1), last: Day(2) });
    let answer = serde_json::to_value(answer_from(&query, &inputs)).expect("json");
    check(&answer, "value", json!([1.0, null]));
    check(&answer, "state", json!(["complete", "partial"]));
    assert_eq!(answer["zone"], "Asia/Tokyo");
}
