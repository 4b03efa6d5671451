//! A member's page: last contact and what we owe at the top, then who it is, notes and tags beside the timeline.

use super::{
    PATH, avatar, day, excerpt, handle_of, href, instant, line_field, marks, nothing, opens, outside, post,
    standing_badge, text_area,
};
use crate::profile::Profile;
use crate::store::pairs::LinkRow;
use capability::{ContactPanel, contact_panel, days_ago};
use community::people::Identity;
use ui::{Button, Look, Markup, card, esc, format};

/// Who looks at the page, and when.
pub(crate) struct Looking<'a> {
    pub csrf: &'a str,
    /// Why they may not record contacts, tag and keep notes, link; each empty when they may.
    pub off_contacts: &'a str,
    pub off_edits: &'a str,
    pub off_links: &'a str,
    /// Whether they may read the audit log.
    pub audit: bool,
    /// Whether they may see what the member agreed to, and what is done with their data.
    pub privacy: bool,
    /// How whoever looks signs what they write.
    pub me: &'a str,
    /// The present.
    pub clock: base::Micros,
    pub community: &'a str,
}

/// On a phone what stands beside the timeline comes after it.
const JUMPS: &str = "<nav class=\"jumps narrow-only\" aria-label=\"On this page\"><a href=\"#timeline\">Timeline</a>\
    <a href=\"#identities\">Identities</a><a href=\"#tags\">Tags</a><a href=\"#notes\">Notes</a><a href=\"#circle\">Talks with</a></nav>";

/// The body of the page.
pub(crate) fn body(p: &Profile, l: &Looking<'_>) -> Markup {
    let own = href(p.line.public_id());
    let fragment = |id: &str, part: &str, title: &str| {
        Markup::raw(format!(
            "<div id=\"{id}\" data-fragment hx-get=\"{own}/{part}\" hx-trigger=\"load\" hx-swap=\"outerHTML\">\
             <p class=\"card-body\"><a href=\"{own}/{part}\">{title}</a></p>{}</div>",
            ui::skeleton_rows(3)
        ))
    };
    let main = Markup::join([
        &fragment("suggested", "suggestions", "Suggested links"),
        &fragment("rhythm", "rhythm", "Show when they are active"),
        &section("Timeline", &fragment("timeline", "timeline", "Show what they did")),
    ]);
    let side = Markup::join([
        &identities(p, l),
        &tags(p, l),
        &notes(p, l),
        &fragment("circle", "circle", "Show whom they talk with"),
    ]);
    Markup::join([
        &head(p, l),
        &owed(p),
        &Markup::raw(JUMPS),
        &Markup::raw(format!(
            "<div class=\"split member-split\"><div class=\"stack\">{main}</div><aside class=\"stack\" aria-label=\"About this member\">{side}</aside></div>"
        )),
    ])
}

fn section(title: &str, inside: &Markup) -> Markup {
    Markup::raw(format!("<section class=\"member-part\"><h2>{}</h2>{inside}</section>", esc(title)))
}

fn head(p: &Profile, l: &Looking<'_>) -> Markup {
    let title = p.line.title();
    let first = p.line.glance.first();
    let handle = p.line.identities.first().map(handle_of).unwrap_or_default();
    let mut facts: Vec<String> = Vec::new();
    if !handle.is_empty() {
        facts.push(esc(&handle).to_string());
    }
    match first {
        Some(first) => {
            facts.push(format!("first active {}", day(Some(first), super::Now { fresh: false, ..p.now })));
            facts.push(format!("last active {}", day(p.line.glance.last(), p.now)));
        }
        None => facts.push("never active".into()),
    }
    Markup::raw(format!(
        "<div class=\"page-head member-head\"><div class=\"who\">{}<div><h1>{}</h1>\
         <p class=\"row wrap\">{}{}<span>{}</span></p></div></div><div class=\"row wrap top\">{}{}</div></div>",
        avatar(title, p.line.glance.member, true),
        esc(title),
        standing_badge(p.line.standing),
        marks(&p.line),
        facts.join(" · "),
        if l.privacy {
            let privacy = format!("{}/privacy", href(p.line.public_id()));
            Button { label: "Privacy", icon: "lock", href: &privacy, ..Button::default() }.markup()
        } else {
            Markup::empty()
        },
        write_to(p, l)
    ))
}

