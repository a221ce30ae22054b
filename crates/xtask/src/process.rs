//! Running other programs: seen, heard, or both.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result, bail};

/// Shows the command, lets it write to the terminal, and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command.status().with_context(|| format!("could not start {}", shown(command)))?;
    succeeded(command, status)
}

/// The standard output of a quick question; nothing is shown unless it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let asked = command.output().with_context(|| format!("could not start {}", shown(command)))?;
    if !asked.status.success() {
        bail!("{} failed: {}", shown(command), String::from_utf8_lossy(&asked.stderr).trim());
    }
    Ok(String::from_utf8(asked.stdout)?)
}

/// Whether the program exists and ends well; for questions whose answer may be no.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).output().is_ok_and(|asked| asked.status.success())
}

/// Like `run`, and also keeps the lines of standard output that `keep` asks for.
pub fn run_keeping(command: &mut Command, keep: impl Fn(&str) -> bool) -> Result<(ExitStatus, Vec<String>)> {
    announce(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("could not start {}", shown(command)))?;
    let mut kept = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let mut terminal = std::io::stdout();
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            terminal.write_all(&line)?;
            terminal.write_all(b"\n")?;
            kept.extend(Some(String::from_utf8_lossy(&line).into_owned()).filter(|line| keep(line)));
        }
    }
    Ok((child.wait()?, kept))
}

pub fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("{} failed ({status})", shown(command))
}

fn announce(command: &Command) {
    println!("$ {}", shown(command));
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
