//! The design system: shell, parts, charts, figures as text, and the assets behind them.
//!
//! Everything returns [`Markup`], which is safe HTML. No style attribute and no inline script is ever
//! written, so that the strict content policy holds on every page.

mod address;
mod assets;
pub mod chart;
mod door;
pub mod format;
mod kit;
pub mod markdown;
mod markup;
mod parts;
mod shell;

pub use address::{encoded, query};
pub use assets::{asset, assets};
pub use door::{ChoosePassword, SignIn, choose_password, message, signin};
pub use kit::kit;
pub use markup::{Escaped, Markup, esc, icon, icon_small};
pub use parts::*;
pub use shell::{Account, NavItem, Shell, Theme, letter_keys_off, page, page_head};

/// The content policy under which every page of the desk works.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
