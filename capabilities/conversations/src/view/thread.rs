//! The page of one conversation.

use super::{PATH, ago, avatar, due_words, href, person_link, post, span, state_badge};
use crate::hours::in_words;
use crate::model::State;
use crate::thread::{MESSAGES, ThreadPage};
use crate::words;
use capability::{ContactPanel, contact_panel, days_ago};
use community::marks::{Family, Mark, MarkRow};
use community::read::ThreadMessage;
use ui::{Button, Look, Markup, Tone, badge, esc, format};

/// What the page is told by its address.
pub(crate) struct Around<'a> {
    /// The filters of the list one came from, with `?`.
    pub list: &'a str,
    pub csrf: &'a str,
    /// Who looks.
    pub account: Option<i64>,
    /// Why they may not mark conversations; empty when they may.
    pub off_marks: &'a str,
    /// Why they may not record contacts; empty when they may.
    pub off_contacts: &'a str,
    /// Whether they may set targets.
    pub targets: bool,
}

/// The body of the page.
pub(crate) fn body(p: &ThreadPage, around: &Around<'_>) -> Markup {
    let messages: String = p.messages.iter().map(|m| message(p, m, false)).collect();
    let more = if p.messages.len() == MESSAGES {
        format!("<p class=\"hint pad\">The first {MESSAGES} messages; the rest stands at the source.</p>")
    } else {
        String::new()
    };
    let title = ui::page_head(&p.title(), &sentence(p), &source_link(p));
    let neighbours = format!(
        "<div class=\"row wrap neighbours\" hx-get=\"{}/neighbours{}\" hx-trigger=\"load\" hx-swap=\"innerHTML\">\
         <a class=\"btn sm\" href=\"{PATH}{}\" data-key=\"u\">Back to the list</a></div>",
        esc(&href(p.thread.conversation)),
        esc(around.list),
        esc(around.list)
    );
    let main = format!(
        "{}<ol class=\"messages\" aria-label=\"Messages\">{messages}</ol>{more}{}",
        context(p, &p.before, "Before it in the channel"),
        context(p, &p.after, "After it in the channel")
    );
    Markup::raw(format!(
        "{title}{neighbours}<div class=\"split thread\"><div class=\"stack\">{}</div><aside class=\"stack\" aria-label=\"Where it stands\">{}</aside></div>",
        ui::card("thread", "", &Markup::empty(), &Markup::raw(main), &Markup::empty()),
        side(p, around)
    ))
}

fn sentence(p: &ThreadPage) -> String {
    let place = p.places.channel(p.thread.channel_id);
    let source = p.places.source(p.thread.source_id);
    let replies = format::counted(u64::from(p.thread.replies), "reply", "replies");
    let people = format::counted(u64::from(p.thread.people), "person", "people");
    format!("{source} · {place} · {replies}, {people}")
}

/// The way to the conversation at its source, or why there is none.
fn source_link(p: &ThreadPage) -> Markup {
    let source = p.places.source(p.thread.source_id);
    match p.messages.first().and_then(|m| m.permalink.as_deref()) {
        Some(link) => {
            let label = format!("Open in {source}");
            Button {
                label: &label,
                icon: "external-link",
                href: link,
                attributes: &[("target", "_blank"), ("rel", "noopener noreferrer"), ("data-key", "g")],
                ..Default::default()
            }
            .markup()
        }
        None => Markup::raw(format!(
            "<span class=\"why\">{} gives no address for this message; find it there by its author and time.</span>",
            esc(source)
        )),
    }
}

fn context(p: &ThreadPage, messages: &[ThreadMessage], title: &str) -> String {
    if messages.is_empty() {
        return String::new();
    }
    let rows: String = messages.iter().map(|m| message(p, m, true)).collect();
    let n = messages.len();
    format!(
        "<details class=\"around\"{}><summary>{} ({n})</summary><ol class=\"messages quiet\" aria-label=\"{}\">{rows}</ol></details>",
        if p.thread.replies == 0 { " open" } else { "" },
        esc(title),
        esc(title)
    )
}

