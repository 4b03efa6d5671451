//! The outbox against a server that takes mail, refuses it, hangs, and breaks off; on both databases.

use base::{Clock, Micros, Result, Zone};
use jobs::{JobKind, Urgency, Workers};
use mailer::{
    Encryption, Filter, Letter, Mailer, MessageRow, NewMail, Outcome, Recipient, State, Stored, Unsubscribe,
};
use std::time::{Duration, Instant};
use store::{Db, Priority};
use testkit::Bench;
use testkit::smtp::{AUTHORITY, Manners, Sink, sealer};

const HOUR: Micros = 3_600_000_000;

/// A program that sends mail.
#[derive(Clone)]
struct Stage {
    db: Db,
    clock: Clock,
    mail: Mailer,
}

impl Stage {
    /// Puts a mail in; its id.
    fn queue(&self, name: &str, expires_at: Option<Micros>) -> String {
        let letter = Letter {
            heading: "Welcome".into(),
            lead: vec!["The link is https://c.example/signin/link/hush".into()],
            community: "Lathe".into(),
            ..Letter::default()
        };
        let email = format!("{}@example.org", name.to_lowercase());
        let mail = NewMail {
            kind: "test.welcome",
            to: Recipient { account: Some(7), name: name.into(), email },
            subject: &format!("Welcome, {name}"),
            letter,
            unsubscribe: None,
            expires_at,
            urgency: Urgency::Now,
        };
        let now = self.clock.now();
        self.db.write(Priority::Interactive, |tx| self.mail.queue(tx, mail, now)).expect("queued")
    }

    fn work(&self) -> Workers {
        let kind = JobKind::new(mailer::SEND, |s: &Self, job| s.mail.run(&s.db, job, s.clock.now()))
            .at_once(4)
            .retries(mailer::RETRIES)
            .dead(jobs::Dead::Tell(|s, job, _| {
                let now = s.clock.now();
                s.db.write(Priority::Interactive, |tx| mailer::mark_dead(tx, job, now))
            }));
        let zone = |_: &Self| Ok(Zone::utc());
        Workers::begin(self.clone(), &self.db, &self.clock, &[kind], &[], zone).expect("workers")
    }

    fn get(&self, id: &str) -> MessageRow {
        self.db.read(|c| mailer::get(c, id)).expect("a mail")
    }

    fn answers(&self, id: &str) -> Vec<String> {
        let tried = self.db.read(|c| {
            let row = mailer::get(c, id)?;
            mailer::attempts(c, &row)
        });
        tried.expect("attempts").into_iter().map(|a| format!("{} {}", a.outcome, a.answer)).collect()
    }

    fn content(&self, id: &str) -> Option<String> {
        let sql = "SELECT content FROM mail_messages WHERE public_id = $1";
        self.db.read(|c| c.query_one(sql, &[id.into()], |r| r.opt_text(0))).expect("a row")
    }
}

/// Waits for something that other threads do.
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn stored(sink: &Sink, encryption: Encryption) -> Stored {
    Stored {
        host: "localhost".into(),
        port: sink.address.port(),
        encryption,
        from_address: "desk@example.org".into(),
        ..Stored::default()
    }
}

/// A program whose server whoever runs it named.
fn with_server(bench: &Bench, stored: Stored, password: &str) -> Stage {
    let smtp = mailer::Smtp::of_installation(stored, password, Some(AUTHORITY.to_owned())).expect("a server");
    let sealer = sealer();
    let mail = Mailer::new(sealer, Some(smtp), outgoing::Rules::default());
    Stage { db: bench.db().clone(), clock: bench.clock.clone(), mail }
}

fn on_both(test: impl Fn(&Bench)) {
    let benches = [Some(Bench::sqlite(&[])), Bench::postgres(&[])];
    benches.into_iter().flatten().for_each(|bench| test(&bench));
}

