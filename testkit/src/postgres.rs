//! Fresh PostgreSQL databases for tests: one cluster for a whole run, or one for this process.

pub mod cluster;

use cluster::Cluster;
use postgres::{Client, NoTls};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// The variable with the address of a cluster that the whole run shares; `cargo xtask test` sets it.
pub const SHARED: &str = "FOLKMOOT_TEST_DATABASE_URL";

/// The address of a fresh, empty database, or `None`, with the reason on standard error, when no PostgreSQL is
/// installed. With [`SHARED`] set, that cluster must answer.
///
/// # Panics
/// When the shared cluster does not answer or a database cannot be made: a test that should have run against
/// PostgreSQL must not pass without it.
pub fn database_url() -> Option<String> {
    static OWN: OnceLock<Option<Mutex<Cluster>>> = OnceLock::new();
    let server = match std::env::var(SHARED) {
        Ok(url) if !url.is_empty() => url,
        _ => {
            let own = OWN.get_or_init(|| match Cluster::start() {
                Ok(cluster) => Some(Mutex::new(cluster)),
                Err(reason) => {
                    eprintln!("not tested on PostgreSQL: {reason}");
                    None
                }
            });
            own.as_ref()?.lock().unwrap_or_else(std::sync::PoisonError::into_inner).url()
        }
    };
    Some(create(&server))
}

/// Makes a database in the cluster behind `server` and returns its address.
fn create(server: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut client = Client::connect(server, NoTls)
        .unwrap_or_else(|e| panic!("the test cluster at {server} does not answer: {e}"));
    for _ in 0..1_000 {
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        match client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")) {
            Ok(()) => return with_database(server, &name),
            // A process of an earlier run may have had our number.
            Err(e) if e.code() == Some(&postgres::error::SqlState::DUPLICATE_DATABASE) => {}
            Err(e) => panic!("no test database in {server}: {e}"),
        }
    }
    panic!("the test cluster at {server} is full of old databases")
}

/// The same address with another database.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, None), |(a, q)| (a, Some(q)));
    let authority = address.find("://").map_or(0, |at| at + 3);
    let end = address[authority..].find('/').map_or(address.len(), |at| authority + at);
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    format!("{}/{name}{query}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_an_address_is_replaced() {
        assert_eq!(with_database("postgres://p@/postgres?host=/s", "t1"), "postgres://p@/t1?host=/s");
        assert_eq!(
            with_database("postgres://p:x@localhost:5433/a", "t1"),
            "postgres://p:x@localhost:5433/t1"
        );
        assert_eq!(with_database("postgres://localhost", "t1"), "postgres://localhost/t1");
    }

    #[test]
    fn every_call_gives_another_empty_database() {
        let (Some(one), Some(other)) = (database_url(), database_url()) else { return };
        assert_ne!(one, other);
        let mut client = Client::connect(&one, NoTls).expect("the database answers");
        client.batch_execute("CREATE TABLE a (b BIGINT)").expect("it can be used");
        let mut client = Client::connect(&other, NoTls).expect("the other one answers");
        assert!(client.batch_execute("SELECT * FROM a").is_err(), "it is another one");
    }
}
