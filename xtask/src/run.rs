//! Running other programs, and where the project lies.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The project's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The folder that Cargo builds into.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A command in the project's root.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Cargo as it was called.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command with its output shown. Whether it succeeded.
pub(crate) fn shown(command: &mut Command) -> Result<bool, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|e| format!("{name} does not run: {e}"))?;
    Ok(status.success())
}

/// What a command prints; an error, with what it printed, when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.stdin(Stdio::null()).output().map_err(|e| format!("{name} does not run: {e}"))?;
    let words = String::from_utf8_lossy(&done.stdout).into_owned();
    if done.status.success() {
        return Ok(words);
    }
    let arguments: Vec<_> = command.get_args().map(|a| a.to_string_lossy().into_owned()).collect();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    Err(format!("`{name} {}` failed:\n{}{}", arguments.join(" "), words, said))
}

/// A line that begins a part of the output.
pub(crate) fn section(title: &str) {
    println!("\n== {title} ==");
}

/// A fresh folder for scratch data; removed when dropped unless kept.
pub(crate) struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    pub(crate) fn new(name: &str) -> Result<Self, String> {
        for number in 0..1_000 {
            let path = std::env::temp_dir().join(format!("folkmoot-{name}-{}-{number}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, keep: false }),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(format!("cannot make {}: {e}", path.display())),
            }
        }
        Err(format!("{} is full of old folkmoot folders; remove them", std::env::temp_dir().display()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the folder where it is.
    pub(crate) fn keep(&mut self) {
        self.keep = true;
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Options of the form `--name value` and switches `--name` taken out of a list of arguments.
pub(crate) struct Arguments {
    pub(crate) rest: Vec<String>,
}

impl Arguments {
    pub(crate) fn new(arguments: &[String]) -> Self {
        Self { rest: arguments.to_vec() }
    }

    /// Takes `--name value` or `--name=value` out.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>, String> {
        let joined = format!("{name}=");
        if let Some(at) = self.rest.iter().position(|a| a.starts_with(&joined)) {
            return Ok(Some(self.rest.remove(at)[joined.len()..].to_owned()));
        }
        let Some(at) = self.rest.iter().position(|a| a == name) else { return Ok(None) };
        self.rest.remove(at);
        if at < self.rest.len() {
            Ok(Some(self.rest.remove(at)))
        } else {
            Err(format!("{name} needs a value"))
        }
    }

    /// Takes `--name` out. Whether it was there.
    pub(crate) fn switch(&mut self, name: &str) -> bool {
        let at = self.rest.iter().position(|a| a == name);
        at.map(|at| self.rest.remove(at)).is_some()
    }

    /// Refuses what is left.
    pub(crate) fn done(&self) -> Result<(), String> {
        match self.rest.first() {
            Some(other) => Err(format!("\"{other}\" is not understood; see `cargo xtask help`")),
            None => Ok(()),
        }
    }
}
