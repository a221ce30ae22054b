//! The columns of leads in files: what an export writes and an import reads back. The order is that of a new file.

use std::str::FromStr;

/// One column. Its header is part of the public interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadColumn {
    Id,
    Name,
    Company,
    Email,
    Phone,
    Status,
    Priority,
    Source,
    Value,
    /// The agent's e-mail.
    AssignedTo,
    /// The engineer's e-mail.
    AssignedEngineer,
    /// The main product's name.
    Product,
    /// Every product's name, see [`super::cells::joined_names`].
    Products,
    Score,
    FollowUpAt,
    FollowUpNote,
    LostReason,
    EngineeringProgress,
    EngineeringNotes,
    BlockedReason,
    Notes,
    LastContactedAt,
    StageEnteredAt,
    ClosedAt,
    /// The e-mail of who made it.
    CreatedBy,
    CreatedVia,
    CreatedAt,
    UpdatedAt,
}

impl LeadColumn {
    /// Every column, in the order of a file that asks for none.
    pub const ALL: [LeadColumn; 28] = [
        LeadColumn::Id,
        LeadColumn::Name,
        LeadColumn::Company,
        LeadColumn::Email,
        LeadColumn::Phone,
        LeadColumn::Status,
        LeadColumn::Priority,
        LeadColumn::Source,
        LeadColumn::Value,
        LeadColumn::AssignedTo,
        LeadColumn::AssignedEngineer,
        LeadColumn::Product,
        LeadColumn::Products,
        LeadColumn::Score,
        LeadColumn::FollowUpAt,
        LeadColumn::FollowUpNote,
        LeadColumn::LostReason,
        LeadColumn::EngineeringProgress,
        LeadColumn::EngineeringNotes,
        LeadColumn::BlockedReason,
        LeadColumn::Notes,
        LeadColumn::LastContactedAt,
        LeadColumn::StageEnteredAt,
        LeadColumn::ClosedAt,
        LeadColumn::CreatedBy,
        LeadColumn::CreatedVia,
        LeadColumn::CreatedAt,
        LeadColumn::UpdatedAt,
    ];

    /// The header: the field's own name where the column holds the field itself.
    pub fn as_str(self) -> &'static str {
        match self {
            LeadColumn::Id => "id",
            LeadColumn::Name => "name",
            LeadColumn::Company => "company",
            LeadColumn::Email => "email",
            LeadColumn::Phone => "phone",
            LeadColumn::Status => "status",
            LeadColumn::Priority => "priority",
            LeadColumn::Source => "source",
            LeadColumn::Value => "value",
            LeadColumn::AssignedTo => "assignedTo",
            LeadColumn::AssignedEngineer => "assignedEngineer",
            LeadColumn::Product => "product",
            LeadColumn::Products => "products",
            LeadColumn::Score => "score",
            LeadColumn::FollowUpAt => "followUpAt",
            LeadColumn::FollowUpNote => "followUpNote",
            LeadColumn::LostReason => "lostReason",
            LeadColumn::EngineeringProgress => "engineeringProgress",
            LeadColumn::EngineeringNotes => "engineeringNotes",
            LeadColumn::BlockedReason => "blockedReason",
            LeadColumn::Notes => "notes",
            LeadColumn::LastContactedAt => "lastContactedAt",
            LeadColumn::StageEnteredAt => "stageEnteredAt",
            LeadColumn::ClosedAt => "closedAt",
            LeadColumn::CreatedBy => "createdBy",
            LeadColumn::CreatedVia => "createdVia",
            LeadColumn::CreatedAt => "createdAt",
            LeadColumn::UpdatedAt => "updatedAt",
        }
    }

    /// Whether it holds moments.
    pub fn is_instant(self) -> bool {
        match self {
            LeadColumn::FollowUpAt
            | LeadColumn::LastContactedAt
            | LeadColumn::StageEnteredAt
            | LeadColumn::ClosedAt
            | LeadColumn::CreatedAt
            | LeadColumn::UpdatedAt => true,
            LeadColumn::Id
            | LeadColumn::Name
            | LeadColumn::Company
            | LeadColumn::Email
            | LeadColumn::Phone
            | LeadColumn::Status
            | LeadColumn::Priority
            | LeadColumn::Source
            | LeadColumn::Value
            | LeadColumn::AssignedTo
            | LeadColumn::AssignedEngineer
            | LeadColumn::Product
            | LeadColumn::Products
            | LeadColumn::Score
            | LeadColumn::FollowUpNote
            | LeadColumn::LostReason
            | LeadColumn::EngineeringProgress
            | LeadColumn::EngineeringNotes
            | LeadColumn::BlockedReason
            | LeadColumn::Notes
            | LeadColumn::CreatedBy
            | LeadColumn::CreatedVia => false,
        }
    }
}

impl FromStr for LeadColumn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        LeadColumn::ALL.into_iter().find(|column| column.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = LeadColumn::ALL.iter().map(|column| column.as_str()).collect();
            format!("no column {text:?}; known: {}", known.join(", "))
        })
    }
}
