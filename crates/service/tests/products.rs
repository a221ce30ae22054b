//! Products of leads: the row's own list and the table beside it never part.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    ProductId,
    leads::{LeadInput, LeadQuery},
};
use serde_json::json;
use testkit::{TestCrm, named};

async fn with_products(pool: &sqlx::PgPool) -> TestCrm {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query(
        "insert into products (id, name, price) values (1, 'Voice AI', '$499'), (2, 'Ads', '$99'), (3, 'Chat', '$9')",
    )
    .execute(pool)
    .await
    .unwrap();
    crm
}

/// Leads whose own list is not what the table says.
async fn parted(pool: &sqlx::PgPool) -> i64 {
    sqlx::query_scalar(
        "select count(*) from leads l where product_ids <>
             array(select product_id from lead_products p where p.lead_id = l.id order by 1)",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lead_and_the_table_of_products_never_part(pool: sqlx::PgPool) {
    let crm = with_products(&pool).await;
    let ali = crm.acting(&crm.ali);
    let products = vec![ProductId(3), ProductId(1)];
    let lead = ali.leads().create(LeadInput { products, ..named("Maya") }).await.unwrap();
    assert_eq!(lead.products, [ProductId(1), ProductId(3)]);
    let lead = ali.leads().update(lead.id, json!({"products": [2, 3]})).await.unwrap();
    assert_eq!(lead.products, [ProductId(2), ProductId(3)]);
    assert_eq!(parted(&pool).await, 0);
    let other = ali.leads().create(named("Jonas")).await.unwrap();
    // Whoever writes the table, and however.
    for statement in [
        format!("insert into lead_products select {}, id from products", other.id),
        format!("update lead_products set lead_id = {} where lead_id = {} and product_id = 1", lead.id, other.id),
        "delete from lead_products where product_id = 3".to_owned(),
        "with gone as (delete from lead_products where product_id = 2 returning lead_id)
         insert into lead_products select lead_id, 3 from gone"
            .to_owned(),
        format!("delete from leads where id = {}", other.id),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&pool).await.unwrap();
        assert_eq!(parted(&pool).await, 0, "{statement}");
    }
    assert_eq!(ali.leads().find(lead.id).await.unwrap().products, [ProductId(1), ProductId(3)]);
    for (query, found) in [("product=1", 1), ("product=2", 0), ("product=2,3", 1)] {
        let page = ali.leads().list(&LeadQuery::parse(query).unwrap()).await.unwrap();
        assert_eq!(page.items.len(), found, "{query}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_products_notes_for_agents_are_not_for_engineers(pool: sqlx::PgPool) {
    let crm = with_products(&pool).await;
    sqlx::query("update products set agent_notes = 'Ask early', unit_price = 499 where id = 1")
        .execute(&pool)
        .await
        .unwrap();
    let seen = crm.acting(&crm.ali).products().find(ProductId(1)).await.unwrap();
    assert_eq!((seen.name.as_str(), seen.unit_price.map(|price| price.cents())), ("Voice AI", Some(49_900)));
    assert_eq!(seen.agent_notes.as_deref(), Some("Ask early"));
    assert_eq!(crm.acting(&crm.eve).products().find(ProductId(1)).await.unwrap().agent_notes, None);
    assert!(matches!(crm.acting(&crm.ali).products().find(ProductId(9)).await, Err(service::Error::NotFound)));
}
