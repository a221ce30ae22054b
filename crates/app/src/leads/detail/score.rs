//! How promising it is, point by point, or what a person thinks instead.

use domain::leads::ScorePoint;
use leptos::prelude::*;

use super::{row::Editable, work::Work};
use crate::leads::{cells::LeadField, columns::Column};

use crate::markup::{dynamic, view};

#[component]
pub fn Score(work: Work) -> impl IntoView {
    let point = |ScorePoint { reason, points }: ScorePoint| {
        let class = if points < 0 { "num point-less" } else { "num point-more" };
        let points = if points < 0 { format!("−{}", points.unsigned_abs()) } else { format!("+{points}") };
        view! { <li><span class="muted grow">{reason}</span><span class=class>{points}</span></li> }
    };
    let points = move || work.rest.read().score.clone();
    let of = LeadField::Column(Column::Score);
    view! {
        <section class="card side-card" aria-label="Score">
            <div class="row score-head" data-row="score">
                <h3>"Score"</h3>
                <span class="grow"></span>
                {dynamic(move || work.lead.read().score_is_set.then(|| view! { <span class="tag">"Set by hand"</span> }))}
                <Editable work of title="score"><b class="num score-now">{dynamic(move || work.lead.read().score)}</b></Editable>
            </div>
            {dynamic(move || work.lead.read().score_is_set.then(|| view! {
                <p class="faint">"Empty it to have it computed from these points:"</p>
            }))}
            <ul class="score-points">{dynamic(move || points().into_iter().map(point).collect_view())}</ul>
        </section>
    }
}
