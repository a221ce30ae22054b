//! The binary as it is started: each way of not starting is one clear line and a failure.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

fn siwaht(data: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_siwaht"));
    surround(&mut command, data);
    command
}

/// Nothing but what the test says.
fn surround(command: &mut Command, data: &str) {
    for name in
        ["DATABASE_URL", "PGHOST", "PGDATABASE", "APP_ENV", "NODE_ENV", "SESSION_SECRET", "SIWAHT_FILES", "RUST_LOG"]
    {
        command.env_remove(name);
    }
    command.env("SIWAHT_DATA", folder(data)).env("SIWAHT_ADDR", "127.0.0.1:0").stdin(Stdio::null());
}

pub fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("siwaht-commands-{}-{name}", std::process::id()))
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = errors.lines().filter(|line| line.starts_with("siwaht: ")).collect();
    assert_eq!(lines.len(), 1, "{errors}");
    lines[0].to_owned()
}

#[test]
fn what_cannot_start_says_why_in_one_line() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = busy.local_addr().unwrap().to_string();
    for (name, value, expected) in [
        ("SIWAHT_ADDR", addr.as_str(), "is in use by another program; choose another with SIWAHT_ADDR"),
        ("SIWAHT_ADDR", "nowhere", "SIWAHT_ADDR: expected an address"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL: expected postgres://"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "cannot use the database of DATABASE_URL"),
        ("DATABASE_URL", "postgres://[::bad", "DATABASE_URL cannot be read"),
        ("SESSION_SECRET", "short", "SESSION_SECRET: needs at least 32 characters"),
        ("SIWAHT_FILES", "ftp://files", "SIWAHT_FILES: expected a folder or s3://bucket/prefix"),
        ("APP_ENV", "production", "SESSION_SECRET: must be set in production"),
        ("RUST_LOG", "info,=", "RUST_LOG: expected levels"),
    ] {
        let output = siwaht("none").arg("serve").env(name, value).output().unwrap();
        let line = refusal(&output);
        assert!(line.contains(expected), "{name}={value}: {line}");
    }
    let output = siwaht("none").args(["serve", "--demo"]).env("SIWAHT_ADDR", "0.0.0.0:0").output().unwrap();
    assert!(refusal(&output).contains("demo data is served on loopback only"));
    let unreadable = OsStr::from_bytes(b"/tmp/\xff");
    let output = siwaht("none").arg("migrate").env("SIWAHT_DATA", unreadable).output().unwrap();
    assert!(refusal(&output).contains("SIWAHT_DATA: is no text in UTF-8"), "and nothing is made elsewhere");
}

