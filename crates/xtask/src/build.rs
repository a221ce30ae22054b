//! The release build: the server's binary, and the site with its WASM, styles and compressed copies.

use std::process::Command;

use anyhow::Result;

use crate::{process, repo::Repo};

pub fn release(repo: &Repo) -> Result<()> {
    println!("building for release (about 10 min the first time)");
    process::run(&mut leptos(repo, &["build", "--release", "--precompress", "--split"]))
}

/// cargo-leptos with the site beside the binary, wherever the target folder is.
pub fn leptos(repo: &Repo, args: &[&str]) -> Command {
    let mut leptos = repo.cargo(&["leptos"]);
    leptos.args(args);
    // cargo-leptos believes that the binary is called like its package.
    leptos.env("LEPTOS_SITE_ROOT", repo.site()).env("LEPTOS_BIN_EXE_NAME", "siwaht");
    leptos
}
