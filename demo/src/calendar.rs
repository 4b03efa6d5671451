//! When things happen: growth, the launch, the raid, seasons, weekdays and hours.

use crate::Demo;
use crate::random::Random;
use base::{Day, Micros};

pub(crate) const SECOND: Micros = 1_000_000;
pub(crate) const HOUR: Micros = 3_600 * SECOND;

/// The shape of the two years. Days are counted from the first.
pub(crate) struct Calendar {
    pub(crate) first: Day,
    pub(crate) days: i32,
    /// The day of the big release.
    pub(crate) launch: i32,
    /// A smaller wave: a talk at a fair.
    pub(crate) fair: i32,
    /// The day of the raid.
    pub(crate) raid: i32,
    /// Sums of the arrival weights, for drawing.
    arrivals: Vec<u64>,
}

/// How likely a waking hour is, by local hour, of 100.
const HOURS: [u64; 24] = [1, 1, 0, 0, 0, 1, 2, 4, 5, 5, 5, 5, 6, 5, 5, 5, 5, 6, 7, 9, 9, 8, 4, 2];

impl Calendar {
    pub(crate) fn new(demo: &Demo) -> Self {
        let days = demo.days.max(1) as i32;
        let at = |percent: i32| (days * percent / 100).min(days - 1);
        let mut calendar = Self {
            first: demo.end.plus(1 - days),
            days,
            launch: at(62),
            fair: at(86),
            raid: at(79),
            arrivals: Vec::new(),
        };
        let mut sum = 0;
        calendar.arrivals = (0..days)
            .map(|day| {
                sum += calendar.arrival_weight(day);
                sum
            })
            .collect();
        calendar
    }

    /// A day on which somebody comes.
    pub(crate) fn arrival(&self, random: &mut Random) -> i32 {
        let total = self.arrivals.last().copied().unwrap_or(1);
        let draw = random.below(total);
        self.arrivals.partition_point(|sum| *sum <= draw) as i32
    }

    /// Growth in thousandths of the mean, with the launch and the fair on top.
    fn arrival_weight(&self, day: i32) -> u64 {
        let growth = 500 + 900 * day / self.days;
        let wave = |from: i32, height: i32| {
            let since = day - from;
            if (0..18).contains(&since) { height * (18 - since) / 18 } else { 0 }
        };
        let weight = (growth + wave(self.launch, 6_000) + wave(self.fair, 2_000)) as u64;
        weight * self.season(day) / 1000 * self.weekday(day) / 1000 + 1
    }

    /// Summer and the end of the year are quiet; in thousandths.
    pub(crate) fn season(&self, day: i32) -> u64 {
        let date = self.first.plus(day).date();
        match (date.month(), date.day()) {
            (8, _) => 700,
            (7, _) => 820,
            (12, 22..) | (1, 1..=2) => 450,
            (11 | 1 | 2, _) => 1120,
            _ => 1000,
        }
    }

    /// Weekdays and weekends differ; in thousandths.
    pub(crate) fn weekday(&self, day: i32) -> u64 {
        let number = (self.first.plus(day).0 + 3).rem_euclid(7);
        [1080, 1160, 1150, 1100, 960, 760, 790][number as usize]
    }

    pub(crate) fn is_weekend(&self, day: i32) -> bool {
        (self.first.plus(day).0 + 3).rem_euclid(7) >= 5
    }

    /// The release that people use on a day.
    pub(crate) fn version(&self, day: i32) -> &'static str {
        const BEFORE: [&str; 4] = ["1.6", "1.7", "1.8", "1.9"];
        const AFTER: [&str; 4] = ["2.0", "2.1", "2.2", "2.3"];
        if day < self.launch {
            BEFORE[(day * 4 / self.launch.max(1)).clamp(0, 3) as usize]
        } else {
            AFTER[((day - self.launch) * 4 / (self.days - self.launch).max(1)).clamp(0, 3) as usize]
        }
    }

    /// A moment of a day at which somebody who lives `zone` hours ahead of UTC is awake.
    pub(crate) fn moment(&self, day: i32, zone: i64, random: &mut Random) -> Micros {
        let mut draw = random.below(HOURS.iter().sum());
        let mut hour = 0;
        for (index, weight) in HOURS.iter().enumerate() {
            if draw < *weight {
                hour = index as i64;
                break;
            }
            draw -= weight;
        }
        let utc = (hour - zone).rem_euclid(24);
        self.first.plus(day).start_micros() + utc * HOUR + random.between(0, 3_599_999) * 1_000
    }

    /// Moves a moment out of somebody's night.
    pub(crate) fn awake(&self, at: Micros, zone: i64, random: &mut Random) -> Micros {
        let local = (at + zone * HOUR).div_euclid(HOUR).rem_euclid(24);
        if local < 7 && !random.chance(120) {
            at + (7 - local) * HOUR + random.between(0, 5_400) * SECOND
        } else {
            at
        }
    }

    /// The day that a moment lies on.
    pub(crate) fn day_of(&self, at: Micros) -> i32 {
        Day::of_micros(at).0 - self.first.0
    }

    /// The first moment after the end.
    pub(crate) fn end(&self) -> Micros {
        self.first.plus(self.days).start_micros()
    }
}
