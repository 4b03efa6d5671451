//! Asks every capability for its items, within one reading of the log.

use crate::model::{self, StateRow};
use crate::store;
use base::{Day, Error, Micros, Result, Zone};
use capability::today::{TodayAsk, TodayItem, TodayItems, TodayKind};
use capability::{App, Principal, Reach};
use community::read::{Plan, Scope};
use std::collections::HashMap;
use ui::{Markup, esc};

/// What an address of Today chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// One kind of item only.
    pub kind: Option<TodayKind>,
    /// Which part of the list.
    pub show: Show,
    /// As it stood at the end of a day; `None` for the last activity.
    pub on: Option<Day>,
    /// The decision that was just made, to offer its undo.
    pub done: String,
}

/// Which part of the list is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Show {
    /// What waits.
    #[default]
    Open,
    /// What was put off or dismissed.
    Decided,
}

impl Choice {
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub(crate) fn parse(pairs: &[(String, String)]) -> Result<Self> {
        let mut choice = Self::default();
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "kind" => {
                    let kind = TodayKind::ALL.into_iter().find(|k| k.word() == value);
                    let words: Vec<&str> = TodayKind::ALL.iter().map(|k| k.word()).collect();
                    choice.kind = Some(kind.ok_or_else(|| {
                        Error::invalid(format!("kind is one of {}", words.join(", "))).at("kind")
                    })?);
                }
                "show" => {
                    choice.show = match value.as_str() {
                        "open" => Show::Open,
                        "decided" => Show::Decided,
                        _ => return Err(Error::invalid("show is open or decided").at("show")),
                    }
                }
                "on" => choice.on = Some(Day::parse(value).map_err(|e| e.at("on"))?),
                "done" => choice.done.clone_from(value),
                // What a form or a mail adds does no harm.
                _ => {}
            }
        }
        Ok(choice)
    }

    /// The address with this choice.
    pub(crate) fn address(&self) -> String {
        let mut parts = Vec::new();
        if let Some(kind) = self.kind {
            parts.push(format!("kind={}", kind.word()));
        }
        if self.show == Show::Decided {
            parts.push("show=decided".to_owned());
        }
        if let Some(day) = self.on {
            parts.push(format!("on={day}"));
        }
        if parts.is_empty() { crate::PATH.to_owned() } else { format!("{}?{}", crate::PATH, parts.join("&")) }
    }
}

/// How old what is known of a source is.
#[derive(Clone, Debug)]
pub(crate) struct SourceAge {
    pub name: String,
    pub public_id: String,
    pub network: String,
    /// Its last activity; `None` when it has none.
    pub last: Option<Micros>,
}

/// The page's content.
pub(crate) struct Today {
    pub community: String,
    pub zone: Zone,
    /// The present.
    pub present: Micros,
    /// The moment that the page stands at; `None` when the log is empty.
    pub now: Option<Micros>,
    /// Every item that waits, sorted, of every kind.
    pub open: Vec<TodayItem>,
    /// Decisions that hold.
    pub decided: Vec<StateRow>,
    pub sources: Vec<SourceAge>,
}

/// Stands for the form token and the way back in the actions of items that are remembered: both are of whoever looks.
const TOKEN_MARK: &str = "{{form-token}}";
const BACK_MARK: &str = "/desk/today?{{back}}";

/// What every looker with the same rights sees alike.
struct Gathered {
    community: String,
    zone: Zone,
    now: Option<Micros>,
    items: Vec<TodayItem>,
    decisions: Vec<StateRow>,
    sources: Vec<SourceAge>,
}

