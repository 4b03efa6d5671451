//! Where PostgreSQL is, and how the way there is encrypted.
//!
//! `sslmode` and `sslrootcert` in the address mean what they mean to PostgreSQL's own programs (libpq, "SSL
//! Support"): `disable`, `prefer` (the default: encrypted where the server can), `require` (encrypted, whoever
//! answers), `verify-ca` (its certificate is signed by an authority that is trusted), `verify-full` (and it is made
//! out to the host in the address). As there, `require` with a `sslrootcert` verifies the authority. Unlike there,
//! without a `sslrootcert` the public authorities are trusted.

use base::{Error, Result};
use postgres::config::SslMode;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, io};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use tokio_rustls::rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// An address of PostgreSQL, understood.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: postgres::Config,
    pub(crate) tls: Tls,
}

/// How much is asked of the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Anybody,
    Authority,
    Host,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=/path/ca.pem`, or the same
    /// as `host=… sslmode=…`.
    ///
    /// # Errors
    /// `Invalid` when it is no address or the file holds no certificates; the password is not told.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let (rest, said) = without_tls(text);
        let mut config = postgres::Config::from_str(&rest).map_err(|e| {
            Error::invalid(format!(
                "the database address is not valid ({e}); write it as postgres://user:password@host:5432/database"
            ))
        })?;
        let file = said.root.as_deref().filter(|f| *f != "system");
        let (mode, trust) = match (said.mode.as_deref().unwrap_or("prefer"), file) {
            ("disable", _) => (SslMode::Disable, Trust::Anybody),
            ("allow" | "prefer", _) => (SslMode::Prefer, Trust::Anybody),
            ("require", None) => (SslMode::Require, Trust::Anybody),
            ("require", Some(_)) | ("verify-ca", _) => (SslMode::Require, Trust::Authority),
            ("verify-full", _) => (SslMode::Require, Trust::Host),
            (other, _) => {
                return Err(Error::invalid(format!(
                    "sslmode in the database address is \"{other}\"; it is disable, prefer, require, verify-ca or verify-full"
                )));
            }
        };
        config.ssl_mode(mode);
        Ok(Self { config, tls: Tls::new(trust, file.map(Path::new))? })
    }
}

/// What an address says about encryption.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    mode: Option<String>,
    root: Option<String>,
}

impl Said {
    /// Takes a parameter that is ours; whether it was.
    fn take(&mut self, name: &str, value: &str) -> bool {
        let place = match name {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.root,
            _ => return false,
        };
        *place = Some(value.to_owned());
        true
    }
}

/// The address without what the driver does not know, and that.
fn without_tls(text: &str) -> (String, Said) {
    let mut said = Said::default();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let Some((front, query)) = text.split_once('?') else { return (text.to_owned(), said) };
        let left: Vec<&str> = query
            .split('&')
            .filter(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                !said.take(name, &unescaped(value))
            })
            .collect();
        let query = if left.is_empty() { String::new() } else { format!("?{}", left.join("&")) };
        return (format!("{front}{query}"), said);
    }
    let left: Vec<&str> = text
        .split_whitespace()
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !said.take(name, value.trim_matches('\''))
        })
        .collect();
    // Values with blanks are left as they were written.
    if said == Said::default() { (text.to_owned(), said) } else { (left.join(" "), said) }
}

/// Percent signs of an address undone.
fn unescaped(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match (byte, code.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(meant)) => {
                out.push(meant);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Makes encrypted connections.
#[derive(Clone)]
pub(crate) struct Tls(Arc<ClientConfig>);

impl Tls {
    fn new(trust: Trust, file: Option<&Path>) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (roots, pinned) = match (trust, file) {
            (Trust::Anybody, _) => (RootCertStore::empty(), Vec::new()),
            (_, None) => (RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }, Vec::new()),
            (_, Some(file)) => read_roots(file)?,
        };
        let check = Arc::new(Check { trust, roots, pinned, provider: Arc::clone(&provider) });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows the usual versions of TLS")
            .dangerous()
            .with_custom_certificate_verifier(check)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

/// The certificates of a file: as authorities, and as they are.
fn read_roots(file: &Path) -> Result<(RootCertStore, Vec<CertificateDer<'static>>)> {
    let place = || format!("sslrootcert in the database address: {}", file.display());
    let read = CertificateDer::pem_file_iter(file).map_err(|e| Error::invalid(e.to_string()).at(place()))?;
    let certificates = read
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|e| Error::invalid(e.to_string()).at(place()))?;
    let mut roots = RootCertStore::empty();
    let (taken, _) = roots.add_parsable_certificates(certificates.iter().cloned());
    if taken == 0 {
        return Err(Error::invalid("there is no certificate in it").at(place()));
    }
    Ok((roots, certificates))
}

/// Decides about the server's certificate.
struct Check {
    trust: Trust,
    roots: RootCertStore,
    /// A server may show one of these itself: certificates that are their own authority.
    pinned: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check({:?})", self.trust)
    }
}

impl ServerCertVerifier for Check {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        if self.trust == Trust::Anybody {
            return Ok(ServerCertVerified::assertion());
        }
        let parsed = ParsedCertificate::try_from(shown)?;
        if !self.pinned.iter().any(|known| known.as_ref() == shown.as_ref()) {
            let known = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, between, now, known)?;
        }
        if self.trust == Trust::Host {
            verify_server_name(&parsed, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl<S> MakeTlsConnect<S> for Tls
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type TlsConnect = Connect;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Connect> {
        // Without a host (a socket of this machine) the driver does not get as far as encrypting.
        let name = if domain.is_empty() { "localhost" } else { domain };
        let name = ServerName::try_from(name.to_owned()).map_err(|_| {
            io::Error::other(format!("\"{domain}\" is no name that a certificate could bear"))
        })?;
        Ok(Connect { config: Arc::clone(&self.0), name })
    }
}

/// One connection to be encrypted.
pub(crate) struct Connect {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl<S> TlsConnect<S> for Connect
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let Self { config, name } = self;
        Box::pin(async move {
            let stream = tokio_rustls::TlsConnector::from(config).connect(name, stream).await?;
            Ok(Encrypted(Box::new(stream)))
        })
    }
}

/// An encrypted connection.
pub(crate) struct Encrypted<S>(Box<tokio_rustls::client::TlsStream<S>>);

impl<S: AsyncRead + AsyncWrite + Unpin> postgres::tls::TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(self.0.as_mut()).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(self.0.as_mut()).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.0.as_mut()).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.0.as_mut()).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_about_encryption_is_taken_out_of_it() {
        for (text, rest, mode, root) in [
            ("postgres://u:p@h/d", "postgres://u:p@h/d", None, None),
            ("postgres://h/d?sslmode=require", "postgres://h/d", Some("require"), None),
            (
                "postgres://h/d?sslrootcert=%2Fca%20a.pem&connect_timeout=3&sslmode=verify-full",
                "postgres://h/d?connect_timeout=3",
                Some("verify-full"),
                Some("/ca a.pem"),
            ),
            ("host=h dbname=d sslmode=disable", "host=h dbname=d", Some("disable"), None),
            ("host=h password='a  b'", "host=h password='a  b'", None, None),
        ] {
            let (left, said) = without_tls(text);
            assert_eq!((left.as_str(), said.mode.as_deref(), said.root.as_deref()), (rest, mode, root));
        }
        let wrong = |text: &str| Address::read(text).err().expect("a mistake").message;
        assert!(wrong("postgres://u:secret@h/d?sslmode=sometimes").contains("verify-full"));
        let gone = wrong("postgres://u:secret@h/d?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem");
        assert!(gone.contains("/nowhere/ca.pem") && !gone.contains("secret"), "{gone}");
    }
}
