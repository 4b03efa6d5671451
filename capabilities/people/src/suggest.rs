//! Which identities are probably one person, and what says so. Nothing here is ever applied by itself.
//!
//! Evidence is a shared e-mail address, or a shared handle together with a shared full name at two sources, or a
//! row of a roster. A name alone is none, nor a handle alone: two people may well be called Alex.

use crate::store::pairs::{self, Dismissal, Traits};
use base::{Result, hash64};
use community::read::{LogView, Roster};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

/// More identities than this with one address are a shared mailbox, not a person.
const SHARED_BY_MOST: usize = 4;
/// Local parts of addresses that belong to roles.
const ROLES: [&str; 14] = [
    "admin",
    "bot",
    "community",
    "contact",
    "hello",
    "help",
    "info",
    "mail",
    "no-reply",
    "noreply",
    "office",
    "root",
    "support",
    "team",
];

/// Why two identities are suggested.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// A roster names both in one row; its words.
    Roster(String),
    /// Both have this e-mail address.
    Email(String),
    /// Both have this handle and this name, at two sources.
    HandleAndName(String, String),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roster(text) => f.write_str(text),
            Self::Email(email) => write!(f, "same e-mail address {email}"),
            Self::HandleAndName(handle, name) => write!(f, "same handle {handle} and same name {name}"),
        }
    }
}

/// Two identities that may be one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// The one with the lower number.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// What says so, strongest first.
    pub evidence: Vec<Evidence>,
}

impl Suggestion {
    /// The evidence as the reason of a link: `Same e-mail address …; roster …`.
    pub(crate) fn reason(&self) -> String {
        let all: Vec<String> = self.evidence.iter().map(Evidence::to_string).collect();
        let text = all.join("; ");
        let mut letters = text.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    }
}

/// What is suggested, and what was refused.
#[derive(Debug, Default)]
pub(crate) struct Suggestions {
    /// Every suggestion that waits for a person: neither linked already nor refused.
    pub waiting: Vec<Suggestion>,
    /// What was refused and still is, newest first.
    pub refused: Vec<Dismissal>,
}

/// Everything that is suggested. One statement beside the roster's.
pub(crate) fn load(view: &mut LogView<'_, '_>) -> Result<Suggestions> {
    let roster = view.roster()?;
    let mut common = Common::default();
    let (named, refused) = pairs::evidence(view.conn(), |t| common.take(&t))?;
    let mut found: Vec<(u32, u32, Evidence)> =
        named.into_iter().map(|n| (n.left, n.right, Evidence::Roster(n.evidence))).collect();
    found.extend(common.pairs());
    let apart: HashSet<(u32, u32)> = refused.iter().map(|d| (d.left, d.right)).collect();
    Ok(Suggestions { waiting: merged(found, &apart, |i| roster.member_of(i)), refused })
}

/// The suggestions about one member.
pub(crate) fn about(view: &mut LogView<'_, '_>, member: u32, roster: &Roster) -> Result<Vec<Suggestion>> {
    let mut all = load(view)?.waiting;
    all.retain(|s| roster.member_of(s.left) == member || roster.member_of(s.right) == member);
    Ok(all)
}

/// Which other members something says to be this one, and what.
pub(crate) fn speaks_for(
    view: &mut LogView<'_, '_>,
    member: u32,
    roster: &Roster,
) -> Result<Vec<(u32, String)>> {
    let all = about(view, member, roster)?;
    let other = |s: &Suggestion| match roster.member_of(s.left) {
        m if m == member => roster.member_of(s.right),
        m => m,
    };
    Ok(all.iter().map(|s| (other(s), s.reason())).collect())
}

/// One suggestion for each pair of members, with everything that speaks for it.
fn merged(
    found: Vec<(u32, u32, Evidence)>,
    refused: &HashSet<(u32, u32)>,
    member_of: impl Fn(u32) -> u32,
) -> Vec<Suggestion> {
    let key = |a: u32, b: u32| {
        let (a, b) = (member_of(a), member_of(b));
        (a.min(b), a.max(b))
    };
    let refused: HashSet<(u32, u32)> = refused.iter().map(|r| key(r.0, r.1)).collect();
    let mut all: BTreeMap<(u32, u32), Suggestion> = BTreeMap::new();
    for (a, b, evidence) in found {
        let members = key(a, b);
        if members.0 == members.1 || refused.contains(&members) {
            continue;
        }
        let suggestion = all.entry(members).or_insert_with(|| Suggestion {
            left: a.min(b),
            right: a.max(b),
            evidence: Vec::new(),
        });
        if !suggestion.evidence.contains(&evidence) {
            suggestion.evidence.push(evidence);
        }
    }
    let mut all: Vec<Suggestion> = all.into_values().collect();
    all.iter_mut().for_each(|s| s.evidence.sort());
    all.sort_by(|a, b| {
        b.evidence
            .len()
            .cmp(&a.evidence.len())
            .then_with(|| a.evidence.cmp(&b.evidence))
            .then(a.left.cmp(&b.left))
    });
    all
}

