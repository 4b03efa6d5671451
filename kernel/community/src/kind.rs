//! The kinds of activity: their numbers in the store, their names everywhere else.

/// One kind of activity. The number is stored and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub i16);

impl Kind {
    /// A message that opens or continues nothing in particular (chat).
    pub const MESSAGE_POSTED: Self = Self(1);
    /// A reply in a conversation.
    pub const REPLY_POSTED: Self = Self(2);
    /// The opening post of a topic (forum, mailing list).
    pub const TOPIC_OPENED: Self = Self(3);
    /// A question on a question-and-answer site.
    pub const QUESTION_ASKED: Self = Self(4);
    /// An answer to a question.
    pub const ANSWER_POSTED: Self = Self(5);
    /// A comment on a post.
    pub const COMMENT_POSTED: Self = Self(6);
    /// Somebody joined a channel or the place.
    pub const MEMBER_JOINED: Self = Self(7);
    /// Somebody left.
    pub const MEMBER_LEFT: Self = Self(8);
    /// A reaction or like by a known actor.
    pub const REACTION_ADDED: Self = Self(9);
    /// A row the system wrote (topic set, message pinned, …).
    pub const NOTICE_POSTED: Self = Self(10);
    /// What the source itself marks as posted by an application without an account.
    pub const MESSAGE_RELAYED: Self = Self(11);
    /// Somebody marked an answer as the solution.
    pub const ANSWER_ACCEPTED: Self = Self(12);
    /// A post that is neither a topic nor a reply.
    pub const POST_PUBLISHED: Self = Self(13);

    /// What is known about this kind, if it is registered.
    pub fn info(self) -> Option<&'static KindInfo> {
        KINDS.iter().find(|k| k.kind == self)
    }

    /// Its name, such as `message.posted`.
    pub fn name(self) -> &'static str {
        self.info().map_or("unknown", |i| i.name)
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|k| k.name == name).map(|k| k.kind)
    }

    /// Whether doing it makes a member active.
    pub fn is_active(self) -> bool {
        self.info().is_some_and(|i| i.active)
    }

    /// Whether it counts as a row of an export (posts, messages, joins, leaves and notices).
    pub fn is_row(self) -> bool {
        self.info().is_some_and(|i| i.row)
    }

    /// Whether it can open a conversation that waits for an answer.
    pub fn opens(self) -> bool {
        matches!(
            self,
            Self::MESSAGE_POSTED | Self::TOPIC_OPENED | Self::QUESTION_ASKED | Self::POST_PUBLISHED
        )
    }
}

/// What is known about a kind.
#[derive(Debug)]
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Its name in API, reports and docs: `noun.verb_in_past`.
    pub name: &'static str,
    /// What it means, for the reference.
    pub meaning: &'static str,
    /// Whether doing it makes a member active.
    pub active: bool,
    /// Whether it counts as a row of an export.
    pub row: bool,
}

const fn kind(kind: Kind, name: &'static str, meaning: &'static str, active: bool, row: bool) -> KindInfo {
    KindInfo { kind, name, meaning, active, row }
}

/// Every registered kind.
pub const KINDS: &[KindInfo] = &[
    kind(Kind::MESSAGE_POSTED, "message.posted", "A message in a channel", true, true),
    kind(Kind::REPLY_POSTED, "reply.posted", "A reply in a conversation", true, true),
    kind(Kind::TOPIC_OPENED, "topic.opened", "The opening post of a topic", true, true),
    kind(Kind::QUESTION_ASKED, "question.asked", "A question on a question-and-answer site", true, true),
    kind(Kind::ANSWER_POSTED, "answer.posted", "An answer to a question", true, true),
    kind(Kind::COMMENT_POSTED, "comment.posted", "A comment on a post", true, true),
    kind(Kind::MEMBER_JOINED, "member.joined", "Somebody joined a channel or the place", false, true),
    kind(Kind::MEMBER_LEFT, "member.left", "Somebody left a channel or the place", false, true),
    kind(Kind::REACTION_ADDED, "reaction.added", "A reaction or like by a known actor", false, false),
    kind(Kind::NOTICE_POSTED, "notice.posted", "A row that the system wrote", false, true),
    kind(
        Kind::MESSAGE_RELAYED,
        "message.relayed",
        "A post by an application without an account",
        false,
        true,
    ),
    kind(Kind::ANSWER_ACCEPTED, "answer.accepted", "An answer marked as the solution", false, false),
    kind(Kind::POST_PUBLISHED, "post.published", "A post that is neither topic nor reply", true, true),
];