fn message(p: &ThreadPage, m: &ThreadMessage, beside: bool) -> String {
    let person = &m.author;
    let mut marks = String::new();
    if m.staff {
        marks.push_str(badge("Staff", Tone::Info).as_str());
    }
    if !beside && m.seq == p.thread.opened_seq {
        marks.push_str(badge("Opening", Tone::Neutral).as_str());
    }
    if m.deleted {
        marks.push_str(badge("Deleted by its author", Tone::Neutral).as_str());
    } else if let Some(at) = m.edited_at {
        marks.push_str(&format!("<small class=\"muted\">edited {}</small>", ago(at, p.present, &p.zone)));
    }
    if m.reactions > 0 {
        let n = format::counted(u64::from(m.reactions), "reaction", "reactions");
        marks.push_str(&format!("<small class=\"muted\">{}</small>", esc(&n)));
    }
    let said = match (m.text.as_deref().filter(|t| !t.trim().is_empty()), m.deleted) {
        (Some(text), _) => format!("<div class=\"prose\">{}</div>", folded(text)),
        (None, true) => "<p class=\"faint\">The text is gone.</p>".to_owned(),
        (None, false) if m.title.is_some() => String::new(),
        (None, false) => "<p class=\"faint\">No text: there was none, or it was dropped.</p>".to_owned(),
    };
    let link = m.permalink.as_deref().filter(|_| m.seq != p.thread.opened_seq).map_or(String::new(), |l| {
        format!(
            "<a class=\"faint\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\" aria-label=\"Open this message at its source\">{}</a>",
            esc(l),
            ui::icon_small("external-link")
        )
    });
    format!(
        "<li id=\"m{seq}\" data-row class=\"message\">{avatar}<div class=\"message-body\"><p class=\"message-head\"><b>{who}</b> {at} {marks}{link}</p>{said}</div></li>",
        seq = m.seq,
        avatar = avatar(&person.name, m.who),
        who = person_link(person),
        at = ago(m.at, p.present, &p.zone),
    )
}

/// The text with long quotes folded.
fn folded(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while lines.peek().is_some() {
        let quoted = |l: &&str| l.trim_start().starts_with('>');
        let mut part: Vec<&str> = Vec::new();
        let is_quote = lines.peek().is_some_and(quoted);
        while let Some(line) = lines.next_if(|l| quoted(l) == is_quote) {
            part.push(line);
        }
        let html = ui::markdown::message(&part.join("\n"));
        if is_quote && part.len() > 4 {
            out.push_str(&format!(
                "<details class=\"folded\"><summary>{} quoted lines</summary>{html}</details>",
                part.len()
            ));
        } else {
            out.push_str(html.as_str());
        }
    }
    out
}

fn part(title: &str, body: &str) -> String {
    format!("<section class=\"side-part\"><header><h2>{}</h2></header>{body}</section>", esc(title))
}

fn side(p: &ThreadPage, around: &Around<'_>) -> String {
    let back = format!("{}{}", href(p.thread.conversation), around.list);
    [
        part("Answer", &answering(p, around, &back)),
        part("Where it stands", &standing(p, around, &back)),
        part("Is it a question", &asking(p, around, &back)),
        part("Whose it is", &assignment(p, around, &back)),
    ]
    .concat()
}

fn marks_form(p: &ThreadPage, around: &Around<'_>, back: &str, word: &str, label: &str, key: &str) -> String {
    if !around.off_marks.is_empty() {
        return String::new();
    }
    let action = format!("{}/marks", href(p.thread.conversation));
    post(&action, &[("csrf", around.csrf), ("back", back), ("mark", word)], label, key).into_string()
}

fn held(p: &ThreadPage, family: Family) -> Option<&MarkRow> {
    p.marks.iter().rev().find(|m| m.ended_at.is_none() && m.mark.family() == family)
}

