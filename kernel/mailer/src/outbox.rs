//! The outbox: mails that wait, were sent, or were refused, and what servers said to each attempt.

use crate::address::one_line;
use crate::mime::{self, Around, Content};
use crate::wire::{Outcome, Said};
use crate::{Address, Letter, Mailer, Recipient, Smtp, Unsubscribe};
use base::{Error, Micros, Result, TypeId};
use jobs::{Job, NewJob, Retries, Urgency};
use serde_json::json;
use store::{Conn, Db, Priority, Row};

/// The kind of the job that hands a mail over; its key is the mail's id.
pub const SEND: &str = "mail.send";

/// When a mail is tried again: seconds at first, hours in the end; given up after a day and a half (RFC 5321, 4.5.4.1
/// asks for longer of servers; ours is a program that hands over to one).
pub const RETRIES: Retries = jobs::LATER;

/// For how many days a mail stands in the log after it was sent or given up.
pub const KEPT_DAYS: i64 = 30;

const DAY: Micros = 86_400 * 1_000_000;

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct NewMail<'a> {
    /// What it is for, as the log and the settings name it (`team.invitation`).
    pub kind: &'static str,
    /// Whom it goes to.
    pub to: Recipient,
    /// The subject; stands in the log, so that it holds no secret.
    pub subject: &'a str,
    /// What it says; sealed until it is sent.
    pub letter: Letter,
    /// The subscription that it comes from, and under which address this server is reached.
    pub unsubscribe: Option<(Unsubscribe, &'a str)>,
    /// After this it is of no use any more and is not sent.
    pub expires_at: Option<Micros>,
    /// Whether somebody waits for it.
    pub urgency: Urgency,
}

impl Mailer {
    /// Puts a mail in, as part of the transaction of whoever has the reason for it; its id. Its `Message-ID` is fixed
    /// here, so that a mail that is sent twice bears the same.
    ///
    /// # Errors
    /// `Invalid` for an address that cannot be, `Unavailable` when mail is not set up.
    pub fn queue(&self, tx: &mut Conn<'_>, mail: NewMail<'_>, now: Micros) -> Result<String> {
        let settings = self.settings(tx)?;
        let server = settings.server.ok_or_else(|| Error::unavailable(crate::settings::NOT_SET_UP))?;
        let to = Address::parse(&mail.to.email)?;
        let domain = Address::parse(&server.from_address).map(|a| a.domain().to_owned())?;
        let public_id = TypeId::new("eml", now).to_string();
        let mut letter = mail.letter;
        let mut unsubscribe = String::new();
        if let Some((subscription, origin)) = &mail.unsubscribe {
            unsubscribe = format!("{origin}{}", self.unsubscribe_path(tx, subscription)?);
            letter.foot.push(crate::Link::new("Stop these mails", &unsubscribe));
        }
        let content = Content { text: letter.text(), html: letter.html(), unsubscribe };
        let text = serde_json::to_string(&content)
            .map_err(|e| Error::internal(format!("a mail could not be written: {e}")))?;
        let sealed = self.sealer()?.seal(&text, &context(&public_id))?;
        let mime_id = format!("{public_id}@{domain}");
        tx.execute(
            "INSERT INTO mail_messages (public_id, kind, account_id, email, name, subject, mime_id, content, queued_at,
               expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                (&public_id).into(),
                mail.kind.into(),
                mail.to.account.into(),
                (&to.to_string()).into(),
                (&one_line(&mail.to.name, 80)).into(),
                (&one_line(mail.subject, mime::SUBJECT_MAX)).into(),
                (&mime_id).into(),
                (&sealed).into(),
                now.into(),
                mail.expires_at.into(),
            ],
        )?;
        enqueue(tx, &public_id, mail.urgency, now)?;
        Ok(public_id)
    }

    /// Sends a mail at once, past the outbox, and says what the server answered: the test of the settings. Blocks.
    ///
    /// # Errors
    /// `Invalid` for an address that cannot be, `Unavailable` when mail is not set up.
    pub fn send_now(
        &self,
        db: &Db,
        to: &Recipient,
        subject: &str,
        letter: &Letter,
        now: Micros,
    ) -> Result<Said> {
        let (smtp, community) = db.read(|c| Ok((self.smtp(c)?, community_name(c)?)))?;
        Address::parse(&to.email)?;
        let mime_id = format!("{}@{}", TypeId::new("eml", now), smtp.from.domain());
        let content = Content { text: letter.text(), html: letter.html(), unsubscribe: String::new() };
        let around = Around {
            to_name: &to.name,
            to: &to.email,
            subject,
            mime_id: &mime_id,
            queued_at: now,
            community: &community,
        };
        Ok(self.hand_over(&smtp, &mime::message(&smtp, &around, &content)?))
    }

    /// The body of the job [`SEND`]: hands one mail over and writes down what became of it, in one transaction with the
    /// end of the job. Blocks.
    ///
    /// # Errors
    /// `Unavailable` when it is to be tried again, `Invalid` when it is refused for good.
    pub fn run(&self, db: &Db, job: &Job, now: Micros) -> Result<()> {
        let id = job.payload["mail"].as_str().unwrap_or_default().to_owned();
        let (waiting, community) = db.read(|c| Ok((waiting(c, &id)?, community_name(c)?)))?;
        // Sent already, or removed meanwhile: there is nothing to do.
        let Some(waiting) = waiting else { return Ok(()) };
        if waiting.expires_at.is_some_and(|at| at <= now) {
            return self.give_up(db, &waiting, "it could not be sent in time and is of no use any more", now);
        }
        let said = match self.attempt(db, &waiting, &community) {
            Ok(said) => said,
            Err(e) if e.kind == base::ErrorKind::Invalid => Said::of(Outcome::Never, None, &e.message),
            Err(e) => Said::of(Outcome::Later, None, &e.message),
        };
        db.write(Priority::Interactive, |tx| {
            if said.outcome == Outcome::Sent {
                // First: if another node has taken the job over, it writes down what it did itself.
                job.finish_in(tx)?;
            }
            note(tx, &waiting, &said, now)
        })?;
        match said.outcome {
            Outcome::Sent => Ok(()),
            // Servers name addresses in their answers: those stand in the log of mails, not in that of the program.
            Outcome::Later => Err(Error::unavailable(format!("{id} was not taken; its attempts say why"))),
            Outcome::Never => Err(Error::invalid(format!("{id} was refused; its attempts say why"))),
        }
    }

    fn attempt(&self, db: &Db, waiting: &Waiting, community: &str) -> Result<Said> {
        let smtp: Smtp = db.read(|c| self.smtp(c))?;
        let text = self.sealer()?.open(&waiting.content, &context(&waiting.public_id))?;
        let content: Content = serde_json::from_str(&text)
            .map_err(|e| Error::internal(format!("a mail could not be read again: {e}")))?;
        let around = Around {
            to_name: &waiting.name,
            to: &waiting.email,
            subject: &waiting.subject,
            mime_id: &waiting.mime_id,
            queued_at: waiting.queued_at,
            community,
        };
        Ok(self.hand_over(&smtp, &mime::message(&smtp, &around, &content)?))
    }

    fn give_up(&self, db: &Db, waiting: &Waiting, why: &str, now: Micros) -> Result<()> {
        let said = Said::of(Outcome::Never, None, why);
        db.write(Priority::Interactive, |tx| {
            note(tx, waiting, &said, now)?;
            // What it says may be a link that has ended: nobody can send it again.
            tx.execute(
                "UPDATE mail_messages SET content = NULL WHERE message_id = $1",
                &[waiting.message.into()],
            )
            .map(|_| ())
        })?;
        Err(Error::invalid(why))
    }
}

