//! A file, looked at without leaving the sheet.

use domain::attachments::Attachment;
use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    markup::view,
    ui::{Dialog, Icon},
};

/// What the browser shows by itself; the server decides what that may be.
#[component]
pub fn Preview(file: Attachment, on_close: Callback<()>) -> impl IntoView {
    let source = format!("/api/attachments/{}/download?inline=1", file.id);
    let name = file.file_name.clone();
    let shown = if file.is_image() {
        view! { <img class="preview-image" src=source alt=name.clone() /> }
    } else {
        view! { <iframe class="preview-page" src=source title=name.clone()></iframe> }
    };
    view! {
        <Dialog title=name on_close>
            <div class="preview">{shown}</div>
            <footer class="form-foot">
                <span class="grow"></span>
                <a class="btn" href=format!("/api/attachments/{}/download", file.id) download><Icon icon=lu::LuDownload />"Download"</a>
            </footer>
        </Dialog>
    }
}
