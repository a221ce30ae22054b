//! Connections: taken, answered, and let go when the server stops. HTTP/1.1; a proxy in front brings the others.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Result, bail};
use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::stop::Stop;

/// How long a connection may keep quiet before the head of a request is whole: the first one, and between two. Proxies
/// keep theirs for a minute, and must not be the ones who are late.
const QUIET: Duration = Duration::from_secs(75);
/// How long requests under way may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(20);
/// After a connection could not be taken, mostly because too many are open.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes the address, or says in one line why it cannot be had.
pub async fn bind(addr: SocketAddr) -> Result<TcpListener> {
    match TcpListener::bind(addr).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{addr} is in use by another program; choose another with SIWAHT_ADDR")
        }
        Err(error) => bail!("cannot listen on {addr} (SIWAHT_ADDR): {error}"),
    }
}

/// Answers until the process is told to stop, then lets requests under way finish: for 20 s, or until it is told again.
/// `stopping` is cancelled in between, for streams that would go on for ever.
pub async fn answer(listener: TcpListener, app: Router, stop: &mut Stop, stopping: &CancellationToken) {
    // Told that it is HTTP/1, it does not wait without a limit for a first sign of what it is.
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(QUIET);
    let connections = GracefulShutdown::new();
    loop {
        let (stream, peer) = tokio::select! {
            taken = take(&listener) => taken,
            () = stop.told() => break,
        };
        let app = app.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().call(request)
        });
        let connection = http.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        tokio::spawn(connections.watch(connection));
    }
    drop(listener);
    tracing::info!("stopping: no new connections, requests under way finish");
    stopping.cancel();
    tokio::select! {
        () = connections.shutdown() => {}
        () = tokio::time::sleep(FAREWELL) => tracing::warn!("stopped: some requests did not finish in time"),
        () = stop.told() => tracing::warn!("stopped: told twice, requests under way were cut off"),
    }
}

/// The next connection. Goes on when one could not be had.
async fn take(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Small answers must not wait 40 ms for the peer's acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
