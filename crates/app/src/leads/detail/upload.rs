//! Sending files: dropped, pasted or chosen, each with its own progress. By XMLHttpRequest, since nothing else tells
//! how much has been sent.

use domain::{Problem, attachments::MAX_BYTES};
use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use web_sys::{DataTransfer, DragEvent, File, FileList, FormData, ProgressEvent, XmlHttpRequest, js_sys::Reflect};

use super::work::Work;
use crate::UiError;

/// The uploads of one lead that are under way, or failed.
#[derive(Clone, Copy)]
pub struct Uploads {
    work: Work,
    pub all: RwSignal<Vec<Upload>>,
}

/// One file on its way.
#[derive(Clone)]
pub struct Upload {
    pub id: u32,
    pub name: String,
    pub percent: RwSignal<u32>,
    pub problem: RwSignal<Option<String>>,
    file: StoredValue<File, LocalStorage>,
}

/// Whether something is dragged that could be attached.
pub fn brings_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&JsValue::from_str("Files"), 0))
}

impl Uploads {
    pub fn new(work: Work) -> Self {
        Uploads { work, all: RwSignal::new(Vec::new()) }
    }

    pub fn dropped(self, event: &DragEvent) {
        if brings_files(event) {
            event.prevent_default();
            self.send_all(event.data_transfer().and_then(|data| data.files()));
        }
    }

    /// Text is pasted where it belongs; files are attached.
    pub fn pasted(self, event: &web_sys::Event) {
        let data = Reflect::get(event, &JsValue::from_str("clipboardData")).ok();
        let files = data.and_then(|data| data.dyn_into::<DataTransfer>().ok()).and_then(|data| data.files());
        if files.as_ref().is_some_and(|files| files.length() > 0) {
            event.prevent_default();
            self.send_all(files);
        }
    }

    pub fn send_all(self, files: Option<FileList>) {
        let Some(files) = files else { return };
        for file in (0..files.length()).filter_map(|at| files.item(at)) {
            let id = self.all.with_untracked(|all| all.last().map_or(0, |upload| upload.id + 1));
            let upload = Upload {
                id,
                name: file.name(),
                percent: RwSignal::new(0),
                problem: RwSignal::new(None),
                file: StoredValue::new_local(file),
            };
            self.all.update(|all| all.push(upload.clone()));
            self.send(&upload);
        }
    }

    /// Once more, after it failed.
    pub fn send(self, upload: &Upload) {
        let (percent, problem) = (upload.percent, upload.problem);
        let Some(file) = upload.file.try_with_value(File::clone) else { return };
        #[expect(clippy::cast_precision_loss, reason = "a limit far below where doubles lose whole numbers")]
        let is_too_large = file.size() > MAX_BYTES as f64;
        if is_too_large {
            return problem.set(Some(format!("is larger than {} MiB", MAX_BYTES >> 20)));
        }
        percent.set(0);
        problem.set(None);
        if self.start(upload.id, &upload.name, &file, percent, problem).is_err() {
            problem.set(Some("cannot be sent by this browser".to_owned()));
        }
    }

    fn start(
        self,
        id: u32,
        name: &str,
        file: &File,
        percent: RwSignal<u32>,
        problem: RwSignal<Option<String>>,
    ) -> Result<(), JsValue> {
        let form = FormData::new()?;
        form.append_with_blob_and_filename("file", file, name)?;
        let request = XmlHttpRequest::new()?;
        request.open("POST", &format!("/api/leads/{}/attachments", self.work.id))?;
        request.set_request_header("accept", "application/json")?;
        let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
            let sent = (event.loaded() / event.total().max(1.0) * 100.0) as u32;
            let _ = percent.try_set(sent.min(100));
        });
        request.upload()?.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
        let name = name.to_owned();
        let ended = request.clone();
        let ended = Closure::once_into_js(move || match refusal(&ended) {
            None => {
                self.forget(id);
                self.work.toasts.say(format!("{name} attached"));
                self.work.refresh();
            }
            Some(reason) => {
                if problem.try_set(Some(reason.clone())).is_some() {
                    self.work.toasts.say(format!("{name} was not attached: {reason}"));
                }
            }
        });
        request.set_onloadend(Some(ended.unchecked_ref()));
        request.send_with_opt_form_data(Some(&form))
    }

    /// Takes it off the list.
    pub fn forget(self, id: u32) {
        let _ = self.all.try_update(|all| {
            all.retain(|upload| {
                if upload.id == id {
                    upload.file.dispose();
                }
                upload.id != id
            });
        });
    }
}

/// Why the server did not take it; `None` when it did.
fn refusal(request: &XmlHttpRequest) -> Option<String> {
    match request.status() {
        Ok(201) => None,
        Ok(0) | Err(_) => Some(UiError::unreachable().message()),
        Ok(status) => {
            let text = request.response_text().ok().flatten().unwrap_or_default();
            let problem = crate::wire::read::<Problem>(text.as_bytes()).ok();
            let reason =
                problem.map(|problem| problem.fields.get("file").map_or(problem.detail.clone(), str::to_owned));
            Some(reason.unwrap_or_else(|| format!("the server answered {status}")))
        }
    }
}
