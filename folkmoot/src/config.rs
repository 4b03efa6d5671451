//! The settings of an installation: flags win over `FOLKMOOT_*` variables, these over the settings file, and
//! that over the defaults. What the community decides (name, zone, staff, bots) is not here but in the store.
//!
//! The comments on the fields of [`Config`] are the reference: `docs/reference/settings.md` and
//! `config.example.toml` are made from them.

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Every setting. A field `port` is `--port` where a command takes it, `FOLKMOOT_PORT`, and `port` in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The folder for the database, uploads, the lock and the socket. By default the platform's data folder:
    /// `$XDG_DATA_HOME/folkmoot` or `~/.local/share/folkmoot` on Linux, `~/Library/Application Support/Folkmoot`
    /// on macOS, `%APPDATA%\Folkmoot` on Windows. It cannot stand in the data folder's own settings file.
    pub data: PathBuf,
    /// The address to listen on. `127.0.0.1` is reached from this machine only; put a proxy with https in
    /// front before listening on `0.0.0.0`.
    pub host: String,
    /// The port to listen on; 0 takes any free one.
    pub port: u16,
    /// The address by which browsers reach the server, such as `https://community.example.org`. Sign-in links
    /// begin with it, and with https cookies are sent over https only. Empty: the address listened on.
    pub public_url: String,
    /// Whether a proxy in front sets `X-Forwarded-For`, so that sign-in attempts are counted by the address it
    /// names. Leave it off where the port can be reached directly.
    pub behind_proxy: bool,
    /// A PostgreSQL address, `postgres://user:password@host:5432/database`. Empty: an embedded SQLite file in
    /// the data folder. `?sslmode=verify-full&sslrootcert=/path/ca.pem` encrypts the way there; `sslmode` is `disable`,
    /// `prefer` (the default), `require`, `verify-ca` or `verify-full`.
    pub database_url: String,
    /// The folder that is watched: an export that is put there is imported by itself, into the source whose name the
    /// folder around it has. Empty: `watch` in the data folder.
    pub watch: PathBuf,
    /// The folder for uploads until they are imported. Several servers on one database that share this folder, under the
    /// same path, can go on with one another's imports. Empty: `uploads` in the data folder.
    pub upload_folder: PathBuf,
    /// What this server is called beside others on the same database. Empty: the machine's name and the data folder.
    pub node_name: String,
    /// The folder for scheduled backups, one a day, best on another disk. Empty: none are taken. Of several servers on
    /// one database one takes it; each needs the setting, and best the same folder.
    pub backup_folder: PathBuf,
    /// The time of day of the backup, in the community's zone.
    pub backup_at: String,
    /// Of how many days with a backup the newest is kept.
    pub backup_keep_days: u16,
    /// Of how many weeks with a backup the newest is kept, beside those of the days.
    pub backup_keep_weeks: u16,
    /// Of how many months with a backup the newest is kept, beside those.
    pub backup_keep_months: u16,
    /// Where `/metrics` is told in Prometheus' format: an address and a port of its own, such as `127.0.0.1:9484`.
    /// Empty: nowhere. It is never reached through the desk's port, so that no proxy gives it away.
    pub metrics_listen: String,
    /// What whoever asks for `/metrics` must say, as `Authorization: Bearer …`. Needed when `metrics_listen` is an
    /// address that other machines reach.
    pub metrics_token: String,
    /// How many requests are answered at once; whoever comes beyond that is told to come again (503).
    pub max_requests: u16,
    /// How many seconds an answer may take before it is given up (503). Uploads and open pages may take longer.
    pub request_seconds: u16,
    /// How many calls of the API each token may make in a minute; beyond that it is told to come again (429). 0: no limit.
    /// Of several servers on one database each counts what it answers itself.
    pub api_calls_a_minute: u32,
    /// Sites whose pages may ask the API from a browser (CORS), divided by commas: `https://tools.example.org`, or `*` for
    /// every one. They send an API token; cookies are not let through. Empty: none.
    pub api_origins: String,
    /// The key with which secrets are sealed before they are stored: 32 random bytes in Base64, as `openssl rand -base64
    /// 32` makes them; best given as FOLKMOOT_SECRET_KEY. Empty: the file `secret.key` in the data folder, which is made
    /// when it is needed. Several servers on one database need the same key.
    pub secret_key: String,
    /// Keys of before, divided by commas, until `folkmoot secrets rotate` has sealed everything with the present one.
    pub secret_key_old: String,
    /// Networks that outgoing requests (webhooks) may reach although they are not of the open internet, divided by
    /// commas: `10.1.0.0/16, 127.0.0.1`. Empty: none.
    pub outgoing_networks: String,
    /// Whether outgoing requests may go to `http` addresses, without encryption.
    pub outgoing_http: bool,
    /// The mail server that invitations, sign-in links and digests go through, such as `smtp.example.org`. Empty: the one
    /// that is named on the desk under Settings, Mail, or none.
    pub mail_host: String,
    /// Its port. 0: the usual one, 465 for `tls`, 587 for `starttls`, 25 for `none`.
    pub mail_port: u16,
    /// How the way to it is encrypted: `tls` from the first byte, `starttls` after a greeting and never without, or `none`.
    pub mail_encryption: String,
    /// The name to sign in to the mail server with. Empty: none is needed.
    pub mail_username: String,
    /// The password to sign in to the mail server with; best given as FOLKMOOT_MAIL_PASSWORD.
    pub mail_password: String,
    /// The address that mails come from, such as `desk@example.org`. Needed when `mail_host` is set.
    pub mail_from: String,
    /// The name that mails come from. Empty: the community's.
    pub mail_from_name: String,
    /// The address that answers to mails go to. Empty: the one that mails come from.
    pub mail_reply_to: String,
    /// A file with certificates in PEM that the mail server's may be signed by, beside the public authorities.
    pub mail_ca: PathBuf,
    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,access=debug`.
    pub log: String,
    /// How it is logged: `text`, or `json` with one object a line.
    pub log_format: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: platform_data_folder(&|name| std::env::var(name).ok()),
            host: "127.0.0.1".into(),
            port: 8484,
            public_url: String::new(),
            behind_proxy: false,
            database_url: String::new(),
            watch: PathBuf::new(),
            upload_folder: PathBuf::new(),
            node_name: String::new(),
            backup_folder: PathBuf::new(),
            backup_at: "03:00".into(),
            backup_keep_days: 7,
            backup_keep_weeks: 4,
            backup_keep_months: 12,
            metrics_listen: String::new(),
            metrics_token: String::new(),
            max_requests: 256,
            request_seconds: 60,
            api_calls_a_minute: 600,
            api_origins: String::new(),
            secret_key: String::new(),
            secret_key_old: String::new(),
            outgoing_networks: String::new(),
            outgoing_http: false,
            mail_host: String::new(),
            mail_port: 0,
            mail_encryption: "tls".into(),
            mail_username: String::new(),
            mail_password: String::new(),
            mail_from: String::new(),
            mail_from_name: String::new(),
            mail_reply_to: String::new(),
            mail_ca: PathBuf::new(),
            log: "warn".into(),
            log_format: "text".into(),
        }
    }
}

/// What the flags say; `None` where one was not given.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--host`.
    pub host: Option<String>,
    /// `--port`.
    pub port: Option<u16>,
    /// `--watch`.
    pub watch: Option<PathBuf>,
    /// `--backup-folder`.
    pub backup_folder: Option<PathBuf>,
    /// `--log`.
    pub log: Option<String>,
    /// `--log-format`.
    pub log_format: Option<String>,
}

