//! The filters: chips with menus where there is room, one button with a form on a phone. Both without a script.

use crate::filters::{Against, Filters, Span};
use crate::pages::HealthContext;
use base::Interval;
use metric::{Compare, Split};
use ui::{
    Button, Choice, Field, Look, Markup, Select, Tone, badge, esc, field, filter_menu, format, hidden, menu,
    select,
};

/// Above so many choices a menu becomes a list in a form.
const MENU: usize = 12;

/// The filters of a page at `path`.
pub(crate) fn controls(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    let chips = Markup::join([
        &period(ctx, filters, path),
        &interval(ctx, filters, path),
        &source(ctx, filters, path),
        &channel(ctx, filters, path),
        &staff(filters, path),
        &split(ctx, filters, path),
        &against(ctx, filters, path),
        &reset(filters, path),
    ]);
    let changed = changed(filters);
    let count = if changed == 0 { Markup::empty() } else { badge(&changed.to_string(), Tone::Accent) };
    Markup::raw(format!(
        "<div class=\"filters wide-only\" role=\"group\" aria-label=\"Filters\">{chips}</div>\
         <details class=\"fold narrow-only\"><summary class=\"btn\">{}Filters{count}<span class=\"push muted sm\">{}</span></summary>{}</details>",
        ui::icon("sliders-horizontal"),
        esc(&period_name(ctx, filters)),
        sheet(ctx, filters, path)
    ))
}

fn changed(filters: &Filters) -> usize {
    let plain_span = filters.plain_span();
    [
        filters.span != plain_span,
        filters.interval.is_some(),
        !filters.source.is_empty(),
        !filters.channel.is_empty(),
        filters.staff != "include",
        filters.split.is_some(),
        filters.against.is_some(),
    ]
    .into_iter()
    .filter(|changed| *changed)
    .count()
}

fn to(path: &str, filters: &Filters, set: impl FnOnce(&mut Filters)) -> String {
    let mut other = filters.clone();
    set(&mut other);
    format!("{path}{}", other.to_query())
}

/// The period in words.
fn period_name(ctx: &HealthContext, filters: &Filters) -> String {
    match (filters.span, filters.days(ctx.now)) {
        (Span::Weeks12, _) => "Last 12 weeks".into(),
        (Span::Months12, _) => "Last 12 months".into(),
        (Span::All, _) | (_, (None, None)) => "Everything".into(),
        (_, (Some(from), Some(to))) => format::day_range(from, to),
        (_, (Some(from), None)) => format!("Since {}", format::day_short(from, true)),
        (_, (None, Some(to))) => format!("Up to {}", format::day_short(to, true)),
    }
}

fn period(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    let choice = |label: &str, span: Span| {
        Choice::new(label, to(path, filters, |f| f.span = span), filters.span == span)
    };
    let presets = menu(&[
        choice("Last 12 weeks", Span::Weeks12),
        choice("Last 12 months", Span::Months12),
        choice("Everything", Span::All),
    ]);
    let body = Markup::join([
        &presets,
        &form(path, filters, &["period", "from", "to"], &dates(ctx, filters, "chip-")),
    ]);
    filter_menu("Period", &period_name(ctx, filters), filters.span != filters.plain_span(), &body)
}

/// Two date fields. Ids differ between the chip's form and the phone's.
fn dates(ctx: &HealthContext, filters: &Filters, prefix: &str) -> Markup {
    let (from, to) = filters.days(ctx.now);
    let (from, to) = (date("From", "from", from, prefix), date("To", "to", to, prefix));
    Markup::raw(format!("<div class=\"pair\">{from}{to}</div>"))
}

