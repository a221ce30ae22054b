//! Editing one cell in place. What is written shows at once; a refusal puts the cell back and keeps what was typed.

use domain::{ErrorCode, LeadId, leads::Lead};
use icondata_lu as lu;
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html,
    portal::Portal,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
};

use super::{
    super::{
        cells::{self, Edit, Kind},
        choose::{Choose, Move},
        columns::Column,
        format::Today,
        grid::{Cell, Grid},
        server_fns::update_lead,
        undo::offer_undo,
    },
    keys,
};
use crate::{
    UiError,
    markup::{Field as _, act, dynamic, hear, typed, view},
    ui::{self, Icon, Toaster, use_toasts},
    viewer::{Session, use_session, use_today},
};

/// A change that was refused, kept until it is tried again or given up.
#[derive(Clone, Debug, PartialEq)]
struct Refused {
    cell: Cell,
    text: String,
    reason: String,
}

/// What editing needs, all of it cheap to copy.
#[derive(Clone, Copy)]
struct Work {
    grid: Grid,
    session: StoredValue<Session>,
    today: ReadSignal<Today>,
    refused: RwSignal<Vec<Refused>>,
    toasts: Toaster,
}

/// The field over the open cell, and a mark on every cell that was refused.
#[component]
pub fn Editor(grid: Grid) -> impl IntoView {
    let work = Work {
        grid,
        session: use_session(),
        today: use_today(),
        refused: RwSignal::new(Vec::new()),
        toasts: use_toasts(),
    };
    let marks = move || {
        let open = grid.open.get();
        // Rows come and go: a mark belongs to a row that is here.
        grid.rows.track();
        let waiting = work.refused.get().into_iter().filter(|refused| Some(refused.cell) != open);
        waiting.map(|refused| view! { <Mark grid refused /> }).collect_view()
    };
    view! {
        {dynamic(move || grid.open.get().map(|cell| view! { <CellField work cell /> }))}
        {marks}
    }
}

/// Where a cell stands: its table's card, and the box inside it.
fn place(cell: Cell) -> Option<(web_sys::HtmlElement, String)> {
    let td = keys::find(&format!("tr[data-lead='{}'] td[data-col='{}']", cell.lead, cell.column.name()))?;
    let card = td.closest(".table-card").ok()??.dyn_into::<web_sys::HtmlElement>().ok()?;
    let (box_, around) = (td.get_bounding_client_rect(), card.get_bounding_client_rect());
    let left = box_.left() - around.left() + f64::from(card.scroll_left()) - 1.0;
    let top = box_.top() - around.top() + f64::from(card.scroll_top()) - 1.0;
    Some((card, format!("left:{left}px;top:{top}px;width:{}px;height:{}px", box_.width(), box_.height())))
}

/// The badge on a cell whose change was refused.
#[component]
fn Mark(grid: Grid, refused: Refused) -> impl IntoView {
    let (card, style) = place(refused.cell)?;
    let label = format!("Not saved: {}. Try again", refused.reason);
    Some(view! {
        <Portal mount=card>
            <div class="refused" style=style.clone()>
                <button type="button" aria-label=label.clone() title=label.clone() on:click=act(move || grid.open.set(Some(refused.cell)))>
                    <Icon icon=lu::LuCircleAlert />
                </button>
            </div>
        </Portal>
    })
}

#[component]
fn CellField(work: Work, cell: Cell) -> impl IntoView {
    let (Some(lead), Some((card, style))) = (work.grid.lead(cell.lead), place(cell)) else {
        // Nowhere to write: the column is not shown, or the lead is gone. An open cell would hold the list still.
        request_animation_frame(move || work.grid.open.set(None));
        return None;
    };
    let session = work.session;
    let role = session.with_value(|session| session.user.role);
    let today = work.today.get_untracked();
    let kept = work.refused.with_untracked(|all| all.iter().find(|refused| refused.cell == cell).cloned());
    let text = RwSignal::new(match &kept {
        Some(refused) => refused.text.clone(),
        None => cells::text(cell.column, &lead, today),
    });
    let problem = RwSignal::new(kept.map(|refused| refused.reason));
    let kind = session.with_value(|session| cells::kind(cell.column, &lead, session));
    let lead = StoredValue::new(lead);
    // Leaving by Enter, Tab or Esc also takes the focus away: only the first of them counts.
    let is_done = StoredValue::new(false);
    let was_done = move || is_done.try_get_value().unwrap_or(true);
    let leave = Callback::new(move |moving: Option<Move>| {
        if !was_done() {
            is_done.set_value(true);
            keys::leave_cell(work.grid, cell, role, moving);
        }
    });
    let commit = Callback::new(move |moving: Option<Move>| {
        if was_done() {
            return;
        }
        match lead.with_value(|lead| Edit::read(cell.column, lead, &text.get_untracked(), today)) {
            Ok(edit) => {
                work.forget(cell);
                leave.run(moving);
                if let Some(edit) = edit {
                    work.save(cell, edit, text.get_untracked());
                }
            }
            Err(reason) => problem.set(Some(reason)),
        }
    });
    let give_up = Callback::new(move |()| {
        work.forget(cell);
        leave.run(None);
    });
    let why = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if let Some(why) = why.get() {
            // On the page only in the next frame.
            request_animation_frame(move || drop(why.show_popover()));
        }
    });
    let label = cell.column.heading();
    let field = StoredValue::new((kind, style));
    Some(view! {
        <Portal mount=card>
            <div class="cell-editor" style=field.with_value(|(_, style)| style.clone())>
                {match field.with_value(|(kind, _)| kind.clone()) {
                    Kind::Text(kind) => view! { <TextField kind label text commit give_up /> },
                    Kind::Choice(options) => view! {
                        <Choose label options chosen=text.get_untracked()
                            on_choose=Callback::new(move |(value, moving)| { text.set(value); commit.run(moving) })
                            on_leave=give_up />
                    },
                }}
                {dynamic(move || problem.get().map(|reason| view! {
                    <div node_ref=why popover="manual" class="cell-problem" role="alert">
                        <span>{reason}</span>
                        <button type="button" class="btn btn-small" on:mousedown=hear(move |event: MouseEvent| { event.prevent_default(); commit.run(None) })>"Retry"</button>
                        <button type="button" class="btn btn-small btn-quiet" on:mousedown=hear(move |event: MouseEvent| { event.prevent_default(); give_up.run(()) })>"Discard"</button>
                    </div>
                }))}
            </div>
        </Portal>
    })
}

