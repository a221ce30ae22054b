//! What becomes of a lead: who works on it, what it is worth, and the stages it has passed by now. Numbers, no words.

use domain::{events::Door, leads::LeadPriority, leads::LeadStatus, users::Role};

use super::{
    calendar::{Calendar, DAY, HOUR, working},
    catalogue::{SERVICES, Service},
    delivery::Delivery,
    people,
    random::Random,
    words,
};

/// Where leads come from.
pub(super) struct Source {
    pub name: &'static str,
    share: f64,
    /// How often it wins, beside the others.
    luck: f64,
    pub door: Door,
    /// Written down by the admin or her token, and handed to an agent afterwards; otherwise by the agent.
    pub comes_in: bool,
}

const SOURCES: [Source; 7] = [
    Source { name: "Website", share: 30.0, luck: 0.85, door: Door::Rest, comes_in: true },
    Source { name: "LinkedIn", share: 18.0, luck: 0.9, door: Door::Ui, comes_in: false },
    Source { name: "Referral", share: 14.0, luck: 1.65, door: Door::Ui, comes_in: false },
    Source { name: "Cold call", share: 12.0, luck: 0.45, door: Door::Ui, comes_in: false },
    Source { name: "Event", share: 9.0, luck: 1.0, door: Door::Import, comes_in: true },
    Source { name: "Partner", share: 9.0, luck: 1.35, door: Door::Mcp, comes_in: true },
    Source { name: "Google Ads", share: 8.0, luck: 0.75, door: Door::Rest, comes_in: true },
];

/// Of the leads that come in, how many of those that nobody has touched wait for an agent.
const UNCLAIMED: f64 = 0.9;

/// A move from one stage to the next.
pub(super) struct Step {
    pub from: LeadStatus,
    pub to: LeadStatus,
    pub at: i64,
}

/// When the agent wants to be reminded, and of what.
pub(super) struct FollowUp {
    pub at: i64,
    pub note: &'static str,
}

/// One lead's business.
pub(super) struct Deal {
    pub came_at: i64,
    pub source: &'static Source,
    /// Ids; the main one first.
    pub products: Vec<i64>,
    pub service: &'static Service,
    pub cents: Option<i64>,
    pub priority: LeadPriority,
    pub agent: Option<i64>,
    pub steps: Vec<Step>,
    pub lost_reason: &'static str,
    pub follow_up: Option<FollowUp>,
    /// Of won leads only.
    pub delivery: Option<Delivery>,
}

impl Deal {
    /// What has become of a lead that came in at `came_at`.
    pub(super) fn since(came_at: i64, calendar: &Calendar, random: &mut Random) -> Self {
        let progress = calendar.progress(came_at);
        let source = &SOURCES[random.weighted(&SOURCES.each_ref().map(|s| s.share))];
        let products = products(random);
        let service = &SERVICES[products[0] as usize - 1];
        let cents = random.chance(0.92).then(|| cents(&products, progress, random));
        let agents: Vec<_> = people::with_role(Role::Agent, progress).collect();
        // Who is quick gets more.
        let shares: Vec<f64> = agents.iter().map(|(_, e)| e.delay.powf(-0.5)).collect();
        let (agent, employee) = agents[random.weighted(&shares)];
        // The company gets better at it, year by year.
        let odds = 0.28 * employee.luck * source.luck * service.luck * (0.9 + 0.25 * progress);
        let steps =
            steps(came_at, path(odds.clamp(0.03, 0.75), progress, random), employee.delay, calendar.today(), random);
        let unclaimed = source.comes_in && steps.is_empty() && random.chance(UNCLAIMED);
        let lost_reason = words::LOST[random.weighted(&words::LOST.map(|(_, weight)| weight))].0;
        let mut deal = Deal {
            came_at,
            source,
            products,
            service,
            cents,
            priority: priority(cents, source, random),
            agent: (!unclaimed).then_some(agent),
            steps,
            lost_reason,
            follow_up: None,
            delivery: None,
        };
        if deal.status() == LeadStatus::Won {
            deal.delivery = Some(Delivery::since(deal.stage_entered_at(), service.days, calendar, random));
        }
        deal.follow_up = deal.follow_up(calendar, random);
        deal
    }

    /// Where it stands.
    pub(super) fn status(&self) -> LeadStatus {
        self.steps.last().map_or(LeadStatus::New, |step| step.to)
    }

    /// Every product's id, sorted.
    pub(super) fn product_ids(&self) -> Vec<i64> {
        let mut ids = self.products.clone();
        ids.sort_unstable();
        ids
    }

    /// Since when.
    pub(super) fn stage_entered_at(&self) -> i64 {
        self.steps.last().map_or(self.came_at, |step| step.at)
    }

