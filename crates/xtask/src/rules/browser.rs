//! What may not get into the browser's half: servers, databases, and an engine for regular expressions.

use anyhow::Result;

use crate::{process, repo::Repo};

const FORBIDDEN: [&str; 4] = ["axum", "hyper", "sqlx", "tokio"];

pub fn violations(repo: &Repo) -> Result<Vec<String>> {
    let target = ["--target", "wasm32-unknown-unknown"];
    let mut tree = repo.cargo(&["tree", "--package", "hydrate", "--edges", "normal"]);
    tree.args(target).args(["--prefix", "none", "--format", "{p}|{f}"]);
    Ok(in_tree(&process::output(&mut tree)?))
}

/// Lines such as `garde v0.23.0|derive`.
fn in_tree(tree: &str) -> Vec<String> {
    let packages = || tree.lines().filter_map(|line| line.split_once(' '));
    let mut found: Vec<String> = packages()
        .map(|(name, _)| name)
        .filter(|name| FORBIDDEN.iter().any(|no| name == no || name.starts_with(&format!("{no}-"))))
        .map(|name| format!("hydrate depends on {name}, which is not for the browser"))
        .collect();
    found.sort();
    found.dedup();
    // The regex crate stands in the tree all the same, because leptos_config names it, but then nothing calls
    // it and the linker drops it: half the size of the download.
    let engine = |rest: &str| rest.split(['|', ',', ' ']).any(|feature| feature == "regex" || feature == "email");
    if packages().any(|(name, rest)| name == "garde" && engine(rest)) {
        found.push("garde is compiled for the browser with regular expressions".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_databases_and_a_regex_engine_are_found() {
        let tree =
            "hydrate v0.1.0 (crates/hydrate)|\ngarde v0.23.0|derive,email\nsqlx-core v0.9.0|\nsqlx-core v0.9.0| (*)\n";
        let found = [
            "hydrate depends on sqlx-core, which is not for the browser",
            "garde is compiled for the browser with regular expressions",
        ];
        assert_eq!(in_tree(tree), found);
        assert!(in_tree("garde v0.23.0|derive\ngarde v0.23.0|derive (*)\ntokio_like v1.0.0|\n").is_empty());
    }
}
