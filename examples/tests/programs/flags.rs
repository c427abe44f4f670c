//! Wrong flags: exit status 2, before anything is written.

use super::place::Place;

#[track_caller]
fn check(program: &str, flags: &[&str], texts: &[&str]) {
    let place = Place::with_shop();
    place.run(program, flags).refuses(texts);
    assert!(!place.path("out").exists(), "nothing is written");
}

#[test]
fn unknown_flags_and_absent_paths_are_refused() {
    let ingest = ["--format", "delimited", "--mapping", "shop.toml", "--out", "out"];
    check("ingest", &[&ingest[..], &["--verbose", "shop.csv"]].concat(), &["--verbose"]);
    check("ingest", &ingest, &["PATH"]);
    check("ingest", &["--format", "delimited", "--out", "out", "shop.csv"], &["--mapping"]);
    check("ingest", &["--format", "fax", "--out", "out", "shop.csv"], &["fax", "delimited"]);
    let ingest = ["--format", "uccx", "--out", "out", "shop.csv"];
    check("ingest", &[&ingest[..], &["--region", "Denmark"]].concat(), &["--region", "DK"]);
    let both = ["--layout", "shop.toml", "--mapping", "shop.toml"];
    check("ingest", &[&ingest[..], &both].concat(), &["--layout", "--mapping"]);
    check("overview", &["--out", "out", "--mapping", "shop.toml"], &["PATH"]);
    check("waits", &["--calls", "log", "--out", "out/w.csv"], &["--train-until"]);
    check(
        "reach",
        &["--train-until", "2026-05-04", "--out", "out/r.csv"],
        &["--attempts", "--calls"],
    );
    check("callbacks", &["--calls", "log", "--out", "out"], &["--requests", "--as-of"]);
    check("forecast", &["--horizon", "10", "--out", "out/f.csv"], &["--series", "--calls"]);
    check(
        "forecast",
        &["--calls", "log", "--horizon", "10", "--out", "out/f.csv"],
        &["--interval"],
    );
    check("bottlenecks", &["--out", "out"], &["--log", "--calls"]);
    check("bottlenecks", &["--log", "a.xes", "--calls", "log", "--out", "out"], &["--calls"]);
    check("bottlenecks", &["--calls", "log", "--case", "id", "--out", "out"], &["--case"]);
    check("bottlenecks", &["--log", "a.xes", "--export", "bpmn", "--out", "out"], &["bpmn", "xes"]);
}

#[test]
fn values_out_of_range_are_refused() {
    let ingest = ["--format", "delimited", "--mapping", "shop.toml", "--out", "out", "shop.csv"];
    check(
        "ingest",
        &[&ingest[..], &["--time-zone", "Europe/Kopenhagen"]].concat(),
        &["Europe/Kopenhagen"],
    );
    check("ingest", &[&ingest[..], &["--fold", "never"]].concat(), &["never", "earlier"]);
    let waits = ["--calls", "log", "--out", "out/w.csv"];
    check("waits", &[&waits[..], &["--train-until", "soon"]].concat(), &["soon", "2026-05-04"]);
    check(
        "waits",
        &[&waits[..], &["--train-until", "2026-05-04", "--update", "hourly"]].concat(),
        &["hourly"],
    );
    let reach = ["--attempts", "a.csv", "--train-until", "2026-05-04", "--out", "out/r.csv"];
    check("reach", &[&reach[..], &["--model", "oracle"]].concat(), &["oracle", "boosting"]);
    let forecast = ["--calls", "log", "--interval", "30m", "--out", "out/f.csv"];
    for wrong in [
        "--horizon=0",
        "--horizon=-1",
        "--interval=7m",
        "--level=1.0",
        "--level=0.8,80",
        "--backtest=0",
        "--country=XX",
        "--time-zone=Mars/Phobos",
    ] {
        let flag = wrong.split('=').next().unwrap();
        let mut flags = vec!["--calls", "log", "--out", "out/f.csv", wrong];
        for default in ["--horizon=10", "--interval=30m"] {
            if !default.starts_with(flag) {
                flags.push(default);
            }
        }
        check("forecast", &flags, &[flag]);
    }
    check(
        "forecast",
        &[&forecast[..], &["--horizon", "9", "--step", "3"]].concat(),
        &["--backtest"],
    );
    check("overview", &["--acceptable-wait", "0", "--out", "out"], &["--acceptable-wait"]);
}

#[test]
fn every_program_explains_itself() {
    let place = Place::new();
    for program in ["ingest", "forecast", "waits", "reach", "callbacks", "bottlenecks", "overview"]
    {
        let help = place.run(program, &["--help"]).succeeds().stdout;
        assert!(help.contains("Example") && help.contains(&format!("  {program} ")), "{help}");
        for flag in ["--out", "--json", "--quiet"] {
            assert!(help.contains(flag), "{program} {flag}");
        }
    }
}
