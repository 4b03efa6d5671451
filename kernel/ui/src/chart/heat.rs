//! Heat maps: an HTML table whose cells carry their figure and a step of one ramp.

use crate::Markup;
use crate::format;
use crate::markup::esc;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatCell {
    /// Share from 0 to 1; `None` is an empty place.
    pub value: Option<f64>,
    /// Whether its period is not finished: hatched.
    pub open: bool,
    /// Everything about it in words.
    pub say: String,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatRow {
    /// What it is: `7 Sep 2026`.
    pub name: String,
    /// What it rests on.
    pub n: u64,
    /// Its cells, from the first column on.
    pub cells: Vec<HeatCell>,
    /// Whether it sums up the others: set apart at the top.
    pub total: bool,
}

/// A heat map of shares.
#[derive(Clone, Debug, Default)]
pub struct Heat<'a> {
    /// What it shows; read by screen readers.
    pub caption: &'a str,
    /// The head of the first column.
    pub corner: &'a str,
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<HeatRow>,
    /// What a hatched cell is called in the key.
    pub open_note: &'a str,
    /// Scrolls within itself when it is long.
    pub tall: bool,
}

/// The table with its key. Steps are fifths of the largest value after the first column, which is 100 % by definition.
pub fn heat(h: &Heat<'_>) -> Markup {
    let later = h.rows.iter().flat_map(|row| row.cells.iter().skip(1)).filter_map(|cell| cell.value);
    let most = later.fold(0.0_f64, f64::max).max(0.01);
    let heads: String =
        h.columns.iter().map(|name| format!("<th scope=\"col\">{}</th>", esc(name))).collect();
    let rows: String = h.rows.iter().map(|row| row_of(row, h.columns.len(), most)).collect();
    let any_open = h.rows.iter().any(|row| row.cells.iter().any(|cell| cell.open && cell.value.is_some()));
    let open = if any_open {
        format!("<li><i class=\"hatch\"></i>{}</li>", esc(h.open_note))
    } else {
        String::new()
    };
    let tall = if h.tall { " tall" } else { "" };
    Markup::raw(format!(
        "<div class=\"heat-wrap{tall}\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table class=\"heat\"><caption class=\"sr\">{0}</caption>\
         <thead><tr><th scope=\"col\" class=\"when\">{1}</th><th scope=\"col\" class=\"n\">n</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>\
         <ul class=\"key\"><li>Less <span class=\"ramp\"><i class=\"h1\"></i><i class=\"h2\"></i><i class=\"h3\"></i><i class=\"h4\"></i><i class=\"h5\"></i><i class=\"h6\"></i></span> More</li>{open}</ul>",
        esc(h.caption),
        esc(h.corner)
    ))
}

fn row_of(row: &HeatRow, columns: usize, most: f64) -> String {
    let cells: String = (0..columns)
        .map(|at| match row.cells.get(at).and_then(|cell| cell.value.map(|value| (cell, value))) {
            None => "<td class=\"none\"></td>".to_string(),
            Some((cell, value)) => {
                let text = format::number(value * 100.0, 0);
                let (class, text) = if cell.open { (" open", format!("<b>{text}</b>")) } else { ("", text) };
                format!(
                    "<td class=\"h{}{class}\" title=\"{}\">{text}</td>",
                    step(value, most),
                    esc(&cell.say)
                )
            }
        })
        .collect();
    let (class, gap) = if row.total {
        (
            " class=\"all\"",
            format!("<tr class=\"gap\" aria-hidden=\"true\"><td colspan=\"{}\"></td></tr>", columns + 2),
        )
    } else {
        ("", String::new())
    };
    format!(
        "<tr{class}><th scope=\"row\" class=\"when\">{}</th><th class=\"n num\" scope=\"row\">{}</th>{cells}</tr>{gap}",
        esc(&row.name),
        format::count(row.n)
    )
}

fn step(value: f64, most: f64) -> u8 {
    if value <= 0.0 {
        return 0;
    }
    if value > most {
        return 6;
    }
    ((value / most * 5.0).ceil() as u8).clamp(1, 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_the_largest_value_and_open_cells_are_hatched() {
        let cell = |value, open| HeatCell { value: Some(value), open, say: "x".into() };
        let rows = vec![
            HeatRow {
                name: "All".into(),
                n: 10,
                cells: vec![cell(1.0, false), cell(0.5, false)],
                total: true,
            },
            HeatRow {
                name: "7 Sep".into(),
                n: 10,
                cells: vec![cell(1.0, false), cell(0.1, true), HeatCell::default()],
                total: false,
            },
        ];
        let heat = Heat {
            caption: "Retention",
            corner: "First active",
            columns: vec!["0".into(), "1".into(), "2".into()],
            rows,
            open_note: "Not finished",
            tall: false,
        };
        let html = super::heat(&heat).into_string();
        assert!(html.contains("h6\" title=\"x\">100<") && html.contains("h5\" title=\"x\">50<"));
        assert!(html.contains("h1 open\" title=\"x\"><b>10</b>"));
        assert_eq!(html.matches("class=\"none\"").count(), 2);
        assert!(html.contains("Not finished"));
    }
}
