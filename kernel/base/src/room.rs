//! Memory for what is large and short-lived.

/// More than glibc's largest threshold for a piece of its own (32 MiB).
const ROOM: usize = 40 << 20;

/// A vector for what is gathered to answer one question and dropped with it, whose memory goes back to the system.
/// What an allocator keeps of freed memory depends on the pieces that it got back: glibc's keeps up to twice the
/// largest below 32 MiB, for each thread, and returns larger ones at once. So this asks for more than that; pages
/// that are never touched cost nothing.
pub fn roomy<T>(length: usize) -> Vec<T> {
    Vec::with_capacity(length.max(ROOM / size_of::<T>().max(1)))
}
