//! Where things are: the checkout, cargo's target folder, the cache that outlives both.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

pub struct Repo {
    pub root: PathBuf,
    pub target: PathBuf,
    pub cache: PathBuf,
    /// What `cargo metadata --no-deps` says: the workspace's packages and their direct dependencies.
    pub metadata: Value,
}

impl Repo {
    pub fn find() -> Result<Self> {
        let mut metadata = Command::new("cargo");
        metadata.args(["metadata", "--no-deps", "--format-version=1"]);
        let metadata: Value = serde_json::from_str(&process::output(&mut metadata)?)?;
        let folder = |key: &str| metadata[key].as_str().map(PathBuf::from).context("cargo metadata names no folders");
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")?, cache: cache()?, metadata })
    }

    /// Tools built by cargo; the crates they came from are noted there too.
    pub fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// The files for the browser, beside the binary they belong to.
    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    pub fn binary(&self) -> PathBuf {
        self.target.join("release/siwaht")
    }

    /// Runs in the root of the checkout and finds our own tools before any others.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.path());
        command
    }

    /// Cargo as if called from a shell, compiling queries from `.sqlx` rather than from whichever database
    /// the environment happens to name.
    pub fn cargo(&self, args: &[&str]) -> Command {
        let mut cargo = self.command("cargo");
        for (name, _) in env::vars_os().filter(|(name, _)| describes_this_program(name)) {
            cargo.env_remove(name);
        }
        cargo.args(args).env("SQLX_OFFLINE", "true");
        cargo
    }

    fn path(&self) -> OsString {
        let ours = [self.tools().join("bin"), self.root.join("node_modules/.bin")];
        let others = env::var_os("PATH").unwrap_or_default();
        let all = ours.into_iter().chain(env::split_paths(&others));
        // Only a colon in a folder's name can fail here, and then the plain PATH is the best there is.
        env::join_paths(all).unwrap_or(others)
    }
}

/// `cargo run` describes xtask itself in these; a build script that looks at one would run again and again.
fn describes_this_program(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|prefix| name.starts_with(prefix))
}

fn cache() -> Result<PathBuf> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    Ok(base.context("neither XDG_CACHE_HOME nor HOME names a folder: set one of them")?.join("siwaht"))
}

/// A path as it is shown: relative to the checkout when it is inside.
pub fn shown<'a>(repo: &Repo, path: &'a Path) -> std::path::Display<'a> {
    path.strip_prefix(&repo.root).unwrap_or(path).display()
}
