//! Notes on the time axis: their pages and their API. Both write through the same calls.

use crate::answer::context;
use crate::filters::Filters;
use crate::model::{Annotation, Draft};
use crate::notes_view::{self, FormPage};
use crate::pages::PATH;
use crate::store;
use ::store::Priority;
use axum::Json;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Day, ErrorKind, Result};
use capability::api::Paging;
use capability::{App, Principal, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

type Answer = std::result::Result<Response, Problem>;

fn by(principal: &Principal) -> String {
    if principal.email.is_empty() { principal.name.clone() } else { principal.email.clone() }
}

fn create(app: &App, draft: &Draft, by: &str) -> Result<String> {
    let (note, now) = (draft.checked()?, app.clock.now());
    app.db.write(Priority::Interactive, |tx| store::create_annotation(tx, &note, by, now))
}

fn update(app: &App, id: &str, draft: &Draft, by: &str) -> Result<()> {
    let (note, now) = (draft.checked()?, app.clock.now());
    app.db.write(Priority::Interactive, |tx| store::update_annotation(tx, id, &note, by, now))
}

fn remove(app: &App, id: &str, by: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| store::remove_annotation(tx, id, by, now))
}

/// The fields of the form. `back` is the page on which it stood.
#[derive(Deserialize)]
pub(crate) struct NoteForm {
    #[serde(default)]
    first: String,
    #[serde(default)]
    last: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    back: String,
}

impl NoteForm {
    fn draft(&self) -> Draft {
        let Self { first, last, kind, text, source, .. } = self;
        Draft {
            first: first.clone(),
            last: last.clone(),
            kind: kind.clone(),
            text: text.clone(),
            source: source.clone(),
        }
    }
}

/// Back to a page of Health, and nowhere else.
fn safe(back: &str) -> String {
    let inside = back.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let plain = back.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if inside && plain { back.to_owned() } else { PATH.to_owned() }
}

fn return_to(back: &str) -> Response {
    Redirect::to(&format!("{}#notes", safe(back))).into_response()
}

/// A page of the form alone: for changing a note, and for what could not be taken as it was sent.
async fn form_page(app: App, principal: &Principal, headers: &HeaderMap, mut page: FormPage) -> Answer {
    let (name, ctx) = app
        .blocking(|app| {
            app.community.view(|view| {
                let name = view.setting("name").to_owned();
                Ok((name, context(view, &Filters::default())?))
            })
        })
        .await?;
    let mut shell = app.shell(&name, principal, headers, PATH);
    shell.crumbs = vec![("Health".into(), PATH.into())];
    page.back = safe(&page.back);
    page.csrf = shell.csrf.clone();
    let status = if page.mistake.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, ui::page(&shell, page.title(), &notes_view::form_page(&ctx, &page))).into_response())
}

/// `POST /desk/health/annotations`
pub(crate) async fn create_note(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<NoteForm>,
) -> Answer {
    let (draft, author) = (form.draft(), by(&principal));
    let sent = draft.clone();
    match app.blocking(move |app| create(app, &draft, &author)).await {
        Ok(_) => Ok(return_to(&form.back)),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::NotFound) => {
            let page = FormPage { draft: sent, mistake: e.message, back: form.back, ..FormPage::default() };
            form_page(app, &principal, &headers, page).await
        }
        Err(e) => Err(e.into()),
    }
}

/// Where a page of its own leads back to.
#[derive(Deserialize)]
pub(crate) struct From {
    #[serde(default)]
    back: String,
}