/// One date field of a filter.
fn date(label: &str, name: &str, day: Option<base::Day>, prefix: &str) -> Markup {
    let value = day.map(|day| day.to_string()).unwrap_or_default();
    let f = field(&Field { label, name, kind: "date", value: &value, optional: true, ..Default::default() })
        .into_string();
    Markup::raw(
        f.replace(" <span class=\"optional\">optional</span>", "")
            .replace(&format!("for=\"{name}\""), &format!("for=\"{prefix}{name}\""))
            .replace(&format!("id=\"{name}\""), &format!("id=\"{prefix}{name}\"")),
    )
}

/// A small form that keeps every filter but those that it sets itself.
fn form(path: &str, filters: &Filters, own: &[&str], inside: &Markup) -> Markup {
    let kept: Vec<Markup> = filters
        .pairs()
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| hidden(name, value))
        .collect();
    let custom = if own.contains(&"from") { hidden("period", "custom") } else { Markup::empty() };
    let apply = Button { label: "Show", look: Look::Plain, small: true, ..Default::default() }.markup();
    Markup::raw(format!(
        "<form class=\"popover-form\" method=\"get\" action=\"{}\">{}{custom}{inside}{apply}</form>",
        esc(path),
        Markup::join(&kept)
    ))
}

fn interval(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    let grain = filters.grain(ctx.now);
    let mut choices = Vec::new();
    if !filters.own {
        choices.push(Choice::new(
            "Fits the period",
            to(path, filters, |f| f.interval = None),
            filters.interval.is_none(),
        ));
    }
    choices.extend([Interval::Day, Interval::Week, Interval::Month].map(|interval| {
        Choice::new(
            title(interval),
            to(path, filters, |f| f.interval = Some(interval)),
            filters.interval == Some(interval) || filters.own && grain == interval,
        )
    }));
    filter_menu("By", title(grain), filters.interval.is_some(), &menu(&choices))
}

fn title(interval: Interval) -> &'static str {
    match interval {
        Interval::Day => "Day",
        Interval::Week => "Week",
        Interval::Month => "Month",
    }
}

fn source(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    if ctx.sources.len() < 2 && filters.source.is_empty() {
        return Markup::empty();
    }
    let mut choices = vec![Choice::new(
        all(ctx.sources.len()),
        to(path, filters, |f| f.source.clear()),
        filters.source.is_empty(),
    )];
    choices.extend(ctx.sources.iter().map(|source| {
        let address = to(path, filters, |f| {
            f.source.clone_from(&source.name);
            f.channel.clear();
        });
        Choice::new(&source.name, address, is(source, &filters.source))
    }));
    let named = ctx.sources.iter().find(|source| is(source, &filters.source));
    let value = match named {
        Some(source) => source.name.clone(),
        None if filters.source.is_empty() => all(ctx.sources.len()),
        None => filters.source.clone(),
    };
    filter_menu("Source", &value, !filters.source.is_empty(), &menu(&choices))
}

fn all(count: usize) -> String {
    format!("All {count}")
}

fn is(place: &crate::pages::Place, chosen: &str) -> bool {
    !chosen.is_empty() && (place.name == chosen || place.id == chosen)
}

/// The channels of the chosen source, or all.
fn channels<'a>(ctx: &'a HealthContext, filters: &Filters) -> Vec<&'a crate::pages::Place> {
    let source = ctx.sources.iter().find(|source| is(source, &filters.source));
    ctx.channels.iter().filter(|channel| source.is_none_or(|source| channel.within == source.name)).collect()
}

fn channel(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    let channels = channels(ctx, filters);
    if channels.len() < 2 && filters.channel.is_empty() {
        return Markup::empty();
    }
    let value = if filters.channel.is_empty() { all(channels.len()) } else { label(ctx, &filters.channel) };
    let body = if channels.len() <= MENU {
        let mut choices = vec![Choice::new(
            all(channels.len()),
            to(path, filters, |f| f.channel.clear()),
            filters.channel.is_empty(),
        )];
        choices.extend(channels.iter().map(|channel| {
            Choice::new(
                &channel.name,
                to(path, filters, |f| f.channel.clone_from(&channel.id)),
                is(channel, &filters.channel),
            )
        }));
        menu(&choices)
    } else {
        form(path, filters, &["channel"], &channel_list(ctx, filters, "chip-"))
    };
    filter_menu("Channel", &value, !filters.channel.is_empty(), &body)
}

