//! An open lead: what the sheet shows of it, and how it is changed. Every write carries the version it was made from.

use domain::{
    LeadId,
    attachments::Attachment,
    events::{TimelineEntry, TimelinePart},
    leads::{Lead, LeadInput, LeadRights, ScorePoint},
    products::Product,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value};

use super::{ENTRIES, LeadSheet, conflict::Conflict, dialogs::Asked, live::Known};
use crate::{
    UiError,
    leads::{
        format::Today,
        grid::Grid,
        server_fns::{load_sheet, load_timeline, update_lead},
        undo::offer_undo,
        writing,
    },
    live::{Live, Told},
    location::use_location,
    page::Page,
    ui::{Toaster, use_toasts},
    viewer::{Session, use_session, use_today},
    wire,
};

type Entries = domain::Page<TimelineEntry>;

/// Field (as on the wire) → its new value.
pub type Changed = Map<String, Value>;

/// Entries that are loaded again at the most when something has happened.
const MOST_ENTRIES: u16 = 200;
/// How long to wait for more when others are at work on the lead.
const AFTER_OTHERS: std::time::Duration = std::time::Duration::from_millis(200);

/// Cheap to copy; gone with the sheet of its lead.
#[derive(Clone, Copy)]
pub struct Work {
    pub id: LeadId,
    pub lead: RwSignal<Lead>,
    pub rest: RwSignal<Rest>,
    pub part: RwSignal<TimelinePart>,
    /// This part of it, as far back as it was asked for.
    pub timeline: RwSignal<Entries>,
    /// Why the rest of the sheet, or newer entries, could not be loaded.
    pub problem: RwSignal<Option<UiError>>,
    /// The code of fields and dialogs is there.
    pub can_open: ReadSignal<bool>,
    /// The dialog that is open.
    pub asked: RwSignal<Option<Asked>>,
    /// What the person is asked meanwhile, over any dialog.
    pub conflict: RwSignal<Option<Conflict>>,
    /// Not over the table, whose rows stay while one goes through them.
    is_over_board: bool,
    pub grid: Grid,
    pub toasts: Toaster,
    pub session: StoredValue<Session>,
    pub today: ReadSignal<Today>,
}

/// What stands around the lead itself.
#[derive(Clone, Default)]
pub struct Rest {
    /// False while there is only what the table knew.
    pub is_here: bool,
    pub rights: LeadRights,
    pub files: Vec<Attachment>,
    /// What the score is made of.
    pub score: Vec<ScorePoint>,
    /// The one whose card is open.
    pub product: Option<Product>,
}

/// How a change ended that was not refused.
pub enum Sent {
    Saved(Box<Lead>, Option<String>),
    /// Others changed the same fields: the person is being asked.
    Asked,
}

impl Work {
    pub fn new(known: Known) -> Self {
        let session = use_session();
        let (lead, rest, timeline) = match known {
            Known::Whole(sheet) => apart(*sheet),
            Known::Row(lead) => (*lead, Rest::default(), Entries::empty()),
        };
        let is_whole = rest.is_here;
        let work = Work {
            id: lead.id,
            lead: RwSignal::new(lead),
            rest: RwSignal::new(rest),
            part: RwSignal::new(TimelinePart::All),
            timeline: RwSignal::new(timeline),
            problem: RwSignal::new(None),
            can_open: writing::preload(),
            asked: RwSignal::new(None),
            conflict: RwSignal::new(None),
            is_over_board: matches!(use_location().page.get_untracked(), Some(Page::Board(_))),
            grid: expect_context(),
            toasts: use_toasts(),
            session,
            today: use_today(),
        };
        // What is done elsewhere on the page, an undo say, shows here too.
        Effect::new(move |before: Option<u32>| {
            let now = work.grid.changed.get();
            if before.is_some_and(|before| before != now) || (before.is_none() && !is_whole) {
                work.refresh();
            }
            now
        });
        work
    }

    /// Whether this field is offered for writing; the policy decides again when it is saved.
    pub fn may(self, field: &str) -> bool {
        self.rest.read().rights.writes(field)
    }

    /// Opens a dialog over the sheet.
    pub fn ask(self, what: Asked) {
        self.asked.set(Some(what));
        self.mind_the_wait();
    }

