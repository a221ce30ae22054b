//! One import as its page knows it: loaded once, and kept up with what the server says of it.

use std::time::Duration;

use domain::{
    ImportId,
    imports::{Import, ImportSettings, ImportState},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value};

use super::{
    server_fns::{cancel_import, configure_import, discard_import, find_import, revert_import, run_import},
    words,
};
use crate::{
    UiError,
    live::{Live, Told},
    location::{Location, Way},
    ui::{Toaster, use_toasts},
    wire,
};

/// An import that goes on says so several times a second; so long it may have more to say.
pub const AFTER_WORD: Duration = Duration::from_millis(300);
/// How often a busy import is asked about, in case no word of it comes.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What the page of an import shares. Cheap to copy.
#[derive(Clone, Copy)]
pub struct State {
    pub id: ImportId,
    pub import: RwSignal<Option<Import>>,
    pub problem: RwSignal<Option<UiError>>,
    /// Something was asked for, and the answer is not there.
    pub is_asking: RwSignal<bool>,
    /// What was chosen since: sent when the answer is there, so that none overtakes another.
    chosen: StoredValue<Map<String, Value>>,
    toasts: Toaster,
}

/// What can be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    Run,
    Cancel,
    Revert,
}

/// The settings with these choices.
fn with(settings: &ImportSettings, choices: &Map<String, Value>) -> Option<ImportSettings> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else { return None };
    all.extend(choices.clone());
    wire::read_value(Value::Object(all)).ok()
}

impl State {
    pub fn new(id: ImportId) -> Self {
        let (import, problem, is_asking) = (RwSignal::new(None), RwSignal::new(None), RwSignal::new(false));
        State { id, import, problem, is_asking, chosen: StoredValue::new(Map::new()), toasts: use_toasts() }
    }

    /// The import itself; only where it is there.
    pub fn get(self) -> Option<Import> {
        self.import.get()
    }

    pub fn is_busy(self) -> bool {
        self.import.with(|import| import.as_ref().is_some_and(|import| import.state.is_busy()))
    }

    pub fn load(self) {
        spawn_local(async move {
            match find_import(self.id).await {
                Ok(import) => self.show(import),
                // What is shown is better than nothing.
                Err(_) if self.import.try_with_untracked(Option::is_some) == Some(true) => {}
                Err(error) => drop(self.problem.try_set(Some(error))),
            }
        });
    }

    fn show(self, import: Import) {
        // What was chosen and is on its way counts more than what the server knew before.
        if self.is_asking.try_get_untracked() != Some(false) {
            return;
        }
        let is_same = self.import.try_with_untracked(|shown| shown.as_ref() == Some(&import));
        if is_same == Some(false) {
            self.problem.set(None);
            self.import.set(Some(import));
        }
    }

    /// Follows the import for as long as the page is there.
    pub fn follow(self) {
        let live: Live = expect_context();
        live.act_on(AFTER_WORD, move |told| matches!(told, Told::Import(id) if *id == self.id), move || self.load());
        let looking = set_interval_with_handle(
            move || {
                if self.import.try_with_untracked(|import| import.as_ref().is_some_and(|i| i.state.is_busy()))
                    == Some(true)
                {
                    self.load();
                }
            },
            LOOK_EVERY,
        );
        on_cleanup(move || {
            let _ = looking.map(|looking| looking.clear());
        });
    }

    /// Changes settings; the file is gone through again. Shown at once: what is chosen next stands on it.
    pub fn configure(self, choices: Value) {
        let Value::Object(choices) = choices else { return };
        self.import.update(|import| {
            if let Some(import) = import
                && let Some(settings) = with(&import.settings, &choices)
            {
                import.settings = settings;
                import.state = ImportState::Checking;
            }
        });
        self.chosen.update_value(|chosen| chosen.extend(choices));
        if !self.is_asking.get_untracked() {
            self.send_chosen();
        }
    }

    fn send_chosen(self) {
        let chosen = self.chosen.try_update_value(std::mem::take).unwrap_or_default();
        self.send(async move { configure_import(self.id, Value::Object(chosen)).await });
    }

    pub fn ask(self, ask: Ask) {
        self.send(async move {
            match ask {
                Ask::Run => run_import(self.id).await,
                Ask::Cancel => cancel_import(self.id).await,
                Ask::Revert => revert_import(self.id).await,
            }
        });
    }

    /// Lets go of the file, and goes to the others.
    pub fn discard(self, location: Location) {
        self.is_asking.set(true);
        spawn_local(async move {
            let answer = discard_import(self.id).await;
            if self.is_asking.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => location.go("/imports", Way::Replace),
                Err(error) => {
                    self.toasts.say(words::refusal(&error));
                    self.load();
                }
            }
        });
    }

    fn send(self, asking: impl Future<Output = Result<Import, UiError>> + 'static) {
        self.is_asking.set(true);
        spawn_local(async move {
            let answer = asking.await;
            if self.is_asking.try_set(false).is_some() {
                return;
            }
            if self.chosen.with_value(|chosen| !chosen.is_empty()) {
                return self.send_chosen();
            }
            match answer {
                Ok(import) => self.show(import),
                Err(error) => {
                    self.toasts.say(words::refusal(&error));
                    // What was chosen did not become so: the controls say what is.
                    self.load();
                }
            }
        });
    }
}
