//! A throwaway PostgreSQL cluster from the binaries that are installed. Standard library only: the developer
//! tool includes this file too.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// Waits for its standard input to close, then stops the server and removes the folder: nothing is left behind
/// even when the process that started the cluster is killed or interrupted. `$1` is the server program, `$2` the folder,
/// further words are settings.
const KEEPER: &str = r#"
trap '' INT TERM HUP
server=$1
folder=$2
shift 2
"$server" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB -c autovacuum=off "$@" \
    >"$folder/log" 2>&1 </dev/null &
server=$!
read -r _ || true
kill -QUIT "$server" 2>/dev/null || true
wait "$server" || true
rm -rf "$folder"
"#;

/// A running cluster; stopped and removed when dropped.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    keeper: Child,
    open: Option<ChildStdin>,
    port: u16,
}

impl Cluster {
    /// Starts a cluster that listens on a Unix socket in a temporary folder.
    ///
    /// # Errors
    /// In words, when PostgreSQL is not installed or does not start.
    pub fn start() -> Result<Self, String> {
        Self::start_with(|_, _| Ok(Vec::new()))
    }

    /// The same, listening on a port of 127.0.0.1 with a certificate and its key (PEM), too; and the port.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn start_encrypted(certificate: &Path, key: &Path) -> Result<(Self, u16), String> {
        // Between letting it go and the server's start somebody else could take it; then the server does not start.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .map_err(|e| format!("no free port: {e}"))?
            .port();
        let cluster = Self::start_with(|folder, identity| {
            let copied = |from: &Path, name: &str| -> Result<PathBuf, String> {
                let to = folder.join(name);
                let text = fs::read(from).map_err(|e| format!("{}: {e}", from.display()))?;
                fs::write(&to, text).map_err(|e| format!("{}: {e}", to.display()))?;
                identity.own(&to)?;
                Ok(to)
            };
            let (certificate, key) = (copied(certificate, "server.pem")?, copied(key, "server.key")?);
            Ok(vec![
                "listen_addresses=127.0.0.1".to_owned(),
                format!("port={port}"),
                "ssl=on".to_owned(),
                format!("ssl_cert_file={}", certificate.display()),
                format!("ssl_key_file={}", key.display()),
            ])
        })?;
        Ok((cluster, port))
    }

    fn start_with(
        settings: impl FnOnce(&Path, &Identity) -> Result<Vec<String>, String>,
    ) -> Result<Self, String> {
        let programs = programs()?;
        let folder = new_folder()?;
        let identity = Identity::choose(&folder)?;
        let initdb = identity
            .command(&programs.join("initdb"))
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(folder.join("data"))
            .stdin(Stdio::null())
            .output()
            .map_err(|e| format!("initdb in {} does not run: {e}", programs.display()))?;
        if !initdb.status.success() {
            let words = String::from_utf8_lossy(&initdb.stderr).trim().to_owned();
            let _ = fs::remove_dir_all(&folder);
            return Err(format!("initdb failed: {words}"));
        }
        let settings = settings(&folder, &identity)?;
        let mut keeper = identity
            .command(Path::new("/bin/sh"))
            .args(["-c", KEEPER, "sh"])
            .arg(programs.join("postgres"))
            .arg(&folder)
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("the PostgreSQL server does not start: {e}"))?;
        let open = keeper.stdin.take();
        let port = settings.iter().find_map(|s| s.strip_prefix("port=")?.parse().ok()).unwrap_or(5432);
        let cluster = Self { folder, keeper, open, port };
        cluster.wait_until_ready(&programs)?;
        Ok(cluster)
    }

    /// The address of the database `postgres` as a superuser, over the socket.
    pub fn url(&self) -> String {
        url(&self.folder.display().to_string(), "postgres")
    }

    fn wait_until_ready(&self, programs: &Path) -> Result<(), String> {
        for _ in 0..300 {
            let ready = Command::new(programs.join("pg_isready"))
                .args(["-q", "-p", &self.port.to_string(), "-h"])
                .arg(&self.folder)
                .status()
                .map_err(|e| format!("pg_isready does not run: {e}"))?;
            if ready.success() {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        let mut log = String::new();
        if let Ok(mut file) = fs::File::open(self.folder.join("log")) {
            let _ = file.read_to_string(&mut log);
        }
        Err(format!("the PostgreSQL server did not get ready in 15 s; its log says: {}", log.trim()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The keeper sees its input end, stops the server and removes the folder.
        self.open = None;
        let _ = self.keeper.wait();
    }
}

/// The address of a database of the cluster whose socket lies in `folder`.
pub fn url(folder: &str, database: &str) -> String {
    format!("postgres://postgres@/{database}?host={}", folder.replace('%', "%25").replace(' ', "%20"))
}

/// The folder of the installed server programs.
///
/// # Errors
/// In words, when there is none.
pub fn programs() -> Result<PathBuf, String> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|e| e.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.into_iter().find(|f| f.join("initdb").is_file() && f.join("postgres").is_file()).ok_or_else(|| {
        "PostgreSQL's server programs are not installed (on Debian and Ubuntu: apt-get install postgresql)".into()
    })
}

/// As whom the server runs: PostgreSQL refuses the superuser of the system.
enum Identity {
    Own,
    /// Through `runuser`, as the account that the package made.
    Postgres,
}

impl Identity {
    fn choose(folder: &Path) -> Result<Self, String> {
        let output = Command::new("id").arg("-u").output().map_err(|e| format!("id does not run: {e}"))?;
        if String::from_utf8_lossy(&output.stdout).trim() != "0" {
            return Ok(Self::Own);
        }
        let owned = Command::new("chown").arg("postgres").arg(folder).status();
        match owned {
            Ok(status) if status.success() => Ok(Self::Postgres),
            _ => {
                Err("PostgreSQL does not run as root, and there is no account \"postgres\" to run it as"
                    .into())
            }
        }
    }

    /// Gives a file to the account, which alone may read it.
    fn own(&self, path: &Path) -> Result<(), String> {
        let mut steps = vec![Command::new("chmod")];
        steps[0].arg("600").arg(path);
        if matches!(self, Self::Postgres) {
            steps.push(Command::new("chown"));
            steps[1].arg("postgres").arg(path);
        }
        for mut step in steps {
            let done = step.status().map_err(|e| e.to_string())?;
            if !done.success() {
                return Err(format!("{} cannot be given to the server", path.display()));
            }
        }
        Ok(())
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = match self {
            Self::Own => Command::new(program),
            Self::Postgres => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
        };
        // The account may not read the folder we were started in.
        command.current_dir("/");
        command
    }
}

/// A fresh folder with a short path: the socket's path must fit into 107 bytes.
fn new_folder() -> Result<PathBuf, String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let base = std::env::temp_dir();
    let base = if base.as_os_str().len() > 60 { PathBuf::from("/tmp") } else { base };
    for _ in 0..10_000 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = base.join(format!("folkmoot-pg-{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(format!("cannot make {}: {e}", folder.display())),
        }
    }
    Err(format!("{} is full of old folkmoot-pg folders; remove them", base.display()))
}
