//! Drawings: what is on them, that nothing overlaps, and that no name breaks them.

use proptest::prelude::*;
use ringback_mining::{
    DrawOptions, MapActivity, MapArc, MapOptions, ProcessMap, SpectrumBand, Stop, draw_spectrum,
    human_count, human_hours, human_secs,
};

/// One element of a drawing: its name, its attributes as they are written, and the text up to the next tag.
struct Element<'a> {
    name: &'a str,
    attributes: &'a str,
    text: &'a str,
}

impl Element<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.attributes.split_once(&format!(" {name}=\""))?;
        rest.split('"').next()
    }

    fn num(&self, name: &str) -> f64 {
        self.get(name).unwrap_or_else(|| panic!("{name} of {}", self.attributes)).parse().unwrap()
    }
}

/// The elements of a drawing; panics where tags do not close in the order in which they open.
fn elements(svg: &str) -> Vec<Element<'_>> {
    let mut elements = Vec::new();
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("{piece} has no end"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "in {svg}");
            continue;
        }
        let (inner, is_empty) = tag.strip_suffix('/').map_or((tag, false), |it| (it, true));
        let name = inner.split(' ').next().unwrap();
        elements.push(Element { name, attributes: &inner[name.len()..], text });
        if !is_empty {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
    elements
}

fn activity(name: &str, count: u64, excess_secs: f64) -> MapActivity {
    MapActivity { name: name.to_owned(), count, mean_secs: None, excess_secs }
}

/// A map of all of a process whose arcs are (from, to, count, excess); 0 is the start and the last the end.
fn map(names: &[&str], arcs: &[(usize, usize, u64, f64)]) -> ProcessMap {
    let end = names.len() + 1;
    let stop = |it: usize| match it {
        0 => Stop::Start,
        it if it == end => Stop::End,
        it => Stop::Activity(it - 1),
    };
    let arcs: Vec<MapArc> = arcs
        .iter()
        .map(|(from, to, count, excess_secs)| MapArc {
            from: stop(*from),
            to: stop(*to),
            count: *count,
            mean_secs: Some(60.0),
            excess_secs: *excess_secs,
        })
        .collect();
    let activities: Vec<MapActivity> = names.iter().map(|it| activity(it, 9, 0.0)).collect();
    let options = MapOptions::default().max_activities(40).max_arcs(200).share(1.0);
    ProcessMap::of(&activities, &arcs, options)
}

fn drawn(map: &ProcessMap) -> String {
    map.draw(&DrawOptions::file("A map")).svg().to_owned()
}

/// Left, top, right and bottom.
type Area = [f64; 4];

