//! The browser's entry: takes over the page that the server rendered. Kept apart so that `ssr` never reaches WASM.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::come_alive();
}

/// Room for the splitter. It lays the data of each part out anew within the segment that holds all of it, aligned part by
/// part; where that gets longer than the segment, all data stays in the main file, 35 kB more to download at first. No
/// code refers to this, so no file holds it.
#[used]
static ROOM: [u8; 4096] = [1; 4096];
