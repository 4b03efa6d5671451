//! The socket in the data folder, by which every command reaches the running server.
//!
//! One connection is one command: the client sends one line of JSON, `{"command": …, "cwd": …}`; the server
//! answers with lines `{"out": text}`, `{"err": text}`, `{"progress": {…}}` and at last `{"exit": code}`. Only
//! the user that runs the server can open it (mode 0600).

use crate::cli::Command;
use crate::out::{Out, Step};
use base::{Error, Result};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;

/// The socket's name in the data folder.
pub const NAME: &str = "folkmoot.sock";

/// The longest request that is read: paths and texts of a command, far below this.
const REQUEST_MAX: u64 = 1 << 20;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The command.
    pub command: Command,
    /// The folder that its paths are relative to.
    pub cwd: PathBuf,
}

/// One line of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// A line of the answer.
    Out(String),
    /// A remark or an error.
    Err(String),
    /// How far long work is.
    Progress(Step),
    /// The end, with the exit code.
    Exit(u8),
}

/// What carries a request out and writes where it is told; gives the exit code.
pub type Handler = dyn Fn(&Request, &mut dyn Out) -> u8 + Send + Sync;

/// Writes a command's words as frames.
struct Line<W: Write>(W);

impl<W: Write> Line<W> {
    fn send(&mut self, frame: &Frame) -> Result<()> {
        let mut text = serde_json::to_string(frame).map_err(|e| Error::internal(e.to_string()))?;
        text.push('\n');
        self.0.write_all(text.as_bytes())?;
        Ok(self.0.flush()?)
    }
}

impl<W: Write> Out for Line<W> {
    fn line(&mut self, text: &str) -> Result<()> {
        self.send(&Frame::Out(text.to_owned()))
    }
    fn note(&mut self, text: &str) -> Result<()> {
        self.send(&Frame::Err(text.to_owned()))
    }
    fn progress(&mut self, step: &Step) -> Result<()> {
        self.send(&Frame::Progress(step.clone()))
    }
}

/// Serves one connection.
fn serve_one(reader: impl Read, writer: impl Write, handler: &Handler) -> Result<()> {
    let mut text = String::new();
    BufReader::new(reader.take(REQUEST_MAX)).read_line(&mut text)?;
    let mut line = Line(writer);
    let code = match serde_json::from_str::<Request>(&text) {
        Ok(request) => handler(&request, &mut line),
        Err(_) => {
            line.note("the server did not understand this command; is it of the same version?")?;
            2
        }
    };
    line.send(&Frame::Exit(code))
}

/// Sends one request and passes the answer on; the exit code.
fn ask(reader: impl Read, mut writer: impl Write, request: &Request, out: &mut dyn Out) -> Result<u8> {
    let mut text = serde_json::to_string(request).map_err(|e| Error::internal(e.to_string()))?;
    text.push('\n');
    writer.write_all(text.as_bytes())?;
    writer.flush()?;
    for line in BufReader::new(reader).lines() {
        let line = line?;
        let frame = serde_json::from_str(&line)
            .map_err(|_| Error::unavailable(format!("the server answered with something else: {line}")))?;
        match frame {
            Frame::Out(text) => out.line(&text)?,
            Frame::Err(text) => out.note(&text)?,
            Frame::Progress(step) => out.progress(&step)?,
            Frame::Exit(code) => return Ok(code),
        }
    }
    Err(Error::unavailable(
        "the server ended before the command was done; say it again to see what is left to do",
    ))
}

#[cfg(unix)]
mod unix {
    use super::{Handler, NAME, Out, Request, ask, serve_one};
    use base::{Error, Result};
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    /// The open socket; removed when dropped.
    pub struct Socket {
        path: PathBuf,
    }

