//! Puts the server together: database, doors, layers, and an orderly end.

use std::{
    convert::Infallible,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef, MatchedPath},
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware,
    response::IntoResponse,
};
use cluster::{Cluster, Programs};
use domain::ErrorCode;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use service::{Clock, Crm, Database, Files};
use sha2::{Digest, Sha512};
use tokio_util::sync::CancellationToken;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate},
};
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::{Key, SameSite},
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    config::{Config, DatabaseSource, FilesPlace},
    health, listen, openapi, pages,
    problem::Problem,
    request_log, rest, security, session, stalled,
    stop::Stop,
    workers::Workers,
};

/// Bytes of a JSON or form body at the most.
const BODY_LIMIT: usize = 1 << 20;
/// What holds the session of a browser or a program.
pub const COOKIE: &str = "siwaht_session";
/// A request that has no answer by then gets 503: the database, or what it waits for, is too slow.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// A page is a tenth smaller than at the usual 4, for half a millisecond more.
const QUALITY: CompressionLevel = CompressionLevel::Precise(5);

/// A private cluster that starts or stops for longer is stuck.
const PATIENCE: Duration = Duration::from_secs(600);
/// Before it is asked for again.
const PAUSE: Duration = Duration::from_millis(100);
/// How often the server looks whether its private PostgreSQL is there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    pub crm: Crm,
    pub config: Arc<Config>,
    pub leptos: LeptosOptions,
    pub metrics: PrometheusHandle,
    /// Cancelled when the server is told to stop: streams end by themselves never.
    pub stopping: CancellationToken,
}

impl FromRef<Server> for LeptosOptions {
    fn from_ref(server: &Server) -> Self {
        server.leptos.clone()
    }
}

/// A database ready for use, and the private cluster it lives in, if it does.
pub struct Store {
    pub database: Database,
    /// Its address, unless the `PG*` variables hold it.
    pub url: Option<String>,
    /// Kept alive with the store; stops PostgreSQL when it is dropped.
    cluster: Option<Arc<Cluster>>,
}

impl Store {
    /// Opens what the configuration names for serving, starting the private cluster if need be, and migrates it.
    pub async fn open(config: &Config) -> Result<Self> {
        Self::with(config, Cluster::open).await
    }

    /// The same for a command, which may run beside a server that has the private cluster open.
    ///
    /// While that starts or stops, it waits: here, where it can be told to stop, and not where it would block.
    pub async fn visit(config: &Config) -> Result<Self> {
        let begun = Instant::now();
        loop {
            match Self::with(config, Cluster::visit).await {
                Err(error) if is_in_use(&error) && begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
                done => return done,
            }
        }
    }

    async fn with(config: &Config, open: fn(Programs, &Path) -> cluster::Result<Cluster>) -> Result<Self> {
        let (url, cluster) = match &config.database {
            DatabaseSource::Url(url) => (Some(url.clone()), None),
            DatabaseSource::Variables => (None, None),
            DatabaseSource::Private => {
                let cluster = open_cluster(&config.data, open).await?;
                if let Some(note) = cluster.note() {
                    tracing::info!("{note}");
                }
                (Some(cluster.url("siwaht")), Some(Arc::new(cluster)))
            }
        };
        let named = match &config.database {
            DatabaseSource::Url(_) => "DATABASE_URL",
            DatabaseSource::Variables => "PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE",
            DatabaseSource::Private => "the private PostgreSQL",
        };
        let database = Database::prepare(url.as_deref()).with_context(|| format!("{named} cannot be read"))?;
        service::migrate(&database).await.with_context(|| format!("cannot use the database of {named}"))?;
        Ok(Store { database, url, cluster })
    }

    /// PostgreSQL's own programs that belong to the database, where they are installed.
    pub async fn programs(&self, crm: &Crm) -> Result<Programs> {
        if let Some(cluster) = &self.cluster {
            return Ok(cluster.programs().clone());
        }
        let (found, server) = (Programs::find()?, crm.postgres_major().await?);
        let same = if found.major() == server { None } else { Programs::of_major(server) };
        Ok(same.unwrap_or(found))
    }

    /// The whole system over the database and the place for files.
    pub fn crm(&self, config: &Config) -> Result<Crm> {
        let files = match &config.files {
            FilesPlace::Folder(folder) => Files::in_folder(folder)
                .with_context(|| format!("cannot keep files in {} (SIWAHT_FILES)", folder.display()))?,
            FilesPlace::Bucket(url) => {
                Files::in_bucket(url).with_context(|| format!("cannot use {url} (SIWAHT_FILES, AWS_*)"))?
            }
        };
        Ok(Crm::with_files(self.database.clone(), Clock::System, files))
    }

    /// The same for who has nothing to do with files: their folder stays as it is, or is made by the server.
    pub fn bare(&self) -> Result<Crm> {
        Ok(Crm::new(self.database.clone(), Clock::System))
    }

