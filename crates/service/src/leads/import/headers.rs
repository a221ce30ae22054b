//! Which field a column is, by its header: our own exports, and those of other CRMs as their users get them.

use domain::{
    imports::{ImportColumn, ImportField, Mapping},
    leads::LeadColumn,
};

use super::draft::printable;

/// Headers of each field without case, blanks and signs, the surest first. A score is computed unless someone insists,
/// and numbers of other systems name other leads: neither is guessed.
const KNOWN: &[(ImportField, &str)] = &[
    (
        ImportField::Name,
        "name fullname leadname contactname contactperson dealcontactperson personname customername clientname \
         contact",
    ),
    (ImportField::FirstName, "firstname givenname personfirstname vorname"),
    (ImportField::LastName, "lastname surname familyname personlastname nachname"),
    // Beside the name of a person, which may be blank; without one, it is the name.
    (ImportField::Title, "dealname dealtitle leadtitle opportunityname"),
    (
        ImportField::Company,
        "company companyname companyaccount organization organizationname organisation accountname account \
         associatedcompany primaryassociatedcompany dealorganization leadorganization personorganization \
         firma",
    ),
    (
        ImportField::Email,
        "email emailaddress mail workemail personemail personemailwork contactemail primaryemail emailwork \
         leademail personemailhome personemailother emailhome emailother",
    ),
    (
        ImportField::Phone,
        "phone phonenumber personphone personphonework phonework workphone businessphone contactphone mobile \
         mobilephone mobilephonenumber personphonemobile phonemobile telephone tel telefon personphonehome \
         personphoneother phonehome phoneother homephone otherphone",
    ),
    (
        ImportField::Status,
        "status leadstatus dealstage stage pipelinestage leadstage opportunitystage stagename dealstatus",
    ),
    // Beside a stage, which stays what it was when the deal was decided.
    (ImportField::Outcome, "dealstatus"),
    (ImportField::Priority, "priority rating leadrating dealpriority leadlabels deallabel"),
    (
        ImportField::Source,
        "source leadsource originalsource latestsource originaltrafficsource leadsourcechannel \
         dealsourcechannel sourcechannel channel",
    ),
    (
        ImportField::Value,
        "value amount dealvalue leadvalue dealamount expectedrevenue opportunityamount estimatedvalue budget",
    ),
    (
        ImportField::AssignedTo,
        "assignedto agent owner leadowner dealowner contactowner hubspotowner accountowner assignee salesrep \
         owneremail assignedagent opportunityowner personowner",
    ),
    (ImportField::AssignedEngineer, "assignedengineer engineer"),
    (ImportField::Product, "product assignedproduct mainproduct productname productinterest"),
    (ImportField::Products, "products lineitems"),
    (
        ImportField::FollowUpAt,
        "followupat followup followupdate nextactivitydate nextstepdate nextcontactdate leadnextactivitydate \
         dealnextactivitydate personnextactivitydate nextactivity",
    ),
    (ImportField::FollowUpNote, "followupnote nextstep nextaction"),
    (ImportField::LostReason, "lostreason closedlostreason deallostreason reasonlost"),
    (ImportField::Notes, "notes note description comments comment message leadnotes"),
    (ImportField::EngineeringProgress, "engineeringprogress progress"),
    (ImportField::EngineeringNotes, "engineeringnotes"),
    (ImportField::BlockedReason, "blockedreason"),
];

/// Columns that only our own export has.
const OURS: [&str; 2] = ["createdvia", "stageenteredat"];