    /// Closes the dialog, if it is still this one: answers come late.
    pub fn close(self, is_it: fn(&Asked) -> bool) {
        let _ = self.asked.try_update(|asked| {
            if asked.as_ref().is_some_and(is_it) {
                *asked = None;
            }
        });
    }

    /// Opens a field.
    pub fn open(self, is_open: RwSignal<bool>) {
        is_open.set(true);
        self.mind_the_wait();
    }

    /// On a slow line the code of what was just opened may not be there yet.
    fn mind_the_wait(self) {
        if !self.can_open.get_untracked() {
            self.toasts.say("One moment, this is still being loaded");
        }
    }

    /// Loads all of it again; what was being read stays where it is.
    pub fn refresh(self) {
        self.problem.set(None);
        spawn_local(async move {
            let (result, part) = (load_sheet(self.id).await, self.part.try_get_untracked());
            match (result, part) {
                (Ok(sheet), Some(part)) => {
                    let many = u16::try_from(self.timeline.read_untracked().items.len()).unwrap_or(MOST_ENTRIES);
                    let is_whole = part == TimelinePart::All && many <= ENTRIES;
                    self.take(sheet, is_whole);
                    if !is_whole {
                        self.load_again(part, many.clamp(ENTRIES, MOST_ENTRIES)).await;
                    }
                }
                (Err(error), Some(_)) => self.problem.set(Some(error)),
                (_, None) => {}
            }
        });
    }

    /// Shows what happens to this lead as it happens, done by others or by the same person elsewhere. What is being
    /// typed stays.
    pub fn follow(self) {
        let live: Live = expect_context();
        let is_news = move |told: &Told| match told {
            Told::Event(event) => event.event.lead_id == Some(self.id),
            Told::Gone(lead) => *lead == self.id,
            Told::Reload => true,
            Told::Import(_) => false,
        };
        live.act_on(AFTER_OTHERS, is_news, move || self.refresh());
    }

    fn take(self, sheet: LeadSheet, with_entries: bool) {
        let (lead, rest, timeline) = apart(sheet);
        if lead.version >= self.lead.read_untracked().version {
            self.show(lead);
        }
        self.rest.set(rest);
        if with_entries {
            self.take_entries(timeline);
        }
    }

    /// Puts the newest entries in front; older ones that were loaded before stay, if there are any still.
    fn take_entries(self, mut newest: Entries) {
        let has_older = newest.next_cursor.is_some();
        let oldest = newest.items.last().map(|entry| (entry.event.at, entry.event.id)).filter(|_| has_older);
        let kept = self.timeline.with_untracked(|now| {
            let is_older = |entry: &&TimelineEntry| {
                oldest.is_some_and(|oldest| (entry.event.at, entry.event.id) < oldest) && entry.event.id.0 > 0
            };
            let kept = now.items.iter().filter(is_older).cloned().collect::<Vec<_>>();
            (!kept.is_empty()).then(|| (kept, now.next_cursor.clone()))
        });
        if let Some((kept, next)) = kept {
            newest.items.extend(kept);
            newest.next_cursor = next;
        }
        self.timeline.set(newest);
    }

    /// Loads as many entries again as are there: one may have been edited or deleted, and what is being edited stays.
    async fn load_again(self, part: TimelinePart, many: u16) {
        match load_timeline(self.id, part, None, many).await {
            Ok(page) if self.part.try_get_untracked() == Some(part) => self.take_entries(page),
            Ok(_) => {}
            Err(error) => drop(self.problem.try_set(Some(error))),
        }
    }

    /// Shows a part of the timeline from its newest entry on.
    pub async fn load_part(self, part: TimelinePart) {
        match load_timeline(self.id, part, None, ENTRIES).await {
            Ok(page) if self.part.try_get_untracked() == Some(part) => {
                self.timeline.set(page);
            }
            Ok(_) => {}
            Err(error) => drop(self.problem.try_set(Some(error))),
        }
    }

    /// Shows the lead here and in the table behind.
    pub fn show(self, lead: Lead) {
        self.grid.put(lead.clone());
        drop(self.lead.try_set(lead));
    }

