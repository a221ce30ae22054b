//! Every crate that we depend on directly is explained in docs/DEPENDENCIES.md.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::repo::Repo;

pub fn violations(repo: &Repo) -> Vec<String> {
    let text = fs::read_to_string(repo.root.join("docs/DEPENDENCIES.md")).unwrap_or_default();
    unexplained(&repo.metadata, &text)
}

fn unexplained(metadata: &Value, text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let named: BTreeSet<&str> = text.split(|c| !is_part(c)).collect();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let direct: BTreeSet<&str> = packages
        .filter_map(|package| package["dependencies"].as_array())
        .flatten()
        .filter(|dependency| dependency["path"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .collect();
    let missing = direct.difference(&named);
    missing.map(|name| format!("{name} is a dependency that docs/DEPENDENCIES.md does not explain")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_dependency_is_explained_only_under_its_whole_name() {
        let metadata = json!({"packages": [{"dependencies": [
            {"name": "serde"}, {"name": "serde_json"}, {"name": "domain", "path": "crates/domain"},
        ]}]});
        let found = unexplained(&metadata, "- `serde_json`: the format of the API");
        assert_eq!(found, ["serde is a dependency that docs/DEPENDENCIES.md does not explain"]);
    }
}
