//! forums