/// The best column for each field, one that holds something before one that does not; every other column is left out.
pub(super) fn mapping(columns: &[ImportColumn]) -> Mapping {
    let is_filled = |at: usize| !columns[at].samples.is_empty();
    let plain: Vec<String> = columns.iter().map(|column| plain(&column.header)).collect();
    let mut out: Mapping = columns.iter().map(|column| (column.header.clone(), None)).collect();
    let mut take = |at: usize, field| out.insert(columns[at].header.clone(), Some(field));
    let mut taken = vec![false; columns.len()];
    let mut found = Vec::new();
    for (field, known) in KNOWN {
        let free = |known: &str| (0..plain.len()).find(|at| plain[*at] == known && !taken[*at]);
        let all = || known.split_whitespace().filter_map(free);
        if let Some(at) = all().find(|at| is_filled(*at)).or_else(|| all().next()) {
            taken[at] = true;
            found.push((*field, at));
        }
    }
    let at_of = |wanted| found.iter().find(|(field, _)| *field == wanted).map(|(_, at)| *at);
    let (whole, title) = (at_of(ImportField::Name), at_of(ImportField::Title));
    let by_parts = [ImportField::FirstName, ImportField::LastName].into_iter().any(|part| at_of(part).is_some());
    let keeps_whole = whole.is_some_and(|at| is_filled(at) || !by_parts);
    for (field, at) in found.iter().copied() {
        let is_part = matches!(field, ImportField::FirstName | ImportField::LastName);
        let is_left_out = if is_part { keeps_whole } else { field == ImportField::Name && !keeps_whole };
        if !is_left_out {
            take(at, field);
        }
    }
    if whole.is_none() && !by_parts {
        // Beside the name of a person, this would be their profession.
        if let Some(at) = title.or_else(|| plain.iter().position(|header| header == "title")) {
            take(at, ImportField::Name);
        }
    }
    if is_ours(columns, &plain) {
        plain.iter().position(|header| header == "id").into_iter().for_each(|at| {
            take(at, ImportField::Id);
        });
    }
    out
}

/// Whether an export of ours was brought along: one with all columns, whatever someone has put beside them, or one with
/// some of them and nothing else, to the letter.
fn is_ours(columns: &[ImportColumn], plain: &[String]) -> bool {
    let named = |header: &str| header.strip_suffix(" (UTC)").unwrap_or(header).parse::<LeadColumn>();
    let is_column = |column: &ImportColumn| named(&column.header).is_ok();
    columns.iter().all(is_column) || OURS.iter().all(|ours| plain.iter().any(|header| header == ours))
}

