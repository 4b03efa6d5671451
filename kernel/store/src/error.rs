//! What databases say, in words for a person.

use base::Error;

/// Translates an error of SQLite.
pub(crate) fn sqlite_error(e: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as C;
    let detail = e.to_string();
    match e.sqlite_error_code() {
        Some(C::DiskFull) => Error::unavailable(
            "the disk is full: nothing of this step was written. Free some room and try again; what was confirmed before is safe.",
        ),
        Some(C::ReadOnly) => Error::unavailable(
            "the data folder is read-only: nothing was written. Make it writable or choose another with --data.",
        ),
        Some(C::DatabaseBusy | C::DatabaseLocked) => Error::unavailable(
            "the database is locked by another program: nothing was written. Close what has it open (a database browser, a backup) and try again.",
        ),
        Some(C::CannotOpen) => Error::unavailable(format!(
            "the database file cannot be opened ({detail}). Check that the data folder exists and is yours."
        )),
        Some(C::DatabaseCorrupt | C::NotADatabase) => Error::unavailable(format!(
            "the database file is damaged or is not a database ({detail}). Restore a backup or choose another folder with --data."
        )),
        Some(C::SystemIoFailure) if is_out_of_room(&e) => Error::unavailable(format!(
            "the database file cannot grow any further ({detail}): the disk is full, or a quota or a limit on the size of files is reached. Free some room and try again; what was confirmed before is safe."
        )),
        Some(C::SystemIoFailure) => Error::unavailable(format!(
            "the disk failed while reading or writing ({detail}). What was confirmed before is safe; check the disk."
        )),
        Some(C::ConstraintViolation) => {
            Error::conflict(format!("this collides with what is stored: {detail}"))
        }
        _ => Error::internal(format!("the database refused a statement: {detail}")),
    }
}

/// Whether a write failed although nothing was wrong with the disk: SQLite says "full" only for a full disk,
/// and "failed to write" when a quota or a limit on the size of files is reached, or no room is left for the
/// index of its write-ahead log.
fn is_out_of_room(e: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
    e.sqlite_error().is_some_and(|e| [SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE].contains(&e.extended_code))
}

/// How the error begins of a statement that waited too long for others.
const LOCKED: &str = "another program holds what this needs";

/// Whether a statement failed only because others were in the way for too long (`lock_timeout`).
pub(crate) fn is_locked(e: &Error) -> bool {
    e.message.contains(LOCKED)
}

/// Translates an error of PostgreSQL.
pub(crate) fn pg_error(e: postgres::Error) -> Error {
    if let Some(db) = e.as_db_error() {
        let code = db.code().code();
        let text = db.message();
        if code == "55P03" {
            return Error::unavailable(format!("{LOCKED}: {text}"));
        }
        return match &code[..2] {
            "23" => Error::conflict(format!("this collides with what is stored: {text}")),
            "53" => Error::unavailable(format!("PostgreSQL is out of room or connections: {text}")),
            "57" | "08" => Error::unavailable(format!("PostgreSQL broke the connection off: {text}")),
            "28" | "3D" => Error::unavailable(format!("PostgreSQL refused the connection: {text}")),
            "25" => Error::unavailable(format!("PostgreSQL does not take writes now: {text}")),
            _ => Error::internal(format!("the database refused a statement: {text} ({code})")),
        };
    }
    let detail = with_causes(&e);
    Error::unavailable(format!(
        "PostgreSQL cannot be reached: {detail}. Check FOLKMOOT_DATABASE_URL and the server."
    ))
}

/// An error with what caused it: that a certificate is not trusted stands only there.
fn with_causes(e: &dyn std::error::Error) -> String {
    let mut detail = e.to_string();
    let mut cause = e.source();
    while let Some(below) = cause {
        let text = below.to_string();
        if !detail.contains(&text) {
            detail.push_str(": ");
            detail.push_str(&text);
        }
        cause = below.source();
    }
    detail
}
