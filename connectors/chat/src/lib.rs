//! Connectors to chat networks: Slack and Discord. So far they import what these export.

mod discord;
mod guess;
mod json;
mod slack;
#[cfg(test)]
mod testing;
mod wording;

pub use discord::{DISCORD, DiscordImporter};
pub use slack::{SLACK, SlackImporter};
