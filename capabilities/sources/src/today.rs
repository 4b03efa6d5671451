//! What Sources puts on Today: imports that run, were interrupted or failed.

use base::{Micros, Result};
use capability::today::{TodayAsk, TodayItem, TodayKind};
use community::read::LogView;
use connect::import::{self, ImportRecord, ImportState};
use ui::format;

/// For how long a failed import is shown: a week.
const SHOWN: Micros = 7 * 86_400 * 1_000_000;

/// The items, in the order of the imports.
pub(crate) fn give(view: &mut LogView<'_, '_>, ask: &TodayAsk<'_>) -> Result<Vec<TodayItem>> {
    let present = ask.app.clock.now();
    let imports = import::list(view.conn())?;
    let network = |id: i64| view.sources().iter().find(|s| s.source_id == id).map(|s| s.network.clone());
    Ok(imports
        .iter()
        .filter_map(|i| item(i, network(i.source_id).unwrap_or_default().as_str(), present, ask.now))
        .collect())
}

fn item(i: &ImportRecord, network: &str, present: Micros, now: Micros) -> Option<TodayItem> {
    let source = &i.summary.source;
    let records = format::counted(i.summary.records, "record", "records");
    let (word, why, harm) = match i.state {
        ImportState::Running if i.live => {
            (format!("{source} is being imported"), format!("{records} taken in so far."), 10)
        }
        ImportState::Running => (
            format!("The import into {source} was interrupted"),
            format!("{records} are stored; going on takes in the rest, once."),
            65,
        ),
        ImportState::Failed if present - i.ended_at.unwrap_or(i.started_at) < SHOWN => (
            format!("The import into {source} failed"),
            i.error.clone().unwrap_or_else(|| "Its page says why.".to_owned()),
            70,
        ),
        ImportState::Undoing => (
            format!("An import into {source} is being taken back"),
            "Figures agree with the log at every moment.".to_owned(),
            10,
        ),
        _ => return None,
    };
    let href = format!("/desk/sources/imports/{}", i.summary.import);
    let label = if matches!(i.state, ImportState::Running) && !i.live { "Go on" } else { "Open" };
    // Work happens in the present, while the page stands at the last activity: its age is kept, not its date.
    let age = (present - i.started_at).max(0);
    Some(TodayItem {
        key: format!("import:{}", i.summary.import),
        kind: TodayKind::Work,
        title: word,
        href: href.clone(),
        why,
        since: now - age,
        due: None,
        harm,
        person: i.started_by.clone(),
        badge: ui::source_badge(network, source),
        place: i.input.clone(),
        quote: String::new(),
        target: "begun".into(),
        actions: ui::Button { label, href: &href, small: true, ..Default::default() }.markup(),
    })
}
