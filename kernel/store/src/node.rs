//! Which process it is that has the database open: several nodes share one PostgreSQL, and what one of them works
//! on bears its name.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// This process, as others on the same database know it.
#[derive(Debug)]
pub(crate) struct Node {
    run: String,
    /// The data folder, and what people call the machine.
    named: OnceLock<(String, String)>,
    announced: AtomicBool,
}

impl Node {
    pub(crate) fn new() -> Self {
        let bytes = base::random::<12>();
        let run = bytes.iter().map(|b| format!("{b:02x}")).collect();
        Self { run, named: OnceLock::new(), announced: AtomicBool::new(false) }
    }

    /// One opening of the database; no other has the same.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// What stays the same when the program is started again on its data folder.
    pub(crate) fn id(&self) -> &str {
        self.named.get().map_or(&self.run, |n| &n.0)
    }

    pub(crate) fn name(&self) -> &str {
        self.named.get().map_or("this server", |n| &n.1)
    }

    /// Says it once; what was said first holds.
    pub(crate) fn introduce(&self, id: &str, name: &str) {
        let _ = self.named.set((id.to_owned(), name.to_owned()));
    }

    pub(crate) fn is_announced(&self) -> bool {
        self.announced.load(Ordering::Acquire)
    }

    pub(crate) fn set_announced(&self, announced: bool) {
        self.announced.store(announced, Ordering::Release);
    }
}
