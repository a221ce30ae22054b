//! SQL about what moves along when two leads become one, and back when they part.

use domain::LeadId;
use sqlx::{Postgres, Transaction};

use super::{merge::Moved, store::numbers};
use crate::Result;

/// Moves interactions and files, and says which.
pub(super) async fn move_all(tx: &mut Transaction<'_, Postgres>, from: LeadId, into: LeadId) -> Result<Moved> {
    let interactions =
        sqlx::query_scalar!("update interactions set lead_id = $2 where lead_id = $1 returning id", from.0, into.0)
            .fetch_all(&mut **tx)
            .await?;
    let attachments =
        sqlx::query_scalar!("update lead_attachments set lead_id = $2 where lead_id = $1 returning id", from.0, into.0)
            .fetch_all(&mut **tx)
            .await?;
    Ok(Moved { interactions, attachments })
}

/// Moves back what these leads still have of it: what went back to others since is theirs.
pub(super) async fn move_back(
    tx: &mut Transaction<'_, Postgres>,
    from: &[LeadId],
    into: LeadId,
    moved: &Moved,
) -> Result<()> {
    let (from, Moved { interactions, attachments }) = (numbers(from), moved);
    sqlx::query!(
        "update interactions set lead_id = $2 where lead_id = any($1) and id = any($3)",
        &from,
        into.0,
        interactions
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update lead_attachments set lead_id = $2 where lead_id = any($1) and id = any($3)",
        &from,
        into.0,
        attachments
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
