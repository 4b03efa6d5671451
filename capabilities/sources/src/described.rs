//! What the API's routes of sources and imports are to programs.

use capability::api::{Body, Field, Operation, Shape};

const SOURCE: &[Field] = &[("source", "text", "The source's id, `src_…`, or its name")];
const IMPORT: &[Field] = &[("import", "text", "The import's id, `imp_…`")];

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "SourceLine",
        "A place that the community talks in.",
        &[
            ("id", "text", "Its id, `src_…`"),
            ("name", "text", "Its name"),
            ("network", "text", "The network"),
            ("format", "text", "What made it: an importer, or `api`"),
            ("id_form", "text", "Which form of ids it uses"),
            ("zone", "text", "The zone in which its times are read"),
            ("zone_assumed", "flag", "Whether its times carry no zone"),
            ("has_replies", "flag", "Whether it has reply links"),
            ("has_message_ids", "flag", "Whether it has message ids"),
            ("has_leaves", "flag", "Whether it says who leaves"),
            ("created_at", "micros", "When it was made"),
            ("first", "day?", "The first activity"),
            ("last", "day?", "The last activity"),
            ("activities", "integer", "How many"),
            ("people", "integer", "How many identities"),
            ("channels", "integer", "How many channels"),
            ("last_import", "text?", "The newest import"),
        ],
    ),
    Shape::new(
        "SourceChannel",
        "A channel of a source.",
        &[
            ("id", "text", "The source's own id of it"),
            ("name", "text", "Its name"),
            ("category", "text?", "The category"),
            ("private", "flag", "Whether only some see it"),
            ("activities", "integer", "How many"),
            ("first", "day?", "The first activity"),
            ("last", "day?", "The last activity"),
        ],
    ),
    Shape::new(
        "DataGap",
        "Days without any activity.",
        &[("first", "day", "The first"), ("last", "day", "The last"), ("days", "integer", "How many")],
    ),
    Shape::new(
        "DataQuality",
        "What is known of a source's data.",
        &[
            ("first", "day?", "The first day"),
            ("last", "day?", "The last day"),
            ("days", "integer", "Days between them"),
            ("active_days", "integer", "Days with activity"),
            ("gaps", "[DataGap]", "The longest gaps"),
            ("by_kind", "any", "Activities by kind"),
            ("rows", "integer", "Rows"),
            ("rows_without_author", "integer", "Rows without an author"),
            ("share_without_author", "number?", "Their share"),
            ("rows_by_bots", "integer", "Rows by bots"),
            ("share_by_bots", "number?", "Their share"),
        ],
    ),
    Shape::new(
        "Source",
        "A source with its channels, its quality and its imports.",
        &[
            ("id", "text", "Its id, `src_…`"),
            ("name", "text", "Its name"),
            ("network", "text", "The network"),
            ("format", "text", "What made it: an importer, or `api`"),
            ("id_form", "text", "Which form of ids it uses"),
            ("zone", "text", "The zone in which its times are read"),
            ("zone_assumed", "flag", "Whether its times carry no zone"),
            ("has_replies", "flag", "Whether it has reply links"),
            ("has_message_ids", "flag", "Whether it has message ids"),
            ("has_leaves", "flag", "Whether it says who leaves"),
            ("created_at", "micros", "When it was made"),
            ("activities", "integer", "How many"),
            ("people", "integer", "How many identities"),
            ("quality", "DataQuality", "What is known of its data"),
            ("channels", "[SourceChannel]", "Its channels"),
            ("imports", "[Import]", "Its imports, newest first"),
            ("zone_correction", "any", "null; `running`; or `{\"failed\": …}`"),
        ],
    ),
    Shape::new(
        "SkipCount",
        "How many records were skipped for one reason.",
        &[("reason", "text", "Why"), ("count", "integer", "How many")],
    ),
    Shape::new(
        "ImportSummary",
        "What an import did.",
        &[
            ("import", "text", "Its id"),
            ("source", "text", "The source's name"),
            ("records", "integer", "Records read"),
            ("activities", "integer", "Activities appended"),
            ("by_kind", "{integer}", "The same by kind"),
            ("duplicates", "integer", "Records that were there already"),
            ("skipped", "[SkipCount]", "Records not taken"),
            ("people", "integer", "People seen for the first time"),
            ("channels", "integer", "Channels seen for the first time"),
            ("first", "day?", "The first activity (UTC)"),
            ("last", "day?", "The last activity (UTC)"),
            ("seconds", "number", "How long it took"),
            ("warnings", "[text]", "What is worth knowing"),
        ],
    ),
    Shape::new(
        "ImportProgress",
        "How far an import is.",
        &[
            ("share", "number?", "0 to 1"),
            ("records", "integer", "Records read"),
            ("bytes", "integer", "Bytes read"),
            ("total_bytes", "integer", "Bytes there are"),
            ("seconds_left", "integer?", "About how long it still takes"),
        ],
    ),
    Shape::new(
        "Import",
        "One batch that came in and can be taken back.",
        &[
            ("id", "text", "Its id, `imp_…`"),
            ("state", "running|interrupted|done|failed|undoing|undone", "How it stands"),
            ("source", "text", "The source's name"),
            ("format", "text", "The importer"),
            ("input", "text", "What was read"),
            ("error", "text?", "Why it failed"),
            ("node", "text?", "The node that works on it"),
            ("started_by", "text", "Who began it"),
            ("started_at", "micros", "When"),
            ("ended_at", "micros?", "When it ended"),
            ("skipped_records", "integer", "Records not taken"),
            ("summary", "ImportSummary", "What it did"),
            ("progress", "ImportProgress?", "How far it is, while it runs"),
        ],
    ),
    Shape::new(
        "Upload",
        "An export, with what the command line takes beside it.",
        &[
            ("format", "text", "The importer: slack, discord, discourse, mbox, activities, …"),
            ("files", "any", "The files, each as a part with a file name"),
            ("source?", "text", "The source's name"),
            ("map?", "text", "The mapping, for a table of activities"),
            ("timezone?", "text", "The zone of times that carry none"),
            ("bot?", "text", "Accounts that are bots"),
            ("bot_pattern?", "text", "Names that match are bots"),
            ("private?", "text", "1 for private channels too"),
        ],
    ),
    Shape::new(
        "SkippedRecord",
        "A record that was not taken.",
        &[
            ("reason", "text", "Why"),
            ("place", "text", "Where it stands"),
            ("excerpt", "text", "How it begins"),
        ],
    ),
    Shape::new(
        "NewZone",
        "In which zone a source's times are to be read.",
        &[("zone", "text", "An IANA name")],
    ),
    Shape::new(
        "WaitingFile",
        "A file of the watched folder that was not taken yet.",
        &[("file", "text", "The file"), ("why", "text", "Why not yet")],
    ),
    Shape::new(
        "WatchedFolder",
        "The folder that is watched for exports.",
        &[
            ("path", "text?", "Where it is; null where this server watches none"),
            ("looked_at", "micros?", "When it was last looked at"),
            ("waiting", "[WaitingFile]", "Files that were not taken yet"),
            ("trouble", "text?", "Why it cannot be read"),
        ],
    ),
    Shape::new(
        "NewActivities",
        "What members did, at most 1,000 at a time. Each is judged by itself; see NewActivity.",
        &[
            ("source", "text(1..80)", "Name or id of the source; one that is not there yet is made"),
            (
                "network?",
                "text",
                "The network of a source that is made: slack, discord, discourse, mail, other",
            ),
            ("activities", "[NewActivity]", "What happened"),
        ],
    ),
    Shape::new(
        "NewActivity",
        "Something that somebody did. What has the same `id` is the same, however often it is sent.",
        &[
            ("id", "text(1..500)", "The product's own id of it"),
            ("kind", "text", "The kind of activity: message.posted, reply.posted, member.joined, …"),
            ("channel", "text(1..200)", "The product's own id of the place"),
            ("channel_name?", "text?", "The place as people read it"),
            ("channel_private?", "flag?", "Whether only some see it"),
            ("at?", "time?", "When, RFC 3339 with a zone; now when it is absent"),
            ("actor?", "text?", "The product's own id of who did it"),
            ("actor_name?", "text?", "As people read it"),
            ("actor_handle?", "text?", "The handle"),
            ("actor_email?", "text?", "The e-mail address"),
            ("actor_bot?", "flag?", "Whether it is a bot"),
            ("text?", "text?", "What was said; Markdown without HTML"),
            ("title?", "text?", "The title, on an opening"),
            (
                "conversation?",
                "text?",
                "The id of the opening of its conversation; its own when it opens one",
            ),
            ("parent?", "text?", "The id of what it answers or reacts to"),
            ("permalink?", "text?", "Where it can be opened"),
            ("edited_at?", "time?", "When it was last changed"),
            ("deleted?", "flag?", "Whether its author deleted it"),
        ],
    ),
    Shape::new(
        "TakenActivities",
        "What became of each, in the order in which they were sent.",
        &[
            ("source", "text", "The source's id"),
            ("created", "integer", "How many are new"),
            ("duplicates", "integer", "How many were there already"),
            ("refused", "integer", "How many were not taken"),
            ("results", "[TakenActivity]", "One each"),
        ],
    ),
    Shape::new(
        "TakenActivity",
        "What became of one.",
        &[
            ("index", "integer", "Its place in what was sent, from 0"),
            ("id", "text?", "Its id, where it has one"),
            (
                "result",
                "created|duplicate|refused",
                "What became of it; a duplicate with a newer text brings the text",
            ),
            ("why", "text?", "Why it was refused, and which field"),
        ],
    ),
];

