//! The dialogs over a sheet: the one that was opened, and a conflict over it.

use domain::attachments::Attachment;
use leptos::prelude::*;

use super::{conflict::ConflictDialog, deleting::Deleting, merge::Merge, preview::Preview, work::Work};
use crate::{
    leads::losing::Losing,
    markup::{dynamic, view},
};

/// What the person is asked, or looks at.
#[derive(Clone)]
pub enum Asked {
    Delete,
    /// Gets the reason why the lead was lost.
    Losing(Callback<Option<String>>),
    Merge,
    Preview(Attachment),
}

/// Shows what `work.asked` and `work.conflict` ask.
#[component]
pub fn Dialogs(work: Work) -> impl IntoView {
    let on_close = Callback::new(move |()| work.asked.set(None));
    let asked = move || {
        work.asked.get().map(|asked| match asked {
            Asked::Delete => view! { <Deleting work on_close /> },
            Asked::Losing(on_lost) => view! { <Losing on_lost on_close /> },
            Asked::Merge => view! { <Merge work on_close /> },
            Asked::Preview(file) => view! { <Preview file on_close /> },
        })
    };
    view! {
        {dynamic(asked)}
        {dynamic(move || work.conflict.get().map(|conflict| view! { <ConflictDialog work conflict /> }))}
    }
}
