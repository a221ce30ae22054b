//! What the demo company sells: twelve AI services, each with the words its agents say on the phone.

/// One service, with what deals about it look like.
pub(super) struct Service {
    pub name: &'static str,
    pub price: &'static str,
    /// Whole units of the currency.
    pub unit_price: i64,
    pub pitch: &'static str,
    /// One a line, so that each can be ticked off by itself.
    pub talking_points: &'static str,
    pub agent_notes: &'static str,
    pub priority: &'static str,
    pub profit_level: &'static str,
    pub tags: &'static [&'static str],
    /// How often it is asked for, and how often it is bought, beside the others.
    pub demand: f64,
    pub luck: f64,
    /// What half of its deals stay below.
    pub usual_value: f64,
    /// How long delivering it takes.
    pub days: f64,
}

/// In catalogue order, which is the order of their ids from 1.
pub(super) const SERVICES: [Service; 12] = [
    Service {
        name: "Website in a Week",
        price: "from $1,900",
        unit_price: 1_900,
        pitch: "Your new website, written, designed and online within seven days. We interview you for one hour, our \
                models draft every page in your voice, and a designer finishes what a machine cannot. You own the \
                result.",
        talking_points: "One hour of your time, seven days to launch\nScores above 95 in Google's own speed test, or \
                we keep working\nEvery page comes in up to four languages\nYou own text, images and code: no lock-in",
        agent_notes: "Best opener for small businesses. Ask when the present site last changed: the silence sells it.",
        priority: "High",
        profit_level: "Standard",
        tags: &["web", "entry", "fixed price"],
        demand: 17.0,
        luck: 1.15,
        usual_value: 3_200.0,
        days: 12.0,
    },
    Service {
        name: "Video Ads",
        price: "from $1,200 per campaign",
        unit_price: 1_200,
        pitch: "Ten short video ads from one product page: scripted, voiced and cut by AI, chosen by a human editor, \
                ready for every format. Test ten ideas for the price of filming one.",
        talking_points: "Ten variants, three formats, five working days\nNo shoot, no actors, no studio\nWe switch \
                the losers off after 48 hours and re-cut the winners\nAverage customer pays 38% less per click",
        agent_notes: "Ask for their best-selling product and send a ten-second sample the same day. Close while it is \
                warm.",
        priority: "High",
        profit_level: "High Profit",
        tags: &["marketing", "video"],
        demand: 14.0,
        luck: 1.05,
        usual_value: 4_800.0,
        days: 10.0,
    },
    Service {
        name: "Chat Agent",
        price: "from $349/mo",
        unit_price: 349,
        pitch: "An assistant on your website that has read everything you ever wrote about your business. It answers \
                in seconds, books appointments, and hands over to a person before a customer gets annoyed.",
        talking_points: "Live in two weeks, trained on your own pages and documents\nAnswers seven of ten questions \
                without a person\nSays \"I don't know\" instead of inventing an answer\nHosted in the region you \
                choose",
        agent_notes: "Show the transcript view in the demo: customers discover what their visitors really ask.",
        priority: "High",
        profit_level: "High Profit",
        tags: &["support", "subscription"],
        demand: 16.0,
        luck: 1.2,
        usual_value: 6_400.0,
        days: 16.0,
    },
    Service {
        name: "Voice Agent",
        price: "from $590/mo + $0.09/min",
        unit_price: 590,
        pitch: "A calm voice that picks up on the first ring, at three in the morning too. It takes orders, moves \
                appointments and writes a summary of every call into your calendar or CRM.",
        talking_points: "No more missed calls: it answers all lines at once\nUnderstands eleven languages and most \
                accents\nCallers are told it is an AI, and can reach a person with one word\nPays for itself with the \
                second saved booking a week",
        agent_notes: "Let them call the demo number during the meeting. Practices, workshops and hotels buy fastest.",
        priority: "High",
        profit_level: "High Profit",
        tags: &["voice", "subscription"],
        demand: 11.0,
        luck: 1.0,
        usual_value: 9_800.0,
        days: 24.0,
    },
    Service {
        name: "AI Avatar",
        price: "from $2,400",
        unit_price: 2_400,
        pitch: "Your founder or trainer on video, in any language, without another day in front of a camera. One \
                half-day recording gives you a presenter for years of product news and training.",
        talking_points: "Half a day of recording, then never again\nUpdate a video by editing its text\nThe person \
                signs off every script: nothing is said in their name without them\nTwenty-nine languages, lip-synced",
        agent_notes: "Raise consent and rights yourself, early: it builds trust, and legal asks anyway.",
        priority: "Medium",
        profit_level: "High Profit",
        tags: &["video", "training"],
        demand: 7.0,
        luck: 0.85,
        usual_value: 7_500.0,
        days: 21.0,
    },
    Service {
        name: "Lead Radar",
        price: "$490/mo",
        unit_price: 490,
        pitch: "Know which enquiry to call first. Lead Radar reads every form, mail and missed call, adds what is \
                public about the company, and tells your team each morning who is ready to buy, and why.",
        talking_points: "Works with the CRM you have\nEvery score comes with its reasons\nPilot with last year's \
                data: see whether it would have been right\nNo personal data leaves your account",
        agent_notes: "Needs at least 300 past enquiries to be any good. Below that, sell the Workshop first.",
        priority: "Medium",
        profit_level: "Standard",
        tags: &["sales", "subscription", "data"],
        demand: 8.0,
        luck: 0.9,
        usual_value: 6_900.0,
        days: 20.0,
    },
    Service {
        name: "Content Engine",
        price: "$790/mo",
        unit_price: 790,
        pitch: "Twelve articles a month that sound like you and are found by people who need you. Researched by \
                machine, written with your experts' own words, checked by an editor who signs with a name.",
        talking_points: "Built from a 30-minute interview with your expert\nA named editor reads every line\nSources \
                linked, claims checked\nCancel monthly: the articles stay yours",
        agent_notes: "Expect \"Google punishes AI text\". Show the three-year traffic chart of our own customers.",
        priority: "Medium",
        profit_level: "Standard",
        tags: &["marketing", "subscription"],
        demand: 8.0,
        luck: 0.95,
        usual_value: 8_600.0,
        days: 14.0,
    },
    Service {
        name: "Inbox Pilot",
        price: "$290/mo per mailbox",
        unit_price: 290,
        pitch: "Your shared mailbox, sorted and half answered before the first coffee. Inbox Pilot drafts replies \
                from your past answers, fetches the order behind each question, and waits for a person to press send.",
        talking_points: "Nothing is sent without a person\nDrafts for 60% of mails after the first month\nWorks in \
                the mail program you use today\nFirst mailbox free for fourteen days",
        agent_notes: "The free fortnight closes it. Put the follow-up on day ten, before the habit is a bill.",
        priority: "Low",
        profit_level: "Low Margin",
        tags: &["support", "subscription", "trial"],
        demand: 7.0,
        luck: 1.1,
        usual_value: 3_400.0,
        days: 9.0,
    },
    Service {
        name: "Document Reader",
        price: "from $4,500",
        unit_price: 4_500,
        pitch: "Invoices, delivery notes and contracts read as carefully as by your most patient colleague, and two \
                hundred times as fast. Doubtful fields go to a person; everything else goes straight into your books.",
        talking_points: "99.2% of fields right on customers' own papers\nShows where on the page each number \
                stood\nRuns in your own data centre if it has to\nTypically pays back in five months",
        agent_notes: "Ask for fifty real, ugly scans. A pilot on their own paper beats every slide.",
        priority: "Medium",
        profit_level: "High Profit",
        tags: &["back office", "documents"],
        demand: 5.0,
        luck: 0.9,
        usual_value: 14_500.0,
        days: 38.0,
    },
    Service {
        name: "Data Companion",
        price: "from $6,900",
        unit_price: 6_900,
        pitch: "Ask your numbers a question in plain words and get the chart, the query behind it and the caveat. \
                Monday meetings stop being about whose spreadsheet is right.",
        talking_points: "Every answer shows the query it came from\nRespects the rights people have in the \
                database\nKnows your own terms after a two-day set-up\nReads only: it cannot change a thing",
        agent_notes: "Needs a champion in finance or operations. Without one it stalls after the proposal.",
        priority: "Medium",
        profit_level: "Standard",
        tags: &["data", "enterprise"],
        demand: 4.0,
        luck: 0.75,
        usual_value: 21_000.0,
        days: 45.0,
    },
    Service {
        name: "Process Autopilot",
        price: "from $8,500",
        unit_price: 8_500,
        pitch: "Pick the process everyone hates. We map it, automate the nine steps out of ten that need no \
                judgement, and leave people the one that does, with a clear list instead of a full inbox.",
        talking_points: "Fixed price after a two-week study\nEach step can be switched back to manual\nA full log of \
                what was decided, and on what grounds\nMost customers free twenty hours a week",
        agent_notes: "Long cycle, large deal. Bring an engineer to the second meeting.",
        priority: "High",
        profit_level: "High Profit",
        tags: &["back office", "enterprise", "project"],
        demand: 4.0,
        luck: 0.7,
        usual_value: 34_000.0,
        days: 60.0,
    },
    Service {
        name: "AI Readiness Workshop",
        price: "$3,200 for two days",
        unit_price: 3_200,
        pitch: "Two days with your team and our engineers. You leave with three uses of AI worth doing, two worth \
                forgetting, what each would cost, and a plan for the first ninety days.",
        talking_points: "Your own cases, no theatre\nThe price is credited against the first project\nCovers law, \
                privacy and works council\nUp to twelve people",
        agent_notes: "The way in where nobody knows yet what to buy. Half of all workshops become a project in a \
                quarter.",
        priority: "Low",
        profit_level: "Standard",
        tags: &["consulting", "entry", "fixed price"],
        demand: 6.0,
        luck: 1.3,
        usual_value: 3_900.0,
        days: 18.0,
    },
];
