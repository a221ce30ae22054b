//! Which crate may know which other one, and who may speak SQL.

use serde_json::Value;

/// The arrows of README.md. A crate that is not listed here has not been thought about yet.
const ARROWS: [(&str, &[&str]); 8] = [
    ("app", &["domain", "service"]),
    ("cluster", &[]),
    ("domain", &[]),
    ("hydrate", &["app"]),
    ("server", &["app", "cluster", "domain", "service"]),
    ("service", &["domain"]),
    ("testkit", &["domain", "service"]),
    ("xtask", &["cluster"]),
];

/// `domain` only derives how its types travel; it runs no query. Tests may: each gets a database of its own.
const MAY_NAME_SQLX: [&str; 3] = ["domain", "service", "testkit"];

pub fn violations(metadata: &Value) -> Vec<String> {
    let names: Vec<&str> = packages(metadata).filter_map(|package| package["name"].as_str()).collect();
    let of_package = |package: &Value| {
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        let dependencies = package["dependencies"].as_array().cloned().unwrap_or_default();
        dependencies.iter().filter_map(|dependency| broken(&name, dependency, &names)).collect::<Vec<_>>()
    };
    let unknown = names.iter().filter(|name| allowed(name).is_none());
    let unknown = unknown.map(|name| format!("crate {name} has no arrows: draw them in xtask's rules/arrows.rs"));
    unknown.chain(packages(metadata).flat_map(of_package)).collect()
}

fn broken(name: &str, dependency: &Value, names: &[&str]) -> Option<String> {
    let on = dependency["name"].as_str()?;
    let for_tests = dependency["kind"] == "dev";
    if (on == "sqlx" || on.starts_with("sqlx-")) && !for_tests && !MAY_NAME_SQLX.contains(&name) {
        return Some(format!("{name} depends on {on}: SQL belongs into service"));
    }
    if !names.contains(&on) || allowed(name).unwrap_or_default().contains(&on) {
        return None;
    }
    match (on, for_tests) {
        ("testkit", true) => None,
        ("testkit", false) => Some(format!("{name} depends on testkit outside its tests")),
        _ => Some(format!("{name} depends on {on}: that arrow is not drawn")),
    }
}

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    ARROWS.iter().find(|(from, _)| *from == name).map(|(_, to)| *to)
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<Value> =
            dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        json!({"name": name, "dependencies": dependencies})
    }

    #[test]
    fn drawn_arrows_and_foreign_crates_are_fine() {
        let metadata = json!({"packages": [
            package("server", &[("service", None), ("axum", None), ("sqlx", Some("dev")), ("testkit", Some("dev"))]),
            package("service", &[("sqlx", None), ("domain", None)]),
            package("domain", &[]),
            package("testkit", &[("service", None)]),
        ]});
        assert!(violations(&metadata).is_empty(), "{:?}", violations(&metadata));
    }

    #[test]
    fn arrows_that_are_not_drawn_are_named() {
        let metadata = json!({"packages": [
            package("server", &[("sqlx", None), ("testkit", None)]),
            package("domain", &[("service", None)]),
            package("service", &[]),
            package("testkit", &[]),
            package("helpers", &[]),
        ]});
        assert_eq!(
            violations(&metadata),
            [
                "crate helpers has no arrows: draw them in xtask's rules/arrows.rs",
                "server depends on sqlx: SQL belongs into service",
                "server depends on testkit outside its tests",
                "domain depends on service: that arrow is not drawn",
            ]
        );
    }
}
