//! When things happen: growth, the launch, the raid, the outage, seasons, weekdays and hours.

use crate::Demo;
use crate::random::Random;
use base::{Day, Micros};

pub(crate) const SECOND: Micros = 1_000_000;
pub(crate) const MINUTE: Micros = 60 * SECOND;
pub(crate) const HOUR: Micros = 3_600 * SECOND;

/// The shape of the two years. Days are counted from the first.
pub(crate) struct Calendar {
    pub(crate) first: Day,
    pub(crate) days: i32,
    /// The day of the big release.
    pub(crate) launch: i32,
    /// A smaller wave: a talk at the conference.
    pub(crate) conference: i32,
    /// The day of the raid.
    pub(crate) raid: i32,
    /// The day on which Share and Sync were down.
    pub(crate) outage: i32,
    /// From this day on the team is away and answers take their time.
    pub(crate) away: i32,
    /// Sums of the arrival weights, for drawing.
    arrivals: Vec<u64>,
}

/// How likely a waking hour is, by local hour, of 100.
const HOURS: [u64; 24] = [1, 1, 0, 0, 0, 1, 2, 4, 5, 5, 5, 5, 6, 5, 5, 5, 5, 6, 7, 9, 9, 8, 4, 2];
/// The releases, old to new; the sixth is the big one.
pub(crate) const VERSIONS: [&str; 10] =
    ["1.6", "1.7", "1.8", "1.8.2", "1.9", "2.0", "2.0.3", "2.1", "2.2", "2.3"];
/// How many of them come before the launch.
const BEFORE: i32 = 5;

impl Calendar {
    pub(crate) fn new(demo: &Demo) -> Self {
        let days = demo.days.max(1) as i32;
        let at = |percent: i32| (days * percent / 100).min(days - 1);
        let first = demo.end.plus(1 - days);
        // The last such weekday up to a day; Monday is 0.
        let on = |day: i32, weekday: i32| day - (first.plus(day).0 + 3 - weekday).rem_euclid(7);
        let mut calendar = Self {
            first,
            days,
            launch: on(at(62), 1),
            conference: on(at(84), 5),
            raid: at(76),
            outage: on(at(91), 1),
            away: on(days - 9, 0),
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

    /// Growth in thousandths of the mean, with the launch and the conference on top.
    fn arrival_weight(&self, day: i32) -> u64 {
        let growth = 500 + 900 * day / self.days;
        let wave = |from: i32, height: i32| {
            let since = day - from;
            if (0..18).contains(&since) { height * (18 - since) / 18 } else { 0 }
        };
        let weight = (growth + wave(self.launch, 6_000) + wave(self.conference, 3_200)) as u64;
        weight * self.season(day) / 1000 * self.weekday(day) / 1000 + 1
    }

    /// Two quiet times a year; in thousandths. They hang on the distance from the end and not on the date, so
    /// that a demo of another week is the same demo.
    pub(crate) fn season(&self, day: i32) -> u64 {
        match (self.days - day).rem_euclid(365) {
            80..=110 => 760,
            111..=140 => 840,
            323..=332 => 480,
            260..=300 => 1_100,
            _ => 1_000,
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

    /// The number of the release that people use on a day.
    pub(crate) fn version(&self, day: i32) -> usize {
        let after = VERSIONS.len() as i32 - BEFORE;
        let number = if day < self.launch {
            day * BEFORE / self.launch.max(1)
        } else {
            BEFORE + ((day - self.launch) * after / (self.days - self.launch).max(1)).min(after - 1)
        };
        number as usize
    }

    /// By how much answers are slower on a day; in thousandths.
    pub(crate) fn slowness(&self, day: i32) -> i64 {
        if day >= self.away {
            4_600
        } else if (0..21).contains(&(day - self.launch)) {
            1_700
        } else {
            1_000
        }
    }

    /// How many questions in a thousand stay without an answer in addition to the usual.
    pub(crate) fn silence(&self, day: i32) -> u64 {
        match day {
            _ if day >= self.away => 230,
            _ if (0..21).contains(&(day - self.launch)) => 90,
            _ => 0,
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
        self.start(day) + utc * HOUR + random.between(0, 3_599_999) * 1_000
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

    /// The first moment of a day.
    pub(crate) fn start(&self, day: i32) -> Micros {
        self.first.plus(day).start_micros()
    }

    /// The day that a moment lies on.
    pub(crate) fn day_of(&self, at: Micros) -> i32 {
        Day::of_micros(at).0 - self.first.0
    }

    /// The first moment after the end.
    pub(crate) fn end(&self) -> Micros {
        self.start(self.days)
    }
}
