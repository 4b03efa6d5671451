//! The form for importing: what was typed, what is wrong with it, looking first, beginning.

use crate::told::told;
use crate::uploads::{self, Received, Upload, Uploaded};
use crate::work::{self, Task};
use crate::{store, view};
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind, Result, Zone};
use capability::{App, Principal, Problem};
use community::sources::{self, Source};
use connect::import::{Request, Summary};
use jobs::lease;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format whose columns a mapping explains.
pub(crate) const MAPPED: &str = "activities";
/// Says that the mapping is the form's own text and no ready one.
pub(crate) const OWN_MAPPING: &str = "own";
/// Where an upload keeps what was typed with it.
const KEPT: &str = "form.json";
/// The longest name of a source, in characters.
const NAME_MAX: usize = 80;

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Form {
    pub format: String,
    pub source: String,
    pub timezone: String,
    pub bots: Vec<String>,
    pub bot_pattern: String,
    pub private: bool,
    /// A ready mapping's name, [`OWN_MAPPING`], or empty for the importer's choice.
    pub mapping: String,
    /// The text of one's own mapping.
    pub map_text: String,
}

/// Messages by the field that they belong to.
pub(crate) type Mistakes = BTreeMap<&'static str, String>;

impl Form {
    /// Reads what the desk's form or the API sent.
    pub(crate) fn of(received: &Received) -> Self {
        let lists = ["bots", "bot"].iter().filter_map(|name| received.texts.get(*name)).flatten();
        let mut form = Self {
            format: received.text("format").to_owned(),
            source: received.text("source").to_owned(),
            timezone: received.text("timezone").to_owned(),
            bots: lists
                .flat_map(|l| l.split([',', '\n']))
                .map(str::trim)
                .filter(|b| !b.is_empty())
                .map(str::to_owned)
                .collect(),
            bot_pattern: received.text("bot_pattern").to_owned(),
            private: matches!(received.text("private"), "1" | "true" | "yes" | "on"),
            mapping: received.text("mapping").to_owned(),
            map_text: received.text("map_text").to_owned(),
        };
        // A file with a mapping goes before one that was pasted, and that before a ready one; the API sends one
        // text for both kinds.
        for name in ["map_text", "map_file", "map"] {
            if !received.text(name).is_empty() {
                form.map_text = received.text(name).to_owned();
                form.mapping = OWN_MAPPING.to_owned();
            }
        }
        form
    }

    /// What can be said about it before the files are opened.
    pub(crate) fn mistakes(&self, app: &App, existing: &[Source], files: &[Uploaded]) -> Mistakes {
        let mut wrong = Mistakes::new();
        let formats: Vec<&str> = app.importers.iter().map(|i| i.format().id).collect();
        if !formats.contains(&self.format.as_str()) {
            wrong.insert("format", format!("Choose what the export is: {}.", formats.join(", ")));
        }
        if files.is_empty() {
            wrong.insert("files", "Choose the export: one or several files.".into());
        } else if files.iter().all(|f| f.bytes == 0) {
            let which = if files.len() == 1 {
                format!("{} is", files[0].name)
            } else {
                "All of these files are".into()
            };
            wrong.insert("files", format!("{which} empty. Download the export again and check its size."));
        }
        if self.source.chars().count() > NAME_MAX {
            wrong.insert("source", format!("A source's name has at most {NAME_MAX} characters."));
        }
        let same: Vec<&str> =
            existing.iter().filter(|s| s.format == self.format).map(|s| s.name.as_str()).collect();
        if self.source.is_empty() && same.len() > 1 {
            wrong.insert(
                "source",
                format!(
                    "There are several of this format. Choose {}, or type a new name.",
                    same.join(" or ")
                ),
            );
        }
        if !self.timezone.is_empty()
            && let Err(e) = Zone::named(&self.timezone)
        {
            wrong.insert("timezone", e.message);
        }
        if let Err(e) = regex::Regex::new(&self.bot_pattern) {
            wrong.insert("bot_pattern", format!("This is not a valid regular expression: {e}"));
        }
        if self.format == MAPPED && self.mapping == OWN_MAPPING && self.map().is_none() {
            wrong.insert("mapping", "Paste your mapping below, or choose a ready one.".into());
        }
        wrong
    }

    /// What the importer is given; without anything it takes its own ready mapping, as on the command line.
    fn map(&self) -> Option<String> {
        match self.mapping.as_str() {
            "" => None,
            OWN_MAPPING => Some(self.map_text.clone()).filter(|t| !t.is_empty()),
            ready => Some(ready.to_owned()),
        }
    }

