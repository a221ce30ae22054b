//! What the system's package manager provides: PostgreSQL and Chromium.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use cluster::Programs;

use super::{Setup, have, installing};
use crate::{process, repo::Repo};

impl Setup<'_> {
    pub(super) fn postgresql(&mut self) -> Result<()> {
        const PACKAGES: [&str; 2] = ["postgresql", "postgresql-contrib"];
        if let Some(programs) = complete_postgresql() {
            have(format_args!("PostgreSQL {}", programs.major()));
            return Ok(());
        }
        self.install("PostgreSQL", "2 min", &PACKAGES, "brew install postgresql@17")?;
        complete_postgresql().map(drop).context(
            "PostgreSQL was installed, but version 15 or newer with its contrib modules was not found: \
             set SIWAHT_PG_BIN to the folder of its programs",
        )
    }

    pub(super) fn chromium(&mut self) -> Result<()> {
        if let Some(program) = chromium_program(self.repo) {
            have(format_args!("Chromium ({})", program.display()));
            return Ok(());
        }
        if let Some(named) = env::var_os("CHROMIUM") {
            bail!("CHROMIUM is {}, which does not start: correct it or unset it", named.to_string_lossy());
        }
        self.install("Chromium", "2 min", &["chromium"], "brew install --cask chromium")?;
        chromium_program(self.repo).map(drop).context("Chromium was installed but not found: set CHROMIUM to its path")
    }

    /// With apt-get where we may; otherwise the user gets the command to run.
    fn install(&mut self, what: &str, about: &str, packages: &[&str], on_macos: &str) -> Result<()> {
        if cfg!(target_os = "macos") {
            bail!("{what} is missing: run `{on_macos}` and start again");
        }
        let packages = packages.join(" ");
        if !process::succeeds(self.repo.command("apt-get").arg("--version")) {
            bail!(
                "{what} is missing: install the package {packages} with this system's package manager and start again"
            );
        }
        let Some(privilege) = Privilege::find(self.repo) else {
            bail!("{what} is missing: run `sudo apt-get install {packages}` and start again");
        };
        installing(what, about);
        if !self.lists_are_fresh {
            process::run(&mut privilege.apt_get(self.repo, "update --quiet --quiet"))?;
            self.lists_are_fresh = true;
        }
        process::run(&mut privilege.apt_get(self.repo, &format!("install --yes --quiet --quiet {packages}")))
    }
}

/// Where Chromium is: CHROMIUM, or the usual names.
pub fn chromium_program(repo: &Repo) -> Option<PathBuf> {
    let starts = |path: &PathBuf| path.is_file() && process::succeeds(repo.command(path).arg("--version"));
    if let Some(named) = env::var_os("CHROMIUM") {
        return Some(PathBuf::from(named)).filter(starts);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let on_path = names.into_iter().flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)));
    let apps = ["Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome"];
    let in_applications = apps.into_iter().map(|app| Path::new("/Applications").join(app));
    on_path.chain(in_applications).find(starts)
}

/// The programs, when the modules that the schema asks for are beside them.
fn complete_postgresql() -> Option<Programs> {
    let programs = Programs::find().ok()?;
    let shared = process::output(Command::new(programs.bin("pg_config")).arg("--sharedir"));
    let complete = match shared {
        Ok(folder) => Path::new(folder.trim()).join("extension/pg_trgm.control").is_file(),
        // A development program that some packages leave out. The migrations will tell.
        Err(_) => true,
    };
    (complete && programs.bin("psql").is_file()).then_some(programs)
}

/// How this user may install packages.
enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    fn find(repo: &Repo) -> Option<Self> {
        let id = process::output(repo.command("id").arg("-u")).ok()?;
        if id.trim() == "0" {
            return Some(Self::Root);
        }
        process::succeeds(repo.command("sudo").args(["-n", "true"])).then_some(Self::Sudo)
    }

    fn apt_get(&self, repo: &Repo, args: &str) -> Command {
        let mut command = match self {
            Self::Root => repo.command("env"),
            Self::Sudo => {
                let mut sudo = repo.command("sudo");
                sudo.args(["-n", "env"]);
                sudo
            }
        };
        // Through `env`, because sudo drops variables; without it a package's question would wait for ever.
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args.split_whitespace());
        command
    }
}
