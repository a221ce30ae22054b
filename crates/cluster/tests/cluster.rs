//! The cluster against the PostgreSQL that is installed here.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use cluster::{Cluster, Error, Programs};

/// A folder for one test, gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new("/tmp").join(format!("cluster-test-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(data: &Path) -> Cluster {
    Cluster::open(Programs::find().unwrap(), data).unwrap()
}

fn ask(cluster: &Cluster, database: &str, sql: &str) -> String {
    let psql = cluster.programs().bin("psql");
    let asked = Command::new(psql).args(["-X", "-A", "-t", "-c", sql, &cluster.url(database)]).output().unwrap();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    String::from_utf8(asked.stdout).unwrap().trim().to_owned()
}

fn process_of(cluster: &Cluster) -> String {
    let file = fs::read_to_string(cluster.data_dir().join("postmaster.pid")).unwrap();
    file.lines().next().unwrap().to_owned()
}

/// Each throw-away cluster clears abandoned ones away, and one test looks at what was cleared by whom.
fn one_throw_away_test_at_a_time() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An ended process keeps its entry until its parent has asked for its status, but no folder.
fn is_running(process: &str) -> bool {
    Path::new("/proc").join(process).join("cwd").read_link().is_ok()
}

/// Runs one test of this file again in a process of its own, which keeps its cluster until it is killed.
fn in_a_process_that_is_killed(test: &str, data: &Path) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("CLUSTER_TEST_HOLD", data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("holding")), "the process ended before it held a cluster");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn held_by_the_process_to_be_killed() -> Option<PathBuf> {
    env::var_os("CLUSTER_TEST_HOLD").map(PathBuf::from)
}

fn hold(_cluster: Cluster) -> ! {
    println!("holding");
    loop {
        thread::park();
    }
}

#[test]
fn a_new_cluster_answers_with_the_settings_that_keep_data_safe() {
    let scratch = Scratch::new();
    let cluster = open(&scratch.data());
    assert_eq!(cluster.note(), None);
    assert_eq!(ask(&cluster, "postgres", "SELECT current_user"), "siwaht");
    for (name, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", ""),
        ("max_connections", "100"),
        ("max_wal_size", "2GB"),
    ] {
        assert_eq!(ask(&cluster, "postgres", &format!("SHOW {name}")), value, "{name}");
    }
    cluster.stop().unwrap();
}

#[test]
fn data_is_still_there_after_a_restart() {
    let scratch = Scratch::new();
    let cluster = open(&scratch.data());
    cluster.create_database_if_missing("crm").unwrap();
    ask(&cluster, "crm", "CREATE TABLE kept AS SELECT 42 AS answer");
    cluster.stop().unwrap();

    let cluster = open(&scratch.data());
    cluster.create_database_if_missing("crm").unwrap();
    assert_eq!(ask(&cluster, "crm", "SELECT answer FROM kept"), "42");
}

#[test]
fn the_socket_is_closed_to_other_users() {
    let scratch = Scratch::new();
    let cluster = open(&scratch.data());
    let sockets = fs::metadata(cluster.socket_dir()).unwrap();
    assert_eq!(sockets.mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(cluster.data_dir()).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn a_second_server_on_one_folder_is_refused_in_one_line_that_names_it() {
    let scratch = Scratch::new();
    let _first = open(&scratch.data());
    let error = Cluster::open(Programs::find().unwrap(), &scratch.data()).err().unwrap();
    let message = error.to_string();
    assert!(matches!(error, Error::InUse(_)), "{message}");
    assert!(message.contains(scratch.data().to_str().unwrap()) && !message.contains('\n'), "{message}");
}

#[test]
fn a_cluster_left_running_by_a_killed_server_is_taken_over() {
    if let Some(data) = held_by_the_process_to_be_killed() {
        hold(open(&data));
    }
    let scratch = Scratch::new();
    in_a_process_that_is_killed("a_cluster_left_running_by_a_killed_server_is_taken_over", &scratch.data());
    let left = fs::read_to_string(scratch.data().join("postgres/postmaster.pid")).unwrap();

    let cluster = open(&scratch.data());
    assert_eq!(process_of(&cluster), left.lines().next().unwrap());
    assert_eq!(ask(&cluster, "postgres", "SELECT 1"), "1");
    cluster.stop().unwrap();
    assert!(!scratch.data().join("postgres/postmaster.pid").exists());
}

#[test]
fn a_cluster_left_running_with_its_socket_elsewhere_is_restarted() {
    if let Some(data) = held_by_the_process_to_be_killed() {
        hold(open(&data));
    }
    let scratch = Scratch::new();
    in_a_process_that_is_killed("a_cluster_left_running_with_its_socket_elsewhere_is_restarted", &scratch.data());
    let file = scratch.data().join("postgres/postmaster.pid");
    let left = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<&str> = left.lines().collect();
    lines[4] = "/elsewhere";
    fs::write(&file, lines.join("\n") + "\n").unwrap();

    let cluster = open(&scratch.data());
    assert_ne!(process_of(&cluster), lines[0]);
    assert_eq!(ask(&cluster, "postgres", "SELECT 1"), "1");
}

#[test]
fn a_killed_postgres_recovers_even_when_its_process_number_is_somebody_elses_now() {
    let scratch = Scratch::new();
    let cluster = open(&scratch.data());
    ask(&cluster, "postgres", "CREATE TABLE kept AS SELECT 42 AS answer");
    let file = cluster.data_dir().join("postmaster.pid");
    let left = fs::read_to_string(&file).unwrap();
    cluster.stop().unwrap();
    let others = left.replacen(left.lines().next().unwrap(), &std::process::id().to_string(), 1);
    fs::write(&file, others).unwrap();

    let cluster = open(&scratch.data());
    assert_eq!(ask(&cluster, "postgres", "SELECT answer FROM kept"), "42");
}

#[test]
fn a_postgres_that_was_killed_is_started_again_and_one_that_is_gone_is_stopped_already() {
    let scratch = Scratch::new();
    let cluster = open(&scratch.data());
    assert!(!cluster.revive().unwrap(), "it runs");
    let kill = || {
        let process = process_of(&cluster);
        assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success());
        process
    };
    let killed = kill();
    while is_running(&killed) {
        thread::yield_now();
    }
    // What was started by the killed one ends a moment after it, and nothing starts before.
    while cluster.revive().is_err() {
        thread::yield_now();
    }
    assert_eq!(ask(&cluster, "postgres", "SELECT 1"), "1");
    // Gone already, or in the midst of it.
    kill();
    cluster.stop().unwrap();
}

#[test]
fn a_half_made_cluster_is_made_anew() {
    let scratch = Scratch::new();
    let half = scratch.data().join("postgres.new/base");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("rubbish"), "x").unwrap();
    let cluster = open(&scratch.data());
    assert_eq!(ask(&cluster, "postgres", "SELECT 1"), "1");
    assert!(!scratch.data().join("postgres.new").exists());
}

