//! What the API's routes of Today are to programs.

use capability::api::{Operation, Shape};

const KINDS: &str = "question|newcomer|quiet|anomaly|work";

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "TodayItem",
        "Something that needs somebody now.",
        &[
            ("key", "text", "Says which thing it is; the same after an undo and a newer import"),
            ("kind", KINDS, "What it is about"),
            ("title", "text", "What it is"),
            ("href", "text", "Where it leads on the desk"),
            ("why", "text", "Why it is here"),
            ("since", "micros", "Since when"),
            ("due", "micros?", "Until when it should be done"),
            ("harm", "integer", "How much harm waiting does, 0 to 100"),
            ("person", "text", "Who it is about"),
            ("place", "text", "Where it is"),
            ("urgency", "number", "By what the list is sorted: harm and lateness together"),
        ],
    ),
    Shape::new(
        "TodayState",
        "What somebody decided about an item.",
        &[
            ("id", "text", "Its id"),
            ("key", "text", "The item's key"),
            ("kind", "text", "The item's kind"),
            ("title", "text", "The item's title"),
            ("state", "put_off|dismissed", "What was decided"),
            ("until", "micros?", "Until when it is put off"),
            ("reason", "text", "Why"),
            ("by", "text", "Who decided"),
            ("at", "micros", "When"),
        ],
    ),
    Shape::new(
        "Today",
        "What waits, and what was put off or dismissed. Never more than a page: what is urgent comes first.",
        &[
            ("now", "micros?", "The last activity, which is the present of the page"),
            ("items", "[TodayItem]", "What waits, most urgent first"),
            ("decided", "[TodayState]", "What was put off or dismissed"),
        ],
    ),
    Shape::new(
        "NewTodayState",
        "A decision about an item.",
        &[
            ("key", "text(1..300)", "The item's key"),
            ("kind", KINDS, "The item's kind"),
            ("state", "put_off|dismissed", "What is decided"),
            ("title?", "text", "The item's title"),
            ("href?", "text", "Where it leads on the desk"),
            ("days?", "integer(1..90)?", "For how many days it is put off; one when it is absent"),
            ("reason?", "text", "Why; needed for `dismissed`, at most 500 bytes"),
        ],
    ),
    Shape::new("NewTodayStateId", "The decision that was made.", &[("id", "text", "Its id")]),
];

pub(crate) const READING: &[Operation] =
    &[Operation::get("getToday", "/api/v1/today", "What waits, most urgent first")
        .asks(&[
            ("kind", KINDS, "Only items of this kind"),
            ("on", "day", "As it stood at the end of this day"),
        ])
        .gives(200, "Today")
        .example("?kind=newcomer", "")];

pub(crate) const DECIDING: &[Operation] = &[
    Operation::post("decideToday", "/api/v1/today/states", "Put an item off, or dismiss it")
        .takes("NewTodayState")
        .gives(201, "NewTodayStateId")
        .example(
            "",
            r#"{"key": "question:7:1:42", "kind": "question", "title": "How do I start?", "state": "put_off", "days": 2}"#,
        ),
    Operation::delete("takeBackToday", "/api/v1/today/states/{state}", "Take a decision back")
        .at(&[("state", "text", "The decision's id")]),
];