#[test]
fn a_mail_arrives_once_and_nothing_of_it_stays() {
    on_both(|bench| {
        let sink = Sink::new(Manners::default());
        let stage = with_server(bench, stored(&sink, Encryption::None), "");
        let id = stage.queue("Bo", None);
        let kept = stage.content(&id).expect("it waits");
        assert!(!kept.contains("hush") && kept.starts_with("sealed1:"), "{kept}");
        let workers = stage.work();
        until("it is sent", || stage.get(&id).state() == State::Sent);
        workers.stop(Duration::from_secs(10));
        let taken = sink.taken();
        assert_eq!(taken.len(), 1);
        assert_eq!(
            (taken[0].from.as_str(), &taken[0].to[..]),
            ("desk@example.org", &["bo@example.org".into()][..])
        );
        assert_eq!(taken[0].link("https://c.example/"), "https://c.example/signin/link/hush");
        assert_eq!(taken[0].header("Message-ID"), format!("<{}>", stage.get(&id).mime_id));
        assert_eq!(taken[0].header("From"), "\"Our community\" <desk@example.org>");
        assert_eq!(stage.content(&id), None, "what it said is gone");
        assert_eq!(stage.answers(&id), ["sent 2.0.0 queued as T1"]);
        let row = stage.get(&id);
        assert_eq!((row.attempts, row.can_be_sent), (1, false));
        let again = stage.db.write(Priority::Interactive, |tx| mailer::replay(tx, &id, stage.clock.now()));
        assert_eq!(again.expect_err("it was sent").kind, base::ErrorKind::Conflict);
    });
}

#[test]
fn refused_for_now_is_tried_again_and_refused_for_good_is_not() {
    on_both(|bench| {
        let later = Manners { mails: Some("451 4.3.0 come again".into()), ..Manners::default() };
        let sink = Sink::new(later);
        let stage = with_server(bench, stored(&sink, Encryption::None), "");
        let id = stage.queue("Bo", None);
        let workers = stage.work();
        until("a first attempt", || stage.get(&id).attempts == 1);
        assert_eq!(stage.answers(&id), ["later 4.3.0 come again"]);
        assert_eq!(stage.get(&id).state(), State::Waiting);
        sink.behave(Manners::default());
        // What came of it is written down when the workers end.
        workers.stop(Duration::from_secs(10));
        stage.clock.advance(30_000_000);
        let workers = stage.work();
        until("it is sent", || stage.get(&id).state() == State::Sent);

        sink.behave(Manners { recipients: Some("550 5.1.1 no such mailbox".into()), ..Manners::default() });
        let gone = stage.queue("Cy", None);
        until("it is given up", || stage.get(&gone).state() == State::Failed);
        assert_eq!(stage.answers(&gone), ["never 5.1.1 no such mailbox"]);
        assert!(stage.content(&gone).is_some(), "it can be sent again");
        sink.behave(Manners::default());
        until("its job is dead", || {
            let all = stage.db.read(|c| jobs::list(c, 10)).expect("a list");
            all.jobs.iter().any(|j| j.state == "dead")
        });
        let now = stage.clock.now();
        stage.db.write(Priority::Interactive, |tx| mailer::replay(tx, &gone, now)).expect("once more");
        until("it is sent after all", || stage.get(&gone).state() == State::Sent);
        workers.stop(Duration::from_secs(10));
        assert_eq!(sink.taken().len(), 2);
    });
}

#[test]
fn a_server_that_hangs_or_refuses_the_password_is_no_fault_of_the_mail() {
    on_both(|bench| {
        let sink = Sink::new(Manners { hangs: true, ..Manners::default() });
        let mut named = stored(&sink, Encryption::None);
        named.username = "desk".into();
        let stage = with_server(bench, named, "wrong-and-secret");
        let id = stage.queue("Bo", None);
        let hasty = Stage { mail: stage.mail.with_patience(Duration::from_millis(150)), ..stage.clone() };
        let workers = hasty.work();
        until("it hangs", || stage.get(&id).attempts == 1);
        assert!(stage.answers(&id)[0].contains("no answer in time"), "{:?}", stage.answers(&id));
        let right = ("desk".to_owned(), "right".to_owned());
        sink.behave(Manners { sign_in: Some(right), ..Manners::default() });
        workers.stop(Duration::from_secs(10));
        stage.clock.advance(HOUR);
        let workers = stage.work();
        until("a second attempt", || stage.get(&id).attempts >= 2);
        let answers = stage.answers(&id);
        assert!(answers[0].starts_with("later the server refused name or password"), "{answers:?}");
        assert!(!format!("{answers:?}").contains("wrong-and-secret"));
        assert_eq!(stage.get(&id).state(), State::Waiting);
        workers.stop(Duration::from_secs(10));
        assert!(!format!("{:?} {:?}", stage.mail, stage.mail.installation()).contains("secret"));
    });
}

