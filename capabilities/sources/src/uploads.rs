//! Uploaded files: from the request straight to disk, under safe names, each upload in a folder of its own,
//! `upl_…` in the folder for uploads. A folder is removed when its import is done, and after a day when
//! nothing came of it.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use base::{Error, Micros, Result, TypeId};
use capability::{App, Problem};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use tokio::io::AsyncWriteExt as _;

/// The most bytes of a field that is no file; the longest is a mapping.
const TEXT_MAX: usize = 256 * 1024;
/// The most files of one upload: a folder with one file for each channel and day stays far below.
const FILES_MAX: usize = 100_000;
/// The most folders that a file's name may lie in.
const DEPTH_MAX: usize = 8;
/// The most characters of one part of a file's name.
const NAME_MAX: usize = 120;
/// How long an upload is kept that no import came of.
const KEEP: Micros = 24 * 3_600_000_000;

/// A folder with uploaded files.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// Its id, `upl_…`.
    pub id: String,
    folder: PathBuf,
}

/// One uploaded file, for pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uploaded {
    /// Its name, with folders.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Upload {
    fn root(app: &App) -> PathBuf {
        app.upload_dir.to_path_buf()
    }

    fn create(app: &App) -> Result<Self> {
        let id = TypeId::new("upl", app.clock.now()).as_str().to_owned();
        let folder = Self::root(app).join(&id);
        std::fs::create_dir_all(folder.join("files"))
            .map_err(|e| Error::from(e).at("the upload cannot be stored in the data folder"))?;
        Ok(Self { id, folder })
    }

    /// The upload of this id, if its folder is there. An id is checked before it becomes part of a path.
    pub(crate) fn find(app: &App, id: &str) -> Option<Self> {
        let rest = id.strip_prefix("upl_")?;
        let plain = rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        let folder = Self::root(app).join(id);
        (plain && folder.join("files").is_dir()).then(|| Self { id: id.to_owned(), folder })
    }

    /// The upload that these paths lie in, if they do.
    pub(crate) fn holding(app: &App, paths: &[PathBuf]) -> Option<Self> {
        let rest = paths.first()?.strip_prefix(std::path::absolute(Self::root(app)).ok()?).ok()?;
        Self::find(app, rest.components().next()?.as_os_str().to_str()?)
    }

    /// A place beside the files, for what belongs to the upload.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Its files, by name.
    pub(crate) fn files(&self) -> Vec<Uploaded> {
        let root = self.folder.join("files");
        let (mut files, mut folders) = (Vec::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            // A folder that vanished has no files any more.
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                match entry.metadata() {
                    Ok(meta) if meta.is_dir() => folders.push(entry.path()),
                    Ok(meta) => {
                        let path = entry.path();
                        let name =
                            path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                        files.push(Uploaded { name, bytes: meta.len() });
                    }
                    Err(_) => {}
                }
            }
        }
        files.sort_by(|a, b| connect::natural_order(&a.name, &b.name));
        files
    }

    /// What an import is given: the files, or the whole folder when they lie in folders that mean something.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let root = self.folder.join("files");
        let files = self.files();
        if files.iter().any(|f| f.name.contains('/')) {
            return vec![root];
        }
        files.iter().map(|f| root.join(&f.name)).collect()
    }

    /// What lists call it: the file's name, or the first and how many more.
    pub(crate) fn label(&self) -> String {
        match self.files().as_slice() {
            [] => String::new(),
            [one] => one.name.clone(),
            [first, rest @ ..] => format!("{} and {} more", first.name, rest.len()),
        }
    }

    /// Removes it. What cannot be removed is tried again when the next upload comes.
    pub(crate) fn remove(&self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(upload = %self.id, %error, "an upload could not be removed");
        }
    }
}

/// Removes uploads that nothing came of. `keep` are the ids that something still reads.
pub(crate) fn sweep(app: &App, keep: &BTreeSet<String>) {
    for entry in std::fs::read_dir(Upload::root(app)).into_iter().flatten().flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        let changed = entry.metadata().and_then(|m| m.modified()).ok();
        let age = changed
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |at| app.clock.now() - at.as_micros() as Micros);
        if age > KEEP
            && !keep.contains(&id)
            && let Some(upload) = Upload::find(app, &id)
        {
            upload.remove();
        }
    }
}

/// What a form with files brought.
#[derive(Default)]
pub(crate) struct Received {
    /// The fields that are no files, each with its values in order.
    pub texts: BTreeMap<String, Vec<String>>,
    /// The files, when there were any.
    pub upload: Option<Upload>,
    /// Why the files could not be stored; then there is no upload.
    pub trouble: Option<Error>,
}

impl Received {
    /// The first value of a field, trimmed; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts.get(name).and_then(|v| v.first()).map_or("", |v| v.trim())
    }
}

/// Removes what was stored when a request breaks off half-way.
struct Guard(Option<Upload>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(upload) = self.0.take() {
            upload.remove();
        }
    }
}

