//! Indexes and foreign keys of large tables, taken away while rows pour in and put back over all of them at once.
//!
//! Building one index over a million rows takes seconds; keeping it up to date while they arrive takes many times that.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::Result;

/// What was taken away, as the statements that bring it back.
pub(super) struct SetAside {
    statements: Vec<String>,
}

impl SetAside {
    /// Nothing.
    pub(super) fn nothing() -> Self {
        SetAside { statements: Vec::new() }
    }

    /// Drops every index of these tables that no key stands on, and every foreign key they hold.
    pub(super) async fn of(db: &mut PgConnection, tables: &[&str]) -> Result<Self> {
        let found: Vec<(String, String)> = sqlx::query_as(
            "select 'alter table ' || conrelid::regclass || ' drop constraint ' || quote_ident(conname),
                    'alter table ' || conrelid::regclass || ' add constraint ' || quote_ident(conname) || ' '
                        || pg_get_constraintdef(oid)
             from pg_constraint where contype = 'f' and conrelid = any($1::text[]::regclass[])
             union all
             select 'drop index ' || indexrelid::regclass, pg_get_indexdef(indexrelid)
             from pg_index i where indrelid = any($1::text[]::regclass[]) and not indisprimary
                 and not exists (select from pg_constraint c where c.conindid = i.indexrelid)",
        )
        .bind(tables)
        .fetch_all(&mut *db)
        .await?;
        let mut statements = Vec::with_capacity(found.len());
        for (drop, create) in found {
            run(db, drop).await?;
            statements.push(create);
        }
        Ok(SetAside { statements })
    }

    /// Puts everything back.
    pub(super) async fn put_back(self, db: &mut PgConnection) -> Result<()> {
        // Sorting in memory; a few hundred megabytes for half a minute.
        run(db, "set local maintenance_work_mem = '512MB'".to_owned()).await?;
        for statement in self.statements {
            run(db, statement).await?;
        }
        Ok(())
    }
}

async fn run(db: &mut PgConnection, statement: String) -> Result<()> {
    // Made by PostgreSQL itself out of its own catalogue, names quoted.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(db).await?;
    Ok(())
}
