//! Who this node is, beside others on the same PostgreSQL.

use crate::config::Config;
use base::{Error, Result, hash64};
use std::path::Path;
use store::Db;

/// The file in the data folder that tells nodes apart.
const FILE: &str = "node";

/// Says who this node is. What it left at an earlier start is its own again, without waiting until others believe it
/// dead; so the same name must mean the same data folder on the same machine, whose lock it holds. A copied folder is
/// another node.
///
/// # Errors
/// When the data folder cannot be read or written.
pub fn introduce(db: &Db, config: &Config) -> Result<()> {
    let folder = std::path::absolute(&config.data)?;
    let host = host();
    let id = hash64(&format!("{}\n{host}\n{}", token(&folder)?, folder.display()));
    let name = match config.node_name.trim() {
        "" => format!("{host} ({})", folder.display()),
        given => given.to_owned(),
    };
    db.introduce(&format!("{id:016x}"), &name);
    Ok(())
}

/// Something random that was made with the folder.
fn token(folder: &Path) -> Result<String> {
    let path = folder.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::from(e).at(path.display())),
        _ => {}
    }
    let token: String = base::random::<16>().iter().map(|b| format!("{b:02x}")).collect();
    std::fs::write(&path, format!("{token}\n")).map_err(|e| Error::from(e).at(path.display()))?;
    Ok(token)
}

/// The machine's name, where the system tells it.
fn host() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.or_else(|| ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok()));
    told.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "a server".into())
}