    impl Socket {
        /// Listens in the data folder and serves every connection on a thread of its own. A socket that a
        /// killed server left behind is replaced: whoever calls this holds the folder's lock.
        ///
        /// # Errors
        /// `Unavailable` when it cannot be made.
        pub fn listen(data: &Path, handler: Arc<Handler>) -> Result<Self> {
            let path = data.join(NAME);
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::from(e).at(path.display()));
                }
                _ => {}
            }
            let listener = UnixListener::bind(&path).map_err(|e| Error::from(e).at(path.display()))?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
            std::thread::Builder::new().name("socket".into()).spawn(move || {
                for stream in listener.incoming() {
                    let Ok(stream) = stream else { continue };
                    let handler = Arc::clone(&handler);
                    let serve = move || {
                        base::give_way();
                        let answered = stream
                            .try_clone()
                            .map_err(Error::from)
                            .and_then(|w| serve_one(&stream, w, &*handler));
                        if let Err(e) = answered {
                            tracing::info!(error = %e, "a command's client went away");
                        }
                    };
                    if let Err(e) = std::thread::Builder::new().name("command".into()).spawn(serve) {
                        tracing::error!(error = %e, "no thread for a command");
                    }
                }
            })?;
            Ok(Self { path })
        }
    }

    impl Drop for Socket {
        fn drop(&mut self) {
            // If it stays, the next server replaces it.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Lets the running server carry the command out; `None` when no server runs on this folder.
    ///
    /// # Errors
    /// `Unavailable` when the server breaks off.
    pub fn call(data: &Path, request: &Request, out: &mut dyn Out) -> Result<Option<u8>> {
        let Ok(stream) = UnixStream::connect(data.join(NAME)) else { return Ok(None) };
        ask(&stream, &stream, request, out).map(Some)
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use super::{Handler, Out, Request};
    use base::Result;
    use std::path::Path;
    use std::sync::Arc;

    /// There is no such socket on this platform: commands wait until the server is stopped.
    pub struct Socket;

    impl Socket {
        /// Does nothing on this platform.
        ///
        /// # Errors
        /// Never.
        pub fn listen(_: &Path, _: Arc<Handler>) -> Result<Self> {
            Ok(Self)
        }
    }

    /// Never reaches a server on this platform.
    ///
    /// # Errors
    /// Never.
    pub fn call(_: &Path, _: &Request, _: &mut dyn Out) -> Result<Option<u8>> {
        Ok(None)
    }
}

#[cfg(not(unix))]
pub use elsewhere::{Socket, call};
#[cfg(unix)]
pub use unix::{Socket, call};

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[derive(Default)]
    struct Heard(Vec<String>);

    impl Out for Heard {
        fn line(&mut self, text: &str) -> Result<()> {
            self.0.push(format!("out {text}"));
            Ok(())
        }
        fn note(&mut self, text: &str) -> Result<()> {
            self.0.push(format!("err {text}"));
            Ok(())
        }
        fn progress(&mut self, step: &Step) -> Result<()> {
            self.0.push(format!("{} {}/{}", step.label, step.done, step.total));
            Ok(())
        }
    }

    fn handler() -> Arc<Handler> {
        Arc::new(|request: &Request, out: &mut dyn Out| {
            let step = Step { label: "reading".into(), done: 1, total: 2 };
            let told = out.progress(&step).and_then(|()| out.note("a remark"));
            told.and_then(|()| {
                out.line(&format!("{:?} in {}\ntwice", request.command, request.cwd.display()))
            })
            .map_or(1, |()| 7)
        })
    }

    #[cfg(unix)]
    #[test]
    fn a_command_goes_to_the_server_and_its_words_come_back() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let request = Request { command: Command::Metrics { json: false }, cwd: "/somewhere".into() };
        let mut heard = Heard::default();
        assert_eq!(call(folder.path(), &request, &mut heard).expect("no error"), None, "nobody listens yet");
        // What a killed server leaves behind.
        std::fs::write(folder.path().join(NAME), "").expect("a file");
        let socket = Socket::listen(folder.path(), handler()).expect("a socket");
        let mode = std::fs::metadata(folder.path().join(NAME)).expect("the socket").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for _ in 0..2 {
            heard.0.clear();
            assert_eq!(call(folder.path(), &request, &mut heard).expect("an answer"), Some(7));
            assert_eq!(
                heard.0,
                ["reading 1/2", "err a remark", "out Metrics { json: false } in /somewhere\ntwice"]
            );
        }
        drop(socket);
        assert!(!folder.path().join(NAME).exists());
    }

    #[test]
    fn lines_are_as_documented_and_nonsense_is_refused() {
        let mut answer = Vec::new();
        serve_one(&b"{\"command\":\"Unheard\"}\n"[..], &mut answer, &*handler()).expect("an answer");
        let text = String::from_utf8(answer).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("{\"err\":") && lines[1] == "{\"exit\":2}", "{text}");
        let cut = ask(
            &b"{\"out\":\"x\"}\n"[..],
            Vec::new(),
            &Request { command: Command::Metrics { json: false }, cwd: "/".into() },
            &mut Heard::default(),
        );
        assert!(cut.expect_err("no end").message.contains("ended before"));
    }
}
