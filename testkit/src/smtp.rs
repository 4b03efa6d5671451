//! A mail server for tests: on a port of this machine, it keeps what it is given and misbehaves as it is told (RFC 5321).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The certificate of the authority that signed the server's, which is for the name `localhost`.
pub const AUTHORITY: &str = include_str!("../certificates/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../certificates/server.pem");
const KEY: &[u8] = include_bytes!("../certificates/server.key");

/// How the server behaves.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// Encrypted from the first byte.
    pub tls: bool,
    /// Offers STARTTLS.
    pub starttls: bool,
    /// Asks for this name and password.
    pub sign_in: Option<(String, String)>,
    /// What it answers to each recipient instead of taking them (`550 5.1.1 no such mailbox`).
    pub recipients: Option<String>,
    /// What it answers to a mail instead of taking it (`451 4.3.0 come again`).
    pub mails: Option<String>,
    /// Takes a mail and never says so.
    pub silent: bool,
    /// Says nothing at all.
    pub hangs: bool,
}

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The mail as it came.
    pub data: String,
    /// Whether it came over an encrypted connection.
    pub encrypted: bool,
}

impl Taken {
    /// The value of a header, as it stands in its first line.
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        let mark = format!("{}: ", name.to_lowercase());
        let line = head.lines().find(|l| l.to_lowercase().starts_with(&mark));
        line.map(|l| l[mark.len()..].to_owned()).unwrap_or_default()
    }

    /// The text, without its encoding: what is quoted-printable is put together, as far as tests look at it.
    pub fn text(&self) -> String {
        let joined = self.data.replace("=\r\n", "");
        joined.replace("=3D", "=").replace("\r\n", "\n")
    }

    /// The first address in the text that begins so.
    pub fn link(&self, beginning: &str) -> String {
        let text = self.text();
        let rest = text.split_once(beginning).map_or("", |(_, rest)| rest);
        let end = rest.find(|c: char| c.is_whitespace() || "\"<>".contains(c)).unwrap_or(rest.len());
        format!("{beginning}{}", &rest[..end])
    }
}

/// The server; ends when it is dropped.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    manners: Mutex<Manners>,
    taken: Mutex<Vec<Taken>>,
    said: Mutex<Vec<String>>,
    ended: AtomicBool,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink {
    /// A server with these manners.
    pub fn new(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared { manners: Mutex::new(manners), ..Shared::default() });
        let for_all = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if for_all.ended.load(Ordering::SeqCst) {
                    break;
                }
                let (Ok(stream), shared) = (stream, for_all.clone()) else { continue };
                // A client that breaks off is no failure of the server.
                std::thread::spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { address, shared }
    }

    /// Changes its manners, from the next command on; how connections are encrypted, for new ones.
    pub fn behave(&self, manners: Manners) {
        *held(&self.shared.manners) = manners;
    }

    /// What was taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        held(&self.shared.taken).clone()
    }

    /// Every command that was said, of all connections.
    pub fn said(&self) -> Vec<String> {
        held(&self.shared.said).clone()
    }

    /// Waits until so many mails were taken.
    ///
    /// # Panics
    /// When they are not within a minute.
    pub fn wait_for(&self, mails: usize) -> Vec<Taken> {
        let begun = Instant::now();
        loop {
            let taken = self.taken();
            if taken.len() >= mails {
                return taken;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "only {} of {mails} mails came", taken.len());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that listens.
        let _ = TcpStream::connect(self.address);
    }
}

/// What sends mail through a server of this module, as if whoever runs the installation had named it.
///
/// # Panics
/// Never: everything in it is sound.
pub fn mailer(sink: &Sink) -> mailer::Mailer {
    let stored = mailer::Stored {
        host: "localhost".into(),
        port: sink.address.port(),
        encryption: mailer::Encryption::None,
        from_address: "desk@example.org".into(),
        ..mailer::Stored::default()
    };
    let smtp = mailer::Smtp::of_installation(stored, "", None).expect("a server");
    mailer::Mailer::new(sealer(), Some(smtp), outgoing::Rules::default())
}

/// What seals in tests: with a key that is not in any folder.
///
/// # Panics
/// Never: the key is one.
pub fn sealer() -> seal::Sealer {
    seal::Sealer::with_keys(&format!("{}=", "A".repeat(43)), "").expect("a key")
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn encrypted(stream: TcpStream) -> std::io::Result<Box<dyn Stream>> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key);
    let connection = ServerConnection::new(Arc::new(config.expect("a configuration")));
    Ok(Box::new(StreamOwned::new(connection.map_err(std::io::Error::other)?, stream)))
}