    /// Shows the change at once and sends it; refused, the lead is put back.
    ///
    /// # Errors
    /// What the server says against it.
    pub async fn send(self, to: Changed) -> Result<Sent, UiError> {
        self.send_from(self.lead.get_untracked(), to).await
    }

    /// The same for what was changed from the lead as it was `seen`: others may have changed it since.
    async fn send_from(self, seen: Lead, to: Changed) -> Result<Sent, UiError> {
        let before = self.lead.get_untracked();
        let mut change = Change::of(&seen, to);
        self.show(with(&before, &change.to));
        let (mut version, mut back) = (seen.version, fields(&before));
        // Another version is no conflict while the fields themselves are as they were.
        for _ in 0..4 {
            let error = match update_lead(self.id, change.patch(version)).await {
                Ok(done) => {
                    self.show(done.value.clone());
                    return Ok(Sent::Saved(Box::new(done.value), done.undo));
                }
                Err(error) => error,
            };
            let Some(theirs) = error.current() else {
                self.put_back(&change.to, &back);
                return Err(error);
            };
            version = theirs.version;
            match Conflict::between(&change, &theirs) {
                None => {
                    back = fields(&theirs);
                    change.from.clone_from(&back);
                }
                Some(conflict) => {
                    self.show(theirs);
                    drop(self.conflict.try_set(Some(conflict)));
                    return Ok(Sent::Asked);
                }
            }
        }
        self.put_back(&change.to, &back);
        Err(UiError::unreachable())
    }

    /// The same with words for how it went. What is refused is told by `refused`.
    pub fn save(self, to: Changed, said: impl Into<String>, refused: impl Fn(UiError) + 'static) {
        self.save_from(self.lead.get_untracked(), to, said.into(), refused);
    }

    /// The same from the lead as it was `seen`.
    pub fn save_from(self, seen: Lead, to: Changed, said: String, refused: impl Fn(UiError) + 'static) {
        spawn_local(async move {
            match self.send_from(seen, to).await {
                Ok(Sent::Saved(_, undo)) => self.saved(said, undo),
                Ok(Sent::Asked) => {}
                Err(error) => refused(error),
            }
        });
    }

    /// Says so, and loads what the change brought with it: on a board its heads too, which count every lead.
    pub fn saved(self, said: String, undo: Option<String>) {
        offer_undo(self.grid, self.toasts, said, undo);
        match self.is_over_board {
            true => self.grid.reload(),
            false => self.refresh(),
        }
    }

    /// Takes the change off again, and nothing else: these fields are as they were.
    fn put_back(self, to: &Changed, before: &Changed) {
        if let Some(now) = self.lead.try_get_untracked() {
            let back = to.keys().filter_map(|field| Some((field.clone(), before.get(field)?.clone())));
            self.show(with(&now, &back.collect()));
        }
    }
}

/// The lead, what stands around it, and what happened to it.
fn apart(sheet: LeadSheet) -> (Lead, Rest, Entries) {
    let LeadSheet { lead, rights, timeline, files, score, product } = sheet;
    (lead, Rest { is_here: true, rights, files, score: score.points, product }, timeline)
}

/// What is changed, and what the person saw when they began.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub from: Changed,
    pub to: Changed,
}

impl Change {
    fn of(lead: &Lead, to: Changed) -> Self {
        Change { from: fields(lead), to }
    }

    fn patch(&self, version: i64) -> Value {
        let mut patch = self.to.clone();
        patch.insert("version".into(), version.into());
        Value::Object(patch)
    }
}

/// What may be written of a lead, as on the wire.
pub fn fields(lead: &Lead) -> Changed {
    match serde_json::to_value(LeadInput::of(lead)) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The lead as it will be.
pub fn with(lead: &Lead, to: &Changed) -> Lead {
    let Ok(Value::Object(mut json)) = serde_json::to_value(lead) else { return lead.clone() };
    // A score that is cleared is computed by the server.
    json.extend(
        to.iter().filter(|(field, value)| *field != "score" || !value.is_null()).map(|(f, v)| (f.clone(), v.clone())),
    );
    wire::read_value(Value::Object(json)).unwrap_or_else(|_| lead.clone())
}
