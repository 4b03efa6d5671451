//! A list of members: who fits the filters, and what is shown of a page of them.

use crate::filters::{Filters, Page};
use crate::store::known::{self, Known};
use crate::store::{self, tags};
use base::Result;
use community::Community;
use community::people::Identity;
use community::read::{Glance, LogView, Roster, Scope, Staff, Standing};
use std::collections::HashSet;
use std::sync::Arc;

/// How far back a question may lie that counts as waiting: 90 days.
pub(crate) const WAITING_DAYS: i32 = 90;

/// One member as a list shows it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub glance: Glance,
    pub standing: Standing,
    /// The first of the identities names the member.
    pub identities: Vec<Identity>,
    pub tags: Vec<String>,
    pub staff: bool,
    pub bot: bool,
}

impl Line {
    /// Whether the member was erased: there is nobody to write to.
    pub(crate) fn is_erased(&self) -> bool {
        self.identities.iter().all(Identity::is_erased)
    }

    /// The id in addresses: that of the lowest identity.
    pub(crate) fn public_id(&self) -> &str {
        self.identities.first().map_or("", |i| &i.public_id)
    }

    /// What to call the member.
    pub(crate) fn title(&self) -> &str {
        self.identities.first().map_or("", Identity::title)
    }
}

/// Everybody who fits.
pub(crate) struct Selection {
    pub roster: Arc<Roster>,
    sources: Vec<i64>,
    sets: Vec<HashSet<u32>>,
}

impl Selection {
    /// Finds out what the filters mean.
    ///
    /// # Errors
    /// `NotFound` for an unknown source or channel.
    pub(crate) fn load(community: &Community, view: &mut LogView<'_, '_>, filters: &Filters) -> Result<Self> {
        let tagged = match filters.tags.is_empty() {
            true => HashSet::new(),
            false => tags::having(view.conn(), &filters.tags)?,
        };
        Self::with(community, view, filters, tagged)
    }

    /// The same, where it is known already who has one of the chosen tags.
    pub(crate) fn with(
        community: &Community,
        view: &mut LogView<'_, '_>,
        filters: &Filters,
        tagged: HashSet<u32>,
    ) -> Result<Self> {
        let roster = view.roster()?;
        let members = |identities: HashSet<u32>| -> HashSet<u32> {
            identities.into_iter().map(|i| roster.member_of(i)).collect()
        };
        let scope = view.scope(&filters.sources, &filters.channels, Staff::Include, &[])?;
        let mut sets = Vec::new();
        if !filters.q.is_empty() {
            let sources: Vec<i64> = view.sources().iter().map(|s| s.source_id).collect();
            let mut found: HashSet<u32> =
                community.identities_called(view, &filters.q)?.into_iter().collect();
            found.extend(store::with_external_id(view.conn(), &sources, &filters.q)?);
            sets.push(members(found));
        }
        if !filters.tags.is_empty() {
            sets.push(members(tagged));
        }
        if !filters.channels.is_empty() {
            sets.push(view.member_rows(&scope, None)?.into_iter().map(|row| row.member).collect());
        }
        if filters.waiting {
            let since = view.zone().start_of(roster.today.plus(-WAITING_DAYS));
            sets.push(view.waiting_members(&Scope::default(), since)?);
        }
        Ok(Self { roster, sources: scope.sources, sets })
    }

    /// Those who fit, in no particular order.
    pub(crate) fn members(&self, filters: &Filters) -> Vec<&Glance> {
        filters.apply(&self.roster, &self.sources, &self.sets)
    }

    /// A page of them.
    pub(crate) fn page(&self, filters: &Filters, limit: usize) -> Page<'_> {
        filters.page(&self.members(filters), limit)
    }
}

/// What is shown of these members, in their order. One statement for up to 2,000 identities.
pub(crate) fn lines(view: &mut LogView<'_, '_>, roster: &Roster, glances: &[Glance]) -> Result<Vec<Line>> {
    let numbers: Vec<u32> = glances.iter().flat_map(|g| roster.identities_of(g.member)).collect();
    let Known { mut identities, tags: mut held } = known::of(view.conn(), &numbers)?;
    Ok(glances
        .iter()
        .map(|g| {
            let numbers = roster.identities_of(g.member);
            let mut tags: Vec<String> = numbers.iter().filter_map(|i| held.remove(i)).flatten().collect();
            tags.sort_unstable();
            tags.dedup();
            Line {
                glance: *g,
                standing: roster.standing(g),
                identities: numbers.iter().filter_map(|i| identities.remove(i)).collect(),
                tags,
                staff: roster.is_staff(g.member),
                bot: roster.is_bot(g.member),
            }
        })
        .collect())
}
