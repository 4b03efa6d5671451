//! Tables: as a Markdown table where they are one, as paragraphs where they only lay out a page.

/// Writes rows of cells.
pub(super) fn write(rows: &[Vec<String>]) -> String {
    let rows: Vec<&Vec<String>> = rows.iter().filter(|r| r.iter().any(|c| !c.is_empty())).collect();
    let columns = rows.iter().map(|r| r.len()).max().unwrap_or(0);
    let layout = columns < 2 || rows.len() < 2 || rows.iter().any(|r| r.iter().any(|c| c.contains('\n')));
    if layout {
        let cells = rows.iter().flat_map(|r| r.iter()).filter(|c| !c.is_empty());
        return cells.map(String::as_str).collect::<Vec<_>>().join("\n\n");
    }
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        for column in 0..columns {
            out.push_str("| ");
            out.push_str(&row.get(column).map_or(String::new(), |c| c.replace('|', "\\|")));
            out.push(' ');
        }
        out.push_str("|\n");
        if number == 0 {
            out.push_str(&"| --- ".repeat(columns));
            out.push_str("|\n");
        }
    }
    out.pop();
    out
}
