//! Through which server mail goes, and who it comes from: named by whoever runs the installation, or by the community on
//! a page.

use crate::address::one_line;
use crate::{Address, Mailer, secrets};
use base::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use store::Conn;

/// The name under which the community's server stands among its settings.
pub const NAME: &str = "mail";

/// How the way to the server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first byte (RFC 8314; port 465).
    #[default]
    Tls,
    /// After a greeting, and never without (RFC 3207; port 587). A server that does not offer it gets no mail.
    StartTls,
    /// Not at all: only on the same machine, or where whoever runs the server says so.
    None,
}

impl Encryption {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tls, Self::StartTls, Self::None];

    /// Its word in settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tls => "TLS (usually port 465)",
            Self::StartTls => "STARTTLS (usually port 587)",
            Self::None => "None (only on this machine)",
        }
    }

    /// The port that servers listen on for it.
    pub fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }

    /// From its word.
    ///
    /// # Errors
    /// `Invalid` for another word.
    pub fn of(word: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|e| e.word() == word)
            .ok_or_else(|| Error::invalid("encryption is tls, starttls or none"))
    }
}

/// The community's server as it is stored: everything but the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stored {
    /// The server's name.
    pub host: String,
    /// Its port; 0 for the usual one.
    pub port: u16,
    /// How the way to it is encrypted.
    pub encryption: Encryption,
    /// The name to sign in with; empty where none is needed.
    pub username: String,
    /// The name that mails come from; empty for the community's.
    pub from_name: String,
    /// The address that mails come from.
    pub from_address: String,
    /// Where answers go; empty for the address that mails come from.
    pub reply_to: String,
}

impl Stored {
    /// From the text of the setting; `None` when there is no server.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|s| !s.host.is_empty())
    }

    /// Reads it. One statement.
    ///
    /// # Errors
    /// When the database says no.
    pub fn load(c: &mut Conn<'_>) -> Result<Option<Self>> {
        Ok(community::settings::get(c, NAME)?.as_deref().and_then(Self::read))
    }

    /// Checks it and brings it into its stored form. An error says the field it is about in front (`host: …`).
    ///
    /// # Errors
    /// `Invalid` for a host, address or port that cannot be, and for a way without encryption that is not allowed.
    pub fn checked(mut self, mailer: &Mailer) -> Result<Self> {
        self.host = self.host.trim().trim_end_matches('.').to_lowercase();
        let letters = |c: char| c.is_ascii_alphanumeric() || "-.:_".contains(c);
        if self.host.is_empty() || self.host.len() > 253 || !self.host.chars().all(letters) {
            return Err(Error::invalid(
                "write the name of the server, such as smtp.example.org, without https:// or a port",
            )
            .at("host"));
        }
        if self.port == 0 {
            self.port = self.encryption.port();
        }
        if let Ok(address) = self.host.parse::<IpAddr>()
            && !mailer.rules().allow(address)
        {
            return Err(refused(&self.host).at("host"));
        }
        if self.encryption == Encryption::None && !mailer.rules().http && !is_this_machine(&self.host) {
            return Err(Error::invalid(
                "without encryption the password and every mail can be read on the way. It is taken only for a server on \
                 this machine (localhost), or where whoever runs Folkmoot allows it with outgoing_http",
            )
            .at("encryption"));
        }
        self.username = self.username.trim().to_owned();
        if self.username.chars().any(char::is_control) {
            return Err(Error::invalid("a name has no control characters").at("username"));
        }
        self.from_address = Address::parse(&self.from_address).map_err(|e| e.at("from_address"))?.to_string();
        self.from_name = one_line(&self.from_name, 80);
        if !self.reply_to.trim().is_empty() {
            self.reply_to = Address::parse(&self.reply_to).map_err(|e| e.at("reply_to"))?.to_string();
        } else {
            self.reply_to.clear();
        }
        Ok(self)
    }

    /// In one line, for the audit log and for commands; without the password.
    pub fn words(&self) -> String {
        let user = if self.username.is_empty() { "without sign-in" } else { &self.username };
        format!("{}:{} {}, {user}, from {}", self.host, self.port, self.encryption.word(), self.from_address)
    }
}

/// Whether a name or number is of this very machine.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|a| a.is_loopback())
}

pub(crate) fn refused(host: &str) -> Error {
    Error::invalid(format!(
        "{host} is not on the open internet, and Folkmoot connects to nothing else unless whoever runs it allows it: with \
         the network in outgoing_networks, or by naming the server in the settings file (mail_host)"
    ))
}

/// A server with everything that sending needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Smtp {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is encrypted.
    pub encryption: Encryption,
    /// The name to sign in with; empty where none is needed.
    pub username: String,
    /// The password; never in a log.
    pub password: String,
    /// The name that mails come from; empty for the community's.
    pub from_name: String,
    /// The address that mails come from.
    pub from: Address,
    /// Where answers go.
    pub reply_to: Option<Address>,
    /// Certificates of authorities that are trusted beside the public ones, in PEM.
    pub ca: Option<String>,
    /// Whether it was named by whoever runs the installation, so that it may stand anywhere.
    pub trusted: bool,
}

