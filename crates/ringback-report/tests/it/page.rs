//! The page: one file, escaped, linked, readable.

use std::collections::{BTreeMap, BTreeSet};

use ringback_report::{
    Align, BarChart, BarSeries, HeatMap, KeyFigure, LineChart, Page, Section, Series, Table,
};

use super::xml;

const EVIL: &str = "<b onload=\"x\">&'";

/// A page with one of everything, all texts the same.
fn page(text: &str) -> Page {
    let points = [(0.0, Some(1.0)), (1.0, None), (2.0, Some(2.0)), (3.0, Some(4.0))];
    let line = LineChart::new(text).description(text).series(Series::new(text, points));
    let bars = BarChart::new(text, [text, text]).series(BarSeries::new(text, [Some(3.0), None]));
    let heat = HeatMap::new(text, [text], [text]).unit(text).row([Some(2.0)]);
    let table = Table::new([text, text]).caption(text).align([Align::Left, Align::Right]);
    let first = Section::new(text)
        .text(text)
        .key_figures([KeyFigure::new(text, text).unit(text).note(text)])
        .note(text)
        .warning(text);
    let second = Section::new(text).id(text).chart(line).chart(bars).chart(heat);
    let third = Section::new("Terms").table(table.row([text, text])).definitions([(text, text)]);
    Page::new(text).lede(text).section(first).section(second).section(third)
}

#[test]
fn every_text_is_escaped() {
    let html = page(EVIL).to_html();
    assert!(!html.contains("<b "));
    let elements = xml::read(&html);
    for name in ["title", "h1", "h2", "p", "li", "th", "td", "caption", "dt", "dd", "a"] {
        let found = elements.iter().any(|it| it.name == name);
        assert!(found, "{name} is in the page");
    }
    let whole = elements.iter().filter(|it| it.text == EVIL).count();
    assert!(whole >= 25, "{whole} texts came through as they were given");
}

#[test]
fn the_page_loads_nothing() {
    let html = page("Calls").to_html();
    let elsewhere = html.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for word in ["http:", "https:", "src=", "@import", "<script", "<link", "//"] {
        assert!(!elsewhere.contains(word), "{word}");
    }
    for element in xml::read(&html) {
        let link = element.get("href");
        assert!(link.is_empty() || link.starts_with('#'), "{element:?}");
    }
    assert!(
        html.contains(
            "default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:"
        )
    );
}

#[test]
fn ids_are_unique_and_links_lead_somewhere() {
    let html = page("Calls & waits").to_html();
    let elements = xml::read(&html);
    let mut ids = BTreeSet::new();
    for id in elements.iter().map(|it| it.get("id")).filter(|it| !it.is_empty()) {
        assert!(ids.insert(id), "{id} twice");
    }
    for element in &elements {
        let links = element.get("href").strip_prefix('#').into_iter();
        let labels = element.get("aria-labelledby").split_whitespace();
        let paint = element.get("fill").strip_prefix("url(#").and_then(|it| it.strip_suffix(')'));
        for id in links.chain(labels).chain(paint) {
            assert!(ids.contains(id), "{id} of {element:?}");
        }
    }
}

