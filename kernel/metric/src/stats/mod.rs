//! Statistics on plain numbers: shares, percentiles, inequality, survival.

mod share;
mod spread;
mod survival;

pub(crate) use share::Share;
pub(crate) use spread::{gini, mean, median_interval, quantile};
pub(crate) use survival::Survival;

/// The 97.5 % point of the normal distribution; every 95 % interval uses it.
pub(crate) const Z95: f64 = 1.959_963_985;