impl Smtp {
    /// A server that whoever runs the installation names: what the community could store, a password, and certificates.
    ///
    /// # Errors
    /// `Invalid`, naming the setting (`mail_from`, …).
    pub fn of_installation(stored: Stored, password: &str, ca: Option<String>) -> Result<Self> {
        let from = Address::parse(&stored.from_address).map_err(|e| e.at("mail_from"))?;
        let reply_to = match stored.reply_to.trim() {
            "" => None,
            text => Some(Address::parse(text).map_err(|e| e.at("mail_reply_to"))?),
        };
        let port = if stored.port == 0 { stored.encryption.port() } else { stored.port };
        Ok(Self {
            host: stored.host.trim().to_owned(),
            port,
            encryption: stored.encryption,
            username: stored.username,
            password: password.to_owned(),
            from_name: stored.from_name,
            from,
            reply_to,
            ca,
            trusted: true,
        })
    }

    /// What pages and commands show of it.
    pub fn shown(&self) -> Stored {
        Stored {
            host: self.host.clone(),
            port: self.port,
            encryption: self.encryption,
            username: self.username.clone(),
            from_name: self.from_name.clone(),
            from_address: self.from.to_string(),
            reply_to: self.reply_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the password.
        write!(f, "{}", self.shown().words())
    }
}

/// What a page shows of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The server that holds; `None` when there is none.
    pub server: Option<Stored>,
    /// Whether whoever runs the installation named it, so that a page cannot change it.
    pub of_installation: bool,
    /// Whether a password is there.
    pub has_password: bool,
}

impl Mailer {
    /// What holds, without the password. Two statements at most.
    ///
    /// # Errors
    /// When the database says no.
    pub fn settings(&self, c: &mut Conn<'_>) -> Result<Settings> {
        if let Some(smtp) = self.installation() {
            let has_password = !smtp.password.is_empty();
            return Ok(Settings { server: Some(smtp.shown()), of_installation: true, has_password });
        }
        let Some(stored) = Stored::load(c)? else { return Ok(Settings::default()) };
        let has_password = secrets::find(c, &password_name(&stored))?.is_some();
        Ok(Settings { server: Some(stored), of_installation: false, has_password })
    }

    /// The server with its password.
    ///
    /// # Errors
    /// `Unavailable` when there is none, or its password cannot be opened.
    pub fn smtp(&self, c: &mut Conn<'_>) -> Result<Smtp> {
        if let Some(smtp) = self.installation() {
            return Ok(smtp.clone());
        }
        let stored = Stored::load(c)?.ok_or_else(|| Error::unavailable(NOT_SET_UP))?;
        let name = password_name(&stored);
        let password = match secrets::find(c, &name)? {
            Some(sealed) => self.sealer()?.open(&sealed, &secrets::context(&name))?,
            None => String::new(),
        };
        let mut smtp = Smtp::of_installation(stored, &password, None)?;
        smtp.trusted = false;
        Ok(smtp)
    }

    /// Stores the community's server. `password` replaces the one that is kept for this host and port; `None` keeps it.
    /// Passwords of other servers are forgotten.
    ///
    /// # Errors
    /// As [`Stored::checked`]; `Conflict` when whoever runs the installation named the server.
    pub fn store(&self, tx: &mut Conn<'_>, stored: Stored, password: Option<&str>) -> Result<Stored> {
        self.must_be_ours()?;
        let stored = stored.checked(self)?;
        let text = serde_json::to_string(&stored)
            .map_err(|e| Error::internal(format!("the mail settings could not be written: {e}")))?;
        community::settings::put(tx, NAME, &text)?;
        let name = password_name(&stored);
        secrets::forget_passwords(tx, &name)?;
        match password {
            Some("") => secrets::remove(tx, &name)?,
            Some(password) => {
                let sealed = self.sealer()?.seal(password, &secrets::context(&name))?;
                secrets::put(tx, &name, &sealed)?;
            }
            None => {}
        }
        Ok(stored)
    }

    /// Forgets the community's server and its password.
    ///
    /// # Errors
    /// `Conflict` when whoever runs the installation named the server.
    pub fn forget(&self, tx: &mut Conn<'_>) -> Result<()> {
        self.must_be_ours()?;
        community::settings::put(tx, NAME, "")?;
        secrets::forget_passwords(tx, "")
    }

    fn must_be_ours(&self) -> Result<()> {
        if self.installation().is_none() {
            return Ok(());
        }
        Err(Error::conflict(
            "the mail server is named by whoever runs Folkmoot (mail_host); it is changed there",
        ))
    }
}

/// What is said where there is no mail server.
pub(crate) const NOT_SET_UP: &str =
    "mail is not set up: name a mail server under Settings, Mail, or with mail_host";

/// Under which name the password of a server is kept: for this host and port only, so that whoever names another
/// server does not get it.
fn password_name(stored: &Stored) -> String {
    format!("{}{}:{}", secrets::PASSWORD_OF, stored.host, stored.port)
}
