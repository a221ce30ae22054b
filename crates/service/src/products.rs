//! The catalogue, as far as leads need it.

use domain::{ProductId, products::ProductName};

use crate::{Acting, Result, policy::Action};

/// Use cases around products.
pub struct Products<'a>(pub(crate) &'a Acting);

impl Products<'_> {
    /// Every product's name in catalogue order. At most 1,000.
    pub async fn names(&self) -> Result<Vec<ProductName>> {
        self.0.allow(Action::ViewProducts)?;
        let names = sqlx::query_as!(
            ProductName,
            r#"select id as "id: ProductId", name, is_active from products where deleted_at is null
               order by display_order, id limit 1000"#,
        )
        .fetch_all(self.0.pool())
        .await?;
        Ok(names)
    }
}

/// How many of these products exist.
pub(crate) async fn count_existing(tx: &mut sqlx::Transaction<'_, sqlx::Postgres>, ids: &[i64]) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from products where id = any($1) and deleted_at is null"#,
        ids,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}
