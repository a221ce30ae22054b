//! Questions to the server whose answers a page shows.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use crate::UiError;

/// An answer, and the question it belongs to.
pub struct Answer<Q, T> {
    pub to: Q,
    pub result: Result<T, UiError>,
}

/// The answer before it stays until the next one is there.
pub type Answers<Q, T> = RwSignal<Option<Arc<Answer<Q, T>>>>;

/// Asks whenever the question changes, unless the first answer came along with the page.
pub fn ask<Q, T, F>(question: Memo<Q>, first: Option<Result<T, UiError>>, load: fn(Q) -> F) -> Answers<Q, T>
where
    Q: Clone + PartialEq + Send + Sync + 'static,
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, UiError>> + 'static,
{
    let first = first.map(|result| Arc::new(Answer { to: question.get_untracked(), result }));
    let answers = RwSignal::new(first);
    Effect::new(move |again: Option<()>| {
        let asked = question.get();
        if again.is_none() && answers.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            let result = load(asked.clone()).await;
            // An answer to an older question says nothing any more; the page itself may be gone.
            if question.try_get_untracked().as_ref() == Some(&asked) {
                let _ = answers.try_set(Some(Arc::new(Answer { to: asked, result })));
            }
        });
    });
    answers
}
