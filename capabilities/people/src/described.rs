//! What the API's routes of members are to programs.

use capability::api::{Body, CURSOR, Field, LIMIT, Operation, Shape};

const STANDINGS: &str = "new|active|quiet|gone|silent";

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "Identity",
        "One account at one source.",
        &[
            ("id", "text", "Its id, `idn_…`"),
            ("source", "text", "The source's name"),
            ("external_id", "text", "Its id at the source"),
            ("title", "text", "As people read it"),
            ("name", "text?", "The name"),
            ("handle", "text?", "The handle"),
            ("email", "text?", "The e-mail address"),
            ("bot", "flag", "Whether it is a bot"),
            ("staff", "flag", "Whether it is staff"),
        ],
    ),
    Shape::new(
        "MemberLine",
        "A member as lists show them.",
        &[
            ("id", "text", "The id of one of their identities"),
            ("name", "text", "As people read it"),
            ("state", STANDINGS, "How they stand to the community"),
            ("active_rows_30_days", "integer", "What they did in the last 30 days"),
            ("first_active", "day?", "The first day"),
            ("last_active", "day?", "The last day"),
            ("tags", "[text]", "Their tags"),
            ("staff", "flag", "Whether they are staff"),
            ("bot", "flag", "Whether it is a bot"),
            ("identities", "[Identity]", "Their accounts"),
        ],
    ),
    Shape::new(
        "MemberPage",
        "Members who fit.",
        &[
            ("items", "[MemberLine]", "The members"),
            ("total", "integer", "How many fit"),
            ("next", "text?", "What `cursor` takes for the next page; null at the end"),
        ],
    ),
    Shape::new(
        "MemberNote",
        "What the team wrote down about a member.",
        &[
            ("id", "text", "Its id"),
            ("text", "text", "The text"),
            ("written_by", "text", "Who wrote it"),
            ("written_at", "time", "When"),
            ("edited_at", "time?", "When it was last changed"),
        ],
    ),
    Shape::new(
        "MemberActivity",
        "Something that a member did.",
        &[
            ("seq", "integer", "Its number in the log"),
            ("at", "time", "When"),
            ("kind", "text", "What it is (`message.posted`, `reaction.added`, `member.joined`)"),
            ("as", "text", "The account that did it, as people read it"),
            ("source", "text", "The source's name"),
            ("channel_id", "integer", "The channel's number"),
            ("channel", "text", "The channel's name"),
            ("conversation", "integer?", "The conversation that it is part of"),
            ("title", "text?", "The title of that conversation"),
            ("text", "text?", "What was written"),
            ("permalink", "text?", "Where it can be read at its source"),
        ],
    ),
    Shape::new(
        "WaitingConversation",
        "A conversation of a member that nobody answered.",
        &[
            ("conversation", "integer", "Its number"),
            ("opened_at", "time", "When"),
            ("text", "text?", "How it begins"),
        ],
    ),
    Shape::new(
        "LastContact",
        "When the team last wrote to a member.",
        &[
            ("id", "text", "Its id"),
            ("why", "text", "Why"),
            ("by", "text", "Who wrote"),
            ("made_at", "time", "When"),
        ],
    ),
    Shape::new(
        "Member",
        "A member with notes and open questions.",
        &[
            ("id", "text", "The id of one of their identities"),
            ("name", "text", "As people read it"),
            ("state", STANDINGS, "How they stand to the community"),
            ("active_rows_30_days", "integer", "What they did in the last 30 days"),
            ("first_active", "day?", "The first day"),
            ("last_active", "day?", "The last day"),
            ("tags", "[text]", "Their tags"),
            ("staff", "flag", "Whether they are staff"),
            ("bot", "flag", "Whether it is a bot"),
            ("identities", "[Identity]", "Their accounts"),
            ("notes", "[MemberNote]", "What was written down, newest first"),
            ("waiting", "[WaitingConversation]", "Their questions that nobody answered"),
            ("last_contact", "LastContact?", "When the team last wrote to them"),
        ],
    ),
    Shape::new("NewTag", "A tag.", &[("tag", "text(1..40)", "The tag")]),
    Shape::new(
        "NewTags",
        "A tag for many.",
        &[
            ("act", "add|remove", "Whether it is given or taken"),
            ("tag", "text(1..40)", "The tag"),
            ("members", "[text]", "Ids of members, at most 200"),
        ],
    ),
    Shape::new(
        "TagAct",
        "A change of tags, which can be undone.",
        &[("id", "text", "Its id"), ("members", "integer", "How many members changed")],
    ),
    Shape::new("NoteText", "The text of a note.", &[("text", "text(1..10000)", "The text")]),
    Shape::new(
        "ContactOutcome",
        "What came of a contact.",
        &[
            ("word", "answered|back|none", "They answered; they were active again; nothing yet"),
            ("at", "time?", "When"),
            ("by", "text?", "Who answered"),
        ],
    ),
    Shape::new(
        "Contact",
        "That the team wrote to somebody.",
        &[
            ("id", "text", "Its id"),
            ("member", "text?", "To whom"),
            ("conversation", "integer?", "About which conversation"),
            ("why", "text", "Why"),
            ("text", "text", "What was written"),
            ("by", "text", "Who wrote"),
            ("made_at", "time", "When"),
            ("outcome", "ContactOutcome", "What came of it"),
        ],
    ),
    Shape::new(
        "NewContact",
        "That somebody was written to.",
        &[
            ("identity", "text", "To whom: `idn_…`"),
            ("conversation?", "integer?", "About which conversation"),
            ("why", "text(1..500)", "Why"),
            ("text?", "text", "What was written"),
        ],
    ),
    Shape::new("NewContactId", "The contact that was recorded.", &[("id", "text", "Its id")]),
    Shape::new(
        "LinkSuggestion",
        "Two identities that may be one person.",
        &[
            ("left", "Identity?", "One"),
            ("right", "Identity?", "The other"),
            ("evidence", "[text]", "What speaks for it"),
            ("reason", "text", "The same as one sentence"),
        ],
    ),
    Shape::new(
        "IdentityLink",
        "That two identities are one person.",
        &[
            ("id", "text", "Its id"),
            ("left", "text", "One identity"),
            ("right", "text", "The other"),
            ("reason", "text", "Why"),
            ("linked_by", "text", "Who said so"),
            ("linked_at", "micros", "When"),
            ("unlinked_at", "micros?", "When it was taken back"),
            ("unlinked_reason", "text?", "Why"),
        ],
    ),
    Shape::new(
        "NewLink",
        "Two identities, each as `SOURCE:ID` or `idn_…`, and why.",
        &[("left", "text", "One"), ("right", "text", "The other"), ("reason?", "text", "Why")],
    ),
    Shape::new("Unlink", "Why a link is taken back.", &[("reason?", "text", "Why")]),
    Shape::new(
        "RowProblem",
        "What is wrong with a row.",
        &[
            ("row", "integer", "The row; the head is row 1"),
            ("problem", "text", "What is wrong and what would help"),
        ],
    ),
    Shape::new(
        "RosterReport",
        "What came of a roster, or would come.",
        &[
            ("file", "text", "The file"),
            ("rows", "integer", "Rows in it"),
            ("suggested", "integer", "Suggestions that are new"),
            ("known", "integer", "Pairs that the same row suggested before"),
            ("linked", "integer", "Pairs that are one member already"),
            ("problems", "[RowProblem]", "Rows that could not be used"),
            ("ignored", "[text]", "Columns that mean nothing here"),
        ],
    ),
];

