//! The API's pages: every call, and one page for each, made from the same descriptions as the document at
//! `/api/openapi.json`.

use super::describe::{Body, Field, Operation, Shape, names_in, plain};
use super::openapi::{Described, INTRODUCTION, document, operations, shapes};
use crate::{App, Principal, Problem};
use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::get;
use base::Error;
use community::settings;
use serde_json::Value;
use std::fmt::Write as _;
use ui::{Column, Markup, Table, esc};

/// Where the list of calls lives.
const PATH: &str = "/api";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api", get(index)).route("/api/operations/{operation}", get(operation))
}

pub(super) fn document_route() -> Router<App> {
    Router::new().route("/api/openapi.json", get(openapi))
}

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::get("getDescription", "/api/openapi.json", "This description of the API, as OpenAPI 3.1")
        .gives(200, "{any}")];

/// The address of this installation, for examples.
fn server(app: &App) -> String {
    app.access.public_url.clone().unwrap_or_else(|| "http://127.0.0.1:8484".into())
}

/// `GET /api/openapi.json`
async fn openapi(State(app): State<App>) -> std::result::Result<Json<Value>, Problem> {
    Ok(Json(document(&app.registry, &server(&app), &app.api.examples)?))
}

async fn draw(app: &App, by: &Principal, headers: &HeaderMap, title: &str, body: &Markup) -> super::Answer {
    let name = app.blocking(|app| app.db.read(|c| settings::get_or_default(c, "name"))).await?;
    let mut shell = app.shell(&name, by, headers, PATH);
    if title != "API" {
        shell.crumbs = vec![("API".into(), PATH.into())];
    }
    Ok(ui::page(&shell, title, body).into_response())
}

/// `GET /api`: every call, by capability.
async fn index(State(app): State<App>, by: Principal, headers: HeaderMap) -> super::Answer {
    let all = operations(&app.registry);
    let mut body = ui::page_head("API", INTRODUCTION_SHORT, &Markup::empty()).into_string();
    // Writing to a String cannot fail.
    let _ = write!(
        body,
        "<div class=\"api stack\"><div class=\"card\"><div class=\"card-body prose\">{}<p>For generators and tools: \
         <a href=\"/api/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p></div></div>",
        introduction()
    );
    let mut groups: Vec<&str> = all.iter().map(|d| d.group).collect();
    groups.dedup();
    let mut seen = Vec::new();
    for group in groups {
        if seen.contains(&group) {
            continue;
        }
        seen.push(group);
        let rows: Vec<Vec<Markup>> = all.iter().filter(|d| d.group == group).map(|d| line(d, &by)).collect();
        let columns = [
            Column { label: "Call", ..Column::default() },
            Column { label: "What it does", ..Column::default() },
            Column { label: "Needs", rank: 2, ..Column::default() },
        ];
        let caption = format!("Calls of {group}");
        let table = ui::table(&Table { caption: &caption, columns: &columns, rows });
        body.push_str(&ui::card("", group, &Markup::empty(), &table, &Markup::empty()).into_string());
    }
    body.push_str("</div>");
    draw(&app, &by, &headers, "API", &Markup::raw(body)).await
}

const INTRODUCTION_SHORT: &str = "Everything that the desk reads and does, for programs.";

/// What holds for every call, a paragraph for each matter.
fn introduction() -> String {
    let sentences: Vec<&str> = INTRODUCTION.split(". ").collect();
    let text: String =
        sentences.chunks(2).map(|two| format!("<p>{}</p>", esc(&ended(&two.join(". "))))).collect();
    format!("{text}<p>Tokens are made under <a href=\"/desk/settings/tokens\">Settings, API tokens</a>.</p>")
}

