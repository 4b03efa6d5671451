//! What newcomers wrote first, and who answered: one of the team, somebody else, or nobody.

use base::Day;
use community::Ingestor;
use testkit::{message, on_both, reply};

const DAY: Day = Day(19_000);

#[test]
fn first_words_say_whether_one_of_the_team_answered() {
    on_both(|b| {
        let source = b.source("Chat");
        let mut ingestor = Ingestor::new(source, 0);
        let at = |minute: i64| DAY.start_micros() + minute * 60_000_000;
        let say = |id: &str, minute, who: &str| message(id, DAY, minute, "general", who);
        b.ingest(
            &mut ingestor,
            vec![
                say("m1", 10, "new-1"),
                reply(say("m2", 11, "rosa"), "m1", at(10)),
                say("m3", 20, "new-2"),
                reply(say("m4", 21, "carl"), "m3", at(20)),
                say("m5", 30, "new-3"),
                // The team wrote before the newcomer did: that is no answer to them.
                say("m6", 40, "rosa"),
                reply(say("m7", 41, "new-4"), "m6", at(40)),
            ],
        );
        b.community.set("staff", "rosa")?;
        let found = b.community.view(|view| {
            let roster = view.roster()?;
            let all: Vec<u32> =
                roster.members().iter().flat_map(|g| roster.identities_of(g.member)).collect();
            view.first_words(&all, at(0))
        })?;
        let said = |minute| found.iter().find(|w| w.at == at(minute)).map(|w| (w.answered, w.by_staff));
        assert_eq!(said(10), Some((true, true)));
        assert_eq!(said(20), Some((true, false)));
        assert_eq!(said(30), Some((false, false)));
        assert_eq!(said(41), Some((false, false)));
        Ok(())
    });
}
