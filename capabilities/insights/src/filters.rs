//! What the reader chose, kept in the address: period, interval, comparison, source, channel, staff, split, and
//! options of metrics.

use base::{Day, Error, Interval, Period, Result};
use metric::{Compare, Definition, Split, days_before};

/// Which days are shown. All but the custom one are counted back from *now*, the last activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The week of now and the eleven before it.
    Weeks12,
    /// The month of now and the eleven before it.
    Months12,
    /// Everything.
    All,
    /// Chosen days; an open end reaches as far as there is data.
    Custom(Option<Day>, Option<Day>),
}

/// With which earlier days figures are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// With none.
    Nothing,
    /// With these, where the period has a beginning.
    Earlier(Compare),
}

impl Against {
    /// As it stands in an address.
    pub(crate) fn word(self) -> String {
        match self {
            Self::Nothing => "none".into(),
            Self::Earlier(compare) => compare.word(),
        }
    }
}

/// The reader's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filters {
    /// The days.
    pub span: Span,
    /// The grain of series; `None` fits it to the period.
    pub interval: Option<Interval>,
    /// Name or id of a source; empty for all.
    pub source: String,
    /// Name or id of a channel; empty for all.
    pub channel: String,
    /// `include`, `exclude` or `only`.
    pub staff: String,
    /// Into which parts figures are split.
    pub split: Option<Split>,
    /// The comparison; `None` for what stands there by itself: on Health the days before, on a metric's page none.
    pub against: Option<Against>,
    /// Options of metrics, such as `mode` or `window`; a metric takes those it knows. Further sources and
    /// channels, and kinds, stand here as well.
    pub options: Vec<(String, String)>,
    /// Whether they stand in the address of one metric's page. There nothing said means what it means to the
    /// API: everything, in the metric's own grain.
    pub own: bool,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            span: Span::Weeks12,
            interval: None,
            source: String::new(),
            channel: String::new(),
            staff: "include".into(),
            split: None,
            against: None,
            options: Vec::new(),
            own: false,
        }
    }
}

impl Filters {
    /// Reads the parameters of an address. Empty ones count as not given.
    ///
    /// # Errors
    /// `Invalid` for a period, date, interval or staff value that does not exist, and for `from` after `to`.
    pub fn parse(parameters: &[(String, String)]) -> Result<Self> {
        Self::read(parameters, false)
    }

    /// Reads the parameters of the address of a metric's page.
    ///
    /// # Errors
    /// As [`Filters::parse`].
    pub fn parse_own(parameters: &[(String, String)]) -> Result<Self> {
        Self::read(parameters, true)
    }

