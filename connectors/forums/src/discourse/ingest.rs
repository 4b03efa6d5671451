//! From Discourse's JSON to drafts, one file at a time.

use super::wire::{Category, Document, Liker, Post};
use base::{Error, Micros, Result, hash64};
use community::{ActivityDraft, ChannelDraft, ConversationKey, IdentityDraft, Kind, Place, Record};
use connect::html::html_to_markdown;
use connect::text::excerpt;
use connect::{Entry, Files, ImportOptions, Sink, Skipped, parse_rfc3339};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::io::Read;

/// The largest file that is read: a topic is one JSON value and must be held whole.
const MAX_FILE: u64 = 64 << 20;
/// How many files are looked at for what an export says about itself.
const SAMPLE: usize = 40;
/// Accounts that Discourse itself makes.
const BOTS: [&str; 2] = ["system", "discobot"];
const LIKE: i64 = 2;

/// Checks that the files are Discourse's and returns the forum's host name if the data names it.
pub(super) fn inspect(files: &mut Files) -> Result<Option<String>> {
    let sample = Sample::take(files)?;
    if sample.topics {
        return Ok(sample.host);
    }
    let found = match files.entries().first() {
        None => "there are no files".to_owned(),
        Some(first) => format!("{} files were found, the first is {}", files.entries().len(), first.path),
    };
    Err(Error::invalid(format!(
        "no Discourse topics here: expected JSON files that hold \"post_stream\" (what /t/ID.json answers), but \
         {found}. Hand over the folder or archive with the topic files."
    )))
}

/// Reads everything into the sink.
pub(super) fn read(files: &mut Files, options: &ImportOptions, sink: &mut dyn Sink) -> Result<()> {
    let base = Sample::take(files)?.host.map(|host| format!("https://{host}"));
    let mut run = Run {
        options,
        sink,
        base,
        people: HashSet::new(),
        channels: HashSet::new(),
        categories: HashMap::new(),
        private_topics: 0,
    };
    files.visit(&wanted, &mut |entry| run.file(entry))?;
    run.sink.progress(files.total_bytes());
    if run.private_topics > 0 {
        let topics = run.private_topics;
        run.sink
            .warn(format!("{topics} private conversations were left out; they are imported when asked for."));
    }
    Ok(())
}

fn wanted(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !path.starts_with("__MACOSX/") && !name.starts_with('.') && name.to_ascii_lowercase().ends_with(".json")
}

/// What the first files say about the whole.
#[derive(Default)]
struct Sample {
    topics: bool,
    host: Option<String>,
}

impl Sample {
    fn take(files: &mut Files) -> Result<Self> {
        let mut sample = Self::default();
        let (mut seen, mut enough) = (0, false);
        let outcome = files.visit(&wanted, &mut |entry| {
            let mut bytes = Vec::new();
            entry.reader.take(MAX_FILE).read_to_end(&mut bytes)?;
            seen += 1;
            sample.topics |=
                find(&bytes, b"\"post_stream\"").is_some() || find(&bytes, b"\"latest_posts\"").is_some();
            sample.host = sample.host.take().or_else(|| host_in(&bytes));
            enough = (sample.topics && sample.host.is_some()) || seen == SAMPLE;
            if enough { Err(Error::internal("enough was seen")) } else { Ok(()) }
        });
        if enough { Ok(sample) } else { outcome.map(|()| sample) }
    }
}

/// The forum's own name stands in the addresses of uploaded avatars: `/user_avatar/HOST/NAME/{size}/…`.
fn host_in(bytes: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"/user_avatar/";
    let start = find(bytes, MARK)? + MARK.len();
    let host = &bytes[start..];
    let host = &host[..host.iter().take(254).position(|b| *b == b'/')?];
    let plain = host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    (plain && host.contains(&b'.')).then(|| String::from_utf8_lossy(host).to_ascii_lowercase())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|w| w == wanted)
}

struct Run<'r> {
    options: &'r ImportOptions,
    sink: &'r mut dyn Sink,
    /// The forum's address, if the data names it.
    base: Option<String>,
    /// Accounts that were described already, as hashes.
    people: HashSet<i64>,
    channels: HashSet<i64>,
    /// The category of each topic, for pages of posts that do not say it.
    categories: HashMap<i64, i64>,
    private_topics: u64,
}

/// What the posts of one topic have in common.
struct Topic<'t> {
    id: Option<i64>,
    title: Option<&'t str>,
    category: Option<i64>,
    /// Post numbers and ids of this file, for the links of replies.
    numbers: HashMap<i64, i64>,
}