fn overlap(a: Area, b: Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// The boxes of activities, and the labels of arcs with what they say.
fn areas(svg: &str) -> (Vec<Area>, Vec<(Area, String)>) {
    let (mut boxes, mut labels) = (Vec::new(), Vec::new());
    for it in elements(svg) {
        let class = it.get("class").unwrap_or_default();
        if it.name == "rect" && class.starts_with("rm-box") {
            let (x, y) = (it.num("x"), it.num("y"));
            boxes.push([x, y, x + it.num("width"), y + it.num("height")]);
        } else if it.name == "text" && class.starts_with("rm-halo") {
            // A digit of most fonts is 0.56 of the font size wide, which is 12.
            let (x, y, wide) = (it.num("x"), it.num("y"), it.text.chars().count() as f64 * 6.7);
            labels.push(([x, y - 9.0, x + wide, y + 1.0], it.text.to_owned()));
        }
    }
    (boxes, labels)
}

fn graphs() -> impl Strategy<Value = Vec<(usize, usize, u64, f64)>> {
    let arc = (1_usize..11, 1_usize..11, 1_u64..20_000, 0.0..1e7_f64);
    prop::collection::vec(arc, 1..28).prop_map(|mut arcs| {
        arcs.sort_by_key(|it| (it.0, it.1));
        arcs.dedup_by_key(|it| (it.0, it.1));
        // Each activity begins some cases and ends some, so that all are drawn.
        arcs.extend((1..11).map(|it| (0, it, 1, 0.0)));
        arcs.extend((1..11).map(|it| (it, 11, 1, 0.0)));
        arcs
    })
}

const NAMES: [&str; 10] = [
    "Queued",
    "In progress",
    "Waits for the user",
    "Resolved",
    "Closed",
    "A",
    "Bb_cc_dd_ee_ff_gg_hh",
    "W",
    "Accepted+Wait - Implementation",
    "Hold",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_box_and_no_label_lies_on_another(arcs in graphs()) {
        let map = map(&NAMES, &arcs);
        let (boxes, labels) = areas(&drawn(&map));
        prop_assert_eq!(boxes.len(), NAMES.len());
        for (at, a) in boxes.iter().enumerate() {
            for b in &boxes[at + 1..] {
                prop_assert!(!overlap(*a, *b), "boxes {a:?} {b:?}");
            }
            for (label, text) in &labels {
                prop_assert!(!overlap(*a, *label), "box {a:?} label {label:?} {text}");
            }
        }
        for (at, (a, first)) in labels.iter().enumerate() {
            for (b, second) in &labels[at + 1..] {
                prop_assert!(!overlap(*a, *b), "labels {a:?} {first} {b:?} {second}");
            }
        }
    }

    #[test]
    fn a_drawing_holds_everything_within_its_edges(arcs in graphs()) {
        let svg = drawn(&map(&NAMES, &arcs));
        let elements = elements(&svg);
        let (wide, high) = (elements[0].num("width"), elements[0].num("height"));
        let moved = elements.iter().find_map(|it| it.get("transform")).unwrap();
        let moved = moved.strip_prefix("translate(").unwrap().trim_end_matches(')');
        let (left, top) = moved.split_once(' ').unwrap();
        let (left, top): (f64, f64) = (left.parse().unwrap(), top.parse().unwrap());
        let (boxes, labels) = areas(&svg);
        for area in boxes.into_iter().chain(labels.into_iter().map(|it| it.0)) {
            prop_assert!(left + area[0] >= 0.0 && left + area[2] <= wide, "{area:?} of {wide}");
            prop_assert!(top + area[1] >= 0.0 && top + area[3] <= high, "{area:?} of {high}");
        }
    }
}

#[test]
fn names_of_all_kinds_are_escaped() {
    let evil = "<b onload=\"x\">&'\u{1}";
    let map = map(&[evil], &[(0, 1, 3, 0.0), (1, 2, 3, 0.0), (1, 1, 2, 50.0)]);
    let options = DrawOptions::inline(evil, "figure-1");
    let band = SpectrumBand { from: evil.to_owned(), to: evil.to_owned(), steps: vec![(0, 5)] };
    let spectrum = draw_spectrum(&[band], &DrawOptions::file(evil));
    for svg in [map.draw(&options).svg(), spectrum.svg()] {
        assert!(!svg.contains("<b ") && !svg.contains('\u{1}'), "{svg}");
        assert!(
            elements(svg)
                .iter()
                .any(|it| it.text.starts_with("&lt;b onload=&quot;x&quot;&gt;&amp;&#39;"))
        );
    }
}

#[test]
fn a_long_name_is_shortened_and_its_whole_is_a_tooltip() {
    let long = "Examine the request for a permit of the second kind once more and in every detail that matters";
    let svg = drawn(&map(&[long], &[(0, 1, 3, 0.0), (1, 2, 3, 0.0)]));
    let elements = elements(&svg);
    assert!(elements.iter().any(|it| it.name == "title" && it.text.starts_with(long)));
    let lines: Vec<&str> =
        elements.iter().filter(|it| it.get("class") == Some("rm-name")).map(|it| it.text).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[2].ends_with('…'), "{lines:?}");
}