/// Reads a form: files named `files` go to disk piece by piece, `map_file` and all other fields are texts.
///
/// # Errors
/// 400 and 413 when the request itself is broken or too large.
pub(crate) async fn receive(app: &App, mut form: Multipart) -> std::result::Result<Received, Problem> {
    let mut received = Received::default();
    let mut guard = Guard(None);
    let mut taken = BTreeSet::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            // A picker in which nothing was chosen sends one nameless, empty file.
            Some(file) if file.is_empty() => {}
            Some(file) if name == "files" => {
                if guard.0.is_none() {
                    match app.blocking(Upload::create).await {
                        Ok(upload) => guard.0 = Some(upload),
                        Err(e) => {
                            received.trouble = Some(e);
                            return Ok(received);
                        }
                    }
                }
                let Some(upload) = &guard.0 else { continue };
                if let Err(stop) = store(upload, &file, &mut taken, field).await {
                    match stop {
                        Stop::Broken(problem) => return Err(problem),
                        Stop::Storage(e) => {
                            received.trouble = Some(e);
                            return Ok(received);
                        }
                    }
                }
            }
            _ => {
                let text = read_text(field).await?;
                received.texts.entry(name).or_default().push(text);
            }
        }
    }
    received.upload = guard.0.take();
    Ok(received)
}

enum Stop {
    Broken(Problem),
    Storage(Error),
}

async fn store(
    upload: &Upload,
    name: &str,
    taken: &mut BTreeSet<String>,
    mut field: Field<'_>,
) -> std::result::Result<(), Stop> {
    let storage = |e: std::io::Error| Stop::Storage(Error::from(e).at("the upload could not be stored"));
    if taken.len() >= FILES_MAX {
        return Err(Stop::Storage(Error::invalid(format!(
            "an upload has at most {FILES_MAX} files; pack them into one zip and upload that"
        ))));
    }
    let name = free_name(&safe_name(name), taken);
    let path = upload.folder.join("files").join(&name);
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(storage)?;
    }
    // A file where a folder of the same name should be is an answer of the operating system, not a rule of ours.
    let mut file = tokio::fs::File::create_new(&path).await.map_err(storage)?;
    while let Some(piece) = field.chunk().await.map_err(|e| Stop::Broken(broken(e)))? {
        file.write_all(&piece).await.map_err(storage)?;
    }
    file.flush().await.map_err(storage)
}

async fn read_text(mut field: Field<'_>) -> std::result::Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        if bytes.len() + piece.len() > TEXT_MAX {
            let name = field.name().unwrap_or_default();
            let detail = format!("The field \"{name}\" is longer than {} kB.", TEXT_MAX / 1024);
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn broken(e: MultipartError) -> Problem {
    match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The upload is larger than {} GB. Import it on the server itself with \"folkmoot import\".",
                crate::UPLOAD_MAX >> 30
            ),
        ),
        status => Problem::new(status, format!("The upload broke off: {}", e.body_text())),
    }
}

/// A name that stays inside its folder, whatever was sent: no absolute path, no `..`, no control characters.
fn safe_name(sent: &str) -> String {
    let parts: Vec<String> = sent.split(['/', '\\']).filter_map(safe_part).collect();
    let from = parts.len().saturating_sub(DEPTH_MAX);
    if parts.is_empty() { "file".to_owned() } else { parts[from..].join("/") }
}

fn safe_part(part: &str) -> Option<String> {
    let clean: String = part.chars().filter(|c| !c.is_control() && !"<>:\"|?*".contains(*c)).collect();
    let clean = clean.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    // The end is kept: it holds the extension.
    let skip = clean.chars().count().saturating_sub(NAME_MAX);
    let clean: String = clean.chars().skip(skip).collect();
    (!clean.is_empty()).then_some(clean)
}

/// The name, or the name with a number when it is taken (case does not tell names apart everywhere).
fn free_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while !taken.insert(candidate.to_lowercase()) {
        let path = Path::new(name);
        let file = path.file_name().map_or_else(String::new, |f| f.to_string_lossy().into_owned());
        candidate = path.with_file_name(format!("{number}-{file}")).to_string_lossy().into_owned();
        number += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        for (sent, expect) in [
            ("export.zip", "export.zip"),
            ("../../etc/passwd", "etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            ("C:\\Users\\a\\b.csv", "C/Users/a/b.csv"),
            ("..\\..\\b.csv", "b.csv"),
            ("help/general.csv", "help/general.csv"),
            ("a\0b\n.zip", "ab.zip"),
            (".hidden", "hidden"),
            ("...", "file"),
            ("", "file"),
            ("a/./b", "a/b"),
        ] {
            assert_eq!(safe_name(sent), expect, "{sent:?}");
        }
        assert_eq!(safe_name(&format!("{}.zip", "x".repeat(400))).chars().count(), NAME_MAX);
        assert_eq!(safe_name(&"a/".repeat(50)).split('/').count(), DEPTH_MAX);
    }

    #[test]
    fn equal_names_are_numbered() {
        let mut taken = BTreeSet::new();
        assert_eq!(free_name("a/x.csv", &mut taken), "a/x.csv");
        assert_eq!(free_name("a/X.csv", &mut taken), "a/2-X.csv");
        assert_eq!(free_name("a/x.csv", &mut taken), "a/3-x.csv");
    }
}