#[test]
fn a_folder_with_a_long_path_gets_its_socket_elsewhere() {
    let scratch = Scratch::new();
    let data = scratch.0.join("long".repeat(30)).join("with spaces, and commas");
    let cluster = open(&data);
    assert!(cluster.socket_dir().starts_with("/tmp"), "{:?}", cluster.socket_dir());
    assert_eq!(ask(&cluster, "postgres", "SELECT 1"), "1");
    let sockets = cluster.socket_dir().to_path_buf();
    cluster.stop().unwrap();

    // The same folder leads to the same socket, unless somebody else could look into it.
    fs::set_permissions(&sockets, fs::Permissions::from_mode(0o755)).unwrap();
    let error = Cluster::open(Programs::find().unwrap(), &data).err().unwrap();
    assert!(matches!(error, Error::UnsafeSocketFolder(_)), "{error}");
    fs::remove_dir_all(&sockets).unwrap();
}

/// Anybody but root runs PostgreSQL as themselves, and then a closed folder is no obstacle.
#[test]
fn a_folder_that_postgres_may_not_enter_keeps_its_cluster_where_the_note_says() {
    let scratch = Scratch::new();
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o700)).unwrap();
    let cluster = open(&scratch.data());
    ask(&cluster, "postgres", "CREATE TABLE kept AS SELECT 42 AS answer");
    let is_root = fs::metadata(&scratch.0).unwrap().uid() == 0;
    let place = cluster.data_dir().parent().unwrap().to_path_buf();
    assert_eq!(cluster.note().is_some(), is_root);
    assert_eq!(place.starts_with("/var/lib/siwaht"), is_root);
    if let Some(note) = cluster.note() {
        assert!(note.contains(place.to_str().unwrap()) && note.contains(scratch.0.to_str().unwrap()), "{note}");
    }
    cluster.stop().unwrap();

    // Opening the folder later must not hide the data that is elsewhere.
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o755)).unwrap();
    let cluster = open(&scratch.data());
    assert_eq!(ask(&cluster, "postgres", "SELECT answer FROM kept"), "42");
    cluster.stop().unwrap();
    fs::remove_dir_all(place).unwrap();
    // Kept when it holds other clusters.
    let _ = fs::remove_dir("/var/lib/siwaht");
}

#[test]
fn a_cluster_of_another_version_is_refused_by_both_numbers() {
    let scratch = Scratch::new();
    let cluster = open(&scratch.data());
    let version = cluster.data_dir().join("PG_VERSION");
    cluster.stop().unwrap();
    fs::write(version, "9\n").unwrap();
    let programs = Programs::find().unwrap();
    let found = programs.major();
    let message = Cluster::open(programs, &scratch.data()).err().unwrap().to_string();
    assert!(message.contains("PostgreSQL 9") && message.contains(&found.to_string()), "{message}");
}

#[test]
fn a_cluster_that_does_not_start_says_why() {
    let scratch = Scratch::new();
    let cluster = open(&scratch.data());
    let file = cluster.data_dir().join("postgresql.conf");
    cluster.stop().unwrap();
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, settings + "no_such_setting = 1\n").unwrap();
    let message = Cluster::open(Programs::find().unwrap(), &scratch.data()).err().unwrap().to_string();
    assert!(message.contains("no_such_setting"), "{message}");
}

