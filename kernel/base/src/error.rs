//! One error type for what people see. A message says what went wrong, where, and what to do next.

use std::fmt;

/// The result of anything that can fail in front of a person.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of failure it is; decides the HTTP status and the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input is wrong; the message says where and how to mend it (HTTP 422, exit 2).
    Invalid,
    /// The thing asked for does not exist (HTTP 404, exit 2).
    NotFound,
    /// It collides with the present state, and saying it again later may work (HTTP 409, exit 1).
    Conflict,
    /// Who asks may not do this (HTTP 403, exit 1).
    Forbidden,
    /// Disk, database or operating system said no (HTTP 503, exit 1).
    Unavailable,
    /// A defect of ours (HTTP 500, exit 1).
    Internal,
}

/// An error with the words for a person.
#[derive(Debug, Clone)]
pub struct Error {
    /// What kind it is.
    pub kind: ErrorKind,
    /// What happened, where, and what to do.
    pub message: String,
}

impl Error {
    /// The input is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Invalid, message: message.into() }
    }
    /// The thing does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::NotFound, message: message.into() }
    }
    /// It collides with the present state.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Conflict, message: message.into() }
    }
    /// Not allowed.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Forbidden, message: message.into() }
    }
    /// Something outside the program said no.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Unavailable, message: message.into() }
    }
    /// A defect of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Internal, message: message.into() }
    }
    /// The same error, with where it happened in front.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }
    /// The exit code of a command that failed with this.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::Invalid | ErrorKind::NotFound => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        let advice = match e.kind() {
            K::StorageFull => " Free some room and try again; nothing that was confirmed is lost.",
            K::PermissionDenied | K::ReadOnlyFilesystem => {
                " Check the permissions of the folder or choose another one."
            }
            _ => "",
        };
        Self::unavailable(format!("{e}.{advice}"))
    }
}
