//! The thread that keeps the search index up with the log while the server runs. What it did not get to is left to
//! the next start; an import from the command line without a server leaves all of it.

use capability::App;
use std::time::Duration;

/// How long it rests when nothing is left to do.
const REST: Duration = Duration::from_millis(400);
/// How long it rests after the database said no.
const AFTER_ERROR: Duration = Duration::from_secs(10);

/// Begins to follow; ends when the server does. A server whose index stands still is worth more than none, so a
/// failure is said and lived with.
pub fn begin(app: &App) {
    let app = app.clone();
    let run = move || {
        base::give_way();
        if let Err(error) = community::search::settle(&app.db) {
            tracing::warn!(%error, "the search index could not be put in order; searches take longer until it is");
        }
        while !app.is_stopping() {
            let rest = match community::search::follow(&app.db, app.stop_flag()) {
                Ok(_) => REST,
                Err(error) => {
                    tracing::error!(%error, "the search index does not follow the log; trying again");
                    AFTER_ERROR
                }
            };
            let slice = Duration::from_millis(100);
            for _ in 0..rest.as_millis() / slice.as_millis() {
                if app.is_stopping() {
                    return;
                }
                std::thread::sleep(slice);
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("search".into()).spawn(run) {
        tracing::error!(%error, "no thread for the search index; it follows at the next start");
    }
}