/// The panel with a prepared text.
fn write_to(p: &Profile, l: &Looking<'_>) -> Markup {
    let thread = p.owed.first();
    let newest = p.kept.contacts.first();
    let warning = newest
        .filter(|c| l.clock - c.made_at < community::contacts::WARN_MICROS)
        .map(|c| format!("{}, {}: {}", c.made_by, days_ago(c.made_at, l.clock), c.why));
    let source = thread.map_or_else(
        || p.line.identities.first().map_or("", |i| &i.source),
        |t| p.places.source_of(t.channel_id),
    );
    let identity = thread
        .and_then(|t| p.line.identities.iter().find(|i| i.identity == t.identity))
        .or(p.line.identities.first());
    let text = crate::words::letter(p.line.title(), thread.and_then(|t| t.text.as_deref()), l.community);
    contact_panel(&ContactPanel {
        id: "write",
        label: "Write",
        identity: identity.map_or("", |i| &i.public_id),
        conversation: thread.map(|t| t.conversation),
        why: if thread.is_some_and(|t| t.asks) { "answered a question" } else { "wrote personally" },
        text: &text,
        permalink: thread.and_then(|t| t.permalink.as_deref()),
        source,
        warning: warning.as_deref(),
        back: &href(p.line.public_id()),
        csrf: l.csrf,
        off_because: l.off_contacts,
    })
}

/// The last contact, and what the member waits for.
fn owed(p: &Profile) -> Markup {
    let contact = match p.kept.contacts.first() {
        None => "<p>Nobody of the team has written to them yet.</p>".to_owned(),
        Some(c) => format!(
            "<p><b>{}</b> wrote on {}: {}. <a href=\"/desk/contacts?member={}\">What came of it</a></p>",
            esc(&c.made_by),
            instant(c.made_at, &p.zone),
            esc(&c.why),
            esc(p.line.public_id())
        ),
    };
    let asked = p.owed.iter().filter(|t| t.asks).collect::<Vec<_>>();
    let waits = if asked.is_empty() {
        "<p>No question of theirs waits for an answer.</p>".to_owned()
    } else {
        let rows: String = asked
            .iter()
            .map(|t| {
                let text = t.text.as_deref().map(|t| excerpt(t, 120)).filter(|t| !t.is_empty());
                format!(
                    "<li><a href=\"/desk/conversations/{}\">{}</a> <span class=\"sub\">{} in {}, nobody answered</span> {}</li>",
                    t.conversation,
                    esc(text.as_deref().unwrap_or("Without text")),
                    instant(t.at, &p.zone),
                    esc(&p.places.channel(t.channel_id)),
                    outside(t.permalink.as_deref(), p.places.source_of(t.channel_id))
                )
            })
            .collect();
        format!("<p><b>Waits for an answer</b></p><ul class=\"plain-list\">{rows}</ul>")
    };
    Markup::raw(format!(
        "<section class=\"card member-owed\" aria-label=\"Where we stand\"><div>{waits}</div><div><p class=\"sub\">Last contact</p>{contact}</div></section>"
    ))
}

fn identities(p: &Profile, l: &Looking<'_>) -> Markup {
    let rows: String = p.line.identities.iter().map(|i| identity(p, l, i)).collect();
    let another = Button {
        label: "Link another",
        icon: "plus",
        href: &format!("{}/link", href(p.line.public_id())),
        look: Look::Quiet,
        small: true,
        ..Default::default()
    };
    let log = if l.audit {
        let query = ui::query(&[("subject", p.line.public_id())]);
        format!(
            "<p class=\"card-body sm\"><a href=\"/desk/settings/audit{}\">What was done to this file</a></p>",
            esc(&query)
        )
    } else {
        String::new()
    };
    let list = Markup::raw(format!("<ul class=\"list\">{rows}</ul>{log}"));
    let another = if l.off_links.is_empty() { another.markup() } else { Markup::empty() };
    card("identities", "Identities", &another, &list, &Markup::empty())
}

fn identity(p: &Profile, l: &Looking<'_>, i: &Identity) -> String {
    let mut about: Vec<String> = Vec::new();
    let handle = handle_of(i);
    if !handle.is_empty() {
        about.push(handle);
    }
    about.extend(i.email.clone());
    if about.is_empty() {
        about.push(i.external_id.clone());
    }
    let links: String = p
        .kept
        .links
        .iter()
        .filter(|link| link.right == i.identity)
        .map(|link| link_line(p, l, link))
        .collect();
    let words = if i.bot {
        " · bot"
    } else if i.staff {
        " · staff"
    } else {
        ""
    };
    format!(
        "<li class=\"identity\">{}<div class=\"grow\"><b class=\"strong\">{}</b><span class=\"sub\">{}{words}</span>{links}</div></li>",
        p.places.badge_of(&i.source),
        esc(i.title()),
        esc(&about.join(" · "))
    )
}

/// Why an identity is linked, and the way back.
fn link_line(p: &Profile, l: &Looking<'_>, link: &LinkRow) -> String {
    let form = Markup::raw(format!(
        "<form class=\"stack pad\" method=\"post\" action=\"{PATH}/links/{}/removal\">{}{}{}{}</form>",
        esc(&link.public_id),
        ui::hidden("csrf", l.csrf),
        ui::hidden("back", &href(p.line.public_id())),
        line_field(
            &format!("why-{}", link.public_id),
            "reason",
            "Why these are not one person",
            "",
            " maxlength=\"500\""
        ),
        Button { label: "Unlink", look: Look::Danger, small: true, ..Default::default() }.markup()
    ));
    let other = p.line.identities.iter().find(|i| i.identity == link.left);
    let with = other.map_or_else(String::new, |o| format!(" with {} at {}", o.title(), o.source));
    format!(
        "<span class=\"sub\">Linked{} by {} on {}: {}</span>{}",
        esc(&with),
        esc(&link.by),
        esc(&format::day_short(p.zone.day_of(link.at), true)),
        esc(&link.reason),
        if l.off_links.is_empty() {
            opens("Unlink", &format!("Unlink {}", link.public_id), "quiet", &form)
        } else {
            Markup::empty()
        }
    )
}

