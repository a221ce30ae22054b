//! The table at the end, and the totals that stand in it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::Step;

#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

struct Row {
    step: Step,
    outcome: Outcome,
    took: Duration,
    told: String,
}

#[derive(PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Report {
    pub fn time(&mut self, step: Step, run: impl FnOnce() -> Result<String>) {
        println!("\n=== {} ===", step.name());
        let start = Instant::now();
        let (outcome, told) = match run() {
            Ok(told) => (Outcome::Passed, told),
            Err(error) => (Outcome::Failed, format!("{error:#}")),
        };
        let took = start.elapsed();
        if outcome == Outcome::Failed {
            // The table has room for its first line only.
            println!("{told}");
        }
        println!("=== {} {} in {} s ===", step.name(), outcome.word(), took.as_secs());
        self.rows.push(Row { step, outcome, took, told });
    }

    pub fn skip(&mut self, step: Step, why: &str) {
        self.rows.push(Row { step, outcome: Outcome::Skipped, took: Duration::ZERO, told: why.to_owned() });
    }

    pub fn failed(&self, step: Step) -> bool {
        self.rows.iter().any(|row| row.step == step && row.outcome == Outcome::Failed)
    }

    /// Prints the table and fails when a step did not pass.
    pub fn finish(&self) -> Result<()> {
        println!("\n{:<13} {:<8} {:>8}", "step", "result", "seconds");
        for Row { step, outcome, took, told } in &self.rows {
            let told = told.lines().next().unwrap_or_default();
            println!("{:<13} {:<8} {:>8.1}  {told}", step.name(), outcome.word(), took.as_secs_f64());
        }
        let bad = self.rows.iter().filter(|row| row.outcome != Outcome::Passed).count();
        if bad > 0 {
            bail!("{bad} of {} steps did not pass", self.rows.len());
        }
        println!("all {} steps passed", self.rows.len());
        Ok(())
    }
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
        }
    }
}

/// Adds up lines such as `test result: ok. 7 passed; 0 failed; 1 ignored; …`, one per test program.
pub fn cargo_totals(lines: &[String]) -> String {
    let total = |word: &str| -> u64 { lines.iter().filter_map(|line| number_before(line, word)).sum() };
    format!("{} passed, {} failed, {} ignored", total("passed"), total("failed"), total("ignored"))
}

fn number_before(line: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|found| *found == word)?;
    words.get(at.checked_sub(1)?)?.parse().ok()
}

/// Playwright ends with lines such as `  12 passed (8.1s)`.
pub fn is_playwright_total(line: &str) -> bool {
    const WORDS: [&str; 6] = ["passed", "failed", "flaky", "skipped", "interrupted", "did"];
    let mut words = line.split_whitespace();
    let number = words.next().is_some_and(|first| first.parse::<u64>().is_ok());
    number && words.next().is_some_and(|second| WORDS.contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_of_all_test_programs_are_added_up() {
        let lines = [
            "test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ];
        assert_eq!(cargo_totals(&lines.map(str::to_owned)), "10 passed, 2 failed, 1 ignored");
    }

    #[test]
    fn playwrights_totals_are_told_from_its_other_lines() {
        assert!(is_playwright_total("  12 passed (8.1s)") && is_playwright_total("  1 did not run"));
        assert!(!is_playwright_total("Running 12 tests using 1 worker"));
        assert!(!is_playwright_total("  1) sign-in.spec.ts:3:1 › signs in"));
    }
}
