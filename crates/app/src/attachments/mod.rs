//! Files on a lead. Bytes go through plain addresses (`/api/leads/{id}/attachments`, `/api/attachments/{id}/download`),
//! not through server functions.

mod server_fns;

pub use server_fns::{delete_attachment, list_attachments, rename_attachment};
