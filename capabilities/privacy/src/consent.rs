//! The ledger of consents: who agreed to what over which channel, on which ground, what proves it, and who wrote it down.
//! Nothing is changed and nothing removed; the newest row of a purpose and a channel holds.

mod file;

pub(crate) use file::{Report, import};

use crate::subject::{Subject, signature};
use crate::{CONSENTS, words};
use base::{Error, Micros, Result, TypeId};
use capability::audit::{self, Change};
use capability::{App, Principal};
use store::{Conn, Priority, Row};

/// Over which channels somebody can be reached.
pub(crate) const CHANNELS: [(&str, &str); 4] =
    [("email", "E-mail"), ("message", "Direct message"), ("phone", "Phone"), ("post", "Post")];

/// On which grounds personal data may be processed (GDPR, article 6).
pub(crate) const BASES: [(&str, &str); 4] = [
    ("consent", "Consent"),
    ("contract", "Contract"),
    ("legal", "Legal obligation"),
    ("interest", "Legitimate interest"),
];

/// What members are asked to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Purpose {
    pub slug: String,
    pub title: String,
    pub sentence: String,
}

/// Those that hold, by title.
pub(crate) fn purposes(c: &mut Conn<'_>) -> Result<Vec<Purpose>> {
    c.query(
        "SELECT slug, title, sentence FROM consent_purposes WHERE ended_at IS NULL ORDER BY title, slug",
        &[],
        |r| Ok(Purpose { slug: r.text(0)?, title: r.text(1)?, sentence: r.text(2)? }),
    )
}

/// Makes a purpose. One that ended comes back under its name.
pub(crate) fn make_purpose(app: &App, by: &Principal, slug: &str, title: &str, sentence: &str) -> Result<()> {
    let (slug, title, sentence) = (slug.trim(), title.trim(), sentence.trim());
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if slug.is_empty() || slug.len() > 40 || !slug.bytes().all(plain) {
        return Err(Error::invalid(
            "a purpose's name is of small letters, digits and dashes, at most 40: news",
        ));
    }
    if title.is_empty() || title.len() > 80 || sentence.len() > 400 {
        return Err(Error::invalid(
            "a purpose has a title of at most 80 bytes and a sentence of at most 400",
        ));
    }
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        if purposes(tx)?.iter().any(|p| p.slug == slug) {
            return Err(Error::conflict(format!("there is a purpose {slug} already")));
        }
        tx.execute(
            "INSERT INTO consent_purposes (slug, title, sentence, made_by, made_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (slug) DO UPDATE SET title = excluded.title, sentence = excluded.sentence,
               made_by = excluded.made_by, made_at = excluded.made_at, ended_by = NULL, ended_at = NULL",
            &[slug.into(), title.into(), sentence.into(), (&signature(by)).into(), now.into()],
        )?;
        let change =
            Change { action: CONSENTS.id, subject: slug, title: "Made a purpose of consent", after: title, ..Change::default() };
        audit::record(tx, by, now, &change)
    })
}

/// Ends a purpose: nobody is asked any more. What was said stays in the ledger.
pub(crate) fn end_purpose(app: &App, by: &Principal, slug: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let ended = tx.execute(
            "UPDATE consent_purposes SET ended_by = $1, ended_at = $2 WHERE slug = $3 AND ended_at IS NULL",
            &[(&signature(by)).into(), now.into(), slug.into()],
        )?;
        if ended == 0 {
            return Err(Error::not_found(format!("there is no purpose {slug}; it may have ended")));
        }
        let change = Change {
            action: CONSENTS.id,
            subject: slug,
            title: "Ended a purpose of consent",
            ..Change::default()
        };
        audit::record(tx, by, now, &change)
    })
}

/// A row of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    pub public_id: String,
    pub purpose: String,
    pub channel: String,
    pub given: bool,
    pub basis: String,
    pub proof: String,
    pub said_at: Micros,
    pub set_by: String,
    pub set_at: Micros,
}

fn read(r: &Row<'_>) -> Result<Consent> {
    Ok(Consent {
        public_id: r.text(0)?,
        purpose: r.text(1)?,
        channel: r.text(2)?,
        given: r.flag(3)?,
        basis: r.text(4)?,
        proof: r.text(5)?,
        said_at: r.int(6)?,
        set_by: r.text(7)?,
        set_at: r.int(8)?,
    })
}

/// Everything that a member ever said, newest first; at most 500.
pub(crate) fn history(c: &mut Conn<'_>, identities: &[u32]) -> Result<Vec<Consent>> {
    let numbers = crate::numbers(identities);
    c.query(
        &format!(
            "SELECT public_id, purpose, channel, given, basis, proof, said_at, set_by, set_at FROM consents
             WHERE identity IN ({numbers}) ORDER BY said_at DESC, consent_id DESC LIMIT 500"
        ),
        &[],
        read,
    )
}

