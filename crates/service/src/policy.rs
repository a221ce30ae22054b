//! Who may do what: one table, no wildcard arms, so that a new action does not compile until someone decides it.

use domain::{
    Fields, UserId,
    events::Changes,
    imports::Import,
    interactions::Interaction,
    leads::{Between, Lead, LeadInput, LeadQuery, LeadRights, ScorePoint, SortField},
    products::Product,
    users::Role,
    views::View,
};
use serde_json::{Map, Value};

use crate::{Actor, Error, Result};

/// Everything that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    ViewLeads,
    CreateLead,
    UpdateLead,
    MoveLead,
    DeleteLead,
    LogInteraction,
    ChangeInteraction,
    AttachFile,
    ChangeFile,
    MergeLeads,
    Undo,
    ViewEvents,
    ViewNotifications,
    ManageViews,
    ViewPeople,
    ViewProducts,
    ManageUsers,
    ExportLeads,
    ImportLeads,
}

impl Action {
    /// Every action, in the order of the table.
    pub const ALL: [Action; 19] = [
        Action::ViewLeads,
        Action::CreateLead,
        Action::UpdateLead,
        Action::MoveLead,
        Action::DeleteLead,
        Action::LogInteraction,
        Action::ChangeInteraction,
        Action::AttachFile,
        Action::ChangeFile,
        Action::MergeLeads,
        Action::Undo,
        Action::ViewEvents,
        Action::ViewNotifications,
        Action::ManageViews,
        Action::ViewPeople,
        Action::ViewProducts,
        Action::ManageUsers,
        Action::ExportLeads,
        Action::ImportLeads,
    ];
}

/// Whether the role may do this at all. Which rows and which fields is decided below.
pub fn allows(role: Role, action: Action) -> bool {
    match (role, action) {
        (Role::Admin, Action::ViewLeads) => true,
        (Role::Admin, Action::CreateLead) => true,
        (Role::Admin, Action::UpdateLead) => true,
        (Role::Admin, Action::MoveLead) => true,
        (Role::Admin, Action::DeleteLead) => true,
        (Role::Admin, Action::LogInteraction) => true,
        (Role::Admin, Action::ChangeInteraction) => true,
        (Role::Admin, Action::AttachFile) => true,
        (Role::Admin, Action::ChangeFile) => true,
        (Role::Admin, Action::MergeLeads) => true,
        (Role::Admin, Action::Undo) => true,
        (Role::Admin, Action::ViewEvents) => true,
        (Role::Admin, Action::ViewNotifications) => true,
        (Role::Admin, Action::ManageViews) => true,
        (Role::Admin, Action::ViewPeople) => true,
        (Role::Admin, Action::ViewProducts) => true,
        (Role::Admin, Action::ManageUsers) => true,
        (Role::Admin, Action::ExportLeads) => true,
        (Role::Admin, Action::ImportLeads) => true,
        (Role::Agent, Action::ViewLeads) => true,
        (Role::Agent, Action::CreateLead) => true,
        (Role::Agent, Action::UpdateLead) => true,
        (Role::Agent, Action::MoveLead) => true,
        (Role::Agent, Action::DeleteLead) => true,
        (Role::Agent, Action::LogInteraction) => true,
        (Role::Agent, Action::ChangeInteraction) => true,
        (Role::Agent, Action::AttachFile) => true,
        (Role::Agent, Action::ChangeFile) => true,
        (Role::Agent, Action::MergeLeads) => true,
        (Role::Agent, Action::Undo) => true,
        (Role::Agent, Action::ViewEvents) => true,
        (Role::Agent, Action::ViewNotifications) => true,
        (Role::Agent, Action::ManageViews) => true,
        (Role::Agent, Action::ViewPeople) => true,
        (Role::Agent, Action::ViewProducts) => true,
        (Role::Agent, Action::ManageUsers) => false,
        (Role::Agent, Action::ExportLeads) => true,
        (Role::Agent, Action::ImportLeads) => true,
        (Role::Engineer, Action::ViewLeads) => true,
        (Role::Engineer, Action::CreateLead) => false,
        (Role::Engineer, Action::UpdateLead) => true,
        (Role::Engineer, Action::MoveLead) => false,
        (Role::Engineer, Action::DeleteLead) => false,
        (Role::Engineer, Action::LogInteraction) => true,
        (Role::Engineer, Action::ChangeInteraction) => true,
        (Role::Engineer, Action::AttachFile) => true,
        (Role::Engineer, Action::ChangeFile) => true,
        (Role::Engineer, Action::MergeLeads) => false,
        (Role::Engineer, Action::Undo) => true,
        (Role::Engineer, Action::ViewEvents) => true,
        (Role::Engineer, Action::ViewNotifications) => true,
        (Role::Engineer, Action::ManageViews) => true,
        (Role::Engineer, Action::ViewPeople) => true,
        (Role::Engineer, Action::ViewProducts) => true,
        (Role::Engineer, Action::ManageUsers) => false,
        (Role::Engineer, Action::ExportLeads) => true,
        (Role::Engineer, Action::ImportLeads) => false,
    }
}