#[track_caller]
fn check_ids(sections: &[Section], expected: &[&str]) {
    let page = sections.iter().fold(Page::new("P"), |page, it| page.section(it.clone()));
    let elements = xml::read(&page.to_html());
    let ids: Vec<&str> =
        elements.iter().filter(|it| it.name == "section").map(|it| it.get("id")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn sections_are_named_by_their_headings() {
    check_ids(&[Section::new("How long callers wait?")], &["how-long-callers-wait"]);
    check_ids(&[Section::new("Waits"), Section::new("Waits")], &["waits", "waits-2"]);
    check_ids(&[Section::new("Waits").id("Long Waits!")], &["long-waits"]);
    check_ids(&[Section::new("תורים"), Section::new("")], &["section", "section-2"]);
    check_ids(
        &[Section::new("Content"), Section::new("Figure 1")],
        &["content-2", "section-figure-1"],
    );
    check_ids(
        &[Section::new("A heading"), Section::new("A"), Section::new("A-heading")],
        &["a-heading", "a-2", "a-heading-2"],
    );
}

#[test]
fn the_contents_list_every_section_in_order() {
    let elements = xml::read(&page("Calls").to_html());
    let nav = elements.iter().position(|it| it.name == "nav").unwrap();
    let is_inside = |mut index: usize| {
        while let Some(parent) = elements[index].parent {
            index = parent;
            if index == nav {
                return true;
            }
        }
        false
    };
    let links: Vec<&str> = (0..elements.len())
        .filter(|it| elements[*it].name == "a" && is_inside(*it))
        .map(|it| elements[it].text.as_str())
        .collect();
    assert_eq!(links, ["Calls", "Calls", "Terms"]);
}

#[test]
fn the_page_is_set_up_for_readers_of_all_kinds() {
    let elements = xml::read(&page("Calls").to_html());
    let count = |name: &str| elements.iter().filter(|it| it.name == name).count();
    assert_eq!(elements[0].name, "html");
    assert_eq!(elements[0].get("lang"), "en");
    assert_eq!((count("h1"), count("h2"), count("main"), count("nav")), (1, 3, 1, 1));
    assert!(elements.iter().any(|it| it.get("charset") == "utf-8"));
    assert!(elements.iter().any(|it| it.get("content").starts_with("width=device-width")));
    assert!(elements.iter().any(|it| it.name == "a" && it.get("href") == "#content"));
    // A wide and a narrow drawing of each chart.
    assert_eq!((count("figure"), count("svg")), (3, 6));
}

#[test]
fn a_table_keeps_its_shape_when_cells_are_missing() {
    let table = Table::new(["a", "b", "c"]).row(["1"]).row(["1", "2", "3"]);
    let elements = xml::read(&Page::new("P").section(Section::new("S").table(table)).to_html());
    let count = |name: &str| elements.iter().filter(|it| it.name == name).count();
    assert_eq!((count("tr"), count("th"), count("td")), (3, 5, 4));
}

#[test]
fn long_tables_scroll_and_short_ones_do_not() {
    let html = |rows: usize| {
        let table = (0..rows).fold(Table::new(["n"]), |table, it| table.row([it.to_string()]));
        Page::new("P").section(Section::new("S").table(table)).to_html()
    };
    assert!(!html(20).contains("\"table long\""));
    assert!(html(21).contains("\"table long\""));
}

#[test]
fn the_same_page_is_the_same_bytes() {
    assert_eq!(page("Calls").to_html(), page("Calls").to_html());
}

/// The colors of one mode: custom properties of the style, by name.
fn colors(style: &str) -> BTreeMap<String, f64> {
    let mut colors = BTreeMap::new();
    for part in style.split(['{', '}', ';', '\n']) {
        if let Some((name, value)) = part.split_once(":#")
            && name.starts_with("--")
        {
            colors.insert(name.to_owned(), luminance(value));
        }
    }
    colors
}

/// Relative luminance of WCAG 2.2.
fn luminance(hex: &str) -> f64 {
    let channel = |from: usize| {
        let share = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).unwrap()) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

/// Contrast ratio of WCAG 2.2.
fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[track_caller]
fn check_mode(colors: &BTreeMap<String, f64>, mode: &str) {
    let at = |name: &str| colors[name];
    for text in ["--rb-ink", "--rb-soft", "--link", "--warn"] {
        let ratio = contrast(at(text), at("--rb-bg"));
        assert!(ratio >= 4.5, "{text} has {ratio:.2} in {mode} mode");
    }
    for (text, panel) in
        [("--rb-ink", "--panel"), ("--link", "--panel"), ("--warn", "--warn-panel")]
    {
        let ratio = contrast(at(text), at(panel));
        assert!(ratio >= 4.5, "{text} on {panel} has {ratio:.2} in {mode} mode");
    }
    for series in 0..=6 {
        let ratio = contrast(at(&format!("--rb-c{series}")), at("--rb-bg"));
        assert!(ratio >= 3.0, "series {series} has {ratio:.2} in {mode} mode");
    }
    for shade in 0..=8 {
        let ratio = contrast(at(&format!("--rb-h{shade}")), at(&format!("--rb-t{shade}")));
        assert!(ratio >= 4.5, "a number on shade {shade} has {ratio:.2} in {mode} mode");
    }
    let shades: Vec<f64> = (0..=8).map(|it| at(&format!("--rb-h{it}"))).collect();
    let falls = shades.is_sorted_by(|a, b| a > b);
    assert!(falls || shades.is_sorted_by(|a, b| a < b), "the scale of {mode} mode is not steady");
}

/// Source of the limits: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (graphics, 3:1).
#[test]
fn colors_have_the_contrast_that_wcag_asks_for() {
    let html = page("Calls").to_html();
    let style = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let is_dark = |part: &&str| part.starts_with("screen and (prefers-color-scheme:dark)");
    let dark: Vec<&str> = style.split("@media ").filter(is_dark).collect();
    // What follows a block of dark colors up to the next `@media` is light again.
    let (mut light, mut night) = (String::new(), String::new());
    for part in style.split("@media ") {
        if dark.contains(&part) {
            let (inside, after) = part.split_once("}}").unwrap();
            night += inside;
            light += after;
        } else {
            light += part;
        }
    }
    let light = colors(&light);
    check_mode(&light, "light");
    let mut both = light;
    both.extend(colors(&night));
    check_mode(&both, "dark");
}
