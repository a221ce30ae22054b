//! People: who there is, and how they come to be.

pub(crate) mod store;
mod zone;

use domain::{
    Fields, UserId,
    events::Changes,
    users::{Person, Role, User, UserInput, check_password},
};

use crate::{Acting, Error, Result, error::OnConstraint, events, events::Event, policy::Action};

/// Use cases around people.
pub struct Users<'a>(pub(crate) &'a Acting);

impl Users<'_> {
    /// Everyone's name and role, active people first: what tables show and choosers offer. At most 1,000.
    pub async fn people(&self) -> Result<Vec<Person>> {
        self.0.allow(Action::ViewPeople)?;
        store::list_people(self.0.pool()).await
    }

    /// Everyone, for admins. At most 1,000.
    pub async fn list(&self) -> Result<Vec<User>> {
        self.0.allow(Action::ManageUsers)?;
        store::list(self.0.pool()).await
    }

    /// Adds a person who can sign in at once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a broken rule, and when the e-mail or username is taken.
    pub async fn add(&self, input: UserInput, password: &str) -> Result<User> {
        self.0.allow(Action::ManageUsers)?;
        let input = input.checked().map_err(Error::Invalid)?;
        check_password(password).map_err(Error::Invalid)?;
        let hash = self.0.crm.inner.hashing.hash(password.to_owned()).await?;
        let mut tx = self.0.begin().await?;
        let user = add(&mut tx, self.0, &input, &hash).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Sets a password and signs the person out everywhere. By e-mail or username.
    pub async fn set_password(&self, login: &str, password: &str) -> Result<User> {
        self.0.allow(Action::ManageUsers)?;
        check_password(password).map_err(Error::Invalid)?;
        let hash = self.0.crm.inner.hashing.hash(password.to_owned()).await?;
        let now = self.0.crm.now();
        let (user, _) = store::find_for_sign_in(self.0.pool(), &login.trim().to_lowercase())
            .await?
            .ok_or_else(|| Error::Invalid(Fields::one("login", "there is no such person")))?;
        let mut tx = self.0.begin().await?;
        store::set_password(&mut tx, user.id, &hash, now).await?;
        record(&mut tx, self.0, "user.password_changed", user.id, now).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// How many people there are with this role.
    pub async fn count(&self, role: Role) -> Result<i64> {
        self.0.allow(Action::ManageUsers)?;
        store::count(self.0.pool(), role).await
    }
}

/// Inserts a checked person with their event.
pub(crate) async fn add(
    tx: &mut sqlx::Transaction<'_, sqlx::Postgres>,
    acting: &Acting,
    input: &UserInput,
    hash: &str,
) -> Result<User> {
    let now = acting.crm.now();
    let id = store::insert(tx, input, hash, now)
        .await
        .on_constraint("users_email_key", "email", "is taken")
        .on_constraint("users_username_key", "username", "is taken")?;
    let user = store::find(&mut **tx, id).await?.ok_or(Error::NotFound)?;
    record(tx, acting, "user.created", id, now).await?;
    Ok(user)
}

async fn record(
    tx: &mut sqlx::Transaction<'_, sqlx::Postgres>,
    acting: &Acting,
    kind: &'static str,
    id: UserId,
    at: domain::Timestamp,
) -> Result<()> {
    // Neither the password nor its hash belongs in history.
    let event = Event { kind, entity: "user", entity_id: id.0, lead: None, changes: &Changes::new(), before: None };
    events::record(tx, acting.actor(), at, event).await
}
