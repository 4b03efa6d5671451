//! How notes on the time axis look: the list under a chart, the form, and the form as a page.

use crate::filters::Filters;
use crate::model::{Annotation, Draft, NOTE_KINDS, NoteKind, TEXT_MAX};
use crate::pages::{HealthContext, PATH};
use ui::{Button, Field, Look, Markup, Select, Tone, badge, esc, field, format, hidden, select};

/// So many notes are listed under a chart.
const LISTED: usize = 20;

/// The notes that a chart of these filters shows.
pub(crate) fn shown<'a>(ctx: &'a HealthContext, filters: &Filters) -> Vec<&'a Annotation> {
    let (from, to) = filters.days(ctx.now);
    let inside = |a: &&Annotation| {
        from.is_none_or(|from| a.note.last >= from) && to.is_none_or(|to| a.note.first <= to)
    };
    ctx.annotations.iter().filter(|a| a.concerns(&filters.source)).filter(inside).collect()
}

/// The same as charts take them.
pub(crate) fn marks(ctx: &HealthContext, filters: &Filters) -> Vec<ui::chart::Note> {
    let mark = |a: &Annotation| ui::chart::Note {
        first: a.note.first,
        last: a.note.last,
        text: a.note.text.clone(),
        kind: a.note.kind.title().into(),
    };
    ctx.annotations.iter().filter(|a| a.concerns(&filters.source)).map(mark).collect()
}

/// The card under a chart: what happened in the shown days, and a form for more. `here` is the page it stands on.
pub(crate) fn card(ctx: &HealthContext, filters: &Filters, here: &str) -> Markup {
    let notes = shown(ctx, filters);
    let list = if notes.is_empty() {
        Markup::raw(
            "<p class=\"notes-none muted\">Nothing is noted in these days. A note on a release, an event or an outage stands \
             on every chart, so that a jump explains itself.</p>",
        )
    } else {
        let more = notes.len().saturating_sub(LISTED);
        let items: Vec<Markup> =
            notes.iter().rev().take(LISTED).map(|note| item(note, here, ctx.csrf.is_empty())).collect();
        let rest = match more {
            0 => String::new(),
            n => format!(
                "<p class=\"notes-none muted\">{} before these.</p>",
                format::counted(n as u64, "note", "notes")
            ),
        };
        Markup::raw(format!("<ul class=\"notes\">{}</ul>{rest}", Markup::join(&items)))
    };
    let day = ctx.now.map(|day| day.to_string()).unwrap_or_default();
    let draft = Draft { first: day, source: known(ctx, &filters.source), ..Draft::default() };
    let fields = fields(ctx, &draft);
    let send = Button {
        label: "Add note",
        look: Look::Plain,
        attributes: &[("data-busy", "")],
        ..Default::default()
    };
    let form = if ctx.csrf.is_empty() {
        String::new()
    } else {
        format!(
            "<details class=\"note-add\"><summary class=\"btn sm\">{}Add note</summary>\
         <form class=\"note-form\" method=\"post\" action=\"{PATH}/annotations\">{}{}{fields}<div class=\"row\">{}</div></form></details>",
            ui::icon("plus"),
            hidden("csrf", &ctx.csrf),
            hidden("back", here),
            send.markup()
        )
    };
    let body = Markup::raw(format!("{list}<div class=\"notes-foot\">{form}</div>"));
    ui::card("notes", "Notes", &Markup::empty(), &body, &Markup::empty())
}

/// The name of a chosen source, so that the form offers it.
fn known(ctx: &HealthContext, chosen: &str) -> String {
    let found = ctx.sources.iter().find(|s| s.name == chosen || s.id == chosen);
    found.map(|s| s.name.clone()).unwrap_or_default()
}

pub(crate) fn when(annotation: &Annotation) -> String {
    let (first, last) = (annotation.note.first, annotation.note.last);
    if first == last { format::day_short(first, true) } else { format::day_range(first, last) }
}

fn tone(kind: NoteKind) -> Tone {
    match kind {
        NoteKind::Outage => Tone::Bad,
        NoteKind::Release => Tone::Good,
        NoteKind::Event | NoteKind::Campaign => Tone::Info,
        NoteKind::Other => Tone::Neutral,
    }
}

