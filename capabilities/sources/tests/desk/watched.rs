//! The watched folder: what is dropped there comes in, or says why not.

use super::{Product, on_both, slack, slack_later};
use axum::http::Method;
use sources::Watcher;
use std::path::{Path, PathBuf};

/// Longer than a file must rest before it is taken.
const REST: i64 = 6_000_000;

/// A folder, and looks at it. Databases wait, so that looking happens on a thread of its own.
struct Watched<'a> {
    p: &'a Product,
    folder: PathBuf,
    watcher: Option<Watcher>,
}

impl<'a> Watched<'a> {
    fn new(p: &'a Product) -> Self {
        let folder = p.folder.path().join("watch");
        let watcher = Watcher::new(&p.app, &folder).expect("a folder can be made");
        Self { p, folder, watcher: Some(watcher) }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    async fn look(&mut self) {
        let mut watcher = self.watcher.take().expect("one look at a time");
        let looked = tokio::task::spawn_blocking(move || {
            watcher.look();
            watcher
        });
        self.watcher = Some(looked.await.expect("a look ends"));
    }

    /// Looks twice with enough time between.
    async fn settle(&mut self) {
        self.look().await;
        self.p.bench.clock.advance(REST);
        self.look().await;
    }

    fn there(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    async fn notices(&self) -> String {
        self.p.open("/desk/notices").await.text
    }
}

async fn activities(p: &Product, source: &str) -> u64 {
    let sources = p.api(Method::GET, "/api/v1/sources").await.json();
    let all = sources["items"].as_array().cloned().unwrap_or_default();
    all.iter().find(|s| s["name"] == source).and_then(|s| s["activities"].as_u64()).unwrap_or(0)
}

#[test]
fn what_is_dropped_is_imported_once_it_rests_and_reported() {
    on_both(async |p| {
        let mut w = Watched::new(p);
        w.put("Lathe/export.zip", &slack());
        w.put("Lathe/half.zip.part", b"half");
        w.look().await;
        assert!(w.there("Lathe/export.zip"), "it may still be under way");
        assert!(p.open("/desk/sources").await.text.contains("It was just put here."));
        w.put("Lathe/export.zip", &slack_later());
        p.bench.clock.advance(REST);
        w.look().await;
        assert!(w.there("Lathe/export.zip"), "it changed since");
        p.bench.clock.advance(REST);
        w.look().await;
        assert!(!w.there("Lathe/export.zip") && w.there("done/Lathe/export.zip"), "on {}", p.bench.database);
        let report = w.text("done/Lathe/export.zip.txt");
        assert!(
            report.contains("was imported into Lathe") && report.contains("imports undo imp_"),
            "{report}"
        );
        let came = activities(p, "Lathe").await;
        assert!(came > 0);
        assert!(w.notices().await.contains("Import of Lathe/export.zip finished"));

        w.put("Lathe/export.zip", &slack());
        w.settle().await;
        assert_eq!(activities(p, "Lathe").await, came, "an older export of the same adds nothing");
        assert!(w.there("done/Lathe/2-export.zip") && w.there("done/Lathe/2-export.zip.txt"));
        assert!(w.there("Lathe/half.zip.part"), "a copy under way is nobody's");
        p.assert_consistent();
    });
}

#[test]
fn what_is_no_export_is_put_aside_with_the_reasons() {
    on_both(async |p| {
        let mut w = Watched::new(p);
        w.put("holiday.jpg", b"no export at all");
        w.settle().await;
        assert!(w.there("failed/holiday.jpg"), "on {}", p.bench.database);
        let report = w.text("failed/holiday.jpg.txt");
        assert!(report.contains("no known format") && report.contains("Slack"), "{report}");
        assert!(w.notices().await.contains("holiday.jpg of the watched folder was not imported"));
        let before = folder_names(&w.folder.join("failed"));
        w.settle().await;
        assert_eq!(folder_names(&w.folder.join("failed")), before, "it is tried once");
    });
}

#[test]
fn where_it_is_not_clear_somebody_is_asked_once() {
    on_both(async |p| {
        let mut w = Watched::new(p);
        for source in ["One", "Two"] {
            w.put(&format!("{source}/export.zip"), &slack());
        }
        w.settle().await;
        assert!(activities(p, "One").await > 0 && activities(p, "Two").await > 0, "on {}", p.bench.database);
        w.put("loose.zip", &slack_later());
        w.settle().await;
        w.settle().await;
        assert!(w.there("loose.zip"), "it stays");
        let page = p.open("/desk/sources").await.text;
        assert!(page.contains("Several sources have this format (One, Two)"), "{page}");
        assert_eq!(w.notices().await.matches("loose.zip waits").count(), 1, "asked once");
        let two = activities(p, "Two").await;
        std::fs::rename(w.folder.join("loose.zip"), w.folder.join("Two/loose.zip")).expect("a move");
        w.settle().await;
        assert_eq!(activities(p, "Two").await, two + 1);
        assert!(w.there("done/Two/loose.zip"));
    });
}

fn folder_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
