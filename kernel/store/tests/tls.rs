//! The way to PostgreSQL is encrypted, and the server's certificate is looked at as much as the address says. Against a
//! throwaway cluster with certificates that are made here with the `openssl` command.

use std::path::{Path, PathBuf};
use std::process::Command;
use store::{Db, Location};
use testkit::postgres::cluster::Cluster;

/// Certificates in a folder: an authority, one of the server signed by it, another authority, one that is its own.
struct Certificates(tempfile::TempDir);

impl Certificates {
    fn make() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let run = |words: &str| {
            let done = Command::new("openssl").args(words.split(' ')).current_dir(folder.path()).output();
            match done {
                Ok(done) => {
                    assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
                    true
                }
                Err(_) => false,
            }
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        if !run(&format!("req -x509 {key} -days 2 -subj /CN=ours -keyout ca.key -out ca.pem")) {
            eprintln!("not tested: there is no openssl command");
            return None;
        }
        run(&format!("req -x509 {key} -days 2 -subj /CN=theirs -keyout other.key -out other.pem"));
        std::fs::write(folder.path().join("san"), "subjectAltName=DNS:localhost\n").expect("a file");
        run(&format!("req {key} -subj /CN=localhost -keyout server.key -out server.csr"));
        run(
            "x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile san -out server.pem",
        );
        run(&format!(
            "req -x509 {key} -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout self.key -out self.pem"
        ));
        Some(Self(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn open(port: u16, host: &str, more: &str) -> Result<bool, String> {
    let url = format!("postgres://postgres@{host}:{port}/postgres?connect_timeout=10{more}");
    let db = Db::open(&Location::Postgres(url)).map_err(|e| e.message)?;
    let encrypted = "SELECT CAST(CASE WHEN ssl THEN 1 ELSE 0 END AS BIGINT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    db.read(|c| c.query_one(encrypted, &[], |r| r.flag(0))).map_err(|e| e.message)
}

fn root(path: &Path) -> String {
    format!("&sslrootcert={}", path.display())
}

#[test]
fn the_certificate_is_looked_at_as_the_address_says() {
    let Some(certificates) = Certificates::make() else { return };
    let start = |name: &str| {
        Cluster::start_encrypted(
            &certificates.path(&format!("{name}.pem")),
            &certificates.path(&format!("{name}.key")),
        )
    };
    let (cluster, port) = match start("server") {
        Ok(started) => started,
        Err(reason) => return eprintln!("not tested: {reason}"),
    };
    let (ours, theirs) = (root(&certificates.path("ca.pem")), root(&certificates.path("other.pem")));
    for (host, mode, root, expect) in [
        ("localhost", "", "", Ok(true)),
        ("localhost", "&sslmode=disable", "", Ok(false)),
        ("localhost", "&sslmode=prefer", "", Ok(true)),
        ("localhost", "&sslmode=require", "", Ok(true)),
        ("localhost", "&sslmode=require", &theirs, Err("UnknownIssuer")),
        ("localhost", "&sslmode=verify-ca", "", Err("UnknownIssuer")),
        ("localhost", "&sslmode=verify-ca", &ours, Ok(true)),
        ("127.0.0.1", "&sslmode=verify-ca", &ours, Ok(true)),
        ("localhost", "&sslmode=verify-ca", &theirs, Err("UnknownIssuer")),
        ("localhost", "&sslmode=verify-full", &ours, Ok(true)),
        ("127.0.0.1", "&sslmode=verify-full", &ours, Err("not valid for name")),
        ("localhost", "&sslmode=verify-full", &theirs, Err("UnknownIssuer")),
    ] {
        let got = open(port, host, &format!("{mode}{root}"));
        match (&got, expect) {
            (Ok(encrypted), Ok(expected)) => assert_eq!(*encrypted, expected, "{host}{mode}{root}"),
            (Err(message), Err(part)) => assert!(message.contains(part), "{host}{mode}{root}: {message}"),
            _ => panic!("{host}{mode}{root}: {got:?}"),
        }
    }
    drop(cluster);

    // A certificate that is its own authority, as people make them for one server.
    let (_cluster, port) = start("self").expect("a cluster started a moment ago");
    let own = root(&certificates.path("self.pem"));
    assert_eq!(open(port, "localhost", &format!("&sslmode=verify-full{own}")), Ok(true));
    assert!(open(port, "127.0.0.1", &format!("&sslmode=verify-full{own}")).is_err());
    assert!(open(port, "localhost", &format!("&sslmode=verify-ca{theirs}")).is_err());
}

#[test]
fn a_server_without_certificates_is_refused_where_they_are_asked_for() {
    let Some(url) = testkit::postgres::database_url() else { return };
    let join = if url.contains('?') { "&" } else { "?" };
    let with = |mode: &str| Db::open(&Location::Postgres(format!("{url}{join}sslmode={mode}")));
    assert!(with("prefer").is_ok());
    assert!(with("disable").is_ok());
    let refused = with("require").expect_err("nothing is encrypted there");
    assert!(refused.message.contains("does not support TLS"), "{refused}");
}
