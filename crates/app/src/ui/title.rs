//! What the browser's tab says.

use leptos::{prelude::*, text_prop::TextProp};

/// The title of the document while this is there; the one before comes back afterwards.
#[component]
pub fn Title(#[prop(into)] text: TextProp) -> impl IntoView {
    #[cfg(feature = "ssr")]
    {
        // It is noted for the head of the document; here, as in the browser, nothing stands. As it is now: the head is
        // written after the rest, perhaps by another thread, where what is read for it would not be found.
        let whole = format!("{} · Siwaht", text.get());
        let _ = leptos_meta::Title(leptos_meta::TitleProps::builder().text(whole).build());
    }
    #[cfg(not(feature = "ssr"))]
    {
        let before = document().title();
        Effect::new(move || document().set_title(&format!("{} · Siwaht", text.get())));
        on_cleanup(move || document().set_title(&before));
    }
}
