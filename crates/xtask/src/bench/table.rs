//! A table, aligned for a terminal or as Markdown.

pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// How many columns, from the left and from the right, hold words; those between hold numbers.
    words: (usize, usize),
}

impl Table {
    pub fn new(heads: &[&'static str], words: (usize, usize)) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new(), words }
    }

    pub fn push<const N: usize>(&mut self, row: [String; N]) {
        self.rows.push(row.into());
    }

    pub fn text(&self) -> String {
        let widths = self.widths();
        let line = |cells: Vec<&str>| self.aligned(&cells, &widths).join("  ").trim_end().to_owned() + "\n";
        let rows = self.rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
        std::iter::once(line(self.heads.clone())).chain(rows).collect()
    }

    pub fn markdown(&self) -> String {
        let widths = self.widths();
        let line = |cells: Vec<&str>| format!("| {} |\n", self.aligned(&cells, &widths).join(" | "));
        let rule = |(column, width): (usize, &usize)| {
            let dashes = "-".repeat(width - 1);
            if self.is_word(column) { format!("{dashes}-") } else { format!("{dashes}:") }
        };
        let rule: Vec<String> = widths.iter().enumerate().map(rule).collect();
        let head = [line(self.heads.clone()), format!("| {} |\n", rule.join(" | "))];
        let rows = self.rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
        head.into_iter().chain(rows).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain([self.heads[column].chars().count(), 3]).max().unwrap_or_default()
        };
        (0..self.heads.len()).map(width).collect()
    }

    fn aligned(&self, cells: &[&str], widths: &[usize]) -> Vec<String> {
        let one = |(column, (cell, width)): (usize, (&&str, &usize))| {
            if self.is_word(column) { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        cells.iter().zip(widths).enumerate().map(one).collect()
    }

    fn is_word(&self, column: usize) -> bool {
        column < self.words.0 || column >= self.heads.len() - self.words.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut table = Table::new(&["name", "req/s", "verdict"], (1, 1));
        table.push(["list".into(), "12,000".into(), "ok".into()]);
        table.push(["a longer name".into(), "7".into(), "below".into()]);
        assert_eq!(
            table.text(),
            "name            req/s  verdict\nlist           12,000  ok\na longer name       7  below\n"
        );
        let markdown = "| name          |  req/s | verdict |\n| ------------- | -----: | ------- |\n";
        assert!(table.markdown().starts_with(markdown), "{}", table.markdown());
    }
}
