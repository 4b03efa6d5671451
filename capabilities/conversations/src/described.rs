//! What the API's routes of conversations are to programs.

use capability::api::{Field, Operation, Shape};

const ID: &[Field] = &[("conversation", "integer", "Its number")];
const STATES: &str = "answered|probably_answered|unanswered|waits_for_asker|waits_for_engineering";
const CHANGES: &str = "question|not_question|answered|waits_for_asker|waits_for_engineering|open|by_rule";

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "Author",
        "Who wrote something.",
        &[
            ("id", "text", "The identity; empty where nobody can be named"),
            ("name", "text", "As people read it"),
        ],
    ),
    Shape::new(
        "ConversationLine",
        "A conversation in a list.",
        &[
            ("id", "integer", "Its number"),
            ("title", "text", "Its title, or how it begins"),
            ("source", "text", "The source's name"),
            ("channel", "text", "The channel's name"),
            ("channel_id", "integer", "The channel's number"),
            ("opened_by", "Author", "Who opened it"),
            ("opened_at", "time?", "When"),
            ("question", "flag", "Whether it counts as a question"),
            ("state", STATES, "Where it stands"),
            ("why", "text", "Why it stands there, in words"),
            ("replies", "integer", "Replies by others"),
            ("people", "integer", "How many took part"),
            ("first_answer_after_seconds", "integer?", "How long the first answer took"),
            ("due_at", "time?", "Until when it is to be answered"),
            ("assigned_to", "text?", "Whose it is"),
            ("permalink", "text?", "Where it is at its source"),
        ],
    ),
    Shape::new(
        "ThreadMessage",
        "A message of a conversation.",
        &[
            ("seq", "integer", "Its number in the log"),
            ("at", "time?", "When"),
            ("kind", "text", "The kind of activity"),
            ("by", "Author", "Who wrote it"),
            ("text", "text?", "The text"),
            ("title", "text?", "The title, on an opening"),
            ("permalink", "text?", "Where it is at its source"),
            ("reactions", "integer", "Reactions on it"),
            ("edited_at", "time?", "When it was last changed"),
            ("deleted", "flag", "Whether its author deleted it"),
        ],
    ),
    Shape::new(
        "ConversationMark",
        "What the team said of a conversation.",
        &[
            ("mark", "question|not_question|answered|waits_for_asker|waits_for_engineering", "The mark"),
            ("reason", "text", "Why"),
            ("set_by", "text", "Who"),
            ("set_at", "time?", "When"),
            ("ended_at", "time?", "When it ended; null while it holds"),
        ],
    ),
    Shape::new(
        "Conversation",
        "A conversation with its messages.",
        &[
            ("id", "integer", "Its number"),
            ("title", "text", "Its title, or how it begins"),
            ("source", "text", "The source's name"),
            ("channel", "text", "The channel's name"),
            ("opened_at", "time?", "When it was opened"),
            ("question", "flag", "Whether it counts as a question"),
            ("asks", "text", "Why the rule says so, in words"),
            ("state", STATES, "Where it stands"),
            ("why", "text", "Why it stands there, in words"),
            ("due_at", "time?", "Until when it is to be answered"),
            ("assigned_to", "text?", "Whose it is"),
            ("messages", "[ThreadMessage]", "Everything in it, oldest first"),
            ("marks", "[ConversationMark]", "What was said of it"),
        ],
    ),
    Shape::new(
        "NewMark",
        "A mark to be set; `open` and `by_rule` end what was set.",
        &[("mark", CHANGES, "The mark"), ("reason?", "text", "Why, at most 500 bytes")],
    ),
    Shape::new(
        "NewMarks",
        "One mark for several conversations.",
        &[
            ("conversations", "[integer]", "Their numbers, at most 200"),
            ("mark", CHANGES, "The mark"),
            ("reason?", "text", "Why, at most 500 bytes"),
        ],
    ),
    Shape::new("Marked", "How many conversations were marked.", &[("conversations", "integer", "How many")]),
    Shape::new(
        "NewAssignment",
        "Whose a conversation is to be.",
        &[("account", "text?", "An account's e-mail address or name; null for nobody")],
    ),
    Shape::new(
        "AnswerTarget",
        "Within what time questions are to be answered.",
        &[
            ("channel_id", "integer", "The channel; 0 for every one without a target of its own"),
            ("minutes", "integer", "The time"),
            ("zone", "text", "The zone of the hours"),
            ("hours", "text", "When the team works, as `mon-fri 9-17`; empty for always"),
            ("holidays", "text", "Days without work, divided by spaces or commas"),
            ("set_by", "text", "Who set it; empty for the usual one"),
            ("set_at", "time?", "When"),
        ],
    ),
    Shape::new(
        "NewAnswerTarget",
        "A target to be set.",
        &[
            ("minutes", "integer(0..525600)", "The time"),
            ("zone?", "text", "The zone of the hours; that of the target of all when it is absent"),
            ("hours?", "text", "When the team works, as `mon-fri 9-17`; empty for always"),
            ("holidays?", "text", "Days without work, divided by spaces or commas"),
        ],
    ),
    Shape::new(
        "QuestionChannels",
        "The channels for help, where whatever is opened counts as a question.",
        &[("channels", "text", "Names or ids, separated by commas")],
    ),
];

