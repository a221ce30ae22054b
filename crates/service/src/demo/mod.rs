//! Demo data: an agency that sells AI services, with eighteen months behind it. Made up, and the same on every machine.
//!
//! `story` decides what happened, one lead at a time and without a database; `load` writes it. Everything the demo
//! shows goes through the same tables as real data, so nothing outside this folder knows of it but one flag.

mod calendar;
mod catalogue;
mod deal;
mod delivery;
mod indexes;
mod load;
mod names;
mod people;
mod places;
mod random;
mod rows;
mod story;
mod tables;
mod timeline;
mod words;

use domain::{
    Fields,
    users::{Role, check_password},
};

use crate::{Crm, Error, Result};

/// More than this is no demo any more.
const MOST_LEADS: u32 = 1_000_000;

/// What the demo company consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Everyone who can sign in: the admin, then agents, then engineers.
    pub accounts: Vec<Account>,
    /// How many leads there are now.
    pub leads: u32,
    /// True when the database was a demo before: nothing was changed, and the password is the one given then.
    pub was_there: bool,
}

/// Someone who can sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub email: String,
    pub role: Role,
}

impl Crm {
    /// Fills an empty database with the demo company; everyone in it gets this password.
    ///
    /// The data depends on the number of leads and on today's date (UTC), on nothing else. All of it is written in one
    /// transaction. Up to 50,000 leads have their whole history; of more, most have only how they came and where they
    /// stand. A database that is a demo already is left as it is.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the database holds other data, [`Error::Invalid`] for a password that is too short or
    /// more than a million leads.
    pub async fn fill_with_demo(&self, leads: u32, password: &str) -> Result<Demo> {
        if leads > MOST_LEADS {
            return Err(Error::Invalid(Fields::one("leads", format!("at most {MOST_LEADS}"))));
        }
        check_password(password).map_err(Error::Invalid)?;
        // Before the transaction: hashing is slow on purpose, and a second start should not pay for it.
        let hash = if self.installation().await?.is_demo {
            String::new()
        } else {
            self.inner.hashing.hash(password.to_owned()).await?
        };
        let mut tx = self.begin().await?;
        load::begin(&mut tx).await?;
        let was_there = load::is_demo(&mut tx).await?;
        if !was_there {
            load::claim(&mut tx).await?;
            load::fill(&mut tx, &story::Story::new(self.now(), leads), &hash).await?;
        }
        let leads = load::count_leads(&mut tx).await?;
        tx.commit().await?;
        Ok(Demo { accounts: accounts(), leads: u32::try_from(leads).unwrap_or(u32::MAX), was_there })
    }
}

fn accounts() -> Vec<Account> {
    people::EMPLOYEES
        .iter()
        .map(|employee| Account { name: employee.name.to_owned(), email: employee.email(), role: employee.role })
        .collect()
}
