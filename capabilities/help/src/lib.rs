//! Help: the guide, written by task, and a page for every metric, made from its definition.

mod chapters;
mod pages;
mod view;

use axum::Router;
use axum::routing::get;
use capability::{
    App, Manifest, NavEntry, Palette, PaletteEntry, Permission, Principal, Roles, Routes, palette,
};

/// May read the guide.
/// It shows nothing of the community, so that a role in one place is enough.
pub const READ_GUIDE: Permission =
    Permission::new("help.read_guide", "Read the guide", Roles::EVERYBODY).by_place();

/// The manifest.
pub fn manifest() -> Manifest {
    Manifest {
        id: "help",
        title: "Help",
        navigation: vec![NavEntry {
            title: "Help",
            path: "/desk/help",
            icon: "circle-question-mark",
            group: "foot",
            order: 990,
            permission: READ_GUIDE,
        }],
        routes: vec![Routes::new(READ_GUIDE, routes)],
        permissions: vec![READ_GUIDE],
        docs: chapters::OWN.to_vec(),
        palette: vec![Palette { permission: READ_GUIDE, find }],
        ..Manifest::default()
    }
}

fn routes() -> Router<App> {
    Router::new()
        .route("/desk/help", get(pages::index))
        .route("/desk/help/metrics", get(pages::metrics))
        .route("/desk/help/metrics/{metric}", get(pages::metric))
        .route("/desk/help/pictures/{name}", get(pages::picture))
        .route("/desk/help/{chapter}", get(pages::chapter))
}

/// Chapters and definitions for the palette; nothing before something is asked.
fn find(app: &App, _: &Principal, asked: &str, most: usize) -> base::Result<Vec<PaletteEntry>> {
    if asked.trim().is_empty() {
        return Ok(Vec::new());
    }
    let entry = |title: &str, href: String| PaletteEntry {
        group: "Help".into(),
        title: title.to_owned(),
        hint: String::new(),
        href,
        icon: "book-open".into(),
    };
    let chapters = view::chapters(&app.registry);
    let chapters = chapters.iter().map(|c| entry(c.title, format!("/desk/help/{}", c.slug)));
    let metrics = metric::registry().iter().map(|d| {
        entry(&format!("What \u{201c}{}\u{201d} means", d.title), format!("/desk/help/metrics/{}", d.id))
    });
    let mut found: Vec<(u8, PaletteEntry)> = chapters
        .chain(metrics)
        .filter_map(|e| palette::fit(asked, &e.title).filter(|fit| *fit > 1).map(|fit| (fit, e)))
        .collect();
    found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    Ok(found.into_iter().take(most).map(|(_, e)| e).collect())
}