impl Config {
    /// Puts the settings together. `variable` reads the environment.
    ///
    /// # Errors
    /// `Invalid` for an unknown setting or a value that does not fit, naming where it stands; `NotFound` when
    /// a file that was named does not exist.
    pub fn load(flags: &Flags, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let defaults = Self { data: platform_data_folder(variable), ..Self::default() };
        let Value::Table(mut all) = Value::try_from(&defaults)
            .map_err(|e| Error::internal(format!("the settings' defaults: {e}")))?
        else {
            return Err(Error::internal("the settings' defaults are no table"));
        };
        let from_variables = variables(&all, variable)?;
        let named = flags.config.clone().or_else(|| variable("FOLKMOOT_CONFIG").map(PathBuf::from));
        let data = flags
            .data
            .clone()
            .or_else(|| from_variables.get("data").and_then(Value::as_str).map(PathBuf::from))
            .unwrap_or(defaults.data);
        all.extend(read_file(named.as_deref(), &data, &all)?);
        all.extend(from_variables);
        let path =
            |given: &Option<PathBuf>| given.as_ref().map(|p| Value::from(p.to_string_lossy().into_owned()));
        let given = [
            ("data", path(&flags.data)),
            ("host", flags.host.clone().map(Value::from)),
            ("port", flags.port.map(|p| Value::from(i64::from(p)))),
            ("watch", path(&flags.watch)),
            ("backup_folder", path(&flags.backup_folder)),
            ("log", flags.log.clone().map(Value::from)),
            ("log_format", flags.log_format.clone().map(Value::from)),
        ];
        all.extend(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        let config: Self = Value::Table(all)
            .try_into()
            .map_err(|e| Error::invalid(format!("the settings do not fit: {e}")))?;
        config.checked()
    }

    fn checked(mut self) -> Result<Self> {
        if !matches!(self.log_format.as_str(), "text" | "json") {
            return Err(Error::invalid(format!("log_format is \"{}\"; it is text or json", self.log_format)));
        }
        backup::schedule::minute(&self.backup_at).map_err(|e| e.at("backup_at"))?;
        self.metrics_address()?;
        self.origins()?;
        self.mail_server()?;
        if self.max_requests == 0 || self.request_seconds == 0 {
            return Err(Error::invalid("max_requests and request_seconds are at least 1"));
        }
        let url = self.public_url.trim_end_matches('/');
        if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Error::invalid(format!(
                "public_url is \"{url}\"; it begins with https:// or http://"
            )));
        }
        self.public_url = url.to_owned();
        Ok(self)
    }

    /// The sites that may ask the API from a browser.
    ///
    /// # Errors
    /// `Invalid` for what is no origin.
    pub fn origins(&self) -> Result<Vec<String>> {
        let all = self.api_origins.split(',').map(str::trim).filter(|o| !o.is_empty());
        all.map(|origin| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if origin == "*" || host.is_some_and(|h| !h.is_empty() && !h.contains('/')) {
                return Ok(origin.to_owned());
            }
            Err(Error::invalid(format!(
                "api_origins names \"{origin}\"; a site is https:// and its host, without a path, or *"
            )))
        })
        .collect()
    }

    /// The folder that is watched.
    pub fn watched(&self) -> PathBuf {
        if self.watch.as_os_str().is_empty() { self.data.join("watch") } else { self.watch.clone() }
    }

    /// The mail server, where one is named.
    ///
    /// # Errors
    /// `Invalid`, naming the setting; `NotFound` when the file with certificates is not there.
    pub fn mail_server(&self) -> Result<Option<mailer::Smtp>> {
        if self.mail_host.is_empty() {
            return Ok(None);
        }
        let stored = mailer::Stored {
            host: self.mail_host.clone(),
            port: self.mail_port,
            encryption: mailer::Encryption::of(&self.mail_encryption).map_err(|e| e.at("mail_encryption"))?,
            username: self.mail_username.clone(),
            from_name: self.mail_from_name.clone(),
            from_address: self.mail_from.clone(),
            reply_to: self.mail_reply_to.clone(),
        };
        let ca = match self.mail_ca.as_os_str().is_empty() {
            true => None,
            false => {
                let read = std::fs::read_to_string(&self.mail_ca);
                Some(read.map_err(|e| Error::from(e).at(format!("mail_ca {}", self.mail_ca.display())))?)
            }
        };
        mailer::Smtp::of_installation(stored, &self.mail_password, ca).map(Some)
    }

    /// Where metrics are told, if anywhere.
    ///
    /// # Errors
    /// `Invalid` when it is no address, or one that other machines reach without a token.
    pub fn metrics_address(&self) -> Result<Option<SocketAddr>> {
        if self.metrics_listen.is_empty() {
            return Ok(None);
        }
        let address: SocketAddr = self.metrics_listen.parse().map_err(|_| {
            Error::invalid(format!(
                "metrics_listen is \"{}\"; it is an address and a port, such as 127.0.0.1:9484",
                self.metrics_listen
            ))
        })?;
        if !address.ip().is_loopback() && self.metrics_token.is_empty() {
            return Err(Error::invalid(format!(
                "metrics_listen is {address}, which other machines reach: set metrics_token, or listen on 127.0.0.1"
            )));
        }
        Ok(Some(address))
    }

    /// Where the data lies.
    pub fn location(&self) -> store::Location {
        if self.database_url.is_empty() {
            store::Location::Sqlite(self.data.join("folkmoot.db"))
        } else {
            store::Location::Postgres(self.database_url.clone())
        }
    }
}

