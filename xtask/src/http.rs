//! The least of HTTP/1.1: one GET on one connection to a server on this machine.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Asks `host:port` for a path (with its query, already encoded).
///
/// # Errors
/// In words, when nobody listens or the answer is not HTTP.
pub(crate) fn get(address: &str, path: &str, token: Option<&str>) -> Result<Answer, String> {
    let at = |e: std::io::Error| format!("http://{address}{path}: {e}");
    let mut stream = TcpStream::connect(address).map_err(at)?;
    stream.set_read_timeout(Some(Duration::from_secs(300))).map_err(at)?;
    stream.set_nodelay(true).map_err(at)?;
    let authorization = token.map(|t| format!("Authorization: Bearer {t}\r\n")).unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json, text/html\r\n\
         {authorization}Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).map_err(at)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(at)?;
    parse(&bytes).ok_or_else(|| format!("http://{address}{path}: the answer is not HTTP"))
}

/// The lines of an answer that does not end, its head included.
///
/// # Errors
/// In words, when nobody listens or the answer is no success.
pub(crate) fn stream(
    address: &str,
    path: &str,
    token: &str,
) -> Result<impl Iterator<Item = std::io::Result<String>> + Send + use<>, String> {
    let at = |e: std::io::Error| format!("http://{address}{path}: {e}");
    let mut stream = TcpStream::connect(address).map_err(at)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).map_err(at)?;
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose().map_err(at)?.unwrap_or_default();
    if first.split(' ').nth(1) == Some("200") {
        Ok(lines)
    } else {
        Err(format!("http://{address}{path} answers {first}"))
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let split = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..split]).ok()?;
    let body = &bytes[split + 4..];
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let chunked = head.lines().any(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with("transfer-encoding:") && line.contains("chunked")
    });
    let body = if chunked { join_chunks(body)? } else { body.to_vec() };
    Some(Answer { status, body })
}

fn join_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[line + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

/// A value as it stands in a query.
pub(crate) fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_and_in_chunks() {
        let plain = parse(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno").expect("HTTP");
        assert_eq!((plain.status, plain.body.as_slice()), (404, b"no".as_slice()));
        let chunks =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n";
        assert_eq!(parse(chunks).expect("HTTP").body, b"abcde");
        assert!(parse(b"nonsense").is_none());
        assert_eq!(encode("a/b %é"), "a%2Fb%20%25%C3%A9");
    }
}
