//! What the API's routes of channels are to programs.

use capability::api::{Field, Operation, Shape};

const DAYS: Field = ("days", "7|28|90", "How many days the figures are of; 28 when it is absent");

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "ShareOfAnswers",
        "A share with its interval (Wilson, 95 %).",
        &[
            ("value", "number?", "0 to 1; null when nothing was asked"),
            ("low", "number?", "Lower limit"),
            ("high", "number?", "Upper limit"),
            ("n", "integer", "What it rests on"),
        ],
    ),
    Shape::new(
        "Channel",
        "A channel with its figures. Medians are in seconds.",
        &[
            ("channel_id", "integer", "Its number"),
            ("name", "text", "Its name"),
            ("source", "text", "Its source's name"),
            ("private", "flag", "Whether only some members see it"),
            ("actives", "integer", "Members who wrote within the days"),
            ("messages", "integer", "Messages within the days"),
            ("answered", "ShareOfAnswers", "Conversations that were answered within 24 hours"),
            ("median_s", "number?", "Half of the first answers came within this time"),
            (
                "half_s",
                "number?",
                "Half of all openings were answered within this time; null while fewer were",
            ),
            ("opened", "integer", "Conversations opened"),
            ("replied", "integer", "Those of them with an answer"),
            (
                "weeks",
                "[integer]",
                "Messages of the last twelve weeks, oldest first; the last one is not over",
            ),
            ("first", "micros?", "Its first activity"),
            ("last", "micros?", "Its last activity"),
            ("state", "new|dying|silent|steady", "What may be said of it"),
            ("unavailable", "text?", "Why the figures of answers are missing"),
        ],
    ),
    Shape::new(
        "ChannelPage",
        "Channels with the days that their figures are of.",
        &[
            ("now", "micros?", "The last activity"),
            ("from", "day", "The first day"),
            ("to", "day", "The last day"),
            ("items", "[Channel]", "The channels"),
            ("next", "text?", "What `cursor` takes for the next page; null at the end"),
        ],
    ),
];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation::get("listChannels", "/api/v1/channels", "Channels with their figures")
        .asks(&[
            ("source", "text", "Name or id of a source: only its channels"),
            DAYS,
            ("state", "new|dying|silent|steady", "Only channels of which this may be said"),
            ("sort", "messages|actives|answered|slowest|last|name", "What comes first"),
            capability::api::CURSOR,
            capability::api::LIMIT,
        ])
        .gives(200, "ChannelPage")
        .example("?days=28&limit=2", ""),
    Operation::get("getChannel", "/api/v1/channels/{channel}", "One channel with its figures")
        .at(&[("channel", "integer", "Its number")])
        .asks(&[DAYS])
        .gives(200, "Channel"),
];
