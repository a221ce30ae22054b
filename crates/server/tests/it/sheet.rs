//! Pages of leads as they are sent: whole without a script, and with a form that logs what happened.

use axum::http::Method;
use domain::{
    interactions::{InteractionInput, InteractionType},
    leads::{LeadInput, LeadQuery},
};
use serde_json::json;
use testkit::named;

use crate::support::TestServer;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[sqlx::test(migrations = "../../migrations")]
async fn a_leads_page_is_whole_without_a_script(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let ali = server.crm.acting(&server.crm.ali);
    let input = LeadInput {
        company: Some("Brightline <Dental>".into()),
        notes: Some("Ask Tom".into()),
        ..named("Maya Okafor")
    };
    let lead = ali.leads().create(input).await.unwrap();
    let said =
        InteractionInput { r#type: InteractionType::Call, text: "Wants two lines <script>alert(1)</script>".into() };
    ali.interactions().log(lead.id, said).await.unwrap();
    ali.leads().update(lead.id, json!({"status": "proposal", "priority": "high"})).await.unwrap();

    let page = server.signed_in(&server.crm.ali).await.get(&format!("/leads/{}?status=new", lead.id)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for shown in
        ["<title>Maya Okafor · Siwaht</title>", "Brightline &lt;Dental&gt;", "Ask Tom", "Wants two lines", "Proposal"]
    {
        assert!(page.text.contains(shown), "{shown} in {}", page.text);
    }
    assert!(page.text.contains(&format!("action=\"/leads/{}/interactions\"", lead.id)), "{}", page.text);
    assert!(!page.text.contains("<script>alert"), "words of others are never markup");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_unknown_lead_is_said_to_be_unknown(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await;
    let own = format!("/leads/{}", lead.id);
    for (person, path) in [(&server.crm.ali, "/leads/999999"), (&server.crm.ali, "/leads/x"), (&server.crm.amy, &own)] {
        let page = server.signed_in(person).await.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text.contains("Not found"), "{}", page.text);
        assert!(page.text.contains("Back to leads"), "{}", page.text);
        assert!(person.id == server.crm.ali.id || !page.text.contains("Maya"), "amy is told nothing of it");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_list_is_exported_by_links(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    server.crm.lead_of(&server.crm.ali, "Maya").await;
    let ali = server.signed_in(&server.crm.ali).await;
    let page = ali.get("/leads?status=new&sort=-value&columns=lead,status").await;
    let link = "/api/leads/export?format=csv&status=new&sort=-value&columns=id,name,company,status";
    assert!(page.text.contains(&link.replace('&', "&amp;")), "{}", page.text);
    let file = ali.get(link).await;
    assert!(file.text.contains("id,name,company,status\r\n1,Maya,"), "{}", file.text);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_changes_leads_one_by_one_selects_none(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let input = LeadInput { assigned_engineer: Some(server.crm.eve.id), ..named("Maya") };
    server.crm.system().leads().create(input).await.unwrap();
    for (person, may) in [(&server.crm.ada, true), (&server.crm.eve, false)] {
        let page = server.signed_in(person).await.get("/leads").await;
        assert!(page.text.contains("Maya"), "{}", page.text);
        assert_eq!(page.text.contains("Select Maya"), may);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_page_without_anything_has_a_title_and_a_way_on(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let eve = server.signed_in(&server.crm.eve).await;
    for (path, status, title) in
        [("/nothing", 404, "Nothing at this address"), ("/admin/mcp", 403, "Not for your role")]
    {
        let page = eve.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(
            page.text.contains(&format!("<h1>{title}")) && page.text.contains("Back to your work"),
            "{}",
            page.text
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_engineers_sheet_holds_no_sales_figures(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let input = LeadInput {
        value: "18000".parse().ok(),
        notes: Some("Hidden note".into()),
        assigned_engineer: Some(server.crm.eve.id),
        ..named("Maya")
    };
    let lead = server.crm.system().leads().create(input).await.unwrap();
    let page = server.signed_in(&server.crm.eve).await.get(&format!("/leads/{}", lead.id)).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Progress in percent"), "{}", page.text);
    assert!(!page.text.contains("18,000") && !page.text.contains("18000") && !page.text.contains("Hidden note"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_plain_form_logs_what_happened(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await;
    let path = format!("/leads/{}/interactions", lead.id);
    let body = "type=call&text=Talked+to+Tom&list=status%3Dnew%26sort%3D-value";
    let send =
        async |client: crate::support::Client, body: &str| client.raw(Method::POST, &path, &[FORM], body.into()).await;

    let answer = send(server.signed_in(&server.crm.ali).await, body).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["location"].to_str().unwrap(), format!("/leads/{}?status=new&sort=-value", lead.id));
    let page = server.crm.acting(&server.crm.ali).interactions().list(lead.id, 10, None).await.unwrap();
    assert_eq!((page.items[0].r#type, page.items[0].text.as_str()), (InteractionType::Call, "Talked to Tom"));

    let answer = send(server.anonymous(), body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.headers["location"].to_str().unwrap()),
        (303, &*format!("/sign-in?next=/leads/{}", lead.id))
    );
    assert_eq!(send(server.signed_in(&server.crm.amy).await, body).await.status, 404);
    assert_eq!(send(server.signed_in(&server.crm.ali).await, "type=call&text=+").await.status, 422);
    assert_eq!(send(server.signed_in(&server.crm.ali).await, "type=shout&text=Hi").await.status, 422);
    let leads = server.crm.acting(&server.crm.ali).leads().list(&LeadQuery::default()).await.unwrap();
    assert_eq!(leads.items.len(), 1);
}

/// A page is made by whichever threads are free, and more than one may have a part in it.
#[sqlx::test(migrations = "../../migrations")]
async fn a_leads_page_is_made_whichever_threads_make_it(pool: sqlx::PgPool) {
    let server = TestServer::over(pool).await;
    let lead = server.crm.lead_of(&server.crm.ali, "Maya").await;
    let ali = std::sync::Arc::new(server.signed_in(&server.crm.ali).await);
    let threads = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        runtime.block_on(async {
            let pages: Vec<_> = (0..400)
                .map(|_| {
                    let (ali, path) = (ali.clone(), format!("/leads/{}", lead.id));
                    tokio::spawn(async move { ali.get(&path).await })
                })
                .collect();
            for page in pages {
                let page = page.await.unwrap();
                assert_eq!(page.status, 200, "{}", page.text);
                assert!(page.text.contains("<title>Maya · Siwaht</title>"));
            }
        });
    });
    threads.await.unwrap();
}
