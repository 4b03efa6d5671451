//! The member graph as figures need it: which identity is which member, and who is masked.
//!
//! Everything stored is on identities; a member's number is the lowest of its identities'. The map is made
//! when it is asked for, so a link or its reversal rewrites nothing.

use crate::log::take_numbers;
use crate::read::Staff;
use base::Result;
use roaring::RoaringBitmap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use store::Conn;

/// Links and masks at one version.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    version: i64,
    /// Identity → member; identities beyond its end are themselves.
    member: Vec<u32>,
    /// Identity → bits.
    marks: Vec<u8>,
    /// One map for each staff filter, made when first asked for.
    masks: [OnceLock<Arc<Mask>>; 3],
}

const BOT: u8 = 1;
const STAFF: u8 = 2;

/// Identity → member as one question sees it; 0 for those who do not count.
#[derive(Debug)]
pub(crate) struct Mask {
    map: Vec<u32>,
    beyond: bool,
}

impl Mask {
    /// The member, or 0 when this identity does not count.
    pub(crate) fn member(&self, identity: u32) -> u32 {
        match self.map.get(identity as usize) {
            Some(&m) => m,
            None if self.beyond => identity,
            None => 0,
        }
    }

    /// Whether nobody counts at all.
    pub(crate) fn is_empty(&self) -> bool {
        !self.beyond && self.map.iter().all(|m| *m == 0)
    }
}

impl Graph {
    fn load(c: &mut Conn<'_>, version: i64) -> Result<Self> {
        let mut graph = Self { version, ..Self::default() };
        let links = c.query(
            "SELECT left_identity, right_identity FROM identity_links WHERE unlinked_at IS NULL",
            &[],
            |r| Ok((r.int(0)? as u32, r.int(1)? as u32)),
        )?;
        for (a, b) in links {
            graph.union(a, b);
        }
        for i in 0..graph.member.len() {
            graph.member[i] = graph.root(i as u32);
        }
        c.for_each(
            "SELECT identity, bot, marked_bot, staff FROM identities WHERE bot = 1 OR marked_bot = 1 OR staff = 1",
            &[],
            |r| {
                let at = r.int(0)? as usize;
                if graph.marks.len() <= at {
                    graph.marks.resize(at + 1, 0);
                }
                if r.flag(1)? || r.flag(2)? {
                    graph.marks[at] |= BOT;
                }
                if r.flag(3)? {
                    graph.marks[at] |= STAFF;
                }
                Ok(())
            },
        )?;
        Ok(graph)
    }

    fn union(&mut self, a: u32, b: u32) {
        let top = a.max(b) as usize;
        if self.member.len() <= top {
            let from = self.member.len() as u32;
            self.member.extend(from..=top as u32);
        }
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.member[high as usize] = low;
    }

    fn root(&self, mut i: u32) -> u32 {
        while let Some(&m) = self.member.get(i as usize) {
            if m == i {
                break;
            }
            i = m;
        }
        i
    }

    /// Counts the changes of links and masks.
    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// The member of an identity, without masks.
    pub(crate) fn member_of(&self, identity: u32) -> u32 {
        self.member.get(identity as usize).copied().unwrap_or(identity)
    }

    /// Every identity of a member.
    pub(crate) fn identities_of(&self, member: u32) -> Vec<u32> {
        let mut out: Vec<u32> =
            (0..self.member.len() as u32).filter(|i| self.member[*i as usize] == member).collect();
        if out.is_empty() {
            out.push(member);
        }
        out
    }

    /// Whether an identity is a bot.
    pub(crate) fn is_bot(&self, identity: u32) -> bool {
        self.marks.get(identity as usize).is_some_and(|m| m & BOT != 0)
    }

    /// Whether an identity is on the list of staff.
    pub(crate) fn is_staff(&self, identity: u32) -> bool {
        self.marks.get(identity as usize).is_some_and(|m| m & STAFF != 0)
    }

    /// Members with an identity that is staff.
    pub(crate) fn staff_members(&self) -> RoaringBitmap {
        let marked = self.marks.iter().zip(0u32..).filter(|m| m.0 & STAFF != 0);
        marked.map(|(_, identity)| self.member_of(identity)).collect()
    }

    /// The map for one staff filter. Bots and nobody never count; a member is staff when one of its
    /// identities is.
    pub(crate) fn mask(&self, staff: Staff) -> Arc<Mask> {
        Arc::clone(self.masks[staff as usize].get_or_init(|| Arc::new(self.make_mask(staff))))
    }

    fn make_mask(&self, staff: Staff) -> Mask {
        let len = self.member.len().max(self.marks.len()).max(1);
        let mut staff_member = vec![false; len];
        for (i, m) in self.marks.iter().enumerate() {
            if m & STAFF != 0 {
                staff_member[self.member_of(i as u32) as usize] = true;
            }
        }
        let map = (0..len as u32)
            .map(|i| {
                let member = self.member_of(i);
                let is_staff = staff_member[member as usize];
                let counts = i != 0
                    && !self.is_bot(i)
                    && match staff {
                        Staff::Include => true,
                        Staff::Exclude => !is_staff,
                        Staff::Only => is_staff,
                    };
                if counts { member } else { 0 }
            })
            .collect();
        Mask { map, beyond: staff != Staff::Only }
    }
}

/// The newest graph, kept until somebody touches links or masks (on whatever node).
#[derive(Debug, Default, Clone)]
pub(crate) struct GraphCache(Arc<Mutex<Option<Arc<Graph>>>>);

impl GraphCache {
    pub(crate) fn get(&self, c: &mut Conn<'_>) -> Result<Arc<Graph>> {
        let version =
            c.query_opt("SELECT value FROM counters WHERE name = 'graph'", &[], |r| r.int(0))?.unwrap_or(0);
        self.at(c, version)
    }

    /// The graph at its present version, which somebody has read already.
    pub(crate) fn at(&self, c: &mut Conn<'_>, version: i64) -> Result<Arc<Graph>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(graph) = held.as_ref().filter(|g| g.version == version) {
            return Ok(Arc::clone(graph));
        }
        let graph = Arc::new(Graph::load(c, version)?);
        *held = Some(Arc::clone(&graph));
        Ok(graph)
    }
}

/// Says that links or masks changed.
pub(crate) fn touch(tx: &mut Conn<'_>) -> Result<()> {
    take_numbers(tx, "graph", 1).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_the_lowest_of_its_identities() {
        let mut g = Graph::default();
        g.union(9, 4);
        g.union(4, 7);
        g.union(7, 2);
        for i in 0..g.member.len() {
            g.member[i] = g.root(i as u32);
        }
        assert_eq!([2, 4, 7, 9].map(|i| g.member_of(i)), [2; 4]);
        assert_eq!(g.member_of(3), 3);
        assert_eq!(g.member_of(100), 100);
        g.marks = vec![0, BOT, 0, 0, STAFF];
        assert_eq!([1, 2, 9, 100].map(|i| g.mask(Staff::Include).member(i)), [0, 2, 2, 100]);
        assert_eq!([1, 2, 9, 100].map(|i| g.mask(Staff::Exclude).member(i)), [0, 0, 0, 100]);
        assert_eq!([1, 2, 9, 100].map(|i| g.mask(Staff::Only).member(i)), [0, 2, 2, 0]);
    }
}
