//! The fields of the lead, each edited in its place.

use domain::{
    ProductId,
    leads::{Lead, LeadStatus},
};
use icondata_lu as lu;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::{
    control::Opened,
    refused::Sending,
    row::{AnyShown, FieldRow},
    words::product_name,
    work::{Changed, Work},
};
use crate::{
    leads::{
        cells::LeadField,
        columns::Column,
        writing::{Part, Writing},
    },
    markup::{act, dynamic, view},
    ui::Icon,
};

#[component]
pub fn Fields(work: Work) -> impl IntoView {
    // A column's cell, or nothing where the field is empty.
    let cell = move |column: Column, has: fn(&Lead) -> bool| {
        Signal::derive(move || has(&work.lead.read()).then_some(AnyShown::Cell(column)))
    };
    let words =
        move |read: fn(&Lead) -> Option<String>| Signal::derive(move || read(&work.lead.read()).map(AnyShown::Words));
    let lines =
        move |read: fn(&Lead) -> Option<String>| Signal::derive(move || read(&work.lead.read()).map(AnyShown::Lines));
    let link = move |scheme: &'static str, read: fn(&Lead) -> Option<String>| {
        Signal::derive(move || read(&work.lead.read()).map(|address| AnyShown::Link(scheme, address)))
    };
    // The server takes from engineers what is not theirs; empty rows of it would only ask questions.
    let is_sales = work.session.with_value(|session| Column::Value.is_for(session.user.role));
    let row = move |column: Column, value, nothing: &'static str| {
        view! { <FieldRow work of=LeadField::Column(column) title=column.heading() value nothing /> }
    };
    let engineer = Signal::derive(move || work.lead.read().assigned_engineer.map(|_| AnyShown::Cell(Column::Engineer)));
    let nobody = if work.lead.read_untracked().status == LeadStatus::Won { "Nobody" } else { "chosen when won" };
    view! {
        <dl class="fields">
            {is_sales.then(|| row(Column::Value, cell(Column::Value, |lead| lead.value.is_some()), "—"))}
            {row(Column::Priority, cell(Column::Priority, |_| true), "—")}
            {row(Column::FollowUp, cell(Column::FollowUp, |lead| lead.follow_up_at.is_some()), "—")}
            {is_sales.then(|| view! {
                <FieldRow work of=LeadField::Text("followUpNote", false) value=words(|lead| lead.follow_up_note.clone()) />
            })}
            {row(Column::Agent, cell(Column::Agent, |lead| lead.assigned_to.is_some()), "Unassigned")}
            {row(Column::Engineer, engineer, nobody)}
            <Products work />
            {row(Column::Source, words(|lead| lead.source.clone()), "—")}
            {row(Column::Email, link("mailto:", |lead| lead.email.clone()), "—")}
            {row(Column::Phone, link("tel:", |lead| lead.phone.clone()), "—")}
            {row(Column::Company, words(|lead| lead.company.clone()), "—")}
            {is_sales.then(|| view! {
                <FieldRow work of=LeadField::Text("notes", true) value=lines(|lead| lead.notes.clone()) />
            })}
            <dt>"Created"</dt>
            <dd><div class="value"><span>{dynamic(move || created(work))}</span></div></dd>
        </dl>
    }
}

fn created(work: Work) -> String {
    use domain::events::Door;
    let lead = work.lead.read();
    let by = match lead.created_via {
        Door::Ui => lead.created_by.map(|id| work.session.with_value(|session| super::words::person_name(id, session))),
        Door::Rest => Some("the API".to_owned()),
        Door::Mcp => Some("an AI agent".to_owned()),
        Door::Import => Some("import".to_owned()),
        Door::System => Some("the system".to_owned()),
    };
    let day = work.today.with(|today| today.short(today.day(lead.created_at)));
    by.map_or(day.clone(), |by| format!("{day} by {by}"))
}

/// Every product, the main one first; a click shows what to say about it.
#[component]
fn Products(work: Work) -> impl IntoView {
    let adding = RwSignal::new(false);
    let sending = Sending::new(work);
    let is_adding = Memo::new(move |_| adding.get() && work.can_open.get());
    let may = Memo::new(move |_| work.may("products"));
    let all = Memo::new(move |_| {
        let lead = work.lead.read();
        let main = lead.assigned_product;
        let rest = lead.products.iter().copied().filter(move |id| Some(*id) != main);
        main.into_iter().chain(rest).collect::<Vec<_>>()
    });
    let tag = move |id: ProductId| {
        let name = work.session.with_value(|session| product_name(id, session));
        let remove = format!("Remove {name}");
        view! {
            <span class="tag product-tag">
                <button type="button" on:click=act(move || work.show_product(id))>{name}</button>
                {may.get().then(|| view! {
                    <button type="button" aria-label=remove on:click=act(move || without(work, id, sending))><Icon icon=lu::LuX /></button>
                })}
            </span>
        }
    };
    let offered = move || {
        let has = all.get_untracked();
        let sold = |session: &crate::viewer::Session| {
            let offered = session.products.iter().filter(|product| product.is_active && !has.contains(&product.id));
            offered.map(|product| (product.id.to_string(), product.name.clone())).collect::<Vec<_>>()
        };
        work.session.with_value(sold)
    };
    let on_leave = Callback::new(move |()| adding.set(false));
    let on_choose = Callback::new(move |id: String| {
        adding.set(false);
        if let Ok(id) = id.parse() {
            let mut products = all.get_untracked();
            products.push(id);
            save(products, sending);
        }
    });
    view! {
        <dt>"Products"</dt>
        <dd data-row="products">
            <div class="value product-tags">
                {dynamic(move || all.get().into_iter().map(tag).collect_view())}
                {dynamic(move || (may.get() && !is_adding.get()).then(|| view! {
                    <button type="button" class="tag-add" aria-label="Add a product" on:click=act(move || work.open(adding))><Icon icon=lu::LuPlus /></button>
                }))}
                {dynamic(move || is_adding.get().then(|| view! {
                    <Writing part=Part::Control(work, "Add a product", Opened::Choice { options: offered(), on_choose, on_leave }) />
                }))}
            </div>
            {sending.refusal()}
        </dd>
    }
}

fn without(work: Work, id: ProductId, sending: Sending) {
    let lead = work.lead.get_untracked();
    let main = lead.assigned_product;
    let mut products: Vec<ProductId> =
        main.into_iter().chain(lead.products.into_iter().filter(|p| Some(*p) != main)).collect();
    products.retain(|product| *product != id);
    save(products, sending);
}

/// The first one is the main one.
fn save(products: Vec<ProductId>, sending: Sending) {
    let mut to = Changed::new();
    to.insert("assignedProduct".into(), products.first().map_or(Value::Null, |id| json!(id)));
    let mut sorted = products;
    sorted.sort();
    to.insert("products".into(), json!(sorted));
    sending.send(to, "Products saved".to_owned());
}

/// Makes one of the lead's products the main one.
pub fn make_main(work: Work, id: ProductId, sending: Sending) {
    let mut products: Vec<ProductId> = vec![id];
    products.extend(work.lead.with_untracked(|lead| lead.products.clone()).into_iter().filter(|other| *other != id));
    save(products, sending);
}