fn community_name(c: &mut Conn<'_>) -> Result<String> {
    community::settings::get_or_default(c, "name")
}

fn context(public_id: &str) -> String {
    seal::context("mail_messages", "content", public_id)
}

fn enqueue(tx: &mut Conn<'_>, public_id: &str, urgency: Urgency, now: Micros) -> Result<()> {
    let payload = json!({ "mail": public_id });
    let job = NewJob { kind: SEND, key: Some(public_id), payload: &payload, run_at: now, urgency };
    jobs::enqueue(tx, &job, now).map(|_| ())
}

/// A mail that was not sent yet.
struct Waiting {
    message: i64,
    public_id: String,
    email: String,
    name: String,
    subject: String,
    mime_id: String,
    content: String,
    queued_at: Micros,
    expires_at: Option<Micros>,
}

fn waiting(c: &mut Conn<'_>, public_id: &str) -> Result<Option<Waiting>> {
    c.query_opt(
        "SELECT message_id, public_id, email, name, subject, mime_id, content, queued_at, expires_at FROM mail_messages
         WHERE public_id = $1 AND sent_at IS NULL AND content IS NOT NULL",
        &[public_id.into()],
        |r| {
            Ok(Waiting {
                message: r.int(0)?,
                public_id: r.text(1)?,
                email: r.text(2)?,
                name: r.text(3)?,
                subject: r.text(4)?,
                mime_id: r.text(5)?,
                content: r.text(6)?,
                queued_at: r.int(7)?,
                expires_at: r.opt_int(8)?,
            })
        },
    )
}

