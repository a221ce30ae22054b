//! PostgreSQL's settings, written to `siwaht.conf` inside the cluster at every start.
//!
//! `postgresql.conf` only includes that file, so what an operator adds below the include line wins.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, fchown},
    path::Path,
};

use crate::{Error, Result, owner::Owner};

pub(crate) const PORT: u16 = 5432;

const FILE: &str = "siwaht.conf";

const MIB: u64 = 1024 * 1024;
const LEAST_BUFFERS: u64 = 128 * MIB;
/// Beyond this the system's own cache of files serves as well.
const MOST_BUFFERS: u64 = 1024 * MIB;

/// How much the data is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Survives a power cut.
    Kept,
    /// Gone with the test run that made it.
    ThrownAway,
}

const KEPT: &str = "max_connections = 100
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
";

const THROWN_AWAY: &str = "max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 1d
autovacuum_naptime = 5min
";

/// A socket in one private folder and no network; the planner is told that disks are fast.
fn text(durability: Durability, sockets: &Path) -> String {
    let own = match durability {
        Durability::Kept => KEPT,
        Durability::ThrownAway => THROWN_AWAY,
    };
    // Elsewhere PostgreSQL refuses to start with this setting.
    let prefetch = if cfg!(target_os = "linux") { "effective_io_concurrency = 200\n" } else { "" };
    let buffers = match durability {
        Durability::Kept => buffers(memory().unwrap_or_default()),
        Durability::ThrownAway => LEAST_BUFFERS,
    } / MIB;
    format!(
        "# Written at every start. Put settings of your own into postgresql.conf, below its include line.
listen_addresses = ''
port = {PORT}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
shared_buffers = {buffers}MB
jit = off
random_page_cost = 1.1
log_line_prefix = '%m [%p] %d '
{prefetch}{own}",
        sockets = sockets.display(),
    )
}

/// What PostgreSQL keeps of the tables and indexes in memory of its own: a sixteenth of the machine's, which it may have
/// to share with much else.
fn buffers(memory: u64) -> u64 {
    (memory / 16).clamp(LEAST_BUFFERS, MOST_BUFFERS)
}

/// Bytes of memory that this machine has, or lets its container have, where it says so.
fn memory() -> Option<u64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let kib: u64 =
        info.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.trim().split(' ').next()?.parse().ok()?;
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|limit| limit.trim().parse().ok());
    Some(kib.checked_mul(1024)?.min(limit.unwrap_or(u64::MAX)))
}

/// Replaces the settings file.
pub(crate) fn write(cluster: &Path, owner: Option<&Owner>, durability: Durability, sockets: &Path) -> Result<()> {
    let file = cluster.join(FILE);
    let fresh = cluster.join("siwaht.conf.new");
    // The folder may belong to another user and we may be root: `create_new` follows no link planted there.
    let _ = fs::remove_file(&fresh);
    let mut open = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(Error::file("create", &fresh))?;
    open.write_all(text(durability, sockets).as_bytes()).map_err(Error::file("write", &fresh))?;
    if let Some(owner) = owner {
        fchown(&open, Some(owner.uid), Some(owner.gid)).map_err(Error::file("change the owner of", &fresh))?;
    }
    fs::rename(&fresh, &file).map_err(Error::file("write", &file))
}

/// Makes a new cluster read the settings file; done once, before anybody sees the cluster.
pub(crate) fn include(cluster: &Path) -> Result<()> {
    let main = cluster.join("postgresql.conf");
    let add = || {
        let mut open = OpenOptions::new().append(true).open(&main)?;
        writeln!(open, "\ninclude = '{FILE}'")?;
        open.sync_all()
    };
    add().map_err(Error::file("write", &main))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_machines_keep_the_least_and_large_ones_no_more_than_is_of_use() {
        let of_gib = |gib: u64| buffers(gib * 1024 * MIB) / MIB;
        assert_eq!([0, 1, 4, 8, 64].map(of_gib), [128, 128, 256, 512, 1024]);
    }
}
