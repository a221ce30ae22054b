//! Settings from the environment, checked before anything starts. Every message names its variable.

use std::{
    ffi::{OsStr, OsString},
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Characters of a session secret at the least.
const SECRET_LENGTH: usize = 32;

/// How the server runs.
#[derive(Clone, Debug)]
pub struct Config {
    pub addr: SocketAddr,
    pub database: DatabaseSource,
    /// The private cluster, the generated secret and attachments live here.
    pub data: PathBuf,
    pub files: FilesPlace,
    /// Cookies are sent over HTTPS only.
    pub production: bool,
    pub session_secret: Option<String>,
    /// CSS, WASM and fonts.
    pub site: PathBuf,
    /// Where browsers reach this server, when it is not where it listens; its origin may send forms.
    pub public_url: Option<String>,
    /// The peer is a reverse proxy whose `X-Forwarded-For` is true.
    pub trust_proxy: bool,
    pub metrics_token: Option<String>,
    /// Demo data is served to others too, although everybody knows its passwords.
    pub demo_public: bool,
    /// Everyone's password in new demo data.
    pub demo_password: String,
    /// How much is logged.
    pub log: String,
}

/// Which PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseSource {
    /// `DATABASE_URL`.
    Url(String),
    /// `PGHOST` and its kin.
    Variables,
    /// Our own cluster in the data folder.
    Private,
}

/// Where the bytes of attachments are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesPlace {
    Folder(PathBuf),
    /// `s3://bucket/prefix`; the rest stands in the `AWS_*` variables.
    Bucket(String),
}

/// A variable whose value cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct BadVariable {
    name: String,
    problem: String,
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, BadVariable> {
        // Taken for unset, such a data folder would give way to a new and empty one.
        let is_no_text = |(name, value): &(OsString, OsString)| is_ours(name) && value.to_str().is_none();
        if let Some((name, _)) = std::env::vars_os().find(is_no_text) {
            return bad(&name.to_string_lossy(), "is no text in UTF-8");
        }
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads variables through `get`; empty values count as unset.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, BadVariable> {
        let get = |name: &str| get(name).filter(|value| !value.trim().is_empty());
        let production = production(&get)?;
        let session_secret = get("SESSION_SECRET");
        match &session_secret {
            Some(secret) if secret.len() < SECRET_LENGTH => {
                return bad(
                    "SESSION_SECRET",
                    format!("needs at least {SECRET_LENGTH} characters: openssl rand -hex 32"),
                );
            }
            None if production => {
                return bad("SESSION_SECRET", "must be set in production: openssl rand -hex 32");
            }
            _ => {}
        }
        let data = PathBuf::from(get("SIWAHT_DATA").unwrap_or_else(|| "./data".into()));
        Ok(Config {
            addr: parse(&get, "SIWAHT_ADDR", "127.0.0.1:3000", "an address such as 127.0.0.1:3000")?,
            database: database(&get)?,
            files: files(&get, &data)?,
            data,
            production,
            session_secret,
            site: get("SIWAHT_SITE").map_or_else(beside_binary, PathBuf::from),
            public_url: public_url(&get)?,
            trust_proxy: parse(&get, "SIWAHT_TRUST_PROXY", "false", "true or false")?,
            metrics_token: get("SIWAHT_METRICS_TOKEN"),
            demo_public: parse(&get, "SIWAHT_DEMO_PUBLIC", "false", "true or false")?,
            demo_password: get("SIWAHT_DEMO_PASSWORD").unwrap_or_else(|| "siwaht-demo".into()),
            log: get("RUST_LOG").unwrap_or_else(|| "info,sqlx=warn".into()),
        })
    }

    /// Whether demo data, whose passwords everybody knows, is served to nobody it should not be.
    pub fn may_serve_demo(&self) -> bool {
        self.addr.ip().is_loopback() || self.demo_public
    }
}

/// Whether we read the variable, or the database's client does.
fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let others = ["DATABASE_URL", "SESSION_SECRET", "APP_ENV", "NODE_ENV", "RUST_LOG"];
    name.starts_with("SIWAHT_") || name.starts_with("PG") || others.contains(&&*name)
}

fn bad<T>(name: &str, problem: impl Into<String>) -> Result<T, BadVariable> {
    Err(BadVariable { name: name.into(), problem: problem.into() })
}