impl Run<'_> {
    fn file(&mut self, entry: Entry<'_>) -> Result<()> {
        self.sink.progress(entry.offset);
        let mut bytes = Vec::new();
        entry.reader.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE {
            return self.skip("larger than 64 MiB", entry.path.to_owned(), &bytes);
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return self.skip("empty file", entry.path.to_owned(), &[]);
        }
        match serde_json::from_slice::<Document>(&bytes) {
            Ok(document) => self.document(entry.path, &document),
            Err(e) if e.is_data() => {
                self.skip("not a Discourse document", format!("{}, line {}", entry.path, e.line()), &bytes)
            }
            Err(e) => self.skip("not valid JSON", format!("{}, line {}", entry.path, e.line()), &bytes),
        }
    }

    fn document(&mut self, path: &str, document: &Document) -> Result<()> {
        self.categories_of(document)?;
        let posts = match (&document.post_stream, &document.latest_posts) {
            (Some(stream), _) => &stream.posts,
            (None, Some(posts)) => posts,
            (None, None) => return Ok(()),
        };
        if document.archetype.as_deref() == Some("private_message") && !self.options.private {
            self.private_topics += 1;
            return Ok(());
        }
        // Lists of the newest posts have no topic of their own.
        let id = document.id.filter(|_| document.post_stream.is_some());
        if let (Some(topic), Some(category)) = (id, document.category_id) {
            self.categories.insert(topic, category);
        }
        let number = |p: &Value| Some((p.get("post_number")?.as_i64()?, p.get("id")?.as_i64()?));
        let topic = Topic {
            id,
            title: document.title.as_deref(),
            category: document.category_id.or_else(|| id.and_then(|t| self.categories.get(&t).copied())),
            numbers: if id.is_some() { posts.iter().filter_map(number).collect() } else { HashMap::new() },
        };
        for (index, value) in posts.iter().enumerate() {
            let place = || format!("{path}, post {}", index + 1);
            match Post::deserialize(value) {
                Ok(post) => self.post(&topic, &post, value, &place)?,
                Err(_) => self.skip("not a post", place(), value.to_string().as_bytes())?,
            }
        }
        Ok(())
    }

    fn post(&mut self, topic: &Topic, post: &Post, raw: &Value, place: &dyn Fn() -> String) -> Result<()> {
        let known = post.topic_id.and_then(|t| self.categories.get(&t).copied());
        let Some(topic_id) = topic.id.or(post.topic_id) else {
            return self.skip("no topic", place(), raw.to_string().as_bytes());
        };
        let Some(category) = topic.category.or(post.category_id).or(known) else {
            return self.skip("no category", place(), raw.to_string().as_bytes());
        };
        let Ok(at) = parse_rfc3339(post.created_at.as_deref().unwrap_or_default()) else {
            return self.skip("impossible date", place(), raw.to_string().as_bytes());
        };
        let channel = self.channel(category)?;
        let actor = post.username.as_deref().filter(|u| !u.is_empty());
        if let Some(username) = actor {
            self.person(username, post.name.as_deref(), post.avatar_template.as_deref())?;
        }
        let draft = self.draft(topic, post, topic_id, channel, at);
        let likers = post.post_action_users.iter();
        let likes: Vec<ActivityDraft> = likers.map(|l| reaction(l, &draft)).collect();
        let answer = post.accepted_answer.then(|| acceptance(post, &draft));
        self.sink.activity(draft)?;
        for (liker, like) in post.post_action_users.iter().zip(likes) {
            self.person(&liker.username, liker.name.as_deref(), liker.avatar_template.as_deref())?;
            self.sink.activity(like)?;
        }
        answer.map_or(Ok(()), |a| self.sink.activity(a))
    }

    fn draft(&self, topic: &Topic, post: &Post, topic_id: i64, channel: String, at: Micros) -> ActivityDraft {
        let kind = match (post.post_type.unwrap_or(1), post.post_number) {
            (1, 1) => Kind::TOPIC_OPENED,
            (1, _) => Kind::REPLY_POSTED,
            _ => Kind::NOTICE_POSTED,
        };
        let likes: i64 =
            post.actions_summary.iter().filter(|a| a.id == LIKE).map(|a| a.count).max().unwrap_or(0);
        let named = i64::try_from(post.post_action_users.len()).unwrap_or(i64::MAX);
        let mut draft = ActivityDraft::new(kind, at, post.id.to_string(), channel);
        draft.place = Place::Source;
        draft.rank = post.id;
        draft.actor = post.username.clone().filter(|u| !u.is_empty());
        draft.conversation = Some(ConversationKey { order: topic_id, key: topic_id.to_string() });
        draft.title =
            topic.title.or(post.topic_title.as_deref()).filter(|_| post.post_number == 1).map(str::to_owned);
        draft.parent =
            post.reply_to_post_number.and_then(|n| topic.numbers.get(&n)).map(|id: &i64| id.to_string());
        draft.text = post
            .cooked
            .as_deref()
            .map(|html| html_to_markdown(html, self.base.as_deref()))
            .filter(|text| !text.is_empty());
        draft.permalink = self.base.as_ref().map(|base| format!("{base}/t/{topic_id}/{}", post.post_number));
        draft.reactions = u32::try_from(likes.saturating_sub(named).max(0)).unwrap_or(u32::MAX);
        // `updated_at` also moves without an edit; the version does not.
        draft.edited_at =
            post.updated_at.as_deref().filter(|_| post.version > 1).and_then(|t| parse_rfc3339(t).ok());
        draft.deleted = post.user_deleted || post.deleted_at.is_some();
        draft
    }

    fn person(&mut self, username: &str, name: Option<&str>, avatar: Option<&str>) -> Result<()> {
        if username.is_empty() || !self.people.insert(hash64(username)) {
            return Ok(());
        }
        let name = name.map(str::trim).filter(|n| !n.is_empty());
        let bot = BOTS.contains(&username) || self.options.names_bot(&[username, name.unwrap_or(username)]);
        let picture = avatar.map(|a| a.replace("{size}", "120"));
        self.sink.identity(IdentityDraft {
            external_id: username.to_owned(),
            name: Some(name.unwrap_or(username).to_owned()),
            handle: Some(username.to_owned()),
            email: None,
            avatar: picture.and_then(|p| connect::markdown::safe_url(&p, self.base.as_deref())),
            bot: bot.then_some(true),
        })
    }

    /// Describes a category by its number unless it was described before.
    fn channel(&mut self, category: i64) -> Result<String> {
        let id = category.to_string();
        if self.channels.insert(category) {
            let permalink = self.base.as_ref().map(|base| format!("{base}/c/{id}"));
            let name = Some(id.clone());
            self.sink.channel(ChannelDraft {
                external_id: id.clone(),
                name,
                permalink,
                ..Default::default()
            })?;
        }
        Ok(id)
    }

    fn categories_of(&mut self, document: &Document) -> Result<()> {
        let nested = document.category_list.iter().flat_map(|l| &l.categories);
        let listed = nested.chain(document.categories.iter().flatten());
        let categories: Vec<Category> = listed.filter_map(|c| Category::deserialize(c).ok()).collect();
        for category in &categories {
            let parent = categories.iter().find(|c| Some(c.id) == category.parent_category_id);
            self.category(category, parent.map(|p| p.name.as_str()))?;
        }
        Ok(())
    }

    fn category(&mut self, category: &Category, parent: Option<&str>) -> Result<()> {
        self.channels.insert(category.id);
        let id = category.id.to_string();
        self.sink.channel(ChannelDraft {
            permalink: self.base.as_ref().map(|base| format!("{base}/c/{id}")),
            external_id: id,
            name: Some(category.name.clone()),
            category: parent.map(str::to_owned),
            private: category.read_restricted,
        })?;
        // One level is all that Discourse shows; deeper lists are read no further.
        if parent.is_none() {
            for below in &category.subcategory_list {
                self.category(below, Some(&category.name))?;
            }
        }
        Ok(())
    }

    fn skip(&mut self, reason: &str, place: String, record: &[u8]) -> Result<()> {
        let start = &record[..record.len().min(2_000)];
        let excerpt = excerpt(&String::from_utf8_lossy(start));
        self.sink.skip(Skipped { reason: reason.to_owned(), place, excerpt })
    }
}