    fn read(parameters: &[(String, String)], own: bool) -> Result<Self> {
        let mut filters = Self { own, ..Self::default() };
        let (mut period, mut from, mut to) = (None, None, None);
        let (mut compare, mut compare_from, mut compare_to) = (None, None, None);
        for (name, value) in parameters.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let value = value.trim();
            match name.as_str() {
                "period" => period = Some(value),
                "from" => from = Some(Day::parse(value).map_err(|e| e.at("from"))?),
                "to" => to = Some(Day::parse(value).map_err(|e| e.at("to"))?),
                "compare" => compare = Some(value),
                "compare_from" => compare_from = Some(Day::parse(value).map_err(|e| e.at("compare_from"))?),
                "compare_to" => compare_to = Some(Day::parse(value).map_err(|e| e.at("compare_to"))?),
                "split" => filters.split = if value == "none" { None } else { Some(Split::parse(value)?) },
                "interval" => filters.interval = Some(Interval::parse(value)?),
                "source" if filters.source.is_empty() => filters.source = value.into(),
                "channel" if filters.channel.is_empty() => filters.channel = value.into(),
                "staff" if matches!(value, "include" | "exclude" | "only") => filters.staff = value.into(),
                "staff" => {
                    return Err(Error::invalid(format!(
                        "staff is \"{value}\"; use include, exclude or only"
                    )));
                }
                _ => filters.options.push((name.clone(), value.into())),
            }
        }
        filters.span = match period {
            Some("12w") => Span::Weeks12,
            Some("12m") => Span::Months12,
            Some("all") => Span::All,
            Some("custom") => Span::Custom(from, to),
            None if from.is_some() || to.is_some() => Span::Custom(from, to),
            None => filters.plain_span(),
            Some(other) => {
                return Err(Error::invalid(format!(
                    "\"{other}\" is not a period; use 12w, 12m, all or custom"
                )));
            }
        };
        filters.against = against(compare, compare_from, compare_to)?;
        match filters.span {
            Span::Custom(Some(from), Some(to)) if from > to => {
                Err(Error::invalid(format!("from ({from}) lies after to ({to}); exchange them")))
            }
            _ => Ok(filters),
        }
    }

    /// The address's query, with `?` in front; empty when nothing differs from what stands there by itself.
    pub fn to_query(&self) -> String {
        ui::query(&self.pairs())
    }

    /// The choices as parameters, those that stand there by themselves left out.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        match self.span {
            span if span == self.plain_span() => {}
            Span::Weeks12 => pairs.push(("period", "12w".into())),
            Span::Months12 => pairs.push(("period", "12m".into())),
            Span::All => pairs.push(("period", "all".into())),
            Span::Custom(from, to) => {
                pairs.push(("period", "custom".into()));
                pairs.extend(from.map(|day| ("from", day.to_string())));
                pairs.extend(to.map(|day| ("to", day.to_string())));
            }
        }
        pairs.extend(self.interval.map(|interval| ("interval", interval.word().to_string())));
        for (name, value) in [("source", &self.source), ("channel", &self.channel)] {
            if !value.is_empty() {
                pairs.push((name, value.clone()));
            }
        }
        if self.staff != "include" {
            pairs.push(("staff", self.staff.clone()));
        }
        pairs.extend(self.split.map(|split| ("split", split.word().to_string())));
        pairs.extend(self.against.map(|against| ("compare", against.word())));
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .chain(self.options.iter().cloned())
            .collect()
    }

    /// What stands there by itself.
    pub fn plain_span(&self) -> Span {
        if self.own { Span::All } else { Span::Weeks12 }
    }

    /// The comparison that holds.
    pub fn against(&self) -> Against {
        let plain = if self.own { Against::Nothing } else { Against::Earlier(Compare::Previous) };
        self.against.unwrap_or(plain)
    }

    /// The same choices in the address of a metric's page, where grain and comparison must be said.
    #[must_use]
    pub fn for_metric(&self, now: Option<Day>) -> Self {
        let interval = if self.own { self.interval } else { Some(self.grain(now)) };
        let against = if self.own { self.against } else { Some(self.against()) };
        let begins = self.days(now).0.is_some();
        let against = against.filter(|against| begins && *against != Against::Nothing);
        Self { own: true, interval, against, ..self.clone() }
    }

    /// The same choices without split and comparison.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self { split: None, against: Some(Against::Nothing), ..self.clone() }
    }

    /// The same choices in the address of the Health page.
    #[must_use]
    pub fn for_health(&self) -> Self {
        let plain = Against::Earlier(Compare::Previous);
        Self { own: false, against: self.against.filter(|against| *against != plain), ..self.clone() }
    }

    /// The same with one option set.
    #[must_use]
    pub fn with_option(&self, name: &str, value: &str) -> Self {
        let mut filters = self.clone();
        filters.options.retain(|(other, _)| other != name);
        filters.options.push((name.into(), value.into()));
        filters
    }

    /// The value of an option that was chosen.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// First and last day; `None` for an open end. `now` is the last activity.
    pub fn days(&self, now: Option<Day>) -> (Option<Day>, Option<Day>) {
        match (self.span, now) {
            (Span::Weeks12, Some(now)) => (Some(now.monday().plus(-77)), Some(now)),
            (Span::Months12, Some(now)) => {
                let month = Interval::Month;
                (Some(month.of_index(month.index(now) - 11)), Some(now))
            }
            (Span::Custom(from, to), _) => (from, to),
            _ => (None, None),
        }
    }

    /// The earlier days with which figures are compared; `None` when there are none or the period has no beginning.
    pub fn before(&self, now: Option<Day>) -> Option<Period> {
        let Against::Earlier(compare) = self.against() else { return None };
        let (from, to) = self.days(now);
        let (first, now) = (from?, now?);
        let last = to.map_or(now, |to| to.min(now));
        (first <= last).then(|| days_before(Period { first, last }, compare))
    }

    /// The grain: the chosen one, else what gives between about 12 and 60 points; on a metric's page weeks.
    pub fn grain(&self, now: Option<Day>) -> Interval {
        if let Some(interval) = self.interval {
            return interval;
        }
        if self.own {
            return Interval::Week;
        }
        match self.days(now) {
            (Some(from), to) => match to.or(now).map_or(0, |to| to.0 - from.0) {
                ..=35 => Interval::Day,
                36..=400 => Interval::Week,
                _ => Interval::Month,
            },
            _ => Interval::Month,
        }
    }

    /// What a metric is asked: its own filters and options only.
    pub fn parameters(&self, definition: &Definition, now: Option<Day>) -> Vec<(String, String)> {
        let (from, to) = self.days(now);
        let mut all: Vec<(String, String)> = Vec::new();
        let mut put = |name: &str, value: String| all.push((name.into(), value));
        if let Some(from) = from {
            put("from", from.to_string());
        }
        if let Some(to) = to {
            put("to", to.to_string());
        }
        for (name, value) in [("source", &self.source), ("channel", &self.channel)] {
            if !value.is_empty() {
                put(name, value.clone());
            }
        }
        if self.staff != "include" {
            put("staff", self.staff.clone());
        }
        if let Some(split) = self.split {
            put("split", split.word().into());
        }
        if let (Against::Earlier(compare), Some(_)) = (self.against(), from) {
            put("compare", compare.word());
        }
        let grain = self.grain(now);
        let said = !self.own || self.interval.is_some();
        if let Some(first) = definition.intervals.first().filter(|_| said) {
            // Retention has no days: it takes weeks instead.
            let taken = if definition.intervals.contains(&grain) { grain } else { *first };
            put("interval", taken.word().into());
        }
        let bracket = self.option("bracket").is_some();
        for (name, value) in &self.options {
            let known = match name.as_str() {
                "source" | "channel" => true,
                "kind" => definition.by_kind,
                _ => definition.options.iter().any(|option| option.name == name),
            };
            let replaced = bracket && matches!(name.as_str(), "day" | "mode");
            if known && !(replaced && definition.options.iter().any(|option| option.name == "bracket")) {
                put(name, value.clone());
            }
        }
        all
    }
}

