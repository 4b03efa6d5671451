//! The parts that pages are made of. Each returns [`Markup`](crate::Markup) and escapes what it is given.

mod buttons;
mod cards;
mod forms;
mod lists;
mod menus;
mod qr;
mod selection;
mod states;
mod tables;
mod time;

pub use buttons::{Button, Look, button, link_button, why};
pub use cards::{ChartCard, Delta, Stat, Verdict, card, chart_card, definition, facts, stat, stats};
pub use forms::{Field, LongText, Select, check, drop_zone, field, hidden, long_text, select, zone_list};
pub use lists::{Tone, badge, dot, source_badge};
pub use menus::{
    Choice, Confirm, Pager, confirm, dialog, filter_menu, menu, more, pagination, segmented, tabs,
};
pub use qr::qr;
pub use selection::{Bulk, bulk_bar, pick, pick_all};
pub use states::{
    Progress, empty, notice, problem, problem_of, progress, skeleton_card, skeleton_rows, skeleton_stats,
    toast,
};
pub use tables::{Cell, Column, Table, table};
pub use time::{moment, time};
