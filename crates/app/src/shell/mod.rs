//! The frame around every page of a signed-in person: header, tabs of the role, phone bar; and which page stands in it.

pub mod alive;
mod header;
mod pages;
mod tabs;

use leptos::prelude::*;

pub use pages::{Forbidden, NotBuiltYet};
pub use tabs::Tab;

use crate::{
    board::BoardPage,
    imports::{ImportPage, ImportsPage},
    leads::LeadsPage,
    live::provide_live,
    location::use_location,
    markup::{dynamic, hear, view},
    page::Page,
    ui,
    viewer::{Session, provide_today},
};
use header::{Header, PhoneBar};

#[component]
pub fn Shell(session: Session) -> impl IntoView {
    let is_demo = session.is_demo;
    provide_today(&session);
    provide_context(StoredValue::new(session));
    provide_live();
    let location = use_location();
    // Runs in the browser alone, once the page listens: styles and tests may ask for it.
    Effect::new(move || {
        location.listen();
        if let Some(body) = document().body() {
            let _ = body.set_attribute("data-alive", "true");
        }
    });
    let skip = |event: leptos::ev::MouseEvent| {
        // It would be taken for another page.
        event.prevent_default();
        ui::focus("#main");
    };
    let below = Memo::new(move |_| location.page.get().map(Page::below));
    view! {
        <a class="skip" href="#main" on:click=hear(skip)>"Skip to content"</a>
        <Header />
        {is_demo.then(|| view! {
            <aside class="demo-note" aria-label="About this data">"Demo data: made-up people and companies"</aside>
        })}
        <main id="main" class="page" tabindex="-1">
            {dynamic(move || match below.get() {
                Some(Page::Leads(_)) => view! { <LeadsPage /> },
                Some(Page::Board(_)) => view! { <BoardPage /> },
                Some(Page::Imports) => view! { <ImportsPage /> },
                Some(Page::Import(id)) => view! { <ImportPage id /> },
                Some(Page::NotBuilt(tab)) => view! { <NotBuiltYet tab /> },
                // The server leads elsewhere from there, and no link leads there.
                Some(Page::Home) | None => ().into_any(),
            })}
        </main>
        <PhoneBar />
    }
}