#[component]
fn TextField(
    kind: &'static str,
    label: &'static str,
    text: RwSignal<String>,
    commit: Callback<Option<Move>>,
    give_up: Callback<()>,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    ui::type_over(node);
    // A part of a date that is typed or taken away is no input to the browser as long as the whole is none.
    let look = move || {
        // Only there: a field of one line does not show the line breaks that a text may have.
        if kind == "date"
            && let Some(input) = node.get_untracked()
        {
            text.set(input.text());
        }
    };
    let keys = move |event: KeyboardEvent| {
        match &*event.key() {
            "Enter" => commit.run(None),
            "Tab" => commit.run(Some(if event.shift_key() { Move::Back } else { Move::On })),
            "Escape" => give_up.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <input node_ref=node class="input num" type=kind aria-label=label prop:value=text.get_untracked()
            on:input:target=typed(move |now| text.set(now))
            on:keyup=act(look) on:keydown=hear(keys) on:blur=act(move || { let _ = commit.try_run(None); }) />
    }
}

impl Work {
    fn forget(self, cell: Cell) {
        self.refused.update(|all| all.retain(|refused| refused.cell != cell));
    }

    /// Shows the change, sends it, and puts the cell back when it is refused.
    fn save(self, cell: Cell, edit: Edit, text: String) {
        let Some(before) = self.grid.lead(cell.lead) else { return };
        self.grid.expect(cell.lead, |lead| edit.apply(lead));
        spawn_local(async move {
            match send(&edit, before.id, before.version).await {
                Ok((lead, undo)) => {
                    let said = format!("{} of {} saved", cell.column.heading(), lead.name);
                    self.grid.put(lead);
                    offer_undo(self.grid, self.toasts, said, undo);
                }
                Err(error) => self.refuse(cell, &edit, &before, text, error),
            }
        });
    }

    fn refuse(self, cell: Cell, edit: &Edit, before: &Lead, text: String, error: UiError) {
        let current = error.current();
        let reason = match (&current, error.0.fields.0.values().next()) {
            (Some(lead), _) => {
                let now =
                    self.session.with_value(|session| label_of(cell.column, lead, self.today.get_untracked(), session));
                format!("Someone set it to “{now}” meanwhile")
            }
            (None, Some(message)) => message.clone(),
            (None, None) => error.message(),
        };
        match current {
            Some(lead) => self.grid.put(lead),
            None => self.grid.expect(cell.lead, |lead| edit.revert(before, lead)),
        }
        self.forget(cell);
        self.refused.update(|all| all.push(Refused { cell, text, reason }));
        // Whoever writes elsewhere by now is not interrupted: the cell carries a mark.
        if self.grid.open.get_untracked().is_none() {
            self.grid.open.set(Some(cell));
        }
    }
}

/// Sends a change until nobody was faster: another version is no conflict while the field itself is as it was.
async fn send(edit: &Edit, id: LeadId, mut version: i64) -> Result<(Lead, Option<String>), UiError> {
    const TRIES: usize = 4;
    let mut last = None;
    for _ in 0..TRIES {
        let error = match update_lead(id, edit.patch(version)).await {
            Ok(done) => return Ok((done.value, done.undo)),
            Err(error) => error,
        };
        let current = error.0.current.as_ref().filter(|_| error.0.code == ErrorCode::Conflict);
        if current.is_some_and(|current| edit.is_done(current))
            && let Some(lead) = error.current()
        {
            return Ok((lead, None));
        }
        match current {
            Some(current) if edit.is_untouched(current) => {
                version = current.get("version").and_then(serde_json::Value::as_i64).unwrap_or(version);
                last = Some(error);
            }
            _ => return Err(error),
        }
    }
    Err(last.unwrap_or_else(UiError::unreachable))
}

/// What the cell would show, in words.
fn label_of(column: Column, lead: &Lead, today: Today, session: &Session) -> String {
    let text = cells::text(column, lead, today);
    match cells::kind(column, lead, session) {
        Kind::Text(_) => text,
        Kind::Choice(options) => options.into_iter().find(|(value, _)| *value == text).map_or(text, |(_, label)| label),
    }
}
