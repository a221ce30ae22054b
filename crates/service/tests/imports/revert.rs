//! Taking an import back.

use bytes::Bytes;
use domain::{
    Money,
    imports::{ImportState, ImportStep, OnDuplicate, RowOutcome},
    leads::{ExportFormat, LeadInput, LeadStatus},
};
use futures_util::stream;
use serde_json::json;
use service::Error;
use testkit::{TestCrm, named};

use super::{all_leads, bring, check, counts, lead_named, rows, send};

#[sqlx::test(migrations = "../../migrations")]
async fn a_revert_brings_everything_back(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    for n in 0..3 {
        let input =
            LeadInput { email: Some(format!("l{n}@x.io")), notes: Some("kept".into()), ..named(&format!("Lead {n}")) };
        ada.leads().create(input).await.unwrap();
    }
    let fields = |text: &String| {
        let mut lead: serde_json::Value = serde_json::from_str(text).unwrap();
        ["version", "updatedAt", "position"]
            .iter()
            .for_each(|field| drop(lead.as_object_mut().unwrap().remove(*field)));
        lead
    };
    let before: Vec<_> = all_leads(&crm.crm).await.iter().map(fields).collect();
    let file =
        "name,email,status,value,notes\nOther,l0@x.io,won,10,gone\n,l1@x.io,lost,,\nNew,new@x.io,,,\nAlso,a@x.io,,,\n";
    let import = bring(&ada, file, json!({"onDuplicate": "update"})).await;
    assert_eq!(counts(&import), [2, 2, 0, 0]);
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    assert_eq!((import.state, import.kept_total), (ImportState::Reverted, 0), "{:?}", import.failure);
    let after: Vec<_> = all_leads(&crm.crm).await.iter().map(fields).collect();
    assert_eq!(after, before);
    assert!(matches!(ada.imports().revert(import.id).await, Err(Error::Conflict { .. })), "once is enough");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_admin_takes_the_import_of_an_agent_back_and_does_not_go_on_with_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let (ali, ada) = (crm.acting(&crm.ali), crm.acting(&crm.ada));
    let lead = LeadInput { email: Some("free@x.io".into()), ..named("Free") };
    let lead = crm.system().leads().create(lead).await.unwrap();
    let file = "name,email,value\nMaya,m@x.io,\nNoor,n@x.io,\n,free@x.io,10\n";
    let import = check(&ali, file, json!({"onDuplicate": "update"})).await;
    assert!(matches!(ada.imports().run(import.id).await, Err(Error::Forbidden { .. })));
    assert!(matches!(ada.imports().configure(import.id, json!({})).await, Err(Error::Forbidden { .. })));
    ali.imports().run(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    assert_eq!(counts(&ali.imports().find(import.id).await.unwrap()), [2, 1, 0, 0]);
    let taken = json!({"name": "Secret", "assignedTo": crm.amy.id, "value": 99});
    ada.leads().update(lead.id, taken).await.unwrap();
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ali.imports().find(import.id).await.unwrap();
    assert_eq!((import.state, import.kept_total), (ImportState::Reverted, 1));
    let left = (import.kept[0].name.clone(), import.kept[0].reason.as_str());
    assert_eq!(left, (format!("Lead {}", lead.id), "value changed since"), "it is out of ali's sight");
    assert_eq!(all_leads(&crm.crm).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_belongs_together_is_taken_back_together_or_not_at_all(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let ada = crm.acting(&crm.ada);
    let made =
        "insert into products (name, price, is_active) values ('Site', '1', true), ('Voice', '1', true) returning id";
    let sold: Vec<domain::ProductId> = sqlx::query_scalar(made).fetch_all(&pool).await.unwrap();
    for name in ["a", "b"] {
        let input = LeadInput {
            email: Some(format!("{name}@x.io")),
            products: vec![sold[0]],
            assigned_product: Some(sold[0]),
            ..named(name)
        };
        ada.leads().create(input).await.unwrap();
    }
    let input = LeadInput { email: Some("c@x.io".into()), ..named("c") };
    ada.leads().create(input).await.unwrap();
    let file = "email,product,status,lostReason,value\na@x.io,Voice,,,5\nb@x.io,,lost,price,5\nc@x.io,,lost,,5\n";
    let import = bring(&ada, file, json!({"onDuplicate": "update"})).await;
    let (a, b) = (lead_named(&crm, "a").await, lead_named(&crm, "b").await);
    assert_eq!((a.assigned_product, b.status), (Some(sold[1]), LeadStatus::Lost));
    ada.leads().update(a.id, json!({"products": [sold[1]]})).await.unwrap();
    ada.leads().update(b.id, json!({"lostReason": "timing"})).await.unwrap();
    ada.leads().update(lead_named(&crm, "c").await.id, json!({"lostReason": "price"})).await.unwrap();
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    let kept: Vec<&str> = import.kept.iter().map(|kept| kept.reason.as_str()).collect();
    let expected =
        ["products, assignedProduct changed since", "lostReason, status changed since", "status changed since"];
    assert_eq!(kept, expected);
    assert_eq!(lead_named(&crm, "c").await.status, LeadStatus::Lost, "its reason stands");
    let (a, b) = (lead_named(&crm, "a").await, lead_named(&crm, "b").await);
    assert_eq!((a.assigned_product, a.products, a.value), (Some(sold[1]), vec![sold[1]], None));
    assert_eq!((b.status, b.lost_reason.as_deref(), b.value), (LeadStatus::Lost, Some("timing"), None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_others_have_changed_since_stays_and_is_listed(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    for name in ["a", "b"] {
        let input = LeadInput { email: Some(format!("{name}@x.io")), ..named(name) };
        ada.leads().create(input).await.unwrap();
    }
    let file = "name,email,value,company\na,a@x.io,10,Ltd\nb,b@x.io,20,Ltd\nnew,n@x.io,,\nnoted,o@x.io,,\nuntouched,u@x.io,,\n";
    let import = bring(&ada, file, json!({"onDuplicate": "update"})).await;
    let (a, new, noted) = (lead_named(&crm, "a").await, lead_named(&crm, "new").await, lead_named(&crm, "noted").await);
    let amy = crm.acting(&crm.amy);
    amy.leads().update(a.id, json!({"value": 99})).await.unwrap();
    amy.leads().update(new.id, json!({"status": "contacted"})).await.unwrap();
    let note = domain::interactions::InteractionInput {
        r#type: domain::interactions::InteractionType::Note,
        text: "Hello".into(),
    };
    amy.interactions().log(noted.id, note).await.unwrap();
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    assert_eq!((import.state, import.kept_total), (ImportState::Reverted, 3));
    let kept: Vec<(&str, &str)> = import.kept.iter().map(|kept| (kept.name.as_str(), kept.reason.as_str())).collect();
    assert_eq!(
        kept,
        [("a", "value changed since"), ("new", "was changed since (status)"), ("noted", "got notes or files since")]
    );
    let a = ada.leads().find(a.id).await.unwrap();
    assert_eq!((a.value, a.company), (Some(Money::from_cents(9_900)), None), "field by field");
    assert_eq!(lead_named(&crm, "b").await.value, None);
    assert_eq!(lead_named(&crm, "new").await.status, LeadStatus::Contacted);
    let names: Vec<String> = all_leads(&crm.crm)
        .await
        .iter()
        .map(|lead| serde_json::from_str::<serde_json::Value>(lead).unwrap()["name"].to_string())
        .collect();
    assert!(!names.contains(&"\"untouched\"".to_owned()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn problem_rows_come_back_corrected(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let file = "Name;Phone;Amount\n=Maya;+49 30 1234;1.000,50\nNoor;'+49 30 99;12k\nZoe;call me;5\n";
    let expected = "\u{feff}Name,Phone,Amount,error\r\n\
        Noor,'+49 30 99,12k,\"Amount \"\"12k\"\": is no amount\"\r\n\
        Zoe,call me,5,\"Phone \"\"call me\"\": use digits, spaces and + - ( ) . / only\"\r\n";
    for format in [ExportFormat::Csv, ExportFormat::Xlsx] {
        let import = check(&ada, file, json!({"onDuplicate": "create"})).await;
        assert_eq!(counts(&import), [1, 0, 0, 2]);
        let problems = ada.imports().problems(import.id, format).await.unwrap();
        assert_eq!(problems.file_name, format!("leads-problems.{}", format.as_str()));
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut &problems.file, &mut bytes).unwrap();
        if format == ExportFormat::Csv {
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert_eq!(text, expected);
            bytes = text.replace("12k", "12").replace("call me", "5551234").into_bytes();
        }
        let again = send(&ada, "again", bytes, json!({"onDuplicate": "create"}), ImportStep::Check).await.unwrap();
        let now = if format == ExportFormat::Csv { [2, 0, 0, 0] } else { [0, 0, 0, 2] };
        assert_eq!(counts(&again), now, "{:?}", rows(&ada, &again).await);
        assert_eq!(again.settings.mapping.get("error"), Some(&None));
        if format == ExportFormat::Xlsx {
            let problems = ada.imports().problems(again.id, ExportFormat::Csv).await.unwrap();
            let text = std::io::read_to_string(&problems.file).unwrap();
            assert_eq!(text, expected, "the reason takes the place of the old one");
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_of_problems_is_read_as_the_one_it_is_of(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    // Only its last rows tell how amounts and dates are written, and they are fine.
    let file = "Kunde,Betrag,Termin,Betreuer\nMaya,\"1.500\",03/04/2027,Bob\nNoor,\"1.500,50\",25/12/2026,\n";
    let mapping = json!({"Kunde": "name", "Betrag": "value", "Termin": "followUpAt", "Betreuer": "assignedTo"});
    let import = check(&ada, file, json!({"mapping": mapping})).await;
    assert_eq!(
        (import.settings.decimal.as_str(), import.settings.date_order.as_str(), counts(&import)),
        (",", "dmy", [1, 0, 0, 1]),
        "a column that is mapped by hand tells how it is written as well"
    );
    let problems = ada.imports().problems(import.id, ExportFormat::Csv).await.unwrap();
    let text = std::io::read_to_string(&problems.file).unwrap().replace(",Bob,", ",ali,");
    let again = send(&ada, "leads-problems.csv", text, json!({}), ImportStep::Run).await.unwrap();
    assert_eq!(counts(&again), [1, 0, 0, 0], "{:?}", rows(&ada, &again).await);
    let maya = lead_named(&crm, "Maya").await;
    assert_eq!((maya.value, maya.assigned_to), (Some(Money::from_cents(150_000)), Some(crm.ali.id)));
    assert_eq!(maya.follow_up_at, Some(time::macros::datetime!(2027-04-03 9:00 UTC)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_makes_no_sense_comes_back_as_it_was(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let mut file = "name,notes\nJörg,\nMüller,\nÄnne,\nM".as_bytes().to_vec();
    file.extend(b"\xFCnch,\n");
    let import = send(&ada, "leads.csv", file, json!({}), ImportStep::Check).await.unwrap();
    assert_eq!(counts(&import), [3, 0, 0, 1]);
    for format in [ExportFormat::Csv, ExportFormat::Xlsx] {
        let problems = ada.imports().problems(import.id, format).await.unwrap();
        let mut file = Vec::new();
        std::io::Read::read_to_end(&mut &problems.file, &mut file).unwrap();
        let again = send(&ada, "again", file, json!({}), ImportStep::Check).await.unwrap();
        assert_eq!(counts(&again), [0, 0, 0, 1], "it is not taken for a name");
        assert_eq!(rows(&ada, &again).await[0].problems[0].value, "M\u{fffd}nch");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_goes_after_a_month_and_its_leads_stay(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = bring(&ada, "name\nMaya\n", json!({})).await;
    crm.clock.advance(time::Duration::days(29));
    assert_eq!(crm.crm.sweep_imports().await.unwrap(), 0);
    crm.clock.advance(time::Duration::days(2));
    assert_eq!(crm.crm.sweep_imports().await.unwrap(), 1);
    let import = ada.imports().find(import.id).await.unwrap();
    assert!(!import.has_file);
    assert!(ada.imports().rows(import.id, Some(RowOutcome::Created), 0, 10).await.unwrap().items.is_empty());
    assert!(matches!(ada.imports().problems(import.id, ExportFormat::Csv).await, Err(Error::Invalid(_))));
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    assert!(all_leads(&crm.crm).await.is_empty(), "history is enough to take it back");
}

#[sqlx::test(migrations = "../../migrations")]
async fn leads_that_the_file_handed_over_come_back(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let (ada, ali) = (crm.acting(&crm.ada), crm.acting(&crm.ali));
    let input = LeadInput { email: Some("m@x.io".into()), assigned_to: Some(crm.ali.id), ..named("Maya") };
    let lead = ada.leads().create(input).await.unwrap();
    let import = bring(&ali, "email,owner\nm@x.io,amy\n", json!({"onDuplicate": "update"})).await;
    assert_eq!(counts(&import), [0, 1, 0, 0]);
    assert!(matches!(ali.leads().find(lead.id).await, Err(Error::NotFound)), "it is amy's now");
    ali.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ali.imports().find(import.id).await.unwrap();
    assert_eq!((import.state, import.kept_total), (ImportState::Reverted, 0), "{:?}", import.kept);
    assert_eq!(ali.leads().find(lead.id).await.unwrap().assigned_to, Some(crm.ali.id));
}

#[sqlx::test(migrations = "../../migrations")]
async fn rows_lead_to_no_lead_that_is_gone(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = bring(&ada, "name\nMaya\nNoor\n", json!({})).await;
    let maya = lead_named(&crm, "Maya").await.id;
    assert_eq!(rows(&ada, &import).await[0].lead, Some(maya));
    ada.leads().update(maya, json!({"status": "contacted"})).await.unwrap();
    ada.imports().revert(import.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let leads: Vec<_> = rows(&ada, &import).await.iter().map(|row| row.lead).collect();
    assert_eq!(leads, [Some(maya), None], "what somebody has worked on is there still");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_that_was_not_brought_in_can_be_discarded(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let (ada, ali, amy) = (crm.acting(&crm.ada), crm.acting(&crm.ali), crm.acting(&crm.amy));
    let import = check(&ali, "name\nMaya\n", json!({})).await;
    assert!(matches!(amy.imports().discard(import.id).await, Err(Error::NotFound)));
    ali.imports().discard(import.id).await.unwrap();
    assert!(matches!(ali.imports().find(import.id).await, Err(Error::NotFound)));
    assert!(matches!(ali.imports().discard(import.id).await, Err(Error::NotFound)), "once is enough");
    let left: i64 = sqlx::query_scalar("select count(*) from import_rows").fetch_one(&pool).await.unwrap();
    let told = "select count(*) from events where kind = 'import.discarded' and entity_id = $1 and actor_id = $2";
    let told = sqlx::query_scalar::<_, i64>(told).bind(import.id.0).bind(crm.ali.id.0);
    assert_eq!((left, told.fetch_one(&pool).await.unwrap()), (0, 1));
    // One that waits to be gone through goes as well, and nobody goes through it any more.
    let mut upload = ali.imports().upload().await.unwrap();
    upload.file("leads.csv", stream::iter([Ok(Bytes::from("name\nNoor\n"))])).await.unwrap();
    let waiting = upload.finish(json!({}), OnDuplicate::Skip, ImportStep::Check).await.unwrap();
    ada.imports().discard(waiting.id).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    assert!(ada.imports().list(50, None).await.unwrap().items.is_empty());
    assert_eq!(crm.crm.files_handle().count().await.unwrap(), 0);
    let brought = bring(&ali, "name\nMaya\n", json!({})).await;
    assert!(matches!(ali.imports().discard(brought.id).await, Err(Error::Conflict { .. })), "its leads are there");
}

#[sqlx::test(migrations = "../../migrations")]
async fn imports_are_listed_page_by_page(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ali = crm.acting(&crm.ali);
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.insert(0, check(&ali, "name\nMaya\n", json!({})).await.id);
    }
    let first = ali.imports().list(2, None).await.unwrap();
    let rest = ali.imports().list(2, first.next_cursor.as_ref()).await.unwrap();
    let listed: Vec<_> = first.items.iter().chain(&rest.items).map(|import| import.id).collect();
    assert_eq!((listed, rest.next_cursor), (sent, None));
}