pub(crate) fn allow(role: Role, action: Action) -> Result<()> {
    if allows(role, action) {
        return Ok(());
    }
    Err(Error::forbidden(match action {
        Action::CreateLead => "Engineers do not create leads. Ask an agent.",
        Action::MoveLead => "Engineers do not move leads. Ask an agent.",
        Action::DeleteLead => "Engineers do not delete leads. Ask an agent.",
        Action::ManageUsers => "Only admins manage people.",
        Action::MergeLeads => "Engineers do not merge leads. Ask an agent.",
        Action::ImportLeads => "Engineers do not import leads. Ask an agent.",
        Action::ViewLeads
        | Action::UpdateLead
        | Action::LogInteraction
        | Action::ChangeInteraction
        | Action::AttachFile
        | Action::ChangeFile
        | Action::Undo
        | Action::ViewEvents
        | Action::ViewNotifications
        | Action::ManageViews
        | Action::ViewPeople
        | Action::ViewProducts
        | Action::ExportLeads => "Your role may not do this.",
    }))
}

/// Fields an engineer writes; nobody but engineers and admins does.
const ENGINEERING: [&str; 3] = ["engineeringProgress", "engineeringNotes", "blockedReason"];
/// Fields only admins write by hand.
const ADMIN_ONLY: [&str; 1] = ["assignedEngineer"];
/// Fields an engineer neither sees nor filters nor sorts by.
const HIDDEN_FROM_ENGINEERS: [&str; 4] = ["value", "notes", "followUpNote", "lostReason"];

/// Whether the actor may make these changes to this lead (`None`: a new one). Names every field that is refused.
pub(crate) fn allow_changes(actor: &Actor, lead: Option<&Lead>, changes: &Changes) -> Result<()> {
    refuse(changes.keys().filter(|field| !may_write(actor, lead, field)).map(String::as_str).collect())
}

/// Refuses to compare what the actor sends with what they do not see: that nothing changes would tell them. Names every
/// field that is refused, hidden or not. `seen` is the lead as they see it, and as it would be sent back.
pub(crate) fn allow_naming(
    actor: &Actor,
    lead: &Lead,
    seen: &Map<String, Value>,
    patch: &Map<String, Value>,
) -> Result<()> {
    let is_changed = |field: &str| patch.get(field).is_some_and(|value| seen.get(field) != Some(value));
    if !hidden_fields(actor).iter().any(|field| is_changed(field)) {
        return Ok(());
    }
    let known = patch.keys().map(String::as_str).filter(|field| seen.contains_key(*field));
    let mut refused: Vec<&str> = known.filter(|f| is_changed(f) && !may_write(actor, Some(lead), f)).collect();
    refused.sort_unstable();
    refuse(refused)
}

fn refuse(refused: Vec<&str>) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let fields = refused.iter().map(|field| ((*field).to_owned(), "you may not change this".to_owned())).collect();
    let detail = format!("You may not change {}. Nothing was saved.", refused.join(", "));
    Err(Error::Forbidden { detail, fields: Fields(fields) })
}

