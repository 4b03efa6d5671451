//! The door as browsers and programs see it, on both databases.

mod browser;
mod factors;
mod provider;
mod signin;
mod sso;
