//! Tables of text.

/// Lines of cells: the first column aligned left, the others right, two spaces between them.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &'_ Vec<String>, column: usize| row.get(column).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> =
        (0..columns).map(|column| rows.iter().map(|row| cell(row, column)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (index, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let cell = if index == 0 { format!(" {cell:<width$}") } else { format!("  {cell:>width$}") };
            line.push_str(&cell);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A number with so many digits after the point, or a dash.
pub(super) fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.digits$}"))
}

/// A size in the largest unit that divides it.
pub(super) fn bytes(size: usize) -> String {
    for (shift, unit) in [(20, "MiB"), (10, "KiB")] {
        if size >= 1 << shift && size.is_multiple_of(1 << shift) {
            return format!("{} {unit}", size >> shift);
        }
    }
    format!("{size} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["".into(), "us".into()], vec!["raw".into(), "12.5".into()], vec!["ours".into(), "-".into()]];
        assert_eq!(table(&rows), "          us\n  raw   12.5\n  ours     -\n");
    }

    #[test]
    fn sizes_have_round_numbers() {
        assert_eq!([64, 1024, 1 << 20, 5 << 20].map(bytes), ["64 B", "1 KiB", "1 MiB", "5 MiB"]);
    }

    #[test]
    fn a_missing_number_is_a_dash() {
        assert_eq!(number(None, 1), "-");
        assert_eq!(number(Some(1.25), 1), "1.2");
    }
}