    /// What is asked of the importer.
    pub(crate) fn request(&self, upload: &Upload, by: &Principal) -> Request {
        let some = |text: &String| Some(text.clone()).filter(|t| !t.is_empty());
        Request {
            format: self.format.clone(),
            paths: upload.paths(),
            source: some(&self.source),
            map: self.map().filter(|_| self.format == MAPPED),
            timezone: some(&self.timezone),
            bots: self.bots.clone(),
            bot_pattern: some(&self.bot_pattern),
            private: self.private,
            by: if by.email.is_empty() { by.name.clone() } else { by.email.clone() },
            label: Some(upload.label()),
        }
    }

    fn keep(&self, upload: &Upload) -> Result<()> {
        let text = serde_json::to_string(self).map_err(|e| Error::internal(e.to_string()))?;
        Ok(std::fs::write(upload.beside(KEPT), text)?)
    }

    fn kept(upload: &Upload) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(upload.beside(KEPT)).ok()?).ok()
    }
}

/// The field that an error of an import belongs to.
fn field_of(e: &Error) -> &'static str {
    match e.kind {
        _ if e.message.starts_with("the mapping") || e.message.contains("Without a mapping") => "mapping",
        ErrorKind::Conflict => "source",
        _ => "files",
    }
}

/// How a look ahead stands.
#[derive(Clone, Debug)]
pub(crate) enum Look {
    /// Under way.
    Running(connect::import::Progress),
    /// What would happen.
    Seen(Box<Summary>),
    /// Why nothing would.
    Failed(String),
}

impl Look {
    /// As it stands in this process, or on whatever node.
    fn of(app: &App, upload: &str) -> Result<Option<Self>> {
        if let Some(work) = work::find(Task::Look, upload).filter(|w| w.end().is_none()) {
            return Ok(Some(Self::Running(work.progress())));
        }
        let Some(known) = app.db.read(|c| lease::find(c, upload))? else { return Ok(None) };
        if known.held {
            return Ok(Some(Self::Running(serde_json::from_str(&known.progress).unwrap_or_default())));
        }
        let seen = known.result.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let broke_off = || "The server ended while it looked. Look again.".to_owned();
        Ok(Some(match (seen, known.error) {
            (Some(summary), _) => Self::Seen(Box::new(summary)),
            (None, error) => Self::Failed(error.unwrap_or_else(broke_off)),
        }))
    }
}

/// What is said when an upload that was sent before is not here.
fn astray(app: &App, id: &str) -> Result<Option<String>> {
    if id.is_empty() || Upload::find(app, id).is_some() {
        return Ok(None);
    }
    let elsewhere = app.db.read(|c| lease::find(c, id))?.filter(|l| !l.own);
    Ok(Some(match elsewhere {
        Some(known) => format!(
            "What you uploaded lies on {}, and this is another server. Choose the export again; with one \
             upload_folder for all servers that is not needed.",
            known.node_name
        ),
        None => "What you uploaded is not here any more. Choose the export again.".to_owned(),
    }))
}

/// Everything that the form's page shows.
pub(crate) struct Page {
    pub community: String,
    pub form: Form,
    pub mistakes: Mistakes,
    pub sources: Vec<Source>,
    pub formats: Vec<&'static connect::Format>,
    /// Files that were uploaded already.
    pub upload: Option<(String, Vec<Uploaded>)>,
    pub look: Option<Look>,
}

impl Page {
    fn load(app: &App, form: Form, mistakes: Mistakes, upload: Option<&Upload>) -> Result<Self> {
        let (community, sources) = app.db.read(|c| Ok((store::frame(c)?.0, sources::list(c)?)))?;
        Ok(Self {
            community,
            form,
            mistakes,
            sources,
            formats: app.importers.iter().map(|i| i.format()).collect(),
            upload: upload.map(|u| (u.id.clone(), u.files())),
            look: upload.map(|u| Look::of(app, &u.id)).transpose()?.flatten(),
        })
    }
}

/// What the form's address may carry.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    upload: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    format: String,
}

/// `GET /desk/sources/import`: the form, empty or with what was typed for an upload.
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> std::result::Result<Response, Problem> {
    let page = app
        .blocking(move |app| {
            let upload = Upload::find(app, &asked.upload);
            let form = upload.as_ref().and_then(Form::kept);
            let form = form.unwrap_or(Form { source: asked.source, format: asked.format, ..Form::default() });
            let mistakes = astray(app, &asked.upload)?.map(|text| ("files", text)).into_iter().collect();
            Page::load(app, form, mistakes, upload.as_ref())
        })
        .await?;
    Ok(view::form::page(&app, &principal, &headers, &page).into_response())
}

/// What came of a form.
enum Outcome {
    Began(String),
    Looking(String),
    Wrong(Box<Page>),
}