fn variables(defaults: &Table, variable: &dyn Fn(&str) -> Option<String>) -> Result<Table> {
    let mut found = Table::new();
    for (key, default) in defaults {
        let name = format!("FOLKMOOT_{}", key.to_uppercase());
        let Some(text) = variable(&name) else { continue };
        let value = match default {
            Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
            Value::Boolean(_) => match text.trim() {
                "1" | "true" | "yes" => Some(Value::Boolean(true)),
                "0" | "false" | "no" | "" => Some(Value::Boolean(false)),
                _ => None,
            },
            _ => Some(Value::String(text.clone())),
        };
        let value = value.ok_or_else(|| {
            Error::invalid(format!("{name} is \"{text}\"; it takes a value like {default}"))
        })?;
        found.insert(key.clone(), value);
    }
    Ok(found)
}

fn read_file(named: Option<&Path>, data: &Path, known: &Table) -> Result<Table> {
    let path = named.map_or_else(|| data.join("config.toml"), Path::to_owned);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok(Table::new()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::not_found(format!("there is no settings file {}", path.display())));
        }
        Err(e) => return Err(Error::from(e).at(path.display())),
    };
    let table: Table = text.parse().map_err(|e| Error::invalid(format!("{}: {e}", path.display())))?;
    if let Some(unknown) = table.keys().find(|k| !known.contains_key(*k)) {
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        return Err(Error::invalid(format!(
            "{}: there is no setting \"{unknown}\"; there are: {}",
            path.display(),
            names.join(", ")
        )));
    }
    if named.is_none() && table.contains_key("data") {
        return Err(Error::invalid(format!(
            "{}: \"data\" cannot be set in the data folder's own file; use --data or FOLKMOOT_DATA",
            path.display()
        )));
    }
    Ok(table)
}

