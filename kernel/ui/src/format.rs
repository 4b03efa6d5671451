//! Figures and times as people read them: `2,184`, `61 %`, `1 h 48 min`, `24 Nov 2026`.
//!
//! English only for now; a language replaces this module's separators and words, nothing else writes figures.

use base::Day;

/// A no-break space, so that a figure stays with its unit.
const NB: &str = "\u{a0}";

/// A whole count with thousands apart: `2,184`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A figure that may be negative or broken: whole ones without a point, others with `places`.
pub fn number(value: f64, places: usize) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    let whole = format!("{:.*}", places, value.abs());
    let (before, after) = whole.split_once('.').unwrap_or((&whole, ""));
    let after = after.trim_end_matches('0');
    let before = count(before.parse().unwrap_or(0));
    if before == "0" && after.is_empty() {
        return "0".into();
    }
    if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") }
}

/// A share from 0 to 1 in per cent: `61 %`; one decimal below 10 %, so that small shares stay apart.
pub fn share(value: f64) -> String {
    let percent = value * 100.0;
    let places = usize::from(percent.abs() < 9.95 && percent.abs() > 0.0);
    format!("{}{NB}%", number(percent, places))
}

/// Two shares as a range: `58 to 66 %`.
pub fn share_range(low: f64, high: f64) -> String {
    format!("{} to {}", share(low).trim_end_matches([' ', '%', '\u{a0}']), share(high))
}

/// Seconds as people say them, in at most two units: `1 h 48 min`, `3 d 4 h`, `42 s`.
pub fn duration(seconds: f64) -> String {
    let s = seconds.max(0.0).round() as u64;
    let two = |a: u64, unit: &str, b: u64, small: &str| match b {
        0 => format!("{}{NB}{unit}", count(a)),
        _ => format!("{}{NB}{unit} {b}{NB}{small}", count(a)),
    };
    match s {
        0..60 => format!("{s}{NB}s"),
        60..3600 => {
            let minutes = (s + 30) / 60;
            if minutes == 60 { format!("1{NB}h") } else { format!("{minutes}{NB}min") }
        }
        3600..86_400 => {
            let minutes = (s + 30) / 60;
            if minutes == 1440 { format!("1{NB}d") } else { two(minutes / 60, "h", minutes % 60, "min") }
        }
        _ => {
            let hours = (s + 1800) / 3600;
            let (days, rest) = (hours / 24, hours % 24);
            two(days, "d", if days < 14 { rest } else { 0 }, "h")
        }
    }
}

/// A size: `12.4 MB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{}{NB}{}", number(value, if unit > 0 && value < 100.0 { 1 } else { 0 }), UNITS[unit])
}

/// `one` or `many` after its count: `1 member`, `2,184 members`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{}{NB}{}", count(n), if n == 1 { one } else { many })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day in full: `24 November 2026`.
pub fn day_long(day: Day) -> String {
    let date = day.date();
    format!("{}{NB}{} {}", date.day(), MONTHS[date.month() as usize - 1], date.year())
}

/// A day in short, with the year only when asked: `24 Nov`, `24 Nov 2026`.
pub fn day_short(day: Day, year: bool) -> String {
    let date = day.date();
    let month = &MONTHS[date.month() as usize - 1][..3];
    if year { format!("{} {month} {}", date.day(), date.year()) } else { format!("{} {month}", date.day()) }
}

/// A month: `November 2026`.
pub fn month_long(day: Day) -> String {
    let date = day.date();
    format!("{} {}", MONTHS[date.month() as usize - 1], date.year())
}

/// A month in short, with the year only when asked: `Nov`, `Nov 2026`.
pub fn month_short(day: Day, year: bool) -> String {
    let date = day.date();
    let month = &MONTHS[date.month() as usize - 1][..3];
    if year { format!("{month} {}", date.year()) } else { month.into() }
}

/// Two days as a range, without saying a year twice: `2 Sep to 24 Nov 2026`.
pub fn day_range(first: Day, last: Day) -> String {
    let same = first.date().year() == last.date().year();
    format!("{} to {}", day_short(first, !same), day_short(last, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_as_people_read_them() {
        assert_eq!(count(0), "0");
        assert_eq!(count(2184), "2,184");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(number(-1234.5, 1), "−1,234.5");
        assert_eq!(number(-0.01, 1), "0");
        assert_eq!(number(3.0, 2), "3");
        assert_eq!(share(0.614), "61\u{a0}%");
        assert_eq!(share(0.0614), "6.1\u{a0}%");
        assert_eq!(share(0.0), "0\u{a0}%");
        assert_eq!(share_range(0.58, 0.661), "58 to 66\u{a0}%");
        assert_eq!(bytes(12_400_000), "12.4\u{a0}MB");
        assert_eq!(counted(1, "member", "members"), "1\u{a0}member");
    }

    #[test]
    fn durations_as_people_say_them() {
        let said = |s| duration(s).replace('\u{a0}', " ");
        assert_eq!(said(42.0), "42 s");
        assert_eq!(said(90.0), "2 min");
        assert_eq!(said(3599.0), "1 h");
        assert_eq!(said(6480.0), "1 h 48 min");
        assert_eq!(said(86_399.0), "1 d");
        assert_eq!(said(273_600.0), "3 d 4 h");
        assert_eq!(said(20.2 * 86_400.0), "20 d");
    }

    #[test]
    fn days_and_ranges() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(day_short(day("2026-11-24"), true), "24 Nov 2026");
        assert_eq!(day_range(day("2026-09-02"), day("2026-11-24")), "2 Sep to 24 Nov 2026");
        assert_eq!(day_range(day("2025-12-02"), day("2026-11-24")), "2 Dec 2025 to 24 Nov 2026");
        assert_eq!(month_short(day("2026-11-24"), false), "Nov");
    }
}
