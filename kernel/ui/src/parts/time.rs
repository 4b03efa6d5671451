//! Instants as people read them, with what a machine reads beside it.

use crate::format;
use crate::{Markup, esc};
use base::{Day, Micros, Zone};

/// An instant in words, in a zone: `24 Nov 2026, 16:02 UTC`.
pub fn moment(at: Micros, zone: &Zone) -> String {
    let minutes = (at + zone.offset_micros(at)).div_euclid(60_000_000).rem_euclid(1440);
    let day = format::day_short(zone.day_of(at), true);
    format!("{day}, {:02}:{:02} {}", minutes / 60, minutes % 60, zone.name())
}

/// The same as an element, in UTC for machines.
pub fn time(at: Micros, zone: &Zone) -> Markup {
    let seconds = at.div_euclid(1_000_000).rem_euclid(86_400);
    Markup::raw(format!(
        "<time datetime=\"{}T{:02}:{:02}:{:02}Z\">{}</time>",
        Day::of_micros(at),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        esc(&moment(at, zone))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_their_zone_and_machines_utc() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        let html = time(1_795_535_999_000_000, &berlin);
        assert_eq!(
            html.as_str(),
            "<time datetime=\"2026-11-24T15:59:59Z\">24 Nov 2026, 16:59 Europe/Berlin</time>"
        );
        assert!(time(-1, &Zone::utc()).as_str().contains("1969-12-31T23:59:59Z"));
    }
}
