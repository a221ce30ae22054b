//! How long a file may be, and that none carries a path of somebody's machine.

use std::{fs, path::Path};

use anyhow::Result;

use crate::{process, repo::Repo};

const LONGEST: usize = 400;
const SOURCES: [&str; 5] = ["css", "js", "mjs", "rs", "ts"];

/// The folders that homes and checkouts live in.
const PRIVATE: [&str; 3] = ["home", "root", "work"];

pub fn violations(repo: &Repo) -> Result<Vec<String>> {
    // Also files that git does not know yet, as those are in the next commit.
    let mut list = repo.command("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let names = process::output(&mut list)?;
    let read = |name: &str| Some((name.to_owned(), fs::read_to_string(repo.root.join(name)).ok()?));
    // A picture is not text, and a deleted file is still listed: neither can break these rules.
    let files = names.split_terminator('\0').filter_map(read);
    Ok(files.flat_map(|(name, text)| [too_long(&name, &text), private_path(&name, &text)]).flatten().collect())
}

fn too_long(name: &str, text: &str) -> Option<String> {
    let path = Path::new(name);
    let is_source = path.extension().is_some_and(|found| SOURCES.iter().any(|source| found == *source));
    let is_test = name.starts_with("end2end/")
        || path.file_stem().is_some_and(|stem| stem == "tests")
        || path.components().any(|part| part.as_os_str() == "tests");
    let lines = text.lines().count();
    (is_source && !is_test && lines > LONGEST).then(|| format!("{name} has {lines} lines, more than {LONGEST}"))
}

fn private_path(name: &str, text: &str) -> Option<String> {
    let line = text.lines().position(holds_private_path)?;
    Some(format!("{name}:{} holds a path of somebody's machine", line + 1))
}

/// An absolute path starts after a space, a quote, `=` or the like; after a letter, a dot or `~` it is
/// the middle of another path or of an address.
fn holds_private_path(line: &str) -> bool {
    PRIVATE.iter().map(|folder| format!("/{folder}/")).any(|path| {
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || "._~-})*".contains(c))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_are_told_from_parts_of_others() {
        let private = |folder: &str| format!("cd \"/{folder}/somebody\"");
        assert!(PRIVATE.iter().all(|folder| holds_private_path(&private(folder))));
        assert!(holds_private_path(&format!("file:///{}/x", "home")));
        for fine in ["https://example.com/home/", "~/work/", "../work/x", "${HOME}/work/", "root:/root:", "/homes/"] {
            assert!(!holds_private_path(fine), "{fine}");
        }
    }

    #[test]
    fn only_sources_that_are_not_tests_can_be_too_long() {
        let long = "x\n".repeat(LONGEST + 1);
        assert!(too_long("crates/app/src/lib.rs", &long).is_some());
        assert!(too_long("crates/app/src/lib.rs", &"x\n".repeat(LONGEST)).is_none());
        let fine = ["crates/app/tests/a.rs", "crates/app/src/leads/tests.rs", "Cargo.lock", "end2end/a.spec.ts"];
        assert!(fine.iter().all(|name| too_long(name, &long).is_none()));
    }
}
