//! Blocks of conversations: figures are the same whichever of them are there, and nothing that changes a
//! conversation leaves its block behind.

use base::{Day, Micros, Period, Result};
use community::read::{Opened, Scope};
use community::{ActivityDraft, Ingestor};
use std::collections::HashMap;
use store::Priority;
use testkit::{Bench, message, on_both, reply};

const DAY: Day = Day(19_000);
/// More than two blocks hold.
const MANY: usize = 8_500;

/// A conversation a draft, in two channels, one after the other over 170 days.
fn conversations() -> Vec<ActivityDraft> {
    (0..MANY)
        .map(|i| {
            let channel = if i < MANY / 2 { "general" } else { "help" };
            let place = i % (MANY / 2);
            let day = DAY.plus((place / 25) as i32);
            message(&format!("m{i}"), day, (place % 25) as i64 * 50, channel, &format!("p{}", i % 40))
        })
        .collect()
}

/// A reply to every seventh, by somebody else or (every third of them) by the opener.
fn replies(to: &[ActivityDraft]) -> Vec<ActivityDraft> {
    let asked = to.iter().enumerate().step_by(7);
    asked
        .map(|(i, d)| {
            let who = if i % 3 == 0 { i % 40 } else { (i + 1) % 40 };
            let minute = (d.at - DAY.start_micros()) / 60_000_000 + 1 + i as i64 % 3_000;
            let draft = message(&format!("r{i}"), DAY, minute, &d.channel, &format!("p{who}"));
            reply(draft, &d.external_id, d.at)
        })
        .collect()
}

/// Openings in the period with the first answers to them.
fn naive(
    drafts: &[ActivityDraft],
    replies: &[ActivityDraft],
    period: Option<Period>,
) -> Vec<(Micros, Option<Micros>)> {
    let mut to: HashMap<&str, Vec<&ActivityDraft>> = HashMap::new();
    for reply in replies {
        to.entry(reply.parent.as_deref().unwrap_or_default()).or_default().push(reply);
    }
    let answer = |d: &ActivityDraft| {
        let theirs = to.get(d.external_id.as_str()).into_iter().flatten();
        theirs.filter(|r| r.actor != d.actor).map(|r| r.at).min()
    };
    let mut opened: Vec<_> = drafts
        .iter()
        .filter(|d| period.is_none_or(|p| p.holds(Day::of_micros(d.at))))
        .map(|d| (d.at, answer(d)))
        .collect();
    opened.sort_unstable();
    opened
}

fn ask(b: &Bench, channel: Option<&str>, period: Option<Period>) -> Result<Vec<(Micros, Option<Micros>)>> {
    let opened = b.community.view(|v| {
        let names: Vec<String> = channel.map(str::to_owned).into_iter().collect();
        let scope = v.scope(&[], &names, Scope::default().staff, &[])?;
        let opened = v.opened(&scope, period)?.unwrap_or_default();
        let openings: u64 = v.openings(&scope, period)?.unwrap_or_default().iter().map(|d| d.1).sum();
        assert_eq!(openings, opened.len() as u64, "on {}", b.database);
        Ok(opened)
    })?;
    assert!(opened.is_sorted_by_key(|o| (o.at, o.conversation)));
    let mut opened: Vec<_> = opened.iter().map(|o: &Opened| (o.at, o.answered_at)).collect();
    opened.sort_unstable();
    Ok(opened)
}

/// The numbers of the blocks that are there.
fn blocks(b: &Bench) -> Result<Vec<i64>> {
    b.db().read(|c| c.query("SELECT block FROM conversation_blocks ORDER BY block", &[], |r| r.int(0)))
}

#[test]
fn figures_do_not_depend_on_which_blocks_are_there() {
    on_both(|b| {
        let drafts = conversations();
        let some = Some(Period { first: DAY.plus(30), last: DAY.plus(52) });
        let mut ingestor = Ingestor::new(b.source("world"), 0);
        for chunk in drafts.chunks(3_000) {
            b.ingest(&mut ingestor, chunk.to_vec());
        }
        let help: Vec<_> = drafts.iter().filter(|d| d.channel == "help").cloned().collect();
        let same = |replies: &[ActivityDraft]| {
            for period in [None, some] {
                assert_eq!(ask(b, None, period)?, naive(&drafts, replies, period), "on {}", b.database);
                assert_eq!(ask(b, Some("help"), period)?, naive(&help, replies, period), "on {}", b.database);
            }
            Result::Ok(())
        };
        assert_eq!(blocks(b)?, [0i64; 0]);
        same(&[])?;
        b.community.fold_all()?;
        assert_eq!(blocks(b)?, [0, 1, 2]);
        same(&[])?;
        // Answers in the first block only: it goes, the others stay, and the rows speak for it.
        let early = replies(&drafts[..700]);
        b.ingest(&mut ingestor, early.clone());
        assert_eq!(blocks(b)?, [1, 2]);
        same(&early)?;
        b.assert_consistent();
        assert_eq!(blocks(b)?, [0, 1, 2]);
        same(&early)?;
        // One in the middle.
        let all: Vec<_> = early.into_iter().chain(replies(&drafts).into_iter().skip(700)).collect();
        b.ingest(&mut ingestor, all.clone());
        same(&all)?;
        b.assert_consistent();
        same(&all)
    });
}

#[test]
fn a_block_that_differs_is_found() {
    on_both(|b| {
        let mut ingestor = Ingestor::new(b.source("world"), 0);
        let drafts = conversations();
        b.ingest(&mut ingestor, drafts[..50].to_vec());
        b.assert_consistent();
        b.db().write(Priority::Interactive, |tx| {
            tx.execute("UPDATE conversations SET opener = opener + 1 WHERE conversation_id = 7", &[])
        })?;
        let report = community::check(b.db())?;
        assert!(report.difference.is_some());
        b.db().write(Priority::Interactive, |tx| {
            tx.execute("UPDATE conversations SET opener = opener - 1 WHERE conversation_id = 7", &[])?;
            tx.execute("UPDATE conversation_blocks SET last_at = last_at + 1", &[])
        })?;
        let difference = community::check(b.db())?.difference.unwrap_or_default();
        assert!(difference.contains("the block of conversations 0 to 4095"), "{difference}");
        Ok(())
    });
}