fn parse<T: FromStr>(
    get: &impl Fn(&str) -> Option<String>,
    name: &str,
    default: &str,
    expected: &str,
) -> Result<T, BadVariable> {
    let value = get(name).unwrap_or_else(|| default.to_owned());
    value.parse().or_else(|_| bad(name, format!("expected {expected}, found {value:?}")))
}

fn production(get: &impl Fn(&str) -> Option<String>) -> Result<bool, BadVariable> {
    let (name, value) = match (get("APP_ENV"), get("NODE_ENV")) {
        (Some(value), _) => ("APP_ENV", value),
        (None, Some(value)) => ("NODE_ENV", value),
        (None, None) => return Ok(false),
    };
    match value.as_str() {
        "production" => Ok(true),
        "development" | "test" => Ok(false),
        _ => bad(name, format!("expected development or production, found {value:?}")),
    }
}

fn database(get: &impl Fn(&str) -> Option<String>) -> Result<DatabaseSource, BadVariable> {
    match get("DATABASE_URL") {
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => Ok(DatabaseSource::Url(url)),
        // The value may hold a password: it is not repeated.
        Some(_) => bad("DATABASE_URL", "expected postgres://user:password@host:5432/database"),
        None if get("PGHOST").is_some() || get("PGDATABASE").is_some() => Ok(DatabaseSource::Variables),
        None => Ok(DatabaseSource::Private),
    }
}

fn files(get: &impl Fn(&str) -> Option<String>, data: &Path) -> Result<FilesPlace, BadVariable> {
    let Some(place) = get("SIWAHT_FILES") else { return Ok(FilesPlace::Folder(data.join("files"))) };
    match place.split_once("://") {
        None => Ok(FilesPlace::Folder(place.into())),
        Some(("s3", bucket)) if !bucket.is_empty() && !bucket.starts_with('/') => Ok(FilesPlace::Bucket(place)),
        Some(_) => bad("SIWAHT_FILES", format!("expected a folder or s3://bucket/prefix, found {place:?}")),
    }
}

fn public_url(get: &impl Fn(&str) -> Option<String>) -> Result<Option<String>, BadVariable> {
    match get("SIWAHT_PUBLIC_URL") {
        Some(url) if is_origin(url.trim_end_matches('/')) => Ok(Some(url.trim_end_matches('/').to_owned())),
        Some(url) => bad("SIWAHT_PUBLIC_URL", format!("expected https://crm.example.com, found {url:?}")),
        None => Ok(None),
    }
}

/// Scheme and host with nothing behind them: what browsers send as `Origin`.
fn is_origin(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@']))
}

/// `site` beside the binary: how a release is unpacked.
fn beside_binary() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(|dir| dir.join("site")));
    beside.unwrap_or_else(|| "site".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Config::read(get).map_err(|e| e.to_string())
    }

    #[test]
    fn nothing_set_is_a_private_database_on_loopback() {
        let config = read(&[]).unwrap();
        assert_eq!(config.database, DatabaseSource::Private);
        assert!(config.addr.ip().is_loopback());
        assert!(!config.production);
        assert_eq!(config.files, FilesPlace::Folder("./data/files".into()));
    }

    #[test]
    fn each_bad_value_names_its_variable() {
        for (name, value) in [
            ("SIWAHT_ADDR", "localhost"),
            ("DATABASE_URL", "mysql://somewhere"),
            ("SESSION_SECRET", "short"),
            ("APP_ENV", "staging"),
            ("NODE_ENV", "prod"),
            ("SIWAHT_PUBLIC_URL", "crm.example.com"),
            ("SIWAHT_PUBLIC_URL", "https://example.com/crm"),
            ("SIWAHT_TRUST_PROXY", "yes"),
            ("SIWAHT_FILES", "s3://"),
            ("SIWAHT_FILES", "gs://bucket"),
        ] {
            let message = read(&[(name, value)]).unwrap_err();
            assert!(message.starts_with(name), "{message}");
        }
    }

    #[test]
    fn production_asks_for_a_secret() {
        assert!(read(&[("APP_ENV", "production")]).unwrap_err().starts_with("SESSION_SECRET"));
    }

    #[test]
    fn the_seeds_own_variables_work() {
        let secret = "0123456789abcdef0123456789abcdef";
        let config = read(&[("NODE_ENV", "production"), ("SESSION_SECRET", secret), ("PGHOST", "db")]).unwrap();
        assert!(config.production);
        assert_eq!(config.database, DatabaseSource::Variables);
    }
}
