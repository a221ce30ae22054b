//! How text stands in a cell of a file: no spreadsheet runs it, and the import gets it back as it was.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and some look past a tab, a line
//! break, or the full-width forms of these signs. Text is *dangerous* when it begins with any number of apostrophes
//! (none, mostly) followed by one of these. [`guarded`] puts one apostrophe before text that is dangerous and leaves
//! the rest alone; [`unguarded`] takes one apostrophe away from text that begins with one and is dangerous. Counting
//! the apostrophes of the text itself is what makes the two each other's inverse for every text.

use std::borrow::Cow;

const GUARD: char = '\'';
const BETWEEN: &str = "; ";

/// The text as it is written into a cell.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("{GUARD}{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell that [`guarded`] wrote.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(text) if is_dangerous(text) => text,
        _ => cell,
    }
}

fn is_dangerous(text: &str) -> bool {
    // Nearly all text ends here: looked at as a byte, it costs nothing.
    if text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
    text.trim_start_matches(GUARD).starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Several names in one cell: joined by `; `. Inside a name `;` is written `\;`, and `\` is written `\\`.
pub fn joined_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut cell = String::new();
    for (i, name) in names.into_iter().enumerate() {
        if i > 0 {
            cell.push_str(BETWEEN);
        }
        for c in name.chars() {
            if matches!(c, ';' | '\\') {
                cell.push('\\');
            }
            cell.push(c);
        }
    }
    cell
}

/// The names of a cell that [`joined_names`] wrote, or a person: blanks around a name and empty names do not count.
pub fn split_names(cell: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => names.push(String::new()),
            '\\' => names.last_mut().into_iter().for_each(|name| name.extend(chars.next())),
            c => names.last_mut().into_iter().for_each(|name| name.push(c)),
        }
    }
    names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_guarded_and_nothing_else() {
        for (text, cell) in [
            ("", ""),
            ("Maya", "Maya"),
            ("=1+1", "'=1+1"),
            ("+49 30 1234", "'+49 30 1234"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("''+1", "'''+1"),
            ("'", "'"),
            ("'t Hooft", "'t Hooft"),
            ("a=1", "a=1"),
            ("1-1", "1-1"),
            ("Ärger", "Ärger"),
        ] {
            assert_eq!(guarded(text), cell, "{text:?}");
            assert_eq!(unguarded(cell), text, "{cell:?}");
        }
    }

    /// Every text of up to six signs that matter.
    fn all_texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut longest = all.clone();
        for _ in 0..6 {
            longest = longest.iter().flat_map(|text| "'=+@\t a＝".chars().map(move |c| format!("{text}{c}"))).collect();
            all.extend(longest.iter().cloned());
        }
        all
    }

    #[test]
    fn every_text_comes_back_as_it_was_and_no_cell_is_a_formula() {
        for text in all_texts() {
            let cell = guarded(&text);
            assert_eq!(unguarded(&cell), text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']), "{cell:?}");
        }
    }

    #[test]
    fn names_come_back_whatever_signs_they_hold() {
        for names in [vec![], vec!["Chat agent"], vec!["a; b", "c\\", "d\\;", ";"], vec!["=1", "'x"]] {
            let cell = joined_names(names.iter().copied());
            assert_eq!(split_names(&cell), names, "{cell:?}");
            assert_eq!(split_names(unguarded(&guarded(&cell))), names);
        }
        assert_eq!(joined_names(["Chat agent", "Voice; agent"]), "Chat agent; Voice\\; agent");
        assert_eq!(split_names(" a;b ;; "), ["a", "b"]);
    }
}
