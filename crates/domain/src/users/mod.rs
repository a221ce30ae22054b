//! People who sign in.

use garde::Validate;
use serde::{Deserialize, Serialize};

use crate::{Fields, UserId, text};

/// What a person may do; see `service::policy` for the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "user_role", rename_all = "snake_case"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Admin,
    Agent,
    Engineer,
}

impl Role {
    /// Every role, in the order of the policy table.
    pub const ALL: [Role; 3] = [Role::Admin, Role::Agent, Role::Engineer];

    /// The word on the wire, in the database and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Agent => "agent",
            Role::Engineer => "engineer",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Role::ALL.into_iter().find(|r| r.as_str() == text).ok_or("expected admin, agent or engineer")
    }
}

/// The signed-in person, as `GET /api/me` and the shell show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub username: Option<String>,
    pub role: Role,
    pub is_active: bool,
    /// IANA name, e.g. `Europe/Berlin`.
    pub time_zone: String,
    /// Minutes east of UTC in that zone, now.
    pub utc_offset_minutes: i32,
}

/// A person as others see them: enough to show and to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub is_active: bool,
}

/// Someone a lead can be given to, with the work they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Assignee {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// An engineer's leads that are won and not finished; everyone else's that are open.
    pub leads: i64,
    /// What an engineer has left to deliver: the sum of (100 − progress) over those leads. Null for everyone else.
    pub load: Option<i64>,
    /// Whether the next lead that is won goes to this engineer.
    pub is_next: bool,
}

/// What the sign-in form and `POST /api/login` send.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credentials {
    /// E-mail or username.
    #[serde(alias = "email", alias = "username")]
    #[garde(custom(text::required(254)))]
    pub login: String,
    #[garde(custom(text::required(200)))]
    pub password: String,
}

// Written by hand: a derived one would print the password into logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("login", &self.login).finish_non_exhaustive()
    }
}

impl Credentials {
    /// The account's name as it is stored.
    pub fn account(&self) -> String {
        self.login.trim().to_lowercase()
    }

    /// Checks both fields.
    pub fn checked(self) -> Result<Self, Fields> {
        self.validate()?;
        Ok(self)
    }
}

/// What makes a new person.
#[derive(Clone, Debug, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserInput {
    #[garde(custom(text::required(200)))]
    pub name: String,
    #[garde(custom(text::required(254)), custom(text::email))]
    pub email: String,
    #[garde(inner(length(chars, min = 2, max = 60), custom(plain_name)))]
    pub username: Option<String>,
    #[garde(skip)]
    pub role: Role,
}

impl UserInput {
    /// Trims, lowers what is compared without case, then checks every rule.
    pub fn checked(mut self) -> Result<Self, Fields> {
        self.name = self.name.trim().to_owned();
        self.email = self.email.trim().to_lowercase();
        text::tidy(&mut self.username);
        self.username = self.username.map(|u| u.to_lowercase());
        self.validate()?;
        Ok(self)
    }
}

fn plain_name(value: &str, _: &()) -> garde::Result {
    // An @ would make a username look like somebody's e-mail.
    if value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
        Ok(())
    } else {
        Err(garde::Error::new("may hold letters, digits, dot, dash and underscore only"))
    }
}

/// Checks a new password: 10 to 200 characters.
///
/// Length is the rule that helps; composition rules only make passwords guessable.
pub fn check_password(password: &str) -> Result<(), Fields> {
    match password.chars().count() {
        10..=200 => Ok(()),
        _ => Err(Fields::one("password", "use 10 to 200 characters")),
    }
}
