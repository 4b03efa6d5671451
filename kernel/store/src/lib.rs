//! SQLite or PostgreSQL behind one thin interface.

/// A connection.
pub struct Conn<'c> {
    _c: std::marker::PhantomData<&'c ()>,
}
