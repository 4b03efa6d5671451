//! What the API's route of searching is to programs.

use capability::api::{CURSOR, LIMIT, Operation, Shape};

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "SearchAnswer",
        "What was found: messages, members or channels, as `type` asks.",
        &[
            ("items", "[SearchHit]", "What was found"),
            ("next", "text?", "What `cursor` takes for the next page; null at the end"),
            ("found", "integer", "How many there are"),
            ("more", "flag", "Whether there are more than were counted"),
            ("complete", "flag", "Whether everything is in the index yet"),
            ("complete_from", "micros?", "Since when everything is in it"),
        ],
    ),
    Shape::new(
        "SearchHit",
        "A message (`seq`, `at`, `kind`, `author`, `excerpt`, …), a member (`id`, `title`, `handle`, …) or a channel \
         (`id`, `name`, `category`, …).",
        &[("source", "text?", "The source's name")],
    )
    .open(),
];

pub(crate) const OPERATIONS: &[Operation] = &[Operation::get(
    "search",
    "/api/v1/search",
    "Search messages by their words, members and channels by their names",
)
.more("Filters may also be typed into `q`, as on the desk: `from:ana in:help before:2024-03-01 kelp`.")
.asks(&[
    ("q", "text", "What is looked for"),
    ("type", "messages|members|channels", "Among what"),
    ("sort", "best|newest", "What comes first"),
    ("from", "text", "Who wrote it"),
    ("in", "text", "The channel"),
    ("source", "text", "The source"),
    ("after", "day", "The first day"),
    ("before", "day", "The day after the last"),
    ("unanswered", "0|1", "1 for openings only in whose conversation nobody else wrote"),
    CURSOR,
    LIMIT,
])
.gives(200, "SearchAnswer")
.example("?q=kelp&limit=2", "")];