/// A handle, a name, and the identities (with their sources) that have both.
type Namesakes = (String, String, Vec<(u32, i64)>);

/// Who has what in common, as identities go by in whatever order.
#[derive(Default)]
struct Common {
    emails: HashMap<i64, (String, Vec<u32>)>,
    names: HashMap<i64, Namesakes>,
}

impl Common {
    fn take(&mut self, t: &Traits) {
        if let Some(email) = t.email.as_deref().map(str::trim).map(str::to_lowercase)
            && personal(&email)
        {
            let entry = self.emails.entry(hash64(&email)).or_insert_with(|| (email, Vec::new()));
            entry.1.push(t.identity);
        }
        let (Some(handle), Some(name)) = (plain(t.handle.as_deref()), plain(t.name.as_deref())) else {
            return;
        };
        // One word is a first name or the handle once more: too little to say who somebody is.
        if handle.chars().count() < 3 || !name.contains(' ') {
            return;
        }
        let key = hash64(&format!("{handle}\n{name}"));
        let entry = self.names.entry(key).or_insert_with(|| (handle, name, Vec::new()));
        entry.2.push((t.identity, t.source_id));
    }

    fn pairs(self) -> Vec<(u32, u32, Evidence)> {
        let mut out = Vec::new();
        for (email, mut who) in
            self.emails.into_values().filter(|e| (2..=SHARED_BY_MOST).contains(&e.1.len()))
        {
            who.sort_unstable();
            out.extend(who[1..].iter().map(|other| (who[0], *other, Evidence::Email(email.clone()))));
        }
        for (handle, name, mut who) in
            self.names.into_values().filter(|n| (2..=SHARED_BY_MOST).contains(&n.2.len()))
        {
            who.sort_unstable();
            let (first, at) = who[0];
            let others = who[1..].iter().filter(|o| o.1 != at);
            out.extend(others.map(|o| (first, o.0, Evidence::HandleAndName(handle.clone(), name.clone()))));
        }
        out
    }
}

/// In lower case, with single spaces; nothing when nothing is left.
fn plain(text: Option<&str>) -> Option<String> {
    let words = text?.trim_start_matches('@').split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    (!words.is_empty()).then_some(words)
}

/// Whether an address is one person's.
fn personal(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else { return false };
    !local.is_empty() && domain.contains('.') && !ROLES.contains(&local.split('+').next().unwrap_or(local))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(identity: u32, source_id: i64, name: &str, handle: &str, email: &str) -> Traits {
        let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        Traits { identity, source_id, name: some(name), handle: some(handle), email: some(email) }
    }

    fn check(all: &[Traits], refused: &[(u32, u32)], expect: &[(u32, u32, &str)]) {
        let mut common = Common::default();
        all.iter().for_each(|t| common.take(t));
        let refused = refused.iter().copied().collect();
        let got = merged(common.pairs(), &refused, |i| if i == 90 { 9 } else { i });
        let got: Vec<(u32, u32, String)> = got.iter().map(|s| (s.left, s.right, s.reason())).collect();
        let expect: Vec<(u32, u32, String)> = expect.iter().map(|e| (e.0, e.1, e.2.to_owned())).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn an_address_or_handle_with_full_name_is_evidence() {
        check(
            &[traits(1, 1, "Ruth", "ruth", "R@x.example"), traits(2, 2, "R. Calder", "rc", "r@X.example")],
            &[],
            &[(1, 2, "Same e-mail address r@x.example")],
        );
        check(
            &[traits(1, 1, "Ruth Calder", "@ruthc", ""), traits(2, 2, "ruth  calder", "RuthC", "")],
            &[],
            &[(1, 2, "Same handle ruthc and same name ruth calder")],
        );
    }

    #[test]
    fn false_friends_are_not_suggested() {
        let first_name = [traits(1, 1, "Ana", "ana", ""), traits(2, 2, "Ana", "ana", "")];
        check(&first_name, &[], &[]);
        let name_only = [traits(1, 1, "Ana Souza", "ana", ""), traits(2, 2, "Ana Souza", "souza", "")];
        check(&name_only, &[], &[]);
        let one_source = [traits(1, 1, "Ana Souza", "ana", ""), traits(2, 1, "Ana Souza", "ana", "")];
        check(&one_source, &[], &[]);
        let roles = [traits(1, 1, "A", "a", "info@x.example"), traits(2, 2, "B", "b", "info@x.example")];
        check(&roles, &[], &[]);
        let many: Vec<Traits> =
            (1..=5).map(|i| traits(i, i64::from(i), "A", "a", "all@lists.example")).collect();
        check(&many, &[], &[]);
    }

    #[test]
    fn what_was_refused_or_linked_is_not_suggested_again() {
        let two = [traits(1, 1, "A", "a", "a@x.example"), traits(2, 2, "B", "b", "a@x.example")];
        check(&two, &[(1, 2)], &[]);
        let linked = [traits(9, 1, "A", "a", "a@x.example"), traits(90, 2, "B", "b", "a@x.example")];
        check(&linked, &[], &[]);
    }
}
