use super::against;
use super::figures::Source;
use serde_json::{Value, json};
use std::rc::Rc;

/// Answers written down by hand.
struct Fake(Vec<(&'static str, Value)>);

impl Source for Fake {
    fn ask(&mut self, metric: &str, parameters: &[(&str, &str)]) -> Result<Rc<Value>, String> {
        let words: Vec<String> = parameters.iter().map(|(n, v)| format!(" {n}={v}")).collect();
        let question = format!("{metric}{}", words.concat());
        let known = self.0.iter().find(|(q, _)| *q == question);
        known.map(|(_, answer)| Rc::new(answer.clone())).ok_or_else(|| format!("nobody answers {question}"))
    }
}

fn truth() -> Value {
    json!({
        "dataset": "made up", "raw_rows": 9, "repeats_dropped": 1,
        "rows": 8, "kinds": {"message": 5, "bot": 2, "system": 0},
        "actives": {
            "first_day": "2024-12-30", "days": 4,
            "dau": {"sum": 6, "max": 3, "max_day": "2024-12-31", "median": 1.5, "mean": 1.5, "zero_days": 1,
                    "series": [1, 3, 0, 2]},
            "mau_calendar": {"2024-12": 3},
            "stickiness_days_histogram": {"2": 1}
        },
        "retention_monthly": {
            "rows": {"2024-12": {"size": 3, "exact": [3, 1]}},
            "pooled_exact": [[3, 3], [1, 3]]
        },
        "retention_days": {
            "D1": {"eligible": 2, "exact": 1, "exact_ci95_wilson": [0.094531, 0.905469]},
            "D9": {"eligible": 0, "exact": 0, "exact_ci95_wilson": null},
            "bracket 1-7": {"eligible": 0, "retained": 0}
        },
        "lifecycle_monthly": {"columns": ["new", "dormant"], "totals": [3, 2], "rows": {"2025-01": [0, 2]}},
        "response": {"threads": 4, "ttfr_s": {"median": 843.671}, "km_median_s": null},
        "graph": null,
        "survival_gap90": {"members": 3, "S(1)": [1.0, 1.0, 1.0]}
    })
}

fn answers() -> Vec<(&'static str, Value)> {
    let points = |list: &[(&str, u64)]| -> Value {
        list.iter().map(|(start, value)| json!({"start": start, "value": value})).collect()
    };
    let days = points(&[("2024-12-30", 1), ("2024-12-31", 3), ("2025-01-01", 0), ("2025-01-02", 2)]);
    vec![
        (
            "log_summary",
            json!({"summary": {"rows": 8, "kinds": {"message.posted": 5, "message.relayed": 2}}}),
        ),
        ("active_members interval=day", json!({"state": "complete", "points": days})),
        ("active_members interval=month", json!({"points": points(&[("2024-12-01", 3), ("2025-01-01", 2)])})),
        ("stickiness basis=days", json!({"points": [{"days": 1, "value": 2}, {"days": 2, "value": 1}]})),
        (
            "retention interval=month mode=exact periods=12",
            json!({
                "cohorts": [{"start": "2024-12-01", "size": 3,
                    "values": [{"k": 0, "retained": 3}, {"k": 1, "retained": 1}]}],
                "pooled": [{"k": 0, "retained": 3, "eligible": 3}, {"k": 1, "retained": 1, "eligible": 3}]
            }),
        ),
        (
            "retention_day day=1 mode=exact",
            json!({"summary": {"eligible": 2, "retained": 1, "low": 0.094_531_2, "high": 0.905_468_8}}),
        ),
        (
            "retention_day day=9 mode=exact",
            json!({"summary": {"eligible": 0, "retained": 0, "low": null, "high": null}}),
        ),
        ("retention_day bracket=1-7", json!({"summary": {"eligible": 0, "retained": 0}})),
        (
            "lifecycle interval=month",
            json!({"summary": {"new": 3, "dormant": 2}, "points": [{"start": "2025-01-01", "new": 0, "dormant": 2}]}),
        ),
        (
            "time_to_first_response",
            json!({"summary": {"threads": 4, "ttfr_s": {"median": 844.5}, "km_median_s": null}}),
        ),
        ("reply_graph", json!({"state": "unavailable", "reason": "no reply links"})),
    ]
}

#[test]
fn equal_figures_are_counted_one_by_one() {
    let tally = against(&truth(), &["survival_gap90".into()], &mut Fake(answers()));
    let report = tally.report();
    // rows, 3 kinds, 2 + 10 days, month, histogram, 3 + 4 retention, 4 + 3 + 2 days, 4 lifecycle, 3 response,
    // and the graph's null.
    assert_eq!((tally.equal, tally.differing, tally.unmapped), (42, 0, 0), "{report}");
    assert!(tally.is_equal());
    assert!(report.contains("left out by --except: survival_gap90 (4 figures)"), "{report}");
    assert!(report.ends_with("figures 42, equal 42, differing 0, unmapped 0\n"), "{report}");
}

#[test]
fn every_kind_of_difference_is_found() {
    let mut changed = truth();
    changed["rows"] = json!(9);
    changed["actives"]["mau_calendar"]["2024-11"] = json!(1);
    changed["actives"]["dau"]["mean"] = json!(1.500_002);
    changed["response"]["ttfr_s"]["median"] = json!(843.4);
    changed["retention_days"]["D1"]["exact_ci95_wilson"] = json!(null);
    changed["something"] = json!(true);
    let tally = against(&changed, &[], &mut Fake(answers()));
    let report = tally.report();
    for line in [
        "differs   rows: expected 9, got 8",
        "missing   actives.mau_calendar.2024-11: expected 1",
        "differs   actives.dau.mean: expected 1.500002, got 1.5",
        "differs   response.ttfr_s.median: expected 843.4, got 844.5",
        "differs   retention_days.D1.exact_ci95_wilson: expected null",
        "unmapped  something: no metric is known",
        "unmapped  survival_gap90.S(1)[2]: nobody answers survival gap=90d",
    ] {
        assert!(report.contains(line), "{line} in\n{report}");
    }
    assert_eq!((tally.differing, tally.unmapped), (5, 5), "{report}");
    assert!(!tally.is_equal());
}

#[test]
fn an_unavailable_metric_equals_null_and_never_zero() {
    let unavailable =
        || Fake(vec![("reply_graph", json!({"state": "unavailable", "summary": {"nodes": 0}}))]);
    assert!(against(&json!({"graph": null}), &[], &mut unavailable()).is_equal());
    assert!(!against(&json!({"graph": {"nodes": 0}}), &[], &mut unavailable()).is_equal());
    let there = json!({"state": "complete", "summary": {"nodes": 0}});
    assert!(!against(&json!({"graph": null}), &[], &mut Fake(vec![("reply_graph", there)])).is_equal());
}

#[test]
fn only_metrics_of_later_versions_can_be_left_out() {
    assert_eq!(super::except(Some("funnel,graph".into())), Ok(vec!["funnel".into(), "graph".into()]));
    assert!(super::except(Some("response".into())).is_err());
}