fn plain(header: &str) -> String {
    let lower = header.trim().to_lowercase();
    // Which zone a column's moments are in is no part of its name.
    let name = lower.strip_suffix("(utc)").unwrap_or(&lower);
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Each header once: `Email`, `Email (2)`, and `Column 3` for one without a name.
pub(super) fn unique(cells: &[String]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::with_capacity(cells.len());
    for (at, cell) in cells.iter().enumerate() {
        let cell = printable(cell.trim(), 200);
        let name = if cell.is_empty() { format!("Column {}", at + 1) } else { cell };
        let mut unique = name.clone();
        let mut count = 1;
        while !seen.insert(unique.clone()) {
            count += 1;
            unique = format!("{name} ({count})");
        }
        out.push(unique);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of columns that hold something, but for those with a `-` in front.
    fn mapped(headers: &[&str]) -> Vec<(String, ImportField)> {
        let column = |header: &&str| match header.strip_prefix('-') {
            Some(header) => ImportColumn { header: header.to_owned(), samples: Vec::new() },
            None => ImportColumn { header: (*header).to_owned(), samples: vec!["x".to_owned()] },
        };
        let mapping = mapping(&headers.iter().map(column).collect::<Vec<_>>());
        let mut all: Vec<_> = mapping.into_iter().filter_map(|(header, field)| Some((header, field?))).collect();
        all.sort_by_key(|(_, field)| *field);
        all
    }

    fn names(headers: &[&str]) -> Vec<&'static str> {
        mapped(headers).into_iter().map(|(_, field)| field.as_str()).collect()
    }

    #[test]
    fn exports_of_other_crms_find_their_fields() {
        let hubspot = [
            "Record ID",
            "First Name",
            "Last Name",
            "Email",
            "Phone Number",
            "Contact owner",
            "Lead Status",
            "Company name",
        ];
        assert_eq!(names(&hubspot), ["firstName", "lastName", "company", "email", "phone", "status", "assignedTo"]);
        let pipedrive = [
            "Deal - Title",
            "Deal - Value",
            "Deal - Stage",
            "Deal - Status",
            "Deal - Owner",
            "Person - Name",
            "Person - Email",
            "Organization - Name",
        ];
        assert_eq!(
            names(&pipedrive),
            ["name", "title", "company", "email", "status", "outcome", "value", "assignedTo"]
        );
        assert_eq!(names(&["Deal Name", "First Name", "Title"]), ["firstName", "title"]);
        assert_eq!(names(&["Deal Name", "Amount"]), ["name", "value"]);
        assert_eq!(names(&["Title", "Deal - Status"]), ["name", "status"], "without a stage it is the status");
        assert_eq!(mapped(&pipedrive)[0].0, "Person - Name");
        let salesforce = [
            "First Name",
            "Last Name",
            "Company / Account",
            "Lead Status",
            "Lead Source",
            "Lead Owner",
            "Email",
            "Rating",
            "Title",
        ];
        assert_eq!(
            names(&salesforce),
            ["firstName", "lastName", "company", "email", "status", "priority", "source", "assignedTo"]
        );
        let zoho = [
            "Lead Id",
            "Lead Owner",
            "Lead Name",
            "Company",
            "Email",
            "Mobile",
            "Phone",
            "Lead Source",
            "Lead Status",
            "Annual Revenue",
            "Description",
        ];
        assert_eq!(
            names(&zoho),
            ["name", "company", "email", "phone", "status", "source", "assignedTo", "notes"],
            "what a company turns over in a year is no deal's worth"
        );
    }

    #[test]
    fn a_column_that_holds_something_goes_before_one_that_does_not() {
        let headers = |headers: &[&str]| mapped(headers).into_iter().map(|(header, _)| header).collect::<Vec<_>>();
        assert_eq!(headers(&["Name", "-Phone", "Mobile"]), ["Name", "Mobile"]);
        assert_eq!(headers(&["Name", "Mobile", "Phone"]), ["Name", "Phone"], "the surest of those that do");
        assert_eq!(headers(&["Name", "-Mobile", "-Phone"]), ["Name", "Phone"], "and of those that do not");
        let pipedrive = ["Person - Name", "-Person - Email - Work", "Person - Email - Home"];
        assert_eq!(headers(&pipedrive), ["Person - Name", "Person - Email - Home"]);
        assert_eq!(headers(&["-Name", "First name", "Last name"]), ["First name", "Last name"]);
        assert_eq!(names(&["Person - Name", "Person - Next activity date"]), ["name", "followUpAt"]);
    }

    #[test]
    fn our_own_export_finds_every_field_and_the_leads_themselves() {
        let headers: Vec<&str> = LeadColumn::ALL.iter().map(|column| column.as_str()).collect();
        let missing: Vec<_> =
            ImportField::ALL.into_iter().filter(|field| !names(&headers).contains(&field.as_str())).collect();
        let parts = [ImportField::FirstName, ImportField::LastName, ImportField::Title, ImportField::Outcome];
        assert_eq!(missing, [&parts[..], &[ImportField::Score]].concat());
        assert!(names(&["name", "id", "followUpAt (UTC)", "createdAt"]).contains(&"id"), "some of its columns");
        for other in [["id", "name", "city"], ["ID", "Name", "Email"], ["id", "name", "lead status"]] {
            assert!(!names(&other).contains(&"id"), "another system's numbers name other leads: {other:?}");
        }
    }

    #[test]
    fn headers_are_told_apart() {
        let cells = ["Email", "", "Email", "Email (2)", "Email"].map(str::to_owned);
        assert_eq!(unique(&cells), ["Email", "Column 2", "Email (2)", "Email (2) (2)", "Email (3)"]);
    }
}
