//! A list to choose one thing from: type to narrow it, arrows to move, Enter to take.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    prelude::*,
};

use crate::{
    markup::{act, attr, dynamic, hear, typed, view},
    ui::lowercase,
};

/// `on_choose` gets the chosen value and whether to move on (Tab); `on_leave` runs when the focus leaves without a
/// choice, and on Esc.
#[component]
pub fn Choose(
    #[prop(into)] label: String,
    /// Value and label of each choice.
    options: Vec<(String, String)>,
    #[prop(into)] chosen: String,
    on_choose: Callback<(String, Option<Move>)>,
    on_leave: Callback<()>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let words = RwSignal::new(String::new());
    let at = RwSignal::new(options.iter().position(|(value, _)| *value == chosen).unwrap_or(0));
    let options = StoredValue::new(options);
    let matching = Memo::new(move |_| {
        let words = lowercase(&words.read());
        options.with_value(|options| {
            options.iter().filter(|(_, label)| lowercase(label).contains(&words)).cloned().collect::<Vec<_>>()
        })
    });
    let list = NodeRef::<html::Ul>::new();
    Effect::new(move || {
        if let (Some(input), Some(list)) = (node.get(), list.get()) {
            // On the page only in the next frame. Over everything: what stands around it may be smaller than the list.
            request_animation_frame(move || {
                let _ = input.focus();
                let _ = list.show_popover();
            });
        }
    });
    Effect::new(move || {
        let shown = option_id(at.get());
        if let Some(option) = list.get().and_then(|list| list.query_selector(&format!("#{shown}")).ok().flatten()) {
            option.scroll_into_view_with_bool(false);
        }
    });
    let take = move |moving| {
        if let Some((value, _)) = matching.read_untracked().get(at.get_untracked()) {
            on_choose.run((value.clone(), moving));
        }
    };
    let keys = move |event: KeyboardEvent| {
        let last = matching.read_untracked().len().saturating_sub(1);
        match &*event.key() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Home" => at.set(0),
            "End" => at.set(last),
            "Enter" => take(None),
            "Tab" => take(Some(if event.shift_key() { Move::Back } else { Move::On })),
            "Escape" => on_leave.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="choose">
            <input node_ref=node class="input" role="combobox" aria-label=label.clone() aria-expanded="true"
                aria-controls="choices" aria-autocomplete="list" autocomplete="off"
                aria-activedescendant=attr(move || option_id(at.get())) placeholder=label
                on:input:target=typed(move |text| { words.set(text); at.set(0) })
                on:keydown=hear(keys) on:blur=act(move || { let _ = on_leave.try_run(()); }) />
            <ul node_ref=list id="choices" popover="manual" role="listbox" aria-label="Choices">
                {dynamic(move || {
                    let now = at.get();
                    matching.get().into_iter().enumerate().map(|(index, (value, label))| view! {
                        // Pressed, not clicked: the field must not lose the focus first.
                        <li id=option_id(index) role="option" class="option" aria-selected=if index == now { "true" } else { "false" }
                            on:mousedown=hear(move |event: MouseEvent| { event.prevent_default(); on_choose.run((value.clone(), None)) })>
                            {label}
                        </li>
                    }).collect_view()
                })}
                {dynamic(move || matching.read().is_empty().then(|| view! { <li class="option faint" role="option" aria-selected="false" aria-disabled="true">"Nothing like that"</li> }))}
            </ul>
        </div>
    }
}

fn option_id(index: usize) -> String {
    format!("choice-{index}")
}

/// Where editing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Back,
    On,
}
