//! What the API's routes of figures and notes are to programs.

use capability::api::{CURSOR, Field, LIMIT, Operation, Shape};

const STATE: Field = ("state", "complete|partial|not_yet|unavailable", "Whether it is final");
const REASON: Field = ("reason?", "text", "Why it is unavailable or only partial");
const POINTS: Field = ("points?", "[MetricPoint]", "A series");
const SUMMARY: Field = ("summary?", "{any}", "Figures by name");
const COHORTS: Field = ("cohorts?", "[MetricCohort]", "Cohorts");
const POOLED: Field = ("pooled?", "[MetricPooled]", "The sum over all cohorts");
const CURVE: Field = ("curve?", "[MetricCurvePoint]", "A survival curve");
const VALUE: Field = ("value", "number?", "The figure; null when there is none");
const LOW: Field = ("low", "number?", "Lower limit of its interval, 95 %");
const HIGH: Field = ("high", "number?", "Upper limit");
const KINDS: &str = "release|event|outage|campaign|other";

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "MetricParameter",
        "Something that a metric can be asked with.",
        &[
            ("name", "text", "Its name in the query"),
            ("values", "text", "What it takes, in words"),
            ("default", "text?", "What holds without it"),
            ("repeats", "flag", "Whether it may be there several times"),
            ("meaning", "text", "What it is for"),
        ],
    ),
    Shape::new(
        "MetricDefinition",
        "A metric with what it means and what it takes.",
        &[
            ("id", "text", "Its id"),
            ("title", "text", "Its title"),
            ("definition", "text", "The definition in words"),
            ("formula", "text", "The formula"),
            ("population", "text", "Who or what is counted"),
            ("unit", "text", "Unit of the figures"),
            ("direction", "up|down|none", "Which way is better"),
            ("interval_method", "text", "How intervals are made"),
            ("elsewhere", "text", "How the figure of the same name is counted elsewhere"),
            ("parameters", "[MetricParameter]", "What it takes"),
        ],
    ),
    Shape::new(
        "MetricPoint",
        "One value of a series; further figures by name (`new`, `returning`, `days`, …).",
        &[
            ("start?", "day", "The first day of its period"),
            VALUE,
            LOW,
            HIGH,
            ("n", "integer", "What it rests on"),
            STATE,
        ],
    )
    .open(),
    Shape::new(
        "MetricCohortCell",
        "How many of a cohort came back after so many periods.",
        &[
            ("k", "integer", "Periods after the first"),
            ("retained", "integer?", "Members who came back"),
            ("eligible", "integer", "Members who could have"),
            VALUE,
            LOW,
            HIGH,
            STATE,
        ],
    ),
    Shape::new(
        "MetricCohort",
        "The members who were first active in one period.",
        &[
            ("start", "day", "The first day of the period"),
            ("size", "integer", "How many"),
            STATE,
            ("values", "[MetricCohortCell]", "One cell a period"),
        ],
    ),
    Shape::new(
        "MetricPooled",
        "The sum over all cohorts for one distance.",
        &[
            ("k", "integer", "Periods after the first"),
            ("retained", "integer", "Members who came back"),
            ("eligible", "integer", "Members who could have"),
            VALUE,
            LOW,
            HIGH,
        ],
    ),
    Shape::new(
        "MetricCurvePoint",
        "One step of a survival curve.",
        &[
            ("t", "integer", "Seconds since the start of each"),
            ("value", "number", "Share still waiting"),
            LOW,
            HIGH,
        ],
    ),
    Shape::new(
        "MetricChange",
        "A figure now against the same figure in earlier days.",
        &[
            ("figure", "text", "Which figure"),
            ("value", "number", "Now"),
            ("was", "number", "Then"),
            ("difference", "number", "The difference"),
            LOW,
            HIGH,
            ("verdict", "clear|no clear change|not said", "Whether it is more than the usual ups and downs"),
            ("method", "text", "How that was decided"),
        ],
    ),
    Shape::new(
        "MetricComparison",
        "The same question in earlier days.",
        &[
            ("from", "day", "The first day"),
            ("to", "day", "The last day"),
            STATE,
            REASON,
            ("change", "MetricChange?", "What changed"),
            POINTS,
            SUMMARY,
            COHORTS,
            POOLED,
            CURVE,
        ],
    ),
    Shape::new(
        "MetricPart",
        "One part of a split answer.",
        &[
            ("key", "text", "The source or channel as a filter takes it, `members`, `staff` or `other`"),
            ("label", "text", "As people read it"),
            ("rest?", "integer", "How many channels the rest has"),
            ("now", "text?", "The last activity within it"),
            STATE,
            REASON,
            POINTS,
            SUMMARY,
            COHORTS,
            POOLED,
            CURVE,
            ("comparison?", "MetricComparison", "The same part in earlier days"),
        ],
    ),
    Shape::new(
        "MetricAnswer",
        "What a metric answers, the same here, on pages and on the command line.",
        &[
            ("id", "text", "The metric"),
            ("title", "text", "Its title"),
            ("definition", "text", "The definition in words"),
            ("formula", "text", "The formula"),
            ("population", "text", "Who or what is counted"),
            ("unit", "text", "Unit of the figures"),
            ("direction", "up|down|none", "Which way is better"),
            ("filters", "{any}", "Everything that was applied"),
            ("zone", "text", "The zone of the days"),
            ("now", "text?", "The last activity within the filters"),
            ("interval_method", "text", "How intervals were made"),
            STATE,
            REASON,
            ("elsewhere", "text", "How the figure of the same name is counted elsewhere"),
            POINTS,
            SUMMARY,
            COHORTS,
            POOLED,
            CURVE,
            ("comparison?", "MetricComparison", "The same question in earlier days"),
            ("split?", "staff|source|channel", "Into what it was split"),
            ("split_note?", "text", "What the parts leave out"),
            ("parts?", "[MetricPart]", "The parts, largest first"),
        ],
    ),
    Shape::new(
        "MetricRows",
        "What stands behind a figure; which names a row has depends on the metric.",
        &[
            ("total", "integer", "How many rows there are"),
            ("unavailable", "text?", "Why there are none, where the sources cannot give them"),
            ("items", "[{any}]", "Rows: members, conversations or activities"),
            ("next", "text?", "What `cursor` takes for the next page; null at the end"),
        ],
    ),
    Shape::new(
        "Annotation",
        "A note on the time axis.",
        &[
            ("id", "text", "Its id, `ann_…`"),
            ("from", "day", "The first day"),
            ("to", "day", "The last day"),
            ("kind", KINDS, "What kind of thing happened"),
            ("text", "text", "What happened"),
            ("source", "text?", "The one source that it is about"),
            ("written_by", "text", "Who wrote it"),
            ("written_at", "micros", "When"),
            ("changed_by", "text?", "Who changed it last"),
            ("changed_at", "micros?", "When"),
        ],
    ),
    Shape::new(
        "NewAnnotation",
        "A note to be written.",
        &[
            ("from", "day", "The first day"),
            ("to?", "day", "The last day; the first when it is absent"),
            ("kind?", KINDS, "What kind of thing happened; `other` when it is absent"),
            ("text", "text(1..120)", "What happened"),
            ("source?", "text", "Name or id of the one source that it is about"),
        ],
    ),
    Shape::new(
        "AnnotationChange",
        "What changes a note; what is absent stays.",
        &[
            ("from?", "day", "The first day"),
            ("to?", "day", "The last day"),
            ("kind?", KINDS, "What kind of thing happened"),
            ("text?", "text(1..120)", "What happened"),
            ("source?", "text", "Name or id of the one source that it is about; empty for all"),
        ],
    ),
];

