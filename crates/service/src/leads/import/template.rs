//! Empty files to fill in. The sheet offers what is known here: stages, priorities, people, products.

use domain::{
    imports::ImportField,
    leads::{ExportFormat, LeadPriority, LeadStatus},
    users::Role,
};
use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, Formula, Workbook, XlsxError};

use super::Imports;
use crate::{Error, Result, policy, policy::Action};

/// Rows below the header in which a cell offers its values.
const ROWS: u32 = 10_000;
/// What the second sheet is called.
const VALUES: &str = "Allowed values";

impl Imports<'_> {
    /// A file with every header that the actor may fill in, and no row.
    pub async fn template(&self, format: ExportFormat) -> Result<Vec<u8>> {
        self.0.allow(Action::ImportLeads)?;
        let fields: Vec<ImportField> = ImportField::ALL.into_iter().filter(|field| self.offers(*field)).collect();
        match format {
            ExportFormat::Csv => csv(&fields),
            ExportFormat::Xlsx => {
                let known = self.known().await?;
                tokio::task::spawn_blocking(move || xlsx(&fields, &known).map_err(Error::internal))
                    .await
                    .map_err(Error::internal)?
            }
        }
    }

    fn offers(&self, field: ImportField) -> bool {
        match field {
            // A name and a stage come whole, a score is computed, and leads that are there have numbers of their own.
            ImportField::FirstName
            | ImportField::LastName
            | ImportField::Title
            | ImportField::Outcome
            | ImportField::Score
            | ImportField::Id => false,
            field => policy::may_write_new(self.0.actor(), field.as_str()),
        }
    }

    /// What each field that names something may name: agents and engineers by e-mail, products by name.
    async fn known(&self) -> Result<Vec<(ImportField, Vec<String>)>> {
        let people = sqlx::query!(
            r#"select email, role as "role: Role" from users where is_active order by lower(name), id limit 2000"#
        )
        .fetch_all(self.0.pool())
        .await?;
        let with = |engineers: bool| {
            let of_them = people.iter().filter(|person| (person.role == Role::Engineer) == engineers);
            of_them.map(|person| person.email.clone()).collect::<Vec<_>>()
        };
        let products: Vec<String> = self.0.products().names().await?.into_iter().map(|product| product.name).collect();
        Ok(vec![
            (ImportField::Status, LeadStatus::ALL.iter().map(|status| status.as_str().to_owned()).collect()),
            (ImportField::Priority, LeadPriority::ALL.iter().map(|priority| priority.as_str().to_owned()).collect()),
            (ImportField::AssignedTo, with(false)),
            (ImportField::AssignedEngineer, with(true)),
            (ImportField::Product, products.clone()),
            (ImportField::Products, products),
        ])
    }
}

fn csv(fields: &[ImportField]) -> Result<Vec<u8>> {
    let mut rows =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    rows.write_record(fields.iter().map(|field| field.as_str())).map_err(Error::internal)?;
    rows.into_inner().map_err(|error| Error::internal(error.to_string()))
}

fn xlsx(fields: &[ImportField], known: &[(ImportField, Vec<String>)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let head = Format::new().set_bold();
    let known: Vec<_> = known.iter().filter(|(field, values)| fields.contains(field) && !values.is_empty()).collect();
    let leads = workbook.add_worksheet().set_name("Leads")?;
    leads.set_freeze_panes(1, 0)?;
    for (column, field) in (0u16..).zip(fields) {
        leads.write_string_with_format(0, column, field.as_str(), &head)?;
        leads.set_column_width(column, 18)?;
        if *field == ImportField::Phone {
            // As a number it would lose its plus and its zeros.
            leads.set_column_format(column, &Format::new().set_num_format("@"))?;
        }
        let Some(at) = known.iter().position(|(known, _)| known == field) else { continue };
        let letter = char::from(b'A' + u8::try_from(at).unwrap_or_default());
        let last = known[at].1.len() + 1;
        let mut offered =
            DataValidation::new().allow_list_formula(Formula::new(format!("='{VALUES}'!${letter}$2:${letter}${last}")));
        if *field == ImportField::Products {
            // Several of them with `;` between are no value of the list.
            offered = offered.set_error_style(DataValidationErrorStyle::Information);
        }
        leads.add_data_validation(1, column, ROWS, column, &offered)?;
    }
    let values = workbook.add_worksheet().set_name(VALUES)?;
    values.set_freeze_panes(1, 0)?;
    for (column, (field, all)) in (0u16..).zip(&known) {
        values.write_string_with_format(0, column, field.label(), &head)?;
        values.set_column_width(column, 28)?;
        for (row, value) in (1u32..).zip(all) {
            values.write_string(row, column, value)?;
        }
    }
    workbook.save_to_buffer()
}
