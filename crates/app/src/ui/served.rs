//! Parts of a page that the server sends as markup, and whose code the browser loads apart.
//!
//! The browser's main chunk keeps a place for such a part and nothing else: neither its components nor the types of
//! its data. The part's own chunk takes the place over, with the data that came along with the markup.

use std::sync::Arc;

use leptos::prelude::*;

use crate::markup::view;

/// Makes the markup, once its data is there; each time anew, since a page may be drawn more than once on its way.
pub type Markup = Arc<dyn Fn() -> String + Send + Sync>;

/// The markup of one part. Awaited before it is shown; in the browser there is nothing to wait for, since what the
/// server sent is left as it is.
#[derive(Clone, Copy)]
pub struct Served {
    loading: Resource<()>,
    markup: StoredValue<Option<Markup>>,
}

impl Served {
    /// `load` runs on the server alone. It loads data and leaves making markup of it for later: while it loads, the
    /// part of the page that it was begun for may have made room for another one, and with it everything that markup
    /// asks its surroundings for. What comes of it is kept beside the resource: one that held it would send it to the
    /// browser a second time.
    pub fn new<F, L>(load: L) -> Self
    where
        L: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Markup> + Send + 'static,
    {
        let markup = StoredValue::new(None);
        #[cfg(feature = "ssr")]
        let load = move |()| {
            let loading = load();
            async move { drop(markup.try_set_value(Some(loading.await))) }
        };
        #[cfg(not(feature = "ssr"))]
        let load = move |()| {
            let _ = &load;
            async {}
        };
        Served { loading: Resource::new(|| (), load), markup }
    }

    fn html(self) -> String {
        self.markup.try_get_value().flatten().map(|markup| markup()).unwrap_or_default()
    }
}

/// The place with this id, and in it what the server sent.
#[component]
pub fn Place(id: &'static str, served: Served) -> impl IntoView {
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                served.loading.await;
                view! { <div id=id inner_html=served.html()></div> }
            })}
        </Suspense>
    }
}

/// The data that came with the markup of a place, whose markup then makes room. `keep` looks at it once more.
pub fn take_over(place: &str, keep: impl FnOnce(&str, &web_sys::Element)) {
    let Some(element) = document().get_element_by_id(place) else { return };
    let seed = document().get_element_by_id(&seed_id(place)).and_then(|seed| seed.text_content());
    keep(&seed.unwrap_or_default(), &element);
    element.set_inner_html("");
}

/// Data for [`take_over`], as it stands behind the markup of its place.
#[cfg(feature = "ssr")]
pub fn seed(place: &str, json: &str) -> String {
    // Inside a script nothing but its end tag ends it.
    let json = json.replace('<', "\\u003c");
    format!("<script type=\"application/json\" id=\"{}\">{json}</script>", seed_id(place))
}

fn seed_id(place: &str) -> String {
    format!("{place}-seed")
}
