//! What capabilities give to mails that people subscribe to: a part of a digest, and the first rows of a list that
//! somebody saved a view of. A function is passed up; who gets what, and when, is decided by `digests`.

use crate::{App, Permission, Principal};
use base::Result;
use mailer::Section;

/// What a giver is told.
pub struct DigestAsk<'a> {
    /// The program.
    pub app: &'a App,
    /// Whom it is for, with what they may do now.
    pub principal: &'a Principal,
    /// The address by which browsers reach the server; links begin with it.
    pub origin: &'a str,
}

/// What a digest says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// The subject, and the heading of the mail ("3 things need somebody").
    pub subject: String,
    /// As of when, and what is left out.
    pub lead: Vec<String>,
    /// Its parts.
    pub sections: Vec<Section>,
    /// What the button says, and the path of the desk that it leads to.
    pub button: (String, String),
}

/// A digest that people can subscribe to.
#[derive(Clone, Copy)]
pub struct DigestKind {
    /// Its name: the id of the capability.
    pub id: &'static str,
    /// As people choose it ("Today").
    pub title: &'static str,
    /// What is in it, in a sentence.
    pub sentence: &'static str,
    /// Who may have it.
    pub permission: Permission,
    /// Whether it comes once a week, on Mondays, instead of daily.
    pub weekly: bool,
    /// Makes it; `None` when there is nothing to say, and then no mail is sent. Blocks.
    pub give: fn(&DigestAsk<'_>) -> Result<Option<Digest>>,
}

/// A list whose saved views can be subscribed to.
#[derive(Clone, Copy)]
pub struct ViewKind {
    /// The list's name in saved views (`members`).
    pub list: &'static str,
    /// As people read it ("Members").
    pub title: &'static str,
    /// Its path on the desk.
    pub path: &'static str,
    /// Who may see it.
    pub permission: Permission,
    /// The rows of a view: its query, and how many at most. Blocks.
    pub give: fn(&DigestAsk<'_>, &str, usize) -> Result<ViewRows>,
}

/// The first rows of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewRows {
    /// How many rows the view has in words ("214 members", "more than 10 conversations").
    pub count: String,
    /// The first of them.
    pub rows: Vec<mailer::Item>,
}
