//! Pages of a list that is read whole anyway, as it is short: `cursor` is the id of the last item of the page before.

use crate::Problem;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use base::{Error, Result};
use serde_json::{Value, json};

/// Items on a page when nothing else is said, and at most.
const PAGE: (usize, usize) = (50, 200);

/// What a request asks of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Behind this one; empty for the beginning.
    pub cursor: String,
    /// How many.
    pub limit: usize,
}

impl Paging {
    /// Reads it from the pairs of a query.
    ///
    /// # Errors
    /// `Invalid` for a limit that is none.
    pub fn read(pairs: &[(String, String)]) -> Result<Self> {
        let value = |name: &str| pairs.iter().find(|p| p.0 == name).map(|p| p.1.as_str());
        let limit = match value("limit") {
            None => PAGE.0,
            Some(text) => text
                .parse()
                .ok()
                .filter(|n| (1..=PAGE.1).contains(n))
                .ok_or_else(|| Error::invalid(format!("limit is a number from 1 to {}", PAGE.1)))?,
        };
        Ok(Self { cursor: value("cursor").unwrap_or_default().to_owned(), limit })
    }

    /// The page out of a whole list; `name` gives what tells an item from the others.
    ///
    /// # Errors
    /// `Invalid` for a cursor that no item has.
    pub fn cut_by<T>(&self, items: Vec<T>, name: impl Fn(&T) -> String) -> Result<(Vec<T>, Option<String>)> {
        let from = match self.cursor.as_str() {
            "" => 0,
            cursor => match items.iter().position(|i| name(i) == cursor) {
                Some(at) => at + 1,
                None => {
                    return Err(Error::invalid(
                        "cursor is what an earlier answer gave as next; begin again without it",
                    ));
                }
            },
        };
        let more = items.len() > from + self.limit;
        let page: Vec<T> = items.into_iter().skip(from).take(self.limit).collect();
        let next = page.last().filter(|_| more).map(&name);
        Ok((page, next))
    }

    /// The answer for items with an `id`.
    ///
    /// # Errors
    /// As [`Paging::cut_by`].
    pub fn answer(&self, items: Vec<Value>) -> Result<Value> {
        self.answer_by("id", items)
    }

    /// The answer for items that are told apart by another field.
    ///
    /// # Errors
    /// As [`Paging::cut_by`].
    pub fn answer_by(&self, field: &str, items: Vec<Value>) -> Result<Value> {
        let name = |item: &Value| match &item[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (items, next) = self.cut_by(items, name)?;
        Ok(json!({ "items": items, "next": next }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = pairs.map_err(|e| Problem::new(e.status(), e.body_text()))?;
        Ok(Self::read(&pairs)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_without_gap() {
        let items = || (1..=5).map(|n| json!({ "id": format!("x{n}") })).collect::<Vec<_>>();
        let mut paging = Paging { cursor: String::new(), limit: 2 };
        let mut seen = Vec::new();
        loop {
            let answer = paging.answer(items()).expect("a page");
            seen.extend(answer["items"].as_array().expect("items").iter().map(|i| i["id"].clone()));
            match answer["next"].as_str() {
                Some(next) => paging.cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, ["x1", "x2", "x3", "x4", "x5"]);
        assert!(Paging { cursor: "x9".into(), limit: 2 }.answer(items()).is_err());
        let read = |limit: &str| Paging::read(&[("limit".into(), limit.into())]);
        assert!(read("200").is_ok() && read("0").is_err() && read("201").is_err() && read("x").is_err());
    }
}
