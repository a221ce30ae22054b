//! The browser's entry: takes over the page that the server rendered. Kept apart so that `ssr` never reaches WASM.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::come_alive();
}