pub(crate) const SEEING: &[Operation] = &[
    Operation::get("listSources", "/api/v1/sources", "Where the community's history comes from")
        .gives(200, "page of SourceLine"),
    Operation::get("getSource", "/api/v1/sources/{source}", "One source with channels, quality and imports")
        .at(SOURCE)
        .gives(200, "Source"),
    Operation::get("listImports", "/api/v1/imports", "What came in, newest first")
        .gives(200, "page of Import")
        .example("?limit=1", ""),
    Operation::get("getImport", "/api/v1/imports/{import}", "One import").at(IMPORT).gives(200, "Import"),
    Operation::get("listSkipped", "/api/v1/imports/{import}/skipped", "Records that an import did not take")
        .at(IMPORT)
        .gives(200, "page of SkippedRecord"),
    Operation::get("getWatchedFolder", "/api/v1/watched-folder", "The folder that is watched for exports")
        .gives(200, "WatchedFolder"),
];

pub(crate) const UPLOADING: &[Operation] =
    &[Operation::post("createImport", "/api/v1/imports", "Import an export")
        .more("The work goes on after the answer; `Location` says where to look how far it is.")
        .takes_body(Body::Multipart("Upload"))
        .gives(202, "Import")];

pub(crate) const IMPORTING: &[Operation] = &[
    Operation::post("stopImport", "/api/v1/imports/{import}/stop", "Stop an import at its next safe place")
        .at(IMPORT)
        .gives(202, "Import"),
    Operation::post(
        "continueImport",
        "/api/v1/imports/{import}/continue",
        "Go on with an import that was interrupted",
    )
    .at(IMPORT)
    .gives(202, "Import"),
];

