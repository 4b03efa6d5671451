//! What the hidden commands of the benchmarks take.

use clap::Args;
use serde::{Deserialize, Serialize};

/// What `bench-fill` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct BenchFillArgs {
    /// How many activities.
    #[arg(long)]
    pub activities: u64,
    /// By time instead of channel by channel.
    #[arg(long)]
    pub by_time: bool,
}

/// What `bench-ask` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct BenchAskArgs {
    /// How often.
    #[arg(long, default_value_t = 15)]
    pub repeats: u32,
}

/// What `bench-search` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct BenchSearchArgs {
    /// How many searches.
    #[arg(long, default_value_t = 200)]
    pub queries: u32,
    /// Decides which words are searched for.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}
