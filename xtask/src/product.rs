//! The product as a program: finding the binary, running its commands, a server while it is needed.

use crate::http::{self, Answer};
use crate::run;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whose token the API is asked with.
const ACCOUNT: &str = "xtask@example.org";

/// The binary.
pub(crate) struct Product {
    pub(crate) path: PathBuf,
}

impl Product {
    /// The binary that was named, else the newer of the release and the dev build, else a fresh release build.
    pub(crate) fn find(named: Option<String>) -> Result<Self, String> {
        if let Some(path) = named {
            let path = PathBuf::from(path);
            let path = path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))?;
            return Ok(Self { path });
        }
        let built = ["release", "debug"].map(|profile| run::target().join(profile).join("folkmoot"));
        let newest = built.into_iter().filter_map(|path| {
            let changed = path.metadata().and_then(|m| m.modified()).ok()?;
            Some((changed, path))
        });
        match newest.max() {
            Some((_, path)) => Ok(Self { path }),
            None => Self::build("release"),
        }
    }

    /// Builds it with a profile (`dev` or `release`).
    pub(crate) fn build(profile: &str) -> Result<Self, String> {
        let built = run::shown(run::cargo().args(["build", "--package", "folkmoot", "--profile", profile]))?;
        if !built {
            return Err("the product does not build".into());
        }
        let folder = if profile == "dev" { "debug" } else { profile };
        Ok(Self { path: run::target().join(folder).join("folkmoot") })
    }

    /// One of its commands. Settings of the person who runs this stay out.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FOLKMOOT_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// A token for the API, of an account made for it.
    pub(crate) fn token(&self, data: &Path) -> Result<String, String> {
        // An account of an earlier run does as well; without any, the token below says what is wrong.
        let _ =
            run::output(self.command(&["accounts", "add", ACCOUNT, "--role", "owner", "--data"]).arg(data));
        let said = run::output(self.command(&["accounts", "token", ACCOUNT, "--json", "--data"]).arg(data))?;
        let last = said.lines().last().unwrap_or_default();
        let answer: Value = serde_json::from_str(last).unwrap_or(Value::Null);
        answer["token"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("`folkmoot accounts token` printed no token:\n{said}"))
    }

    /// Starts the server on a free port and waits for the line with its address.
    pub(crate) fn serve(&self, data: &Path) -> Result<Server, String> {
        let started = Instant::now();
        let mut child = self
            .command(&["serve", "--port", "0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{}: {e}", self.path.display()))?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let stderr = child.stderr.take().ok_or("the server has no output")?;
        let errors = std::thread::spawn(move || {
            let mut words = String::new();
            let _ = BufReader::new(stderr).read_to_string(&mut words);
            words
        });
        let mut lines = BufReader::new(stdout).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| address_in(&line));
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            let words = errors.join().unwrap_or_default();
            return Err(format!("`folkmoot serve` ended without printing an address:\n{words}"));
        };
        // What it prints later must not fill the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(Server { child, address, started })
    }
}

/// The first `host:port` of an address in a line.
fn address_in(line: &str) -> Option<String> {
    let rest = &line[line.find("http://")? + 7..];
    let end = rest.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(rest.len());
    let address = rest[..end].trim_end_matches(['.', ',', ')']);
    address.rsplit_once(':')?.1.parse::<u16>().ok()?;
    Some(address.replace("0.0.0.0", "127.0.0.1"))
}

/// A running server; stopped when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    started: Instant,
}

impl Server {
    /// Asks for a path.
    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, String> {
        http::get(&self.address, path, token)
    }

    /// The time from the start to the first answer, asked for at once.
    pub(crate) fn first_answer(&self) -> Result<Duration, String> {
        self.get("/signin", None)?;
        Ok(self.started.elapsed())
    }

    /// Its `host:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Its process number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked first, so that it closes the store in order.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        for _ in 0..100 {
            if !asked.as_ref().is_ok_and(std::process::ExitStatus::success) {
                break;
            }
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn an_address_is_found_in_a_line() {
        assert_eq!(address_in("listening on http://127.0.0.1:4123").as_deref(), Some("127.0.0.1:4123"));
        assert_eq!(address_in("Open http://localhost:80/signin/abc now").as_deref(), Some("localhost:80"));
        assert_eq!(address_in("http://0.0.0.0:9, ").as_deref(), Some("127.0.0.1:9"));
        assert_eq!(address_in("see http://example.org"), None);
    }
}
