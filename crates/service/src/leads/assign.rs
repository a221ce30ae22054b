//! Who delivers a lead that was just won.

use domain::UserId;
use sqlx::{Postgres, Transaction};

use crate::Result;

/// Any number will do, as long as nothing else in this database uses it.
const ASSIGNING: i64 = 0x5157_4148_5401;

/// The active engineer with the least work left; among equals, the one whose last win is longest ago.
///
/// Work left is Σ (100 − progress) over their won leads. The lock is held to the end of the transaction: wins at the
/// same moment queue up and each sees the one before, so they spread evenly. `None` when no engineer is active.
pub(super) async fn least_busy_engineer(tx: &mut Transaction<'_, Postgres>) -> Result<Option<UserId>> {
    sqlx::query!("select pg_advisory_xact_lock($1)", ASSIGNING).execute(&mut **tx).await?;
    let id = sqlx::query_scalar!(
        r#"select u.id as "id: UserId"
           from users u
           left join leads l on l.assigned_engineer = u.id and l.status = 'won' and l.deleted_at is null
           where u.role = 'engineer' and u.is_active
           group by u.id
           order by coalesce(sum(100 - l.engineering_progress), 0), max(l.stage_entered_at) nulls first, u.id
           limit 1"#
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(id)
}
