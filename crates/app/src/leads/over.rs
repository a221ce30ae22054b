//! What lies over a page of leads: the sheet of one lead, or the dialog that makes one.

use leptos::prelude::*;

use super::{detail::LeadDetail, new::NewLead};
use crate::{
    location::use_location,
    markup::{dynamic, view},
    page::Over,
};

#[component]
pub fn OverLeads() -> impl IntoView {
    let page = use_location().page;
    // From lead to lead the sheet stays.
    let is_lead = Memo::new(move |_| page.get()?.over().map(|over| matches!(over, Over::Lead(_))));
    view! {
        {dynamic(move || is_lead.get().map(|is_lead| if is_lead { view! { <LeadDetail /> } } else { view! { <NewLead /> } }))}
    }
}
