//! The team as people use it through pages, the API and commands, on both databases.

mod accounts;
mod audit;
mod invitations;
mod providers;
mod roles;
mod support;