/// The folder in which this platform keeps a program's data.
fn platform_data_folder(variable: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let set = |name: &str| variable(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let found = if cfg!(windows) {
        set("APPDATA").map(|base| base.join("Folkmoot"))
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Application Support/Folkmoot"))
    } else {
        set("XDG_DATA_HOME")
            .or_else(|| set("HOME").map(|home| home.join(".local/share")))
            .map(|base| base.join("folkmoot"))
    };
    found.unwrap_or_else(|| PathBuf::from("folkmoot-data"))
}

/// One setting as the reference shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingDoc {
    /// Its name in the file.
    pub name: String,
    /// What it means.
    pub text: String,
    /// Its default, as it would stand in the file.
    pub default: String,
}

/// Every setting with the comment above its field: this file documents itself.
pub fn documented() -> Vec<SettingDoc> {
    let neutral = Config { data: PathBuf::new(), ..Config::default() };
    let defaults = Table::try_from(&neutral).unwrap_or_default();
    let source = include_str!("config.rs");
    let fields = source.split_once("pub struct Config {").map_or("", |(_, rest)| rest);
    let fields = fields.split_once("\n}").map_or("", |(body, _)| body);
    let (mut docs, mut text) = (Vec::new(), String::new());
    for line in fields.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            text.push_str(comment);
        } else if let Some((name, _)) = line.strip_prefix("pub ").and_then(|f| f.split_once(':')) {
            let default = defaults.get(name).map(Value::to_string).unwrap_or_default();
            docs.push(SettingDoc {
                name: name.to_owned(),
                text: std::mem::take(&mut text).trim().to_owned(),
                default,
            });
        }
    }
    docs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(flags: &Flags, pairs: &[(&str, &str)]) -> Result<Config> {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        Config::load(flags, &move |name| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
    }

    #[test]
    fn flags_win_over_variables_and_these_over_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("config.toml"), "port = 1\nhost = \"file\"\nlog = \"debug\"\n")
            .unwrap();
        let data = Flags { data: Some(folder.path().into()), ..Flags::default() };
        let c = load(&data, &[]).expect("the file");
        assert_eq!((c.port, c.host.as_str(), c.log.as_str()), (1, "file", "debug"));
        assert_eq!(c.location(), store::Location::Sqlite(folder.path().join("folkmoot.db")));
        let vars = [("FOLKMOOT_PORT", "2"), ("FOLKMOOT_HOST", "var"), ("FOLKMOOT_BEHIND_PROXY", "true")];
        let c = load(&data, &vars).expect("variables");
        assert_eq!((c.port, c.host.as_str(), c.behind_proxy), (2, "var", true));
        assert_eq!(c.watched(), folder.path().join("watch"));
        let given = Flags { port: Some(0), watch: Some("drop".into()), ..data };
        let c = load(&given, &vars).expect("flags");
        assert_eq!(c.watched(), PathBuf::from("drop"));
        assert_eq!((c.port, c.host.as_str(), c.log.as_str()), (0, "var", "debug"));
    }

    #[test]
    fn the_data_folder_is_the_platforms_unless_said() {
        let c = load(
            &Flags::default(),
            &[("XDG_DATA_HOME", "/nowhere/x"), ("FOLKMOOT_PUBLIC_URL", "https://c.example/")],
        );
        let c = c.expect("defaults");
        if cfg!(target_os = "linux") {
            assert_eq!(c.data, PathBuf::from("/nowhere/x/folkmoot"));
        }
        assert_eq!(c.public_url, "https://c.example");
        let c = load(
            &Flags::default(),
            &[("FOLKMOOT_DATA", "/nowhere/d"), ("FOLKMOOT_DATABASE_URL", "postgres://h/d")],
        );
        let c = c.expect("variables");
        assert_eq!(c.data, PathBuf::from("/nowhere/d"));
        assert_eq!(c.location(), store::Location::Postgres("postgres://h/d".into()));
    }

    #[test]
    fn mistakes_name_their_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = Flags { data: Some(folder.path().into()), ..Flags::default() };
        let message = |file: &str, vars: &[(&str, &str)]| {
            std::fs::write(folder.path().join("config.toml"), file).unwrap();
            load(&data, vars).expect_err("a mistake").message
        };
        assert!(message("prot = 1", &[]).contains("no setting \"prot\""));
        assert!(message("data = \"x\"", &[]).contains("--data"));
        assert!(message("port = \"x\"", &[]).contains("port"));
        assert!(message("", &[("FOLKMOOT_PORT", "x")]).contains("FOLKMOOT_PORT"));
        assert!(message("log_format = \"xml\"", &[]).contains("text or json"));
        assert!(message("backup_at = \"night\"", &[]).contains("03:00"));
        assert!(message("api_origins = \"https://a.example/x\"", &[]).contains("without a path"));
        assert!(message("mail_host = \"smtp.example.org\"", &[]).contains("mail_from"));
        let from = "mail_host = \"smtp.example.org\"\nmail_from = \"desk@example.org\"\n";
        let plain = [("FOLKMOOT_MAIL_ENCRYPTION", "ssl")];
        assert!(message(from, &plain).contains("tls, starttls or none"));
        assert!(message(&format!("{from}mail_ca = \"/nowhere/ca.pem\""), &[]).contains("mail_ca"));
        assert!(message("metrics_listen = \"9484\"", &[]).contains("an address and a port"));
        assert!(message("metrics_listen = \"0.0.0.0:9484\"", &[]).contains("set metrics_token"));
        let gone = Flags { config: Some(folder.path().join("none.toml")), ..Flags::default() };
        assert_eq!(load(&gone, &[]).expect_err("a mistake").kind, base::ErrorKind::NotFound);
    }

    #[test]
    fn every_setting_is_documented() {
        let docs = documented();
        let names: Vec<&str> = docs.iter().map(|d| d.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "data",
                "host",
                "port",
                "public_url",
                "behind_proxy",
                "database_url",
                "watch",
                "upload_folder",
                "node_name",
                "backup_folder",
                "backup_at",
                "backup_keep_days",
                "backup_keep_weeks",
                "backup_keep_months",
                "metrics_listen",
                "metrics_token",
                "max_requests",
                "request_seconds",
                "api_calls_a_minute",
                "api_origins",
                "secret_key",
                "secret_key_old",
                "outgoing_networks",
                "outgoing_http",
                "mail_host",
                "mail_port",
                "mail_encryption",
                "mail_username",
                "mail_password",
                "mail_from",
                "mail_from_name",
                "mail_reply_to",
                "mail_ca",
                "log",
                "log_format"
            ]
        );
        assert!(docs.iter().all(|d| d.text.len() > 20 && d.text.ends_with('.')));
        assert_eq!(docs[2].default, "8484");
    }
}
