//! Leads as a file: where it comes from, and the menu over the list. The server writes it; nothing here waits for it.

use domain::{leads::written, users::Role};
use icondata_lu as lu;
use leptos::{html, prelude::*};

use super::{address::Address, columns::Column};
use crate::{
    markup::{act, attr, view},
    ui::Icon,
    viewer::use_role,
};

/// The files that are offered, and their names.
pub const FILES: [(&str, &str); 4] = [
    ("csv", "CSV, the columns shown"),
    ("xlsx", "Excel, the columns shown"),
    ("csv-all", "CSV, everything"),
    ("xlsx-all", "Excel, everything"),
];

const MENU: &str = "export-menu";

/// Where one of [`FILES`] comes from. `which` is a query string that says which leads are in it.
pub fn file_href(address: &Address, role: Role, file: &str, which: &str) -> String {
    let (format, columns) = match file.split_once('-') {
        Some((format, _)) => (format, String::new()),
        None => (file, format!("&columns={}", shown(address, role).join(","))),
    };
    let sort = written(&address.query.sort);
    let sort = if sort.is_empty() { sort } else { format!("&sort={sort}") };
    let which = if which.is_empty() { String::new() } else { format!("&{which}") };
    format!("/api/leads/export?format={format}{which}{sort}{columns}")
}

/// The table's columns as a file calls them. The id comes first: with it a file finds its leads again.
fn shown(address: &Address, role: Role) -> Vec<&'static str> {
    let mut names = vec!["id"];
    for name in Column::chosen(&address.columns, role).iter().flat_map(|(column, _)| column.exported()) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    names
}

/// Every lead that the list's conditions find. Links, so that it needs no script.
#[component]
pub fn ExportMenu(address: Memo<Address>) -> impl IntoView {
    let role = use_role();
    let menu = NodeRef::<html::Div>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let link = move |(file, label): (&'static str, &'static str)| {
        let href = move || {
            let address = address.read();
            // What cannot be read is left to the server to refuse: it must not become a file of everything.
            let which = address.broken.clone().unwrap_or_else(|| address.query.filter_query());
            file_href(&address, role, file, &which)
        };
        view! { <a class="menu-item" href=attr(href) download="" on:click=act(close)>{label}</a> }
    };
    view! {
        <button type="button" class="btn export-button" popovertarget=MENU><Icon icon=lu::LuDownload />"Export"</button>
        <div node_ref=menu id=MENU popover="auto" class="menu export-menu" role="group" aria-label="Export">{FILES.map(link).collect_view()}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_what_the_list_shows() {
        let address = Address::parse("columns=lead:260,company,status&status=new&sort=-value");
        let href = |file| file_href(&address, Role::Agent, file, &address.query.filter_query());
        assert_eq!(href("csv"), "/api/leads/export?format=csv&status=new&sort=-value&columns=id,name,company,status");
        assert_eq!(href("xlsx-all"), "/api/leads/export?format=xlsx&status=new&sort=-value");
        assert_eq!(file_href(&Address::default(), Role::Agent, "csv-all", ""), "/api/leads/export?format=csv");
    }
}
