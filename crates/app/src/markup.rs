//! `view!` as this crate uses it.

/// Leptos' own `view!`, with its type forgotten at once.
///
/// Whatever is made into a view anywhere (an option, a list, the result of a closure) is code of its own for each type
/// of view inside, and much of the browser's download was that. So a piece of markup is an `AnyView` from the start.
macro_rules! any_view {
    ($($markup:tt)*) => {
        leptos::prelude::IntoAny::into_any(leptos::view! { $($markup)* })
    };
}

pub(crate) use any_view as view;
