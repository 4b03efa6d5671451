//! Splitting by channel where there are many: the largest and the rest, in a bounded number of statements.

use base::Day;
use community::read::Scope;
use community::{Batch, Ingestor};
use metric::{Envelope, Query};
use store::Priority;
use testkit::{Bench, START, message};

/// A Monday.
const MONDAY: Day = Day(19_723);
/// Statements that a split with a comparison may take, however many parts there are: a page takes eight, and session,
/// the beginning of a reading and notes are three of them.
const MOST: u64 = 5;
/// Metrics that still ask for each part: first rows and whole-log counts are read scope by scope.
const EACH_PART: [&str; 2] = ["newcomers_answered", "log_summary"];

/// Twelve channels: the n-th has n messages a day by n people over eight weeks.
fn filled(bench: &Bench) {
    let source = bench.source("Chat");
    let mut drafts = Vec::new();
    for day in 0..56 {
        for channel in 1..=12 {
            for n in 0..channel {
                let id = format!("{day}-{channel}-{n}");
                let at = MONDAY.plus(day);
                drafts.push(message(&id, at, 600 + n, &format!("room {channel:02}"), &format!("p{n}")));
            }
        }
    }
    let batch = Batch { activities: drafts, ..Batch::default() };
    let done =
        bench.db().write(Priority::Bulk, |tx| Ingestor::new(source, 1).ingest(tx, batch, START).map(|_| ()));
    done.expect("a log");
}

/// An answer, and how many statements it took.
fn ask(bench: &Bench, id: &str, pairs: &[(&str, &str)]) -> (Envelope, u64) {
    let query = Query::parse(id, pairs.iter().copied()).expect("a question");
    let asked = bench.community.view(|view| {
        let before = view.conn().statements();
        let answer = metric::answer(view, &query, Scope::default())?;
        Ok((answer, view.conn().statements() - before))
    });
    asked.expect("an answer")
}

fn on_both(test: impl Fn(&Bench)) {
    for bench in [Some(Bench::sqlite(&[])), Bench::postgres(&[])].into_iter().flatten() {
        filled(&bench);
        test(&bench);
    }
}

#[test]
fn the_largest_stand_alone_and_the_rest_together_where_figures_add_up() {
    on_both(|bench| {
        let (answer, _) = ask(bench, "messages", &[("split", "channel")]);
        let parts = answer.parts.expect("parts");
        let labels: Vec<&str> = parts.iter().map(|p| p.label.as_str()).collect();
        assert_eq!(labels[..2], ["room 12", "room 11"], "{}", bench.database);
        assert_eq!((parts.len(), labels[7], parts[7].rest), (8, "Other (5)", Some(5)));
        let first = |points: &Option<Vec<metric::Point>>| points.as_ref().map_or(0, |p| p[0].n);
        assert_eq!(parts.iter().map(|p| first(&p.figures.points)).sum::<u64>(), first(&answer.points));
        assert!(answer.split_note.is_some_and(|note| note.contains("7 largest of 12 channels")));

        let (answer, _) = ask(bench, "active_members", &[("split", "channel")]);
        let parts = answer.parts.expect("parts");
        assert_eq!((parts.len(), parts[7].rest), (8, None), "members of several rooms have no sum");
        assert!(answer.split_note.is_some_and(|note| note.contains("8 largest of 12 channels")));
    });
}

#[test]
fn a_split_takes_no_more_statements_than_a_page_has_left() {
    on_both(|bench| {
        bench.community.fold_all().expect("folded");
        let days = [("from", "2024-02-05"), ("to", "2024-02-25"), ("compare", "previous")];
        for split in ["channel", "source", "staff"] {
            for definition in metric::registry().iter().filter(|d| !EACH_PART.contains(&d.id)) {
                for pairs in [&days[..], &[]] {
                    let pairs: Vec<_> = pairs.iter().copied().chain([("split", split)]).collect();
                    let (id, database) = (definition.id, bench.database);
                    let (first, n) = ask(bench, id, &pairs);
                    assert!(n <= MOST, "{id} {pairs:?} on {database}: {n} statements");
                    let (again, n) = ask(bench, id, &pairs);
                    assert!(n <= MOST, "{id} {pairs:?} on {database}: {n} statements again");
                    assert_eq!(serde_json::to_value(first).ok(), serde_json::to_value(again).ok(), "{id}");
                }
            }
        }
    });
}

#[test]
fn what_grew_beyond_the_usual_is_a_clear_change() {
    on_both(|bench| {
        let source = 1;
        // Ten times as many in the last two weeks, after weeks that were all alike.
        let drafts = (56..70).flat_map(|day| {
            (0..900).map(move |n| message(&format!("{day}-{n}"), MONDAY.plus(day), n % 1440, "room 12", "p1"))
        });
        let batch = Batch { activities: drafts.collect(), ..Batch::default() };
        let done = bench
            .db()
            .write(Priority::Bulk, |tx| Ingestor::new(source, 2).ingest(tx, batch, START).map(|_| ()));
        done.expect("more");
        let verdict = |from, to| {
            let (answer, _) = ask(bench, "messages", &[("from", from), ("to", to), ("compare", "previous")]);
            let change = answer.comparison.and_then(|c| c.change).expect("a change");
            (change.verdict, change.method)
        };
        let (grown, method) = verdict("2024-02-26", "2024-03-10");
        assert_eq!(grown, metric::Verdict::Clear, "{method}");
        assert!(method.contains("full count") && method.contains("8 finished weeks"), "{method}");
        assert_eq!(verdict("2024-02-12", "2024-02-25").0, metric::Verdict::NoClearChange);
    });
}
