//! Text in aligned columns.

/// A line for the header and one for each row. Columns are separated by two spaces; the last one is not padded.
pub fn render<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = header.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = String::new();
    push_line(&mut text, &widths, header.into_iter());
    for row in rows {
        push_line(&mut text, &widths, row.iter().map(String::as_str));
    }
    text
}

fn push_line<'a>(text: &mut String, widths: &[usize], cells: impl Iterator<Item = &'a str>) {
    let mut padding = 0;
    for (cell, column) in cells.zip(widths) {
        text.extend(std::iter::repeat_n(' ', padding));
        text.push_str(cell);
        padding = column - width(cell) + 2;
    }
    text.push('\n');
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            ["a".to_owned(), "bbbb".to_owned(), "c".to_owned()],
            ["aaaaa".to_owned(), "b".to_owned(), String::new()],
        ];
        assert_eq!(
            render(["X", "YY", "Z"], &rows),
            "X      YY    Z\na      bbbb  c\naaaaa  b     \n"
        );
    }

    #[test]
    fn a_table_without_rows_is_its_header() {
        assert_eq!(render(["X", "Y"], &[]), "X  Y\n");
    }
}