#[test]
fn what_a_command_refuses_is_named_in_one_line() {
    let demo = siwaht("refused").args(["demo", "--password", "short"]).output().unwrap();
    assert!(refusal(&demo).starts_with("siwaht: password: "));
    let mut add = siwaht("refused");
    add.args(["user", "add", "", "bad"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut add = add.spawn().unwrap();
    add.stdin.take().unwrap().write_all(b"a password that is long\n").unwrap();
    let output = add.wait_with_output().unwrap();
    let line = refusal(&output);
    assert!(line.contains("email: ") && line.contains("; name: "), "{line}");
    // Set and empty is unset.
    let mut list = siwaht("refused");
    list.args(["user", "list"]).env("RUST_LOG", "").env("SIWAHT_DEMO_PASSWORD", "").env("SIWAHT_PG_BIN", "");
    assert!(list.output().unwrap().status.success());
    let mut demo = siwaht("refused");
    demo.args(["demo", "--leads", "1"]).env("SIWAHT_DEMO_PASSWORD", "").stdout(Stdio::piped());
    // Nobody reads what it says.
    let mut unheard = demo.spawn().unwrap();
    drop(unheard.stdout.take());
    assert!(unheard.wait().unwrap().success());
    std::fs::remove_dir_all(folder("refused")).unwrap();
}

#[test]
fn a_command_that_waits_for_the_database_of_another_ends_when_it_is_told() {
    let data = folder("waiting");
    std::fs::create_dir_all(&data).unwrap();
    let held = std::fs::File::create(data.join("siwaht.lock")).unwrap();
    held.lock().unwrap();
    let mut list = siwaht("waiting");
    let mut list = list.args(["user", "list"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    while !data.join("siwaht-commands.lock").exists() {
        assert!(list.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &list.id().to_string()]).status().unwrap().success());
    let begun = std::time::Instant::now();
    assert!(refusal(&list.wait_with_output().unwrap()).contains("stopped before it was done"));
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it would wait for ten minutes");
    std::fs::remove_dir_all(data).unwrap();
}

/// Whatever a command was doing, nothing of it goes on when it is told to stop.
#[test]
fn a_command_that_is_told_to_stop_stops_its_database_too() {
    let file = folder("stopped").join("postgres/postmaster.pid");
    for (signal, args) in [("-TERM", ["demo", "--leads", "400000"]), ("-HUP", ["serve", "--leads", "1"])] {
        // Whoever runs the tests may have them ignore it.
        let mut child = Command::new("env");
        child.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_siwaht")]).args(args);
        surround(&mut child, "stopped");
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !file.exists() {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::yield_now();
        }
        let told = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        child.wait().unwrap();
        assert!(!file.exists(), "{args:?}");
    }
    std::fs::remove_dir_all(folder("stopped")).unwrap();
}

/// A running server, killed when the test ends.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

pub fn serve(data: &str, args: &[&str]) -> (Running, Vec<String>) {
    let mut child = siwaht(data).arg("serve").args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let ready = line.starts_with("Siwaht CRM is at");
        said.push(line);
        if ready {
            break;
        }
    }
    (Running(child), said)
}

#[test]
fn a_first_start_prints_a_link_and_commands_work_beside_the_server() {
    let (server, said) = serve("first", &[]);
    assert!(said.iter().any(|line| line.contains("/set-up?token=")), "{said:?}");
    let second = siwaht("first").arg("serve").output().unwrap();
    assert!(refusal(&second).contains("in use by another server or command"));
    let demo = siwaht("first").arg("demo").output().unwrap();
    assert!(refusal(&demo).contains("in use by another server or command"), "it may be open to others");

    let mut add = siwaht("first")
        .args(["user", "add", "Ada Keller", "ada@example.com", "--role", "admin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    add.stdin.take().unwrap().write_all(b"a password that is long\n").unwrap();
    assert!(add.wait_with_output().unwrap().status.success());
    let list = siwaht("first").args(["user", "list"]).output().unwrap();
    assert!(String::from_utf8_lossy(&list.stdout).contains("ada@example.com"));

    let attached = "files/leads/7/0123456789abcdef0123456789abcdef";
    std::fs::create_dir_all(folder("first").join("files/leads/7")).unwrap();
    std::fs::write(folder("first").join(attached), "an offer").unwrap();
    std::fs::write(folder("first").join(format!("{attached}#1")), "half an offer").unwrap();
    let file = folder("backup.dump");
    let backup = siwaht("first").arg("backup").arg(&file).output().unwrap();
    assert!(backup.status.success(), "{}", String::from_utf8_lossy(&backup.stderr));
    let again = siwaht("first").arg("backup").arg(&file).output().unwrap();
    assert!(refusal(&again).contains("exists already"));
    let over = siwaht("first").arg("restore").arg(&file).output().unwrap();
    assert!(refusal(&over).contains("in use by another server or command"), "it would show what is half there");
    let restore = siwaht("restored").arg("restore").arg(&file).output().unwrap();
    assert!(restore.status.success(), "{}", String::from_utf8_lossy(&restore.stderr));
    let list = siwaht("restored").args(["user", "list"]).output().unwrap();
    assert!(String::from_utf8_lossy(&list.stdout).contains("ada@example.com"));

    let restored = folder("restored").join("files");
    assert_eq!(std::fs::read_to_string(folder("restored").join(attached)).unwrap(), "an offer");
    assert_eq!(std::fs::read_dir(&restored).unwrap().count(), 1, "the dump has gone from beside them");
    assert_eq!(std::fs::read_dir(restored.join("leads/7")).unwrap().count(), 1);
    assert_eq!(std::fs::metadata(&restored).unwrap().permissions().mode() & 0o777, 0o700, "nobody else looks into it");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "nobody else reads it");
    assert!(std::fs::read_dir(std::env::temp_dir()).unwrap().flatten().all(|entry| {
        let name = entry.file_name();
        !(name.to_string_lossy().contains("commands-") && name.to_string_lossy().contains(".partial"))
    }));
    let broken = folder("broken.dump");
    std::fs::write(&broken, "PGDMP and nothing of sense").unwrap();
    let restore = siwaht("empty").arg("restore").arg(&broken).output().unwrap();
    assert!(refusal(&restore).contains("is no backup that can be restored"));
    std::fs::remove_file(broken).unwrap();

    drop(server);
    let (server, said) = serve("first", &[]);
    assert!(!said.iter().any(|line| line.contains("token")), "there is an admin now: {said:?}");
    drop(server);
    let demo = siwaht("first").arg("demo").output().unwrap();
    assert!(refusal(&demo).contains("holds other data"));
    let over = siwaht("first").arg("restore").arg(&file).output().unwrap();
    assert!(refusal(&over).contains("into an empty one only"));
    for path in [folder("first"), folder("restored"), folder("empty")] {
        std::fs::remove_dir_all(path).unwrap();
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_backup_of_a_newer_version_is_refused_before_anything_goes() {
    let (server, _) = serve("newer", &[]);
    let programs = cluster::Programs::find().unwrap();
    let client = |name: &str, args: &[&str]| {
        let mut client = Command::new(programs.bin(name));
        client.args(["--username=siwaht", "--dbname=siwaht", "--host"]).arg(folder("newer").join("run")).args(args);
        assert!(client.stdout(Stdio::null()).status().unwrap().success());
    };
    let insert = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                  values (999999, 'of tomorrow', true, '', 0)";
    client("psql", &["-X", "--command", insert]);
    let file = folder("newer.dump");
    client("pg_dump", &["--format=custom", "--file", file.to_str().unwrap()]);
    let restore = siwaht("older").arg("restore").arg(&file).output().unwrap();
    assert!(refusal(&restore).contains("was made by a newer version of siwaht"));
    let list = siwaht("older").args(["user", "list"]).output().unwrap();
    assert!(list.status.success(), "{}", String::from_utf8_lossy(&list.stderr));
    drop(server);
    for path in [folder("newer"), folder("older")] {
        std::fs::remove_dir_all(path).unwrap();
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_demo_is_private_and_remembers_its_password() {
    let demo = siwaht("demo").args(["demo", "--leads", "10"]).output().unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let open = siwaht("demo").arg("serve").env("SIWAHT_ADDR", "0.0.0.0:0").output().unwrap();
    assert!(refusal(&open).contains("demo data is served on loopback only"), "whichever command has filled it");
    let again = siwaht("demo")
        .args(["demo", "--leads", "20"])
        .env("SIWAHT_DEMO_PASSWORD", "another-password")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(said.starts_with("Demo data of an earlier start, 10 leads, with the password"), "{said}");
    assert!(!said.contains("another-password"), "it is not the one that works");
    std::fs::remove_dir_all(folder("demo")).unwrap();
}

#[test]
fn a_server_that_is_told_twice_stops_at_once_whoever_keeps_quiet() {
    let (mut server, said) = serve("quiet", &[]);
    let addr = said.iter().find_map(|line| line.strip_prefix("Siwaht CRM is at http://")).unwrap();
    let mut quiet = std::net::TcpStream::connect(addr).unwrap();
    quiet.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    let mut other = std::net::TcpStream::connect(addr).unwrap();
    other.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let answer = std::io::read_to_string(&mut other).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let tell = || assert!(Command::new("kill").arg(server.0.id().to_string()).status().unwrap().success());
    tell();
    // The address is free as soon as it has heard.
    while std::net::TcpStream::connect(addr).is_ok() {
        std::thread::yield_now();
    }
    let begun = std::time::Instant::now();
    tell();
    assert!(server.0.wait().unwrap().success());
    assert!(begun.elapsed() < std::time::Duration::from_secs(15), "it waits 20 s for those under way when told once");
    drop(quiet);
    std::fs::remove_dir_all(folder("quiet")).unwrap();
}