/// The comparison of an address. A form has two dates of its own beside the choice.
fn against(compare: Option<&str>, from: Option<Day>, to: Option<Day>) -> Result<Option<Against>> {
    match (compare, from, to) {
        (None, None, None) => Ok(None),
        (Some("none"), ..) => Ok(Some(Against::Nothing)),
        (None | Some("dates"), Some(first), Some(last)) if first > last => Err(Error::invalid(format!(
            "compare_from ({first}) lies after compare_to ({last}); exchange them"
        ))),
        (None | Some("dates"), Some(first), Some(last)) => {
            Ok(Some(Against::Earlier(Compare::Days(Period { first, last }))))
        }
        (None | Some("dates"), ..) => {
            Err(Error::invalid("a comparison with chosen days needs both: compare_from and compare_to"))
        }
        (Some(word), ..) => Ok(Some(Against::Earlier(Compare::parse(word)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Filters> {
        Filters::parse(&pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect::<Vec<_>>())
    }
    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    #[test]
    fn an_address_goes_there_and_back() {
        for pairs in [
            vec![],
            vec![("period", "12m"), ("interval", "week")],
            vec![
                ("period", "custom"),
                ("from", "2024-01-02"),
                ("source", "R & friends"),
                ("mode", "unbounded"),
            ],
            vec![("period", "all"), ("staff", "exclude"), ("channel", "#help")],
            vec![("split", "channel"), ("compare", "year")],
            vec![("compare", "2024-01-01..2024-01-31")],
            vec![("compare", "none")],
        ] {
            let filters = parse(&pairs).expect("filters");
            assert_eq!(Filters::parse(&filters.pairs()).expect("again"), filters);
        }
        assert_eq!(parse(&[("source", "R & f")]).expect("filters").to_query(), "?source=R%20%26%20f");
        assert_eq!(parse(&[("from", "")]).expect("filters"), Filters::default());
        assert!(parse(&[("from", "2024-02-01"), ("to", "2024-01-01")]).is_err());
        assert!(parse(&[("period", "week")]).is_err());
        assert!(parse(&[("staff", "x")]).is_err());
        let dates = [("compare", "dates"), ("compare_from", "2024-01-01"), ("compare_to", "2024-01-31")];
        assert_eq!(
            parse(&dates).expect("filters"),
            parse(&[("compare", "2024-01-01..2024-01-31")]).expect("filters")
        );
        assert!(parse(&dates[..2]).is_err() && parse(&[("compare", "before")]).is_err());
        assert!(parse(&[("split", "member")]).is_err());
    }

    #[test]
    fn periods_count_back_from_now_and_compare_with_as_many_days() {
        let now = Some(day("2024-03-14"));
        let filters = Filters::default();
        assert_eq!(filters.days(now), (Some(day("2023-12-25")), now));
        let before = filters.before(now).expect("a period");
        // The same weekday of the week that was not over.
        assert_eq!((before.last, before.days()), (day("2023-12-21"), 81));
        let year = parse(&[("compare", "year")]).expect("filters");
        assert_eq!(year.before(now).expect("a period").first, day("2022-12-26"));
        assert_eq!(filters.grain(now), Interval::Week);
        let months = Filters { span: Span::Months12, ..Filters::default() };
        assert_eq!(months.days(now).0, Some(day("2023-04-01")));
        let all = Filters { span: Span::All, ..Filters::default() };
        assert_eq!((all.before(now), all.grain(now)), (None, Interval::Month));
    }

    #[test]
    fn the_address_of_a_metric_means_what_it_means_to_the_api() {
        let now = Some(day("2024-03-14"));
        let pairs = [("kind", "reply.posted"), ("source", "A"), ("source", "B")];
        let own = Filters::parse_own(&pairs.map(|(n, v)| (n.to_string(), v.to_string()))).expect("filters");
        let ask = |f: &Filters, id| ui::query(&f.parameters(metric::definition(id).expect("a metric"), now));
        assert_eq!(ask(&own, "messages"), "?source=A&kind=reply.posted&source=B");
        assert_eq!(ask(&own, "leaves"), "?source=A&source=B");
        let health = Filters::default();
        assert_eq!(health.for_metric(now).to_query(), "?period=12w&interval=week&compare=previous");
        assert_eq!(health.for_metric(now).for_health().to_query(), "?interval=week");
        assert_eq!(ask(&health.for_metric(now), "messages"), ask(&health, "messages"));
    }

    #[test]
    fn a_metric_is_asked_only_what_it_takes() {
        let now = Some(day("2024-03-14"));
        let filters =
            parse(&[("interval", "day"), ("mode", "unbounded"), ("window", "7d")]).expect("filters");
        let ask = |id| ui::query(&filters.parameters(metric::definition(id).expect("a metric"), now));
        assert!(ask("retention").ends_with("compare=previous&interval=week&mode=unbounded"));
        assert!(ask("answered_rate").ends_with("interval=day&window=7d"));
        assert!(ask("concentration").ends_with("to=2024-03-14&compare=previous"));
        let bracket = parse(&[("bracket", "1-7"), ("day", "3")]).expect("filters");
        assert!(
            ui::query(&bracket.parameters(metric::definition("retention_day").expect("a metric"), now))
                .ends_with("&bracket=1-7")
        );
    }
}
