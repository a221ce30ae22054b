//! Who it is, how it stands, and the stages: one click moves the lead.

use domain::leads::LeadStatus;
use icondata_lu as lu;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

use super::{
    dialogs::Asked,
    row::Editable,
    words::standing,
    work::{Changed, Sent, Work},
};
use crate::{
    UiError,
    leads::{cells::LeadField, columns::Column, format::money, undo::moved_words},
    markup::{act, attr, dynamic, view},
    ui::{Avatar, Icon},
};

/// The stages on the way; lost is no step of it.
const STEPS: [LeadStatus; 6] = [
    LeadStatus::New,
    LeadStatus::Contacted,
    LeadStatus::Qualified,
    LeadStatus::Proposal,
    LeadStatus::Negotiation,
    LeadStatus::Won,
];

#[component]
pub fn Strip(work: Work) -> impl IntoView {
    let refused = RwSignal::new(None::<UiError>);
    let value = move || {
        let lead = work.lead.read();
        work.session.with_value(|session| lead.value.map(|value| money(value, &session.currency)))
    };
    view! {
        <div class="sheet-who">
            {dynamic(move || view! { <Avatar name=work.lead.read().name.clone() /> })}
            <div class="sheet-title">
                <div data-row="name">
                    <Editable work of=LeadField::Column(Column::Lead) title="Name">
                        <h2 class="sheet-name" tabindex="-1">{dynamic(move || work.lead.read().name.clone())}</h2>
                    </Editable>
                </div>
                <p class="muted sheet-standing">{dynamic(move || stands(work))}</p>
            </div>
            <span class="grow"></span>
            <span class="num sheet-value">{dynamic(value)}</span>
        </div>
        <Steps work refused />
        {dynamic(move || refused.get().map(|error| view! {
            <p class="alert sheet-refused" role="alert"><Icon icon=lu::LuCircleAlert />
                <span class="grow">{error.message()}</span>
                <button type="button" class="btn btn-small btn-quiet" on:click=act(move || refused.set(None))>"Close"</button>
            </p>
        }))}
    }
}

fn stands(work: Work) -> impl IntoView {
    let (words, next) = standing(&work.lead.read(), work.today.get());
    view! { <span>{words.join(" · ")}</span>{next.map(|(words, class)| view! { " · "<span class=class>{words}</span> })} }
}

#[component]
fn Steps(work: Work, refused: RwSignal<Option<UiError>>) -> impl IntoView {
    let status = Memo::new(move |_| work.lead.read().status);
    let may = Memo::new(move |_| work.may("status"));
    let step = move |to: LeadStatus| {
        let class = move || match status.get() {
            LeadStatus::Lost => "step",
            now if now == to => "step step-now",
            now if to < now => "step step-done",
            _ => "step",
        };
        view! {
            <li>
                <button type="button" class=attr(class) disabled=attr(move || !may.get()) aria-current=attr(move || (status.get() == to).then_some("step"))
                    on:click=act(move || if status.get_untracked() != to { move_to(work, to, None, refused) })>{to.label()}</button>
            </li>
        }
    };
    // Where they do not all fit, the present one is in sight.
    Effect::new(move || {
        status.track();
        request_animation_frame(show_present);
    });
    let lost = Callback::new(move |reason| move_to(work, LeadStatus::Lost, reason, refused));
    let lose = move || work.ask(Asked::Losing(lost));
    let reason = move || work.lead.read().lost_reason.clone().map(|reason| format!(": {reason}"));
    view! {
        <div class="sheet-stages">
            <ol class="steps" aria-label="Stage">{STEPS.map(step).collect_view()}</ol>
            {dynamic(move || match (status.get() == LeadStatus::Lost, may.get()) {
                (true, _) => view! { <span class="badge s-lost"><i></i>"Lost"{dynamic(reason)}</span> },
                (false, true) => view! {
                    <button type="button" class="btn btn-small btn-quiet step-lost" on:click=act(lose)>"Lost…"</button>
                },
                (false, false) => ().into_any(),
            })}
        </div>
    }
}

fn show_present() {
    let steps = document().query_selector(".steps").ok().flatten();
    let present = steps.as_ref().and_then(|steps| steps.query_selector("[aria-current]").ok().flatten());
    if let (Some(steps), Some(present)) = (steps, present) {
        let (row, step) = (steps.get_bounding_client_rect(), present.get_bounding_client_rect());
        let off_centre = step.left() + step.width() / 2.0 - row.left() - row.width() / 2.0;
        steps.scroll_by_with_x_and_y(off_centre, 0.0);
    }
}

/// Moves at once; refused, the lead returns to where it was, with the reason.
fn move_to(work: Work, to: LeadStatus, reason: Option<String>, refused: RwSignal<Option<UiError>>) {
    let mut change = Changed::new();
    change.insert("status".into(), to.as_str().into());
    if to == LeadStatus::Lost {
        change.insert("lostReason".into(), reason.map_or(Value::Null, Value::from));
    }
    refused.set(None);
    spawn_local(async move {
        match work.send(change).await {
            Ok(Sent::Saved(lead, undo)) => {
                let said = work.session.with_value(|session| moved_words(&lead.name, &lead, session));
                work.saved(said, undo);
            }
            Ok(Sent::Asked) => {}
            Err(error) => drop(refused.try_set(Some(error))),
        }
    });
}
