//! Which message answers which, and what each conversation is named by. Holds hashes, not texts: some 60
//! bytes a message, and the ids of openings.

use super::wire::Head;
use base::hash64;
use std::collections::{HashMap, HashSet};

const NONE: u32 = u32::MAX;

/// Collects ids in a first pass over the archive.
#[derive(Default)]
pub(super) struct Collecting {
    /// Message-IDs, hashed, and their numbers in file order.
    numbers: HashMap<i64, u32>,
    /// The ids that each message names: In-Reply-To first, then References.
    named: Vec<i64>,
    /// Where each message's begin in `named`, and how many of them are of In-Reply-To.
    spans: Vec<(usize, u32)>,
    /// Ids of messages that may turn out to be a conversation's first.
    texts: HashMap<u32, Box<str>>,
    repeated: HashSet<i64>,
}

impl Collecting {
    /// Takes a message in; of one with a known id only that it is a repeat.
    pub fn add(&mut self, head: &Head) {
        let Some(id) = &head.id else { return };
        let hash = hash64(id);
        if self.numbers.contains_key(&hash) {
            self.repeated.insert(hash);
            return;
        }
        let number = u32::try_from(self.spans.len()).unwrap_or(NONE);
        if number == NONE {
            return;
        }
        // What certainly has a parent already is not a root, so that its text need not be kept.
        let settled = head.in_reply_to.first().or_else(|| head.references.last());
        if !settled.is_some_and(|s| self.numbers.contains_key(&hash64(s))) {
            self.texts.insert(number, id.as_str().into());
        }
        self.numbers.insert(hash, number);
        self.spans.push((self.named.len(), u32::try_from(head.in_reply_to.len()).unwrap_or(NONE)));
        self.named.extend(head.in_reply_to.iter().chain(&head.references).map(|i| hash64(i)));
    }

    /// Resolves parents and roots, now that every id is known.
    pub fn resolve(self) -> Threads {
        let mut parents = self.parents();
        let cut = cut_circles(&mut parents);
        let mut roots: Vec<u32> = (0..).take(parents.len()).collect();
        let mut path = Vec::new();
        for start in (0..).take(parents.len()) {
            let mut at: u32 = start;
            while parents[at as usize] != NONE {
                path.push(at);
                at = parents[at as usize];
            }
            // Paths are cut short, so that long threads are walked once.
            for step in path.drain(..) {
                roots[step as usize] = at;
                parents[step as usize] = at;
            }
        }
        let mut texts = self.texts;
        texts.retain(|number, _| roots[*number as usize] == *number);
        texts.shrink_to_fit();
        Threads { numbers: self.numbers, roots, cut, texts, repeated: self.repeated }
    }

    fn parents(&self) -> Vec<u32> {
        let end_of = |number: usize| self.spans.get(number + 1).map_or(self.named.len(), |next| next.0);
        let parent = |(number, (start, direct)): (usize, &(usize, u32))| {
            let named = &self.named[*start..end_of(number)];
            let (direct, references) = named.split_at((*direct as usize).min(named.len()));
            let known = direct.iter().chain(references.iter().rev()).find_map(|id| self.numbers.get(id));
            known.copied().unwrap_or(NONE)
        };
        self.spans.iter().enumerate().map(parent).collect()
    }
}

/// Takes the parent from the first message of every circle and returns those messages.
fn cut_circles(parents: &mut [u32]) -> HashSet<u32> {
    let mut cut = HashSet::new();
    // The walk on which each message was met; 0 is none yet.
    let mut met = vec![0u32; parents.len()];
    for start in (0..).take(parents.len()) {
        let walk = start + 1;
        let mut at: u32 = start;
        while at != NONE && met[at as usize] == 0 {
            met[at as usize] = walk;
            at = parents[at as usize];
        }
        if at == NONE || met[at as usize] != walk {
            continue;
        }
        let (mut first, mut member) = (at, parents[at as usize]);
        while member != at {
            first = first.min(member);
            member = parents[member as usize];
        }
        parents[first as usize] = NONE;
        cut.insert(first);
    }
    cut
}

/// The conversations of an archive.
pub(super) struct Threads {
    numbers: HashMap<i64, u32>,
    roots: Vec<u32>,
    cut: HashSet<u32>,
    texts: HashMap<u32, Box<str>>,
    repeated: HashSet<i64>,
}

impl Threads {
    /// The id of the message that this one answers, if the archive holds it.
    pub fn parent<'h>(&self, head: &'h Head) -> Option<&'h str> {
        if self.number(head).is_some_and(|n| self.cut.contains(&n)) {
            return None;
        }
        let order = head.in_reply_to.iter().chain(head.references.iter().rev());
        order.map(String::as_str).find(|id| self.numbers.contains_key(&hash64(id)))
    }

    /// The id of the first message of this one's conversation; `None` when that is this one.
    pub fn root(&self, head: &Head) -> Option<&str> {
        let number = match self.number(head) {
            Some(number) => number,
            // A message without an id has no number of its own; its parent has.
            None => *self.numbers.get(&hash64(self.parent(head)?))?,
        };
        let root = self.roots[number as usize];
        let own = self.number(head) == Some(root);
        self.texts.get(&root).map(AsRef::as_ref).filter(|_| !own)
    }

    /// Whether several messages have this id.
    pub fn is_repeated(&self, id: &str) -> bool {
        self.repeated.contains(&hash64(id))
    }

    fn number(&self, head: &Head) -> Option<u32> {
        head.id.as_ref().and_then(|id| self.numbers.get(&hash64(id)).copied())
    }
}
