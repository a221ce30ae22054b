//! The lead's files: attached, looked at, fetched, renamed, deleted.

use domain::{attachments::Attachment, users::Role};
use icondata_lu as lu;
use leptos::{html, prelude::*, task::spawn_local};

use super::{
    control::Opened,
    dialogs::Asked,
    upload::{Upload, Uploads},
    words::{ago, size},
    work::Work,
};
use crate::{
    attachments::delete_attachment,
    leads::writing::{Part, Writing},
    markup::{act, dynamic, each, view},
    ui::Icon,
};

#[component]
pub fn Files(work: Work, uploads: Uploads) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let choose = move || {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move || {
        if let Some(input) = input.get_untracked() {
            uploads.send_all(input.files());
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let action = format!("/api/leads/{}/attachments", work.id);
    view! {
        <section class="card side-card files" aria-label="Files">
            <div class="row">
                <h3>"Files"</h3>
                <span class="grow"></span>
                <button type="button" class="btn btn-small needs-script" on:click=act(choose)><Icon icon=lu::LuPaperclip />"Attach"</button>
                <input node_ref=input type="file" multiple class="files-input" tabindex="-1" aria-label="Files to attach" on:change=act(chosen) />
            </div>
            // Only in what the server sends: a browser that runs this needs no other way.
            {cfg!(feature = "ssr").then(|| view! {
                <noscript>
                    <form method="post" action=action enctype="multipart/form-data" class="row">
                        <input type="file" name="file" multiple required aria-label="Files to attach" /><button class="btn btn-small">"Attach"</button>
                    </form>
                </noscript>
            })}
            <ul class="file-list">
                {each(move || uploads.all.get(), |upload| upload.id.to_string(), move |upload| on_its_way(uploads, upload))}
                {each(move || work.rest.read().files.clone(), |file| format!("{} {}", file.id, file.file_name), move |file| view! { <FileRow work file /> })}
            </ul>
            {dynamic(move || (work.rest.with(|rest| rest.is_here && rest.files.is_empty()) && uploads.all.read().is_empty()).then(|| view! {
                <p class="faint">"Drop files anywhere on this sheet, or paste them."</p>
            }))}
        </section>
    }
}

fn on_its_way(uploads: Uploads, upload: Upload) -> AnyView {
    let Upload { id, ref name, percent, problem, .. } = upload;
    let name = name.clone();
    let label = format!("{name}, sent");
    let again = Callback::new(move |()| uploads.send(&upload));
    view! {
        <li class="file">
            <span class="file-name">{name}</span>
            {dynamic(move || match problem.get() {
                Some(reason) => view! {
                    <span class="file-problem" role="alert">{reason}</span>
                    <button type="button" class="btn btn-small" on:click=act(move || again.run(()))>"Retry"</button>
                    <button type="button" class="icon-button" aria-label="Forget this file" on:click=act(move || uploads.forget(id))><Icon icon=lu::LuX /></button>
                },
                None => view! { <progress max="100" value=percent aria-label=label.clone()></progress> },
            })}
        </li>
    }
}

#[component]
fn FileRow(work: Work, file: Attachment) -> impl IntoView {
    let me = work.session.with_value(|session| (session.user.id, session.user.role));
    // Only whether it is offered; the policy decides.
    let may = move || match me {
        (_, Role::Admin) => true,
        (me, Role::Agent) => file.uploaded_by == Some(me) || work.lead.read().belongs_to(me),
        (me, Role::Engineer) => file.uploaded_by == Some(me),
    };
    let (renaming, asking) = (RwSignal::new(false), RwSignal::new(false));
    // Pressing the pencil once more must not open the field anew.
    let is_renamed = Memo::new(move |_| renaming.get() && work.can_open.get());
    let problem = RwSignal::new(None::<String>);
    let (id, name) = (file.id, file.file_name.clone());
    let href = format!("/api/attachments/{id}/download");
    let delete = move || {
        asking.set(false);
        spawn_local(async move {
            match delete_attachment(id).await {
                Ok(()) => work.refresh(),
                Err(error) => drop(problem.try_set(Some(error.message()))),
            }
        });
    };
    let (bytes, added) = (file.size_bytes, file.created_at);
    let about = move || format!("{} · {}", size(bytes), ago(added, work.today.get()));
    let shown = StoredValue::new(file.clone());
    let inside = {
        let (name, href) = (name.clone(), href.clone());
        let can_preview = file.can_preview();
        move || {
            let name = name.clone();
            if is_renamed.get() {
                let opened = Opened::FileName { id, name, renaming, problem };
                return view! { <Writing part=Part::Control(work, "File name", opened) /> };
            }
            if can_preview {
                return view! { <button type="button" class="file-name file-open" on:click=act(move || work.ask(Asked::Preview(shown.get_value())))>{name}</button> };
            }
            view! { <a class="file-name" href=href.clone() download>{name}</a> }
        }
    };
    view! {
        <li class="file">
            <Icon icon=if file.is_image() { lu::LuImage } else { lu::LuFileText } />
            <div class="file-words">{dynamic(inside)}<span class="faint">{dynamic(about)}</span></div>
            <a class="icon-button" href=href download aria-label=format!("Download {name}")><Icon icon=lu::LuDownload /></a>
            {dynamic(move || may().then(|| view! {
                <button type="button" class="icon-button needs-script" aria-label=format!("Rename {name}") on:click=act(move || work.open(renaming))><Icon icon=lu::LuPencil /></button>
                <button type="button" class="icon-button needs-script" aria-label=format!("Delete {name}") on:click=act(move || asking.set(true))><Icon icon=lu::LuTrash2 /></button>
            }))}
            {dynamic(move || asking.get().then(|| view! {
                <p class="row entry-sure" role="group" aria-label="Delete it?">
                    <span>"Delete it for everyone?"</span>
                    <button type="button" class="btn btn-small" autofocus on:click=act(move || asking.set(false))>"Keep"</button>
                    <button type="button" class="btn btn-small btn-danger" on:click=act(delete)>"Delete"</button>
                </p>
            }))}
            {dynamic(move || problem.get().map(|reason| view! { <p class="file-problem" role="alert">{reason}</p> }))}
        </li>
    }
}
