//! The rules of the house that no compiler checks. Each finds its violations; none stops at the first.

mod arrows;
mod browser;
mod dependencies;
mod files;

use anyhow::{Result, bail};

use crate::repo::Repo;

pub fn check(repo: &Repo) -> Result<()> {
    let found: Vec<String> = [
        arrows::violations(&repo.metadata),
        dependencies::violations(repo),
        browser::violations(repo)?,
        files::violations(repo)?,
    ]
    .concat();
    for violation in &found {
        println!("  {violation}");
    }
    match found.len() {
        0 => Ok(()),
        1 => bail!("1 rule of the house is broken"),
        count => bail!("{count} rules of the house are broken"),
    }
}