const METRIC: &[Field] = &[("metric", "text", "The metric's id; `GET /api/v1/metrics` lists them")];
const ID: &[Field] = &[("annotation", "text", "The note's id, `ann_…`")];
const MORE: &str =
    "Takes what the metric's definition lists: a metric refuses a parameter that it does not take.";

pub(crate) const READING: &[Operation] = &[
    Operation::get("listMetrics", "/api/v1/metrics", "Every metric with what it means and what it takes")
        .gives(200, "page of MetricDefinition")
        .example("?limit=1", ""),
    Operation::get("getMetric", "/api/v1/metrics/{metric}", "The figures of a metric")
        .more(MORE)
        .at(METRIC)
        .asks(&[
            ("from", "day", "The first day that is printed"),
            ("to", "day", "The last day, inclusive"),
            ("source", "[text]", "Names or ids of sources"),
            ("channel", "[text]", "Names or ids of channels"),
            ("staff", "include|exclude|only", "Whether staff count"),
            ("split", "staff|source|channel", "Parts beside the whole"),
            ("compare", "text", "previous, year, or two dates A..B; needs from"),
        ])
        .asks_more()
        .gives(200, "MetricAnswer")
        .example("?from=2024-03-04&to=2024-03-17", ""),
    Operation::get("listMetricRows", "/api/v1/metrics/{metric}/rows", "What stands behind a figure")
        .more("Takes what the metric takes; `at` is the start of one of its points.")
        .at(METRIC)
        .asks(&[
            (
                "at",
                "day",
                "Behind the point that starts on this day; behind the whole answer when it is absent",
            ),
            ("from", "day", "The first day that is printed"),
            ("to", "day", "The last day, inclusive"),
            ("source", "[text]", "Names or ids of sources"),
            ("channel", "[text]", "Names or ids of channels"),
            ("staff", "include|exclude|only", "Whether staff count"),
            CURSOR,
            LIMIT,
        ])
        .asks_more()
        .gives(200, "MetricRows")
        .example("?from=2024-03-04&to=2024-03-17&limit=2", ""),
    Operation::get("listAnnotations", "/api/v1/annotations", "Notes on the time axis")
        .asks(&[
            ("from", "day", "The first day that matters"),
            ("to", "day", "The last day that matters"),
            ("source", "text", "Name or id of a source: notes about it, and those about all"),
        ])
        .gives(200, "page of Annotation"),
    Operation::get("getAnnotation", "/api/v1/annotations/{annotation}", "One note")
        .at(ID)
        .gives(200, "Annotation"),
];

pub(crate) const WRITING: &[Operation] = &[
    Operation::post("createAnnotation", "/api/v1/annotations", "Write a note on the time axis")
        .takes("NewAnnotation")
        .gives(201, "Annotation")
        .example("", r#"{"from": "2024-03-05", "kind": "release", "text": "Version 2 came out"}"#),
    Operation::patch("changeAnnotation", "/api/v1/annotations/{annotation}", "Change a note")
        .at(ID)
        .takes("AnnotationChange")
        .gives(200, "Annotation")
        .example("", r#"{"text": "Version 2.0 came out"}"#),
    Operation::delete("removeAnnotation", "/api/v1/annotations/{annotation}", "Remove a note").at(ID),
];
