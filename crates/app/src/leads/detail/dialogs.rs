//! The dialogs over a sheet, one at a time.

use domain::attachments::Attachment;
use leptos::prelude::*;

use super::{
    conflict::{Choices, Conflict},
    deleting::Deleting,
    merge::Merge,
    preview::Preview,
    work::Work,
};
use crate::{
    leads::losing::Losing,
    markup::{dynamic, view},
};

/// What the person is asked, or looks at.
#[derive(Clone)]
pub enum Asked {
    Conflict(Conflict),
    Delete,
    /// Gets the reason why the lead was lost.
    Losing(Callback<Option<String>>),
    Merge,
    Preview(Attachment),
}

/// Shows what is asked for by `work.asked`.
#[component]
pub fn Dialogs(work: Work) -> impl IntoView {
    let on_close = Callback::new(move |()| work.asked.set(None));
    dynamic(move || {
        work.asked.get().map(|asked| match asked {
            Asked::Conflict(conflict) => view! { <Choices work conflict /> },
            Asked::Delete => view! { <Deleting work on_close /> },
            Asked::Losing(on_lost) => view! { <Losing on_lost on_close /> },
            Asked::Merge => view! { <Merge work on_close /> },
            Asked::Preview(file) => view! { <Preview file on_close /> },
        })
    })
}
