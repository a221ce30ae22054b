//! Naming, sharing, saving and deleting views.

use domain::{
    Fields,
    views::{View, ViewInput},
};
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::json;

use super::super::{
    address::Address,
    filters::use_show,
    grid::Grid,
    views::{AskedView, of_view, to_view},
};
use crate::{
    UiError,
    markup::{act, dynamic, hear, view},
    ui::{Dialog, Field, Toaster, use_toasts},
    views::server_fns::{create_view, delete_view, update_view},
};

/// The dialog of what was asked; saving in place asks nothing.
#[component]
pub fn ViewDialogs(grid: Grid, address: Memo<Address>) -> impl IntoView {
    let toasts = use_toasts();
    Effect::new(move || {
        if let Some(AskedView::Save(view)) = grid.asked_view.get() {
            grid.asked_view.set(None);
            let input = to_view(&address.get_untracked(), view.name, view.is_shared);
            spawn_local(async move {
                let patch = json!({ "query": input.query, "columns": input.columns });
                match update_view(view.id, patch).await {
                    Ok(view) => {
                        toasts.say(format!("{} saved", view.name));
                        grid.reload_views();
                    }
                    Err(error) => toasts.say(error.message()),
                }
            });
        }
    });
    dynamic(move || match grid.asked_view.get() {
        None | Some(AskedView::Save(_)) => None,
        Some(AskedView::New) => Some(view! { <Naming grid address view=None /> }),
        Some(AskedView::Edit(view)) => Some(view! { <Naming grid address view=Some(view) /> }),
    })
}

#[component]
fn Naming(grid: Grid, address: Memo<Address>, view: Option<View>) -> impl IntoView {
    let toasts = use_toasts();
    let show = use_show();
    let node = NodeRef::<html::Form>::new();
    let (fields, problem) = (RwSignal::new(Fields::default()), RwSignal::new(None::<String>));
    let close = Callback::new(move |()| grid.asked_view.set(None));
    let title = if view.is_some() { "Edit view" } else { "Save view" };
    let (name, is_shared) = view.as_ref().map_or((String::new(), false), |view| (view.name.clone(), view.is_shared));
    let id = view.as_ref().map(|view| view.id);
    let kept = StoredValue::new(view);
    let refused = move |error: UiError| {
        fields.set(error.0.fields.clone());
        problem.set(error.0.fields.is_empty().then(|| error.message()));
    };
    let done = move |next: Option<Address>| {
        grid.asked_view.set(None);
        grid.reload_views();
        if let Some(next) = next {
            show(next, true);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some((name, is_shared)) = node.get_untracked().and_then(|form| read(&form)) else { return };
        let input = to_view(&address.get_untracked(), name, is_shared);
        spawn_local(async move {
            match send(id, input).await {
                Ok(view) => {
                    toasts.say(format!("{} saved", view.name));
                    done(id.is_none().then(|| of_view(&view)));
                }
                Err(error) => refused(error),
            }
        });
    };
    let delete = move || {
        let Some(view) = kept.get_value() else { return };
        spawn_local(async move {
            match delete_view(view.id).await {
                Ok(()) => {
                    done(Some(Address { view: None, ..address.get_untracked() }));
                    offer_view_again(grid, toasts, view);
                }
                Err(error) => refused(error),
            }
        });
    };
    view! {
        <Dialog title small=true on_close=close>
            {dynamic(move || problem.get().map(|problem| view! { <p class="alert" role="alert">{problem}</p> }))}
            <form node_ref=node class="form" novalidate on:submit=hear(submit)>
                <Field label="Name" id="view-name" error=Signal::derive(move || fields.read().get("name").map(str::to_owned))>
                    <input id="view-name" name="name" class="input" maxlength="80" autofocus value=name />
                </Field>
                <label class="choice"><input type="checkbox" name="isShared" checked=is_shared />"Everyone sees it"</label>
                <footer class="form-foot">
                    {id.map(|_| view! { <button type="button" class="btn btn-danger" on:click=act(delete)>"Delete view"</button> })}
                    <span class="grow"></span>
                    <button class="btn btn-primary">"Save view"</button>
                </footer>
            </form>
        </Dialog>
    }
}

/// Says that it is gone, and offers to make it once more: as it was, also for everyone who saw it.
fn offer_view_again(grid: Grid, toasts: Toaster, view: View) {
    let View { name, query, columns, is_shared, .. } = view;
    let said = format!("{name} deleted");
    let input = ViewInput { name, query, columns, is_shared };
    let make = Callback::new(move |()| {
        let input = input.clone();
        spawn_local(async move {
            match create_view(input).await {
                Ok(_) => toasts.say("Undone"),
                Err(error) => toasts.say(error.message()),
            }
            grid.reload_views();
        });
    });
    toasts.say_with_undo(said, make);
}

async fn send(id: Option<domain::ViewId>, input: ViewInput) -> Result<View, UiError> {
    match id {
        Some(id) => update_view(id, json!({ "name": input.name, "isShared": input.is_shared })).await,
        None => create_view(input).await,
    }
}

fn read(form: &web_sys::HtmlFormElement) -> Option<(String, bool)> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    Some((data.get("name").as_string()?, data.has("isShared")))
}
