//! Text tables: columns side by side, two blanks between them, long cells broken into lines.

use std::fmt::Write;

/// The width that tables for people keep to.
pub(crate) const WIDTH: usize = 80;

const GAP: &str = "  ";

/// Rows of text under headings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<S: Into<String>>(headings: impl IntoIterator<Item = S>) -> Self {
        Self { headings: headings.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row; cells beyond the headings are not shown.
    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|cell| visible(&cell.into())).collect());
    }

    /// The table as wide as its cells.
    pub(crate) fn render(&self) -> String {
        self.draw(&self.natural_widths())
    }

    /// The table in at most `width` characters: the last column gives way and breaks its cells into lines.
    pub(crate) fn render_within(&self, width: usize) -> String {
        let mut widths = self.natural_widths();
        if let Some((last, others)) = widths.split_last_mut() {
            let taken: usize = others.iter().map(|width| width + GAP.len()).sum();
            *last = (*last).min(width.saturating_sub(taken).max(20));
        }
        self.draw(&widths)
    }

    fn natural_widths(&self) -> Vec<usize> {
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.chain([&self.headings[column]]).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        (0..self.headings.len()).map(widest).collect()
    }

    fn draw(&self, widths: &[usize]) -> String {
        let mut text = String::new();
        if self.headings.iter().any(|heading| !heading.is_empty()) {
            draw_row(&mut text, &self.headings, widths);
            let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            draw_row(&mut text, &rules, widths);
        }
        for row in &self.rows {
            draw_row(&mut text, row, widths);
        }
        text
    }
}

fn draw_row(text: &mut String, cells: &[String], widths: &[usize]) {
    let columns: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, width)| wrap(cell, *width)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(1);
    for line in 0..height {
        let mut drawn = String::new();
        for (column, width) in columns.iter().zip(widths) {
            let part = column.get(line).map_or("", String::as_str);
            let padding = width.saturating_sub(part.chars().count());
            write!(drawn, "{part}{:padding$}{GAP}", "").ok();
        }
        text.push_str(drawn.trim_end());
        text.push('\n');
    }
}

/// Breaks a text at blanks, or within a word that is longer than a line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(pieces(word, width)),
        }
    }
    lines
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    let pieces = characters.chunks(width.max(1)).map(|piece| piece.iter().collect());
    if word.is_empty() { vec![String::new()] } else { pieces.collect() }
}

/// A cell in one line: control characters, which could move the cursor or recolour, are shown escaped.
fn visible(text: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["name", "rows"]);
        table.row(["orders", "12"]);
        table.row(["läden", "7"]);
        insta::assert_snapshot!(table.render(), @r"
        name    rows
        ──────  ────
        orders  12
        läden   7
        ");
    }

    #[test]
    fn last_column_breaks_to_fit() {
        let mut table = Table::new(["table", "reason"]);
        table.row(["bronze.events", "streaming tables belong to a pipeline and must be made by it"]);
        insta::assert_snapshot!(table.render_within(50), @r"
        table          reason
        ─────────────  ───────────────────────────────────
        bronze.events  streaming tables belong to a
                       pipeline and must be made by it
        ");
    }

    #[test]
    fn words_longer_than_a_line_are_broken() {
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
    }

    #[test]
    fn escape_codes_in_cells_are_shown_and_not_obeyed() {
        let mut table = Table::new(["comment"]);
        table.row(["\u{1b}[31mred\nline"]);
        assert_eq!(table.render().lines().last(), Some("\\u{1b}[31mred\\nline"));
    }
}
