//! The report in a browser: every chart drawn, nothing loaded, nothing wider than the window.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::place::Place;

const SECTIONS: [&str; 12] = [
    "glance",
    "audit",
    "weeks",
    "load",
    "waits",
    "forecast",
    "wait-prediction",
    "reachability",
    "callback-windows",
    "bottlenecks",
    "terms",
    "sources",
];

const FIGURES: usize = 14;

/// Measures the page once it is laid out, and tells the page that frames it.
const MEASURE: &str = r##"<script>
addEventListener("load", () => {
  const all = what => [...document.querySelectorAll(what)];
  const root = document.documentElement;
  const spills = it => it.getBoundingClientRect().right > root.clientWidth + 1;
  const charts = all("figure svg").filter(it => it.getClientRects().length).map(it => {
    const box = it.getBoundingClientRect();
    return [box.width, box.height, it.querySelectorAll("path, rect, line, polyline").length];
  });
  const lines = all("#weeks tbody th").map(it => {
    const text = document.createRange();
    text.selectNodeContents(it);
    return text.getClientRects().length;
  });
  parent.postMessage(JSON.stringify({
    width: root.clientWidth,
    scroll: root.scrollWidth,
    loaded: performance.getEntriesByType("resource").length,
    wide: all("body *").filter(it => spills(it) && !it.closest(".table, svg")).length,
    cut: all(".table").filter(it => it.scrollWidth > it.clientWidth).length,
    date_lines: Math.max(...lines),
    charts,
  }), "*");
});
</script>"##;

/// The browser, if there is one; in CI there must be.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|it| it.join("chromium")).find(|it| it.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "chromium is not on PATH");
        println!("skipped: chromium is not on PATH");
    }
    found
}

/// Runs the browser over a file; gives what it prints.
fn browse(place: &Place, browser: &PathBuf, file: &str, flags: &[&str]) -> String {
    let printed = place.path("printed.txt");
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--force-device-scale-factor=1"])
        .arg(format!("--user-data-dir={}", place.path("profile").display()))
        .args(flags)
        .arg(format!("file://{}", place.path(file).display()))
        .stdin(Stdio::null())
        .stdout(fs::File::create(&printed).unwrap())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_mins(2) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the browser does not come back from {flags:?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    fs::read_to_string(printed).unwrap()
}

/// What the measuring script found in a window of this width.
fn measure(place: &Place, browser: &PathBuf, width: u32) -> serde_json::Value {
    let page = place.read("out/report.html");
    let policy = page.find("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let end = policy + page[policy..].find('>').unwrap() + 1;
    // The page itself lets no script run, so the copy that is measured goes without its policy.
    place.write("measured.html", [&page[..policy], MEASURE, &page[end..]].concat());
    // A browser's window has a least width; a frame has none.
    let frame = format!(
        "<iframe src=measured.html style=\"border:0;width:{width}px;height:900px\"></iframe>"
    );
    let listen = "<script>onmessage = it => document.title = it.data</script>";
    place.write("frame.html", format!("<!doctype html><title></title>{listen}{frame}"));
    let flags = ["--window-size=1400,1000", "--virtual-time-budget=5000", "--dump-dom"];
    let dom = browse(place, browser, "frame.html", &flags);
    let title = dom.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    serde_json::from_str(&title.replace("&quot;", "\""))
        .unwrap_or_else(|it| panic!("{it}: {title}"))
}

fn place() -> Place {
    let place = Place::new();
    place.run("overview", &["--out", "out", "--key-file", "key", "--quiet"]).succeeds();
    place
}

#[test]
fn the_report_stands_in_a_browser() {
    let Some(browser) = browser() else { return };
    let place = place();
    let dom = browse(&place, &browser, "out/report.html", &["--dump-dom"]);
    for section in SECTIONS {
        assert!(dom.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    assert_eq!(dom.matches("<section ").count(), SECTIONS.len());
    assert_eq!(dom.matches("<figure ").count(), FIGURES);
    for (width, all_tables_fit) in [(1200, true), (400, false)] {
        let found = measure(&place, &browser, width);
        let number = |name: &str| found[name].as_u64().unwrap_or_else(|| panic!("{name}: {found}"));
        assert!(number("width") <= u64::from(width), "{found}");
        assert!(number("width") + 20 >= u64::from(width), "{found}");
        assert_eq!(number("scroll"), number("width"), "the page is as wide as the window: {found}");
        assert_eq!((number("loaded"), number("wide")), (0, 0), "{found}");
        assert_eq!(number("date_lines"), 1, "a date stands on one line: {found}");
        assert!(number("cut") == 0 || !all_tables_fit, "no table is cut at {width}: {found}");
        let charts = found["charts"].as_array().unwrap();
        assert_eq!(charts.len(), FIGURES, "one drawing of each chart is shown: {found}");
        for chart in charts {
            let [wide, high, marks] = [0, 1, 2].map(|it| chart[it].as_f64().unwrap());
            assert!(
                wide > 0.75 * f64::from(width.min(800)) && high > 100.0 && marks >= 5.0,
                "{found}"
            );
        }
    }
}

/// The size that a PNG file says it has.
fn png_size(bytes: &[u8]) -> [u32; 2] {
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    [16, 20].map(|at| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()))
}

#[test]
fn the_report_paints() {
    let Some(browser) = browser() else { return };
    let place = place();
    place.write("blank.html", "<!doctype html><title>blank</title>");
    for width in [1200, 400] {
        let paint = |file: &str| {
            let size = format!("--window-size={width},6000");
            let shot = format!("--screenshot={}", place.path("shot.png").display());
            browse(&place, &browser, file, &[&size, &shot]);
            fs::read(place.path("shot.png")).unwrap()
        };
        let (blank, page) = (paint("blank.html"), paint("out/report.html"));
        assert_eq!(png_size(&page), [width, 6000]);
        // A page of white packs to little; text and charts do not.
        assert!(
            page.len() > 10 * blank.len(),
            "{} bytes, a blank page {}",
            page.len(),
            blank.len()
        );
    }
}
