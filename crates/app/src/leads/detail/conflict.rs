//! Two people changed the same field: the second one chooses, field by field.

use domain::leads::Lead;
use leptos::prelude::*;
use serde_json::Value;

use super::{
    words::{label, value_words},
    work::{Change, Changed, Work, fields},
};
use crate::{
    UiError,
    markup::{act, view},
    ui::Dialog,
};

/// What both changed, and what only the person here did.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Field, mine, theirs.
    pub both: Vec<(String, Value, Value)>,
    pub mine_alone: Changed,
    /// What was chosen, true where mine stays, and why it could not be saved.
    refused: Option<(Vec<bool>, UiError)>,
}

impl Conflict {
    /// `None` when the others touched none of these fields, or came to the same.
    pub fn between(change: &Change, theirs: &Lead) -> Option<Self> {
        let now = fields(theirs);
        let mut conflict = Conflict { both: Vec::new(), mine_alone: Changed::new(), refused: None };
        for (field, mine) in &change.to {
            let theirs = now.get(field).cloned().unwrap_or_default();
            if change.from.get(field) == Some(&theirs) || *mine == theirs {
                conflict.mine_alone.insert(field.clone(), mine.clone());
            } else {
                conflict.both.push((field.clone(), mine.clone(), theirs));
            }
        }
        (!conflict.both.is_empty()).then_some(conflict)
    }
}

/// Mine or theirs, for each field that both changed.
#[component]
pub fn ConflictDialog(work: Work, conflict: Conflict) -> impl IntoView {
    let (chosen, problem) = conflict.refused.clone().unzip();
    let chosen = chosen.unwrap_or_else(|| vec![true; conflict.both.len()]);
    let mine = RwSignal::new(chosen.clone());
    let name = work.lead.read_untracked().name.clone();
    let close = Callback::new(move |()| {
        work.conflict.set(None);
        work.refresh();
    });
    let rows = conflict.both.iter().enumerate().map(|(at, (field, ours, theirs))| {
        let words = |value: &Value| work.session.with_value(|session| value_words(field, value, session, work.today.get_untracked()));
        let option = |is_mine: bool, who: &'static str, value: &Value| {
            view! {
                <label class="side">
                    <input type="radio" name=format!("side-{field}") checked=is_mine == chosen[at]
                        on:change=act(move || mine.update(|mine| mine[at] = is_mine)) />
                    <span><b>{who}</b><span class="side-value">{words(value)}</span></span>
                </label>
            }
        };
        view! {
            <fieldset class="sides"><legend>{label(field)}</legend>{option(true, "Mine", ours)}{option(false, "Theirs", theirs)}</fieldset>
        }
    });
    let rows = rows.collect_view();
    let conflict = StoredValue::new(conflict);
    let save = move || {
        let (conflict, chosen) = (conflict.get_value(), mine.get_untracked());
        let mut to = conflict.mine_alone.clone();
        let stays = conflict.both.iter().zip(&chosen).filter(|(_, mine)| **mine);
        to.extend(stays.map(|((field, ours, _), _)| (field.clone(), ours.clone())));
        work.conflict.set(None);
        if to.is_empty() {
            work.refresh();
        } else {
            // What was typed is nowhere but here: refused, it is asked about once more.
            work.save(to, "Saved", move |error| {
                let refused = Some((chosen.clone(), error));
                drop(work.conflict.try_set(Some(Conflict { refused, ..conflict.clone() })));
            });
        }
    };
    view! {
        <Dialog title="Changed by someone else" on_close=close>
            <p class="muted">{format!("While you changed {name}, someone else did too. Choose what stays.")}</p>
            {problem.map(|error| view! { <p class="alert" role="alert">{error.message()}</p> })}
            {rows}
            <footer class="form-foot">
                <button type="button" class="btn" on:click=act(move || close.run(()))>"Keep theirs"</button>
                <span class="grow"></span>
                <button type="button" class="btn btn-primary" on:click=act(save)>"Save the choice"</button>
            </footer>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Changed {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn only_what_both_changed_is_asked_about() {
        let theirs: Lead = serde_json::from_value(json!({
            "id": 1, "name": "Maya", "email": null, "phone": null, "company": "Kite", "status": "new", "source": "Event",
            "value": null, "assignedTo": null, "assignedEngineer": null, "assignedProduct": null, "products": [],
            "notes": null, "priority": "medium", "score": 0, "scoreIsSet": false, "engineeringProgress": 0,
            "engineeringNotes": null, "blockedReason": null, "followUpAt": null, "followUpNote": null,
            "lostReason": null, "position": "a", "version": 2, "createdBy": null, "createdVia": "ui",
            "lastContactedAt": null, "stageEnteredAt": "2026-11-22T12:00:00Z", "closedAt": null,
            "createdAt": "2026-11-22T12:00:00Z", "updatedAt": "2026-11-22T12:00:00Z"
        }))
        .unwrap();
        let change = |to| Change { from: map(json!({"source": null, "company": "Kite"})), to: map(to) };
        let found = Conflict::between(&change(json!({"source": "Referral", "company": "Kite & Co"})), &theirs).unwrap();
        assert_eq!(found.both, [("source".to_owned(), json!("Referral"), json!("Event"))]);
        assert_eq!(found.mine_alone, map(json!({"company": "Kite & Co"})));
        assert_eq!(Conflict::between(&change(json!({"company": "Kite & Co"})), &theirs), None);
        assert_eq!(Conflict::between(&change(json!({"source": "Event"})), &theirs), None);
    }
}
