//! Who may do what: one table, no wildcard arms, so that a new action does not compile until someone decides it.

use domain::{Fields, events::Changes, leads::Lead, users::Role};

use crate::{Actor, Error, Result};

/// Everything that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    ViewLeads,
    CreateLead,
    UpdateLead,
    DeleteLead,
    LogInteraction,
    ChangeInteraction,
    AttachFile,
    ChangeFile,
    MergeLeads,
    Undo,
    ViewEvents,
    ManageViews,
    ViewPeople,
    ViewProducts,
    ManageUsers,
}

impl Action {
    /// Every action, in the order of the table.
    pub const ALL: [Action; 15] = [
        Action::ViewLeads,
        Action::CreateLead,
        Action::UpdateLead,
        Action::DeleteLead,
        Action::LogInteraction,
        Action::ChangeInteraction,
        Action::AttachFile,
        Action::ChangeFile,
        Action::MergeLeads,
        Action::Undo,
        Action::ViewEvents,
        Action::ManageViews,
        Action::ViewPeople,
        Action::ViewProducts,
        Action::ManageUsers,
    ];
}

/// Whether the role may do this at all. Which rows and which fields is decided below.
pub fn allows(role: Role, action: Action) -> bool {
    match (role, action) {
        (Role::Admin, Action::ViewLeads) => true,
        (Role::Admin, Action::CreateLead) => true,
        (Role::Admin, Action::UpdateLead) => true,
        (Role::Admin, Action::DeleteLead) => true,
        (Role::Admin, Action::LogInteraction) => true,
        (Role::Admin, Action::ChangeInteraction) => true,
        (Role::Admin, Action::AttachFile) => true,
        (Role::Admin, Action::ChangeFile) => true,
        (Role::Admin, Action::MergeLeads) => true,
        (Role::Admin, Action::Undo) => true,
        (Role::Admin, Action::ViewEvents) => true,
        (Role::Admin, Action::ManageViews) => true,
        (Role::Admin, Action::ViewPeople) => true,
        (Role::Admin, Action::ViewProducts) => true,
        (Role::Admin, Action::ManageUsers) => true,
        (Role::Agent, Action::ViewLeads) => true,
        (Role::Agent, Action::CreateLead) => true,
        (Role::Agent, Action::UpdateLead) => true,
        (Role::Agent, Action::DeleteLead) => true,
        (Role::Agent, Action::LogInteraction) => true,
        (Role::Agent, Action::ChangeInteraction) => true,
        (Role::Agent, Action::AttachFile) => true,
        (Role::Agent, Action::ChangeFile) => true,
        (Role::Agent, Action::MergeLeads) => true,
        (Role::Agent, Action::Undo) => true,
        (Role::Agent, Action::ViewEvents) => true,
        (Role::Agent, Action::ManageViews) => true,
        (Role::Agent, Action::ViewPeople) => true,
        (Role::Agent, Action::ViewProducts) => true,
        (Role::Agent, Action::ManageUsers) => false,
        (Role::Engineer, Action::ViewLeads) => true,
        (Role::Engineer, Action::CreateLead) => false,
        (Role::Engineer, Action::UpdateLead) => true,
        (Role::Engineer, Action::DeleteLead) => false,
        (Role::Engineer, Action::LogInteraction) => true,
        (Role::Engineer, Action::ChangeInteraction) => true,
        (Role::Engineer, Action::AttachFile) => true,
        (Role::Engineer, Action::ChangeFile) => true,
        (Role::Engineer, Action::MergeLeads) => false,
        (Role::Engineer, Action::Undo) => true,
        (Role::Engineer, Action::ViewEvents) => true,
        (Role::Engineer, Action::ManageViews) => true,
        (Role::Engineer, Action::ViewPeople) => true,
        (Role::Engineer, Action::ViewProducts) => true,
        (Role::Engineer, Action::ManageUsers) => false,
    }
}

pub(crate) fn allow(role: Role, action: Action) -> Result<()> {
    if allows(role, action) {
        return Ok(());
    }
    Err(Error::forbidden(match action {
        Action::CreateLead => "Engineers do not create leads. Ask an agent.",
        Action::DeleteLead => "Engineers do not delete leads. Ask an agent.",
        Action::ManageUsers => "Only admins manage people.",
        Action::MergeLeads => "Engineers do not merge leads. Ask an agent.",
        Action::ViewLeads
        | Action::UpdateLead
        | Action::LogInteraction
        | Action::ChangeInteraction
        | Action::AttachFile
        | Action::ChangeFile
        | Action::Undo
        | Action::ViewEvents
        | Action::ManageViews
        | Action::ViewPeople
        | Action::ViewProducts => "Your role may not do this.",
    }))
}

/// Fields an engineer writes; nobody but engineers and admins does.
const ENGINEERING: [&str; 3] = ["engineeringProgress", "engineeringNotes", "blockedReason"];
/// Fields only admins write by hand.
const ADMIN_ONLY: [&str; 1] = ["assignedEngineer"];
/// Fields an engineer neither sees nor filters nor sorts by.
pub(crate) const HIDDEN_FROM_ENGINEERS: [&str; 4] = ["value", "notes", "followUpNote", "lostReason"];

/// Whether the actor may make these changes to this lead (`None`: a new one). Names every field that is refused.
pub(crate) fn allow_changes(actor: &Actor, lead: Option<&Lead>, changes: &Changes) -> Result<()> {
    let refused: Vec<&String> = changes.keys().filter(|field| !may_write(actor, lead, field)).collect();
    if refused.is_empty() {
        return Ok(());
    }
    let fields = refused.iter().map(|field| ((*field).clone(), "you may not change this".to_owned())).collect();
    let names: Vec<&str> = refused.iter().map(|f| f.as_str()).collect();
    let detail = format!("You may not change {}. Nothing was saved.", names.join(", "));
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
