//! The talk with a mail server (RFC 5321): connections that are kept for a moment, and what its answers mean.

use crate::settings::{Encryption, is_this_machine, refused};
use crate::{Mailer, Smtp};
use base::{Error, Result};
use lettre::message::Message;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::ClientId;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a server may take for each step.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a connection that nobody uses is kept; servers close them after a few minutes (RFC 5321, 4.5.3.2.7).
const KEPT: Duration = Duration::from_secs(20);
/// Connections that are kept.
const KEPT_MOST: usize = 16;
/// Mails over one connection; many servers allow no more than a hundred.
const EACH: u32 = 100;
/// Characters of an answer that are kept.
const ANSWER_MAX: usize = 400;

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took it.
    Sent,
    /// Not this time: the server cannot be reached, or says to come again.
    Later,
    /// Never: the server refuses this mail.
    Never,
}

impl Outcome {
    /// Its word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Later => "later",
            Self::Never => "never",
        }
    }
}

/// What became of an attempt, with the server's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What became of it.
    pub outcome: Outcome,
    /// The server's number, where it answered.
    pub code: Option<u16>,
    /// The server's words, or what went wrong on the way.
    pub answer: String,
    /// How long it took.
    pub took: Duration,
}

impl Said {
    pub(crate) fn of(outcome: Outcome, code: Option<u16>, answer: &str) -> Self {
        let answer = crate::address::one_line(answer, ANSWER_MAX);
        Self { outcome, code, answer, took: Duration::ZERO }
    }
}

/// Connections that wait for another mail.
#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Idle>>);

struct Idle {
    smtp: Smtp,
    connection: SmtpConnection,
    since: Instant,
    used: u32,
}

impl Pool {
    fn take(&self, smtp: &Smtp) -> Option<Idle> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = idle.iter().rposition(|i| i.smtp == *smtp && i.since.elapsed() < KEPT)?;
        Some(idle.swap_remove(at))
    }

    fn keep(&self, one: Idle) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Of another server, or too old: a dropped connection is closed.
        idle.retain(|i| i.smtp == one.smtp && i.since.elapsed() < KEPT);
        if idle.len() < KEPT_MOST {
            idle.push(one);
        }
    }
}

impl Mailer {
    /// Hands a mail to the server. Blocks, at most as long as the server's steps take.
    pub(crate) fn hand_over(&self, smtp: &Smtp, message: &Message) -> Said {
        let begun = Instant::now();
        let said = self.talk(smtp, message);
        Said { took: begun.elapsed(), ..said }
    }

    fn talk(&self, smtp: &Smtp, message: &Message) -> Said {
        let kept = self.0.pool.take(smtp).and_then(|mut idle| {
            // A server may have closed it meanwhile: nothing has been sent over it yet, so that a new one is no repetition.
            idle.connection.test_connected().then_some(idle)
        });
        let mut idle = match kept.map_or_else(|| self.connect(smtp), Ok) {
            Ok(idle) => idle,
            Err(said) => return said,
        };
        match idle.connection.send(message.envelope(), &message.formatted()) {
            Ok(response) => {
                let lines: Vec<&str> = response.message().collect();
                let said = Said::of(Outcome::Sent, Some(response.code().into()), &lines.join(" "));
                idle.used += 1;
                if idle.used < EACH {
                    self.0.pool.keep(Idle { since: Instant::now(), ..idle });
                } else {
                    let _ = idle.connection.quit();
                }
                said
            }
            Err(error) => refusal(&error),
        }
    }

