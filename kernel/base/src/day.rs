//! Calendar days, ISO weeks and months, as plain numbers.

use crate::{Error, Micros, Result};
use jiff::civil::Date;
use std::fmt;

const DAY_MICROS: i64 = 86_400_000_000;

/// A calendar day: days since 1970-01-01. Which zone it belongs to is said where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The UTC day of an instant.
    pub fn of_micros(at: Micros) -> Self {
        Self(at.div_euclid(DAY_MICROS) as i32)
    }

    /// Midnight of this day as if it were UTC, in microseconds.
    pub fn start_micros(self) -> Micros {
        i64::from(self.0) * DAY_MICROS
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// `Invalid` when it is not a date.
    pub fn parse(text: &str) -> Result<Self> {
        let date: Date = text
            .trim()
            .parse()
            .map_err(|_| Error::invalid(format!("\"{text}\" is not a date; write it as 2026-11-24")))?;
        Ok(Self::of_date(date))
    }

    /// From year, month and day; `None` when there is no such date.
    pub fn of_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self::of_date)
    }

    fn of_date(d: Date) -> Self {
        let epoch = jiff::civil::date(1970, 1, 1);
        Self((d - epoch).get_days())
    }

    /// The civil date.
    pub fn date(self) -> Date {
        use jiff::ToSpan;
        jiff::civil::date(1970, 1, 1).checked_add(i64::from(self.0).days()).unwrap_or(if self.0 < 0 {
            Date::MIN
        } else {
            Date::MAX
        })
    }

    /// The Monday of its ISO week.
    #[must_use]
    pub fn monday(self) -> Self {
        // 1970-01-01 was a Thursday.
        Self(self.0 - (self.0 + 3).rem_euclid(7))
    }

    /// The first of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        let d = self.date();
        Self::of_date(d.first_of_month())
    }

    /// `n` days later (earlier when negative).
    #[must_use]
    pub fn plus(self, n: i32) -> Self {
        Self(self.0.saturating_add(n))
    }

    /// Days and months in words: `24 Nov 2026`.
    pub fn words(self) -> String {
        let d = self.date();
        const M: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        format!("{} {} {}", d.day(), M[(d.month() - 1) as usize], d.year())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// The grain of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interval {
    /// Calendar days.
    Day,
    /// ISO weeks, named by their Monday.
    Week,
    /// Calendar months, named by their first.
    Month,
}

impl Interval {
    /// Reads `day`, `week` or `month`.
    ///
    /// # Errors
    /// `Invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            _ => Err(Error::invalid(format!("\"{text}\" is not an interval; use day, week or month"))),
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The first day of the period that holds `day`.
    pub fn start(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Week => day.monday(),
            Self::Month => day.first_of_month(),
        }
    }

    /// The first day of the next period after the one that holds `day`.
    pub fn next(self, day: Day) -> Day {
        match self {
            Self::Day => day.plus(1),
            Self::Week => day.monday().plus(7),
            Self::Month => day.first_of_month().plus(31).first_of_month(),
        }
    }

    /// The number of a period: consecutive periods have consecutive numbers.
    pub fn index(self, day: Day) -> i32 {
        match self {
            Self::Day => day.0,
            Self::Week => (day.0 + 3).div_euclid(7),
            Self::Month => {
                let d = day.date();
                i32::from(d.year()) * 12 + i32::from(d.month()) - 1
            }
        }
    }

    /// The first day of the period with this number; the reverse of [`Interval::index`].
    pub fn of_index(self, index: i32) -> Day {
        match self {
            Self::Day => Day(index),
            Self::Week => Day(index * 7 - 3),
            Self::Month => Day::of_ymd(index.div_euclid(12) as i16, (index.rem_euclid(12) + 1) as i8, 1)
                .unwrap_or(Day(0)),
        }
    }
}

/// Days from `first` to `last`, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub first: Day,
    /// The last day, inclusive.
    pub last: Day,
}

impl Period {
    /// Whether a day lies inside.
    pub fn holds(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }
    /// How many days it has.
    pub fn days(self) -> i32 {
        self.last.0 - self.first.0 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_count_up_and_come_back() {
        for d in [-1000, -1, 0, 3, 4, 59, 19_000, 20_500] {
            let day = Day(d);
            for i in [Interval::Day, Interval::Week, Interval::Month] {
                assert_eq!(i.of_index(i.index(day)), i.start(day), "{i:?} {day}");
                assert_eq!(i.index(i.next(day)), i.index(day) + 1);
            }
        }
        assert_eq!(Day::parse("2024-12-29").expect("a day").monday().to_string(), "2024-12-23");
        assert!(Day::parse("2024-13-01").is_err());
    }
}
