//! How a file is read and what becomes of its rows: guessed when it comes, changed by people.

use std::{collections::BTreeMap, str::FromStr};

use serde::{Deserialize, Serialize};

use super::ImportField;

/// What a column is mapped to: its header, and the field or null for a column that is left out.
pub type Mapping = BTreeMap<String, Option<ImportField>>;

/// Everything about an import that can be chosen. A partial write is a merge patch over it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ImportSettings {
    /// CSV: what stands between two cells: one of `,` `;` `|` or a tab.
    pub delimiter: String,
    /// CSV: what stands around a cell that holds a delimiter: `"` or `'`; empty for none.
    pub quote: String,
    pub encoding: Encoding,
    /// XLSX: which sheet.
    pub sheet: String,
    /// The row with the headers, from 1; 0 when there is none.
    pub header_row: u32,
    pub date_order: DateOrder,
    /// What stands before cents: `.` or `,`.
    pub decimal: String,
    /// Header → field. A column that is not named here is left out. Headers that another way of reading the file has
    /// shown stay in it.
    pub mapping: Mapping,
    pub on_duplicate: OnDuplicate,
    /// For values that are not known here: field → value as it stands in the file → what is meant, or empty for none.
    pub values: BTreeMap<ImportField, BTreeMap<String, String>>,
}

/// How the bytes of a CSV file become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// Every encoding, the usual one first.
    pub const ALL: [Encoding; 4] = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Windows1252 => "windows-1252",
        }
    }
}

/// In which order a date such as 03/04/2026 is read. Dates with the year first, or a month in letters, need none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Day, month, year.
    #[default]
    Dmy,
    /// Month, day, year.
    Mdy,
}

impl DateOrder {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            DateOrder::Dmy => "dmy",
            DateOrder::Mdy => "mdy",
        }
    }
}

/// What happens to a row whose e-mail or phone a lead has already, or an earlier row of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnDuplicate {
    /// Nothing.
    #[default]
    Skip,
    /// Its cells that are not blank go into that lead.
    Update,
    /// It becomes a lead of its own.
    Create,
}

impl OnDuplicate {
    /// Every choice, the safest first.
    pub const ALL: [OnDuplicate; 3] = [OnDuplicate::Skip, OnDuplicate::Update, OnDuplicate::Create];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            OnDuplicate::Skip => "skip",
            OnDuplicate::Update => "update",
            OnDuplicate::Create => "create",
        }
    }
}

impl FromStr for OnDuplicate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OnDuplicate::ALL.into_iter().find(|choice| choice.as_str() == text).ok_or("expected skip, update or create")
    }
}
