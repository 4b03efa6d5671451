//! Tables whose columns leave by rank when there is little room.

use crate::Markup;
use crate::markup::{esc, optional};

/// One column.
#[derive(Clone, Copy, Debug, Default)]
pub struct Column<'a> {
    /// Its head.
    pub label: &'a str,
    /// Whether it holds figures: at the end, tabular.
    pub number: bool,
    /// 1 stays always, 2 leaves on a phone, 3 leaves first. 0 is 1.
    pub rank: u8,
}

/// One cell: what it shows.
pub type Cell = Markup;

/// A table with a spoken name.
#[derive(Clone, Debug, Default)]
pub struct Table<'a> {
    /// What it lists; read by screen readers.
    pub caption: &'a str,
    /// The columns.
    pub columns: &'a [Column<'a>],
    /// The rows, each with as many cells as there are columns. The first cell names its row.
    pub rows: Vec<Vec<Cell>>,
}

/// The table. An empty one is the caller's to replace by [`empty`](crate::empty).
pub fn table(t: &Table<'_>) -> Markup {
    let class = |column: &Column<'_>| {
        let mut class = String::new();
        if column.number {
            class.push_str("num");
        }
        if column.rank >= 2 {
            class.push_str(if column.rank == 2 { " c2" } else { " c3" });
        }
        optional("class", class.trim())
    };
    let head: String =
        t.columns.iter().map(|c| format!("<th scope=\"col\"{}>{}</th>", class(c), esc(c.label))).collect();
    let body: String = t
        .rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(t.columns).enumerate().map(|(i, (cell, column))| match i {
                0 => format!("<th scope=\"row\"{}>{cell}</th>", class(column)),
                _ => format!("<td{}>{cell}</td>", class(column)),
            });
            // Rows that lead somewhere can be walked with j and k.
            let leads = row.first().is_some_and(|cell| cell.as_str().contains("<a "));
            let mark = if leads { " data-row" } else { "" };
            format!("<tr{mark}>{}</tr>", cells.collect::<String>())
        })
        .collect();
    Markup::raw(format!(
        "<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table class=\"table flat\">\
         <caption class=\"sr\">{caption}</caption><thead><tr>{head}</tr></thead><tbody data-list>{body}</tbody></table></div>",
        caption = esc(t.caption)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_at_the_end_and_ranks_become_classes() {
        let columns = [
            Column { label: "Channel", ..Default::default() },
            Column { label: "Messages", number: true, ..Default::default() },
            Column { label: "First", rank: 3, ..Default::default() },
        ];
        let rows = vec![vec![Markup::text("#a<b"), Markup::text("12"), Markup::text("2 May")]];
        let html = table(&Table { caption: "Channels", columns: &columns, rows }).into_string();
        assert!(
            html.contains(
                "<th scope=\"row\">#a&lt;b</th><td class=\"num\">12</td><td class=\"c3\">2 May</td>"
            )
        );
    }
}
