//! The imports so far.

use domain::{
    Page,
    imports::{Import, ImportStep, RowOutcome},
};
use leptos::prelude::*;

use super::{sender, words};
use crate::{
    leads::format::Today,
    markup::{act, dynamic, each, view},
    viewer::use_today,
};

#[component]
pub fn History(imports: RwSignal<Page<Import>>, older: Callback<()>) -> impl IntoView {
    let today = use_today();
    let has_some = Memo::new(move |_| !imports.read().items.is_empty());
    let has_older = Memo::new(move |_| imports.read().next_cursor.is_some());
    view! {
        {dynamic(move || match has_some.get() {
            false => view! { <p class="faint imports-none">"No file was imported yet. What you import is listed here, and can be reverted."</p> },
            true => view! {
                <h2 class="imports-title">"Imports so far"</h2>
                <div class="card table-card">
                    <table class="imports-table">
                        <thead><tr>
                            <th scope="col">"File"</th><th scope="col">"By"</th><th scope="col">"When"</th><th scope="col">"State"</th>
                            {RowOutcome::ALL.into_iter().map(|outcome| view! { <th scope="col" class="num-col">{words::outcome(outcome, ImportStep::Run)}</th> }).collect_view()}
                        </tr></thead>
                        <tbody>{each(move || imports.read().items.clone(), key, move |import| view! { <Line import today /> })}</tbody>
                    </table>
                </div>
                {dynamic(move || has_older.get().then(|| view! {
                    <div class="row import-more"><button type="button" class="btn btn-small needs-script" on:click=act(move || older.run(()))>"Show older"</button></div>
                }))}
            },
        })}
    }
}

/// An import is drawn again when it has gone on.
fn key(import: &Import) -> String {
    let counts = RowOutcome::ALL.map(|outcome| import.counts.of(outcome).to_string());
    format!("{} {} {} {}", import.id, words::state(import).0, import.step.as_str(), counts.join(" "))
}

#[component]
fn Line(import: Import, today: ReadSignal<Today>) -> impl IntoView {
    let (state, class) = words::state(&import);
    let at = import.created_at;
    // What a dry run has counted did not happen.
    let number = |outcome| match import.step {
        ImportStep::Check => "–".to_owned(),
        ImportStep::Run | ImportStep::Revert => words::count(import.counts.of(outcome)),
    };
    view! {
        <tr>
            <td><a class="imports-file" href=format!("/imports/{}", import.id)>{import.file_name.clone()}</a></td>
            <td>{sender(&import)}</td>
            <td class="num faint">{dynamic(move || today.read().ago(at))}</td>
            <td><span class=format!("badge {class}")><i></i>{state}</span></td>
            {RowOutcome::ALL.into_iter().map(|outcome| view! { <td class="num num-col">{number(outcome)}</td> }).collect_view()}
        </tr>
    }
}