/// Writes down what became of an attempt. What a mail says goes as soon as it is sent.
fn note(tx: &mut Conn<'_>, waiting: &Waiting, said: &Said, now: Micros) -> Result<()> {
    let took = i64::try_from(said.took.as_micros()).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO mail_attempts (message_id, at, took, code, outcome, answer) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            waiting.message.into(),
            now.into(),
            took.into(),
            said.code.map(i64::from).into(),
            said.outcome.word().into(),
            (&said.answer).into(),
        ],
    )?;
    match said.outcome {
        Outcome::Sent => tx.execute(
            "UPDATE mail_messages SET sent_at = $1, died_at = NULL, content = NULL WHERE message_id = $2",
            &[now.into(), waiting.message.into()],
        )?,
        Outcome::Later => 0,
        Outcome::Never => tx.execute(
            "UPDATE mail_messages SET died_at = $1 WHERE message_id = $2 AND sent_at IS NULL",
            &[now.into(), waiting.message.into()],
        )?,
    };
    Ok(())
}

/// Says that the job of a mail failed for good; for the end of [`SEND`].
///
/// # Errors
/// When the database says no.
pub fn mark_dead(tx: &mut Conn<'_>, job: &Job, now: Micros) -> Result<()> {
    let id = job.payload["mail"].as_str().unwrap_or_default();
    tx.execute(
        "UPDATE mail_messages SET died_at = $1 WHERE public_id = $2 AND sent_at IS NULL AND died_at IS NULL",
        &[now.into(), id.into()],
    )
    .map(|_| ())
}

/// Sends a mail again that was given up, or one that waits at once.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` when it was sent, is of no use any more, or is being sent.
pub fn replay(tx: &mut Conn<'_>, public_id: &str, now: Micros) -> Result<MessageRow> {
    let row = get(tx, public_id)?;
    if row.sent_at.is_some() {
        return Err(Error::conflict(
            "this mail was sent; what it said is not kept. Begin what it was for once more instead",
        ));
    }
    if !row.can_be_sent || row.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::conflict(
            "this mail is too old to be of use. Begin what it was for once more instead",
        ));
    }
    tx.execute("UPDATE mail_messages SET died_at = NULL WHERE public_id = $1", &[public_id.into()])?;
    match jobs::find(tx, SEND, public_id)? {
        Some(job) => jobs::retry(tx, job, now)?,
        None => enqueue(tx, public_id, Urgency::Now, now)?,
    }
    Ok(row)
}

/// How a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits, or is tried again.
    Waiting,
    /// A server took it.
    Sent,
    /// It was given up.
    Failed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Failed];

    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

/// A mail as the log shows it: never what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// What people and programs see (`eml_…`).
    pub public_id: String,
    /// What it was for.
    pub kind: String,
    /// Whom it goes to.
    pub to: Recipient,
    /// Its subject.
    pub subject: String,
    /// Its `Message-ID`, by which the mail server's own log names it.
    pub mime_id: String,
    /// When it was put in.
    pub queued_at: Micros,
    /// After when it is of no use.
    pub expires_at: Option<Micros>,
    /// When a server took it.
    pub sent_at: Option<Micros>,
    /// When it was given up.
    pub died_at: Option<Micros>,
    /// Whether what it says is still there.
    pub can_be_sent: bool,
    /// Attempts so far.
    pub attempts: i64,
    /// What was answered the last time; empty when nothing was yet.
    pub answer: String,
    /// When it is tried next, or when whoever tries just now must be done.
    pub next_at: Option<Micros>,
    message: i64,
}

impl MessageRow {
    /// How it stands.
    pub fn state(&self) -> State {
        match (self.sent_at, self.died_at) {
            (Some(_), _) => State::Sent,
            (None, Some(_)) => State::Failed,
            (None, None) => State::Waiting,
        }
    }

    /// Its place in the list.
    pub fn place(&self) -> i64 {
        self.message
    }
}

const COLUMNS: &str = "SELECT m.message_id, m.public_id, m.kind, m.account_id, m.name, m.email, m.subject, m.mime_id, m.queued_at,
       m.expires_at, m.sent_at, m.died_at, CAST(CASE WHEN m.content IS NULL THEN 0 ELSE 1 END AS BIGINT),
       (SELECT count(*) FROM mail_attempts a WHERE a.message_id = m.message_id),
       (SELECT b.answer FROM mail_attempts b WHERE b.message_id = m.message_id ORDER BY b.attempt_id DESC LIMIT 1),
       (SELECT j.run_at FROM jobs j WHERE j.kind = 'mail.send' AND j.dedupe_key = m.public_id)
     FROM mail_messages m";

