//! What everything else stands on: the product's name, errors, times, zones, days, ids and hashes.
//!
//! Nothing here knows a database, a web server or a network.

mod clock;
pub mod csv;
mod day;
mod error;
mod id;
mod quiet;
mod random;
mod room;
mod secret;
mod zone;

pub use clock::{Clock, Micros, written, written_to_second};
pub use day::{Day, Interval, Period};
pub use error::{Error, ErrorKind, Result};
pub use id::{TypeId, hash64};
pub use quiet::give_way;
pub use random::random;
pub use room::roomy;
pub use secret::same_secret;
pub use zone::{Days, Zone};

/// The product's name as people read it. The binary's name is the only other place that carries it.
pub const NAME: &str = "Folkmoot";

/// The version of this build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
