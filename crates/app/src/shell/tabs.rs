//! The tabs, and who sees which.

use domain::users::Role;
use icondata_core::Icon;
use icondata_lu as lu;

/// A part of the CRM with an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Dashboard,
    Leads,
    Kanban,
    Reference,
    Engineering,
    Agents,
    Products,
    Webhooks,
    Mcp,
}

impl Tab {
    const ALL: [Tab; 9] = [
        Tab::Dashboard,
        Tab::Leads,
        Tab::Kanban,
        Tab::Reference,
        Tab::Engineering,
        Tab::Agents,
        Tab::Products,
        Tab::Webhooks,
        Tab::Mcp,
    ];

    /// The tabs of a role, in order.
    pub fn of(role: Role) -> impl Iterator<Item = Tab> {
        Tab::ALL.into_iter().filter(move |tab| tab.is_for(role))
    }

    /// Where the role works.
    pub fn home(role: Role) -> Tab {
        match role {
            Role::Admin | Role::Agent | Role::Engineer => Tab::Leads,
        }
    }

    /// The tab with this path.
    pub fn at(path: &str) -> Option<Tab> {
        Tab::ALL.into_iter().find(|tab| tab.path() == path)
    }

    /// The four that a phone's bar has room for.
    pub fn on_phone(role: Role) -> &'static [Tab] {
        match role {
            Role::Admin | Role::Agent => &[Tab::Dashboard, Tab::Leads, Tab::Kanban, Tab::Reference],
            Role::Engineer => &[Tab::Engineering, Tab::Leads, Tab::Kanban, Tab::Dashboard],
        }
    }

    /// Whether the role sees it.
    pub fn is_for(self, role: Role) -> bool {
        match self {
            Tab::Dashboard | Tab::Leads | Tab::Kanban => true,
            Tab::Reference => matches!(role, Role::Admin | Role::Agent),
            Tab::Engineering => matches!(role, Role::Admin | Role::Engineer),
            Tab::Agents | Tab::Products | Tab::Webhooks | Tab::Mcp => role == Role::Admin,
        }
    }

    /// Whether it stands behind the line: an admin's own.
    pub fn is_admin(self) -> bool {
        matches!(self, Tab::Agents | Tab::Products | Tab::Webhooks | Tab::Mcp)
    }

    pub fn label(self) -> &'static str {
        match self {
            Tab::Dashboard => "Dashboard",
            Tab::Leads => "Leads",
            Tab::Kanban => "Kanban",
            Tab::Reference => "Reference",
            Tab::Engineering => "Engineering",
            Tab::Agents => "Agents",
            Tab::Products => "Products",
            Tab::Webhooks => "Webhooks",
            Tab::Mcp => "MCP",
        }
    }

    pub fn path(self) -> &'static str {
        match self {
            Tab::Dashboard => "/dashboard",
            Tab::Leads => "/leads",
            Tab::Kanban => "/kanban",
            Tab::Reference => "/reference",
            Tab::Engineering => "/engineering",
            Tab::Agents => "/admin/agents",
            Tab::Products => "/admin/products",
            Tab::Webhooks => "/admin/webhooks",
            Tab::Mcp => "/admin/mcp",
        }
    }

    pub fn icon(self) -> Icon {
        match self {
            Tab::Dashboard => lu::LuLayoutDashboard,
            Tab::Leads => lu::LuList,
            Tab::Kanban => lu::LuKanban,
            Tab::Reference => lu::LuBookOpen,
            Tab::Engineering => lu::LuWrench,
            Tab::Agents => lu::LuUsers,
            Tab::Products => lu::LuPackage,
            Tab::Webhooks => lu::LuWebhook,
            Tab::Mcp => lu::LuBot,
        }
    }

    /// What will stand here.
    pub fn promise(self) -> &'static str {
        match self {
            Tab::Dashboard => "Pipeline value, conversion and what needs attention today.",
            Tab::Leads => "Every lead you may see.",
            Tab::Kanban => "The seven stages as a board you can drag leads across.",
            Tab::Reference => "Pitches and talking points of every product, for the moment of the call.",
            Tab::Engineering => "Won leads to deliver, with progress and notes.",
            Tab::Agents => "People: invitations, roles, deactivation.",
            Tab::Products => "The catalogue: prices, pitches, order.",
            Tab::Webhooks => "Where events are sent, and how each delivery went.",
            Tab::Mcp => "AI agents: tokens, tools, limits and their calls.",
        }
    }
}