const MEMBER: &[Field] = &[("member", "text", "The id of any of their identities, `idn_…`")];
const NOTE: &[Field] = &[("note", "text", "The note's id")];

pub(crate) const SEEING: &[Operation] = &[
    Operation::get("listMembers", "/api/v1/members", "Members who fit")
        .asks(&[
            ("q", "text", "Part of a name, handle, e-mail address or external id"),
            ("source", "[text]", "Names or ids of sources"),
            ("channel", "[text]", "Names or ids of channels"),
            ("state", "[new|active|quiet|gone|silent]", "How they stand; each is enough"),
            ("tag", "[text]", "Tags; each is enough"),
            ("staff", "exclude|include|only|bots", "Whether staff are listed"),
            ("first_since", "day", "First active on this day or later"),
            ("last_before", "day", "Last active before this day"),
            ("before", "text", "The page before this place, as pages have it in their addresses"),
            ("after", "text", "The page after this place, likewise"),
            ("waiting", "0|1", "1 for those with a question that nobody answered"),
            ("sort", "last|silent|active|newest|oldest", "Who comes first"),
            CURSOR,
            LIMIT,
        ])
        .gives(200, "MemberPage")
        .example("?state=quiet&limit=2", ""),
    Operation::get("getMember", "/api/v1/members/{member}", "One member with notes and open questions")
        .more("Reading a member's file is told to the audit log.")
        .at(MEMBER)
        .gives(200, "Member"),
    Operation::get(
        "listMemberActivities",
        "/api/v1/members/{member}/activities",
        "What a member did over all sources, newest first",
    )
    .at(MEMBER)
    .asks(&[("source", "text", "Name or id of a source: only what they did there"), CURSOR, LIMIT])
    .gives(200, "page of MemberActivity"),
    Operation::get(
        "listMemberNotes",
        "/api/v1/members/{member}/notes",
        "What was written down about a member",
    )
    .at(MEMBER)
    .gives(200, "page of MemberNote"),
    Operation::get("listIdentities", "/api/v1/identities", "Accounts at sources")
        .asks(&[("q", "text", "Part of a name, handle, e-mail address or external id")])
        .gives(200, "page of Identity")
        .example("?q=ana&limit=2", ""),
    Operation::get(
        "listLinks",
        "/api/v1/links",
        "Links between identities, newest first, those taken back included",
    )
    .gives(200, "page of IdentityLink"),
    Operation::get("listLinkSuggestions", "/api/v1/link-suggestions", "Identities that may be one person")
        .more("`POST /api/v1/links` accepts one, `POST /api/v1/link-dismissals` refuses it.")
        .gives(200, "page of LinkSuggestion")
        .example("?limit=1", ""),
    Operation::get("listContacts", "/api/v1/contacts", "Whom the team wrote to, and what came of it")
        .more("Newest first; the list goes back 2,000 contacts.")
        .asks(&[("member", "text", "Only to this member")])
        .gives(200, "page of Contact"),
];

