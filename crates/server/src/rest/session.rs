//! `/api/login`, `/api/logout`, `/api/me`.

use axum::{Json, extract::State, http::StatusCode};
use domain::users::{Credentials, User};
use service::Error;
use tower_sessions::Session;

use super::Body;
use crate::{problem::Problem, session, session::As, startup::Server, visitor::Address};

/// Signs in by e-mail or username. The answer's cookie is the session, for 24 hours.
#[utoipa::path(post, path = "/api/login", tag = "Session", operation_id = "login", request_body = Credentials,
    responses(
        (status = 200, description = "The signed-in user", body = User),
        (status = 401, description = "No active account matches"),
        (status = 403, description = "Demo data, and the server is open to others than this machine"),
        (status = 422, description = "A field breaks its rule"),
        (status = 429, description = "Too many failures for the account or from the address; see Retry-After"),
    ))]
pub async fn login(
    State(server): State<Server>,
    session: Session,
    Address(address): Address,
    Body(credentials): Body<Credentials>,
) -> Result<Json<User>, Problem> {
    let who = session::sign_in(&server, credentials, address).await?;
    session::start(&session, &who).await?;
    Ok(Json(who.user))
}

/// Signs out. Fine when nobody is signed in.
#[utoipa::path(post, path = "/api/logout", tag = "Session", operation_id = "logout",
    responses((status = 204, description = "The session is over")))]
pub async fn logout(session: Session) -> Result<StatusCode, Problem> {
    session::end(&session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The signed-in user.
#[utoipa::path(get, path = "/api/me", tag = "Session", operation_id = "me",
    responses(
        (status = 200, description = "The signed-in user", body = User),
        (status = 401, description = "Not signed in"),
    ))]
pub async fn me(As(me): As) -> Result<Json<User>, Problem> {
    let user = me.actor().as_user().cloned().ok_or(Error::Unauthenticated)?;
    Ok(Json(user))
}
