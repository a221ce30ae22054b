//! What people at the demo company write down: calls, mails, meetings, notes and reasons.
//!
//! `{first}`, `{company}`, `{service}` and `{city}` stand for the lead at hand.

use domain::leads::LeadStatus;

/// A kind of interaction and something that was said in it.
pub(super) type Said = (&'static str, &'static str);

/// What leads into a stage: the talk after which the lead was moved there.
pub(super) fn before(status: LeadStatus) -> &'static [Said] {
    match status {
        LeadStatus::New => &NOTES,
        LeadStatus::Contacted => &[
            ("call", "First call with {first}. Friendly, ten minutes. Wants to hear more about {service}."),
            ("call", "Reached {first} at the second try. They compare two vendors and decide this quarter."),
            ("call", "Short call: {first} was on the move. Agreed to speak properly next week."),
            ("email", "Introduced us and sent the one-page overview of {service}. Asked for 20 minutes."),
            ("email", "{first} answered within the hour: curious, but no time before the end of the month."),
            ("email", "Sent two examples from their industry. {first} forwards them to a colleague."),
            ("call", "{first} found us through a customer in {city}. Knows roughly what {service} costs."),
            ("meeting", "Met {first} at their office in {city}. Small team, much done by hand."),
        ],
        LeadStatus::Qualified => &[
            ("call", "Need is real: {company} loses enquiries every week. Budget is there, {first} decides."),
            ("call", "Went through the questions. Volume fits {service}; IT wants to see the data protection sheet."),
            ("meeting", "Demo of {service} for {first} and two colleagues. Good questions, price is fine."),
            ("meeting", "Discovery with {first}: three departments would use it, the pilot starts with one."),
            ("email", "{first} confirms: decision by the board, budget approved, start within two months."),
            ("call", "{first} has authority up to a limit; above it the managing director signs. Stay below it."),
        ],
        LeadStatus::Proposal => &[
            ("email", "Sent the proposal for {service}: scope, timeline, price. Valid for 30 days."),
            ("email", "Proposal sent in two variants, as {first} asked. The larger one includes training."),
            ("meeting", "Presented the proposal to {first}. They like the fixed price; asked for one more reference."),
            ("call", "Walked {first} through the offer line by line. They take it to their Thursday round."),
        ],
        LeadStatus::Negotiation => &[
            ("call", "{first} asks for 10% off. Offered a longer term instead; they think about it."),
            ("call", "Their lawyer has three points about liability. Two are fine, one goes to Ada."),
            ("email", "{first} wants to start with half the scope. Sent a revised offer."),
            ("meeting", "Met {first} and their head of finance. Payment in three parts is what it takes."),
        ],
        LeadStatus::Won => &[
            ("email", "Signed! {first} returned the contract this morning. Kick-off next week."),
            ("call", "{first} says yes. Invoice address and contact for the kick-off are in the notes."),
            ("email", "Order confirmed by {company}. Thanked {first} and introduced the delivery team."),
            ("meeting", "Signed on site in {city}. {first} already talks about the next project."),
        ],
        LeadStatus::Lost => &[
            ("call", "{first} called to decline. Fair and friendly; we may ask again in half a year."),
            ("email", "{first} writes that they will not go ahead. Asked for the reason and thanked them."),
            ("call", "Tried {first} four times this month. No answer, closing it."),
            ("email", "Last mail sent. If {first} does not answer by Friday, this is over."),
        ],
    }
}

/// Said while a lead waits in its stage.
pub(super) const REMINDERS: [Said; 7] = [
    ("email", "Reminded {first}, with a new example this time."),
    ("call", "{first} asks for patience: budget round in progress."),
    ("email", "Sent the case study from {city} and asked for a date."),
    ("call", "Left a message with {first}'s colleague."),
    ("email", "{first} is on leave, back in two weeks."),
    ("call", "Quick check-in. Still interested; waits for a word from their IT."),
    ("meeting", "Ran into {first} at a trade fair. They promise to look at the papers."),
];

/// Notes an agent keeps.
pub(super) const NOTES: [Said; 7] = [
    ("note", "{company} opened a second site in {city} last year. Worth mentioning."),
    ("note", "{first} prefers mail over phone. Answers late in the evening."),
    ("note", "Competitor's contract runs out in autumn."),
    ("note", "Knows one of our customers well. Ask for an introduction."),
    ("note", "Careful with the word \"automation\": their works council is wary."),
    ("note", "Could need a second service later; do not mention it before the first is signed."),
    ("note", "Website is from before the pandemic, phone line closes at four."),
];

/// Notes an engineer keeps while delivering.
pub(super) const DELIVERY: [Said; 6] = [
    ("note", "Kick-off done. {first} names two people who test every Friday."),
    ("note", "Access to their systems arrived. Set-up runs, first version in staging."),
    ("note", "First round of feedback: tone too formal, otherwise good. Adjusting."),
    ("note", "Data is messier than promised; cleaned the worst, rest is documented."),
    ("note", "Test run with {first} went well. Two small wishes, both doable."),
    ("meeting", "Weekly check-in with {first}: on track, no surprises."),
];

/// Sales notes on the lead itself.
pub(super) const SUMMARIES: [&str; 9] = [
    "Family business in {city}, third generation. Decides fast once trust is there.",
    "Came for {service}, may need more. About 40 people, one of them for IT.",
    "Growing quickly, hiring freeze in support: {service} is meant to fill the gap.",
    "Had a bad experience with another agency. Wants weekly progress in writing.",
    "{first} is the driver, the managing director in {city} signs.",
    "Price-sensitive. Start small, extend after the first result.",
    "Public tender likely above 25,000. Keep offers below or plan for the paperwork.",
    "Seasonal business: nothing happens before the holidays, everything after.",
    "Bilingual team; materials needed in two languages.",
];

/// Why deals are lost, with how often.
pub(super) const LOST: [(&str, f64); 8] = [
    ("Price too high", 22.0),
    ("No answer", 20.0),
    ("Chose a competitor", 17.0),
    ("No budget this year", 14.0),
    ("Bad timing", 11.0),
    ("Built it themselves", 6.0),
    ("Contact left the company", 5.0),
    ("Missing feature", 5.0),
];

/// What a follow-up is about.
pub(super) const FOLLOW_UPS: [&str; 9] = [
    "Call about the open questions",
    "Ask for a decision",
    "Send the reference they wanted",
    "Agree on a date for the demo",
    "Check whether the budget is approved",
    "Introduce the engineer",
    "Offer the smaller package",
    "Remind: the proposal runs out",
    "Congratulate on the new site, then ask",
];

/// What stops a delivery.
pub(super) const BLOCKED: [&str; 7] = [
    "Waiting for access to the customer's systems",
    "Customer has not approved the texts",
    "Data protection agreement is not signed yet",
    "Contact is on leave until the middle of the month",
    "Their provider must open the interface first",
    "Logo and images are missing",
    "Waiting for recordings of real calls",
];

/// What an engineer writes on the delivery itself.
pub(super) const ENGINEERING: [&str; 6] = [
    "Staging is up, credentials are in the vault. Next: import of their documents.",
    "Two rounds of corrections agreed, the first is done.",
    "Runs on their own domain; certificate renewed by us.",
    "Model answers checked against 120 questions from their support. 94 right, rest on the list.",
    "Uses the standard template with a custom booking step.",
    "Needs a second look at the French texts before launch.",
];