/// Purposes and history in one statement, for a page that asks for more than these.
pub(crate) fn both(c: &mut Conn<'_>, identities: &[u32]) -> Result<(Vec<Purpose>, Vec<Consent>)> {
    let numbers = crate::numbers(identities);
    let (mut purposes, mut history) = (Vec::new(), Vec::new());
    c.for_each(
        &format!(
            "SELECT CAST(0 AS BIGINT) AS what, slug, title, sentence, '' AS basis, '' AS proof, '' AS set_by,
               CAST(0 AS BIGINT) AS given, CAST(0 AS BIGINT) AS said_at, CAST(0 AS BIGINT) AS set_at,
               CAST(0 AS BIGINT) AS place FROM consent_purposes WHERE ended_at IS NULL
             UNION ALL SELECT 1, public_id, purpose, channel, basis, proof, set_by, given, said_at, set_at, consent_id
             FROM consents WHERE identity IN ({numbers}) ORDER BY what, said_at DESC, place DESC, title LIMIT 600"
        ),
        &[],
        |r| {
            let texts = (r.text(1)?, r.text(2)?, r.text(3)?);
            if r.int(0)? == 0 {
                purposes.push(Purpose { slug: texts.0, title: texts.1, sentence: texts.2 });
                return Ok(());
            }
            history.push(Consent {
                public_id: texts.0,
                purpose: texts.1,
                channel: texts.2,
                basis: r.text(4)?,
                proof: r.text(5)?,
                set_by: r.text(6)?,
                given: r.flag(7)?,
                said_at: r.int(8)?,
                set_at: r.int(9)?,
            });
            Ok(())
        },
    )?;
    Ok((purposes, history))
}

/// What holds now: of a history the newest of each purpose and channel.
pub(crate) fn present(history: &[Consent]) -> Vec<&Consent> {
    let mut seen = std::collections::HashSet::new();
    history.iter().filter(|c| seen.insert((c.purpose.as_str(), c.channel.as_str()))).collect()
}

/// What is to be written down.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(crate) struct Said {
    pub purpose: String,
    pub channel: String,
    #[serde(default)]
    pub given: String,
    #[serde(default)]
    pub basis: String,
    #[serde(default)]
    pub proof: String,
    /// When it was said; empty for now.
    #[serde(default)]
    pub said_at: String,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub purpose: String,
    pub channel: String,
    pub given: bool,
    pub basis: String,
    pub proof: String,
    pub said_at: Micros,
}

impl Said {
    /// # Errors
    /// `Invalid` with what is wrong and what fits.
    pub(crate) fn checked(&self, purposes: &[Purpose], now: Micros) -> Result<Checked> {
        let list = |all: &[(&str, &str)]| all.iter().map(|c| c.0).collect::<Vec<_>>().join(", ");
        if !purposes.iter().any(|p| p.slug == self.purpose.trim()) {
            let known: Vec<&str> = purposes.iter().map(|p| p.slug.as_str()).collect();
            return Err(Error::invalid(format!(
                "there is no purpose \"{}\"; there are: {}",
                self.purpose,
                known.join(", ")
            )));
        }
        if !CHANNELS.iter().any(|c| c.0 == self.channel.trim()) {
            return Err(Error::invalid(format!(
                "\"{}\" is no channel; there are: {}",
                self.channel,
                list(&CHANNELS)
            )));
        }
        let basis = if self.basis.trim().is_empty() { "consent" } else { self.basis.trim() };
        if !BASES.iter().any(|b| b.0 == basis) {
            return Err(Error::invalid(format!("\"{basis}\" is no ground; there are: {}", list(&BASES))));
        }
        let given = match self.given.trim().to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" | "given" => true,
            "no" | "false" | "0" | "withdrawn" => false,
            other => return Err(Error::invalid(format!("given is yes or no, not \"{other}\""))),
        };
        let proof = self.proof.trim();
        if proof.is_empty() || proof.len() > 1_000 {
            return Err(Error::invalid(
                "say in at most 1,000 bytes what proves it: a form, a mail, a conversation",
            ));
        }
        let said_at = match self.said_at.trim() {
            "" => now,
            text => words::read(text).filter(|at| *at <= now).ok_or_else(|| {
                Error::invalid(format!("\"{text}\" is no moment in the past; write 2024-05-31"))
            })?,
        };
        Ok(Checked {
            purpose: self.purpose.trim().to_owned(),
            channel: self.channel.trim().to_owned(),
            given,
            basis: basis.to_owned(),
            proof: proof.to_owned(),
            said_at,
        })
    }
}

/// Adds a row; its id.
pub(crate) fn add(tx: &mut Conn<'_>, identity: u32, said: &Checked, by: &str, now: Micros) -> Result<String> {
    let id = TypeId::new("cns", now).to_string();
    tx.execute(
        "INSERT INTO consents (public_id, identity, purpose, channel, given, basis, proof, said_at, set_by, set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            (&id).into(),
            identity.into(),
            (&said.purpose).into(),
            (&said.channel).into(),
            said.given.into(),
            (&said.basis).into(),
            (&said.proof).into(),
            said.said_at.into(),
            by.into(),
            now.into(),
        ],
    )?;
    Ok(id)
}

/// Writes down what a member said; the id of the row.
pub(crate) fn record(app: &App, by: &Principal, member: &str, said: &Said) -> Result<String> {
    let subject = app.community.view(|v| Subject::find(v, member))?;
    if subject.is_erased() {
        return Err(Error::conflict("this member was erased; nothing is written down about them any more"));
    }
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let checked = said.checked(&purposes(tx)?, now)?;
        let id = add(tx, subject.member(), &checked, &signature(by), now)?;
        let title =
            if checked.given { "Recorded a consent" } else { "Recorded that a consent was taken back" };
        let after = format!("{}, {}", checked.purpose, checked.channel);
        let change = Change {
            action: CONSENTS.id,
            subject: subject.public_id(),
            title,
            after: &after,
            ..Change::default()
        };
        audit::record(tx, by, now, &change)?;
        Ok(id)
    })
}