fn ended(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

fn line(d: &Described, by: &Principal) -> Vec<Markup> {
    let o = &d.operation;
    let call =
        format!("<a href=\"{PATH}/operations/{}\"><code>{} {}</code></a>", o.id, o.method, esc(o.path));
    let needs = if by.may(d.permission) {
        Markup::raw(format!("<code>{}</code>", esc(d.permission.id)))
    } else {
        Markup::raw(format!("<code>{}</code> <span class=\"muted\">(not yours)</span>", esc(d.permission.id)))
    };
    vec![Markup::raw(call), Markup::text(o.summary), needs]
}

/// `GET /api/operations/{operation}`: one call.
async fn operation(
    State(app): State<App>,
    by: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> super::Answer {
    let found = operations(&app.registry).into_iter().find(|d| d.operation.id == id);
    let d = found.ok_or_else(|| Error::not_found(format!("there is no call {id}; {PATH} lists them")))?;
    let body = one(&app, &d, &by);
    draw(&app, &by, &headers, d.operation.summary, &body).await
}

fn one(app: &App, d: &Described, by: &Principal) -> Markup {
    let o = &d.operation;
    let all = shapes(&app.registry);
    let call = format!("{} {}", o.method, o.path);
    let mut body = ui::page_head(o.summary, &call, &Markup::empty()).into_string();
    let why = by.why_not(d.permission).map(|why| format!(" You may not use it: {why}."));
    let kinds = if o.by_session { " It is not for API tokens: sign in with a browser." } else { "" };
    // Writing to a String cannot fail.
    let _ = write!(
        body,
        "<div class=\"api stack\"><div class=\"card\"><div class=\"card-body prose\"><p>{}</p><p>Needs the permission \
         <code>{}</code> ({}).{}{kinds}</p></div></div>",
        esc(&linked(o)),
        esc(d.permission.id),
        esc(d.permission.title),
        esc(&why.unwrap_or_default()),
    );
    body.push_str(&fields("In the path", o.at, false));
    body.push_str(&fields("In the query", &o.query(), false));
    match o.takes {
        Some(Body::Json(kind)) => body.push_str(&kind_of("The body, as JSON", kind, &all)),
        Some(Body::Multipart(kind)) => {
            body.push_str(&kind_of("The body, as a form (multipart/form-data)", kind, &all))
        }
        Some(Body::Text(media)) => body.push_str(&text_card("The body", &format!("Text, as {media}."))),
        None => {}
    }
    body.push_str(&example(app, o));
    body.push_str(&answer(app, o, &all));
    body.push_str("</div>");
    Markup::raw(body)
}

fn linked(o: &Operation) -> String {
    if o.more.is_empty() { format!("{}.", o.summary) } else { o.more.to_owned() }
}

fn text_card(title: &str, text: &str) -> String {
    let body = Markup::raw(format!("<p class=\"card-body\">{}</p>", esc(text)));
    ui::card("", title, &Markup::empty(), &body, &Markup::empty()).into_string()
}

fn fields(title: &str, fields: &[Field], answers: bool) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let rows = fields.iter().map(|(name, kind, meaning)| {
        let mark = match (answers, name.ends_with('!'), name.ends_with('?')) {
            (false, true, _) => " (must be there)",
            (_, _, true) => " (may be absent)",
            _ => "",
        };
        let name = format!("<code>{}</code>{mark}", esc(plain(name)));
        vec![Markup::raw(name), Markup::text(&words(kind)), Markup::text(meaning)]
    });
    let columns = [
        Column { label: "Name", ..Column::default() },
        Column { label: "Kind", ..Column::default() },
        Column { label: "Meaning", ..Column::default() },
    ];
    let table = ui::table(&Table { caption: title, columns: &columns, rows: rows.collect() });
    ui::card("", title, &Markup::empty(), &table, &Markup::empty()).into_string()
}

/// A kind in words.
fn words(kind: &str) -> String {
    if let Some(inner) = kind.strip_suffix('?') {
        return format!("{}, or null", words(inner));
    }
    if let Some(inner) = kind.strip_prefix("page of ") {
        return format!("items, each {}; next", words(inner));
    }
    if let Some(inner) = kind.strip_prefix('[').and_then(|k| k.strip_suffix(']')) {
        return format!("a list, each {}", words(inner));
    }
    if let Some(inner) = kind.strip_prefix('{').and_then(|k| k.strip_suffix('}')) {
        return format!("by name, each {}", words(inner));
    }
    if let Some((word, limits)) = kind.strip_suffix(')').and_then(|k| k.split_once('(')) {
        let (low, high) = limits.split_once("..").unwrap_or((limits, limits));
        return if word == "text" {
            format!("text of {low} to {high} characters")
        } else {
            format!("a whole number from {low} to {high}")
        };
    }
    match kind {
        "integer" => "a whole number".into(),
        "number" => "a number".into(),
        "flag" => "true or false".into(),
        "day" => "a day, 2026-11-24".into(),
        "time" => "a time, 2026-11-24T09:00:00Z (RFC 3339)".into(),
        "micros" => "a time, microseconds since 1970 in UTC".into(),
        "any" => "anything".into(),
        other => other.replace('|', ", "),
    }
}

/// A kind with every shape that is in it.
fn kind_of(title: &str, kind: &str, all: &[Shape]) -> String {
    let mut open: Vec<&str> = names_in(kind).collect();
    let first = open.first().copied();
    let mut done: Vec<&str> = Vec::new();
    let mut body = String::new();
    if kind.len() != first.map_or(0, str::len) {
        body.push_str(&text_card(title, &format!("{}.", words(kind))));
    }
    while let Some(name) = open.first().copied() {
        open.remove(0);
        let Some(shape) = all.iter().find(|s| s.name == name).filter(|_| !done.contains(&name)) else {
            continue;
        };
        done.push(shape.name);
        let head = if body.is_empty() { format!("{title}: {name}") } else { name.to_owned() };
        body.push_str(&fields(&head, shape.fields, true));
        open.extend(shape.fields.iter().flat_map(|f| names_in(f.1)));
    }
    body
}

fn pre(title: &str, text: &str) -> String {
    // It can be wider than its card and is then scrolled, by keys too.
    let body =
        format!("<pre class=\"card-body api-example\" tabindex=\"0\"><code>{}</code></pre>", esc(text));
    ui::card("", title, &Markup::empty(), &Markup::raw(body), &Markup::empty()).into_string()
}

/// The example as a command that can be pasted into a shell.
fn example(app: &App, o: &Operation) -> String {
    let address =
        app.api.examples.address_of(o.id).map_or_else(|| format!("{}{}", o.path, o.example.0), str::to_owned);
    let mut command = String::from("curl");
    let mut add = |text: String| command.push_str(&format!(" \\\n  {text}"));
    if o.method != "GET" {
        add(format!("-X {}", o.method));
    }
    add("-H 'Authorization: Bearer fmt_…'".into());
    let quoted = |text: &str| text.replace('\'', "'\\''");
    match o.takes {
        Some(Body::Json(_)) if !o.example.1.is_empty() => {
            add("-H 'Content-Type: application/json'".into());
            add(format!("-d '{}'", quoted(o.example.1)));
        }
        Some(Body::Text(media)) => {
            add(format!("-H 'Content-Type: {media}'"));
            add(format!("--data-binary '{}'", quoted(o.example.1)));
        }
        Some(Body::Multipart(_)) => add("-F format=slack -F files=@export.zip".into()),
        _ => {}
    }
    add(format!("'{}{address}'", server(app)));
    pre("Example", &command)
}

fn answer(app: &App, o: &Operation, all: &[Shape]) -> String {
    if o.gives.is_empty() {
        return text_card("The answer", &format!("{} without a body.", o.status));
    }
    let mut body = String::new();
    if let Some(answer) = app.api.examples.answer_of(o.id) {
        let text = serde_json::to_string_pretty(&answer).unwrap_or_default();
        body.push_str(&pre(&format!("The answer to it, {}", o.status), &text));
    }
    body.push_str(&kind_of("What is in the answer", o.gives, all));
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_said_in_words() {
        assert_eq!(words("[text(1..80)]?"), "a list, each text of 1 to 80 characters, or null");
        assert_eq!(words("a|b"), "a, b");
        assert_eq!(words("page of Note"), "items, each Note; next");
    }
}
