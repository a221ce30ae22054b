//! The place for the next file: dropped or chosen, with its progress.

use domain::{
    Problem,
    imports::{Import, MAX_FILE_BYTES},
};
use icondata_lu as lu;
use leptos::{
    html,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use web_sys::{DragEvent, File, FormData, HtmlInputElement, ProgressEvent, XmlHttpRequest};

use super::words;
use crate::{
    UiError,
    location::{Way, use_location},
    markup::{act, attr, dynamic, hear, view},
    ui::Icon,
    wire,
};

/// The upload that is under way, or failed.
#[derive(Clone, Copy)]
struct Sending {
    name: RwSignal<Option<String>>,
    percent: RwSignal<u32>,
    problem: RwSignal<Option<String>>,
    /// Belongs to the thread of the browser; on the server there is none.
    request: StoredValue<Option<StoredValue<XmlHttpRequest, LocalStorage>>>,
    opened: Callback<Import>,
}

/// `before` is the input that stood here before the page was alive: what is chosen by it, then or in a window that is
/// still open, is not lost.
#[component]
pub fn DropPlace(before: Option<HtmlInputElement>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let is_over = RwSignal::new(false);
    let location = use_location();
    let opened = Callback::new(move |import: Import| location.go(&format!("/imports/{}", import.id), Way::Link));
    let sending = Sending {
        name: RwSignal::new(None),
        percent: RwSignal::new(0),
        problem: RwSignal::new(None),
        request: StoredValue::new(None),
        opened,
    };
    let chosen = move || {
        if let Some(input) = input.get_untracked() {
            sending.send(input.files().and_then(|files| files.item(0)));
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        sending.send(event.data_transfer().and_then(|data| data.files()).and_then(|files| files.item(0)));
    };
    let over = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    on_cleanup(move || sending.stop());
    if let Some(before) = before {
        sending.listen_to(before);
    }
    view! {
        <section class="card drop-place" class:drop-over=is_over aria-label="A new file"
            on:dragover=hear(over) on:dragleave=act(move || is_over.set(false)) on:drop=hear(dropped)>
            <span class="empty-icon"><Icon icon=lu::LuFileUp /></span>
            // Only in what the server sends: a browser that runs this needs no other way.
            {cfg!(feature = "ssr").then(|| view! {
                <noscript><p class="muted">"Importing here needs JavaScript. Without it, the API and the command line import the same files."</p></noscript>
            })}
            <h2 class="needs-script">"Drop a CSV or XLSX file here"</h2>
            <p class="muted needs-script">"Nothing is written yet: you see what becomes of each row first. Exports of HubSpot, Pipedrive, Salesforce and Zoho are recognised."</p>
            {dynamic(move || match sending.name.get() {
                Some(name) => view! {
                    <div class="row drop-progress" role="status">
                        <span class="drop-name">{name}</span>
                        <progress max="100" value=sending.percent aria-label="Sent"></progress>
                        <button type="button" class="btn btn-small" on:click=act(move || sending.stop())>"Cancel"</button>
                    </div>
                },
                None => ().into_any(),
            })}
            // A label opens it without any script, and what was chosen by then is not lost.
            <div class="row needs-script" hidden=attr(move || sending.name.with(Option::is_some))>
                <input node_ref=input id="import-file" type="file" class="files-input" aria-label="File to import" accept=".csv,.tsv,.txt,.xlsx,text/csv" on:change=act(chosen) />
                <label class="btn btn-primary" for="import-file"><Icon icon=lu::LuUpload />"Choose a file"</label>
            </div>
            {dynamic(move || sending.problem.get().map(|problem| view! { <p class="alert" role="alert">{problem}</p> }))}
            <p class="faint">"Up to 256 MiB and 1,048,576 rows. Start from a template: "
                <a class="link" href="/api/leads/import/template?format=xlsx" download rel="external">"Excel, with drop-downs"</a>" or "
                <a class="link" href="/api/leads/import/template" download rel="external">"CSV"</a>"."</p>
        </section>
    }
}

impl Sending {
    fn listen_to(self, input: HtmlInputElement) {
        let first = move |input: &HtmlInputElement| input.files().and_then(|files| files.item(0));
        self.send(first(&input));
        let late = input.clone();
        let chosen = Closure::<dyn FnMut()>::new(move || self.send(first(&late)));
        input.set_onchange(Some(chosen.into_js_value().unchecked_ref()));
    }

    fn send(self, file: Option<File>) {
        // The page may be another one by now.
        let is_free = self.name.try_with_untracked(Option::is_none) == Some(true);
        let Some(file) = file.filter(|_| is_free) else { return };
        #[expect(clippy::cast_precision_loss, reason = "a limit far below where doubles lose whole numbers")]
        let is_too_large = file.size() > MAX_FILE_BYTES as f64;
        self.problem.set(is_too_large.then(|| format!("The file is larger than {} MiB.", MAX_FILE_BYTES >> 20)));
        if is_too_large {
            return;
        }
        self.percent.set(0);
        self.name.set(Some(file.name()));
        if self.start(&file).is_err() {
            self.name.set(None);
            self.problem.set(Some("This browser cannot send the file.".to_owned()));
        }
    }

    fn start(self, file: &File) -> Result<(), JsValue> {
        let form = FormData::new()?;
        form.append_with_str("dryRun", "true")?;
        form.append_with_blob_and_filename("file", file, &file.name())?;
        let request = XmlHttpRequest::new()?;
        request.open("POST", "/api/leads/import")?;
        let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
            let sent = (event.loaded() / event.total().max(1.0) * 100.0) as u32;
            let _ = self.percent.try_set(sent.min(100));
        });
        request.upload()?.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
        let ended = request.clone();
        let ended = Closure::once_into_js(move || self.ended(&ended));
        request.set_onload(Some(ended.unchecked_ref()));
        let failed = Closure::once_into_js(move || self.failed(UiError::unreachable().message()));
        request.set_onerror(Some(failed.unchecked_ref()));
        self.request.set_value(Some(StoredValue::new_local(request.clone())));
        request.send_with_opt_form_data(Some(&form))
    }

    fn ended(self, request: &XmlHttpRequest) {
        let text = request.response_text().ok().flatten().unwrap_or_default();
        if request.status() == Ok(202)
            && let Ok(import) = wire::read::<Import>(text.as_bytes())
        {
            // The page may be another one by now.
            let _ = self.opened.try_run(import);
            return;
        }
        let problem = wire::read::<Problem>(text.as_bytes()).ok();
        self.failed(problem.map_or("The server did not take the file.".to_owned(), |problem| {
            words::refusal(&UiError(Box::new(problem)))
        }));
    }

    fn failed(self, problem: String) {
        if self.name.try_set(None).is_none() {
            self.problem.set(Some(problem));
        }
    }

    fn stop(self) {
        if let Some(request) = self.request.try_update_value(Option::take).flatten() {
            // Fails when it is over.
            let _ = request.try_with_value(XmlHttpRequest::abort);
        }
        let _ = self.name.try_set(None);
    }
}