fn may_write(actor: &Actor, lead: Option<&Lead>, field: &str) -> bool {
    match actor.role() {
        Role::Admin => true,
        Role::Engineer => ENGINEERING.contains(&field),
        Role::Agent if ENGINEERING.contains(&field) || ADMIN_ONLY.contains(&field) => false,
        // Their own they hand over, an unassigned one they claim; someone else's stays where it is.
        Role::Agent if field == "assignedTo" => {
            lead.is_none_or(|lead| lead.assigned_to.is_none() || lead.assigned_to == actor.id())
        }
        Role::Agent => true,
    }
}

/// Whether the actor may write this field of a new lead.
pub(crate) fn may_write_new(actor: &Actor, field: &str) -> bool {
    may_write(actor, None, field)
}

/// Whether the actor may move this lead, with what the move brings along: whoever wins a lead may say who delivers it.
pub(crate) fn allow_move(actor: &Actor, lead: &Lead, changes: &Changes) -> Result<()> {
    let mut by_hand = changes.clone();
    if by_hand.contains_key("status") {
        by_hand.remove("assignedEngineer");
    }
    allow_changes(actor, Some(lead), &by_hand)
}

/// Whether the actor may take back these changes of their own, from what the lead is to what it was.
///
/// Judged on either: what one may hand over, one may also take back.
pub(crate) fn allow_undo(actor: &Actor, lead: &Lead, restored: &Lead, changes: &Changes) -> Result<()> {
    // An engineer that a win brought along goes the way it came.
    allow_move(actor, lead, changes).or_else(|_| allow_move(actor, restored, changes))
}

/// Whether the actor may follow and stop a job that this person asked for; `None` is the system.
pub(crate) fn may_follow(actor: &Actor, asked_by: Option<UserId>) -> bool {
    match actor.role() {
        Role::Admin => true,
        Role::Agent | Role::Engineer => asked_by.is_some() && asked_by == actor.id(),
    }
}

/// Whether the actor may go on with an import. Its rows are found in the scope of whoever goes on, and whoever sent it
/// reads about them.
pub(crate) fn allow_going_on(actor: &Actor, import: &Import) -> Result<()> {
    if import.is_of(actor.id(), actor.role()) {
        return Ok(());
    }
    Err(Error::forbidden("Only whoever sent this file goes on with it. You can cancel it, and revert it."))
}

/// Whether the actor sees imports of others.
pub(crate) fn sees_all_imports(actor: &Actor) -> bool {
    match actor.role() {
        Role::Admin => true,
        Role::Agent | Role::Engineer => false,
    }
}

/// Whether the actor may delete this lead, which they can see.
pub(crate) fn allow_delete(actor: &Actor, lead: &Lead) -> Result<()> {
    let own = actor.id().is_some_and(|me| lead.belongs_to(me));
    match actor.role() {
        Role::Admin => Ok(()),
        Role::Agent if own => Ok(()),
        Role::Agent => Err(Error::forbidden("Only its owner or an admin deletes a lead. Claim it first.")),
        Role::Engineer => allow(Role::Engineer, Action::DeleteLead),
    }
}

/// Whether the actor may rename or delete this file of a lead they can see.
pub(crate) fn allow_file_change(actor: &Actor, lead: &Lead, uploaded_by: Option<UserId>) -> Result<()> {
    let uploaded = uploaded_by.is_some() && uploaded_by == actor.id();
    let own = actor.id().is_some_and(|me| lead.belongs_to(me));
    match actor.role() {
        Role::Admin => Ok(()),
        Role::Agent if uploaded || own => Ok(()),
        Role::Engineer if uploaded => Ok(()),
        Role::Agent | Role::Engineer => {
            Err(Error::forbidden("Only who uploaded it, the lead's agent or an admin changes a file."))
        }
    }
}

