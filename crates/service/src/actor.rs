//! Who acts, and through which door.

use domain::{
    UserId,
    events::Door,
    users::{Role, User},
};

/// Made in three places only: the session extractor, the token check, and [`Actor::system`] for workers.
#[derive(Clone, Debug)]
pub struct Actor {
    user: Option<User>,
    door: Door,
    request_id: Option<String>,
}

impl Actor {
    /// A signed-in person or an agent acting as one.
    pub fn user(user: User, door: Door, request_id: Option<String>) -> Self {
        Actor { user: Some(user), door, request_id }
    }

    /// The system itself: workers and commands on the server's own command line. May do everything.
    pub fn system() -> Self {
        Actor { user: None, door: Door::System, request_id: None }
    }

    /// The same, at work for this request, which came through this door.
    pub(crate) fn of_request(self, door: Door, request_id: Option<String>) -> Self {
        Actor { door, request_id, ..self }
    }

    /// The person, unless it is the system.
    pub fn as_user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// The person's id, unless it is the system.
    pub fn id(&self) -> Option<UserId> {
        self.user.as_ref().map(|u| u.id)
    }

    /// The system has an admin's rights.
    pub fn role(&self) -> Role {
        self.user.as_ref().map_or(Role::Admin, |u| u.role)
    }

    /// Through which door.
    pub fn door(&self) -> Door {
        self.door
    }

    /// The request this belongs to.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The zone whose days the actor means.
    pub fn time_zone(&self) -> &str {
        self.user.as_ref().map_or("UTC", |u| &u.time_zone)
    }
}