pub(crate) const UNDOING: &[Operation] =
    &[Operation::delete("undoImport", "/api/v1/imports/{import}", "Take an import back")
        .at(IMPORT)
        .gives(202, "Import")];

pub(crate) const CORRECTING: &[Operation] = &[Operation::put(
    "correctZone",
    "/api/v1/sources/{source}/zone",
    "Correct the zone of a source whose times carry none",
)
.more("The work goes on after the answer: `zone_correction` of the source says how it stands.")
.at(SOURCE)
.takes("NewZone")
.gives(202, "Source")
.example("", r#"{"zone": "Europe/Lisbon"}"#)];

pub(crate) const PUSHING: &[Operation] = &[
    Operation::post("pushActivities", "/api/v1/activities", "Send what members did")
        .more(
            "For any product that can send what its members do. Sending the same again changes nothing, so that whoever \
             gets no answer repeats it. A record that was sent with another time before is refused, as its time is part \
             of what it is.",
        )
        .takes("NewActivities")
        .lenient()
        .gives(200, "TakenActivities")
        .example(
            "",
            r#"{"source": "Shop", "activities": [{"id": "review-81", "kind": "post.published", "channel": "reviews", "at": "2024-03-18T09:30:00Z", "actor": "u17", "actor_name": "Mo", "text": "The blue one is sturdy."}, {"id": "review-82", "kind": "post.publised", "channel": "reviews"}]}"#,
        ),
];
