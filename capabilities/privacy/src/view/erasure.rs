//! What an erasure would do, and what it did.

use super::{listing, press, privacy, profile};
use crate::erasure::{Erasure, Preview};
use crate::subject::Subject;
use base::Zone;
use capability::settings_page::form_card;
use serde_json::Value;
use ui::{Column, Field, Look, Markup, Tone, badge, esc, format};

/// How loud its state is.
pub(crate) fn tone(e: &Erasure) -> Tone {
    match e.state() {
        "done" => Tone::Good,
        "running" => Tone::Info,
        "waiting" => Tone::Warn,
        _ => Tone::Neutral,
    }
}

/// The page before it is asked for.
pub(crate) fn preview(s: &Subject, p: &Preview, csrf: &str, reason: &str, error: &str) -> Markup {
    let back = ui::link_button("Keep everything", &privacy(s.public_id()), Look::Plain);
    let head = ui::page_head(
        &format!("Erase {}?", s.title()),
        "What goes, what stays, and what cannot come back.",
        &back,
    );
    let as_whom: Vec<String> =
        s.identities.iter().map(|i| format!("{} at {}", i.title(), i.source)).collect();
    let mentions = if p.mentions {
        "are replaced by @erased where nobody else is called so"
    } else {
        "stay as they are"
    };
    let facts = ui::facts(&[
        ("Identities", Markup::text(&as_whom.join(", "))),
        ("Activities that stay, without text", Markup::text(&format::count(p.activities))),
        ("Figures", Markup::text("stay as they are; nobody is named in them")),
        ("Mentions by others", Markup::text(mentions)),
        ("It begins after", Markup::text(&format!("{} days, and can be called off until then", p.days))),
    ]);
    let facts = Markup::raw(format!("<div class=\"card-body\">{facts}</div>"));
    let columns = [
        Column { label: "What", ..Column::default() },
        Column { label: "What becomes of it", ..Column::default() },
        Column { label: "Rows now", number: true, rank: 2 },
    ];
    let goes = p.goes.iter().map(|l| {
        let rows = l.rows.map_or_else(|| "found then".to_owned(), format::count);
        vec![
            Markup::text(&format!("{} ({})", l.table.replace('_', " "), l.part)),
            Markup::text(l.what),
            Markup::text(&rows),
        ]
    });
    let stays =
        p.stays.iter().map(|(table, why)| vec![Markup::text(&table.replace('_', " ")), Markup::text(why)]);
    Markup::join([
        &head,
        &ui::card("", "In short", &Markup::empty(), &facts, &Markup::empty()),
        &listing("What goes", &columns, goes.collect(), ""),
        &listing("What stays", &columns[..2], stays.collect(), ""),
        &ask(s, p, csrf, reason, error),
    ])
}

fn ask(s: &Subject, p: &Preview, csrf: &str, reason: &str, error: &str) -> Markup {
    if let Some(hold) = p.holds.first() {
        let text = format!("{} is under a legal hold: {}. End it first.", hold.what(), hold.reason);
        return ui::notice(Tone::Warn, "It cannot be erased now", &Markup::text(&text));
    }
    if s.is_erased() {
        return ui::notice(Tone::Info, "", &Markup::text("This member was erased already."));
    }
    let field = ui::field(&Field {
        label: "Who asked for it, and how",
        name: "reason",
        value: reason,
        error,
        hint: "It is removed with everything else; that you asked, and when, stays in the audit log.",
        attributes: &[("required", ""), ("maxlength", "1000"), ("autocomplete", "off")],
        ..Field::default()
    });
    form_card(
        "Erase",
        &format!("{}/erasure", profile(s.public_id())),
        csrf,
        &field,
        &format!("Erase in {} days", p.days),
    )
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "for more than ten years".to_owned(),
        other => other.to_string(),
    }
}

/// A list of objects as a table.
fn table(title: &str, items: &Value, columns: &[(&str, &str)], nothing: &str) -> Markup {
    let heads: Vec<Column<'_>> = columns.iter().map(|c| Column { label: c.1, ..Column::default() }).collect();
    let rows = items.as_array().into_iter().flatten();
    let rows = rows.map(|item| columns.iter().map(|c| Markup::text(&text(&item[c.0]))).collect()).collect();
    listing(title, &heads, rows, nothing)
}

/// How an erasure stands; its receipt when it is done.
pub(crate) fn receipt(e: &Erasure, zone: &Zone, csrf: &str) -> Markup {
    let back = ui::link_button("Back to the member", &privacy(&e.member), Look::Plain);
    let head = ui::page_head("Erasure", &e.public_id, &back);
    let mut facts = vec![
        ("State", badge(e.state(), tone(e))),
        ("Asked for", Markup::raw(format!("{} by {}", ui::time(e.asked_at, zone), esc(&e.asked_by)))),
        ("Begins", ui::time(e.due_at, zone)),
    ];
    if e.began_at.is_some() && e.done_at.is_none() {
        facts.push(("At", Markup::text(&e.step)));
    }
    if let Some(at) = e.done_at {
        facts.push(("Done", ui::time(at, zone)));
    }
    let mut body = ui::facts(&facts).into_string();
    if e.waits() {
        let action = format!("/desk/privacy/erasures/{}/cancellation", e.public_id);
        body.push_str(press(&action, csrf, "Call it off", Look::Plain, "").as_str());
    }
    let card = Markup::raw(format!("<div class=\"card-body stack\">{body}</div>"));
    let card = ui::card("", "How it stands", &Markup::empty(), &card, &Markup::empty());
    let Some(r) = &e.receipt else { return Markup::join([&head, &card]) };
    let short = [
        ("Texts removed", Markup::text(&text(&r["texts"]))),
        ("Activities that stay without text", Markup::text(&text(&r["activities_kept_without_text"]))),
        ("Earlier texts removed", Markup::text(&text(&r["earlier_texts"]))),
        ("Figures", Markup::text(&text(&r["figures"]))),
    ];
    let short = Markup::raw(format!("<div class=\"card-body\">{}</div>", ui::facts(&short)));
    let note = r["backups"]["note"].as_str().unwrap_or_default().to_owned();
    Markup::join([
        &head,
        &card,
        &ui::card("", "Receipt", &Markup::empty(), &short, &Markup::empty()),
        &table(
            "Erased",
            &r["erased"],
            &[("table", "Table"), ("what", "What became of it"), ("rows", "Rows")],
            "",
        ),
        &table("Kept", &r["kept"], &[("table", "Table"), ("why", "Why")], "Nothing."),
        &table("Where it came from", &r["sources"], &[("source", "Source"), ("note", "To do")], "Nowhere."),
        &table(
            "Backups that still contain the person",
            &r["backups"]["files"],
            &[("file", "File"), ("taken_at", "Taken"), ("kept_until", "Kept until")],
            "None is listed.",
        ),
        &super::sentences("About backups", &[note]),
    ])
}
