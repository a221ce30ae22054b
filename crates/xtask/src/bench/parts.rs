//! The weight of what the browser loads apart: each part with the files it shares with others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::{
    http::{Client, Connection},
    weight::{self, Page, When},
};

/// What a list loads by itself once it is alive, and needs itself: whatever is opened from there comes on top.
const OF_LIST: [&str; 3] = ["alive", "desk", "writing"];
/// What it loads ahead besides, for whoever opens a lead next.
const AHEAD: &str = "lead_sheet";

/// A part as the splitter's script names it.
#[derive(Debug, PartialEq)]
struct Part {
    name: String,
    files: BTreeSet<String>,
}

/// Some part, or several, and what they weigh together.
pub struct Weight {
    pub name: String,
    pub bytes: usize,
    pub files: usize,
}

/// What comes after the first visit.
pub struct Later {
    /// What the browser loads by itself right after a list is there: nobody waits for it, but it travels all the same.
    pub ahead: Weight,
    /// What each part weighs for somebody who goes there from the list.
    pub routes: Vec<Weight>,
}

pub fn of_list(client: &Client, list: &Page) -> Result<Later> {
    let script = list.files.iter().find(|file| file.path.contains("__wasm_split") && file.path.ends_with(".js"));
    let script = &script.context("the site is not split")?.path;
    let mut connection = Connection::open(client.address)?;
    let (_, js) = weight::fetch(client, &mut connection, (script.clone(), When::FirstVisit))?;
    let bytes: BTreeMap<&String, usize> = list.files.iter().map(|file| (&file.path, file.bytes)).collect();
    let weigh = |name: String, files: BTreeSet<&String>| {
        let weigh = |path: &&String| bytes.get(*path).copied().context("a part names a file that was not fetched");
        Ok::<_, anyhow::Error>(Weight {
            name,
            bytes: files.iter().map(weigh).sum::<Result<usize>>()?,
            files: files.len(),
        })
    };
    let parts = parts(&js, script);
    let named =
        |name: &str| parts.iter().find(|part| part.name == name).with_context(|| format!("there is no part {name}"));
    let there = OF_LIST.map(named).into_iter().collect::<Result<Vec<_>>>()?;
    let there: BTreeSet<&String> = there.into_iter().flat_map(|part| &part.files).collect();
    let ahead = there.iter().copied().chain(&named(AHEAD)?.files).collect();
    let ahead = weigh([&OF_LIST[..], &[AHEAD]].concat().join(", "), ahead)?;
    let others = parts.iter().filter(|part| !OF_LIST.contains(&part.name.as_str()));
    let route =
        |part: &Part| weigh(part.name.clone(), part.files.iter().filter(|file| !there.contains(file)).collect());
    Ok(Later { ahead, routes: others.map(route).collect::<Result<_>>()? })
}

/// `const NAME = makeLoad(… "FILE" …, [])` for each file that parts share, then for each part
/// `export const NAME = wrapAsyncCb(makeLoad(… "FILE" …, [SHARED, …]))`, where an empty one has no file.
fn parts(js: &str, base: &str) -> Vec<Part> {
    let pieces: Vec<&str> = js.split("makeLoad(").collect();
    let mut shared: BTreeMap<&str, String> = BTreeMap::new();
    let mut parts = Vec::new();
    for (before, loader) in pieces.iter().zip(&pieces[1..]) {
        let before = before.trim_end_matches("wrapAsyncCb(").strip_suffix(" = ");
        let Some(name) = before.and_then(|text| text.rsplit(' ').next()) else { continue };
        let own = loader.split("new URL(\"").nth(1).and_then(|rest| rest.split('"').next());
        let own = own.map(|file| weight::resolve(base, file));
        match name.strip_prefix("__wasm_split_load_") {
            None => shared.extend(own.map(|own| (name, own))),
            Some(part) => {
                let words = loader.split(|c: char| !c.is_alphanumeric() && c != '_');
                let used = words.filter_map(|word| shared.get(word).cloned());
                parts.push(Part { name: part.to_owned(), files: used.chain(own).collect() });
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_its_own_file_and_those_it_shares() {
        let js = "/* board, desk */\nconst __chunk_0 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_0.wasm\", \
                  import.meta.url));\n    return async (imports) => go(src, imports);\n}\n, []);\n\
                  const __chunk_1 = makeLoad(() => async (_imp) => ({}), []);\n\
                  export const __wasm_split_load_desk = wrapAsyncCb(makeLoad(() => {\n    const src = \
                  fetch(new URL(\"./split_desk.wasm\", import.meta.url));\n    return async (imports) => go(src, imports);\n}\n\
                  , [__chunk_0, __chunk_1]));\n\
                  export const __wasm_split_load_board = wrapAsyncCb(makeLoad(() => async (_imp) => ({}), [__chunk_0]));\n";
        let part = |name: &str, files: &[&str]| Part {
            name: name.to_owned(),
            files: files.iter().map(|file| format!("/pkg/{file}")).collect(),
        };
        let found = parts(js, "/pkg/__wasm_split.js");
        assert_eq!(found, [part("desk", &["chunk_0.wasm", "split_desk.wasm"]), part("board", &["chunk_0.wasm"])]);
    }
}
