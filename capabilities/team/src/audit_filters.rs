//! What the audit log is asked: read from an address, and written into one.

use crate::store::Known;
use access::audit::Filter;
use base::{Day, Error, Micros, Result, Zone};

/// What is asked; what is empty does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    /// Of this account (`acc_…`).
    pub who: String,
    /// Of this capability.
    pub area: String,
    /// About this record.
    pub subject: String,
    /// With these words.
    pub text: String,
    /// On this day or later.
    pub from: Option<Day>,
    /// On this day or earlier.
    pub to: Option<Day>,
    /// Before this entry.
    pub before: Option<i64>,
}

impl Filters {
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self> {
        let mut f = Self::default();
        for (name, value) in pairs.iter().filter(|p| !p.1.trim().is_empty()) {
            let value = value.trim();
            let day = || Day::parse(value).map_err(|e| e.at(name));
            match name.as_str() {
                "who" => value.clone_into(&mut f.who),
                "area" => value.clone_into(&mut f.area),
                "subject" => value.clone_into(&mut f.subject),
                "q" => value.clone_into(&mut f.text),
                "from" => f.from = Some(day()?),
                "to" => f.to = Some(day()?),
                "cursor" => {
                    let wrong =
                        || Error::invalid("cursor is what the answer before gave; leave it out").at("cursor");
                    f.before = Some(value.parse().map_err(|_| wrong())?);
                }
                _ => {}
            }
        }
        if let (Some(from), Some(to)) = (f.from, f.to)
            && from > to
        {
            return Err(Error::invalid(format!("from ({from}) lies after to ({to}); exchange them")));
        }
        Ok(f)
    }

    /// As pairs of an address, without the place in the list.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let day = |d: Option<Day>| d.map(|d| d.to_string()).unwrap_or_default();
        let all = [
            ("who", self.who.clone()),
            ("area", self.area.clone()),
            ("subject", self.subject.clone()),
            ("q", self.text.clone()),
            ("from", day(self.from)),
            ("to", day(self.to)),
        ];
        all.into_iter().filter(|p| !p.1.is_empty()).collect()
    }

    /// The same with one pair changed; an empty value takes it away.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> String {
        let mut pairs = self.pairs();
        pairs.retain(|p| p.0 != name);
        if !value.is_empty() {
            pairs.push((name, value.to_owned()));
        }
        ui::query(&pairs)
    }

    pub(crate) fn is_narrow(&self) -> bool {
        !self.pairs().is_empty()
    }

    /// As the log is asked; days are the community's.
    ///
    /// # Errors
    /// `NotFound` for an account that never was.
    pub(crate) fn filter(&self, known: &[Known], zone: &Zone) -> Result<Filter> {
        let account = if self.who.is_empty() {
            None
        } else {
            let found = known.iter().find(|k| k.public_id == self.who);
            Some(found.ok_or_else(|| Error::not_found("there never was such an account; leave out who"))?.id)
        };
        let start = |d: Day| -> Micros { zone.start_of(d) };
        Ok(Filter {
            account,
            action: if self.area.is_empty() { String::new() } else { format!("{}.", self.area) },
            subject: self.subject.clone(),
            text: self.text.clone(),
            since: self.from.map(start),
            until: self.to.map(|d| start(d.plus(1))),
            before_entry: self.before,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Filters> {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        Filters::read(&pairs)
    }

    #[test]
    fn an_address_is_read_and_written() {
        let f =
            read(&[("who", "acc_1"), ("q", " staff "), ("from", "2024-01-02"), ("cursor", "9"), ("x", "y")]);
        let f = f.expect("filters");
        assert_eq!(f.before, Some(9));
        assert_eq!(f.with("who", ""), "?q=staff&from=2024-01-02");
        assert_eq!(f.with("area", "team"), "?who=acc_1&q=staff&from=2024-01-02&area=team");
        assert!(f.is_narrow() && !read(&[("cursor", "9")]).expect("filters").is_narrow());
        for wrong in [
            &[("from", "yesterday")][..],
            &[("from", "2024-02-01"), ("to", "2024-01-01")],
            &[("cursor", "x")],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
        let filter =
            read(&[("to", "2024-01-02")]).expect("filters").filter(&[], &Zone::utc()).expect("a filter");
        assert_eq!(filter.until, Some(Day::parse("2024-01-03").expect("a day").start_micros()));
        assert!(read(&[("who", "acc_9")]).expect("filters").filter(&[], &Zone::utc()).is_err());
    }
}