pub(crate) const LINKING: &[Operation] = &[
    Operation::post("createLink", "/api/v1/links", "Say that two identities are one person")
        .takes("NewLink")
        .gives(201, "IdentityLink")
        .example("", r#"{"left": "Forum:bo", "right": "Chat:bo", "reason": "The same picture"}"#),
    Operation::delete("removeLink", "/api/v1/links/{link}", "Take a link back")
        .more("Answers the link as it now is.")
        .at(&[("link", "text", "The link's id")])
        .takes("Unlink")
        .body_optional()
        .gives(200, "IdentityLink")
        .example("", r#"{"reason": "They are sisters"}"#),
    Operation::post(
        "createLinkDismissal",
        "/api/v1/link-dismissals",
        "Say that two identities are not one person",
    )
    .takes("NewLink")
    .gives(204, "")
    .example("", r#"{"left": "Forum:cy", "right": "Chat:cy", "reason": "They are cousins"}"#),
    Operation::delete("removeLinkDismissal", "/api/v1/link-dismissals", "Suggest two identities again")
        .takes("NewLink")
        .example("", r#"{"left": "Forum:cy", "right": "Chat:cy"}"#),
    Operation::post("createRoster", "/api/v1/rosters", "Suggest links from a table of people")
        .asks(&[("name", "text", "What the file is called"), ("dry_run", "0|1", "1 to look only")])
        .takes_body(Body::Text("text/csv"))
        .gives(200, "RosterReport")
        .example("?name=team.csv&dry_run=1", "name,Forum,Chat\nDee,dee,dee\n"),
];

pub(crate) const EDITING: &[Operation] = &[
    Operation::post("addTag", "/api/v1/members/{member}/tags", "Give a member a tag")
        .more("Answers the member as they now are.")
        .at(MEMBER)
        .takes("NewTag")
        .gives(200, "MemberLine")
        .example("", r#"{"tag": "mentor"}"#),
    Operation::delete("removeTag", "/api/v1/members/{member}/tags/{tag}", "Take a tag from a member")
        .more("Answers the member as they now are.")
        .at(&[("member", "text", "The id of any of their identities, `idn_…`"), ("tag", "text", "The tag")])
        .gives(200, "MemberLine"),
    Operation::post("changeTags", "/api/v1/tag-acts", "Give a tag to many members, or take it")
        .takes("NewTags")
        .gives(201, "TagAct")
        .example("", r#"{"act": "add", "tag": "spring-meetup", "members": ["{member}"]}"#),
    Operation::delete("undoTagAct", "/api/v1/tag-acts/{act}", "Undo a change of tags").at(&[(
        "act",
        "text",
        "The change's id",
    )]),
    Operation::post("createNote", "/api/v1/members/{member}/notes", "Write something down about a member")
        .at(MEMBER)
        .takes("NoteText")
        .gives(201, "MemberNote")
        .example("", r#"{"text": "Wants to speak at the meetup"}"#),
    Operation::patch("changeNote", "/api/v1/notes/{note}", "Change a note of one's own")
        .at(NOTE)
        .takes("NoteText")
        .gives(200, "MemberNote")
        .example("", r#"{"text": "Will speak at the meetup"}"#),
    Operation::delete("removeNote", "/api/v1/notes/{note}", "Remove a note").at(NOTE),
];

pub(crate) const CONTACTING: &[Operation] = &[
    Operation::post("createContact", "/api/v1/contacts", "Record that somebody was written to")
        .takes("NewContact")
        .gives(201, "NewContactId")
        .example("", r#"{"identity": "{identity}", "why": "newcomer", "text": "Welcome!"}"#),
    Operation::delete("removeContact", "/api/v1/contacts/{contact}", "Take a contact back").at(&[(
        "contact",
        "text",
        "The contact's id",
    )]),
];