/// Gathers what waits. Blocks.
pub(crate) fn gather(app: &App, principal: &Principal, choice: &Choice) -> Result<Today> {
    let present = app.clock.now();
    let allowed: Vec<TodayItems> = app
        .registry
        .manifests()
        .iter()
        .flat_map(|m| &m.today)
        .filter(|given| capability::require(principal, given.permission).is_ok())
        .copied()
        .collect();
    // Those with the same rights in the same places see the same.
    let places = principal.reach(crate::SEE);
    let reach = |given: &TodayItems| match principal.reach(given.permission) {
        Reach::Everything => given.permission.id.to_owned(),
        some => format!("{} {some:?}", given.permission.id),
    };
    let rights: Vec<String> = allowed.iter().map(reach).collect();
    // Items show whether whoever looks may record contacts.
    let contacts = capability::off_for_contacts(app, principal);
    let question = format!("today {:?} {} {places:?} {contacts}", choice.on, rights.join(" "));
    let work_out = {
        let (app, principal, choice) = (app.clone(), principal.clone(), choice.clone());
        move || work_out(&app, &principal, &choice, &allowed)
    };
    let known = app.memory.recall(&app.db, present, principal, &question, work_out)?;
    let mut open = known.items.clone();
    let holding: HashMap<&str, bool> =
        known.decisions.iter().rev().map(|s| (s.key.as_str(), s.holds(present))).collect();
    open.retain(|item| !holding.get(item.key.as_str()).copied().unwrap_or(false));
    let (token, back) = (esc(&principal.csrf).to_string(), esc(&choice.address()).to_string());
    for item in &mut open {
        let actions = item.actions.as_str().replace(TOKEN_MARK, &token).replace(BACK_MARK, &back);
        item.actions = Markup::raw(actions);
    }
    // Where an item was is not kept with what was decided: whoever sees some places only is not told of it.
    let told = |s: &&StateRow| places.is_everything() && s.holds(present);
    let decided = known.decisions.iter().filter(told).cloned().collect();
    Ok(Today {
        community: known.community.clone(),
        zone: known.zone.clone(),
        present,
        now: known.now,
        open,
        decided,
        sources: known.sources.clone(),
    })
}

fn work_out(app: &App, principal: &Principal, choice: &Choice, allowed: &[TodayItems]) -> Result<Gathered> {
    // The items are shared: whose token they carry is filled in for each looker.
    let mut anybody = principal.clone();
    TOKEN_MARK.clone_into(&mut anybody.csrf);
    app.community.view(|view| {
        let community = view.setting("name").to_owned();
        let decisions = store::states(view.conn())?;
        let zone = view.zone();
        let last = view.now(&Scope::default())?;
        let sources = ages(view, &principal.reach(crate::SEE));
        let now = last.map(|last| match choice.on {
            Some(day) => (zone.start_of(day.plus(1)) - 1).min(last),
            None => last,
        });
        let mut items = Vec::new();
        if let Some(now) = now {
            let plans = allowed.iter().filter_map(|given| given.plan);
            let plan = plans.fold(Plan::default(), |all, plan| all.and(plan(view, now)));
            view.plan(plan);
            // Nearly everything below asks who is who; the days of everybody are read along with it.
            view.roster()?;
            let ask = TodayAsk { app, principal: &anybody, now, back: BACK_MARK };
            for given in allowed {
                items.extend((given.give)(view, &ask)?);
            }
            model::sort(&mut items, now);
        }
        Ok(Gathered { community, zone, now, items, decisions, sources })
    })
}

/// How old what is known of each source is, of those in which somebody sees a channel.
fn ages(view: &community::read::LogView<'_, '_>, reach: &Reach) -> Vec<SourceAge> {
    let seen = |id: i64| view.channels().iter().any(|c| c.source_id == id && reach.allows(id, c.channel_id));
    let last = |id: i64| {
        view.channels().iter().filter(|c| c.source_id == id).filter_map(|c| c.span).map(|s| s.1).max()
    };
    view.sources()
        .iter()
        .filter(|s| reach.is_everything() || seen(s.source_id))
        .map(|s| SourceAge {
            name: s.name.clone(),
            public_id: s.public_id.clone(),
            network: s.network.clone(),
            last: last(s.source_id),
        })
        .collect()
}
