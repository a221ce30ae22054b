//! The imports so far.

use domain::imports::{Import, RowOutcome};
use leptos::prelude::*;

use super::{sender, words};
use crate::{
    leads::format::Today,
    markup::{dynamic, view},
    viewer::use_today,
};

#[component]
pub fn History(imports: Vec<Import>) -> impl IntoView {
    if imports.is_empty() {
        return view! { <p class="faint imports-none">"No file was imported yet. What you import is listed here, and can be reverted."</p> };
    }
    let today = use_today();
    view! {
        <h2 class="imports-title">"Imports so far"</h2>
        <div class="card table-card">
            <table class="imports-table">
                <thead><tr>
                    <th scope="col">"File"</th><th scope="col">"By"</th><th scope="col">"When"</th><th scope="col">"State"</th>
                    {RowOutcome::ALL.into_iter().map(|outcome| view! { <th scope="col" class="num-col">{words::outcome(outcome, true)}</th> }).collect_view()}
                </tr></thead>
                <tbody>{imports.into_iter().map(|import| view! { <Line import today /> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Line(import: Import, today: ReadSignal<Today>) -> impl IntoView {
    let (state, class) = words::state(&import);
    let at = import.created_at;
    view! {
        <tr>
            <td><a class="imports-file" href=format!("/imports/{}", import.id)>{import.file_name.clone()}</a></td>
            <td>{sender(&import)}</td>
            <td class="num faint">{dynamic(move || today.read().ago(at))}</td>
            <td><span class=format!("badge {class}")><i></i>{state}</span></td>
            {RowOutcome::ALL.into_iter().map(|outcome| view! { <td class="num num-col">{words::count(import.counts.of(outcome))}</td> }).collect_view()}
        </tr>
    }
}
