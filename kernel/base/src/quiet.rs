//! Work that nobody waits for, and the people who wait beside it.

/// How much of the processor background work gives up: Linux counts from 0 to 19, and 10 leaves it a tenth of what
/// a thread of a page gets while both want to run. With nothing else to do it has the whole machine.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lets this thread, and those that it starts from now on, give way to threads that answer people. For imports,
/// the search index and the like; there is no way back, so it is called on a thread of the work's own. Elsewhere
/// than on Linux priorities are of whole processes, and nothing happens.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    {
        // By setpriority(2) "0" is the calling thread. A system that says no leaves the work as quick as before.
        let _ = rustix::process::setpriority_process(None, NICENESS);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn only_the_thread_itself_gives_way() {
        let before = rustix::process::getpriority_process(None).expect("a priority");
        let inside = std::thread::spawn(|| {
            super::give_way();
            rustix::process::getpriority_process(None).expect("a priority")
        });
        assert_eq!(inside.join().expect("a thread"), super::NICENESS.max(before));
        assert_eq!(rustix::process::getpriority_process(None).expect("a priority"), before);
    }
}