    fn follow_up(&self, calendar: &Calendar, random: &mut Random) -> Option<FollowUp> {
        let resting = calendar.today() - self.stage_entered_at();
        let wanted = if resting > 45 * DAY { 0.45 } else { 0.8 };
        if self.agent.is_none() || self.status().is_closed() || !random.chance(wanted) {
            return None;
        }
        // Overdue, today, within the week, later.
        let days = match random.weighted(&[18.0, 14.0, 36.0, 32.0]) {
            0 => -random.between(1, 13).min((resting - DAY).max(0) / DAY),
            1 => 0,
            2 => random.between(1, 7),
            _ => random.between(7, 45),
        };
        let at = calendar.today() + days * DAY + random.between(7 * 4, 17 * 4) * HOUR / 4;
        Some(FollowUp { at, note: random.pick(&words::FOLLOW_UPS) })
    }
}

/// The main product, and in a fifth of all cases one or two more.
fn products(random: &mut Random) -> Vec<i64> {
    let demand = SERVICES.each_ref().map(|s| s.demand);
    let mut products = vec![random.weighted(&demand) as i64 + 1];
    let more = if random.chance(0.2) { random.between(1, 3) } else { 0 };
    for _ in 0..more {
        let other = random.weighted(&demand) as i64 + 1;
        if !products.contains(&other) {
            products.push(other);
        }
    }
    products
}

/// What it may bring, rounded as people round.
fn cents(products: &[i64], progress: f64, random: &mut Random) -> i64 {
    let usual = |id: &i64| SERVICES[*id as usize - 1].usual_value;
    // Bundles come at a discount, and prices rise slowly.
    let bundle = usual(&products[0]) + 0.6 * products[1..].iter().map(usual).sum::<f64>();
    let value = random.around(bundle * (0.95 + 0.15 * progress), 0.5);
    let step = match value as i64 {
        ..2_000 => 50,
        2_000..10_000 => 100,
        10_000..50_000 => 500,
        _ => 1_000,
    };
    ((value as i64 / step).max(1) * step) * 100
}

fn priority(cents: Option<i64>, source: &Source, random: &mut Random) -> LeadPriority {
    let large = cents.is_some_and(|c| c >= 1_200_000);
    let high = if large { 0.45 } else { 0.15 } * source.luck;
    match random.unit() {
        u if u < high => LeadPriority::High,
        u if u > 0.76 => LeadPriority::Low,
        _ => LeadPriority::Medium,
    }
}

/// The stages it would pass through if there were time enough.
fn path(odds: f64, progress: f64, random: &mut Random) -> Vec<LeadStatus> {
    use LeadStatus::{Contacted, Lost, Negotiation, Proposal, Qualified, Won};
    let mut path = vec![Contacted, Qualified, Proposal, Negotiation, Won];
    if random.chance(odds) {
        // Some sign at once; some say no first and come back.
        if random.chance(0.2) {
            path.remove(3);
        }
        if random.chance(0.03) {
            path.splice(1..1, [Lost, Contacted]);
        }
    } else if random.chance(0.36) {
        // Nobody ever says no: it just lies there. The more come in, the more are never touched.
        path.truncate(random.weighted(&[12.0 + 55.0 * progress, 28.0, 18.0, 10.0, 4.0]));
    } else {
        path.truncate(random.weighted(&[6.0, 34.0, 26.0, 21.0, 13.0]));
        path.push(Lost);
    }
    path
}

/// The part of the path that lies before today, with its dates.
fn steps(came_at: i64, path: Vec<LeadStatus>, delay: f64, today: i64, random: &mut Random) -> Vec<Step> {
    let mut steps = Vec::with_capacity(path.len());
    let (mut from, mut at) = (LeadStatus::New, came_at);
    for to in path {
        let days = random.around(usual_days(from) * delay, 0.65) * if to == LeadStatus::Lost { 1.5 } else { 1.0 };
        // Two hours at least: the talk that leads to a step needs room in between.
        at = working(at + ((days * DAY as f64) as i64).max(2 * HOUR), random);
        if at >= today {
            break;
        }
        steps.push(Step { from, to, at });
        from = to;
    }
    steps
}

fn usual_days(stage: LeadStatus) -> f64 {
    match stage {
        LeadStatus::New => 1.2,
        LeadStatus::Contacted => 7.0,
        LeadStatus::Qualified => 10.0,
        LeadStatus::Proposal => 12.0,
        LeadStatus::Negotiation => 11.0,
        // From a no until they come back.
        LeadStatus::Lost => 70.0,
        LeadStatus::Won => 0.0,
    }
}
