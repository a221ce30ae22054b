//! The catalogue, as far as leads need it.

use std::collections::HashSet;

use domain::{
    Money, ProductId,
    products::{Product, ProductName},
    search::MAX_HITS,
};

use crate::{Acting, Error, Result, policy, policy::Action};

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

    /// One product with all that is said about it; one that is no longer sold too, since leads may still be about it.
    pub async fn find(&self, id: ProductId) -> Result<Product> {
        self.0.allow(Action::ViewProducts)?;
        let product = sqlx::query_as!(
            Product,
            r#"select id as "id: ProductId", name, price, unit_price as "unit_price: Money", pitch, talking_points,
                      agent_notes, priority, profit_level, tags, display_order, is_active
               from products where id = $1 and deleted_at is null"#,
            id.0,
        )
        .fetch_optional(self.0.pool())
        .await?
        .ok_or(Error::NotFound)?;
        Ok(policy::redact_product(self.0.actor(), product))
    }
}

/// The best products whose name holds every word: first those that begin with the words as they stand, those that are
/// sold before those that are not. `words` are in lower case.
pub(crate) async fn hits(pool: &sqlx::PgPool, words: &[&str]) -> Result<Vec<ProductName>> {
    let all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let hits = sqlx::query_as!(
        ProductName,
        r#"select id as "id: ProductId", name, is_active from products
           where deleted_at is null and (select bool_and(position(word in lower(name)) > 0) from unnest($1::text[]) word)
           order by starts_with(lower(name), $2) desc, is_active desc, display_order, id limit $3"#,
        &all,
        words.join(" "),
        MAX_HITS,
    )
    .fetch_all(pool)
    .await?;
    Ok(hits)
}

/// Which of these products exist.
pub(crate) async fn existing(
    tx: &mut sqlx::Transaction<'_, sqlx::Postgres>,
    ids: &[i64],
) -> Result<HashSet<ProductId>> {
    let found = sqlx::query_scalar!(
        r#"select id as "id: ProductId" from products where id = any($1) and deleted_at is null"#,
        ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().collect())
}