/// `GET /desk/health/annotations/{id}`
pub(crate) async fn show_note(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Answer {
    let wanted = id.clone();
    let note = app.blocking(move |app| app.db.read(|c| store::get_annotation(c, &wanted))).await?;
    let page = FormPage { id, draft: note.draft(), note: Some(note), back: from.back, ..FormPage::default() };
    form_page(app, &principal, &headers, page).await
}

/// `POST /desk/health/annotations/{id}`
pub(crate) async fn change_note(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<NoteForm>,
) -> Answer {
    let (draft, author, wanted) = (form.draft(), by(&principal), id.clone());
    let sent = draft.clone();
    match app.blocking(move |app| update(app, &wanted, &draft, &author)).await {
        Ok(()) => Ok(return_to(&form.back)),
        Err(e) if e.kind == ErrorKind::Invalid => {
            let page =
                FormPage { id, draft: sent, mistake: e.message, back: form.back, ..FormPage::default() };
            form_page(app, &principal, &headers, page).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /desk/health/annotations/{id}/removal`
pub(crate) async fn remove_note(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(from): Form<From>,
) -> Answer {
    let author = by(&principal);
    app.blocking(move |app| remove(app, &id, &author)).await?;
    Ok(return_to(&from.back))
}

/// Which notes are asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// The first day that matters.
    #[serde(default)]
    from: String,
    /// The last day that matters.
    #[serde(default)]
    to: String,
    /// Name or id of a source: notes about it, and those about all.
    #[serde(default)]
    source: String,
}

/// `GET /api/v1/annotations?from=&to=&source=`
pub(crate) async fn list_annotations(
    State(app): State<App>,
    paging: Paging,
    Query(asked): Query<Asked>,
) -> std::result::Result<Json<Value>, Problem> {
    let day = |text: &str, name: &str| {
        if text.is_empty() { Ok(None) } else { Day::parse(text).map(Some).map_err(|e| e.at(name)) }
    };
    let (from, to) = (day(&asked.from, "from")?, day(&asked.to, "to")?);
    let all = app.blocking(|app| app.db.read(store::annotations)).await?;
    let items: Vec<Value> = all
        .iter()
        .filter(|a| a.concerns(&asked.source))
        .filter(|a| from.is_none_or(|from| a.note.last >= from) && to.is_none_or(|to| a.note.first <= to))
        .map(annotation_json)
        .collect();
    Ok(Json(paging.answer(items)?))
}

/// `GET /api/v1/annotations/{annotation}`
pub(crate) async fn get_annotation(
    State(app): State<App>,
    Path(id): Path<String>,
) -> std::result::Result<Json<Value>, Problem> {
    let found = app.blocking(move |app| app.db.read(|c| store::get_annotation(c, &id))).await?;
    Ok(Json(annotation_json(&found)))
}

fn annotation_json(annotation: &Annotation) -> Value {
    let note = &annotation.note;
    json!({
        "id": annotation.public_id,
        "from": note.first.to_string(),
        "to": note.last.to_string(),
        "kind": note.kind.word(),
        "text": note.text,
        "source": (!note.source.is_empty()).then_some(&note.source),
        "written_by": annotation.written_by,
        "written_at": annotation.written_at,
        "changed_by": annotation.changed.as_ref().map(|c| &c.0),
        "changed_at": annotation.changed.as_ref().map(|c| c.1),
    })
}

/// A note as the API takes it. What is absent stays as it is, or is what stands there by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteJson {
    from: Option<String>,
    to: Option<String>,
    kind: Option<String>,
    text: Option<String>,
    source: Option<String>,
}

impl NoteJson {
    fn over(self, old: Draft) -> Draft {
        // A new first day alone moves a single day.
        let Draft { first, last, kind, text, source } = old;
        Draft {
            first: self.from.unwrap_or(first),
            last: self.to.unwrap_or(last),
            kind: self.kind.unwrap_or(kind),
            text: self.text.unwrap_or(text),
            source: self.source.unwrap_or(source),
        }
    }
}

/// `POST /api/v1/annotations`
pub(crate) async fn create_annotation(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NoteJson>,
) -> Answer {
    let author = by(&principal);
    let made = app
        .blocking(move |app| {
            let id = create(app, &new.over(Draft::default()), &author)?;
            app.db.read(|c| store::get_annotation(c, &id))
        })
        .await?;
    let place = format!("/api/v1/annotations/{}", made.public_id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(annotation_json(&made))).into_response())
}

/// `PATCH /api/v1/annotations/{annotation}`
pub(crate) async fn change_annotation(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(change): Json<NoteJson>,
) -> std::result::Result<Json<Value>, Problem> {
    let author = by(&principal);
    let changed = app
        .blocking(move |app| {
            let old = app.db.read(|c| store::get_annotation(c, &id))?.draft();
            update(app, &id, &change.over(old), &author)?;
            app.db.read(|c| store::get_annotation(c, &id))
        })
        .await?;
    Ok(Json(annotation_json(&changed)))
}

/// `DELETE /api/v1/annotations/{annotation}`
pub(crate) async fn remove_annotation(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> std::result::Result<StatusCode, Problem> {
    let author = by(&principal);
    app.blocking(move |app| remove(app, &id, &author)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn a_form_leads_back_into_health_only() {
        assert_eq!(safe("/desk/health/messages?split=staff"), "/desk/health/messages?split=staff");
        for elsewhere in [
            "https://example.org",
            "//example.org",
            "/desk/healthy",
            "/desk/health\\@x",
            "/desk/health\r\nx",
            "",
        ] {
            assert_eq!(safe(elsewhere), "/desk/health", "{elsewhere}");
        }
    }
}
