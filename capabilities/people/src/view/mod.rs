//! What the pages look like. Everything here turns plain values into markup and asks nothing.

pub(crate) mod contacts;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod parts;
pub(crate) mod profile;
pub(crate) mod suggestions;

use crate::members::Line;
use base::{Day, Micros, Zone};
use community::people::Identity;
use community::read::Standing;
use std::collections::HashMap;
use ui::{Button, Look, Markup, Tone, badge, esc, format};

/// Where the area lives.
pub(crate) const PATH: &str = "/desk/members";

/// Sources and channels by number, as pages name them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// Name and network of each source.
    pub sources: HashMap<i64, (String, String)>,
    /// Name and source of each channel.
    pub channels: HashMap<i64, (String, i64)>,
}

impl Places {
    pub(crate) fn of(view: &community::read::LogView<'_, '_>) -> Self {
        let sources = view.sources().iter().map(|s| (s.source_id, (s.name.clone(), s.network.clone())));
        let channels = view.channels().iter().map(|c| (c.channel_id, (c.name.clone(), c.source_id)));
        Self { sources: sources.collect(), channels: channels.collect() }
    }

    /// The badge of the source with this name.
    pub(crate) fn badge_of(&self, name: &str) -> Markup {
        let network = self.sources.values().find(|s| s.0 == name).map_or("other", |s| &s.1);
        ui::source_badge(network, name)
    }

    /// The name of a channel, with the mark that chats write in front.
    pub(crate) fn channel(&self, channel_id: i64) -> String {
        let Some((name, source)) = self.channels.get(&channel_id) else { return String::new() };
        let chat = self.sources.get(source).is_some_and(|s| matches!(s.1.as_str(), "slack" | "discord"));
        if chat && !name.starts_with('#') { format!("#{name}") } else { name.clone() }
    }

    /// The name of the source of a channel.
    pub(crate) fn source_of(&self, channel_id: i64) -> &str {
        self.channels.get(&channel_id).and_then(|c| self.sources.get(&c.1)).map_or("", |s| &s.0)
    }
}

/// The address of a member.
pub(crate) fn href(public_id: &str) -> String {
    format!("{PATH}/{public_id}")
}

/// One or two letters of a name in a circle; the colour is the member's own.
pub(crate) fn avatar(title: &str, member: u32, large: bool) -> Markup {
    let mut words = title
        .split(|c: char| c.is_whitespace() || matches!(c, '_' | '.' | '-' | '@'))
        .filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let letters: String =
        words.next().into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect();
    let size = if large { " lg" } else { "" };
    Markup::raw(format!(
        "<span class=\"avatar{size} d{}\" aria-hidden=\"true\">{}</span>",
        member % 8 + 1,
        esc(if letters.is_empty() { "?" } else { &letters })
    ))
}

/// `@handle` where it says more than the name.
pub(crate) fn handle_of(identity: &Identity) -> String {
    match identity.handle.as_deref().map(|h| h.trim_start_matches('@')) {
        Some(handle) if !handle.is_empty() && handle != identity.title() => format!("@{handle}"),
        _ => String::new(),
    }
}

/// Avatar, name and handle of a member, as a link.
pub(crate) fn who(line: &Line) -> Markup {
    let title = line.title();
    let handle = line.identities.first().map(handle_of).unwrap_or_default();
    let under = if handle.is_empty() { String::new() } else { format!("<small>{}</small>", esc(&handle)) };
    Markup::raw(format!(
        "<a class=\"who\" href=\"{}\" data-open>{}<span class=\"who-text\"><b>{}</b>{under}</span></a>",
        esc(&href(line.public_id())),
        avatar(title, line.glance.member, false),
        esc(title)
    ))
}

/// Words about who somebody is: staff, bot.
pub(crate) fn marks(line: &Line) -> Markup {
    let mut out = Markup::empty();
    if line.staff {
        out.push(&badge("Staff", Tone::Info));
    }
    if line.bot {
        out.push(&badge("Bot", Tone::Neutral));
    }
    out
}

pub(crate) fn standing_badge(standing: Standing) -> Markup {
    let tone = match standing {
        Standing::New => Tone::Accent,
        Standing::Active => Tone::Good,
        Standing::Quiet => Tone::Warn,
        Standing::Gone | Standing::Silent => Tone::Neutral,
    };
    badge(standing.title(), tone)
}

/// Tags as small boxes that lead to everybody who has them.
pub(crate) fn tags(tags: &[String]) -> Markup {
    let list: String = tags
        .iter()
        .map(|t| format!("<a class=\"tag\" href=\"{PATH}?tag={}\">{}</a>", ui::encoded(t), esc(t)))
        .collect();
    if list.is_empty() { nothing() } else { Markup::raw(format!("<span class=\"tag-list\">{list}</span>")) }
}

/// A day; how long ago where the log is fresh.
pub(crate) fn day(day: Option<Day>, now: Now) -> Markup {
    let Some(day) = day else { return nothing() };
    let words = now.words(day);
    Markup::raw(format!(
        "<time datetime=\"{day}\" title=\"{0}\">{1}</time>",
        esc(&format::day_long(day)),
        esc(&words)
    ))
}