fn read(r: &Row<'_>) -> Result<MessageRow> {
    Ok(MessageRow {
        message: r.int(0)?,
        public_id: r.text(1)?,
        kind: r.text(2)?,
        to: Recipient { account: r.opt_int(3)?, name: r.text(4)?, email: r.text(5)? },
        subject: r.text(6)?,
        mime_id: r.text(7)?,
        queued_at: r.int(8)?,
        expires_at: r.opt_int(9)?,
        sent_at: r.opt_int(10)?,
        died_at: r.opt_int(11)?,
        can_be_sent: r.flag(12)?,
        attempts: r.int(13)?,
        answer: r.opt_text(14)?.unwrap_or_default(),
        next_at: r.opt_int(15)?,
    })
}

/// What the log is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only mails that stand so.
    pub state: Option<State>,
    /// Only those before this place, for the next page.
    pub before: Option<i64>,
}

/// The newest mails first. One statement.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>, filter: &Filter, at_most: usize) -> Result<Vec<MessageRow>> {
    let state = match filter.state {
        None => "",
        Some(State::Waiting) => " AND m.sent_at IS NULL AND m.died_at IS NULL",
        Some(State::Sent) => " AND m.sent_at IS NOT NULL",
        Some(State::Failed) => " AND m.sent_at IS NULL AND m.died_at IS NOT NULL",
    };
    let sql = format!("{COLUMNS} WHERE m.message_id < $1{state} ORDER BY m.message_id DESC LIMIT $2");
    let before = filter.before.unwrap_or(i64::MAX);
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    c.query(&sql, &[before.into(), at_most.into()], read)
}

/// One mail.
///
/// # Errors
/// `NotFound` when there is none.
pub fn get(c: &mut Conn<'_>, public_id: &str) -> Result<MessageRow> {
    c.query_opt(&format!("{COLUMNS} WHERE m.public_id = $1"), &[public_id.into()], read)?.ok_or_else(|| {
        Error::not_found(format!(
            "there is no such mail; mails are kept for {KEPT_DAYS} days after they were sent"
        ))
    })
}

/// The newest mail of a kind to an account.
///
/// # Errors
/// When the database says no.
pub fn last_to(c: &mut Conn<'_>, account: i64, kind: &str) -> Result<Option<MessageRow>> {
    let sql = format!("{COLUMNS} WHERE m.account_id = $1 AND m.kind = $2 ORDER BY m.message_id DESC LIMIT 1");
    c.query_opt(&sql, &[account.into(), kind.into()], read)
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// When.
    pub at: Micros,
    /// How long it took.
    pub took: Micros,
    /// The server's number, where it answered.
    pub code: Option<i64>,
    /// `sent`, `later` or `never`.
    pub outcome: String,
    /// The server's words, or what went wrong.
    pub answer: String,
}

/// The attempts of a mail, the newest first.
///
/// # Errors
/// When the database says no.
pub fn attempts(c: &mut Conn<'_>, row: &MessageRow) -> Result<Vec<AttemptRow>> {
    c.query(
        "SELECT at, took, code, outcome, answer FROM mail_attempts WHERE message_id = $1 ORDER BY attempt_id DESC LIMIT 50",
        &[row.message.into()],
        |r| {
            Ok(AttemptRow {
                at: r.int(0)?,
                took: r.int(1)?,
                code: r.opt_int(2)?,
                outcome: r.text(3)?,
                answer: r.text(4)?,
            })
        },
    )
}

/// How many mails wait, were sent and failed, of those that are kept.
///
/// # Errors
/// When the database says no.
pub fn delivered(c: &mut Conn<'_>) -> Result<[i64; 3]> {
    c.query_one(
        "SELECT CAST(COALESCE(sum(CASE WHEN sent_at IS NULL AND died_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(sum(CASE WHEN sent_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(sum(CASE WHEN sent_at IS NULL AND died_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM mail_messages",
        &[],
        |r| Ok([r.int(0)?, r.int(1)?, r.int(2)?]),
    )
}

/// Removes mails that were sent or given up long ago, in pieces.
///
/// # Errors
/// When the database says no.
pub fn tidy(db: &Db, now: Micros) -> Result<u64> {
    let before = now - KEPT_DAYS * DAY;
    let mut removed = 0;
    loop {
        let some = db.write(Priority::Bulk, |tx| {
            let old = tx.query(
                "SELECT message_id FROM mail_messages
                 WHERE (sent_at IS NOT NULL AND sent_at < $1) OR (died_at IS NOT NULL AND died_at < $1)
                 ORDER BY message_id LIMIT 500",
                &[before.into()],
                |r| r.int(0),
            )?;
            for id in &old {
                tx.execute("DELETE FROM mail_attempts WHERE message_id = $1", &[(*id).into()])?;
                tx.execute("DELETE FROM mail_messages WHERE message_id = $1", &[(*id).into()])?;
            }
            Ok(old.len() as u64)
        })?;
        removed += some;
        if some < 500 {
            return Ok(removed);
        }
    }
}