fn standing(p: &ThreadPage, around: &Around<'_>, back: &str) -> String {
    let s = &p.standing;
    let mut out =
        format!("<p class=\"row wrap\">{}{}</p>", state_badge(s.state, p.thread.question), clock_words(p));
    out.push_str(&format!("<p class=\"muted sm\">{}</p>", esc(&s.why)));
    let mut buttons = String::new();
    let held = held(p, Family::Standing);
    let mut offer = |mark: Mark, label: &str, key: &str| {
        if held.is_none_or(|h| h.mark != mark) {
            buttons.push_str(&marks_form(p, around, back, mark.word(), label, key));
        }
    };
    if s.state != State::Answered || held.is_some() {
        offer(Mark::Answered, "Mark answered", "e");
    }
    offer(Mark::WaitsForAsker, "Waits for asker", "w");
    offer(Mark::WaitsForEngineering, "Waits for engineering", "b");
    if held.is_some() {
        buttons.push_str(&marks_form(p, around, back, "open", "Take it back", ""));
    }
    out.push_str(&format!("<div class=\"row wrap\">{buttons}</div>{}", ui::why(around.off_marks)));
    out.push_str(&history(p));
    out
}

fn clock_words(p: &ThreadPage) -> String {
    let zone = &p.zone;
    match (p.due, p.old) {
        (Some(due), _) => {
            let (tone, words) = due_words(due, p.present);
            format!("{} <span class=\"muted sm\">due {}</span>", badge(&words, tone), ui::time(due, zone))
        }
        (None, Some(last)) if p.standing.state == State::Unanswered => format!(
            "<span class=\"muted sm\">No clock: what is known of {} ends on {}.</span>",
            esc(p.places.source(p.thread.source_id)),
            esc(&format::day_short(zone.day_of(last), true))
        ),
        _ => match p.thread.answered_at {
            Some(at) => {
                format!("<span class=\"muted sm\">first answer after {}</span>", esc(&span(at - p.thread.at)))
            }
            None => String::new(),
        },
    }
}

fn history(p: &ThreadPage) -> String {
    if p.marks.is_empty() {
        return String::new();
    }
    let rows: String = p
        .marks
        .iter()
        .rev()
        .map(|m| {
            let ended =
                m.ended_at.map_or(String::new(), |at| format!(", until {}", ago(at, p.present, &p.zone)));
            let reason = if m.reason.is_empty() { String::new() } else { format!(": {}", esc(&m.reason)) };
            format!(
                "<li>{}{reason} <span class=\"faint\">{}, {}{ended}</span></li>",
                esc(m.mark.title()),
                esc(&m.set_by),
                ago(m.set_at, p.present, &p.zone)
            )
        })
        .collect();
    format!(
        "<details class=\"folded\"><summary>What was said of it ({})</summary><ul class=\"plain-list sm\">{rows}</ul></details>",
        p.marks.len()
    )
}

fn asking(p: &ThreadPage, around: &Around<'_>, back: &str) -> String {
    let held = held(p, Family::Asking);
    let (word, why) = match held {
        Some(m) => (m.mark == Mark::Question, format!("{} said so.", m.set_by)),
        None if p.is_help && p.thread.asks == community::questions::Asks::No => {
            (true, "Whatever is opened in this channel counts as one.".to_owned())
        }
        None => (p.thread.question, format!("By the rule: {}.", p.thread.asks.reason())),
    };
    let label = if word { "A question" } else { "Not a question" };
    let tone = if word { Tone::Accent } else { Tone::Neutral };
    let mut buttons = if word {
        marks_form(p, around, back, "not_question", "Not a question", "n")
    } else {
        marks_form(p, around, back, "question", "It is a question", "n")
    };
    if held.is_some() {
        buttons.push_str(&marks_form(p, around, back, "by_rule", "As the rule says", ""));
    }
    format!(
        "<p class=\"row wrap\">{}<span class=\"muted sm\">{}</span></p><div class=\"row wrap\">{buttons}</div>",
        badge(label, tone),
        esc(&why)
    )
}

