//! Who runs PostgreSQL: ourselves, or the user `postgres` when we are root, which PostgreSQL refuses.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{Error, Result, command};

/// The user that PostgreSQL runs as instead of root.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub uid: u32,
    pub gid: u32,
    pub home: PathBuf,
}

impl Owner {
    /// `None` when we are not root and PostgreSQL can run as ourselves.
    pub(crate) fn needed() -> Result<Option<Self>> {
        if own_uid()? != 0 {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd").map_err(Error::file("read", "/etc/passwd"))?;
        parse(&users, "postgres").map(Some).ok_or(Error::NoPostgresUser)
    }

    /// The same for a data folder. When we are root, a cluster that is there keeps the user who made it: a service that
    /// runs as itself must find its files its own after root has looked after them.
    pub(crate) fn of(data: &Path) -> Result<Option<Self>> {
        match fs::metadata(data.join("postgres")) {
            Ok(cluster) if cluster.uid() != 0 && own_uid()? == 0 => {
                let (uid, gid) = (cluster.uid(), cluster.gid());
                Ok(Some(Self { uid, gid, home: "/".into() }))
            }
            _ => Self::needed(),
        }
    }

    /// The first folder on the way to `path`, itself included, that this user may not enter.
    pub(crate) fn closed_folder(&self, path: &Path) -> Option<PathBuf> {
        let folders: Vec<&Path> = path.ancestors().collect();
        let closed = folders.into_iter().rev().find(|folder| !self.may_enter(folder));
        closed.map(Path::to_path_buf)
    }

    fn may_enter(&self, folder: &Path) -> bool {
        fs::metadata(folder).is_ok_and(|found| {
            let bit = match (found.uid() == self.uid, found.gid() == self.gid) {
                (true, _) => 0o100,
                (false, true) => 0o010,
                (false, false) => 0o001,
            };
            found.is_dir() && found.mode() & bit != 0
        })
    }
}

/// The effective user, asked of `id`, as the standard library has no call for it.
pub(crate) fn own_uid() -> Result<u32> {
    let mut id = Command::new("id");
    id.arg("-u");
    let said = command::run(id, Duration::from_secs(10))?.stdout;
    said.trim().parse().map_err(|_| Error::Failed { program: "id".into(), said })
}

/// One line of /etc/passwd: `name:password:uid:gid:comment:home:shell`.
fn parse(users: &str, name: &str) -> Option<Owner> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = fields.nth(1)?.into();
        Some(Owner { uid, gid, home })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str =
        "root:x:0:0:root:/root:/bin/sh\nbroken\npostgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/sh\n";

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let owner = parse(USERS, "postgres").unwrap();
        assert_eq!((owner.uid, owner.gid), (101, 104));
        assert_eq!(owner.home, Path::new("/var/lib/postgresql"));
        assert!(parse(USERS, "postgre").is_none());
    }

    #[test]
    fn a_cluster_that_is_there_keeps_its_user() {
        if own_uid().unwrap() != 0 {
            return;
        }
        let data = std::env::temp_dir().join(format!("siwaht-owner-{}", std::process::id()));
        fs::create_dir_all(data.join("postgres")).unwrap();
        std::os::unix::fs::lchown(data.join("postgres"), Some(4_242), Some(4_343)).unwrap();
        let owner = Owner::of(&data).unwrap().unwrap();
        assert_eq!((owner.uid, owner.gid), (4_242, 4_343));
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn the_file_system_root_is_open_to_everybody_and_a_missing_folder_to_nobody() {
        let stranger = Owner { uid: 65_533, gid: 65_533, home: "/".into() };
        assert_eq!(stranger.closed_folder(Path::new("/")), None);
        assert_eq!(stranger.closed_folder(Path::new("/no-such-folder/x")), Some("/no-such-folder".into()));
    }
}
