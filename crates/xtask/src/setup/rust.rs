//! Rust's own parts, and the tools that cargo builds into our cache.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::{have, installing};
use crate::{process, repo::Repo};

const WASM: &str = "wasm32-unknown-unknown";

/// 0.3.11 needs a newer Rust than this workspace does.
const CARGO_LEPTOS: Tool = Tool {
    package: "cargo-leptos",
    program: "cargo-leptos",
    // Without downloads it takes wasm-bindgen, wasm-opt and tailwindcss from PATH, where npm and we put them.
    options: &["--locked", "--features", "no_downloads"],
    about: "9 min",
};

/// Not `--locked`: the lock file it was published with does not build. What runs tests in browsers, and fetches their
/// drivers, is left out.
const WASM_BINDGEN: Tool = Tool {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    options: &["--no-default-features", "--bin", "wasm-bindgen"],
    about: "2 min",
};

/// They work for seconds, so what counts is how soon they are there: as published, linking cargo-leptos as one piece
/// keeps one core busy for eight minutes.
const PROFILE: [&str; 3] =
    ["profile.release.lto='off'", "profile.release.codegen-units=16", "profile.release.opt-level=0"];

/// What goes through every byte of a site: there it would be minutes without optimisation.
const BUSY: [&str; 7] = [
    "brotli",
    "libflate",
    "walrus",
    "wasm-bindgen-cli-support",
    "wasm-encoder",
    "wasm_split_cli_support",
    "wasmparser",
];

struct Tool {
    package: &'static str,
    program: &'static str,
    options: &'static [&'static str],
    about: &'static str,
}

pub fn wasm_target(repo: &Repo) -> Result<()> {
    let sysroot = process::output(repo.command("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        have(format_args!("the {WASM} target"));
        return Ok(());
    }
    needs_rustup(repo, &format!("rustup target add {WASM}"))?;
    installing(format_args!("the {WASM} target"), "1 min");
    process::run(repo.command("rustup").args(["target", "add", WASM]))
}

pub fn linters(repo: &Repo) -> Result<()> {
    let works = |program| process::succeeds(repo.command("cargo").args([program, "--version"]));
    if works("fmt") && works("clippy") {
        have("rustfmt and clippy");
        return Ok(());
    }
    needs_rustup(repo, "rustup component add rustfmt clippy")?;
    installing("rustfmt and clippy", "1 min");
    process::run(repo.command("rustup").args(["component", "add", "rustfmt", "clippy"]))
}

/// What turns our code into a site. Both are made of much the same crates, so they are built in one place.
pub fn tools(repo: &Repo) -> Result<()> {
    let scratch = repo.cache.join("tools-target");
    CARGO_LEPTOS.install(repo, "0.3.10", &scratch)?;
    wasm_bindgen(repo, &scratch)?;
    if !scratch.exists() {
        return Ok(());
    }
    // Half a gigabyte that nothing needs again.
    fs::remove_dir_all(&scratch).with_context(|| format!("could not remove {}", scratch.display()))
}

/// The program must be of exactly the version of the library that the browser's half is linked with.
fn wasm_bindgen(repo: &Repo, scratch: &Path) -> Result<()> {
    let file = repo.root.join("Cargo.lock");
    let lock = fs::read_to_string(&file).context("Cargo.lock cannot be read: run `cargo generate-lockfile`")?;
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock holds no wasm-bindgen")?;
    WASM_BINDGEN.install(repo, version, scratch)
}

impl Tool {
    fn install(&self, repo: &Repo, version: &str, scratch: &Path) -> Result<()> {
        let Self { package, program, options, about } = self;
        let installed = repo.tools().join("bin").join(program);
        let said = process::output(repo.command(&installed).arg("--version")).unwrap_or_default();
        if said.split_whitespace().nth(1) == Some(version) {
            have(format_args!("{package} {version}"));
            return Ok(());
        }
        installing(format_args!("{package} {version}"), about);
        let mut install = repo.cargo(&["install", package, "--version", version, "--force"]);
        install.args(*options).arg("--root").arg(repo.tools()).arg("--target-dir").arg(scratch);
        for setting in PROFILE {
            install.args(["--config", setting]);
        }
        for package in BUSY {
            install.arg("--config").arg(format!("profile.release.package.{package}.opt-level=3"));
        }
        process::run(&mut install)
    }
}

fn needs_rustup(repo: &Repo, command: &str) -> Result<()> {
    if process::succeeds(repo.command("rustup").arg("--version")) {
        return Ok(());
    }
    bail!(
        "rustup is missing. Install it with \
         `curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh`, then run `{command}`"
    )
}

/// Cargo.lock is a list of `name = "…"` lines, each followed by its `version = "…"`.
fn locked_version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "bindgen"), None);
    }
}