/// A like by somebody with a name. Discourse rarely says when; then it is dated like the post.
fn reaction(liker: &Liker, post: &ActivityDraft) -> ActivityDraft {
    let at = liker.created_at.as_deref().and_then(|t| parse_rfc3339(t).ok()).unwrap_or(post.at);
    let id = format!("{}\t{}\tlike", post.external_id, liker.username);
    let mut draft = ActivityDraft::new(Kind::REACTION_ADDED, at, id, post.channel.clone());
    draft.place = Place::Source;
    draft.record = Record::Reaction;
    draft.rank = post.rank;
    draft.actor = Some(liker.username.clone());
    draft.parent = Some(post.external_id.clone());
    draft.text = Some("like".into());
    draft
}

/// An answer that was accepted. Who accepted it is not in a topic; the activity is its author's, who gave the
/// answer that helped.
fn acceptance(post: &Post, answer: &ActivityDraft) -> ActivityDraft {
    let at = post.accepted_at.as_deref().and_then(|t| parse_rfc3339(t).ok()).unwrap_or(answer.at);
    let mut draft =
        ActivityDraft::new(Kind::ANSWER_ACCEPTED, at, answer.external_id.clone(), answer.channel.clone());
    draft.place = Place::Source;
    draft.record = Record::Acceptance;
    draft.rank = answer.rank;
    draft.actor.clone_from(&answer.actor);
    draft.parent = Some(answer.external_id.clone());
    draft
}
