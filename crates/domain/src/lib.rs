//! What things are: the words of the business with their rules, shared by the server and the browser.
//!
//! No I/O, no SQL statements, no markup. Compiles to WASM. Features `sql` and `openapi` add derives for the server only.

pub mod attachments;
pub mod day;
pub mod error;
pub mod events;
pub mod ids;
pub mod imports;
pub mod interactions;
pub mod leads;
pub mod money;
pub mod notifications;
pub mod paging;
pub mod products;
pub mod search;
pub mod users;
pub mod views;

mod text;
mod zone;

pub use error::{ErrorCode, Fields, Problem};
pub use ids::{
    AttachmentId, EventId, ImportId, InteractionId, JobId, LeadId, NotificationId, ProductId, UserId, ViewId,
};
pub use money::Money;
pub use paging::{Cursor, Page};
pub use text::is_email;
pub use zone::{ZONE_CHANGES, Zone};

/// An instant in UTC; RFC 3339 on the wire.
pub type Timestamp = time::OffsetDateTime;