    fn connect(&self, smtp: &Smtp) -> std::result::Result<Idle, Said> {
        let failed = |e: Error| Said::of(Outcome::Later, None, &e.message);
        let addresses = self.addresses(smtp).map_err(failed)?;
        let tls = match smtp.encryption {
            Encryption::None => None,
            _ => Some(trust(smtp).map_err(failed)?),
        };
        let patience = self.0.patience.unwrap_or(PATIENCE);
        let at_once = tls.as_ref().filter(|_| smtp.encryption == Encryption::Tls);
        let mut connection =
            SmtpConnection::connect(&addresses[..], Some(patience), &hello(smtp), at_once, None)
                .map_err(|e| later(&e, &format!("{}:{} cannot be reached", smtp.host, smtp.port)))?;
        if let Some(tls) = tls.as_ref().filter(|_| smtp.encryption == Encryption::StartTls) {
            // Never without: a server, or somebody between, that does not offer it gets no mail and no password.
            connection.starttls(tls, &hello(smtp)).map_err(|e| later(&e, "no encrypted connection"))?;
        }
        if !smtp.username.is_empty() {
            let credentials = Credentials::new(smtp.username.clone(), smtp.password.clone());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .map_err(|e| later(&e, "the server refused name or password"))?;
        }
        Ok(Idle { smtp: smtp.clone(), connection, since: Instant::now(), used: 0 })
    }

    /// Where the server is. The connection goes to the very addresses that were checked.
    fn addresses(&self, smtp: &Smtp) -> Result<Vec<SocketAddr>> {
        let found = (smtp.host.as_str(), smtp.port)
            .to_socket_addrs()
            .map_err(|e| Error::unavailable(format!("the name {} leads nowhere: {e}", smtp.host)))?;
        let found: Vec<SocketAddr> = found.collect();
        if smtp.trusted {
            return Ok(found);
        }
        let allowed: Vec<SocketAddr> = found.into_iter().filter(|a| self.rules().allow(a.ip())).collect();
        if allowed.is_empty() {
            return Err(refused(&smtp.host));
        }
        // The name may lead elsewhere than when it was stored.
        let plain = smtp.encryption == Encryption::None && !self.rules().http;
        if plain && !allowed.iter().all(|a| a.ip().is_loopback()) {
            let text = format!("{} is not this machine, and mail goes there without encryption", smtp.host);
            return Err(Error::invalid(text));
        }
        Ok(allowed)
    }
}

/// Which certificates are trusted: those of the public authorities, and those that the installation names.
fn trust(smtp: &Smtp) -> Result<TlsParameters> {
    let mut builder = TlsParametersBuilder::new(smtp.host.clone());
    if let Some(pem) = &smtp.ca {
        let certificate = Certificate::from_pem(pem.as_bytes())
            .map_err(|e| Error::invalid(format!("mail_ca holds no certificate in PEM: {e}")))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|e| Error::unavailable(format!("no encryption: {e}")))
}

/// How this program introduces itself (RFC 5321, 4.1.1.1): with the domain that mails come from, as a server knows its
/// own name rarely.
fn hello(smtp: &Smtp) -> ClientId {
    if is_this_machine(&smtp.host) {
        return ClientId::Domain("localhost".to_owned());
    }
    ClientId::Domain(smtp.from.domain().to_owned())
}

type SmtpError = lettre::transport::smtp::Error;

/// What went wrong, with its deepest cause.
fn words(error: &SmtpError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    // Some systems say of a reading that took too long that it would block.
    let late = [std::io::ErrorKind::TimedOut, std::io::ErrorKind::WouldBlock];
    if cause.downcast_ref::<std::io::Error>().is_some_and(|e| late.contains(&e.kind())) {
        return "no answer in time".to_owned();
    }
    cause.to_string()
}

fn code_of(error: &SmtpError) -> Option<u16> {
    error.status().map(Into::into)
}

/// What goes wrong before a mail is named is no fault of the mail: it is tried again, until somebody has mended it.
fn later(error: &SmtpError, what: &str) -> Said {
    Said::of(Outcome::Later, code_of(error), &format!("{what}: {}", words(error)))
}

/// What a server means by refusing a mail: for now (4xx), or for good (5xx). "Sign in first" (530) is about this
/// program, not about the mail.
fn refusal(error: &SmtpError) -> Said {
    let code = code_of(error);
    let never = (error.is_permanent() && code != Some(530)) || error.is_client();
    Said::of(if never { Outcome::Never } else { Outcome::Later }, code, &words(error))
}
