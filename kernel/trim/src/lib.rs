//! Gives memory that is free inside the allocator back to the system.
//!
//! A question gathers millions of small pieces and drops them again; glibc keeps what lies between pieces that live
//! on, and a server that idles looks twice as large as it is (docs/decisions/0017-memory-given-back.md).

/// Gives back what is free. Takes some milliseconds, during which whoever asks for memory waits; for a moment when
/// nobody is there. Does nothing where the allocator is not glibc's.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim(3) takes a number, touches free memory only and may be called on any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    fn resident() -> usize {
        let text = std::fs::read_to_string("/proc/self/statm").expect("what the system says of this process");
        text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("pages")
    }

    #[test]
    fn what_lies_between_pieces_that_live_on_goes_back() {
        // 64 MB of small pieces, of which one in a thousand lives on.
        let pieces: Vec<Vec<u8>> = (0..64_000).map(|_| vec![1; 1_000]).collect();
        let left: Vec<Vec<u8>> = pieces.into_iter().step_by(1_000).collect();
        let before = resident();
        super::give_back();
        assert!(resident() + 5_000 < before, "{} pages of {before} are left", resident());
        drop(left);
    }
}
