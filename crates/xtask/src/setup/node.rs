//! Node's part: Tailwind, Binaryen, Playwright, and the font they bring along.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{have, installing};
use crate::{process, repo::Repo};

const OLDEST: u32 = 20;

/// Latin covers English; Latin extended adds the rest of Europe. The browser fetches the second only when needed.
const FONTS: [(&str, &str); 3] = [
    ("files/inter-latin-wght-normal.woff2", "inter-latin-wght-normal.woff2"),
    ("files/inter-latin-ext-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"),
    // The licence asks to be shipped with the font.
    ("LICENSE", "inter-license.txt"),
];

pub fn version(repo: &Repo) -> Result<()> {
    let said = process::output(repo.command("node").arg("--version")).unwrap_or_default();
    let major: Option<u32> = said.trim().strip_prefix('v').and_then(|rest| rest.split('.').next()?.parse().ok());
    match major {
        Some(major) if major >= OLDEST => have(format_args!("Node {}", said.trim())),
        Some(_) => bail!("Node {} is too old: install version {OLDEST} or newer, https://nodejs.org", said.trim()),
        None => bail!("Node is missing: install version {OLDEST} or newer with npm, https://nodejs.org"),
    }
    Ok(())
}

pub fn packages(repo: &Repo) -> Result<()> {
    let wanted = read(&repo.root.join("package-lock.json"))?;
    // npm notes here what it has put into the folder.
    let there = read(&repo.root.join("node_modules/.package-lock.json")).unwrap_or_default();
    if holds(&there, &wanted) {
        have("the npm packages");
        return Ok(());
    }
    installing("the npm packages", "1 min");
    process::run(repo.command("npm").args(["ci", "--no-audit", "--no-fund"]))
}

/// Served from our own address, as the content policy allows no other.
pub fn fonts(repo: &Repo) -> Result<()> {
    let from = repo.root.join("node_modules/@fontsource-variable/inter");
    let to = repo.root.join("public/fonts");
    fs::create_dir_all(&to).with_context(|| format!("could not create {}", to.display()))?;
    let mut copied = false;
    for (source, name) in FONTS {
        let bytes = fs::read(from.join(source)).with_context(|| format!("the font package holds no {source}"))?;
        let file = to.join(name);
        // An unchanged file is left alone, as a new date would start a rebuild.
        if fs::read(&file).is_ok_and(|old| old == bytes) {
            continue;
        }
        fs::write(&file, bytes).with_context(|| format!("could not write {}", file.display()))?;
        copied = true;
    }
    if copied {
        installing("the fonts", "1 s")
    } else {
        have("the fonts")
    }
    Ok(())
}

fn read(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Whether every package is there in its version. Optional ones are for other systems, or npm would have failed.
fn holds(there: &Value, wanted: &Value) -> bool {
    let Some(packages) = wanted["packages"].as_object() else { return false };
    packages
        .iter()
        .filter(|(path, package)| !path.is_empty() && package["optional"] != true)
        .all(|(path, package)| there["packages"][path]["version"] == package["version"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_or_older_package_is_noticed_and_an_optional_one_is_not_missed() {
        let wanted = json!({"packages": {
            "": {"name": "siwaht"},
            "node_modules/a": {"version": "2.0.0"},
            "node_modules/b": {"version": "1.0.0", "optional": true},
        }});
        assert!(holds(&json!({"packages": {"node_modules/a": {"version": "2.0.0"}}}), &wanted));
        assert!(!holds(&json!({"packages": {"node_modules/a": {"version": "1.0.0"}}}), &wanted));
        assert!(!holds(&Value::Null, &wanted));
    }
}