fn label(ctx: &HealthContext, chosen: &str) -> String {
    ctx.channels
        .iter()
        .find(|channel| is(channel, chosen))
        .map_or_else(|| chosen.to_string(), |channel| channel.name.clone())
}

fn channel_list(ctx: &HealthContext, filters: &Filters, prefix: &str) -> Markup {
    let several = ctx.sources.len() > 1 && filters.source.is_empty();
    let mut options = vec![(String::new(), "All channels".to_string())];
    options.extend(channels(ctx, filters).iter().map(|channel| {
        let name =
            if several { format!("{} · {}", channel.within, channel.name) } else { channel.name.clone() };
        (channel.id.clone(), name)
    }));
    let value = ctx
        .channels
        .iter()
        .find(|channel| is(channel, &filters.channel))
        .map_or("", |channel| channel.id.as_str());
    plain(prefix, "Channel", "channel", &options, value)
}

fn plain(prefix: &str, label: &str, name: &str, options: &[(String, String)], value: &str) -> Markup {
    let html = select(&Select { label, name, options, value, ..Default::default() }).into_string();
    Markup::raw(
        html.replace(&format!("for=\"{name}\""), &format!("for=\"{prefix}{name}\""))
            .replace(&format!("id=\"{name}\""), &format!("id=\"{prefix}{name}\"")),
    )
}

const STAFF: [(&str, &str); 3] = [("include", "Included"), ("exclude", "Left out"), ("only", "Only staff")];

fn staff(filters: &Filters, path: &str) -> Markup {
    let choices = STAFF.map(|(value, name)| {
        Choice::new(name, to(path, filters, |f| f.staff = value.into()), filters.staff == value)
    });
    let value = STAFF.iter().find(|(value, _)| *value == filters.staff).map_or("Included", |(_, name)| name);
    filter_menu("Staff", value, filters.staff != "include", &menu(&choices))
}

/// The ways to split that there are something to split by.
fn splits(ctx: &HealthContext, filters: &Filters) -> Vec<(Option<Split>, &'static str)> {
    let mut ways = vec![(None, "Not split"), (Some(Split::Staff), "Members and staff")];
    if ctx.sources.len() > 1 || filters.split == Some(Split::Source) {
        ways.push((Some(Split::Source), "Each source"));
    }
    if ctx.channels.len() > 1 || filters.split == Some(Split::Channel) {
        ways.push((Some(Split::Channel), "Largest channels"));
    }
    ways
}

fn split(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    let ways = splits(ctx, filters);
    let choices: Vec<Choice> = ways
        .iter()
        .map(|(way, name)| Choice::new(*name, to(path, filters, |f| f.split = *way), filters.split == *way))
        .collect();
    let value = ways.iter().find(|(way, _)| *way == filters.split).map_or("Not split", |(_, name)| name);
    filter_menu("Split", value, filters.split.is_some(), &menu(&choices))
}

/// The comparison in words.
fn against_name(filters: &Filters) -> String {
    match filters.against() {
        Against::Nothing => "Nothing".into(),
        Against::Earlier(Compare::Previous) => "Period before".into(),
        Against::Earlier(Compare::Year) => "Year before".into(),
        Against::Earlier(Compare::Days(days)) => format::day_range(days.first, days.last),
    }
}

/// The comparisons that need no dates.
const AGAINST: [(Against, &str); 3] = [
    (Against::Earlier(Compare::Previous), "Period before"),
    (Against::Earlier(Compare::Year), "Same days a year before"),
    (Against::Nothing, "Nothing"),
];