fn tags(p: &Profile, l: &Looking<'_>) -> Markup {
    let own = href(p.line.public_id());
    let held: String = p
        .line
        .tags
        .iter()
        .map(|t| {
            if !l.off_edits.is_empty() {
                return format!("<li><a class=\"tag\" href=\"{PATH}?tag={}\">{}</a></li>", ui::encoded(t), esc(t));
            }
            format!(
                "<li><a class=\"tag\" href=\"{PATH}?tag={}\">{tag}</a><form method=\"post\" action=\"{own}/tags/removal\">{}{}\
                 <button class=\"btn only quiet sm\" aria-label=\"Remove the tag {tag}\" title=\"Remove the tag {tag}\">{}</button></form></li>",
                ui::encoded(t),
                ui::hidden("csrf", l.csrf),
                ui::hidden("tag", t),
                ui::icon_small("x"),
                tag = esc(t)
            )
        })
        .collect();
    let list = if held.is_empty() { String::new() } else { format!("<ul class=\"tag-list\">{held}</ul>") };
    let form = format!(
        "<form class=\"row tight\" method=\"post\" action=\"{own}/tags\">{}<label class=\"sr\" for=\"new-tag\">New tag</label>\
         <input class=\"input\" id=\"new-tag\" name=\"tag\" placeholder=\"New tag\" maxlength=\"40\" autocomplete=\"off\" required>{}</form>",
        ui::hidden("csrf", l.csrf),
        Button { label: "Add", small: true, ..Default::default() }.markup()
    );
    let form = if l.off_edits.is_empty() { form } else { ui::why(l.off_edits).into_string() };
    let body = Markup::raw(format!("<div class=\"card-body stack\">{list}{form}</div>"));
    card("tags", "Tags", &Markup::empty(), &body, &Markup::empty())
}

fn notes(p: &Profile, l: &Looking<'_>) -> Markup {
    let own = href(p.line.public_id());
    let rows: String = p
        .kept
        .notes
        .iter()
        .map(|n| {
            let edited = if n.edited_at.is_some() { ", changed since" } else { "" };
            let change = if n.written_by == l.me && l.off_edits.is_empty() {
                let form = Markup::raw(format!(
                    "<form class=\"stack pad\" method=\"post\" action=\"{PATH}/notes/{}\">{}{}{}{}</form>",
                    esc(&n.public_id),
                    ui::hidden("csrf", l.csrf),
                    ui::hidden("back", &own),
                    text_area(&format!("edit-{}", n.public_id), "text", "The note", &n.text, 4),
                    Button { label: "Save note", small: true, ..Default::default() }.markup()
                ));
                opens("Edit", "Edit this note", "quiet", &form)
            } else {
                Markup::empty()
            };
            let remove = post(
                &format!("{PATH}/notes/{}/removal", n.public_id),
                &[("csrf", l.csrf), ("back", &own)],
                "Remove",
                Look::DangerQuiet,
            );
            let remove = if l.off_edits.is_empty() { remove } else { Markup::empty() };
            format!(
                "<li class=\"note-row\"><p class=\"said\">{}</p><p class=\"sub\">{}, {}{edited}</p><div class=\"row tight wrap\">{change}{remove}</div></li>",
                esc(&n.text),
                esc(&n.written_by),
                instant(n.written_at, &p.zone)
            )
        })
        .collect();
    let list = if rows.is_empty() { String::new() } else { format!("<ul class=\"list\">{rows}</ul>") };
    let form = Markup::raw(format!(
        "<form class=\"stack pad\" method=\"post\" action=\"{own}/notes\">{}{}{}</form>",
        ui::hidden("csrf", l.csrf),
        text_area("note", "text", "New note", "", 3),
        Button { label: "Keep note", small: true, ..Default::default() }.markup()
    ));
    let add = Markup::raw(format!(
        "<details class=\"opens\"{}><summary class=\"btn sm\" data-key=\"n\">Add note</summary>{form}</details>",
        ""
    ));
    let add = if l.off_edits.is_empty() { add } else { ui::why(l.off_edits) };
    let body = Markup::raw(format!("{list}<div class=\"card-body\">{add}</div>"));
    card("notes", "Notes", &Markup::empty(), &body, &Markup::empty())
}

/// A figure for the facts of a member; a dash where there is none.
pub(crate) fn figure(n: u64) -> Markup {
    if n == 0 { nothing() } else { Markup::raw(format!("<b class=\"num\">{}</b>", format::count(n))) }
}
