//! Saved views at the service: whose they are, who sees them, and what they may hold.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test, as the tests themselves do")]

use domain::{
    Fields, ViewId,
    users::User,
    views::{MAX_VIEWS, View, ViewColumn, ViewInput},
};
use serde_json::{Value, json};
use service::{Error, Result};
use testkit::{TestCrm, settle};

fn view(name: &str, query: &str, is_shared: bool) -> ViewInput {
    ViewInput { name: name.into(), query: query.into(), columns: Vec::new(), is_shared }
}

async fn save(crm: &TestCrm, user: &User, input: ViewInput) -> View {
    crm.acting(user).views().create(input).await.unwrap()
}

async fn names(crm: &TestCrm, user: &User) -> Vec<String> {
    crm.acting(user).views().list().await.unwrap().into_iter().map(|view| view.name).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Fields {
    match result {
        Err(Error::Invalid(fields)) => fields,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn people_see_their_own_views_first_then_shared_ones(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    save(&crm, &crm.amy, view("Amy's", "", false)).await;
    save(&crm, &crm.amy, view("All of us", "", true)).await;
    save(&crm, &crm.ali, view("won", "", false)).await;
    save(&crm, &crm.ali, view("Hot", "", true)).await;
    assert_eq!(names(&crm, &crm.ali).await, ["Hot", "won", "All of us"]);
    assert_eq!(names(&crm, &crm.amy).await, ["All of us", "Amy's", "Hot"]);
    assert_eq!(names(&crm, &crm.ada).await, ["All of us", "Hot"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_view_keeps_what_it_is_about_and_no_page(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let columns = vec![ViewColumn { name: "followUpAt".into(), width: Some(120) }];
    let input = ViewInput { columns: columns.clone(), ..view("  Won ", "status=won&cursor=abc&total=true", false) };
    let made = save(&crm, &crm.ali, input).await;
    assert_eq!((made.name.as_str(), made.query.as_str(), &made.columns), ("Won", "status=won", &columns));
    assert_eq!(crm.acting(&crm.ali).views().list().await.unwrap(), [made]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn rules_of_a_view_are_named_by_field(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ali = crm.acting(&crm.ali);
    save(&crm, &crm.ali, view("Hot", "", false)).await;
    assert!(refused(ali.views().create(view("HOT", "", false)).await).get("name").is_some(), "whatever its case");
    save(&crm, &crm.amy, view("Hot", "", false)).await;
    assert!(refused(ali.views().create(view(" ", "", false)).await).get("name").is_some());
    assert!(refused(ali.views().create(view("x", "status=sold", false)).await).get("query").is_some());
    for name in ["", "a b", "<script>", &"x".repeat(41)] {
        let columns = vec![ViewColumn { name: name.into(), width: None }];
        let fields = refused(ali.views().create(ViewInput { columns, ..view("x", "", false) }).await);
        assert!(fields.get("columns").is_some(), "{name}");
    }
    let second = save(&crm, &crm.ali, view("Cold", "", false)).await;
    assert!(refused(ali.views().update(second.id, json!({"name": "hot"})).await).get("name").is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_person_has_at_most_a_hundred_views(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    for i in 1..MAX_VIEWS {
        save(&crm, &crm.ali, view(&i.to_string(), "", false)).await;
    }
    let (one, other) = (crm.acting(&crm.ali), crm.acting(&crm.ali));
    let (one, other) = (one.views(), other.views());
    let (one, other) = tokio::join!(one.create(view("one", "", false)), other.create(view("other", "", false)));
    assert_ne!(one.is_ok(), other.is_ok(), "only one of two fits");
    assert!(refused(if one.is_err() { one } else { other }).get("name").is_some());
    save(&crm, &crm.amy, view("Amy's", "", false)).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn shared_views_are_changed_by_owner_and_admin_and_private_ones_by_the_owner(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let shared = save(&crm, &crm.ali, view("Shared", "", true)).await;
    let private = save(&crm, &crm.ali, view("Private", "", false)).await;
    let change = async |user, id: ViewId| crm.acting(user).views().update(id, json!({"query": "status=won"})).await;
    assert!(matches!(change(&crm.amy, shared.id).await, Err(Error::Forbidden { .. })));
    assert!(matches!(crm.acting(&crm.eve).views().delete(shared.id).await, Err(Error::Forbidden { .. })));
    assert!(matches!(change(&crm.amy, private.id).await, Err(Error::NotFound)));
    assert!(matches!(change(&crm.ada, private.id).await, Err(Error::NotFound)));
    assert!(matches!(change(&crm.ada, ViewId(404)).await, Err(Error::NotFound)));
    assert_eq!(change(&crm.ada, shared.id).await.unwrap().owner_id, crm.ali.id);
    assert_eq!(change(&crm.ali, private.id).await.unwrap().query, "status=won");
    crm.acting(&crm.ada).views().delete(shared.id).await.unwrap();
    crm.acting(&crm.ali).views().delete(private.id).await.unwrap();
    assert_eq!(names(&crm, &crm.ali).await, [""; 0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_view_is_no_way_around_hidden_fields(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    save(&crm, &crm.ali, view("By value", "sort=-value", true)).await;
    save(&crm, &crm.ali, view("Won", "status=won", true)).await;
    assert_eq!(names(&crm, &crm.eve).await, ["Won"]);
    let own = crm.acting(&crm.eve).views().create(view("Mine", "valueMin=1", false)).await;
    assert!(matches!(own, Err(Error::Forbidden { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_write_of_a_view_leaves_one_event(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ali = crm.acting(&crm.ali);
    let made = save(&crm, &crm.ali, view("Hot", "", false)).await;
    ali.views().update(made.id, json!({"isShared": true})).await.unwrap();
    ali.views().update(made.id, json!({"isShared": true, "name": "Hot"})).await.unwrap();
    ali.views().delete(made.id).await.unwrap();
    let events: Vec<(String, Value)> =
        sqlx::query_as("select kind, changes from events where entity = 'view' order by id")
            .fetch_all(&pool)
            .await
            .unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event.0.as_str()).collect();
    assert_eq!(kinds, ["view.created", "view.updated", "view.deleted"]);
    assert_eq!(events[1].1, json!({"isShared": {"from": false, "to": true}}));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_somebody_does_to_a_view_of_their_own_is_told_to_nobody(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ali = crm.acting(&crm.ali);
    let private = save(&crm, &crm.ali, view("Private", "q=secret", false)).await;
    ali.views().update(private.id, json!({"name": "More private"})).await.unwrap();
    ali.views().delete(private.id).await.unwrap();
    let shared = save(&crm, &crm.ali, view("Hot", "", true)).await;
    ali.views().update(shared.id, json!({"name": "Hottest"})).await.unwrap();
    save(&crm, &crm.ada, view("Ada's", "", false)).await;
    settle(&pool).await;
    let feed = crm.acting(&crm.ada).events().after(None, 200).await.unwrap();
    let told: Vec<(&str, i64)> = feed
        .items
        .iter()
        .filter(|event| event.entity == "view")
        .map(|event| (event.kind.as_str(), event.entity_id - shared.id.0))
        .collect();
    assert_eq!(told, [("view.created", 0), ("view.updated", 0), ("view.created", 1)]);
}
