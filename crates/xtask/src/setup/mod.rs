//! Everything that building, running and testing need, installed once and then only looked at.
//!
//! One line per thing: what is there, or what is being installed and how long that takes. What may not be
//! installed from here fails with the exact command to run.

mod node;
mod rust;
pub mod system;

use anyhow::Result;

use crate::repo::Repo;

pub struct Setup<'a> {
    repo: &'a Repo,
    /// Debian's package lists are fetched at most once.
    lists_are_fresh: bool,
}

/// What is about to be done, each with all that the one before needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum For {
    Building,
    /// Also linters.
    Tests,
    /// Also Chromium.
    Browser,
}

impl<'a> Setup<'a> {
    pub fn new(repo: &'a Repo) -> Self {
        Self { repo, lists_are_fresh: false }
    }

    /// In the order of how likely each is to fail, so that a missing permission shows before a long build.
    pub fn everything(&mut self, what: For) -> Result<()> {
        println!("setting up");
        node::version(self.repo)?;
        rust::wasm_target(self.repo)?;
        if what >= For::Tests {
            rust::linters(self.repo)?;
        }
        self.postgresql()?;
        if what >= For::Browser {
            self.chromium()?;
        }
        node::packages(self.repo)?;
        node::fonts(self.repo)?;
        rust::tools(self.repo)
    }
}

fn have(what: impl std::fmt::Display) {
    println!("  have        {what}");
}

fn installing(what: impl std::fmt::Display, about: &str) {
    println!("  installing  {what} (about {about})");
}