const CHANNEL: &[Field] = &[("channel", "integer", "The channel's number; 0 for every one without its own")];

pub(crate) const READING: &[Operation] = &[
    Operation::get("listConversations", "/api/v1/conversations", "Conversations, newest first")
        .more("Without a day, those of the last 30 days before the last activity.")
        .asks(&[
            ("state", STATES, "Only those that stand there"),
            ("questions", "0|1", "1 for questions only"),
            ("source", "[text]", "Names or ids of sources"),
            ("channel", "[text]", "Names or numbers of channels"),
            ("assigned", "me|anyone|nobody", "Whose they are"),
            ("member", "text", "Opened by this member (`idn_…`)"),
            ("from", "day", "Opened on this day or later"),
            ("to", "day", "Opened on this day or earlier"),
            ("sort", "newest|waiting", "What comes first: `waiting` for those that wait longest"),
        ])
        .gives(200, "page of ConversationLine")
        .example("?questions=1&state=unanswered&limit=2", ""),
    Operation::get(
        "getConversation",
        "/api/v1/conversations/{conversation}",
        "One conversation with its messages",
    )
    .at(ID)
    .gives(200, "Conversation"),
];

pub(crate) const MARKING: &[Operation] = &[
    Operation::post("markConversation", "/api/v1/conversations/{conversation}/marks", "Mark a conversation")
        .more("Answers the conversation as it now is.")
        .at(ID)
        .takes("NewMark")
        .gives(200, "Conversation")
        .example("", r#"{"mark": "answered", "reason": "Answered by mail"}"#),
    Operation::post("markConversations", "/api/v1/conversation-marks", "Mark several conversations")
        .takes("NewMarks")
        .gives(200, "Marked")
        .example("", r#"{"conversations": [1], "mark": "question"}"#),
    Operation::put(
        "assignConversation",
        "/api/v1/conversations/{conversation}/assignment",
        "Give a conversation to somebody",
    )
    .more("Answers the conversation as it now is.")
    .at(ID)
    .takes("NewAssignment")
    .gives(200, "Conversation")
    .example("", r#"{"account": "bo@example.org"}"#),
];

pub(crate) const SETTING: &[Operation] = &[
    Operation::get(
        "listAnswerTargets",
        "/api/v1/answer-targets",
        "Within what time questions are to be answered",
    )
    .gives(200, "page of AnswerTarget"),
    Operation::put(
        "setAnswerTarget",
        "/api/v1/answer-targets/{channel}",
        "Set the target of a channel, or of all",
    )
    .at(CHANNEL)
    .takes("NewAnswerTarget")
    .gives(200, "AnswerTarget")
    .example("", r#"{"minutes": 240, "zone": "Europe/Berlin"}"#),
    Operation::delete(
        "removeAnswerTarget",
        "/api/v1/answer-targets/{channel}",
        "Take a channel's own target away",
    )
    .at(CHANNEL),
    Operation::get("getQuestionChannels", "/api/v1/question-channels", "The channels for help")
        .gives(200, "QuestionChannels"),
    Operation::put("setQuestionChannels", "/api/v1/question-channels", "Say which channels are for help")
        .takes("QuestionChannels")
        .gives(200, "QuestionChannels")
        .example("", r#"{"channels": "place-1, place-2"}"#),
];
