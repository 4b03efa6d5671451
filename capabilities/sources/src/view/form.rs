//! The form for importing.

use super::{bar, card, hint, polled, stack, zone_list};
use crate::form::{Look as Ahead, MAPPED, Mistakes, OWN_MAPPING, Page};
use axum::http::HeaderMap;
use axum::response::Html;
use capability::{App, Principal};
use connect::import::Summary;
use ui::{Button, Field, Look, Markup, Select, Tone, esc, field, format, icon};

/// The mappings that the importer of tables brings along.
const READY: [(&str, &str); 2] =
    [("messages", "A plain list: columns time, person, text"), ("reddit", "A Reddit dump")];

/// The whole page.
pub(crate) fn page(app: &App, principal: &Principal, headers: &HeaderMap, page: &Page) -> Html<String> {
    let mut shell = app.shell(&page.community, principal, headers, "/desk/sources");
    shell.crumbs = super::crumbs(None);
    ui::page(&shell, "Import an export", &body(page, &shell.csrf))
}

fn body(page: &Page, csrf: &str) -> Markup {
    let head = ui::page_head(
        "Import an export",
        "Importing the same export twice adds nothing, a newer one adds what is new, and every import can be taken back.",
        &Markup::empty(),
    );
    let seen = page
        .upload
        .as_ref()
        .zip(page.look.as_ref())
        .map_or_else(Markup::empty, |((id, _), ahead)| look(id, ahead));
    let wrong = if page.mistakes.is_empty() {
        Markup::empty()
    } else {
        let count = page.mistakes.len() as u64;
        let text = format!(
            "Nothing was imported. {} below {} a look.",
            format::counted(count, "field", "fields"),
            if count == 1 { "needs" } else { "need" }
        );
        ui::notice(Tone::Bad, "", &Markup::raw(format!("<p>{}</p>", esc(&text))))
    };
    let form = Markup::raw(format!(
        "<form class=\"stack\" method=\"post\" action=\"/desk/sources/import\" enctype=\"multipart/form-data\">{}{}{}{}{}{}{}</form>",
        ui::hidden("csrf", csrf),
        formats(page),
        files(page),
        place(page),
        accounts(page),
        mapping(page),
        buttons(page),
    ));
    stack(&[head, seen, wrong, form])
}

fn error(mistakes: &Mistakes, name: &str) -> Markup {
    mistakes.get(name).map_or_else(Markup::empty, |text| {
        Markup::raw(format!(
            "<p class=\"error\" id=\"{name}-error\">{}<span>{}</span></p>",
            icon("circle-alert"),
            esc(text)
        ))
    })
}

fn mistake<'a>(page: &'a Page, name: &str) -> &'a str {
    page.mistakes.get(name).map_or("", String::as_str)
}

fn formats(page: &Page) -> Markup {
    let choices: String = page
        .formats
        .iter()
        .map(|f| {
            let chosen = if f.id == page.form.format { " checked" } else { "" };
            format!(
                "<div class=\"check\"><input class=\"box\" type=\"radio\" id=\"format-{0}\" name=\"format\" value=\"{0}\" required{chosen} aria-describedby=\"format-{0}-more\">\
                 <div><label class=\"strong\" for=\"format-{0}\">{1}</label><div id=\"format-{0}-more\">\
                 <small class=\"sub\">{2}</small><small class=\"sub\">Not in it: {3}</small></div></div></div>",
                esc(f.id),
                esc(f.title),
                esc(f.reads),
                esc(&sentences(f.lacks))
            )
        })
        .collect();
    let described =
        if page.mistakes.contains_key("format") { " aria-describedby=\"format-error\"" } else { "" };
    let body = Markup::raw(format!(
        "<div class=\"cols\" role=\"radiogroup\" aria-label=\"Format\"{described}>{choices}</div>{}",
        error(&page.mistakes, "format")
    ));
    card("What is it?", &Markup::empty(), &body)
}

