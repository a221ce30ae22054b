//! Lists that were given a name: filters, sort and columns to come back to.

use garde::Validate;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Fields, UserId, ViewId, leads::LeadQuery, text};

/// Columns a view can hold at the most.
pub const MAX_COLUMNS: usize = 30;

/// Views a person can have at the most.
pub const MAX_VIEWS: i64 = 100;
/// Characters of a column's name at the most.
const MAX_COLUMN_NAME: usize = 40;

/// One column of a view, in the order of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewColumn {
    /// The column's name, e.g. `status`.
    pub name: String,
    /// CSS pixels; null is the column's own width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
}

/// A saved view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct View {
    pub id: ViewId,
    pub owner_id: UserId,
    pub name: String,
    /// The list's query string: filters and sort.
    pub query: String,
    /// Empty: the columns of the role.
    pub columns: Vec<ViewColumn>,
    /// Whether everyone sees it.
    pub is_shared: bool,
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// What makes one, and what changes one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewInput {
    /// 1 to 80 characters; one person's names differ in more than case.
    #[serde(default)]
    #[garde(custom(text::required(80)))]
    pub name: String,
    #[serde(default)]
    #[garde(length(max = 4_000))]
    pub query: String,
    #[serde(default)]
    #[garde(length(max = MAX_COLUMNS), inner(custom(plain_name)))]
    pub columns: Vec<ViewColumn>,
    #[serde(default)]
    #[garde(skip)]
    pub is_shared: bool,
}

impl ViewInput {
    /// Trims, keeps of the query what a view is about (no page, no total), then checks every rule.
    pub fn checked(mut self) -> Result<Self, Fields> {
        self.name = self.name.trim().to_owned();
        let query = LeadQuery::parse(&self.query)
            .map_err(|fields| Fields::one("query", fields.0.into_values().next().unwrap_or_default()))?;
        self.query = LeadQuery { total: false, ..query.first_page() }.to_query();
        self.validate()?;
        Ok(self)
    }
}

/// Which columns there are is the table's affair; here they are only kept from being anything but names.
fn plain_name(column: &ViewColumn, _: &()) -> garde::Result {
    let letters = column.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match column.name.len() {
        1..=MAX_COLUMN_NAME if letters => Ok(()),
        _ => Err(garde::Error::new("names of columns are 1 to 40 letters, digits and underscores")),
    }
}
