//! The pages: a member's privacy, the preview and receipt of an erasure, and the tab under Settings.

mod managed;
mod of_member;

pub(crate) use managed::{
    change_settings, end_hold, end_purpose, end_rule, hold_source, import_consents, make_purpose,
    preview_rule, processing, set_rule, settings,
};
pub(crate) use of_member::{
    add_consent, ask_erasure, ask_export, cancel_erasure, erasure, file, hold_member, make_link, member,
    preview, remove_export,
};

use crate::export;
use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use capability::{App, Principal, Problem, pieces};

pub(crate) type Answer = std::result::Result<Response, Problem>;

/// The tab under Settings.
pub(crate) const PATH: &str = "/desk/settings/privacy";

/// Hands out the file of an export, piece by piece, and tells the audit log.
pub(crate) async fn archive(app: App, principal: Principal, id: String) -> Answer {
    let export = app.blocking(move |app| export::hand_out(app, &principal, &id)).await?;
    let (sender, receiver) = tokio::sync::mpsc::channel(2);
    let (number, name) = (export.export_id, export.public_id.clone());
    tokio::task::spawn_blocking(move || {
        for part in 0.. {
            match app.db.read(|c| export::part(c, number, part)) {
                Ok(Some(bytes)) => {
                    // Whoever read has gone when nothing can be sent any more.
                    if sender.blocking_send(Ok(Bytes::from(bytes))).is_err() {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(export = %name, %error, "the file of an export broke off");
                    let _ = sender.blocking_send(Err(error));
                    return;
                }
            }
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_LENGTH, export.bytes.unwrap_or(0).to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.zip\"", export.public_id)),
    ];
    Ok((headers, pieces(receiver)).into_response())
}