#[test]
fn a_command_waits_for_those_beside_it_before_it_stops_the_cluster() {
    let scratch = Scratch::new();
    let visit = || Cluster::visit(Programs::find().unwrap(), &scratch.data()).unwrap();
    let (first, second) = (visit(), visit());
    let process = process_of(&first);
    let stopping = thread::spawn(move || first.stop().unwrap());
    for _ in 0..20 {
        assert_eq!(ask(&second, "postgres", "SELECT 1"), "1");
    }
    assert!(!stopping.is_finished());
    drop(second);
    stopping.join().unwrap();
    assert!(!is_running(&process));
}

#[test]
fn a_command_opens_the_cluster_itself_when_the_server_stops_under_it() {
    let scratch = Scratch::new();
    let server = open(&scratch.data());
    let stopping = thread::spawn(move || server.stop().unwrap());
    let visited = loop {
        // Beside the server while it runs, not while it stops, then alone.
        let Ok(visited) = Cluster::visit(Programs::find().unwrap(), &scratch.data()) else { continue };
        if stopping.is_finished() && Cluster::open(Programs::find().unwrap(), &scratch.data()).is_err() {
            break visited;
        }
    };
    assert_eq!(ask(&visited, "postgres", "SELECT 1"), "1");
    stopping.join().unwrap();
}

#[test]
fn a_cluster_that_was_moved_and_linked_is_recognised_while_it_runs() {
    if let Some(data) = held_by_the_process_to_be_killed() {
        hold(open(&data));
    }
    let scratch = Scratch::new();
    open(&scratch.data()).stop().unwrap();
    let (inside, elsewhere) = (scratch.data().join("postgres"), scratch.0.join("elsewhere"));
    fs::rename(&inside, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &inside).unwrap();
    in_a_process_that_is_killed("a_cluster_that_was_moved_and_linked_is_recognised_while_it_runs", &scratch.data());
    let left = fs::read_to_string(elsewhere.join("postmaster.pid")).unwrap();
    let cluster = open(&scratch.data());
    assert_eq!(process_of(&cluster), left.lines().next().unwrap());
}

#[test]
fn a_throw_away_cluster_is_gone_when_dropped() {
    let _turn = one_throw_away_test_at_a_time();
    let cluster = Cluster::throw_away(Programs::find().unwrap()).unwrap();
    cluster.create_database_if_missing("it's a test").unwrap();
    assert_eq!(ask(&cluster, "it's a test", "SELECT current_database()"), "it's a test");
    assert_eq!(ask(&cluster, "postgres", "SHOW fsync"), "off");
    let places = [cluster.data_dir().parent().unwrap().to_path_buf(), cluster.socket_dir().to_path_buf()];
    let process = process_of(&cluster);
    drop(cluster);
    assert_eq!(places.map(|place| place.exists()), [false, false]);
    assert!(!is_running(&process));
}

#[test]
fn a_throw_away_cluster_of_a_killed_run_is_cleared_away_by_the_next_one() {
    if let Some(note) = held_by_the_process_to_be_killed() {
        let cluster = Cluster::throw_away(Programs::find().unwrap()).unwrap();
        let left = format!("{}\n{}", cluster.data_dir().parent().unwrap().display(), process_of(&cluster));
        fs::write(note, left).unwrap();
        hold(cluster);
    }
    let _turn = one_throw_away_test_at_a_time();
    let scratch = Scratch::new();
    let note = scratch.0.join("note");
    in_a_process_that_is_killed("a_throw_away_cluster_of_a_killed_run_is_cleared_away_by_the_next_one", &note);
    let left = fs::read_to_string(note).unwrap();
    let (folder, process) = left.split_once('\n').unwrap();

    let _next = Cluster::throw_away(Programs::find().unwrap()).unwrap();
    assert!(!Path::new(folder).exists());
    assert!(!is_running(process));
}

#[test]
fn links_to_the_programs_lead_to_the_folder_that_holds_them_all() {
    let scratch = Scratch::new();
    let programs = Programs::find().unwrap();
    for name in ["postgres", "initdb", "pg_ctl"] {
        std::os::unix::fs::symlink(programs.bin(name), scratch.0.join(name)).unwrap();
    }
    let linked = Programs::at(&scratch.0).unwrap();
    assert_eq!(linked.bin("psql"), programs.bin("psql"));
    assert!(linked.bin("psql").is_file());
}

#[test]
fn two_throw_away_clusters_live_side_by_side() {
    let _turn = one_throw_away_test_at_a_time();
    let programs = Programs::find().unwrap();
    let [one, other] = [(); 2].map(|()| Cluster::throw_away(programs.clone()).unwrap());
    assert_ne!(one.url("postgres"), other.url("postgres"));
    assert_eq!(ask(&one, "postgres", "SELECT 1"), "1");
    assert_eq!(ask(&other, "postgres", "SELECT 1"), "1");
}