#[test]
fn an_arc_is_as_wide_as_it_is_frequent_and_as_red_as_it_is_costly() {
    let arcs =
        [(0, 1, 100, 0.0), (1, 2, 60, 30.0), (1, 3, 40, 9.0), (2, 3, 60, 1.0), (3, 4, 100, 60.0)];
    let svg = drawn(&map(&["a", "b", "c"], &arcs));
    let elements = elements(&svg);
    let mut found = Vec::new();
    for (at, it) in elements.iter().enumerate() {
        if let Some(class) = it.get("class").and_then(|it| it.strip_prefix("rm-arc ")) {
            let width = elements[at + 2].num("stroke-width");
            found.push((class.to_owned(), width));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // 9 units for the most frequent; of all excess 0, 1, 9, 30 and 60 %.
    let expected = [("rm-e0", 5.9), ("rm-e0", 9.0), ("rm-e1", 4.3), ("rm-e3", 5.9), ("rm-e3", 9.0)];
    let expected: Vec<(String, f64)> = expected.map(|it| (it.0.to_owned(), it.1)).into();
    assert_eq!(found, expected);
}

#[test]
fn an_activity_that_costs_has_a_frame_and_its_hours() {
    let activities = [activity("queue", 10, 36_000.0), activity("talk", 10, 60.0)];
    let arc = |from, to| MapArc { from, to, count: 10, mean_secs: None, excess_secs: 0.0 };
    let (queue, talk) = (Stop::Activity(0), Stop::Activity(1));
    let arcs = [arc(Stop::Start, queue), arc(queue, talk), arc(talk, Stop::End)];
    let svg = drawn(&ProcessMap::of(&activities, &arcs, MapOptions::default()));
    let lit: Vec<Option<&str>> = elements(&svg)
        .iter()
        .filter(|it| it.get("class").is_some_and(|it| it.starts_with("rm-box")))
        .map(
            |it| if it.get("class") == Some("rm-box") { None } else { Some("rm-box rm-lit rm-e3") },
        )
        .collect();
    assert_eq!(lit, [Some("rm-box rm-lit rm-e3"), None]);
    assert!(svg.contains(">+10\u{a0}h<"), "{svg}");
}

#[test]
fn arcs_that_lead_back_are_dashed() {
    let arcs = [(0, 1, 9, 0.0), (1, 2, 9, 0.0), (2, 1, 3, 0.0), (2, 3, 6, 0.0), (2, 2, 1, 0.0)];
    let svg = drawn(&map(&["a", "b"], &arcs));
    assert_eq!(svg.matches("class=\"rm-way rm-back\"").count(), 1);
    assert_eq!(svg.matches("class=\"rm-arc ").count(), 5);
}

#[test]
fn a_map_says_what_it_leaves_out() {
    let activities: Vec<MapActivity> =
        (0..3).map(|it| activity(&format!("{it}"), 10 - it, 0.0)).collect();
    let stop = Stop::Activity;
    let arc = |from, to, count| MapArc { from, to, count, mean_secs: None, excess_secs: 0.0 };
    let arcs = [
        arc(Stop::Start, stop(0), 10),
        arc(stop(0), stop(1), 9),
        arc(stop(1), Stop::End, 9),
        arc(stop(0), stop(2), 1),
        arc(stop(2), Stop::End, 1),
    ];
    let map = ProcessMap::of(&activities, &arcs, MapOptions::default().max_activities(2));
    let words = "Shown are 2 of 3 activities and 3 of 5 arcs: 93\u{a0}% of all steps.";
    assert_eq!(map.describe(), words);
    let drawing = map.draw(&DrawOptions::file("Tickets"));
    assert!(drawing.description().starts_with(words));
    assert!(
        drawing
            .svg()
            .contains(">Shown are 2 of 3 activities and 3 of 5 arcs: 93\u{a0}% of all steps.")
    );
}

#[test]
fn an_empty_map_is_a_drawing_too() {
    let svg = drawn(&ProcessMap::of(&[], &[], MapOptions::default()));
    assert!(elements(&svg).len() > 3);
}

#[test]
fn a_drawing_in_a_page_is_without_style_and_its_ids_are_its_own() {
    let map = map(&["a"], &[(0, 1, 3, 0.0), (1, 2, 3, 0.0)]);
    let inline = map.draw(&DrawOptions::inline("A map", "figure-7-wide"));
    assert!(!inline.svg().contains("<style") && inline.svg().contains("id=\"figure-7-wide-t\""));
    let alone = drawn(&map);
    assert!(alone.contains("<style") && alone.contains("role=\"img\""));
    assert!(!alone.replace("http://www.w3.org/2000/svg", "").contains("//"), "nothing is loaded");
}

#[test]
fn each_step_of_a_spectrum_is_a_line_in_the_color_of_its_quarter() {
    let steps: Vec<(i64, i64)> =
        (0..41).map(|it| (it * 1_000_000, it * 1_000_000 + it * 50_000)).collect();
    let band = SpectrumBand { from: "a".to_owned(), to: "b".to_owned(), steps };
    let drawing = draw_spectrum(&[band], &DrawOptions::file("Steps"));
    let elements = elements(drawing.svg());
    let lines = |class: &str| {
        let of_class =
            elements.iter().find(|it| it.get("class") == Some(&format!("rm-thread {class}")));
        of_class.map_or(0, |it| it.get("d").unwrap().matches('M').count())
    };
    assert_eq!(["rm-q0", "rm-q1", "rm-q2", "rm-q3"].map(lines), [11, 10, 10, 10]);
    assert!(drawing.svg().contains("41 steps, median 1\u{a0}s, slowest quarter from 1.5\u{a0}s<"));
}

#[test]
fn a_spectrum_says_how_many_steps_it_leaves_out() {
    let day = 86_400_000_000;
    let mut steps: Vec<(i64, i64)> =
        (0..4000).map(|it| (it * day / 400, it * day / 400 + day)).collect();
    steps.push((-5000 * day, -4999 * day));
    let band = SpectrumBand { from: "a".to_owned(), to: "b".to_owned(), steps };
    let svg = draw_spectrum(&[band], &DrawOptions::file("Steps")).svg().to_owned();
    assert!(
        svg.contains("4001 steps, median 1\u{a0}d, slowest quarter from 1\u{a0}d; 1 in 5 drawn; "),
        "{svg}"
    );
    assert!(!svg.contains(">1956"), "the axis is that of most steps");
    let none = draw_spectrum(&[], &DrawOptions::file("Steps"));
    assert!(none.svg().contains("no steps"));
}

#[test]
fn an_arrow_between_names_from_right_to_left_points_at_the_second() {
    // Without the marks all is one run from right to left, and the arrow, which is not mirrored, points at the first.
    let (from, to) = ("בתור", "בטיפול");
    let steps = (0..9).map(|it| (it, it + 1_000_000)).collect();
    let band = SpectrumBand { from: from.into(), to: to.into(), steps };
    let drawing = draw_spectrum(&[band], &DrawOptions::file("x"));
    assert!(drawing.svg().contains(&format!("{from}\u{200e} → \u{200e}{to}")), "{}", drawing.svg());
    let svg = drawn(&map(&[from, to], &[(0, 1, 5, 0.0), (1, 2, 5, 0.0), (2, 3, 5, 0.0)]));
    assert!(svg.contains(&format!("{from}\u{200e} → \u{200e}{to}: 5 times")), "{svg}");
}

#[test]
fn numbers_are_in_units_that_a_reader_takes_in() {
    let secs = [
        (0.0, "0 s"),
        (0.25, "0.25 s"),
        (59.0, "59 s"),
        (59.9, "1 min"),
        (90.0, "1.5 min"),
        (5_400.0, "1.5 h"),
    ];
    for (value, text) in secs {
        assert_eq!(human_secs(value).replace('\u{a0}', " "), text);
    }
    assert_eq!(human_secs(2_592_000.0), "30\u{a0}d");
    assert_eq!(
        (human_secs(f64::NAN).as_str(), human_secs(-90.0).as_str()),
        ("–", "\u{2212}1.5\u{a0}min")
    );
    let hours = [
        (1.0, "1 h"),
        (12.4, "12 h"),
        (9_949.0, "9949 h"),
        (98_311.0, "98 000 h"),
        (1_234_567.0, "1.2 M h"),
    ];
    for (value, text) in hours {
        assert_eq!(human_hours(value * 3600.0).replace(['\u{a0}', '\u{202f}'], " "), text);
    }
    let counts = [(0, "0"), (9_999, "9999"), (10_000, "10 000"), (1_234_567, "1 234 567")];
    for (value, text) in counts {
        assert_eq!(human_count(value).replace('\u{202f}', " "), text);
    }
}
