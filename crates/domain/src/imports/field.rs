//! What a column of a file can become.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A field of a lead as files bring it. The words on the wire are those of an export's header, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ImportField {
    Name,
    /// Joined with the last name to the name, where no column holds the whole.
    FirstName,
    LastName,
    /// Of a deal: the name of a new lead whose row has none.
    Title,
    Company,
    Email,
    Phone,
    Status,
    /// `open`, `won` or `lost`, where that stands in a column of its own: it goes before the stage.
    Outcome,
    Priority,
    Source,
    Value,
    /// By e-mail, username or name.
    AssignedTo,
    /// By e-mail, username or name.
    AssignedEngineer,
    /// The main product, by name.
    Product,
    /// Every product, by names with `;` between them.
    Products,
    FollowUpAt,
    FollowUpNote,
    LostReason,
    Notes,
    Score,
    EngineeringProgress,
    EngineeringNotes,
    BlockedReason,
    /// Finds the lead itself, in a file that was exported here.
    Id,
}

impl ImportField {
    /// Every field, in the order of a list to choose from.
    pub const ALL: [ImportField; 25] = [
        ImportField::Name,
        ImportField::FirstName,
        ImportField::LastName,
        ImportField::Title,
        ImportField::Company,
        ImportField::Email,
        ImportField::Phone,
        ImportField::Status,
        ImportField::Outcome,
        ImportField::Priority,
        ImportField::Source,
        ImportField::Value,
        ImportField::AssignedTo,
        ImportField::AssignedEngineer,
        ImportField::Product,
        ImportField::Products,
        ImportField::FollowUpAt,
        ImportField::FollowUpNote,
        ImportField::LostReason,
        ImportField::Notes,
        ImportField::Score,
        ImportField::EngineeringProgress,
        ImportField::EngineeringNotes,
        ImportField::BlockedReason,
        ImportField::Id,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportField::Name => "name",
            ImportField::FirstName => "firstName",
            ImportField::LastName => "lastName",
            ImportField::Title => "title",
            ImportField::Company => "company",
            ImportField::Email => "email",
            ImportField::Phone => "phone",
            ImportField::Status => "status",
            ImportField::Outcome => "outcome",
            ImportField::Priority => "priority",
            ImportField::Source => "source",
            ImportField::Value => "value",
            ImportField::AssignedTo => "assignedTo",
            ImportField::AssignedEngineer => "assignedEngineer",
            ImportField::Product => "product",
            ImportField::Products => "products",
            ImportField::FollowUpAt => "followUpAt",
            ImportField::FollowUpNote => "followUpNote",
            ImportField::LostReason => "lostReason",
            ImportField::Notes => "notes",
            ImportField::Score => "score",
            ImportField::EngineeringProgress => "engineeringProgress",
            ImportField::EngineeringNotes => "engineeringNotes",
            ImportField::BlockedReason => "blockedReason",
            ImportField::Id => "id",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            ImportField::Name => "Name",
            ImportField::FirstName => "First name",
            ImportField::LastName => "Last name",
            ImportField::Title => "Name, if blank",
            ImportField::Company => "Company",
            ImportField::Email => "E-mail",
            ImportField::Phone => "Phone",
            ImportField::Status => "Status",
            ImportField::Outcome => "Won or lost",
            ImportField::Priority => "Priority",
            ImportField::Source => "Source",
            ImportField::Value => "Value",
            ImportField::AssignedTo => "Agent",
            ImportField::AssignedEngineer => "Engineer",
            ImportField::Product => "Main product",
            ImportField::Products => "Products",
            ImportField::FollowUpAt => "Follow-up",
            ImportField::FollowUpNote => "Follow-up note",
            ImportField::LostReason => "Lost reason",
            ImportField::Notes => "Notes",
            ImportField::Score => "Score",
            ImportField::EngineeringProgress => "Progress",
            ImportField::EngineeringNotes => "Engineering notes",
            ImportField::BlockedReason => "Blocked because",
            ImportField::Id => "Lead ID",
        }
    }

    /// Whether its cells name something that must be known here.
    pub fn is_resolved(self) -> bool {
        match self {
            ImportField::Status
            | ImportField::Priority
            | ImportField::AssignedTo
            | ImportField::AssignedEngineer
            | ImportField::Product
            | ImportField::Products => true,
            ImportField::Name
            | ImportField::FirstName
            | ImportField::LastName
            | ImportField::Title
            | ImportField::Outcome
            | ImportField::Company
            | ImportField::Email
            | ImportField::Phone
            | ImportField::Source
            | ImportField::Value
            | ImportField::FollowUpAt
            | ImportField::FollowUpNote
            | ImportField::LostReason
            | ImportField::Notes
            | ImportField::Score
            | ImportField::EngineeringProgress
            | ImportField::EngineeringNotes
            | ImportField::BlockedReason
            | ImportField::Id => false,
        }
    }
}

impl FromStr for ImportField {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ImportField::ALL.into_iter().find(|field| field.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = ImportField::ALL.iter().map(|field| field.as_str()).collect();
            format!("no field {text:?}; known: {}", known.join(", "))
        })
    }
}
