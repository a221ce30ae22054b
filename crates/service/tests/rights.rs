//! What the pages are told a person may do is what the use cases then let them do.

use domain::{
    leads::{Lead, LeadInput},
    users::User,
};
use serde_json::{Value, json};
use service::Error;
use testkit::{TestCrm, named};

/// Another value for each field that can be written.
fn other_values(crm: &TestCrm) -> Value {
    json!({
        "name": "Other", "email": "other@kite.example", "phone": "030 123456", "company": "Other", "status": "qualified",
        "source": "Event", "value": 7, "assignedTo": crm.ada.id, "assignedEngineer": crm.ed.id, "assignedProduct": 1,
        "products": [1], "notes": "Other", "priority": "low", "score": 7, "engineeringProgress": 7,
        "engineeringNotes": "Other", "blockedReason": "Other", "followUpAt": "2026-12-01T09:00:00Z",
        "followUpNote": "Other", "lostReason": "Other",
    })
}

#[sqlx::test(migrations = "../../migrations")]
async fn exactly_the_rights_that_are_told_are_granted(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query("insert into products (id, name, price) values (1, 'Voice AI', '$499')").execute(&pool).await.unwrap();
    let others = other_values(&crm);
    let fields = others.as_object().unwrap();
    let input = serde_json::to_value(LeadInput::default()).unwrap();
    assert!(input.as_object().unwrap().keys().all(|field| fields.contains_key(field)), "every field is tried");
    let lead_of = async |owner: Option<&User>| -> Lead {
        let (assigned_to, assigned_engineer) = (owner.map(|owner| owner.id), Some(crm.eve.id));
        crm.system().leads().create(LeadInput { assigned_to, assigned_engineer, ..named("Maya") }).await.unwrap()
    };
    let mut told = Vec::new();
    for (user, owner) in
        [(&crm.ada, Some(&crm.ali)), (&crm.ali, Some(&crm.ali)), (&crm.ali, None), (&crm.eve, Some(&crm.ali))]
    {
        let leads = crm.acting(user);
        let rights = leads.leads().may(&leads.leads().find(lead_of(owner).await.id).await.unwrap()).unwrap();
        for (field, value) in fields {
            let lead = lead_of(owner).await;
            let mut patch = json!({ field: value });
            if field == "lostReason" {
                // It goes with nothing else.
                patch["status"] = json!("lost");
            }
            let done = leads.leads().update(lead.id, patch).await;
            let refused = matches!(done, Err(Error::Forbidden { .. }));
            assert_eq!(rights.writes(field), !refused, "{} writes {field}: {done:?}", user.name);
            assert!(refused || done.is_ok(), "{done:?}");
        }
        assert_eq!(rights.assign, rights.writes("assignedTo"));
        assert_eq!(rights.delete, leads.leads().delete(lead_of(owner).await.id).await.is_ok(), "{}", user.name);
        told.push(format!("{} {} {} {}", user.name, rights.fields.len(), rights.delete, rights.merge));
    }
    assert_eq!(told, ["ada 20 true true", "ali 16 true true", "ali 16 false true", "eve 3 false false"]);
    let unseen = crm.acting(&crm.amy).leads().find(lead_of(Some(&crm.ali)).await.id).await;
    assert!(matches!(unseen, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_an_engineer_does_not_see_cannot_be_guessed(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let value = Some(domain::Money::from_cents(500_000));
    let input = LeadInput { value, assigned_engineer: Some(crm.eve.id), notes: Some("Secret".into()), ..named("Maya") };
    let lead = crm.system().leads().create(input).await.unwrap();
    let eve = crm.acting(&crm.eve);
    for guess in [json!({"value": 5000}), json!({"value": 4900}), json!({"notes": "Secret"}), json!({"notes": "No"})] {
        let answer = eve.leads().update(lead.id, guess.clone()).await;
        assert!(matches!(answer, Err(Error::Forbidden { .. })), "{guess}: {answer:?}");
    }
    let mut whole = serde_json::to_value(eve.leads().find(lead.id).await.unwrap()).unwrap();
    whole["engineeringNotes"] = json!("Begun");
    eve.leads().update(lead.id, whole).await.expect("what one sees can be sent back");
    assert_eq!(crm.system().leads().find(lead.id).await.unwrap().value, value);
}
