//! folkmoot
fn main() {}