/// The last day of the log, and whether it is the present one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// The day of the last activity.
    pub today: Day,
    /// Whether that is the present day or the one before.
    pub fresh: bool,
}

impl Now {
    pub(crate) fn new(today: Day, zone: &Zone, clock: Micros) -> Self {
        Self { today, fresh: zone.day_of(clock).0 - today.0 <= 1 }
    }

    /// `yesterday`, `5 days ago`, `24 Nov 2026`. Of an old log only the date says something.
    pub(crate) fn words(self, day: Day) -> String {
        match self.today.0 - day.0 {
            0 if self.fresh => "today".into(),
            1 if self.fresh => "yesterday".into(),
            n @ 2..14 if self.fresh => format!("{n} days ago"),
            _ => format::day_short(day, true),
        }
    }
}

/// An instant: `24 Nov 2026, 16:02`, with the zone in the title.
pub(crate) fn instant(at: Micros, zone: &Zone) -> Markup {
    let words = format!("{}, {}", format::day_short(zone.day_of(at), true), clock(at, zone));
    Markup::raw(format!(
        "<time datetime=\"{}\" title=\"{} {}\">{}</time>",
        base::written_to_second(at),
        esc(&words),
        esc(zone.name()),
        esc(&words)
    ))
}

/// The hour and minute of an instant in a zone.
pub(crate) fn clock(at: Micros, zone: &Zone) -> String {
    let minutes = (at + zone.offset_micros(at)).div_euclid(60_000_000).rem_euclid(1440);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

pub(crate) fn nothing() -> Markup {
    Markup::raw("<span class=\"faint\">–</span>")
}

/// The beginning of what was said, in one line.
pub(crate) fn excerpt(text: &str, letters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// A link to where something stands at its source; nothing where there is no web address.
pub(crate) fn outside(link: Option<&str>, source: &str) -> Markup {
    match link.filter(|l| l.starts_with("https://") || l.starts_with("http://")) {
        Some(link) => Markup::raw(format!(
            "<a class=\"sm nowrap out\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">Open in {}</a>",
            esc(link),
            esc(source)
        )),
        None => Markup::empty(),
    }
}

/// A form that is only a button.
pub(crate) fn post(action: &str, fields: &[(&str, &str)], label: &str, look: Look) -> Markup {
    let fields: String = fields.iter().map(|(n, v)| ui::hidden(n, v).into_string()).collect();
    let button =
        Button { label, look, small: true, attributes: &[("data-busy", "")], ..Button::default() }.markup();
    Markup::raw(format!("<form method=\"post\" action=\"{}\">{fields}{button}</form>", esc(action)))
}

/// Something that opens: a small button and what is behind it.
pub(crate) fn opens(label: &str, spoken: &str, look: &str, inside: &Markup) -> Markup {
    let spoken = if spoken.is_empty() { String::new() } else { format!(" aria-label=\"{}\"", esc(spoken)) };
    Markup::raw(format!(
        "<details class=\"opens\"><summary class=\"btn sm {look}\"{spoken}>{}</summary>{inside}</details>",
        esc(label)
    ))
}

/// A text field of several lines. `id` tells the fields of one page apart.
pub(crate) fn text_area(id: &str, name: &str, label: &str, value: &str, rows: u8) -> Markup {
    Markup::raw(format!(
        "<div class=\"field\"><label for=\"{0}\">{1}</label>\
         <textarea class=\"textarea\" id=\"{0}\" name=\"{2}\" rows=\"{rows}\" required>{3}</textarea></div>",
        esc(id),
        esc(label),
        esc(name),
        esc(value)
    ))
}

/// A one-line field whose id differs from its name, so that a page may have several.
pub(crate) fn line_field(id: &str, name: &str, label: &str, value: &str, more: &str) -> Markup {
    Markup::raw(format!(
        "<div class=\"field\"><label for=\"{0}\">{1}</label>\
         <input class=\"input\" id=\"{0}\" name=\"{2}\" value=\"{3}\" autocomplete=\"off\" required{more}></div>",
        esc(id),
        esc(label),
        esc(name),
        esc(value)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_avatar_has_letters_of_any_name() {
        for (name, letters) in
            [("Ruth Anne Calder", "RC"), ("ana_dev", "AD"), ("ruth", "R"), ("—", "?"), ("@élan", "É")]
        {
            assert!(avatar(name, 3, false).as_str().contains(&format!(">{letters}<")), "{name}");
        }
    }

    #[test]
    fn days_are_told_from_the_last_activity_only_while_it_is_fresh() {
        let day = |text| Day::parse(text).expect("a day");
        let now = Now { today: day("2026-11-24"), fresh: true };
        assert_eq!(now.words(day("2026-11-24")), "today");
        assert_eq!(now.words(day("2026-11-19")), "5 days ago");
        assert_eq!(now.words(day("2026-11-01")), "1 Nov 2026");
        assert_eq!(Now { fresh: false, ..now }.words(day("2026-11-24")), "24 Nov 2026");
        assert_eq!(base::written_to_second(1_795_532_520_500_000), "2026-11-24T15:02:00Z");
    }
}
