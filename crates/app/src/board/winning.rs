//! Winning: who delivers. The engineer with the least work left is chosen, and whoever wins the lead may choose another.

use domain::{
    UserId,
    leads::LeadStatus,
    users::{Assignee, Role},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    moving,
    server_fns::load_assignees,
    state::{BoardState, PendingMove, title},
};
use crate::{
    leads::format,
    markup::{act, attr, dynamic, hear, view},
    ui::{Avatar, Dialog},
};

/// While a card is held over won: the engineers, and whose turn it is.
#[component]
pub fn Loads(state: BoardState) -> impl IntoView {
    let is_shown = Memo::new(move |_| {
        let lifted = state.lifted.get().and_then(|id| state.grid.lead(id));
        let over = state.over.get().is_some_and(|spot| spot.status == LeadStatus::Won);
        over && lifted.is_some_and(|lead| lead.status != LeadStatus::Won)
    });
    let engineers = RwSignal::new(Vec::<Assignee>::new());
    Effect::new(move || {
        if is_shown.get() {
            spawn_local(async move {
                let _ = engineers.try_set(load_engineers().await.unwrap_or_default());
            });
        }
    });
    view! {
        <div class="winning" class:winning-shown=is_shown aria-hidden="true">
            <b>"Drop to win"</b>
            {dynamic(move || engineers.read().first().map(|next| view! {
                <span class="muted">{format!("{} takes it: least work left", first_name(&next.name))}</span>
            }))}
            {dynamic(move || {
                let most = most(&engineers.read());
                engineers.get().into_iter().take(5).map(|engineer| view! { <Load engineer most /> }).collect_view()
            })}
        </div>
    }
}

/// After the drop: the same as a choice.
#[component]
pub fn Winning(state: BoardState, asked: PendingMove, on_close: Callback<()>) -> impl IntoView {
    let engineers = RwSignal::new(None::<Vec<Assignee>>);
    let problem = RwSignal::new(None::<String>);
    let chosen = RwSignal::new(None::<UserId>);
    let present = asked.lead.assigned_engineer;
    spawn_local(async move {
        match load_engineers().await {
            Ok(loaded) => {
                // One that it has already keeps it.
                let next = loaded.iter().find(|one| one.is_next).map(|one| one.id);
                let _ = chosen.try_set(present.or(next));
                let _ = engineers.try_set(Some(loaded));
            }
            Err(error) => drop(problem.try_set(Some(error.message()))),
        }
    });
    let name = title(&asked.lead);
    let win = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        on_close.run(());
        let next = engineers.with_untracked(|all| all.iter().flatten().find(|one| one.is_next).map(|one| one.id));
        // Whose turn it is is decided when the lead is won, unless someone else was chosen.
        let engineer = chosen.get_untracked().filter(|id| Some(*id) != present.or(next));
        moving::win(state, &asked, engineer);
    };
    view! {
        <Dialog title=format!("{name}: won!") small=true on_close>
            <form class="form" on:submit=hear(win)>
                <fieldset class="engineers">
                    <legend class="field-label">"Who delivers it?"</legend>
                    {dynamic(move || match engineers.get() {
                        Some(all) if all.is_empty() => view! {
                            <p class="muted">"No engineer is active. The lead stays without one until an admin assigns one."</p>
                        },
                        Some(all) => {
                            let most = most(&all);
                            all.into_iter().map(|engineer| {
                            let id = engineer.id;
                            view! {
                                <label class="engineer">
                                    <input type="radio" name="engineer" prop:checked=attr(move || chosen.get() == Some(id)) on:change=act(move || chosen.set(Some(id))) />
                                    <Load engineer most />
                                </label>
                            }
                            }).collect_view().into_any()
                        }
                        None if problem.read().is_none() => view! { <div class="skeleton" aria-hidden="true"><div class="skeleton-row"></div><div class="skeleton-row"></div></div> },
                        None => view! { <p class="alert" role="alert">{problem.get()}" The one with the least work left gets it."</p> },
                    })}
                </fieldset>
                <footer class="form-foot">
                    <button type="button" class="btn" on:click=act(move || on_close.run(()))>"Cancel"</button>
                    <span class="grow"></span>
                    <button class="btn btn-primary" autofocus>"Mark as won"</button>
                </footer>
            </form>
        </Dialog>
    }
}

/// Whose turn it is first.
async fn load_engineers() -> Result<Vec<Assignee>, crate::UiError> {
    let mut all = load_assignees().await?;
    all.retain(|one| one.role == Role::Engineer);
    Ok(all)
}

/// The work of whoever has the most, and never nothing.
fn most(engineers: &[Assignee]) -> i64 {
    engineers.iter().filter_map(|engineer| engineer.load).max().unwrap_or_default().max(1)
}

/// One engineer and the work they have, beside whoever has the most.
#[component]
fn Load(engineer: Assignee, most: i64) -> impl IntoView {
    let Assignee { name, leads, load, is_next, .. } = engineer;
    let percent = load.unwrap_or_default() * 100 / most;
    let leads = format::leads(leads);
    view! {
        <span class="load">
            <Avatar name=name.clone() />
            <span class="grow cut">{name}{is_next.then(|| view! { " "<span class="tag">"Next"</span> })}</span>
            <span class="meter"><i style=format!("--v:{percent}%")></i></span>
            <span class="num faint load-leads">{leads}</span>
        </span>
    }
}

fn first_name(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}
