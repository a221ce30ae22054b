//! SQL about what moves along when two leads become one, and back when they part.

use domain::LeadId;
use sqlx::{Postgres, Transaction};

use super::merge::Moved;
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

/// Moves back what is still there of it, wherever later merges have taken it.
pub(super) async fn move_back(tx: &mut Transaction<'_, Postgres>, into: LeadId, moved: &Moved) -> Result<()> {
    let Moved { interactions, attachments } = moved;
    sqlx::query!("update interactions set lead_id = $1 where id = any($2)", into.0, interactions)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("update lead_attachments set lead_id = $1 where id = any($2)", into.0, attachments)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The leads that have something of it now.
pub(super) async fn holders(tx: &mut Transaction<'_, Postgres>, moved: &Moved) -> Result<Vec<LeadId>> {
    let Moved { interactions, attachments } = moved;
    let ids = sqlx::query_scalar!(
        r#"select id as "id: LeadId" from leads where id in (
               select lead_id from interactions where id = any($1)
               union select lead_id from lead_attachments where id = any($2))"#,
        interactions,
        attachments,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids)
}
