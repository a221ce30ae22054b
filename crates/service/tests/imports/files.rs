//! Files that are not what they should be.

use std::io::{Cursor, Write};

use domain::imports::{ImportState, ImportStep, MAX_FILE_BYTES, RowOutcome};
use futures_util::stream;
use rust_xlsxwriter::Workbook;
use serde_json::json;
use service::Error;
use testkit::TestCrm;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{check, counts, refusal, rows, send};

/// A sheet with these rows.
pub fn sheet(rows: &[&[&str]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, row) in (0u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(*row) {
            sheet.write_string(at, column, *cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// An XLSX file, one part of which is something else.
fn with_part(name: &str, bytes: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    replaced(sheet(&[&["name"], &["Maya"]]), name, bytes)
}

fn replaced(file: Vec<u8>, name: &str, bytes: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut whole = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..whole.len() {
        let part = whole.by_index_raw(at).unwrap();
        if part.name().unwrap() != name {
            out.raw_copy_file(part).unwrap();
        }
    }
    out.start_file(name, SimpleFileOptions::default().compression_level(Some(1))).unwrap();
    bytes.for_each(|piece| out.write_all(&piece).unwrap());
    out.finish().unwrap().into_inner()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_that_cannot_be_read_says_why_and_leaves_nothing(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let encrypted = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat();
    let mut corrupt = sheet(&[&["name"], &["Maya"]]);
    let middle = corrupt.len() / 2;
    corrupt.truncate(middle);
    let columns: Vec<String> = (0..1_001).map(|n| format!("c{n}")).collect();
    for (name, bytes, reason) in [
        ("empty.csv", Vec::new(), "is empty"),
        ("blank.csv", b"\n\n , ,\n".to_vec(), "has no rows"),
        ("header.csv", b"name,email\n".to_vec(), "has headers and no rows below them"),
        ("header.xlsx", sheet(&[&["name", "email"]]), "has headers and no rows below them"),
        ("zero.xlsx", sheet(&[]), "has no rows"),
        ("secret.xlsx", encrypted, "is protected with a password, or an .xls of old; save it as .xlsx without one"),
        ("corrupt.xlsx", corrupt, "is corrupt, or no XLSX file"),
        ("other.xlsx", with_part("xl/workbook.xml", [b"<x/>".to_vec()].into_iter()), "is corrupt, or no XLSX file"),
        ("export.zip", zipped(&[("leads.csv", b"name\nMaya\n")]), "is a ZIP archive and no XLSX file: unpack it first"),
        (
            "report.xls",
            b"\xEF\xBB\xBF\n<html><table><tr><td>Name".to_vec(),
            "is a web page or XML, whatever its name says",
        ),
        ("table.xls", b"<table border=1><tr><td>Name</td></tr><tr><td>Maya".to_vec(), "save it as .xlsx or .csv"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n0000".to_vec(), "is neither CSV nor XLSX"),
        ("binary.csv", [0, 1, 0, 0, 2, 0, 0, 0, 3, 0].repeat(100), "is neither CSV nor XLSX"),
        ("wide.csv", format!("{}\n1\n", columns.join(",")).into_bytes(), "has 1001 columns in row 1; at most 1000"),
        ("quote.csv", format!("name,notes\nA,\"{}", "x".repeat(5 << 20)).into_bytes(), "a quotation mark not closed"),
    ] {
        let said = refusal(&ada, name, bytes).await;
        assert!(said.contains(reason), "{name}: {said}");
    }
    crm.crm.files_handle().settle().await;
    assert_eq!(crm.crm.files_handle().count().await.unwrap(), 0);
    assert!(ada.imports().list(50, None).await.unwrap().items.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_zip_bomb_is_refused_before_it_goes_off(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let pieces = |count: usize, piece: &'static str| std::iter::repeat_n(piece.repeat(1 << 16).into_bytes(), count);
    let strings = with_part("xl/sharedStrings.xml", pieces(97, "<si><t>x</t></si"));
    assert!(strings.len() < 4 << 20);
    assert!(refusal(&ada, "strings.xlsx", strings).await.contains("unpacks to more than 96 MiB"));
    let cell = with_part("xl/worksheets/sheet1.xml", pieces(2, "aaaaaaaaaaaaaaaa"));
    assert!(refusal(&ada, "cell.xlsx", cell).await.contains("a cell that is larger than a cell can be"));
    // Between tags all of it is short, and one cell is seventeen megabytes.
    let runs = with_part("xl/worksheets/sheet1.xml", pieces(18, "aaaaaaaaa<!-- -"));
    assert!(refusal(&ada, "runs.xlsx", runs).await.contains("a cell that is larger than a cell can be"));
    // Nor does what looks like the next cell begin one.
    for between in ["<!-- <c > -->", "<x a=\"<c >\"/>", "<c></c>", "<![CDATA[<c >]]>"] {
        let start = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is>".as_bytes().to_vec();
        let text = format!("<t>{}</t>{between}", "a".repeat(1 << 16)).into_bytes();
        let cell = with_part("xl/worksheets/sheet1.xml", std::iter::once(start).chain(std::iter::repeat_n(text, 65)));
        let said = refusal(&ada, "between.xlsx", cell).await;
        assert!(said.contains("a cell that is larger than a cell can be"), "{between}: {said}");
    }
    let nested = with_part("xl/worksheets/sheet1.xml", pieces(9, "<a><b><row><c1>"));
    assert!(refusal(&ada, "nested.xlsx", nested).await.contains("its elements are never closed"));
    let names = with_part("xl/other.bin", pieces(17, "<definedName n=\"\""));
    assert!(refusal(&ada, "names.xlsx", names).await.contains("a part of more than 16 MiB that is no sheet"));
    let letter = std::iter::once(b"x".to_vec()).chain(pieces(17, "<definedName n=\"\""));
    let letter = with_part("xl/workbook.xml", letter);
    assert!(refusal(&ada, "letter.xlsx", letter).await.contains("a part of more than 16 MiB that is no sheet"));
    let root = "<Relationships><Relationship Type=\"x/relationships/officeDocument\" Target=\"xl/worksheets/w.xml\"/></Relationships>";
    let root = with_part("_rels/.rels", [root.as_bytes().to_vec()].into_iter());
    assert!(refusal(&ada, "root.xlsx", root).await.contains("does not say which part the workbook is"));
    let liar = "<sst uniqueCount=\"999999999999999\"><si><t>x</t></si></sst>";
    let liar = with_part("xl/sharedStrings.xml", [liar.as_bytes().to_vec()].into_iter());
    assert!(refusal(&ada, "liar.xlsx", liar).await.contains("counts more texts than it holds"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_long_text_in_every_cell_is_refused_before_it_is_copied(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let (long, longest) = ("x".repeat(30_000), "x".repeat(32_768));
    let import = send(&ada, "long.xlsx", shared(&longest, 1), json!({}), ImportStep::Check).await.unwrap();
    let problem = rows(&ada, &import).await[0].problems[0].clone();
    assert_eq!(problem.message, "has more characters than a cell of a sheet can hold");
    assert_eq!(problem.value, "x".repeat(100));
    let said = refusal(&ada, "wide.xlsx", shared(&long, 200)).await;
    assert_eq!(said, "has a row of more than 4 MiB: 2");
}

/// A sheet whose second row has this text in so many cells, and holds it once.
fn shared(long: &str, cells: usize) -> Vec<u8> {
    let mut text = String::from(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>name</t></is></c></row><row r=\"2\">",
    );
    (0..cells).for_each(|_| text.push_str("<c t=\"s\"><v>0</v></c>"));
    text.push_str("</row></sheetData></worksheet>");
    let strings = format!("<sst uniqueCount=\"1\"><si><t>{long}</t></si></sst>");
    let parts = [("xl/worksheets/sheet1.xml", text), ("xl/sharedStrings.xml", strings)];
    parts
        .into_iter()
        .fold(sheet(&[&["name"]]), |file, (name, text)| replaced(file, name, [text.into_bytes()].into_iter()))
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_is_what_it_holds_whatever_its_name_says(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let xlsx = send(&ada, "leads.csv", sheet(&[&["name"], &["Maya"]]), json!({}), ImportStep::Check).await.unwrap();
    assert_eq!((xlsx.format.as_str(), counts(&xlsx)), ("xlsx", [1, 0, 0, 0]));
    let csv = send(&ada, "leads.xlsx", "name\nMaya\n", json!({}), ImportStep::Check).await.unwrap();
    assert_eq!((csv.format.as_str(), counts(&csv)), ("csv", [1, 0, 0, 0]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_bad_row_is_the_fault_of_that_row(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let long = "x".repeat(1 << 20);
    let mut file = b"name,email,notes\nMaya,m@x.io,a,b\nNo\0or,,\n".to_vec();
    file.extend(format!("Zo\u{eb},,\nLong,,{long}\n").bytes());
    file.extend(b"J\xF6rg,,\n,,\nShort\n");
    let import = send(&ada, "leads.csv", file, json!({}), ImportStep::Check).await.unwrap();
    assert_eq!(counts(&import), [2, 0, 0, 4], "Zoë and Short are fine; the row of blanks is none");
    let failed: Vec<(i64, String, String)> = rows(&ada, &import)
        .await
        .into_iter()
        .filter(|row| row.outcome == RowOutcome::Failed)
        .map(|mut row| (row.row, row.problems[0].column.clone(), row.problems.remove(0).message))
        .collect();
    let expected = [
        (2, "", "has a cell in column 4, which has no header"),
        (3, "name", "contains a control character"),
        (5, "notes", "at most 10000 characters"),
        (6, "name", "holds bytes that make no sense in the encoding of the file"),
    ];
    assert_eq!(failed, expected.map(|(row, column, message)| (row, column.to_owned(), message.to_owned())));
}

#[sqlx::test(migrations = "../../migrations")]
async fn headers_may_come_twice_and_a_thousand_are_not_too_many(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let import = check(&ada, "name,email,email,\nMaya,a@x.io,b@x.io,c\n", json!({})).await;
    let headers: Vec<&str> = import.columns.iter().map(|column| column.header.as_str()).collect();
    assert_eq!(headers, ["name", "email", "email (2)", "Column 4"]);
    assert_eq!(rows(&ada, &import).await[0].email, "a@x.io");
    let second = json!({"mapping": {"name": "name", "email (2)": "email"}});
    let import = check(&ada, "name,email,email,\nMaya,a@x.io,b@x.io,c\n", second).await;
    assert_eq!(rows(&ada, &import).await[0].email, "b@x.io");
    let mut columns: Vec<String> = (1..1_000).map(|n| format!("c{n}")).collect();
    columns.push("name".into());
    let wide = format!("{}\n{}Maya\n", columns.join(","), ",".repeat(999));
    assert_eq!(counts(&check(&ada, &wide, json!({})).await), [1, 0, 0, 0]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_upload_that_breaks_off_or_is_too_large_leaves_nothing(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    let broken = || Err(Error::BadRequest(domain::Fields::one("file", "broke off")));
    let mut upload = ada.imports().upload().await.unwrap();
    let bytes = stream::iter([Ok(bytes::Bytes::from(vec![b'a'; 3 << 20])), broken()]);
    assert!(matches!(upload.file("leads.csv", bytes).await, Err(Error::BadRequest(_))));
    drop(upload);
    let mut upload = ada.imports().upload().await.unwrap();
    let piece = bytes::Bytes::from(vec![b'a'; 1 << 20]);
    let many = stream::iter((0..=MAX_FILE_BYTES >> 20).map(move |_| Ok(piece.clone())));
    assert!(matches!(upload.file("leads.csv", many).await, Err(Error::TooLarge(_))));
    drop(upload);
    crm.crm.files_handle().settle().await;
    assert_eq!(crm.crm.files_handle().count().await.unwrap(), 0);
    assert!(matches!(
        ada.imports().upload().await.unwrap().finish(json!({}), Default::default(), ImportStep::Run).await,
        Err(Error::Invalid(_))
    ));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_file_that_ends_in_nonsense_fails_as_a_whole_and_writes_nothing(pool: sqlx::PgPool) {
    let crm = TestCrm::over(pool).await;
    let ada = crm.acting(&crm.ada);
    // Behind what a guess looks at.
    let mut file = String::from("name,notes\n");
    (0..300).for_each(|n| file.push_str(&format!("Lead {n},{}\n", "x".repeat(1_000))));
    file.push_str(&format!("Last,\"{}", "y".repeat(5 << 20)));
    let import = send(&ada, "leads.csv", file, json!({}), ImportStep::Run).await.unwrap();
    assert_eq!(import.state, ImportState::Failed);
    let failure = import.failure.unwrap();
    assert!(failure.contains("a quotation mark not closed") && failure.contains("Nothing was changed"), "{failure}");
    assert_eq!(ada.leads().count(&Default::default()).await.unwrap(), 0);
}
