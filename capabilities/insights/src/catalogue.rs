//! Which metrics the Health page shows, in which order, under which headings.

/// A heading with its metrics.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Its id in the page.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// Its cards.
    pub cards: &'static [Entry],
}

/// One card.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The metric.
    pub metric: &'static str,
    /// Over the whole width.
    pub wide: bool,
    /// Whether the period before is drawn beside it.
    pub compare: bool,
}

const fn entry(metric: &'static str, wide: bool, compare: bool) -> Entry {
    Entry { metric, wide, compare }
}

/// The page from top to bottom. Every metric of the registry appears once.
pub const GROUPS: &[Group] = &[
    Group {
        id: "activity",
        title: "Activity",
        question: "How many people take part, and how much?",
        cards: &[
            entry("active_members", false, true),
            entry("messages", false, true),
            entry("rolling_active_members", true, false),
            entry("stickiness", true, false),
        ],
    },
    Group {
        id: "growth",
        title: "Growth",
        question: "Who comes, who goes, who stays?",
        cards: &[
            entry("lifecycle", true, false),
            entry("members", false, false),
            entry("joins", false, true),
            entry("leaves", false, false),
            entry("net_growth", false, false),
        ],
    },
    Group {
        id: "return",
        title: "Return",
        question: "Do newcomers come back?",
        cards: &[entry("retention", true, false), entry("retention_day", true, false)],
    },
    Group {
        id: "answers",
        title: "Answers",
        question: "Is somebody there when a person asks?",
        cards: &[
            entry("time_to_first_response", true, true),
            entry("answered_rate", false, true),
            entry("newcomers_answered", false, false),
            entry("conversations", true, true),
        ],
    },
    Group {
        id: "shape",
        title: "Shape",
        question: "On how many shoulders does it rest, and what is in the log?",
        cards: &[entry("concentration", false, false), entry("log_summary", false, false)],
    },
];

/// The card of a metric.
pub fn find(metric: &str) -> Option<&'static Entry> {
    GROUPS.iter().flat_map(|group| group.cards).find(|entry| entry.metric == metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_one_card() {
        let mut shown: Vec<_> =
            GROUPS.iter().flat_map(|group| group.cards).map(|entry| entry.metric).collect();
        let mut known: Vec<_> = metric::registry().iter().map(|definition| definition.id).collect();
        shown.sort_unstable();
        known.sort_unstable();
        assert_eq!(shown, known);
    }
}
