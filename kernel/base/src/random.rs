//! The only place that asks the operating system for randomness.

/// Random bytes of the operating system.
///
/// # Panics
/// When it gives none: without randomness no id is unique and no secret is one, and there is nothing sensible to do
/// next.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