/// Several remarks as sentences, one after the other.
fn sentences(remarks: &[&str]) -> String {
    remarks.iter().map(|r| format!("{}.", r.trim_end_matches('.'))).collect::<Vec<_>>().join(" ")
}

fn files(page: &Page) -> Markup {
    let sentence = "Zip, tar, gz and zst are read as they are. Several files make one import.";
    let picker = match &page.upload {
        None => ui::drop_zone("files", "Choose files, or drop them here", sentence, "", true),
        Some((id, files)) => {
            let shown: String = files
                .iter()
                .take(20)
                .map(|f| {
                    format!("<li class=\"tag\">{} · {}</li>", esc(&f.name), esc(&format::bytes(f.bytes)))
                })
                .collect();
            let more = files.len().saturating_sub(20) as u64;
            let more =
                if more > 0 { hint(&format!("and {} more", format::count(more))) } else { Markup::empty() };
            let other = field(&Field {
                label: "Other files instead",
                name: "files",
                kind: "file",
                optional: true,
                attributes: &[("multiple", "")],
                ..Field::default()
            });
            Markup::raw(format!(
                "{}<p class=\"strong\">Uploaded already</p><ul class=\"drop-files\">{shown}</ul>{more}{other}",
                ui::hidden("upload", id)
            ))
        }
    };
    card("The files", &Markup::empty(), &Markup::join([&picker, &error(&page.mistakes, "files")]))
}

fn place(page: &Page) -> Markup {
    let options: String =
        page.sources.iter().map(|s| format!("<option value=\"{}\"></option>", esc(&s.name))).collect();
    let list = Markup::raw(format!("<datalist id=\"sources\">{options}</datalist>"));
    let source = field(&Field {
        label: "Source name",
        name: "source",
        value: &page.form.source,
        hint: "An existing one, or a new name. Left empty: the only source of this kind, or a new one with the export's own name.",
        error: mistake(page, "source"),
        optional: true,
        attributes: &[("list", "sources"), ("maxlength", "80"), ("autocomplete", "off")],
        ..Field::default()
    });
    let zone = field(&Field {
        label: "Time zone",
        name: "timezone",
        value: &page.form.timezone,
        hint: "Only for exports whose times carry none, such as Discord's CSV. Left empty: UTC. It can be corrected later.",
        error: mistake(page, "timezone"),
        optional: true,
        attributes: &[("list", "zones"), ("placeholder", "Europe/Berlin"), ("autocomplete", "off")],
        ..Field::default()
    });
    card("Where it belongs", &Markup::empty(), &Markup::join([&list, &zone_list(), &source, &zone]))
}

fn accounts(page: &Page) -> Markup {
    let bots = page.form.bots.join(", ");
    let names = field(&Field {
        label: "Bots",
        name: "bots",
        value: &bots,
        hint: "Names or ids, separated by commas. Accounts that the export itself marks are known already.",
        optional: true,
        ..Field::default()
    });
    let pattern = field(&Field {
        label: "Bot pattern",
        name: "bot_pattern",
        value: &page.form.bot_pattern,
        hint: "A regular expression; every name that matches is a bot: (?i)bot$",
        error: mistake(page, "bot_pattern"),
        optional: true,
        ..Field::default()
    });
    let private =
        ui::check("Take private channels and direct messages too", "private", "1", page.form.private);
    let consequence = hint(
        "Everybody who signs in to the desk can then read them, and they count in every figure. Left out, they are not stored at all.",
    );
    let private = Markup::raw(format!("<div class=\"field\">{private}{consequence}</div>"));
    card("Who counts, and what is taken", &Markup::empty(), &Markup::join([&names, &pattern, &private]))
}

