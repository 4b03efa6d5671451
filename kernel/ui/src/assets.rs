//! Style sheets, script, font and icons, embedded in the binary.
//!
//! The address holds a hash over all of them, so that a browser may keep them for good and a new version
//! is fetched at once. Relative addresses inside a style sheet keep working, as the hash is a folder.

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::sync::LazyLock;

#[derive(rust_embed::RustEmbed)]
#[folder = "assets"]
struct Files;

/// Hash over the names and contents of all assets.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut all = String::new();
    for name in &names {
        let hash = Files::get(name).map(|file| file.metadata.sha256_hash()).unwrap_or_default();
        all.push_str(&format!("{name} {hash:?}\n"));
    }
    format!("{:016x}", base::hash64(&all))
});

/// The address of an asset, such as `desk.css`.
pub fn asset(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// The routes under `/assets/`.
pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(
        "/assets/{version}/{*path}",
        get(|Path((v, p)): Path<(String, String)>| async move { serve(&v, &p) }),
    )
}

/// One file. An address with an old hash gets the present file, but may not be kept.
fn serve(version: &str, path: &str) -> Response {
    let Some(file) = Files::get(path) else {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    let keep = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, content_type(path)),
        (header::CACHE_CONTROL, keep),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.data.into_owned()).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_served_with_its_type_and_kept_only_under_the_present_hash() {
        for name in Files::iter() {
            let response = serve(&VERSION, &name);
            assert_eq!(response.status(), StatusCode::OK, "{name}");
            assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        }
        assert_eq!(serve("old", "desk.css").headers()[header::CACHE_CONTROL], "no-cache");
        assert_eq!(serve(&VERSION, "none.css").status(), StatusCode::NOT_FOUND);
        assert_eq!(content_type("fonts/inter-latin-variable.woff2"), "font/woff2");
    }

    #[test]
    fn style_sheets_name_no_foreign_address() {
        for name in
            Files::iter().filter(|n| !n.starts_with("htmx") && (n.ends_with(".css") || n.ends_with(".js")))
        {
            let file = Files::get(&name).expect("the asset exists");
            let text = String::from_utf8(file.data.into_owned()).unwrap();
            // The name of the language that drawings are written in is no address.
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("http://") && !text.contains("https://"), "{name}");
        }
    }
}
