//! What goes on beside answering requests: jobs, and what is done every so often.

use std::{panic::AssertUnwindSafe, time::Duration};

use domain::attachments::WARN_TOTAL_BYTES;
use futures_util::FutureExt;
use metrics_exporter_prometheus::PrometheusHandle;
use service::Crm;

use crate::startup::Server;

/// How often expired sessions and leads deleted long ago are swept away, and scores age.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// How often measurements are folded together.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// How often follow-ups are looked at: nobody needs to know to the second.
const RING_EVERY: Duration = Duration::from_secs(30);

/// How often the tallies of leads are folded together.
const FOLD_EVERY: Duration = Duration::from_secs(1);

/// Before what has panicked begins again: it must not fill the log.
const REST: Duration = Duration::from_secs(1);

/// All of it. Ends when it is stopped.
pub(crate) struct Workers(Vec<tokio::task::JoinHandle<()>>);

impl Workers {
    pub(crate) fn start(server: &Server) -> Self {
        let (crm, metrics) = (&server.crm, server.metrics.clone());
        Workers(vec![
            keep(crm, sweep),
            keep(crm, move |_| upkeep(metrics.clone())),
            keep(crm, fold),
            // Two, so that a long job does not keep short ones waiting.
            keep(crm, work),
            keep(crm, work),
            keep(crm, bring_in),
            keep(crm, look_through),
            keep(crm, sweep_files),
            keep(crm, ring),
            keep(crm, |crm| async move { crm.follow_events().await }),
            keep(crm, |crm| async move { crm.announce_events().await }),
        ])
    }

    pub(crate) fn stop(self) {
        self.0.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Does the work for as long as the server runs: one that panics, which the log tells, begins again.
fn keep<W>(crm: &Crm, work: impl Fn(Crm) -> W + Send + 'static) -> tokio::task::JoinHandle<()>
where
    W: Future<Output = ()> + Send + 'static,
{
    let crm = crm.clone();
    tokio::spawn(async move {
        while AssertUnwindSafe(work(crm.clone())).catch_unwind().await.is_err() {
            tokio::time::sleep(REST).await;
        }
    })
}

async fn sweep(crm: Crm) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = crm.sessions().sweep().await {
            tracing::warn!(%error, "sweeping sessions failed; the next round tries again");
        }
        if let Err(error) = crm.purge_deleted_leads().await {
            tracing::warn!(%error, "purging deleted leads failed; the next round tries again");
        }
        if let Err(error) = crm.sweep_notifications().await {
            tracing::warn!(%error, "sweeping notifications failed; the next round tries again");
        }
        if let Err(error) = crm.shorten_ranks().await {
            tracing::warn!(%error, "shortening ranks failed; the next round tries again");
        }
        if let Err(error) = crm.age_scores().await {
            tracing::warn!(%error, "letting scores age failed; the next round tries again");
        }
    }
}

/// Runs changes of many leads, those first that an earlier run of the server left behind.
async fn work(crm: Crm) {
    loop {
        if let Err(error) = crm.run_bulk_jobs().await {
            tracing::warn!(%error, "running bulk jobs failed; trying again in a moment");
        }
        crm.bulk_job_waits().await;
    }
}

/// Runs steps of imports, one at a time: each holds a file.
async fn bring_in(crm: Crm) {
    loop {
        if let Err(error) = crm.run_imports().await {
            tracing::warn!(%error, "running imports failed; trying again in a moment");
        }
        crm.import_waits().await;
    }
}

/// Goes through files that are only looked at, while others are brought in.
async fn look_through(crm: Crm) {
    loop {
        if let Err(error) = crm.run_checks().await {
            tracing::warn!(%error, "going through files failed; trying again in a moment");
        }
        crm.check_waits().await;
    }
}

/// Takes away bytes that belong to no attachment, and keeps an eye on how much all of them are.
async fn sweep_files(crm: Crm) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    let mut warned = false;
    loop {
        every.tick().await;
        if let Err(error) = crm.sweep_imports().await {
            tracing::warn!(%error, "clearing old imports failed; the next round tries again");
        }
        match crm.sweep_files().await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "files without an attachment swept"),
            Err(error) => tracing::warn!(%error, "sweeping files failed; the next round tries again"),
        }
        let Ok(bytes) = crm.files_total().await else { continue };
        // Whole numbers up to 2^53, which no disk of ours holds.
        metrics::gauge!("attachments_bytes").set(bytes as f64);
        if bytes >= WARN_TOTAL_BYTES && !warned {
            tracing::warn!(mib = bytes >> 20, "attachments take much room; see to the disk and to backups");
        }
        warned = bytes >= WARN_TOTAL_BYTES;
    }
}

/// Tells whose follow-ups have become due.
async fn ring(crm: Crm) {
    let mut every = tokio::time::interval(RING_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = crm.ring_follow_ups().await {
            tracing::warn!(%error, "telling of follow-ups failed; the next round tries again");
        }
    }
}

async fn fold(crm: Crm) {
    let mut every = tokio::time::interval(FOLD_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = crm.fold_tallies().await {
            tracing::warn!(%error, "folding tallies failed; the next round tries again");
        }
    }
}

/// Folds measurements together, or they would pile up until someone asks for them.
async fn upkeep(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(UPKEEP_EVERY);
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}
