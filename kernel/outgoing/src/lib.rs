//! Requests that go out: one client for every address that a user can set, with limits on time and size, and a guard
//! ([`Rules`]) that keeps it out of the server's own network.
//!
//! A name is resolved once for each connection; only addresses that the guard allows are tried, and the connection
//! goes to the very address that was checked. Redirects are answers like any other: whoever wants to follow one sends
//! a new request, which is checked like the first. Connections are kept and used again; they stay where they are.
//!
//! Requests run on two threads of their own, whatever runtime asks.

mod connect;
mod guard;

pub use guard::{Network, Rules};

use base::{Error, Result};
use connect::{Connector, Refused};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::http::uri::Authority;
use hyper::{Method, Request, Uri};
use hyper_util::client::legacy::Client as Pooled;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Characters that an address may have.
const ADDRESS_MAX: usize = 2_000;
/// How long a connection that nobody uses is kept.
const KEPT: Duration = Duration::from_secs(30);
/// Connections that nobody uses, to one host.
const KEPT_EACH: usize = 16;

/// The client. Clones share connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    rules: Rules,
    pooled: Pooled<Connector, Full<Bytes>>,
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// `GET`, `POST`, …
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Its headers; `host`, `content-length` and `user-agent` are added.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Bytes,
    /// How long everything may take: resolving, connecting, sending, the answer.
    pub at_most: Duration,
    /// How many bytes of the answer are kept; of the rest nothing is read.
    pub keep: usize,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The first bytes of the body.
    pub body: Vec<u8>,
    /// `retry-after`, when the other side says it in seconds.
    pub retry_after: Option<u64>,
    /// How long it took.
    pub took: Duration,
}

impl Answer {
    /// Whether the other side took it.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Client {
    /// A client under these rules.
    pub fn new(rules: Rules) -> Self {
        let mut builder = Pooled::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(KEPT).pool_max_idle_per_host(KEPT_EACH);
        let pooled = builder.build(Connector::new(rules.clone()));
        Self(Arc::new(Inner { rules, pooled }))
    }

    /// Checks what can be checked of an address before anything is sent: its form, `https`, no name and password in it,
    /// and the guard where it names a number instead of a host.
    ///
    /// # Errors
    /// `Invalid`, in words for whoever typed it.
    pub fn check(&self, url: &str) -> Result<()> {
        self.parse(url).map(|_| ())
    }

    fn parse(&self, url: &str) -> Result<Uri> {
        let form = "an address begins with https:// and names a host, such as https://hooks.example.org/in";
        let uri: Uri = url.trim().parse().map_err(|_| Error::invalid(form))?;
        let authority = uri.authority().map_or("", Authority::as_str);
        let host = uri.host().unwrap_or_default();
        if url.len() > ADDRESS_MAX || host.is_empty() {
            return Err(Error::invalid(form));
        }
        if authority.contains('@') {
            return Err(Error::invalid("an address must not carry a name or a password"));
        }
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if self.0.rules.http => {}
            Some("http") => {
                return Err(Error::invalid(
                    "an address begins with https://. Whoever runs the server can allow http with outgoing_http.",
                ));
            }
            _ => return Err(Error::invalid(form)),
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
        if literal.is_ok_and(|address| !self.0.rules.allow(address)) {
            return Err(refused(host));
        }
        Ok(uri)
    }

    /// Sends a request.
    ///
    /// # Errors
    /// `Invalid` for an address that may not be asked, `Unavailable` when there was no answer in time.
    pub async fn send(&self, request: Outgoing) -> Result<Answer> {
        let client = self.clone();
        runtime()?
            .spawn(async move { client.send_here(request).await })
            .await
            .map_err(|e| Error::internal(format!("a request broke off: {e}")))?
    }

    /// The same for a thread that may block; never within a runtime.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn send_blocking(&self, request: Outgoing) -> Result<Answer> {
        runtime()?.block_on(self.send_here(request))
    }

    async fn send_here(&self, request: Outgoing) -> Result<Answer> {
        let uri = self.parse(&request.url)?;
        let (at_most, keep, begun) = (request.at_most, request.keep, Instant::now());
        let whole = async {
            let mut builder = Request::builder().method(request.method).uri(uri);
            builder = builder.header("user-agent", concat!("Folkmoot/", env!("CARGO_PKG_VERSION")));
            for (name, value) in request.headers {
                builder = builder.header(name, value);
            }
            let request = builder
                .body(Full::new(request.body))
                .map_err(|e| Error::invalid(format!("the request cannot be sent: {e}")))?;
            let response = self.0.pooled.request(request).await.map_err(|e| told(&e))?;
            let status = response.status().as_u16();
            let after = response.headers().get("retry-after").and_then(|v| v.to_str().ok());
            let retry_after = after.and_then(|v| v.trim().parse().ok());
            let body = first_bytes(response.into_body(), keep).await?;
            Ok(Answer { status, body, retry_after, took: begun.elapsed() })
        };
        tokio::time::timeout(at_most, whole).await.unwrap_or_else(|_| {
            Err(Error::unavailable(format!("no answer within {} s", at_most.as_secs_f32())))
        })
    }
}

/// The first bytes of a body. A short one is read to its end, so that the connection can be used again.
async fn first_bytes(mut body: hyper::body::Incoming, keep: usize) -> Result<Vec<u8>> {
    let mut kept = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| Error::unavailable(format!("the answer broke off: {e}")))?;
        if let Some(data) = frame.data_ref() {
            let room = keep.saturating_sub(kept.len());
            kept.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                break;
            }
        }
    }
    Ok(kept)
}

fn refused(host: &str) -> Error {
    Error::invalid(format!(
        "{host} is not on the open internet, and requests there are refused. Whoever runs the server can allow a \
         network with outgoing_networks."
    ))
}

/// What went wrong, with its deepest cause.
fn told(error: &hyper_util::client::legacy::Error) -> Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
        if let Some(Refused(host)) = cause.downcast_ref::<Refused>() {
            return refused(host);
        }
    }
    let what = if error.is_connect() { "cannot be reached" } else { "gave no answer" };
    Error::unavailable(format!("{what}: {cause}"))
}

/// The threads that requests run on.
fn runtime() -> Result<&'static tokio::runtime::Runtime> {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .thread_name("outgoing")
        .enable_all()
        .build()?;
    Ok(RUNTIME.get_or_init(|| made))
}

/// A handle to the threads that requests run on, for whoever sends many.
///
/// # Errors
/// `Unavailable` when there are no threads to be had.
pub fn handle() -> Result<tokio::runtime::Handle> {
    runtime().map(|r| r.handle().clone())
}
