//! The program as people run it: a server, commands beside it, and its end.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

struct Server {
    child: Child,
    address: String,
    link: String,
}

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_folkmoot"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FOLKMOOT_")) {
        command.env_remove(name);
    }
    command.arg("--data").arg(data);
    command
}

fn run(data: &Path, words: &str) -> Output {
    program(data).args(words.split(' ')).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut command = program(data);
        let mut child =
            command.args(["serve", "--port", "0"]).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut next = |prefix: &str| {
            let line = lines.next().expect("a line").expect("text");
            line.strip_prefix(prefix).unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let address = next("Folkmoot listens on http://");
        let link = next("Sign in: ");
        Self { child, address, link }
    }

    /// The answer's head and body.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        text(&answer)
    }

    fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        assert!(self.child.wait().expect("its end").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only after a failed assertion is it still running.
        let _ = self.child.kill();
    }
}

#[test]
fn commands_reach_the_server_and_do_not_need_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    assert!(run(&data, "settings set name Lathe").status.success(), "without a server");
    let server = Server::start(&data);
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200 OK"));
    assert!(server.get("/desk/anything").starts_with("HTTP/1.1 404"));
    let path = server.link.split_once(&server.address).expect("the server's own address").1;
    assert!(server.get(path).contains("Who are you?"));

    let second = run(&data, "serve --port 0");
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("another folkmoot works in"), "{}", text(&second.stderr));

    assert_eq!(text(&run(&data, "settings get name").stdout), "Lathe\n", "through the server");
    let wrong = run(&data, "settings set zone Mars");
    assert_eq!((wrong.status.code(), text(&wrong.stdout)), (Some(2), String::new()));
    assert!(text(&wrong.stderr).contains("there is no time zone \"Mars\""));
    let added = text(&run(&data, "accounts add ana@example.org").stdout);
    assert!(added.starts_with(&format!("Sign in: http://{}/signin/link/", server.address)), "{added}");
    assert!(run(&data, "check").status.success());
    server.stop();

    assert_eq!(text(&run(&data, "settings get name").stdout), "Lathe\n", "without it again");
    let accounts = text(&run(&data, "accounts list --json").stdout);
    assert!(accounts.contains("\"email\":\"ana@example.org\""), "{accounts}");
}

#[test]
fn a_killed_server_leaves_nothing_in_the_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path());
    server.child.kill().expect("killed");
    server.child.wait().expect("its end");
    assert!(folder.path().join("folkmoot.sock").exists(), "the socket stays behind");
    assert!(run(folder.path(), "settings").status.success());
    Server::start(folder.path()).stop();
}

#[test]
fn mistakes_say_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("config.toml"), "prot = 80\n").expect("a file");
    let wrong = run(folder.path(), "settings");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("no setting \"prot\""), "{}", text(&wrong.stderr));
    std::fs::write(folder.path().join("config.toml"), "").expect("a file");
    let wrong = run(folder.path(), "import cassette tape.zip");
    assert!(text(&wrong.stderr).contains("there is no format \"cassette\""), "{}", text(&wrong.stderr));
}
