//! What came out, next to what was asked for: on the terminal and as Markdown.

use std::collections::BTreeSet;

use super::{
    load::Measured,
    parts::Weight,
    scenarios::{Bar, Outcome},
    table::Table,
    weight::{File, Page, When},
};

/// Bytes of a first visit at the most.
const FIRST_PAGE: usize = 250_000;
/// Bytes of a page that is opened from another at the most.
const LATER_PAGE: usize = 80_000;

/// One figure beside the scenarios.
pub struct Figure {
    pub name: String,
    pub value: String,
    pub bar: String,
    pub is_met: Option<bool>,
}

impl Figure {
    /// A figure that has to stay below its bar; an infinite one is no bar.
    pub fn at_most(name: &str, value: f64, bar: f64, unit: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: format!("{value:.0} {unit}"),
            bar: if bar.is_finite() { format!("≤ {bar:.0} {unit}") } else { dash() },
            is_met: bar.is_finite().then_some(value <= bar),
        }
    }

    /// What stands between a browser with an empty cache and a page that answers.
    pub fn of_page(page: &Page) -> Self {
        let bytes = page.bytes();
        Self {
            name: format!("first visit to {}, brotli", page.path),
            value: format!("{} bytes", grouped(bytes as f64)),
            bar: format!("≤ {} bytes", grouped(FIRST_PAGE as f64)),
            is_met: Some(bytes <= FIRST_PAGE),
        }
    }

    /// No bar: nobody waits for it. Said all the same, since the first visit's bytes are not all that travel.
    pub fn of_ahead(Weight { name, bytes, files }: &Weight) -> Self {
        Self {
            name: format!("loaded by a list itself, once alive: {name}"),
            value: format!("{} bytes in {files} files", grouped(*bytes as f64)),
            bar: dash(),
            is_met: None,
        }
    }

    pub fn of_route(Weight { name, bytes, files }: &Weight) -> Self {
        Self {
            name: format!("from a list to the part `{name}`, brotli"),
            value: format!("{} bytes in {files} files", grouped(*bytes as f64)),
            bar: format!("≤ {} bytes", grouped(LATER_PAGE as f64)),
            is_met: Some(*bytes <= LATER_PAGE),
        }
    }
}

pub fn scenarios(outcomes: &[Outcome]) -> Table {
    let heads = ["scenario", "req/s", "p50 ms", "p99 ms", "floor tps", "p50 ms", "p99 ms", "ratio", "bar", "verdict"];
    let mut table = Table::new(&heads, (1, 2));
    let default = outcomes.first().map_or(0.0, |first| first.ours.per_second);
    for Outcome { name, bar, ours, floor } in outcomes {
        let of_floor = |show: &dyn Fn(&Measured) -> String| floor.as_ref().map_or_else(dash, show);
        table.push([
            (*name).to_owned(),
            grouped(ours.per_second),
            ms(ours.p50_ms),
            ms(ours.p99_ms),
            of_floor(&|floor| grouped(floor.per_second)),
            of_floor(&|floor| ms(floor.p50_ms)),
            of_floor(&|floor| ms(floor.p99_ms)),
            of_floor(&|floor| format!("{:.2}", ours.per_second / floor.per_second)),
            bar.shown(default),
            match ours.errors {
                0 => verdict(bar.is_met(ours, floor.as_ref(), default)),
                errors => format!("{errors} ERRORS"),
            },
        ]);
    }
    table
}

pub fn figures(figures: &[Figure]) -> Table {
    let mut table = Table::new(&["figure", "value", "bar", "verdict"], (1, 2));
    for Figure { name, value, bar, is_met } in figures {
        table.push([name.clone(), value.clone(), bar.clone(), verdict(*is_met)]);
    }
    table
}

/// Every file of the pages once.
pub fn files(pages: &[Page]) -> Table {
    let mut table = Table::new(&["file", "bytes", "encoding", "counts as"], (1, 2));
    let mut files: Vec<&File> = pages.iter().flat_map(|page| &page.files).collect();
    files.sort_by(|a, b| (a.when, &a.path).cmp(&(b.when, &b.path)));
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(&file.path));
    for File { path, bytes, encoding, when } in files {
        let counts_as = match when {
            When::FirstVisit => "first visit",
            When::Later => "later",
            When::Aside => "font or picture",
        };
        table.push([path.clone(), grouped(*bytes as f64), encoding.clone(), counts_as.to_owned()]);
    }
    table
}

impl Bar {
    fn shown(self, default: f64) -> String {
        match self {
            Self::OfFloor { part, p99_ms: None } => format!("≥ {part} × floor"),
            Self::OfFloor { part, p99_ms: Some(p99_ms) } => format!("≥ {part} × floor, p99 ≤ {p99_ms} ms"),
            Self::HalfOfDefault => format!("≥ {}, half of list", grouped(default / 2.0)),
            Self::PerSecond(bar) => format!("≥ {}", grouped(bar)),
            Self::None => dash(),
        }
    }

    fn is_met(self, ours: &Measured, floor: Option<&Measured>, default: f64) -> Option<bool> {
        match self {
            Self::OfFloor { part, p99_ms } => {
                let quick = p99_ms.is_none_or(|bar| ours.p99_ms <= bar);
                floor.map(|floor| quick && ours.per_second >= part * floor.per_second)
            }
            Self::HalfOfDefault => Some(ours.per_second >= default / 2.0),
            Self::PerSecond(bar) => Some(ours.per_second >= bar),
            Self::None => None,
        }
    }
}

fn verdict(is_met: Option<bool>) -> String {
    match is_met {
        Some(true) => "ok".to_owned(),
        Some(false) => "below".to_owned(),
        None => String::new(),
    }
}

fn dash() -> String {
    "–".to_owned()
}

fn ms(value: f64) -> String {
    if value.is_finite() { format!("{value:.2}") } else { dash() }
}

/// A whole number with a comma between thousands.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let comma = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    digits.chars().enumerate().flat_map(|(at, digit)| comma(at).then_some(',').into_iter().chain([digit])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(per_second: f64, p99_ms: f64) -> Measured {
        Measured { per_second, p99_ms, ..Measured::default() }
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([7.4, 999.6, 1e6].map(grouped), ["7", "1,000", "1,000,000"]);
    }

    #[test]
    fn a_bar_is_met_only_in_all_its_parts() {
        let bar = Bar::OfFloor { part: 0.5, p99_ms: Some(20.0) };
        let floor = at(1_000.0, 1.0);
        assert_eq!(bar.is_met(&at(500.0, 20.0), Some(&floor), 0.0), Some(true));
        assert_eq!(bar.is_met(&at(500.0, 21.0), Some(&floor), 0.0), Some(false));
        assert_eq!(bar.is_met(&at(499.0, 1.0), Some(&floor), 0.0), Some(false));
        assert_eq!(Bar::HalfOfDefault.is_met(&at(500.0, 1.0), None, 1_000.0), Some(true));
        assert_eq!(Bar::None.is_met(&at(0.0, 0.0), None, 0.0), None);
    }
}
