//! The offline query data in `.sqlx`: what sqlx's macros learn from a database, kept so that builds need none.
//!
//! The same as `cargo sqlx prepare`, without a program to install: a throw-away database gets the migrations,
//! then `service` is compiled against it and the macros write one file per query.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result, bail};
use cluster::{Cluster, Programs};

use crate::{
    process,
    repo::{Repo, shown},
};

const DATABASE: &str = "prepare";

/// File name → content.
type Files = BTreeMap<String, String>;

pub fn write(repo: &Repo) -> Result<()> {
    let folder = repo.root.join(".sqlx");
    let fresh = generate(repo)?;
    fs::create_dir_all(&folder)?;
    for stale in read(&folder)?.keys().filter(|name| !fresh.contains_key(*name)) {
        fs::remove_file(folder.join(stale))?;
    }
    for (name, content) in &fresh {
        fs::write(folder.join(name), content)?;
    }
    println!("{} queries in {}", fresh.len(), shown(repo, &folder));
    Ok(())
}

pub fn check(repo: &Repo) -> Result<()> {
    let fresh = generate(repo)?;
    let differences = differences(&read(&repo.root.join(".sqlx"))?, &fresh);
    if differences.is_empty() {
        println!(".sqlx holds all {} queries", fresh.len());
        return Ok(());
    }
    for difference in &differences {
        println!("  .sqlx/{difference}");
    }
    bail!("{} files in .sqlx are out of date: run `cargo xtask prepare` and commit them", differences.len())
}

/// Compiles the queries against the migrations of this checkout.
fn generate(repo: &Repo) -> Result<Files> {
    println!("describing the queries on a throw-away database");
    let cluster = Cluster::throw_away(Programs::find()?)?;
    cluster.create_database_if_missing(DATABASE)?;
    let url = cluster.url(DATABASE);
    for migration in migrations(repo)? {
        apply(&cluster, &url, &migration)?;
    }
    let folder = repo.target.join("prepare");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    compile(repo, &cluster, &url, &folder)?;
    read(&folder)
}

fn migrations(repo: &Repo) -> Result<Vec<PathBuf>> {
    let folder = repo.root.join("migrations");
    let entries = fs::read_dir(&folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    Ok(files)
}

fn apply(cluster: &Cluster, url: &str, migration: &Path) -> Result<()> {
    let mut psql = Command::new(cluster.programs().bin("psql"));
    psql.args(["--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--dbname", url]);
    process::output(psql.arg("--file").arg(migration)).map(drop)
}

/// Cargo does not know that the macros look at a database, so the call must differ from the last one: a
/// `--cfg` that nothing reads does it, and unlike a touched file it leaves every other build as it is.
fn compile(repo: &Repo, cluster: &Cluster, url: &str, folder: &Path) -> Result<()> {
    let made = fs::metadata(cluster.data_dir())?.modified()?.duration_since(UNIX_EPOCH)?;
    let unique = format!("prepared=\"{}\"", made.as_nanos());
    let mut cargo = repo.cargo(&["rustc", "--package", "service", "--lib", "--profile", "check"]);
    cargo.args(["--", "--cfg", &unique]);
    cargo.env("DATABASE_URL", url).env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", folder);
    process::run(&mut cargo)
}

fn read(folder: &Path) -> Result<Files> {
    if !folder.exists() {
        return Ok(Files::new());
    }
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("query-") {
            files.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(files)
}

fn differences(kept: &Files, fresh: &Files) -> Vec<String> {
    let missing = fresh.iter().filter(|(name, _)| !kept.contains_key(*name));
    let missing = missing.map(|(name, content)| format!("{name} is missing: {}", query(content)));
    let changed = fresh.iter().filter(|(name, content)| kept.get(*name).is_some_and(|old| old != *content));
    let changed = changed.map(|(name, content)| format!("{name} has changed: {}", query(content)));
    let unused = kept.iter().filter(|(name, _)| !fresh.contains_key(*name));
    let unused = unused.map(|(name, content)| format!("{name} is not used any more: {}", query(content)));
    missing.chain(changed).chain(unused).collect()
}

/// The start of the query, on one line.
fn query(content: &str) -> String {
    let file: serde_json::Value = serde_json::from_str(content).unwrap_or_default();
    let words = file["query"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, query)| ((*name).to_owned(), format!("{{\"query\": \"{query}\"}}"))).collect()
    }

    #[test]
    fn missing_changed_and_unused_files_are_told_apart() {
        let kept = files(&[("a", "SELECT 1"), ("b", "SELECT 2"), ("c", "SELECT 3")]);
        let fresh = files(&[("a", "SELECT 1"), ("b", "SELECT\\n 22"), ("d", "SELECT 4")]);
        let told = ["d is missing: SELECT 4", "b has changed: SELECT 22", "c is not used any more: SELECT 3"];
        assert_eq!(differences(&kept, &fresh), told);
        assert!(differences(&kept, &kept).is_empty());
    }
}