fn serve(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let manners = held(&shared.manners).clone();
    if manners.hangs {
        // Until the other side closes.
        let mut stream = stream;
        let _ = stream.read(&mut [0; 64])?;
        return Ok(());
    }
    let plain = stream.try_clone()?;
    let first: Box<dyn Stream> = if manners.tls { encrypted(stream)? } else { Box::new(stream) };
    let mut talk = Talk { stream: BufReader::new(first), shared, manners, encrypted: false };
    talk.encrypted = talk.manners.tls;
    talk.say("220 test ready")?;
    if talk.until_starttls()? {
        talk.stream = BufReader::new(encrypted(plain)?);
        talk.encrypted = true;
        talk.until_starttls()?;
    }
    Ok(())
}

struct Talk<'a> {
    stream: BufReader<Box<dyn Stream>>,
    shared: &'a Shared,
    manners: Manners,
    encrypted: bool,
}

impl Talk<'_> {
    fn say(&mut self, line: &str) -> std::io::Result<()> {
        let out = self.stream.get_mut();
        out.write_all(format!("{line}\r\n").as_bytes())?;
        out.flush()
    }

    fn hear(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Answers until the end; whether STARTTLS was asked for.
    fn until_starttls(&mut self) -> std::io::Result<bool> {
        let (mut from, mut to) = (String::new(), Vec::new());
        while let Some(line) = self.hear()? {
            held(&self.shared.said).push(line.clone());
            self.manners = held(&self.shared.manners).clone();
            let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            match word.as_str() {
                "EHLO" => self.greet()?,
                "STARTTLS" if self.manners.starttls && !self.encrypted => {
                    self.say("220 go ahead")?;
                    return Ok(true);
                }
                "AUTH" => self.sign_in(&line)?,
                "MAIL" => {
                    (from, to) = (address(), Vec::new());
                    self.say("250 2.1.0 ok")?;
                }
                "RCPT" => match self.manners.recipients.clone() {
                    Some(refusal) => self.say(&refusal)?,
                    None => {
                        to.push(address());
                        self.say("250 2.1.5 ok")?;
                    }
                },
                "DATA" => {
                    self.say("354 go on")?;
                    self.take(&from, &to)?;
                }
                "NOOP" | "RSET" => self.say("250 ok")?,
                "QUIT" => {
                    self.say("221 bye")?;
                    return Ok(false);
                }
                _ => self.say("502 5.5.1 not here")?,
            }
        }
        Ok(false)
    }

    fn greet(&mut self) -> std::io::Result<()> {
        self.say("250-test")?;
        if self.manners.starttls && !self.encrypted {
            self.say("250-STARTTLS")?;
        }
        if self.manners.sign_in.is_some() {
            self.say("250-AUTH PLAIN LOGIN")?;
        }
        self.say("250 8BITMIME")
    }

    fn sign_in(&mut self, line: &str) -> std::io::Result<()> {
        let wanted = self.manners.sign_in.clone().unwrap_or_default();
        let wanted = base64(format!("\0{}\0{}", wanted.0, wanted.1).as_bytes());
        if line == format!("AUTH PLAIN {wanted}") {
            self.say("235 2.7.0 welcome")
        } else {
            self.say("535 5.7.8 name or password is wrong")
        }
    }

    fn take(&mut self, from: &str, to: &[String]) -> std::io::Result<()> {
        let mut data = String::new();
        loop {
            match self.hear()? {
                None => return Ok(()),
                Some(line) if line == "." => break,
                // A dot in front is doubled on the way (4.5.2).
                Some(line) => data.push_str(&format!("{}\r\n", line.strip_prefix('.').unwrap_or(&line))),
            }
        }
        if let Some(refusal) = self.manners.mails.clone() {
            return self.say(&refusal);
        }
        let one = Taken { from: from.into(), to: to.to_vec(), data, encrypted: self.encrypted };
        held(&self.shared.taken).push(one);
        if self.manners.silent {
            // Until the other side closes.
            while self.hear()?.is_some() {}
            return Ok(());
        }
        self.say("250 2.0.0 queued as T1")
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let n = three.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(n >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
