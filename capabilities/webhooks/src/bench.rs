//! How many deliveries a second reach a receiver on this machine, for benchmarks: events told through the outbox,
//! signed, sent, and written down.

use crate::catalogue::Wanted;
use crate::endpoint::Said;
use crate::{begin, store};
use ::store::Priority;
use base::{Error, Result};
use capability::App;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the first endpoint fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// It works like the others.
    No,
    /// It answers 500.
    Refuses,
    /// It takes messages and never answers.
    Hangs,
}

impl Failing {
    /// From its word.
    ///
    /// # Errors
    /// `Invalid` for another word.
    pub fn parse(word: &str) -> Result<Self> {
        match word {
            "no" => Ok(Self::No),
            "refuses" => Ok(Self::Refuses),
            "hangs" => Ok(Self::Hangs),
            other => Err(Error::invalid(format!("\"{other}\": it is no, refuses or hangs"))),
        }
    }
}

/// How long it took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Deliveries to the endpoints that work.
    pub delivered: u64,
    /// When the first of these endpoints had its last.
    pub fastest: Duration,
    /// When the last of them had its last.
    pub slowest: Duration,
}

/// By path: how many came, and when the last did.
type Seen = Arc<Mutex<HashMap<String, (u32, Instant)>>>;

/// Makes `sizes.0` endpoints, tells `sizes.1` events, and waits until all that work have all of them.
///
/// # Errors
/// When the receiver on 127.0.0.1 may not be reached under the settings, or it takes longer than five minutes.
pub fn bench(app: &App, sizes: (u32, u32), failing: Failing) -> Result<Took> {
    let (endpoints, events) = sizes;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let base = format!("http://{}", listener.local_addr()?);
    app.outgoing.check(&base)?;
    let seen = Seen::default();
    runtime.spawn(receive(listener, seen.clone(), failing));
    app.db.write(Priority::Interactive, |tx| {
        for n in 0..endpoints {
            let said = Said {
                url: format!("{base}/{n}"),
                description: String::new(),
                wanted: Wanted(vec!["*".into()]),
                private: false,
                history: false,
            };
            store::create(app, tx, &said, None, app.clock.now())?;
        }
        Ok(())
    })?;
    app.db.write(Priority::Interactive, |tx| {
        for n in 0..events {
            let about = serde_json::json!({ "import": "imp_01j8zq7x4mftz8w2v3k5n6p7qr", "activities": n });
            jobs::outbox::tell(tx, "import.finished", &about, app.clock.now())?;
        }
        Ok(())
    })?;
    let begun = Instant::now();
    let deliveries = begin(app)?;
    let first = u32::from(failing != Failing::No);
    let took = loop {
        let took = taken(&seen, first..endpoints, events, begun);
        if let Some(took) = took {
            break took;
        }
        if begun.elapsed() > Duration::from_secs(300) {
            return Err(Error::unavailable("the messages did not all arrive within five minutes"));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    deliveries.stop(Duration::from_secs(1));
    runtime.shutdown_background();
    Ok(took)
}

/// How long it took, once every endpoint of these has every event.
fn taken(seen: &Seen, these: std::ops::Range<u32>, events: u32, begun: Instant) -> Option<Took> {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let mut lasts = Vec::new();
    for n in these {
        let (count, last) = seen.get(&format!("/{n}"))?;
        if *count < events {
            return None;
        }
        lasts.push(*last - begun);
    }
    let delivered = lasts.len() as u64 * u64::from(events);
    Some(Took { delivered, fastest: *lasts.iter().min()?, slowest: *lasts.iter().max()? })
}

async fn receive(listener: TcpListener, seen: Seen, failing: Failing) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, seen.clone(), failing));
    }
}

async fn answer(stream: TcpStream, seen: Seen, failing: Failing) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = n.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let status = match (path == "/0", failing) {
            (true, Failing::Hangs) => std::future::pending().await,
            (true, Failing::Refuses) => "500 No",
            _ => "200 OK",
        };
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = seen.entry(path).or_insert((0, Instant::now()));
            *entry = (entry.0 + 1, Instant::now());
        }
        stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await?;
    }
}
