//! What the board shows: the cards, in the one list that the sheet of a lead looks at too, and the heads of the columns.

use std::cmp::Ordering;

use domain::{
    Cursor, LeadId, Money,
    leads::{Board, BoardColumn, CARDS, Lead, LeadStatus},
};
use leptos::prelude::*;

use crate::{
    UiError,
    leads::{
        address::Address,
        format::Today,
        grid::{Grid, Row},
    },
    ui::{Toaster, use_toasts},
    viewer::{Session, use_session, use_today},
};

/// Where in a column a card is, or would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub status: LeadStatus,
    /// Right below this card; without one, on top.
    pub after: Option<LeadId>,
}

/// What a column's head says, and where its rest begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub status: LeadStatus,
    pub count: i64,
    pub value: Option<Money>,
    pub next: Option<Cursor>,
}

/// A move that needs an answer first.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingMove {
    pub lead: Lead,
    pub spot: Spot,
}

#[derive(Clone, Copy)]
pub struct BoardState {
    pub grid: Grid,
    pub heads: RwSignal<Vec<Head>>,
    /// Counts what others did that is shown already.
    pub patched: StoredValue<u32>,
    /// Why the board could not be loaded.
    pub problem: RwSignal<Option<UiError>>,
    /// The card in someone's hand.
    pub lifted: RwSignal<Option<LeadId>>,
    /// Whether it is carried by keys.
    pub by_keys: StoredValue<bool>,
    /// Where it would go.
    pub over: RwSignal<Option<Spot>>,
    /// Cards whose move is on its way to the server.
    pub moving: RwSignal<Vec<LeadId>>,
    /// A drop on won or lost.
    pub asked: RwSignal<Option<PendingMove>>,
    /// The card whose menu is open.
    pub menu: RwSignal<Option<LeadId>>,
    /// What the live region says.
    pub said: RwSignal<String>,
    pub address: Memo<Address>,
    pub may_move: bool,
    pub today: ReadSignal<Today>,
    pub session: StoredValue<Session>,
    pub toasts: Toaster,
}

impl BoardState {
    pub fn new(address: Memo<Address>) -> Self {
        let session = use_session();
        let may_move = session.with_value(|session| session.user.role != domain::users::Role::Engineer);
        BoardState {
            grid: expect_context(),
            heads: RwSignal::new(Vec::new()),
            patched: StoredValue::new(0),
            problem: RwSignal::new(None),
            lifted: RwSignal::new(None),
            by_keys: StoredValue::new(false),
            over: RwSignal::new(None),
            moving: RwSignal::new(Vec::new()),
            asked: RwSignal::new(None),
            menu: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            address,
            may_move,
            today: use_today(),
            session,
            toasts: use_toasts(),
        }
    }

    /// Shows the board as it was loaded. Cards that are in hand or on their way stay where they are shown.
    pub fn show(self, board: Board) {
        let (mut heads, mut leads) = (Vec::new(), Vec::new());
        let kept = |id: LeadId| self.lifted.get_untracked() == Some(id) || self.moving.read_untracked().contains(&id);
        for BoardColumn { status, count, value, leads: cards, next_cursor } in board.columns {
            leads.extend(
                cards.into_iter().map(|lead| self.grid.lead(lead.id).filter(|_| kept(lead.id)).unwrap_or(lead)),
            );
            heads.push(Head { status, count, value, next: next_cursor });
        }
        // Setting it would draw all columns anew, and with them scroll and focus would be gone.
        if self.problem.with_untracked(Option::is_some) {
            self.problem.set(None);
        }
        self.grid.show(leads);
        self.heads.set(heads);
    }

    /// Adds the next cards of a column.
    pub fn extend(self, status: LeadStatus, leads: Vec<Lead>, next: Option<Cursor>) {
        let rows = self.grid.rows.try_get_untracked().unwrap_or_default();
        let mut all: Vec<Lead> = rows.iter().map(|row| row.lead.get_untracked()).collect();
        all.extend(leads.into_iter().filter(|lead| self.grid.lead(lead.id).is_none()));
        self.grid.show(all);
        let _ = self.heads.try_update(|heads| {
            if let Some(head) = heads.iter_mut().find(|head| head.status == status) {
                head.next = next;
            }
        });
    }

    /// How many cards of each column are to be there when the board loads again: as many as now, and of a column that
    /// is there as a whole some more, so that it stays whole.
    pub fn loaded(self) -> Vec<(LeadStatus, usize)> {
        let wanted = |head: &Head| {
            let more = if head.next.is_none() { usize::from(CARDS) } else { 0 };
            (head.status, self.cards(head.status).len() + more)
        };
        self.heads.with_untracked(|heads| heads.iter().map(wanted).collect())
    }

    /// The rows of a column from top to bottom.
    pub fn rows(self, status: LeadStatus) -> Vec<Row> {
        let mut rows: Vec<Row> =
            self.grid.rows.read().iter().filter(|row| row.lead.read().status == status).cloned().collect();
        rows.sort_by(|a, b| in_order(&a.lead.read(), &b.lead.read()));
        rows
    }

    /// The same as leads, without following their changes.
    pub fn cards(self, status: LeadStatus) -> Vec<Lead> {
        untrack(|| self.rows(status).into_iter().map(|row| row.lead.get_untracked()).collect())
    }

    /// Counts a lead in its new column ahead of the server.
    pub fn recount(self, from: &Lead, to: &Lead) {
        let _ = self.heads.try_update(|heads| {
            for (lead, sign) in [(from, -1), (to, 1)] {
                if let Some(head) = heads.iter_mut().find(|head| head.status == lead.status) {
                    head.count += sign;
                    let worth = lead.value.unwrap_or_default().cents() * sign;
                    head.value = head.value.map(|value| Money::from_cents(value.cents() + worth));
                }
            }
        });
    }

    pub fn is_moving(self, id: LeadId) -> bool {
        self.moving.read().contains(&id)
    }
}

fn in_order(a: &Lead, b: &Lead) -> Ordering {
    a.position.cmp(&b.position).then(a.id.cmp(&b.id))
}

/// How people call a lead on its card: by the company, or by its own name.
pub fn title(lead: &Lead) -> String {
    lead.company.clone().unwrap_or_else(|| lead.name.clone())
}