fn against(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    if filters.days(ctx.now).0.is_none() {
        // Nothing lies before everything.
        return Markup::empty();
    }
    let plain = Filters { against: None, ..filters.clone() }.against();
    let choices = AGAINST.map(|(way, name)| {
        let address = to(path, filters, |f| f.against = (way != plain).then_some(way));
        Choice::new(name, address, filters.against() == way)
    });
    let before = filters.before(ctx.now);
    let pair = format!(
        "<div class=\"pair\">{}{}</div>",
        date("From", "compare_from", before.map(|days| days.first), "chip-"),
        date("To", "compare_to", before.map(|days| days.last), "chip-")
    );
    let inside = Markup::join([&hidden("compare", "dates"), &Markup::raw(pair)]);
    let body = Markup::join([&menu(&choices), &form(path, filters, &["compare"], &inside)]);
    filter_menu("Against", &against_name(filters), filters.against.is_some(), &body)
}

fn reset(filters: &Filters, path: &str) -> Markup {
    if changed(filters) == 0 {
        return Markup::empty();
    }
    Button { label: "Clear", href: path, look: Look::Quiet, small: true, ..Default::default() }.markup()
}

/// Everything in one form, for a phone.
fn sheet(ctx: &HealthContext, filters: &Filters, path: &str) -> Markup {
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(v, n)| (v.to_string(), n.to_string())).collect()
    };
    let span = match filters.span {
        Span::Weeks12 => "12w",
        Span::Months12 => "12m",
        Span::All => "all",
        Span::Custom(..) => "custom",
    };
    let periods = pairs(&[
        ("12w", "Last 12 weeks"),
        ("12m", "Last 12 months"),
        ("all", "Everything"),
        ("custom", "These days"),
    ]);
    let mut grains = pairs(&[("day", "Day"), ("week", "Week"), ("month", "Month")]);
    let mut grain = filters.interval.map_or("", Interval::word);
    if filters.own {
        grain = filters.grain(ctx.now).word();
    } else {
        grains.insert(0, (String::new(), "Fits the period".into()));
    }
    let mut sources = vec![(String::new(), "All sources".to_string())];
    sources.extend(ctx.sources.iter().map(|source| (source.name.clone(), source.name.clone())));
    let options: Vec<Markup> = filters.options.iter().map(|(name, value)| hidden(name, value)).collect();
    let source = if ctx.sources.len() > 1 {
        plain("fold-", "Source", "source", &sources, &filters.source)
    } else {
        Markup::empty()
    };
    let channel = if ctx.channels.len() > 1 { channel_list(ctx, filters, "fold-") } else { Markup::empty() };
    let splits: Vec<(String, String)> = splits(ctx, filters)
        .into_iter()
        .map(|(way, name)| (way.map_or("", Split::word).to_string(), name.to_string()))
        .collect();
    let split = plain("fold-", "Split", "split", &splits, filters.split.map_or("", Split::word));
    let mut earlier: Vec<(String, String)> =
        AGAINST.iter().map(|(way, name)| (way.word(), (*name).to_string())).collect();
    if !earlier.iter().any(|(way, _)| *way == filters.against().word()) {
        earlier.push((filters.against().word(), against_name(filters)));
    }
    let against = plain("fold-", "Against", "compare", &earlier, &filters.against().word());
    Markup::raw(format!(
        "<form class=\"card sheet\" method=\"get\" action=\"{0}\">{1}{2}{3}{4}{source}{channel}{5}{split}{against}\
         <div class=\"row\">{6}{7}</div></form>",
        esc(path),
        Markup::join(&options),
        plain("fold-", "Period", "period", &periods, span),
        dates(ctx, filters, "fold-"),
        plain("fold-", "By", "interval", &grains, grain),
        plain("fold-", "Staff", "staff", &STAFF.map(|(v, n)| (v.to_string(), n.to_string())), &filters.staff),
        Button { label: "Show", look: Look::Primary, ..Default::default() }.markup(),
        reset(filters, path),
    ))
}
