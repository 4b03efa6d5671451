//! Where things lie in an export: day files, lists, the workspace's address.

use super::wire::Channel;
use crate::json::{Piece, parse, split};
use base::Result;
use connect::Files;
use std::collections::{HashMap, HashSet};

/// How many bytes are searched for the workspace's address.
const SEARCHED: u64 = 512 << 20;

/// The channel's folder of a file that holds messages: `general/2024-02-29.json`. Other files in a channel's
/// folder (canvases) hold none.
pub(super) fn day_file(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let day = name.strip_suffix(".json")?.as_bytes();
    let fits = day.len() == 10
        && day
            .iter()
            .enumerate()
            .all(|(i, c)| if i == 4 || i == 7 { *c == b'-' } else { c.is_ascii_digit() });
    fits.then(|| folder.rsplit('/').next().unwrap_or(folder))
}

/// One channel, as the lists describe it.
#[derive(Debug, Clone, Default)]
pub(super) struct Described {
    pub id: Option<String>,
    pub name: Option<String>,
    pub private: bool,
    pub members: Vec<String>,
}

/// The channels of an export.
#[derive(Debug, Default)]
pub(super) struct Channels {
    /// By the name of their folder.
    pub by_folder: HashMap<String, Described>,
    /// Names by Slack's id, for mentions.
    pub names: HashMap<String, String>,
    /// Folder names in the order of the lists.
    pub order: Vec<String>,
}

impl Channels {
    /// Reads `channels.json`, `groups.json`, `mpims.json` and `dms.json`; flaws become warnings.
    pub fn read(files: &mut Files, warnings: &mut Vec<String>) -> Result<Self> {
        let mut channels = Self::default();
        let want = |path: &str| list_kind(path).is_some();
        files.visit(&want, &mut |entry| {
            let path = entry.path.to_owned();
            let Some(kind) = list_kind(&path) else { return Ok(()) };
            let flaw = split(entry.reader, None, &mut |piece| {
                // Empty lists are written as [""], so what is not a channel is passed over.
                if let Piece::Record(bytes) = piece
                    && let Ok((channel, _)) = parse::<Channel>(bytes)
                {
                    channels.add(channel, kind);
                }
                Ok(true)
            })?;
            if let Some(flaw) = flaw {
                warnings.push(format!("{path}: {}; channels may lack their description", flaw.reason));
            }
            Ok(())
        })?;
        Ok(channels)
    }

    fn add(&mut self, channel: Channel, kind: ListKind) {
        let folder = match kind {
            ListKind::Direct => channel.id.clone(),
            _ => channel.name.clone().unwrap_or_else(|| channel.id.clone()),
        };
        if let Some(name) = &channel.name {
            self.names.insert(channel.id.clone(), name.clone());
        }
        let described = Described {
            id: Some(channel.id),
            name: channel.name,
            private: kind != ListKind::Public,
            members: channel.members.unwrap_or_default(),
        };
        if self.by_folder.insert(folder.clone(), described).is_none() {
            self.order.push(folder);
        }
    }

    /// Whether a folder is a private channel or a direct message, as far as the export says.
    pub fn is_private(&self, folder: &str) -> bool {
        self.by_folder.get(folder).map_or_else(|| looks_private(folder), |d| d.private)
    }

    /// The private folders that hold messages and stay out.
    pub fn left_out(&self, files: &Files) -> usize {
        let folders: HashSet<&str> = files.entries().iter().filter_map(|e| day_file(&e.path)).collect();
        folders.into_iter().filter(|f| self.is_private(f)).count()
    }
}

/// Folders of group and direct messages that no list names.
fn looks_private(folder: &str) -> bool {
    let direct = folder.strip_prefix('D').is_some_and(|rest| {
        rest.len() >= 8 && rest.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    });
    folder.starts_with("mpdm-") || direct
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ListKind {
    Public,
    Private,
    Direct,
}

fn list_kind(path: &str) -> Option<ListKind> {
    match path.rsplit('/').next().unwrap_or(path) {
        "channels.json" => Some(ListKind::Public),
        "groups.json" | "mpims.json" => Some(ListKind::Private),
        "dms.json" => Some(ListKind::Direct),
        _ => None,
    }
}

/// The workspace's part of `NAME.slack.com`, by the most frequent address among the first files that
/// messages carry; `None` when no message has any.
pub(super) fn workspace_domain(files: &mut Files) -> Result<Option<String>> {
    let address = regex::bytes::Regex::new(r"https:\\?/\\?/([a-z0-9][a-z0-9.-]*)\.slack\.com\\?/files\\?/")
        .expect("a correct pattern");
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut searched: u64 = 0;
    let mut window = vec![0; 1 << 16];
    files.visit_while(&|path| day_file(path).is_some(), &mut |entry| {
        let mut kept = 0;
        // A reader that fails is seen by the archive reader.
        while let Ok(n) = entry.reader.read(&mut window[kept..]) {
            for found in address.captures_iter(&window[..kept + n]) {
                *counts.entry(String::from_utf8_lossy(&found[1]).into_owned()).or_default() += 1;
            }
            if n == 0 {
                break;
            }
            searched += n as u64;
            // An address may lie across two windows.
            let filled = kept + n;
            kept = filled.min(128);
            window.copy_within(filled - kept..filled, 0);
        }
        Ok(searched < SEARCHED && counts.values().sum::<usize>() < 20)
    })?;
    let best = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    Ok(best.map(|(domain, _)| domain))
}