/// Whether the actor may ask for this list: conditions on a field that one does not see, or its order, would tell it.
pub(crate) fn allow_query(actor: &Actor, query: &LeadQuery) -> Result<()> {
    let by_value = query.filter.value != Between::default() || query.sort.iter().any(|k| k.field == SortField::Value);
    match actor.role() {
        Role::Engineer if by_value => Err(Error::Forbidden {
            detail: "Engineers do not see what a lead is worth.".into(),
            fields: Fields::one("value", "you may not see this"),
        }),
        Role::Admin | Role::Agent | Role::Engineer => Ok(()),
    }
}

/// Takes away what the actor's role does not see.
pub(crate) fn redact(actor: &Actor, mut lead: Lead) -> Lead {
    match actor.role() {
        Role::Admin | Role::Agent => {}
        Role::Engineer => {
            lead.value = None;
            lead.notes = None;
            lead.follow_up_note = None;
            lead.lost_reason = None;
        }
    }
    lead
}

/// Fields whose changes the actor does not see.
pub(crate) fn hidden_fields(actor: &Actor) -> &'static [&'static str] {
    match actor.role() {
        Role::Admin | Role::Agent => &[],
        Role::Engineer => &HIDDEN_FROM_ENGINEERS,
    }
}

/// Whether the actor sees events that are about no lead: people, products, views.
pub(crate) fn sees_all_events(actor: &Actor) -> bool {
    match actor.role() {
        Role::Admin => true,
        Role::Agent | Role::Engineer => false,
    }
}

/// The person who acts; the system itself says nothing and owns nothing.
pub(crate) fn person(actor: &Actor) -> Result<UserId> {
    actor.id().ok_or_else(|| Error::forbidden("Only a person can do this."))
}

/// Whether the actor may change or delete this interaction, whose lead they see.
pub(crate) fn allow_interaction(actor: &Actor, interaction: &Interaction) -> Result<()> {
    match actor.role() {
        Role::Admin => Ok(()),
        Role::Agent | Role::Engineer if actor.id() == Some(interaction.user_id) => Ok(()),
        Role::Agent | Role::Engineer => Err(Error::forbidden("Only its author or an admin changes this.")),
    }
}

/// Whether the actor may change or delete this view. A private one is nobody else's business, an admin's neither.
pub(crate) fn allow_view(actor: &Actor, view: &View) -> Result<()> {
    match actor.role() {
        Role::Admin | Role::Agent | Role::Engineer if actor.id() == Some(view.owner_id) => Ok(()),
        Role::Admin | Role::Agent | Role::Engineer if !view.is_shared => Err(Error::NotFound),
        Role::Admin => Ok(()),
        Role::Agent | Role::Engineer => Err(Error::forbidden("Only its owner or an admin changes a shared view.")),
    }
}

/// Takes away the reasons of a score from those who must not conclude from them what a lead is worth.
pub(crate) fn redact_points(actor: &Actor, points: Vec<ScorePoint>) -> Vec<ScorePoint> {
    match actor.role() {
        Role::Admin | Role::Agent => points,
        Role::Engineer => Vec::new(),
    }
}

/// All of the above for one lead that the actor can see: what a page may offer.
pub(crate) fn rights(actor: &Actor, lead: &Lead) -> Result<LeadRights> {
    let (role, input) = (actor.role(), serde_json::to_value(LeadInput::default())?);
    let names = input.as_object().into_iter().flat_map(|input| input.keys());
    let writes = |field: &str| allows(role, Action::UpdateLead) && may_write(actor, Some(lead), field);
    let delete = allows(role, Action::DeleteLead) && allow_delete(actor, lead).is_ok();
    Ok(LeadRights {
        fields: names.filter(|field| writes(field)).cloned().collect(),
        delete,
        merge: allows(role, Action::MergeLeads),
        assign: writes("assignedTo"),
    })
}

/// Takes away what a product's salespeople keep to themselves.
pub(crate) fn redact_product(actor: &Actor, mut product: Product) -> Product {
    match actor.role() {
        Role::Admin | Role::Agent => {}
        Role::Engineer => product.agent_notes = None,
    }
    product
}