/// `POST /desk/sources/import`: takes the files, then looks or begins.
pub(crate) async fn send(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    multipart: std::result::Result<Multipart, MultipartRejection>,
) -> std::result::Result<Response, Problem> {
    let multipart = multipart.map_err(|e| Problem::new(e.status(), e.body_text()))?;
    let received = uploads::receive(&app, multipart).await?;
    let by = principal.clone();
    let outcome = app.blocking(move |app| take(app, received, &by)).await?;
    Ok(match outcome {
        Outcome::Began(id) => Redirect::to(&format!("/desk/sources/imports/{id}")).into_response(),
        Outcome::Looking(upload) => {
            Redirect::to(&format!("/desk/sources/import?upload={upload}")).into_response()
        }
        Outcome::Wrong(page) => {
            let page = view::form::page(&app, &principal, &headers, &page);
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    })
}

fn take(app: &App, mut received: Received, by: &Principal) -> Result<Outcome> {
    work::sweep_uploads(app)?;
    let form = Form::of(&received);
    let upload = match received.upload.take() {
        Some(new) => {
            // Other files were chosen: those of before are not wanted any more.
            if let Some(old) = unused(app, received.text("upload"))? {
                work::forget_look(app, &old.id)?;
                old.remove();
            }
            Some(new)
        }
        None => unused(app, received.text("upload"))?,
    };
    let files = upload.as_ref().map(Upload::files).unwrap_or_default();
    let existing = app.db.read(sources::list)?;
    let mut mistakes = form.mistakes(app, &existing, &files);
    if upload.is_none()
        && let Some(text) =
            astray(app, received.texts.get("upload").and_then(|v| v.first()).map_or("", |v| v.trim()))?
    {
        mistakes.insert("files", text);
    }
    if let Some(trouble) = received.trouble {
        mistakes.insert("files", trouble.message);
    }
    if let (Some(upload), true) = (&upload, mistakes.is_empty()) {
        form.keep(upload)?;
        let request = form.request(upload, by);
        if received.texts.get("act").is_some_and(|v| v.iter().any(|a| a == "look")) {
            work::start_look(app, &upload.id, request)?;
            return Ok(Outcome::Looking(upload.id.clone()));
        }
        match begin(app, &request, by) {
            Ok(id) => {
                work::forget_look(app, &upload.id)?;
                return Ok(Outcome::Began(id));
            }
            Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::NotFound) => {
                mistakes.insert(field_of(&e), e.message);
            }
            Err(e) => return Err(e),
        }
    }
    let mut page = Page::load(app, form, mistakes, upload.as_ref())?;
    page.look = None;
    Ok(Outcome::Wrong(Box::new(page)))
}

/// Begins an import, and tells who did.
fn begin(app: &App, request: &Request, by: &Principal) -> Result<String> {
    let id = work::start_import(app, request)?;
    let into = request.source.as_deref().unwrap_or(&request.format);
    let after = format!("{into}: {}", request.label.as_deref().unwrap_or_default());
    told(app, by, (crate::IMPORT_EXPORT, &id), "Began an import", ("", &after))?;
    Ok(id)
}

/// The upload of this id, unless an import reads it.
fn unused(app: &App, id: &str) -> Result<Option<Upload>> {
    let Some(upload) = Upload::find(app, id) else { return Ok(None) };
    let used = app.db.read(store::unfinished)?;
    Ok((!used.iter().any(|(_, paths)| Upload::holding(app, paths).is_some_and(|u| u.id == upload.id)))
        .then_some(upload))
}

/// `GET /desk/sources/looks/{look}/progress`: the part of the form's page that changes while it looks.
pub(crate) async fn look_progress(
    State(app): State<App>,
    Path(id): Path<String>,
) -> std::result::Result<Response, Problem> {
    let upload = id.clone();
    let look = app.blocking(move |app| Look::of(app, &upload)).await?;
    Ok(match look {
        Some(look @ Look::Running(_)) => view::form::look(&id, &look).into_response(),
        // The whole page changes: its button says how much would come in.
        _ => [("hx-refresh", "true")].into_response(),
    })
}

/// Begins an import for the API; the form's mistakes become one error.
///
/// # Errors
/// `Invalid` with every mistake, and what an import's beginning says.
pub(crate) fn begin_for_api(app: &App, received: &Received, by: &Principal) -> Result<String> {
    work::sweep_uploads(app)?;
    let form = Form::of(received);
    let files = received.upload.as_ref().map(Upload::files).unwrap_or_default();
    let existing = app.db.read(sources::list)?;
    let mistakes = form.mistakes(app, &existing, &files);
    let result = match (&received.upload, mistakes.is_empty()) {
        (Some(upload), true) => begin(app, &form.request(upload, by), by),
        _ => {
            let all: Vec<String> =
                mistakes.iter().map(|(field, message)| format!("{field}: {message}")).collect();
            Err(Error::invalid(all.join(" ")))
        }
    };
    if let (Err(_), Some(upload)) = (&result, &received.upload) {
        upload.remove();
    }
    result
}
