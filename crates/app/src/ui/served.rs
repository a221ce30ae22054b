//! Parts of a page that the server sends as markup, and whose code the browser loads apart.
//!
//! The browser's main chunk keeps a place for such a part and nothing else: neither its components nor the types of
//! its data. The part's own chunk takes the place over, with the data that came along with the markup.

use std::time::Duration;

use futures_util::FutureExt;
use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};

use super::{Toaster, use_toasts};
use crate::markup::{dynamic, view};

/// How long to wait until code that did not come is asked for again: at first, and at the most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(60));

/// The markup that the server has for places, each by its id.
#[cfg(feature = "ssr")]
#[derive(Clone, Default)]
pub struct Served(Vec<(&'static str, Markup)>);

/// Makes markup of data that is loaded: inside the page, since it asks the page for things.
#[cfg(feature = "ssr")]
type Markup = std::sync::Arc<dyn Fn() -> String + Send + Sync>;

#[cfg(feature = "ssr")]
impl Served {
    pub fn put(&mut self, place: &'static str, markup: impl Fn() -> String + Send + Sync + 'static) {
        self.0.push((place, std::sync::Arc::new(markup)));
    }

    pub fn add(&mut self, more: Served) {
        self.0.extend(more.0);
    }
}

/// The place with this id, and in it what the server has for it; the browser leaves that as it is.
#[component]
pub fn Place(id: &'static str) -> impl IntoView {
    view! { <div id=id inner_html=html(id)></div> }
}

#[cfg(feature = "ssr")]
fn html(place: &str) -> String {
    let served = use_context::<Served>().unwrap_or_default();
    served.0.iter().find(|(id, _)| *id == place).map(|(_, markup)| markup()).unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn html(_place: &str) -> String {
    String::new()
}

/// The code of a part did not come. [`fetched`] says so and tries again; [`once`] waits for that.
pub struct Missing;

impl From<SplitLoaderError> for Missing {
    fn from(_: SplitLoaderError) -> Self {
        Missing
    }
}

/// Fetches the code of a part, however often it takes. True once it is there.
pub fn fetched<F>(fetch: fn() -> F) -> ReadSignal<bool>
where
    F: Future<Output = Result<(), SplitLoaderError>> + 'static,
{
    let (is_here, arrived) = signal(false);
    if cfg!(feature = "hydrate") {
        ask_for(fetch, arrived, AGAIN.0, Some(use_toasts()));
    }
    is_here
}

/// The first time that it does not come is told, if there is somebody to tell.
fn ask_for<F>(fetch: fn() -> F, arrived: WriteSignal<bool>, wait: Duration, toasts: Option<Toaster>)
where
    F: Future<Output = Result<(), SplitLoaderError>> + 'static,
{
    spawn_local(async move {
        match fetch().await {
            Ok(()) => {
                let _ = arrived.try_set(true);
            }
            Err(_) => {
                if let Some(toasts) = toasts {
                    toasts.say(
                        "A part of this page could not be loaded. If it does not come by itself, reload the page.",
                    );
                }
                set_timeout(move || ask_for(fetch, arrived, (wait * 2).min(AGAIN.1), None), wait);
            }
        }
    });
}

/// A part whose code is a chunk of its own: there as soon as the chunk is.
pub fn once<F>(is_here: ReadSignal<bool>, part: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = Result<AnyView, Missing>>,
{
    let part: Box<dyn Fn() -> Option<AnyView> + Send + Sync> = Box::new(move || part().now_or_never()?.ok());
    view! { {dynamic(move || is_here.get().then(&*part).flatten())} }
}

/// The data that came with the markup of a place, whose markup then makes room. `keep` looks at it once more.
pub fn take_over(place: &str, keep: impl FnOnce(&str, &web_sys::Element)) {
    let Some(element) = document().get_element_by_id(place) else { return };
    keep(&taken(place).unwrap_or_default(), &element);
    element.set_inner_html("");
}

/// The data that came along under this name.
pub fn taken(name: &str) -> Option<String> {
    document().get_element_by_id(&seed_id(name))?.text_content()
}

/// Data for [`taken`]: JSON that a page brings along.
#[cfg(feature = "ssr")]
pub fn seed(name: &str, json: &str) -> String {
    format!("<script type=\"application/json\" id=\"{}\">{}</script>", seed_id(name), seed_text(json))
}

/// JSON as it stands inside a script, which nothing but its end tag ends.
#[cfg(feature = "ssr")]
pub fn seed_text(json: &str) -> String {
    json.replace('<', "\\u003c")
}

pub fn seed_id(name: &str) -> String {
    format!("{name}-seed")
}