fn mapping(page: &Page) -> Markup {
    if !page.formats.iter().any(|f| f.id == MAPPED) {
        return Markup::empty();
    }
    let mut options: Vec<_> =
        READY.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect();
    options.push((OWN_MAPPING.to_owned(), "My own, pasted below".to_owned()));
    let choice = ui::select(&Select {
        label: "Mapping",
        name: "mapping",
        options: &options,
        // The importer's own choice is the first of them.
        value: if page.form.mapping.is_empty() { READY[0].0 } else { &page.form.mapping },
        hint: "Says which column is what: time, person, channel, kind, text, conversation, id.",
        error: mistake(page, "mapping"),
    });
    let own = Markup::raw(format!(
        "<div class=\"field\"><label for=\"map_text\">Own mapping <span class=\"optional\">optional</span></label>\
         <textarea class=\"textarea\" id=\"map_text\" name=\"map_text\" rows=\"6\" spellcheck=\"false\" aria-describedby=\"map_text-hint\">{}</textarea>\
         <p class=\"hint\" id=\"map_text-hint\">For example: time = &quot;created&quot;, one line for each part.</p></div>",
        esc(&page.form.map_text)
    ));
    let file = field(&Field {
        label: "Or a mapping file",
        name: "map_file",
        kind: "file",
        optional: true,
        attributes: &[("accept", ".toml,.txt")],
        ..Field::default()
    });
    let open = if page.form.format == MAPPED || page.mistakes.contains_key("mapping") { " open" } else { "" };
    let inside = stack(&[choice, own, file]);
    let body = Markup::raw(format!(
        "<details{open}><summary class=\"chip\"><span>Only for tables of activities</span>{}</summary><div class=\"card-body\">{inside}</div></details>",
        ui::icon_small("chevron-down")
    ));
    card("Mapping", &Markup::empty(), &body)
}

fn buttons(page: &Page) -> Markup {
    let label = match &page.look {
        Some(Ahead::Seen(summary)) => {
            format!("Import {}", format::counted(summary.activities, "activity", "activities"))
        }
        _ => "Import".to_owned(),
    };
    let import = Button {
        label: &label,
        icon: "upload",
        look: Look::Primary,
        attributes: &[("name", "act"), ("value", "import"), ("data-busy", "")],
        ..Button::default()
    };
    let ahead = Button {
        label: "Look first",
        attributes: &[("name", "act"), ("value", "look"), ("data-busy", "")],
        ..Button::default()
    };
    Markup::raw(format!(
        "<div class=\"row wrap btn-row\">{}{}<span class=\"hint\">Looking first reads everything and stores nothing.</span></div>",
        import.markup(),
        ahead.markup()
    ))
}

/// What a look ahead says; asks for itself again while it runs.
pub(crate) fn look(upload: &str, ahead: &Ahead) -> Markup {
    match ahead {
        Ahead::Running(progress) => {
            let inside = card(
                "Looking first",
                &Markup::empty(),
                &bar("Reading everything, storing nothing", Some(progress), 0),
            );
            polled("look", &format!("/desk/sources/looks/{upload}/progress"), &inside)
        }
        Ahead::Failed(message) => {
            let body = Markup::raw(format!("<p>{}</p>", esc(message)));
            Markup::raw(format!(
                "<div id=\"look\">{}</div>",
                ui::notice(Tone::Bad, "This would not be imported", &body)
            ))
        }
        Ahead::Seen(summary) => Markup::raw(format!(
            "<div id=\"look\">{}</div>",
            card("This is what would happen", &Markup::empty(), &preview(summary))
        )),
    }
}

fn preview(summary: &Summary) -> Markup {
    let skipped: u64 = summary.skipped.iter().map(|s| s.count).sum();
    let facts = ui::facts(&[
        ("Source", Markup::text(&summary.source)),
        ("New activities", Markup::text(&format::count(summary.activities))),
        ("Already there", Markup::text(&format::count(summary.duplicates))),
        ("Not taken", Markup::text(&format::count(skipped))),
        ("People", Markup::text(&format::count(summary.people))),
        ("Channels", Markup::text(&format::count(summary.channels))),
        ("First and last day", Markup::text(&super::import::days_of(summary))),
    ]);
    Markup::join([&facts, &super::import::reasons(summary), &super::import::warnings(summary)])
}
