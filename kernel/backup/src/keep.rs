//! Which backups of a folder are kept: the newest of each of the last days, weeks and months that have one.
//!
//! Only files with the name of a backup are looked at, and their time is read from the name. The newest one stays
//! whatever the rule says.

use crate::take::NAME_END;
use base::{Day, Micros, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many are kept; 0 of a kind keeps none for its sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Days with a backup of which the newest is kept.
    pub days: usize,
    /// Weeks (from Monday) likewise.
    pub weeks: usize,
    /// Months likewise.
    pub months: usize,
}

/// Which of these times (UTC) are kept.
pub fn kept(times: &[Micros], rule: Rule) -> BTreeSet<Micros> {
    let mut newest_first: Vec<Micros> = times.to_vec();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let mut keep: BTreeSet<Micros> = newest_first.first().copied().into_iter().collect();
    for (most, period) in [
        (rule.days, (|day| day) as fn(Day) -> Day),
        (rule.weeks, Day::monday),
        (rule.months, Day::first_of_month),
    ] {
        let mut seen = BTreeSet::new();
        for at in &newest_first {
            if seen.len() < most && seen.insert(period(Day::of_micros(*at))) {
                keep.insert(*at);
            }
        }
    }
    keep
}

/// Until when each of these backups is kept, if one more is taken each day from now on; `None` for what is kept for more
/// than ten years.
pub fn until(times: &[Micros], rule: Rule, now: Micros) -> Vec<(Micros, Option<Micros>)> {
    const DAY: Micros = 86_400_000_000;
    /// Days that are looked ahead.
    const AHEAD: i64 = 3_700;
    let mut there: Vec<Micros> = times.to_vec();
    let mut open: BTreeSet<Micros> = times.iter().copied().collect();
    let mut gone = Vec::new();
    for day in 1..=AHEAD {
        if open.is_empty() {
            break;
        }
        let at = now + day * DAY;
        there.push(at);
        let keep = kept(&there, rule);
        there.retain(|t| keep.contains(t));
        gone.extend(open.iter().filter(|t| !keep.contains(t)).map(|t| (*t, Some(at))));
        open.retain(|t| keep.contains(t));
    }
    gone.extend(open.into_iter().map(|t| (t, None)));
    gone.sort_unstable();
    gone
}

/// The backups in a folder with their times, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<(Micros, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(at) = path.file_name().and_then(|n| time_of(&n.to_string_lossy())) {
            found.push((at, path));
        }
    }
    found.sort();
    Ok(found)
}

/// Removes what the rule does not keep; the files that went.
///
/// # Errors
/// When the folder cannot be read or a file not be removed.
pub fn prune(folder: &Path, rule: Rule) -> Result<Vec<PathBuf>> {
    let all = list(folder)?;
    let times: Vec<Micros> = all.iter().map(|(at, _)| *at).collect();
    let keep = kept(&times, rule);
    let mut gone = Vec::new();
    for (_, path) in all.into_iter().filter(|(at, _)| !keep.contains(at)) {
        std::fs::remove_file(&path).map_err(|e| base::Error::from(e).at(path.display()))?;
        gone.push(path);
    }
    Ok(gone)
}

/// The time in a backup's name.
fn time_of(name: &str) -> Option<Micros> {
    let stamp = name.strip_prefix("folkmoot-")?.strip_suffix(NAME_END)?;
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", stamp).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_timestamp(at).ok()?.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Micros = 86_400_000_000;

    #[test]
    fn names_tell_the_time() {
        let at = 1_700_000_000_000_000;
        assert_eq!(time_of(&crate::take::name(at)), Some(at));
        for other in ["folkmoot-20260101T000000Z.fmb.part", "notes.txt", "folkmoot-yesterday.fmb"] {
            assert_eq!(time_of(other), None, "{other}");
        }
    }

    #[test]
    fn the_newest_of_each_day_week_and_month_stay() {
        // Twice a day for 100 days, the last of them Wednesday 2024-04-10.
        let end = Day::parse("2024-04-10").expect("a day");
        let times: Vec<Micros> = (0..100)
            .flat_map(|n| {
                let day = end.plus(-n).start_micros();
                [day + DAY / 8, day + DAY / 2]
            })
            .collect();
        let dates = |rule: Rule| {
            let keep = kept(&times, rule);
            assert!(keep.iter().all(|at| at % DAY == DAY / 2), "the later one of a day");
            keep.iter().map(|at| Day::of_micros(*at).to_string()).collect::<Vec<_>>()
        };
        assert_eq!(dates(Rule { days: 0, weeks: 0, months: 0 }), ["2024-04-10"]);
        assert_eq!(dates(Rule { days: 3, weeks: 0, months: 0 }), ["2024-04-08", "2024-04-09", "2024-04-10"]);
        assert_eq!(dates(Rule { days: 1, weeks: 3, months: 0 }), ["2024-03-31", "2024-04-07", "2024-04-10"]);
        assert_eq!(dates(Rule { days: 1, weeks: 0, months: 3 }), ["2024-02-29", "2024-03-31", "2024-04-10"]);
    }

    #[test]
    fn it_can_be_told_when_a_backup_goes() {
        let start = Day::parse("2024-04-10").expect("a day").start_micros();
        let rule = Rule { days: 3, weeks: 0, months: 0 };
        assert_eq!(until(&[start], rule, start), [(start, Some(start + 3 * DAY))]);
        // Of a month the newest stays.
        let monthly = Rule { days: 1, weeks: 0, months: 2 };
        let last = Day::parse("2024-04-30").expect("a day").start_micros();
        let june = Day::parse("2024-06-01").expect("a day").start_micros();
        assert_eq!(until(&[start, last], monthly, last), [(start, Some(last + DAY)), (last, Some(june))]);
    }

    #[test]
    fn what_is_not_kept_goes_and_other_files_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let start = Day::parse("2024-04-10").expect("a day").start_micros();
        for n in 0..5 {
            std::fs::write(folder.path().join(crate::take::name(start + n * DAY)), "x").expect("a file");
        }
        std::fs::write(folder.path().join("notes.txt"), "x").expect("a file");
        let gone = prune(folder.path(), Rule { days: 2, weeks: 0, months: 0 }).expect("pruned");
        assert_eq!(gone.len(), 3);
        assert_eq!(list(folder.path()).expect("a list").len(), 2);
        assert!(folder.path().join("notes.txt").exists());
    }
}
