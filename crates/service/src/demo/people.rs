//! Who works at the demo company.

use domain::users::Role;

/// Someone who can sign in.
pub(super) struct Employee {
    pub name: &'static str,
    /// The username, and the e-mail's part before @example.com.
    pub login: &'static str,
    pub role: Role,
    pub time_zone: &'static str,
    /// How often this agent wins, beside the average; how often this engineer is chosen.
    pub luck: f64,
    /// How long an agent leaves things lying, beside the average.
    pub delay: f64,
    /// When they joined: 0 with the first lead, 1 today.
    pub joined: f64,
}

const fn employee(name: &'static str, login: &'static str, role: Role, time_zone: &'static str) -> Employee {
    Employee { name, login, role, time_zone, luck: 1.0, delay: 1.0, joined: 0.0 }
}

/// In the order of their ids, which start at 1: the admin, the agents, the engineers.
pub(super) const EMPLOYEES: [Employee; 11] = [
    employee("Ada Keller", "ada", Role::Admin, "Europe/Berlin"),
    Employee { luck: 1.35, delay: 0.6, ..employee("Ali Demir", "ali", Role::Agent, "Europe/Istanbul") },
    Employee { luck: 1.15, delay: 0.9, ..employee("Amy Novak", "amy", Role::Agent, "Europe/Prague") },
    Employee { luck: 0.9, delay: 1.3, ..employee("Ben Osei", "ben", Role::Agent, "Africa/Accra") },
    Employee { luck: 1.05, delay: 0.8, ..employee("Cleo Park", "cleo", Role::Agent, "America/Los_Angeles") },
    Employee { luck: 0.65, delay: 1.7, ..employee("Dana Silva", "dana", Role::Agent, "America/Sao_Paulo") },
    // Joined in the second year: charts by agent show a short, steep line.
    Employee { luck: 0.95, joined: 0.62, ..employee("Femi Adeyemi", "femi", Role::Agent, "Africa/Lagos") },
    Employee { luck: 1.2, ..employee("Eve Lindqvist", "eve", Role::Engineer, "Europe/Stockholm") },
    Employee { luck: 1.1, ..employee("Ed Tanaka", "ed", Role::Engineer, "Asia/Tokyo") },
    employee("Gita Rao", "gita", Role::Engineer, "Asia/Kolkata"),
    Employee { luck: 0.7, joined: 0.4, ..employee("Hugo Moreau", "hugo", Role::Engineer, "Europe/Paris") },
];

/// The admin's id. The form on the company's website writes through a token of hers.
pub(super) const ADMIN: i64 = 1;

impl Employee {
    /// The address they sign in with.
    pub(super) fn email(&self) -> String {
        format!("{}@example.com", self.login)
    }
}

/// Everyone with this role who was there at that time, with their ids.
pub(super) fn with_role(role: Role, at: f64) -> impl Iterator<Item = (i64, &'static Employee)> {
    (1..).zip(&EMPLOYEES).filter(move |(_, e)| e.role == role && e.joined <= at)
}
