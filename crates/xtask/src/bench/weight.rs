//! The weight of a first visit: the page and every file it asks for, as they travel with brotli.

use std::{cmp::Reverse, collections::BTreeSet};

use anyhow::{Context, Result, bail};

use super::http::{Client, Connection};

/// What a visit downloads at once.
const CODE: [&str; 3] = ["css", "js", "wasm"];
/// Downloaded too, but the page shows without it.
const REST: [&str; 5] = ["woff2", "svg", "ico", "png", "webmanifest"];

pub struct Page {
    pub path: &'static str,
    /// The page itself first.
    pub files: Vec<File>,
}

pub struct File {
    pub path: String,
    pub bytes: usize,
    pub encoding: String,
    pub when: When,
}

/// In the order in which files are listed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// The page does nothing before it.
    FirstVisit,
    /// Code that the script loads afterwards: by itself once the page is alive (see `parts`), or for another page.
    Later,
    /// A font or a picture: the page shows and works without.
    Aside,
}

impl Page {
    pub fn bytes(&self) -> usize {
        self.files.iter().filter(|file| file.when == When::FirstVisit).map(|file| file.bytes).sum()
    }
}

/// A file's path, and when it is loaded.
pub type Named = (String, When);

/// Visits a page with an empty cache.
pub fn visit(client: &Client, path: &'static str) -> Result<Page> {
    let mut connection = Connection::open(client.address)?;
    let (page, html) = fetch(client, &mut connection, (path.to_owned(), When::FirstVisit))?;
    let mut files = vec![page];
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut wanted = named_in_html(&html);
    loop {
        // A file that is named twice counts as needed at once if one of the two says so.
        wanted.sort_by_key(|(_, when)| Reverse(*when));
        let Some((path, when)) = wanted.pop() else { break };
        if !seen.insert(path.clone()) {
            continue;
        }
        let (file, text) = fetch(client, &mut connection, (path.clone(), when))?;
        let named = match extension(&path) {
            Some("css") => named_in_css(&text, &path),
            Some("js") => named_in_js(&text, &path),
            _ => Vec::new(),
        };
        wanted.extend(named.into_iter().map(|(path, also)| (path, also.max(when))));
        files.push(file);
    }
    files[1..].sort_by(|a, b| (a.when, &a.path).cmp(&(b.when, &b.path)));
    Ok(Page { path, files })
}

/// The bytes as they travel, and the text, for which it is asked once more without compression.
pub fn fetch(client: &Client, connection: &mut Connection, (path, when): Named) -> Result<(File, String)> {
    succeed(connection, client.get(&path)).with_context(|| format!("GET {path}"))?;
    let text = String::from_utf8_lossy(connection.body()).into_owned();
    succeed(connection, client.get_compressed(&path)).with_context(|| format!("GET {path}, compressed"))?;
    let encoding = connection.header("content-encoding").unwrap_or("none").to_owned();
    Ok((File { path, bytes: connection.body().len(), encoding, when }, text))
}

fn succeed(connection: &mut Connection, request: Vec<u8>) -> Result<()> {
    match connection.exchange(&request)? {
        200 => Ok(()),
        status => bail!("answered {status}: do the binary and the site come from one build?"),
    }
}

/// Whatever stands between quotes or brackets and looks like a file of ours: links, scripts, preloads, and the
/// names in the script that starts the WASM.
fn named_in_html(html: &str) -> Vec<Named> {
    let pieces = html.split(['"', '\'', '`', '(', ')', '<', '>', ' ']);
    let ours = |piece: &&str| piece.starts_with('/') && extension(piece).is_some_and(is_known);
    pieces.filter(ours).map(|piece| (piece.to_owned(), kind(piece))).collect()
}

fn named_in_css(css: &str, base: &str) -> Vec<Named> {
    let inside = |piece: &str| piece.split(')').next().map(|url| url.trim_matches(['"', '\'', ' ']).to_owned());
    let urls = css.split("url(").skip(1).filter_map(inside);
    let urls = urls.filter(|url| !url.starts_with("data:"));
    urls.map(|url| (resolve(base, &url), kind(&url))).collect()
}

/// At once: `import … from "./x.js"` and `import "./x.js"`. Later: `import("./x.js")` and `new URL("./x.wasm", …)`.
fn named_in_js(js: &str, base: &str) -> Vec<Named> {
    let named = |(at, quote): (usize, &str)| {
        let before = js[..at].trim_end();
        let end = js[at + 1..].find(quote)?;
        let name = js.get(at + 1..at + 1 + end)?.to_owned();
        let at_once = before.ends_with("from") || before.ends_with("import");
        let later = before.ends_with("import(") || before.ends_with("new URL(");
        let when = if at_once { When::FirstVisit } else { When::Later };
        ((at_once || later) && name.starts_with(['.', '/'])).then(|| (resolve(base, &name), when))
    };
    js.match_indices(['"', '\'']).filter_map(named).collect()
}

/// The path that a relative name means in a file at `base`.
pub fn resolve(base: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What a page names is needed at once, unless it is no code.
fn kind(path: &str) -> When {
    if extension(path).is_some_and(|found| REST.contains(&found)) { When::Aside } else { When::FirstVisit }
}

fn is_known(extension: &str) -> bool {
    CODE.contains(&extension) || REST.contains(&extension)
}

fn extension(path: &str) -> Option<&str> {
    path.split(['?', '#']).next()?.rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_wherever_they_are_named() {
        let at_once =
            |paths: &[&str]| paths.iter().map(|path| ((*path).to_owned(), When::FirstVisit)).collect::<Vec<_>>();
        let html = "<link rel=\"stylesheet\" href=\"/pkg/a.css\"><a href=\"/leads\">x</a><script>import('/pkg/a.js')\
                    .then(m => m.default({module_or_path: '/pkg/a.wasm'}))</script>";
        assert!(named_in_html(html) == at_once(&["/pkg/a.css", "/pkg/a.js", "/pkg/a.wasm"]));
        let css = "@font-face{src:url(/fonts/a.woff2)}p{background:url(data:image/png;base64,x)}i{src:url('../b.svg')}";
        let aside = ["/fonts/a.woff2", "/b.svg"].map(|path| (path.to_owned(), When::Aside));
        assert!(named_in_css(css, "/pkg/a.css") == aside);
        let js = "import {x} from './snippets/x.js';import\"./y.js\";const z=()=>import('./z.js');f('./w.js')";
        let mut found = named_in_js(js, "/pkg/a.js");
        assert!(found.pop() == Some(("/pkg/z.js".to_owned(), When::Later)));
        assert!(found == at_once(&["/pkg/snippets/x.js", "/pkg/y.js"]));
    }
}