#[test]
fn encryption_is_never_left_out() {
    let bench = Bench::sqlite(&[]);
    let now = |stage: &Stage| {
        let to = Recipient { account: None, name: "Bo".into(), email: "bo@example.org".into() };
        stage.mail.send_now(&stage.db, &to, "Test", &Letter::default(), stage.clock.now()).expect("an answer")
    };
    let sign_in = Some(("desk".to_owned(), "hush".to_owned()));
    for (encryption, tls, starttls) in [(Encryption::Tls, true, false), (Encryption::StartTls, false, true)] {
        let sink = Sink::new(Manners { tls, starttls, sign_in: sign_in.clone(), ..Manners::default() });
        let named = Stored { username: "desk".into(), ..stored(&sink, encryption) };
        let said = now(&with_server(&bench, named, "hush"));
        assert_eq!((said.outcome, said.code), (Outcome::Sent, Some(250)), "{said:?}");
        assert!(sink.taken()[0].encrypted, "{encryption:?}");
    }
    // Somebody on the way takes the offer of STARTTLS out: neither mail nor password goes.
    let sink = Sink::new(Manners { sign_in, ..Manners::default() });
    let named = Stored { username: "desk".into(), ..stored(&sink, Encryption::StartTls) };
    let said = now(&with_server(&bench, named, "hush"));
    assert_eq!(said.outcome, Outcome::Later, "{said:?}");
    assert!(said.answer.contains("no encrypted connection"), "{said:?}");
    assert!(sink.taken().is_empty());
    assert!(
        sink.said().iter().all(|l| !l.starts_with("AUTH") && !l.starts_with("MAIL")),
        "{:?}",
        sink.said()
    );
    // A certificate of an authority that nobody named.
    let sink = Sink::new(Manners { tls: true, ..Manners::default() });
    let smtp = mailer::Smtp::of_installation(stored(&sink, Encryption::Tls), "", None).expect("a server");
    let sealer = sealer();
    let stage = Stage {
        db: bench.db().clone(),
        clock: bench.clock.clone(),
        mail: Mailer::new(sealer, Some(smtp), outgoing::Rules::default()),
    };
    assert_eq!(now(&stage).outcome, Outcome::Later);
    assert!(sink.taken().is_empty());
}

#[test]
fn a_program_that_ends_loses_nothing_and_what_comes_twice_is_known() {
    on_both(|bench| {
        let sink = Sink::new(Manners::default());
        let stage = with_server(bench, stored(&sink, Encryption::None), "");
        // Put in while nothing works, then found by whoever begins.
        let ids: Vec<String> = (0..20).map(|n| stage.queue(&format!("Bo{n}"), None)).collect();
        let workers = stage.work();
        sink.wait_for(20);
        until("all are sent", || ids.iter().all(|id| stage.get(id).state() == State::Sent));
        workers.stop(Duration::from_secs(10));
        let mut names: Vec<String> = sink.taken().iter().map(|t| t.header("Message-ID")).collect();
        names.sort();
        names.dedup();
        assert_eq!((names.len(), sink.taken().len()), (20, 20), "each once");

        // A server that takes a mail and never says so; the program ends meanwhile.
        sink.behave(Manners { silent: true, ..Manners::default() });
        let patient = Stage { mail: stage.mail.with_patience(Duration::from_secs(30)), ..stage.clone() };
        let id = stage.queue("Cy", None);
        let workers = patient.work();
        sink.wait_for(21);
        workers.stop(Duration::ZERO);
        assert_eq!(stage.get(&id).state(), State::Waiting);
        sink.behave(Manners::default());
        // Its lease runs out, and another takes it over.
        stage.clock.advance(HOUR);
        let workers = stage.work();
        until("it is sent", || stage.get(&id).state() == State::Sent);
        workers.stop(Duration::from_secs(10));
        let twice: Vec<String> = sink.taken()[20..].iter().map(|t| t.header("Message-ID")).collect();
        let name = format!("<{}>", stage.get(&id).mime_id);
        assert_eq!(twice, [name.clone(), name], "both bear the same name");
    });
}

#[test]
fn what_comes_too_late_is_not_sent_and_old_mails_go() {
    on_both(|bench| {
        let sink = Sink::new(Manners::default());
        let stage = with_server(bench, stored(&sink, Encryption::None), "");
        let id = stage.queue("Bo", Some(stage.clock.now() + HOUR));
        stage.clock.advance(2 * HOUR);
        let workers = stage.work();
        until("it is given up", || stage.get(&id).state() == State::Failed);
        workers.stop(Duration::from_secs(10));
        assert!(sink.taken().is_empty());
        assert_eq!(stage.content(&id), None, "its link has ended");
        let now = stage.clock.now();
        assert!(stage.db.write(Priority::Interactive, |tx| mailer::replay(tx, &id, now)).is_err());
        assert_eq!(stage.db.read(mailer::delivered).expect("counts"), [0, 0, 1]);
        let failed = Filter { state: Some(State::Failed), ..Filter::default() };
        assert_eq!(stage.db.read(|c| mailer::list(c, &failed, 10)).expect("a list").len(), 1);
        assert_eq!(mailer::tidy(&stage.db, now).expect("tidied"), 0);
        assert_eq!(mailer::tidy(&stage.db, now + 31 * 24 * HOUR).expect("tidied"), 1);
        assert!(stage.db.read(|c| mailer::get(c, &id)).is_err());
    });
}

