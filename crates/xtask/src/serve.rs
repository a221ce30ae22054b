//! The server with demo data: built for release, or rebuilt on every change.

use std::{os::unix::process::CommandExt, process::Command};

use anyhow::{Context, Result};

use crate::{
    build, process,
    repo::Repo,
    setup::{For, Setup},
};

/// Builds and becomes the server, so that signals reach it directly.
pub fn run(repo: &Repo, args: &[String]) -> Result<()> {
    Setup::new(repo).everything(For::Building)?;
    build::release(repo)?;
    let error = siwaht(repo).args(["serve", "--demo"]).args(args).exec();
    Err(error).with_context(|| format!("could not start {}", repo.binary().display()))
}

pub fn dev(repo: &Repo, args: &[String]) -> Result<()> {
    Setup::new(repo).everything(For::Building)?;
    let mut watch = build::leptos(repo, &["watch", "--", "serve", "--demo"]);
    process::run(watch.args(args).env("SIWAHT_SITE", repo.site()))
}

/// The release binary, told where its site is.
pub fn siwaht(repo: &Repo) -> Command {
    let mut siwaht = repo.command(repo.binary());
    siwaht.env("SIWAHT_SITE", repo.site());
    siwaht
}