fn item(annotation: &Annotation, here: &str, only_read: bool) -> Markup {
    let note = &annotation.note;
    let about = if note.source.is_empty() {
        String::new()
    } else {
        format!(" <span class=\"muted\">· {}</span>", esc(&note.source))
    };
    let href = format!("{PATH}/annotations/{}{}", annotation.public_id, ui::query(&[("back", here)]));
    let edit = Button {
        label: &format!("Edit the note of {}", when(annotation)),
        icon: "pencil",
        icon_only: true,
        small: true,
        look: Look::Quiet,
        href: &href,
        ..Default::default()
    };
    let edit = if only_read { Markup::empty() } else { edit.markup() };
    Markup::raw(format!(
        "<li><time datetime=\"{}\">{}</time>{}<span class=\"note-text\">{}{about}</span>{}</li>",
        note.first,
        esc(&when(annotation)),
        badge(note.kind.title(), tone(note.kind)),
        esc(&note.text),
        edit
    ))
}

fn fields(ctx: &HealthContext, draft: &Draft) -> Markup {
    let date = |label, name, value: &str, optional| {
        field(&Field { label, name, kind: "date", value, optional, ..Default::default() })
    };
    let kinds = NOTE_KINDS.map(|kind| {
        let title = if kind == NoteKind::Other { "Other" } else { kind.title() };
        (kind.word().to_string(), title.to_string())
    });
    let kind = if draft.kind.is_empty() { "release" } else { &draft.kind };
    let mut sources = vec![(String::new(), "All sources".to_string())];
    sources.extend(ctx.sources.iter().map(|s| (s.name.clone(), s.name.clone())));
    let most = TEXT_MAX.to_string();
    let source = if ctx.sources.len() > 1 || !draft.source.is_empty() {
        select(&Select {
            label: "About",
            name: "source",
            options: &sources,
            value: &draft.source,
            ..Default::default()
        })
    } else {
        Markup::empty()
    };
    Markup::join([
        &field(&Field {
            label: "What happened",
            name: "text",
            value: &draft.text,
            attributes: &[("maxlength", &most), ("autocomplete", "off")],
            ..Default::default()
        }),
        &select(&Select { label: "Kind", name: "kind", options: &kinds, value: kind, ..Default::default() }),
        &date("Day", "first", &draft.first, false),
        &date("Until", "last", &draft.last, true),
        &source,
    ])
}

/// The form as a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormPage {
    /// The note that is changed; empty for a new one.
    pub id: String,
    /// The note as it stands.
    pub note: Option<Annotation>,
    /// What the fields hold.
    pub draft: Draft,
    /// What is wrong with them; empty when nothing is.
    pub mistake: String,
    /// The page to go back to.
    pub back: String,
    /// The form token.
    pub csrf: String,
}

impl FormPage {
    pub(crate) fn title(&self) -> &'static str {
        if self.id.is_empty() { "Add note" } else { "Edit note" }
    }
}

/// The body of that page.
pub(crate) fn form_page(ctx: &HealthContext, page: &FormPage) -> Markup {
    let action = if page.id.is_empty() {
        format!("{PATH}/annotations")
    } else {
        format!("{PATH}/annotations/{}", page.id)
    };
    let sentence =
        page.note.as_ref().map_or_else(String::new, |note| format!("Written by {}.", note.written_by));
    let mistake = if page.mistake.is_empty() {
        Markup::empty()
    } else {
        let words = crate::draw::capital(&page.mistake);
        ui::notice(Tone::Bad, "Not saved", &Markup::raw(format!(" {}", esc(&words))))
    };
    let common = Markup::join([&hidden("csrf", &page.csrf), &hidden("back", &page.back)]);
    let save = Button {
        label: if page.id.is_empty() { "Add note" } else { "Save note" },
        look: Look::Primary,
        attributes: &[("data-busy", "")],
        ..Default::default()
    };
    let back = Button { label: "Back", href: &format!("{}#notes", page.back), ..Default::default() };
    let removal = if page.id.is_empty() {
        String::new()
    } else {
        let remove =
            Button { label: "Remove note", icon: "trash-2", look: Look::DangerQuiet, ..Default::default() };
        format!(
            "<form class=\"note-removal\" method=\"post\" action=\"{}/removal\">{common}{}</form>",
            esc(&action),
            remove.markup()
        )
    };
    Markup::raw(format!(
        "{}<div class=\"stack\">{mistake}<section class=\"card note-page\"><form class=\"note-form\" method=\"post\" action=\"{}\">{common}{}\
         <div class=\"row\">{}{}</div></form>{removal}</section></div>",
        ui::page_head(page.title(), &sentence, &Markup::empty()),
        esc(&action),
        fields(ctx, &page.draft),
        save.markup(),
        back.markup()
    ))
}
