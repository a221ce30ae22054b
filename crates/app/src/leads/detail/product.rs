//! What to say about a product while one is on the phone.

use domain::{ProductId, products::Product};
use leptos::{prelude::*, task::spawn_local};

use super::{fields::make_main, refused::Sending, work::Work};
use crate::{
    markup::{act, dynamic, view},
    products::server_fns::find_product,
};

impl Work {
    /// Puts this product's card in place of the one that is there.
    pub fn show_product(self, id: ProductId) {
        spawn_local(async move {
            match find_product(id).await {
                Ok(product) => drop(self.rest.try_update(|rest| rest.product = Some(product))),
                Err(error) => self.toasts.say(error.message()),
            }
        });
    }
}

#[component]
pub fn Pitch(work: Work) -> impl IntoView {
    dynamic(move || work.rest.read().product.clone().map(|product| view! { <Card work product /> }))
}

#[component]
fn Card(work: Work, product: Product) -> impl IntoView {
    let Product { id, name, price, pitch, talking_points, agent_notes, profit_level, .. } = product;
    let points: Vec<String> =
        talking_points.iter().flat_map(|text| text.lines()).map(|line| line.trim().to_owned()).collect();
    let sending = Sending::new(work);
    let is_other = move || work.lead.read().assigned_product != Some(id) && work.may("assignedProduct");
    view! {
        <section class="card side-card" aria-label=format!("About {name}")>
            <div class="row">
                <h3>{name.clone()}</h3>
                <span class="grow"></span>
                {dynamic(move || is_other().then(|| view! {
                    <button type="button" class="btn btn-small btn-quiet" on:click=act(move || make_main(work, id, sending))>"Make main"</button>
                }))}
                <span class="tag">{profit_level}</span>
            </div>
            {sending.refusal()}
            <p class="faint">{price}</p>
            {pitch.map(|pitch| view! { <p class="pitch">{format!("“{pitch}”")}</p> })}
            <ul class="points">{points.into_iter().filter(|point| !point.is_empty()).map(|point| view! { <li>{point}</li> }).collect_view()}</ul>
            {agent_notes.map(|notes| view! { <p class="muted agent-notes">{notes}</p> })}
        </section>
    }
}
