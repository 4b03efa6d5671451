//! The client against a receiver on this machine.

use hyper::Method;
use hyper::body::Bytes;
use outgoing::{Client, Outgoing, Rules};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// Answers every connection with these bytes; `None` never answers.
fn receiver(answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer);
            match answer {
                Some(answer) => {
                    let _ = stream.write_all(answer.as_bytes());
                }
                None => kept.push(stream),
            }
        }
    });
    address
}

fn to(url: String) -> Outgoing {
    Outgoing {
        method: Method::POST,
        url,
        headers: vec![("content-type", "application/json".into())],
        body: Bytes::from_static(b"{}"),
        at_most: Duration::from_millis(500),
        keep: 10,
    }
}

fn local() -> Client {
    Client::new(Rules::read("127.0.0.0/8, ::1", true).expect("rules"))
}

#[test]
fn an_answer_is_read_up_to_its_limit_and_no_redirect_is_followed() {
    let ok = receiver(Some("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n01234567890123456789"));
    let answer = local().send_blocking(to(format!("http://{ok}/in"))).expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"0123456789".as_slice()));
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n";
    let answer = local().send_blocking(to(format!("http://{}/", receiver(Some(moved))))).expect("an answer");
    assert_eq!((answer.status, answer.is_success(), answer.retry_after), (302, false, Some(7)));
}

#[test]
fn who_never_answers_is_left() {
    let error = local().send_blocking(to(format!("http://{}/", receiver(None)))).expect_err("too slow");
    assert!(error.message.contains("no answer within 0.5 s"), "{error}");
    let error = local().send_blocking(to("http://127.0.0.1:1/".into())).expect_err("nobody there");
    assert!(error.message.contains("cannot be reached"), "{error}");
}

#[test]
fn the_servers_own_network_is_refused_by_number_and_by_name() {
    let port = receiver(Some("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).port();
    let client = Client::new(Rules { http: true, ..Rules::default() });
    for host in
        ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.1", "0.0.0.0"]
    {
        let error = client.send_blocking(to(format!("http://{host}:{port}/"))).expect_err(host);
        assert!(error.message.contains("not on the open internet"), "{host}: {error}");
    }
    // The same by name where it is allowed.
    assert!(local().send_blocking(to(format!("http://localhost:{port}/"))).is_ok());
}

#[test]
fn addresses_are_checked_before_anything_is_sent() {
    let client = Client::new(Rules::default());
    client.check("https://hooks.example.org/in?x=1").expect("a good one");
    for wrong in [
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "hooks.example.org",
        "/in",
        "https://",
        "https://user:pass@hooks.example.org/",
        "https://10.0.0.1/",
        "https://[fd00::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://exa mple.org/",
        "",
    ] {
        assert!(client.check(wrong).is_err(), "{wrong}");
    }
}
