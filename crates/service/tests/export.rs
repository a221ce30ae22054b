//! Leads as files: who gets which rows, how cells are written, and that all of it comes back.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop the test, as the tests themselves do"
)]

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use domain::{
    Money,
    leads::{ExportFormat, ExportInput, Lead, LeadInput, LeadQuery, cells},
};
use futures_util::StreamExt;
use service::{Acting, Error, Export};
use testkit::{TestCrm, named, settle};
use time::macros::datetime;

fn asked(query: &str) -> ExportInput {
    ExportInput::parse(query).unwrap()
}

async fn bytes(me: &Acting, input: ExportInput) -> Vec<u8> {
    read(me.leads().export(input).await.unwrap()).await
}

async fn read(export: Export) -> Vec<u8> {
    let mut pieces = Box::pin(export.pieces());
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        all.extend(piece.unwrap());
    }
    all
}

/// The rows of a CSV file, its header first.
async fn csv(me: &Acting, query: &str) -> Vec<Vec<String>> {
    let all = bytes(me, asked(query)).await;
    let text = all.strip_prefix("\u{feff}".as_bytes()).expect("a byte order mark");
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

async fn names(me: &Acting, query: &str) -> Vec<String> {
    let rows = csv(me, &format!("columns=name&{query}")).await;
    rows.into_iter().skip(1).map(|mut row| row.remove(0)).collect()
}

/// Everything a lead can hold, some of it hostile.
async fn full(crm: &TestCrm) -> Lead {
    let input = LeadInput {
        email: Some("maya@example.com".into()),
        phone: Some("+49 30 1234567".into()),
        company: Some("=HYPERLINK(\"https://x.example\")".into()),
        source: Some("'=fair".into()),
        value: Some(Money::from_cents(99_999_999_999_999)),
        assigned_to: Some(crm.ali.id),
        assigned_engineer: Some(crm.eve.id),
        notes: Some("first, \"second\"\nthird; _x0041_ <&>".into()),
        follow_up_at: Some(datetime!(2026-12-24 09:30:15.123456 UTC)),
        follow_up_note: Some("@home".into()),
        engineering_progress: 40,
        engineering_notes: Some("-".into()),
        ..named("Maya Okafor")
    };
    crm.system().leads().create(input).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_holds_what_the_list_shows_to_each(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let delivered = LeadInput { assigned_engineer: Some(crm.eve.id), ..named("Delivered by eve") };
    crm.system().leads().create(LeadInput { assigned_to: Some(crm.ali.id), ..delivered }).await.unwrap();
    crm.lead_of(&crm.ali, "Of ali").await;
    crm.lead_of(&crm.amy, "Of amy").await;
    crm.system().leads().create(named("Nobody's")).await.unwrap();
    let gone = crm.lead_of(&crm.ali, "Gone").await;
    crm.acting(&crm.ali).leads().delete(gone.id).await.unwrap();
    for (person, expected) in [
        (&crm.ada, &["Delivered by eve", "Nobody's", "Of ali", "Of amy"][..]),
        (&crm.ali, &["Delivered by eve", "Nobody's", "Of ali"]),
        (&crm.amy, &["Nobody's", "Of amy"]),
        (&crm.eve, &["Delivered by eve"]),
        (&crm.ed, &[]),
    ] {
        assert_eq!(names(&crm.acting(person), "sort=name").await, expected, "{}", person.name);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn engineers_get_neither_values_nor_sales_notes(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    full(&crm).await;
    let hidden = "columns=value,notes,followUpNote,lostReason,name";
    assert_eq!(csv(&crm.acting(&crm.eve), hidden).await[1], ["", "", "", "", "Maya Okafor"]);
    assert_eq!(csv(&crm.acting(&crm.ali), hidden).await[1][0], "999999999999.99");
    let by_value = crm.acting(&crm.eve).leads().export(asked("sort=value")).await;
    assert!(matches!(by_value, Err(Error::Forbidden { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn filter_sort_and_ids_choose_the_rows(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let mut ids = Vec::new();
    for (name, cents, source) in
        [("b", Some(100), "Fair"), ("a", None, "Fair"), ("c", Some(300), "Web"), ("d", Some(200), "Fair")]
    {
        let input = LeadInput { value: cents.map(Money::from_cents), source: Some(source.into()), ..named(name) };
        ids.push(ada.leads().create(input).await.unwrap().id);
    }
    assert_eq!(names(&ada, "sort=-value").await, ["c", "d", "b", "a"], "rows without a value come last");
    assert_eq!(names(&ada, "sort=value&limit=1&offset=2").await, ["b", "d", "c", "a"], "the page does not count");
    assert_eq!(names(&ada, "source=Fair&sort=name").await, ["a", "b", "d"]);
    let only = format!("ids={},{},{},999999", ids[2], ids[0], ids[0]);
    assert_eq!(names(&ada, &format!("{only}&sort=name")).await, ["b", "c"]);
    assert_eq!(names(&ada, &format!("{only}&source=Fair")).await, ["b"]);
    let list = ada.leads().list(&LeadQuery::default()).await.unwrap();
    let listed: Vec<String> = list.items.into_iter().map(|lead| lead.name).collect();
    assert_eq!(names(&ada, "").await, listed, "newest first unless another order is asked for");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_header_and_a_row_are_those_that_were_reviewed(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = full(&crm).await;
    for (id, name) in [(1, "Chat agent"), (2, "Voice; agent")] {
        let sql = "insert into products (id, name, price) values ($1, $2, '1')";
        sqlx::query(sql).bind(id).bind(name).execute(&pool).await.unwrap();
    }
    let patch = serde_json::json!({"assignedProduct": 2, "products": [1, 2], "score": 70});
    crm.system().leads().update(lead.id, patch).await.unwrap();
    let all = String::from_utf8(bytes(&crm.acting(&crm.ada), ExportInput::default()).await).unwrap();
    assert_eq!(
        all.replacen(&lead.id.to_string(), "ID", 1),
        "\u{feff}id,name,company,email,phone,status,priority,source,value,assignedTo,assignedEngineer,product,products,\
         score,followUpAt,followUpNote,lostReason,engineeringProgress,engineeringNotes,blockedReason,notes,\
         lastContactedAt,stageEnteredAt,closedAt,createdBy,createdVia,createdAt,updatedAt\r\n\
         ID,Maya Okafor,\"'=HYPERLINK(\"\"https://x.example\"\")\",maya@example.com,'+49 30 1234567,new,medium,''=fair,\
         999999999999.99,ali@example.com,eve@example.com,Voice; agent,Chat agent; Voice\\; agent,70,\
         2026-12-24T09:30:15.123456Z,'@home,,40,'-,,\"first, \"\"second\"\"\nthird; _x0041_ <&>\",,\
         2026-11-22T12:00:00Z,,,system,2026-11-22T12:00:00Z,2026-11-22T12:00:00Z\r\n"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn guarded_text_comes_back_as_it_was(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let hostile = ["=1+1", "+1", "-1", "@x", "'=1", "''-1", "'", "'quoted'", "plain", "＝1", "a\r\nb", "\"", ",;\t|"];
    for text in hostile {
        ada.leads().create(LeadInput { company: Some(text.into()), ..named(text) }).await.unwrap();
    }
    let written = names(&ada, "sort=createdAt").await;
    let back: Vec<&str> = written.iter().map(|cell| cells::unguarded(cell)).collect();
    let list = LeadQuery::parse("sort=createdAt&limit=200").unwrap();
    let stored: Vec<String> = ada.leads().list(&list).await.unwrap().items.into_iter().map(|lead| lead.name).collect();
    assert_eq!(back, stored);
    assert_eq!(stored.len(), hostile.len());
    assert!(written.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝'])));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_sheet_holds_the_same_cells_with_real_numbers_and_dates(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    full(&crm).await;
    crm.lead_of(&crm.ali, "'=Another").await;
    let ada = crm.acting(&crm.ada);
    let expected = csv(&ada, "sort=name").await;
    let input = ExportInput { format: ExportFormat::Xlsx, ..asked("sort=name") };
    let export = ada.leads().export(input).await.unwrap();
    assert_eq!(export.file_name, "leads-2026-11-22.xlsx");
    let size = export.size().expect("a sheet is whole before it is sent");
    let file = read(export).await;
    assert_eq!(file.len() as u64, size);
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
    assert_eq!(book.sheet_names(), ["Leads"]);
    let sheet = book.worksheet_range("Leads").unwrap();
    assert_eq!(sheet.height(), 3);
    for (row, cells) in expected.iter().enumerate() {
        for (at, text) in cells.iter().enumerate() {
            let column = &expected[0][at];
            let cell = sheet.get((row, at)).unwrap_or(&Data::Empty);
            let zoned = if row == 0 && column.ends_with("At") { " (UTC)" } else { "" };
            match cell {
                Data::Empty => assert_eq!(text, "", "{column}"),
                Data::String(cell) => assert_eq!(*cell, format!("{text}{zoned}"), "{column}"),
                Data::Float(number) if column == "value" => {
                    assert_eq!(format!("{number:.2}"), *text);
                }
                Data::Float(number) => assert_eq!(number.to_string(), *text, "{column}"),
                Data::DateTime(at) => assert_eq!(instant(at.as_f64()), *text, "{column}"),
                other => panic!("{column}: {other:?}"),
            }
        }
    }
}

/// To the microsecond, which is what a float of today holds.
fn instant(serial: f64) -> String {
    let micros = ((serial - 25_569.0) * 86_400e6).round() as i128;
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000).unwrap();
    at.format(&time::format_description::well_known::Rfc3339).unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn twenty_thousand_leads_come_in_small_pieces_while_others_are_written(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let many = "insert into leads (name, notes) select 'Lead ' || n, repeat('x', 200) from generate_series(1, 20000) n";
    sqlx::query(many).execute(&pool).await.unwrap();
    let export = crm.acting(&crm.ada).leads().export(asked("sort=name")).await.unwrap();
    assert_eq!(export.size(), None, "the first bytes come before the last are written");
    let mut pieces = Box::pin(export.pieces());
    let (mut all, mut largest) = (Vec::new(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.unwrap();
        largest = largest.max(piece.len());
        all.extend(piece);
    }
    assert!(largest <= 128 << 10, "{largest}");
    let rows = csv::ReaderBuilder::new().from_reader(&all[3..]).into_records().map(Result::unwrap).count();
    assert_eq!(rows, 20_000);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_reader_who_never_reads_holds_no_connection(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query("insert into leads (name) select 'Lead ' || n from generate_series(1, 2000) n")
        .execute(&pool)
        .await
        .unwrap();
    let ada = crm.acting(&crm.ada);
    let mut asleep = Vec::new();
    // More than have a turn at once, and more than there are connections.
    for _ in 0..12 {
        asleep.push(ada.leads().export(ExportInput::default()).await.unwrap());
    }
    assert_eq!(names(&ada, "").await.len(), 2_000);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_export_is_recorded_with_who_and_what(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    let lead = crm.lead_of(&crm.ali, "Maya").await;
    let query = format!("ids={}&columns=id,email&status=new&limit=1&format=csv", lead.id);
    bytes(&crm.in_request(&crm.ali, "r1"), asked(&query)).await;
    settle(&pool).await;
    let feed = crm.acting(&crm.ada).events().after(None, 200).await.unwrap();
    let event = feed.items.into_iter().find(|event| event.kind == "leads.exported").unwrap();
    assert_eq!((event.actor_id, event.lead_id, event.entity.as_str()), (Some(crm.ali.id), None, "export"));
    let to: Vec<(&str, String)> = event.changes.iter().map(|(k, change)| (k.as_str(), change.to.to_string())).collect();
    let ids = format!("[{}]", lead.id);
    let expected = [
        ("columns", r#"["id","email"]"#.to_owned()),
        ("format", r#""csv""#.to_owned()),
        ("ids", ids),
        ("query", r#""status=new""#.to_owned()),
    ];
    assert_eq!(to, expected);
    let undone = crm.in_request(&crm.ali, "r2").leads().undo("r1").await;
    assert!(matches!(undone, Err(Error::NotFound)), "there is nothing to take back");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_goes_wrong_before_the_first_byte_is_an_error(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query("alter table products rename to elsewhere").execute(&pool).await.unwrap();
    assert!(crm.acting(&crm.ada).leads().export(ExportInput::default()).await.is_err());
}
