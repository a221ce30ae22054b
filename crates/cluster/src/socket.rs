//! The folder of the Unix socket: private, and short enough for the system's limit on socket paths.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt, MetadataExt, lchown},
    path::{Path, PathBuf},
};

use crate::{
    Error, Result,
    owner::{self, Owner},
    place,
};

/// 103 bytes on macOS, 107 on Linux, less the `/.s.PGSQL.5432` that PostgreSQL adds.
const LONGEST: usize = 103 - 15;

/// `<base>/run`, or a folder of its own in /tmp when that path is too long or holds odd characters.
pub(crate) fn folder(base: &Path, owner: Option<&Owner>) -> Result<PathBuf> {
    let uid = match owner {
        Some(owner) => owner.uid,
        None => owner::own_uid()?,
    };
    let beside = base.join("run");
    let folder =
        if fits(&beside) { beside } else { PathBuf::from(format!("/tmp/siwaht-{uid}-{:016x}", place::hash(base))) };
    make_private(&folder, uid, owner)?;
    Ok(folder)
}

/// A comma or quote would need care in the settings file and a list of hosts in libpq: not worth it.
fn fits(folder: &Path) -> bool {
    let bytes = folder.as_os_str().as_encoded_bytes();
    bytes.len() <= LONGEST && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
}

/// Everybody may make folders in /tmp, so one that exists already is used only when it is ours and closed.
fn make_private(folder: &Path, uid: u32, owner: Option<&Owner>) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::file("create", folder)(error)),
    }
    let found = fs::symlink_metadata(folder).map_err(Error::file("look at", folder))?;
    // Root's own folder is one we made just now, or before a crash that came before the next line.
    let ours = found.uid() == uid || (owner.is_some() && found.uid() == 0);
    if !found.is_dir() || !ours || found.mode() & 0o077 != 0 {
        return Err(Error::UnsafeSocketFolder(folder.into()));
    }
    if let Some(owner) = owner {
        lchown(folder, Some(owner.uid), Some(owner.gid)).map_err(Error::file("change the owner of", folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_and_odd_characters_do_not_fit() {
        assert!(fits(Path::new("/srv/siwaht/data/run")));
        assert!(!fits(Path::new("/srv/my data/run")));
        assert!(!fits(Path::new("/srv/a,b/run")));
        assert!(!fits(&Path::new("/srv").join("x".repeat(LONGEST))));
    }
}
