//! How files are read: encodings, delimiters, dates, amounts, sheets.

use domain::{
    Money,
    imports::{Encoding, ImportField, ImportStep},
};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use serde_json::json;
use testkit::TestCrm;
use time::macros::datetime;

use super::{bring, check, counts, lead_named, rows, send};

#[sqlx::test(migrations = "../../migrations")]
async fn every_encoding_and_delimiter_gives_the_same_leads(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let text = |delimiter: &str| format!("Name{delimiter}Betrag\r\nZoë Müller{delimiter}\"1.234,50 €\"\r\n");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let latin = |text: &str| {
        let byte = |c: char| if c == '€' { 0x80 } else { c as u32 as u8 };
        text.chars().map(byte).collect::<Vec<u8>>()
    };
    for (file, encoding, delimiter) in [
        (text(";").into_bytes(), Encoding::Utf8, ";"),
        (format!("\u{feff}{}", text(",")).into_bytes(), Encoding::Utf8, ","),
        (utf16(&format!("\u{feff}{}", text("\t"))), Encoding::Utf16Le, "\t"),
        (utf16(&text("|")), Encoding::Utf16Le, "|"),
        (latin(&text(";")), Encoding::Windows1252, ";"),
    ] {
        let mapping = json!({"mapping": {"Name": "name", "Betrag": "value"}, "decimal": ","});
        let import = send(&ada, "leads.csv", file, mapping, ImportStep::Check).await.unwrap();
        assert_eq!((import.settings.encoding, import.settings.delimiter.as_str()), (encoding, delimiter));
        assert_eq!(counts(&import), [1, 0, 0, 0], "{encoding:?}: {:?}", rows(&ada, &import).await);
        assert_eq!(rows(&ada, &import).await[0].name, "Zoë Müller");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn dates_and_amounts_are_guessed_by_column_and_can_be_corrected(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let file = "name;value;follow-up\nA;1.500;03/04/2027\nB;2,5;25/12/2026 14:30\n";
    let import = bring(&ada, file, json!({})).await;
    assert_eq!((import.settings.decimal.as_str(), import.settings.date_order.as_str()), (",", "dmy"));
    let lead = lead_named(&crm, "A").await;
    assert_eq!(
        (lead.value, lead.follow_up_at),
        (Some(Money::from_cents(150_000)), Some(datetime!(2027-04-03 9:00 UTC)))
    );
    assert_eq!(lead_named(&crm, "B").await.follow_up_at, Some(datetime!(2026-12-25 14:30 UTC)));
    let ambiguous = "name,follow-up\nC,03/04/2027\n";
    assert_eq!(check(&ada, ambiguous, json!({})).await.settings.date_order.as_str(), "mdy");
    bring(&ada, ambiguous, json!({"dateOrder": "dmy"})).await;
    assert_eq!(lead_named(&crm, "C").await.follow_up_at, Some(datetime!(2027-04-03 9:00 UTC)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_follow_up_is_in_the_zone_of_whoever_imports_it(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool.clone()).await;
    sqlx::query("update users set time_zone = 'America/Los_Angeles' where name = 'ali'").execute(&pool).await.unwrap();
    let ali = domain::users::User { time_zone: "America/Los_Angeles".into(), ..crm.ali.clone() };
    bring(&crm.acting(&ali), "name,follow-up\nA,2026-12-01 23:30\nB,2027-07-01\n", json!({})).await;
    assert_eq!(lead_named(&crm, "A").await.follow_up_at, Some(datetime!(2026-12-02 7:30 UTC)));
    assert_eq!(lead_named(&crm, "B").await.follow_up_at, Some(datetime!(2027-07-01 16:00 UTC)), "summer time");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_follow_up_beyond_all_years_fails_its_row_in_every_zone(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let file = "name,follow-up\nA,9999-12-31 23:00\nB,2200-12-31 23:00\nC,1970-01-01\nD,0001-01-01\nE,2200-12-30\n";
    for zone in ["America/Los_Angeles", "UTC", "Pacific/Kiritimati"] {
        let ali = domain::users::User { time_zone: zone.into(), ..crm.ali.clone() };
        let ali = crm.acting(&ali);
        let import = check(&ali, file, json!({})).await;
        assert_eq!(counts(&import), [1, 0, 0, 4], "{zone}: {:?}", import.failure);
        assert_eq!(rows(&ali, &import).await[0].problems[0].message, "must lie between 1970 and 2200");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_amount_that_may_be_thousands_is_refused_until_someone_says(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let file = "name,value\nA,1.500\nB,2.000\n";
    let import = check(&ada, file, json!({})).await;
    assert_eq!(counts(&import), [0, 0, 0, 2]);
    assert!(rows(&ada, &import).await[0].problems[0].message.starts_with("may mean thousands or cents: choose ','"));
    bring(&ada, file, json!({"decimal": ","})).await;
    assert_eq!(lead_named(&crm, "A").await.value, Some(Money::from_cents(150_000)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn blank_lines_count_in_the_number_of_a_row(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = check(&ada, "\r\nname,notes\r\n\r\nMaya,\"a\r\nb\"\r\n\r\n\r\nNoor,", json!({})).await;
    assert_eq!(import.settings.header_row, 2);
    let numbers: Vec<i64> = rows(&ada, &import).await.iter().map(|row| row.row).collect();
    assert_eq!(numbers, [4, 7]);
}

/// Sheets hold numbers, dates, formulas and errors.
fn typed(is_1904: bool) -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Notes").unwrap().write_string(0, 0, "nothing here").unwrap();
    let sheet = workbook.add_worksheet().set_name("Leads").unwrap();
    let date = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    for (column, header) in (0u16..).zip(["Leads of May", "", ""]) {
        sheet.write_string(0, column, header).unwrap();
    }
    for (column, header) in (0u16..).zip(["Name", "Amount", "Follow up", "Phone", "Notes"]) {
        sheet.write_string(2, column, header).unwrap();
    }
    sheet.write_string(3, 0, "Maya").unwrap();
    sheet.write_number(3, 1, 1234.5).unwrap();
    let moment = ExcelDateTime::from_ymd(2026, 12, 1).unwrap().and_hms(14, 30, 0).unwrap();
    if is_1904 {
        // The same moment counted from 1904.
        sheet.write_number_with_format(3, 2, 46_357.604_166_666_664 - 1_462.0, &date).unwrap();
    } else {
        sheet.write_datetime_with_format(3, 2, &moment, &date).unwrap();
    }
    sheet.write_number(3, 3, 2_065_550_142.0).unwrap();
    sheet.write_formula(3, 4, Formula::new("=UPPER(\"vip\")").set_result("VIP")).unwrap();
    sheet.write_string(5, 0, "Noor").unwrap();
    sheet.write_formula(5, 1, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    workbook.save_to_buffer().unwrap()
}

/// What Excel for Mac of old wrote: the library writes only the other kind.
fn in_1904(file: Vec<u8>) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut whole = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..whole.len() {
        let mut part = whole.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = Vec::new();
        part.read_to_end(&mut text).unwrap();
        if name == "xl/workbook.xml" {
            let changed = String::from_utf8(text).unwrap().replacen("<workbookPr", "<workbookPr date1904=\"1\"", 1);
            assert!(changed.contains("date1904"));
            text = changed.into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&text).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_sheet_is_read_with_its_types_in_both_calendars(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    for file in [typed(false), in_1904(typed(true))] {
        let choices = json!({"sheet": "Leads", "headerRow": 3, "onDuplicate": "create",
            "mapping": {"Name": "name", "Amount": "value", "Follow up": "followUpAt", "Phone": "phone", "Notes": "notes"}});
        let import = send(&ada, "leads.xlsx", file, choices, ImportStep::Run).await.unwrap();
        assert_eq!(import.sheets, ["Notes", "Leads"]);
        assert_eq!(counts(&import), [1, 0, 0, 1], "{:?}", rows(&ada, &import).await);
        let all = rows(&ada, &import).await;
        assert_eq!((all[0].row, all[1].row), (4, 6), "blank rows are none, and keep their numbers");
        assert_eq!(all[1].problems[0].value, "#DIV/0!");
        assert_eq!(all[1].problems[0].message, "is an error of the sheet");
        let lead = ada.leads().find(all[0].lead.unwrap()).await.unwrap();
        assert_eq!(lead.value, Some(Money::from_cents(123_450)));
        assert_eq!(lead.follow_up_at, Some(datetime!(2026-12-01 14:30 UTC)));
        assert_eq!((lead.phone.as_deref(), lead.notes.as_deref()), (Some("2065550142"), Some("VIP")));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_sheet_has_other_columns(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("A").unwrap().write_column(0, 0, ["name", "Maya"]).unwrap();
    let b = workbook.add_worksheet().set_name("B").unwrap();
    b.write_row(0, 0, ["Full name", "E-Mail"]).unwrap().write_row(1, 0, ["Noor", "n@x.io"]).unwrap();
    let file = workbook.save_to_buffer().unwrap();
    let import = send(&ada, "two.xlsx", file, json!({}), ImportStep::Check).await.unwrap();
    assert_eq!((import.settings.sheet.as_str(), rows(&ada, &import).await[0].name.as_str()), ("A", "Maya"));
    ada.imports().configure(import.id, json!({"sheet": "B"})).await.unwrap();
    crm.crm.run_imports().await.unwrap();
    let import = ada.imports().find(import.id).await.unwrap();
    let row = rows(&ada, &import).await.remove(0);
    assert_eq!((row.name.as_str(), row.email.as_str()), ("Noor", "n@x.io"), "its headers are recognised");
}

#[sqlx::test(migrations = "../../migrations")]
async fn leads_are_found_behind_the_cover_of_a_workbook(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let mut workbook = Workbook::new();
    let cover = workbook.add_worksheet().set_name("Cover").unwrap();
    cover.write_row(0, 0, ["Made by", "Region"]).unwrap().write_row(1, 0, ["Ops", "North"]).unwrap();
    workbook.add_worksheet().set_name("Blank").unwrap();
    let leads = workbook.add_worksheet().set_name("Leads").unwrap();
    leads.write_row(0, 0, ["Full name", "E-Mail"]).unwrap().write_row(1, 0, ["Noor", "n@x.io"]).unwrap();
    let file = workbook.save_to_buffer().unwrap();
    let import = send(&ada, "three.xlsx", file, json!({}), ImportStep::Check).await.unwrap();
    assert_eq!((import.settings.sheet.as_str(), counts(&import)), ("Leads", [1, 0, 0, 0]));
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Blank").unwrap();
    for name in ["A", "B"] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        sheet.write_row(0, 0, ["Kunde", "Ort"]).unwrap().write_row(1, 0, ["Noor", "Berlin"]).unwrap();
    }
    let file = workbook.save_to_buffer().unwrap();
    let import = send(&ada, "none.xlsx", file, json!({}), ImportStep::Check).await.unwrap();
    assert_eq!(import.settings.sheet, "A", "where none has names, the first that has rows");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_deal_without_a_person_is_called_by_its_title(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let file = "Deal - Title,Person - Name,Person - Email\nOkafor deal,Maya,m@x.io\nBot for Noor,,n@x.io\n,,z@x.io\n";
    let import = bring(&ada, file, json!({})).await;
    assert_eq!(counts(&import), [2, 0, 0, 1]);
    let all = rows(&ada, &import).await;
    assert_eq!((all[0].name.as_str(), all[1].name.as_str()), ("Maya", "Bot for Noor"));
    assert_eq!(
        (all[2].problems[0].column.as_str(), all[2].problems[0].message.as_str()),
        ("Person - Name", "is required")
    );
    let again = "Deal - Title,Person - Name,Person - Email\nAnother deal,,m@x.io\n";
    let import = check(&ada, again, json!({"onDuplicate": "update"})).await;
    assert_eq!(rows(&ada, &import).await[0].detail, "Nothing to change", "a lead that is there keeps its name");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_report_of_salesforce_ends_with_its_last_lead(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let footer = "\"Leads of May\"\n\"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\"\n\
        \"Confidential Information - Do Not Distribute\"\n\"Generated By:  Ada  5/2/2026 9:14 AM\"\n\"Okafor Dental\"\n";
    let leads = "Name,Email\nMaya,m@x.io\n\nNoor,\nZoe,z@x.io\nTomas,\n";
    assert_eq!(counts(&check(&ada, &format!("{leads}\n\n{footer}"), json!({})).await), [4, 0, 0, 0]);
    assert_eq!(
        counts(&check(&ada, &format!("{leads}{footer}"), json!({})).await),
        [9, 0, 0, 0],
        "not behind a blank line"
    );
    let none = format!("{leads}\nLena,\nTom,\n");
    assert_eq!(counts(&check(&ada, &none, json!({})).await), [6, 0, 0, 0], "names alone are leads");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_template_comes_back_as_it_was_meant(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let (ada, ali) = (crm.acting(&crm.ada), crm.acting(&crm.ali));
    let csv = ada.imports().template(domain::leads::ExportFormat::Csv).await.unwrap();
    let header = String::from_utf8(csv).unwrap();
    assert!(
        header
            .starts_with("\u{feff}name,company,email,phone,status,priority,source,value,assignedTo,assignedEngineer,")
    );
    let of_agent = ali.imports().template(domain::leads::ExportFormat::Csv).await.unwrap();
    assert!(!String::from_utf8(of_agent).unwrap().contains("ngineer"), "nobody is asked for what they may not write");
    let filled = format!("{}Maya,,m@x.io,,qualified,,,,ali@example.com\r\n", header);
    let import = bring(&ada, &filled, json!({})).await;
    assert_eq!(counts(&import), [1, 0, 0, 0]);
    assert!(import.settings.mapping.values().all(Option::is_some), "every column is recognised");
    let xlsx = ada.imports().template(domain::leads::ExportFormat::Xlsx).await.unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(xlsx)).unwrap();
    use calamine::Reader;
    assert_eq!(book.sheet_names(), ["Leads", "Allowed values"]);
    let allowed = book.worksheet_range("Allowed values").unwrap();
    let column =
        |at: usize| allowed.rows().map(|row| row[at].to_string()).filter(|cell| !cell.is_empty()).collect::<Vec<_>>();
    assert_eq!(column(0), ["Status", "new", "contacted", "qualified", "proposal", "negotiation", "won", "lost"]);
    assert_eq!(column(2), ["Agent", "ada@example.com", "ali@example.com", "amy@example.com"]);
    assert_eq!(column(3), ["Engineer", "ed@example.com", "eve@example.com"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_column_was_chosen_to_be_outlives_another_way_of_reading(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = check(&ada, "Name,Direct line,Size\nMaya,+49 30 1,9\nNoor,+49 30 2,8\n", json!({})).await;
    let chosen = json!({"mapping": {"Name": "name", "Direct line": "phone", "Size": "score"}});
    ada.imports().configure(import.id, chosen).await.unwrap();
    let other = ada.imports().configure(import.id, json!({"delimiter": ";"})).await.unwrap();
    assert_eq!(other.columns.len(), 1);
    // Whoever sends back what is there is not refused for what is away.
    let named = json!({"mapping": other.settings.mapping, "dateOrder": "mdy"});
    ada.imports().configure(import.id, named).await.unwrap();
    let import = ada.imports().configure(import.id, json!({"delimiter": ","})).await.unwrap();
    let mapped = |header: &str| import.settings.mapping[header];
    let expected = [Some(ImportField::Name), Some(ImportField::Phone), Some(ImportField::Score)];
    assert_eq!(["Name", "Direct line", "Size"].map(mapped), expected);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_columns_that_meet_are_not_both_the_same_field(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = check(&ada, "Name,a1,x\nName,y,b1\nName,a1,b1\nMaya,+49 30 1,+49 30 2\n", json!({})).await;
    let chosen = json!({"mapping": {"Name": "name", "a1": "phone"}});
    ada.imports().configure(import.id, chosen).await.unwrap();
    let second = ada.imports().configure(import.id, json!({"headerRow": 2})).await.unwrap();
    let mut mapping = second.settings.mapping;
    assert_eq!((mapping["b1"], mapping["a1"]), (None, Some(ImportField::Phone)));
    mapping.insert("b1".into(), Some(ImportField::Phone));
    ada.imports().configure(import.id, json!({"mapping": mapping})).await.unwrap();
    let both = ada.imports().configure(import.id, json!({"headerRow": 3})).await.unwrap();
    let fields: Vec<_> = both.columns.iter().map(|column| both.settings.mapping[&column.header]).collect();
    assert_eq!(fields, [Some(ImportField::Name), None, Some(ImportField::Phone)], "the one that was there keeps it");
}
