//! Identifiers, one type each, so that a user's id never stands where a lead's is meant.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map($name)
            }
        }
    };
}

id!(
    /// A person who signs in.
    UserId
);
id!(
    /// A lead.
    LeadId
);
id!(
    /// A product of the catalogue.
    ProductId
);
id!(
    /// One recorded change.
    EventId
);
id!(
    /// Something that was said or written to a lead.
    InteractionId
);
id!(
    /// A file on a lead.
    AttachmentId
);
id!(
    /// A list that was given a name.
    ViewId
);
id!(
    /// Something that the bell tells.
    NotificationId
);
id!(
    /// A change of many leads that runs in the background.
    JobId
);
id!(
    /// A file of leads that is brought in.
    ImportId
);