fn assignment(p: &ThreadPage, around: &Around<'_>, back: &str) -> String {
    let present = p.assigned.as_ref().map(|a| a.account);
    let mut options = vec![(String::new(), "Nobody".to_owned())];
    options.extend(p.accounts.iter().map(|(id, name)| (id.to_string(), name.clone())));
    let value = present.map(|a| a.to_string()).unwrap_or_default();
    let action = format!("{}/assignment", href(p.thread.conversation));
    let select = ui::select(&ui::Select {
        label: "Assigned to",
        name: "account",
        options: &options,
        value: &value,
        ..Default::default()
    });
    let by = p.assigned.as_ref().map_or(String::new(), |a| {
        format!("<p class=\"muted sm\">by {}, {}</p>", esc(&a.by), ago(a.at, p.present, &p.zone))
    });
    if !around.off_marks.is_empty() {
        let whose = p.assigned.as_ref().map_or("Nobody's.", |a| a.name.as_str());
        return format!("<p>{}</p>{by}", esc(whose));
    }
    let mut mine = String::new();
    if let Some(me) = around.account.filter(|me| Some(*me) != present) {
        let me = me.to_string();
        mine = post(&action, &[("csrf", around.csrf), ("back", back), ("account", &me)], "Assign to me", "a")
            .into_string();
    }
    format!(
        "{by}<form class=\"row end wrap\" method=\"post\" action=\"{}\">{}{}{select}{}</form>{mine}",
        esc(&action),
        ui::hidden("csrf", around.csrf),
        ui::hidden("back", back),
        Button { label: "Assign", look: Look::Plain, ..Default::default() }.markup()
    )
}

fn answering(p: &ThreadPage, around: &Around<'_>, back: &str) -> String {
    let asker = &p.thread.author;
    let opening = p.messages.first();
    let asked = opening.and_then(|m| m.title.clone().or_else(|| m.text.clone())).unwrap_or_default();
    let text = words::answer(&asker.name, &asked);
    let warning = p.contacts.first().map(|c| format!("{}, {}", c.made_by, days_ago(c.made_at, p.present)));
    let target = &p.target;
    let target_words = if target.minutes == 0 {
        "no target here".to_owned()
    } else {
        format!("target {}", in_words(target.minutes))
    };
    let change = if around.targets { " (<a href=\"/desk/settings/answers\">change targets</a>)" } else { "" };
    let settings = format!("<p class=\"muted sm\">{}{change}</p>", esc(&target_words));
    let identity = &asker.public_id;
    if identity.is_empty() {
        return format!(
            "<p class=\"muted sm\">Nobody is named as its author, so that nobody can be written to.</p>{settings}"
        );
    }
    let panel = contact_panel(&ContactPanel {
        id: "answer",
        label: "Answer",
        identity,
        conversation: Some(p.thread.conversation),
        why: "answered a question",
        text: &text,
        permalink: opening.and_then(|m| m.permalink.as_deref()),
        source: p.places.source(p.thread.source_id),
        warning: warning.as_deref(),
        back,
        csrf: around.csrf,
        off_because: around.off_contacts,
    });
    let warn = warning.map_or(String::new(), |w| {
        format!(
            "<p class=\"note warn\">{}Already written to: {}.</p>",
            ui::icon_small("triangle-alert"),
            esc(&w)
        )
    });
    format!("{warn}{panel}{settings}")
}

/// The ways to the conversations before and after in the list.
pub(crate) fn neighbours(before: Option<i64>, after: Option<i64>, list: &str) -> Markup {
    let step = |to: Option<i64>, label: &str, icon: &str, key: &str, none: &str| match to {
        Some(id) => {
            let address = format!("{}{list}", href(id));
            Button {
                label,
                icon,
                href: &address,
                small: true,
                attributes: &[("data-key", key)],
                ..Default::default()
            }
            .markup()
        }
        None => Markup::raw(format!("<span class=\"faint sm\">{none}</span>")),
    };
    let back = format!("{PATH}{list}");
    Markup::join([
        &Button {
            label: "Back to the list",
            href: &back,
            small: true,
            attributes: &[("data-key", "u")],
            ..Default::default()
        }
        .markup(),
        &step(before, "Before", "chevron-left", "h", "the first of the list"),
        &step(after, "Next", "chevron-right", "l", "the last of the list"),
    ])
}