#[test]
fn the_communitys_server_is_guarded_and_its_password_goes_nowhere_else() {
    on_both(|bench| {
        let sealer = sealer();
        let db = bench.db();
        let rules = outgoing::Rules::read("127.0.0.0/8, ::1", false).expect("rules");
        let mail = Mailer::new(sealer.clone(), None, rules);
        assert!(!db.read(|c| mail.is_set_up(c)).expect("asked"));
        let sink = Sink::new(Manners { sign_in: Some(("desk".into(), "hush".into())), ..Manners::default() });
        let named = Stored { username: "desk".into(), ..stored(&sink, Encryption::None) };
        let keep = |stored: Stored, password: Option<&str>| {
            db.write(Priority::Interactive, |tx| mail.store(tx, stored, password))
        };
        keep(named.clone(), Some("hush")).expect("stored");
        assert!(db.read(|c| mail.is_set_up(c)).expect("asked"));
        assert!(db.read(|c| mail.settings(c)).expect("settings").has_password);
        let everything =
            db.read(|c| c.query("SELECT secret FROM mail_secrets", &[], |r| r.text(0))).expect("rows");
        assert!(!format!("{everything:?}").contains("hush"));
        let to = Recipient { account: None, name: "Bo".into(), email: "bo@example.org".into() };
        let send = |mail: &Mailer| mail.send_now(db, &to, "Test", &Letter::default(), bench.clock.now());
        assert_eq!(send(&mail).expect("an answer").outcome, Outcome::Sent);
        // Kept when nothing new is typed; not there for another port.
        keep(named.clone(), None).expect("stored");
        assert!(db.read(|c| mail.settings(c)).expect("settings").has_password);
        keep(Stored { port: 2, ..named.clone() }, None).expect("stored");
        assert!(!db.read(|c| mail.settings(c)).expect("settings").has_password);
        keep(named.clone(), None).expect("stored");
        assert!(!db.read(|c| mail.settings(c)).expect("settings").has_password, "the old one is forgotten");

        // Without the rule this machine is closed, also by its name.
        let closed = Mailer::new(sealer, None, outgoing::Rules::default());
        let said = send(&closed).expect("an answer");
        assert!(said.answer.contains("not on the open internet"), "{said:?}");
        for (field, wrong) in [
            ("host", Stored { host: "https://x".into(), ..named.clone() }),
            ("host", Stored { host: "169.254.169.254".into(), ..named.clone() }),
            ("encryption", Stored { host: "smtp.example.org".into(), ..named.clone() }),
            ("from_address", Stored { from_address: "desk".into(), ..named.clone() }),
            ("reply_to", Stored { reply_to: "a@b@c".into(), ..named.clone() }),
        ] {
            let message = keep(wrong, None).expect_err("refused").message;
            assert!(message.starts_with(&format!("{field}: ")), "{field}: {message}");
        }
        db.write(Priority::Interactive, |tx| mail.forget(tx)).expect("forgotten");
        assert!(!db.read(|c| mail.is_set_up(c)).expect("asked"));
    });
}

#[test]
fn only_our_own_links_end_a_subscription() {
    on_both(|bench| {
        let sealer = sealer();
        let mail = Mailer::new(sealer, None, outgoing::Rules::default());
        let u = Unsubscribe { list: "digests".into(), subject: "dig_01".into() };
        let sign = |u: &Unsubscribe| -> Result<String> {
            bench.db().write(Priority::Interactive, |tx| mail.unsubscribe_path(tx, u))
        };
        let path = sign(&u).expect("a path");
        assert_eq!(path, sign(&u).expect("a path"), "the same in every mail");
        let token = path.strip_prefix("/mail/unsubscribe/").expect("its place").to_owned();
        let read = |token: &str| bench.db().read(|c| mail.read_unsubscribe(c, token));
        assert_eq!(read(&token).expect("ours"), u);
        let other = token.replace("dig_01", "dig_02");
        for wrong in [other.as_str(), "", "digests.dig_01.", "digests.dig_01", &token[..token.len() - 1]] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    });
}
