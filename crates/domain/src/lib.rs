//! What things are: the words of the business with their rules, shared by the server and the browser.
//!
//! No I/O, no SQL statements, no markup. Compiles to WASM. Features `sql` and `openapi` add derives for the server only.

pub mod day;
pub mod error;
pub mod events;
pub mod ids;
pub mod leads;
pub mod money;
pub mod paging;
pub mod products;
pub mod users;

mod text;

pub use error::{ErrorCode, Fields, Problem};
pub use ids::{EventId, LeadId, ProductId, UserId};
pub use money::Money;
pub use paging::{Cursor, Page};

/// An instant in UTC; RFC 3339 on the wire.
pub type Timestamp = time::OffsetDateTime;