    /// Starts the private PostgreSQL again whenever it is gone, if there is one.
    pub async fn keep_up(&self) -> Infallible {
        let Some(cluster) = &self.cluster else { return std::future::pending().await };
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let cluster = cluster.clone();
            match tokio::task::spawn_blocking(move || cluster.revive()).await {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => tracing::warn!("the private PostgreSQL was gone and was started again"),
                Ok(Err(error)) => tracing::error!(%error, "the private PostgreSQL is gone; trying again in a moment"),
                Err(error) => tracing::error!(%error, "the private PostgreSQL could not be looked at"),
            }
        }
    }

    /// Stops the private cluster, if there is one.
    pub async fn close(self) -> Result<()> {
        // One that is just being started again is stopped by whoever does that, as the last to let go of it.
        let Some(cluster) = self.cluster.and_then(Arc::into_inner) else { return Ok(()) };
        tokio::task::spawn_blocking(move || cluster.stop()).await?.context("stopping the private PostgreSQL")
    }
}

fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(cluster::Error::InUse(_)))
}

async fn open_cluster(data: &Path, open: fn(Programs, &Path) -> cluster::Result<Cluster>) -> Result<Cluster> {
    let data = data.to_owned();
    tokio::task::spawn_blocking(move || -> Result<Cluster> {
        let cluster = open(Programs::find()?, &data)?;
        cluster.create_database_if_missing("siwaht")?;
        Ok(cluster)
    })
    .await?
}

impl Server {
    /// Over a system that is ready for use.
    pub fn new(config: Config, crm: Crm) -> Self {
        let leptos = LeptosOptions::builder()
            .output_name("siwaht")
            .site_root(config.site.display().to_string())
            .site_pkg_dir("pkg")
            .site_addr(config.addr)
            .hash_files(beside_binary(HASHES))
            .hash_file(Arc::<str>::from(HASHES))
            .build();
        let metrics = PrometheusBuilder::new().build_recorder();
        let handle = metrics.handle();
        // A second server in one process (tests) keeps its own, which then counts nothing.
        let _ = metrics::set_global_recorder(metrics);
        Server { crm, config: Arc::new(config), leptos, metrics: handle, stopping: CancellationToken::new() }
    }

    /// Every route with its layers.
    pub fn router(&self, secret: &str) -> Router {
        let (rest, document) = OpenApiRouter::with_openapi(openapi::head()).merge(rest::router()).split_for_parts();
        let with_session = rest
            .merge(pages::router())
            .layer(middleware::from_fn_with_state(self.clone(), session::identify))
            .layer(self.sessions(secret));
        Router::new()
            .merge(with_session)
            .merge(openapi::routes(document))
            .merge(health::routes())
            .merge(pages::files(self))
            .fallback(pages::not_found)
            .method_not_allowed_fallback(|| async {
                Problem::new(ErrorCode::MethodNotAllowed, "This address does not take that method.")
            })
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(middleware::from_fn_with_state(self.clone(), security::same_origin))
            .layer(middleware::from_fn(in_time))
            .layer(middleware::from_fn(stalled::layer))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(CompressionLayer::new().quality(QUALITY).compress_when(DefaultPredicate::new().and(is_no_file)))
            .layer(middleware::from_fn_with_state(self.clone(), security::headers))
            .layer(middleware::from_fn(request_log::layer))
            .with_state(self.clone())
    }

    fn sessions(&self, secret: &str) -> SessionManagerLayer<session::Store, tower_sessions::service::SignedCookie> {
        let key = Key::from(&Sha512::digest(secret.as_bytes()));
        SessionManagerLayer::new(session::Store::new(self.crm.clone()))
            .with_name(COOKIE)
            .with_http_only(true)
            .with_same_site(SameSite::Lax)
            .with_secure(self.config.production)
            .with_expiry(Expiry::OnInactivity(session::LIFE))
            .with_signed(key)
    }
}

/// Names of the built files with their hashes; Leptos looks for it beside the binary, and nowhere else.
const HASHES: &str = "hash.txt";

fn beside_binary(name: &str) -> bool {
    std::env::current_exe().ok().and_then(|exe| exe.parent().map(|dir| dir.join(name).exists())).unwrap_or(false)
}

async fn in_time(request: axum::extract::Request, next: middleware::Next) -> axum::response::Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let is_upload = request.method() == Method::POST && matches!(path, Some(rest::UPLOADS | rest::IMPORTS));
    if is_upload || path == Some(rest::EXPORTS) {
        // As long as bytes keep coming; they have limits of their own.
        return next.run(request).await;
    }
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(service::Error::Unavailable("no answer in time".into())).into_response(),
    }
}

/// Attachments go out as they are: a browser shows how much of them is there, and may ask for the rest.
fn is_no_file(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::CONTENT_DISPOSITION)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    tracing::error!("a handler panicked");
    let problem = Problem::new(ErrorCode::Internal, "Nothing was saved. The log has it under the request id.");
    problem.into_response()
}

/// Serves until the process is told to stop, then lets requests under way finish.
pub async fn serve(server: Server, secret: &str, listener: tokio::net::TcpListener, stop: &mut Stop) {
    let app = server.router(secret);
    let workers = Workers::start(&server);
    listen::answer(listener, app, stop, &server.stopping).await;
    workers.stop();
    server.crm.close().await;
}
