//! Components without a word about the business. Props in, events out.

mod dialog;
mod field;
mod marks;
mod states;
mod toast;

pub use dialog::Dialog;
pub use field::Field;
pub use marks::{Avatar, Icon};
pub use states::{EmptyState, ErrorState, Skeleton};
pub use toast::{Toaster, Toasts, provide_toasts, use_toasts};
