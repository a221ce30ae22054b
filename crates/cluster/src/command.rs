//! Running another program with a time limit, as the right user and with a clean environment.

use std::{
    io::Read,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{Error, Result, owner::Owner};

/// How a program ended and what it wrote.
pub(crate) struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// A command that runs as `owner`, away from the caller's folder and PG* variables.
pub(crate) fn command(program: &Path, owner: Option<&Owner>) -> Command {
    let mut command = Command::new(program);
    // A folder the other user may not enter would make every program complain.
    command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null());
    without_pg_variables(&mut command);
    if let Some(owner) = owner {
        // `uid` also drops root's supplementary groups.
        command.uid(owner.uid).gid(owner.gid).env("HOME", &owner.home);
    }
    command
}

/// Takes the PG* variables away, which would lead a program to another server.
pub fn without_pg_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
}

/// Runs to the end; a failure or a time-out is an error that carries what the program said.
pub(crate) fn run(command: Command, limit: Duration) -> Result<Finished> {
    let program = command.get_program().into();
    let finished = finish(command, limit)?;
    if finished.status.success() {
        return Ok(finished);
    }
    let said = [finished.stderr.trim(), finished.stdout.trim()].join("\n");
    Err(Error::Failed { program, said: last_lines(&said, 12) })
}

/// Runs to the end, whatever the exit status.
pub(crate) fn finish(mut command: Command, limit: Duration) -> Result<Finished> {
    let program: std::path::PathBuf = command.get_program().into();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| Error::Spawn { program: program.clone(), source })?;
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());

    let deadline = Instant::now() + limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
            Ok(None) => {
                // A child that ended in this instant cannot be killed any more, which is as good.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Error::TooSlow { program, seconds: limit.as_secs() });
            }
            Err(source) => return Err(Error::Spawn { program, source }),
        }
    };
    Ok(Finished { status, stdout: text(&stdout), stderr: text(&stderr) })
}

/// The last lines of a longer text: the part that names the failure.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Reads a pipe in a thread of its own, as a full pipe would stop the child.
fn collect(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = send.send(bytes);
    });
    receive
}

/// A grandchild that kept the pipe open must not keep us waiting, so this too has its limit.
fn text(pipe: &mpsc::Receiver<Vec<u8>>) -> String {
    let bytes = pipe.recv_timeout(Duration::from_secs(2)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
