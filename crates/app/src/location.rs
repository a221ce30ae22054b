//! Where in the product the browser is, and how it gets from page to page without loading anew.
//!
//! The few things of a router that the product needs. Leptos' own keeps every page's loading in the browser's first
//! download, a fifth of it.

use leptos::{
    ev,
    ev::MouseEvent,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
};

use crate::page::Page;

/// A path with its query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    pub path: String,
    /// Without its `?`.
    pub query: String,
}

/// The browser's location. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Location {
    at: RwSignal<At>,
    /// Whether something would be lost on the way to another page.
    guard: StoredValue<Option<Callback<(), bool>>>,
    pub page: Memo<Option<Page>>,
}

/// How one gets to another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As by a link: back leads here again, and the page is shown from its top.
    Link,
    /// The same, and nothing scrolls.
    Over,
    /// In place of this address; nothing scrolls.
    Replace,
}

impl At {
    /// Reads an address of this site; what stands behind `#` is not part of it.
    pub fn parse(href: &str) -> Self {
        let href = href.split_once('#').map_or(href, |(before, _)| before);
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        At { path: path.to_owned(), query: query.to_owned() }
    }

    /// The first value of this name in the query.
    #[cfg(feature = "ssr")]
    pub fn get(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// Once, around everything.
pub fn provide_location(at: At) -> Location {
    let at = RwSignal::new(at);
    let page = Memo::new(move |_| Page::of(&at.read().path));
    let location = Location { at, guard: StoredValue::new(None), page };
    provide_context(location);
    location
}

pub fn use_location() -> Location {
    expect_context()
}

impl Location {
    /// The location as it is; what reads it here follows it.
    pub fn at(self) -> At {
        self.at.get()
    }

    pub fn path_untracked(self) -> String {
        self.at.with_untracked(|at| at.path.clone())
    }

    /// Asks before another page is gone to while something would be lost, for as long as the owner is there.
    pub fn guard(self, is_lost: impl Fn() -> bool + Copy + Send + Sync + 'static) {
        self.guard.set_value(Some(Callback::new(move |()| is_lost())));
        if cfg!(feature = "hydrate") {
            let unload = window_event_listener_untyped("beforeunload", move |event| {
                if is_lost() {
                    event.prevent_default();
                }
            });
            on_cleanup(move || unload.remove());
        }
        on_cleanup(move || self.guard.set_value(None));
    }

    fn may_go(self, to: &At) -> bool {
        let is_elsewhere = self.at.with_untracked(|now| Page::of(&now.path) != Page::of(&to.path));
        let is_lost = is_elsewhere && self.guard.get_value().is_some_and(|guard| guard.run(()));
        !is_lost || window().confirm_with_message("Discard what you typed?").unwrap_or(true)
    }

    /// Goes to an address of this site, unless there is something to lose and one would rather stay. One that is no
    /// page of ours is left to the browser.
    pub fn go(self, href: &str, way: Way) {
        let _ = self.try_go(href, way);
    }

    /// The same. False when it stayed.
    pub fn try_go(self, href: &str, way: Way) -> bool {
        let at = At::parse(href);
        if !self.may_go(&at) {
            return false;
        }
        if Page::of(&at.path).is_none_or(|page| page == Page::Home) {
            return window().location().set_href(href).is_ok();
        }
        let Ok(history) = window().history() else { return false };
        let now = self.at.get_untracked();
        // The browser's own links do the same for the address one is at.
        let is_same = now == at;
        let _ = match way {
            Way::Link | Way::Over if !is_same => history.push_state_with_url(&JsValue::NULL, "", Some(href)),
            _ => history.replace_state_with_url(&JsValue::NULL, "", Some(href)),
        };
        // What only opens over the page leaves it where it is.
        let is_over =
            now.query == at.query && Page::of(&now.path).map(Page::below) == Page::of(&at.path).map(Page::below);
        if !is_same {
            self.at.set(at);
        }
        if way == Way::Link && (is_same || !is_over) {
            show_from_top(href);
        }
        true
    }

    /// Follows links and the browser's own buttons from now on.
    pub fn listen(self) {
        // On the window, behind everybody who might want the click for something else.
        let clicks = window_event_listener(ev::click, move |event| {
            if let Some((link, href)) = link_of(&event) {
                event.prevent_default();
                if self.try_go(&href, Way::Link) {
                    hide_menus_around(&link);
                }
            }
        });
        let moves = window_event_listener(ev::popstate, move |_| {
            let (at, now) = (browser_at(), self.at.get_untracked());
            if now == at {
                return;
            }
            if self.may_go(&at) {
                return self.at.set(at);
            }
            // The browser is there already: it comes back.
            let here = if now.query.is_empty() { now.path } else { format!("{}?{}", now.path, now.query) };
            let history = window().history();
            let _ = history.and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&here)));
        });
        on_cleanup(move || {
            clicks.remove();
            moves.remove();
        });
    }
}

/// Where the browser says it is.
pub fn browser_at() -> At {
    let location = window().location();
    let query = location.search().unwrap_or_default();
    At { path: location.pathname().unwrap_or_default(), query: query.trim_start_matches('?').to_owned() }
}

/// The link that a plain click is on, and the address on this site that it asks for.
fn link_of(event: &MouseEvent) -> Option<(web_sys::HtmlAnchorElement, String)> {
    let is_plain = event.button() == 0
        && !(event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key())
        && !event.default_prevented();
    if !is_plain {
        return None;
    }
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target.closest("a[href]").ok()??.dyn_into::<web_sys::HtmlAnchorElement>().ok()?;
    let is_elsewhere = !link.target().is_empty() || link.has_attribute("download") || link.rel() == "external";
    let href = link.href().strip_prefix(&window().location().origin().ok()?)?.to_owned();
    let page = Page::of(&At::parse(&href).path)?;
    (!is_elsewhere && page != Page::Home).then_some((link, href))
}

/// A menu would stay open over the page that one of its links led to.
fn hide_menus_around(link: &web_sys::Element) {
    while let Ok(Some(menu)) = link.closest(":popover-open") {
        let hidden = menu.dyn_into::<web_sys::HtmlElement>().map(|menu| menu.hide_popover());
        if !matches!(hidden, Ok(Ok(()))) {
            return;
        }
    }
}

/// The top of the page, or what its address points at.
fn show_from_top(href: &str) {
    let place = href.split_once('#').and_then(|(_, id)| document().get_element_by_id(id));
    match place {
        Some(place) => place.scroll_into_view(),
        None => window().scroll_to_with_x_and_y(0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_falls_into_path_and_query() {
        let at = |path: &str, query: &str| At { path: path.into(), query: query.into() };
        assert_eq!(At::parse("/leads"), at("/leads", ""));
        assert_eq!(At::parse("/leads/7?q=a%26b#note"), at("/leads/7", "q=a%26b"));
        assert_eq!(At::parse("/leads#?"), at("/leads", ""));
    }
}
