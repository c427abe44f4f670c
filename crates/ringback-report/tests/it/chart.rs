//! Charts: ticks, gaps, escapes, places, goldens.

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use ringback_report::{
    BarChart, BarLayout, BarSeries, Baseline, Chart, Color, Direction, HeatMap, LineChart, Marks,
    Series, Stroke, nice_ticks, time_ticks,
};

use super::xml::{self, Element};

const EVIL: &str = "</title><script>alert('&\"')</script>\u{1}";

fn day(year: i32, month: u32, day: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 0, 0).unwrap()
}

fn with_class(svg: &str, class: &str) -> Vec<Element> {
    xml::read(svg).into_iter().filter(|it| it.has_class(class)).collect()
}

/// The points of a path: the numbers of its data, in pairs.
fn places(path: &Element) -> Vec<(f64, f64)> {
    let data = path.get("d").replace(['M', 'L', 'Z'], " ");
    let numbers: Vec<f64> = data.split_whitespace().map(|it| it.parse().unwrap()).collect();
    numbers.chunks(2).map(|it| (it[0], it[1])).collect()
}

/// A rough week of calls: the same in every run.
fn calls(hour: i64) -> f64 {
    let (of_day, of_week) = (hour.rem_euclid(24) as f64, hour.rem_euclid(168) / 24);
    let busy = if of_week < 5 { 40.0 } else { 9.0 };
    (busy * (-((of_day - 11.0) / 4.0).powi(2)).exp()).round()
}

fn heat_map() -> HeatMap {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let hours = (0..24).map(|it| format!("{it:02}"));
    let mut map = HeatMap::new("Calls by weekday and hour", names, hours)
        .description("Sunday nights were not logged.")
        .x_label("Hour of day")
        .y_label("Day of week")
        .unit("calls per hour");
    for row in 0..7 {
        map = map.row((0..24).map(|it| (row < 6 || it > 8).then(|| calls(row * 24 + it))));
    }
    map
}

fn line_chart() -> LineChart {
    let points = (0..30).map(|week| {
        let value = (week != 12).then(|| 900.0 + 40.0 * f64::from(week * 7 % 11));
        (day(2026, 1, 5) + TimeDelta::weeks(week.into()), value)
    });
    LineChart::new("Calls per week")
        .description("One week is missing.")
        .x_label("Week of the Monday shown")
        .y_label("Calls per week")
        .unit("calls")
        .series(Series::new("observed", points))
        .marker(day(2026, 3, 30), "Easter")
        .reference(1400.0, "capacity")
}

fn forecast() -> LineChart {
    let at = |hour: i64| day(2026, 6, 1) + TimeDelta::hours(hour);
    let past = (-24..0).map(|it| (at(it), Some(calls(it))));
    let mean = (0..48).map(|it| (at(it), Some(calls(it))));
    let band = |width: f64| {
        (0..48).map(move |it| {
            let spread = width * calls(it).sqrt();
            (at(it), Some(((calls(it) - spread).max(0.0), calls(it) + spread)))
        })
    };
    let mean = Series::new("forecast", mean).stroke(Stroke::Dashed);
    LineChart::new("Calls per hour, two days ahead")
        .y_label("Calls per hour")
        .series(Series::new("observed", past).color(Color::Gray))
        .series(mean.band("50\u{a0}% interval", band(0.7)).band("95\u{a0}% interval", band(2.0)))
        .marker(at(0), "forecast starts")
}

fn bar_chart() -> BarChart {
    let before = BarSeries::new("before", [Some(95.0), Some(41.0), None]);
    let after = BarSeries::new("after", [Some(62.0), Some(33.0), Some(54.0)]);
    BarChart::new("Median wait by queue", ["Support", "Sales & contracts", "Night desk"])
        .description("Whiskers are 95\u{a0}% intervals.")
        .y_label("Median wait (s)")
        .unit("s")
        .series(before.whiskers([Some((88.0, 103.0)), Some((37.0, 45.0)), None]))
        .series(after.whiskers([Some((58.0, 67.0)), Some((30.0, 36.5)), Some((31.0, 82.0))]))
}

#[track_caller]
fn check_ticks(lower: f64, upper: f64, at_most: usize, expected: &[f64]) {
    assert_eq!(nice_ticks(lower, upper, at_most), expected, "{lower} to {upper}, {at_most} ticks");
}

#[test]
fn ticks_are_multiples_of_1_2_or_5_times_a_power_of_ten() {
    check_ticks(0.0, 10.0, 6, &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
    check_ticks(0.0, 10.0, 3, &[0.0, 5.0, 10.0]);
    check_ticks(0.0, 0.3, 4, &[0.0, 0.1, 0.2, 0.3]);
    check_ticks(3.0, 17.0, 5, &[0.0, 5.0, 10.0, 15.0, 20.0]);
    check_ticks(-12.0, 5.0, 6, &[-15.0, -10.0, -5.0, 0.0, 5.0]);
    check_ticks(970.0, 1010.0, 4, &[960.0, 980.0, 1000.0, 1020.0]);
    check_ticks(0.0, 2.5e-7, 4, &[0.0, 1e-7, 2e-7, 3e-7]);
    check_ticks(0.0, 3e9, 4, &[0.0, 1e9, 2e9, 3e9]);
    check_ticks(0.0, 7.0, 0, &[0.0, 5.0, 10.0]);
}

#[test]
fn bounds_without_a_range_still_give_an_axis() {
    check_ticks(0.0, 0.0, 3, &[0.0, 0.5, 1.0]);
    check_ticks(40.0, 40.0, 3, &[0.0, 20.0, 40.0]);
    check_ticks(-4.0, -4.0, 3, &[-4.0, -2.0, 0.0]);
    check_ticks(10.0, 0.0, 3, &[0.0, 5.0, 10.0]);
    check_ticks(f64::NAN, 10.0, 3, &[0.0, 5.0, 10.0]);
    check_ticks(0.0, f64::INFINITY, 3, &[0.0, 0.5, 1.0]);
}

#[test]
fn ticks_enclose_any_range_and_are_no_more_than_allowed() {
    let mut state = 1_u64;
    let mut draw = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for _ in 0..2_000 {
        let size = 10_f64.powf(draw() * 40.0 - 20.0);
        let (a, b) = ((draw() - 0.5) * size, (draw() - 0.5) * size);
        let at_most = if draw() > 0.5 { 3 } else { 9 };
        let ticks = nice_ticks(a, b, at_most);
        let context = format!("{a} to {b}, at most {at_most}: {ticks:?}");
        assert!((2..=at_most).contains(&ticks.len()), "{context}");
        assert!(ticks[0] <= a.min(b) && a.max(b) <= ticks[ticks.len() - 1], "{context}");
        assert!(ticks.is_sorted_by(|a, b| a < b), "{context}");
    }
}

#[test]
fn the_largest_and_the_smallest_numbers_give_ticks() {
    for (lower, upper) in [(f64::MIN, f64::MAX), (0.0, f64::MIN_POSITIVE), (1e16, 1e16 + 2.0)] {
        let ticks = nice_ticks(lower, upper, 6);
        assert!((2..=6).contains(&ticks.len()), "{ticks:?}");
        assert!(ticks.iter().all(|it| it.is_finite()), "{ticks:?}");
    }
}

#[track_caller]
fn check_times(from: NaiveDateTime, to: NaiveDateTime, at_most: usize, expected: &[&str]) {
    let ticks = time_ticks(from, to, at_most);
    let texts: Vec<String> = ticks.iter().map(|it| it.format("%F %R").to_string()).collect();
    assert_eq!(texts, expected, "{from} to {to}, {at_most} ticks");
}

#[test]
fn time_ticks_stand_at_round_readings() {
    let monday = day(2026, 5, 4);
    let at = |minutes: i64| monday + TimeDelta::minutes(minutes);
    check_times(
        at(7),
        at(70),
        5,
        &["2026-05-04 00:15", "2026-05-04 00:30", "2026-05-04 00:45", "2026-05-04 01:00"],
    );
    check_times(at(60), at(1_500), 3, &["2026-05-04 12:00", "2026-05-05 00:00"]);
    check_times(
        at(1),
        at(3 * 1_440),
        4,
        &["2026-05-05 00:00", "2026-05-06 00:00", "2026-05-07 00:00"],
    );
    check_times(
        at(-1_440),
        at(14 * 1_440),
        3,
        &["2026-05-04 00:00", "2026-05-11 00:00", "2026-05-18 00:00"],
    );
    check_times(
        day(2025, 11, 3),
        day(2026, 3, 2),
        4,
        &["2025-12-01 00:00", "2026-01-01 00:00", "2026-02-01 00:00", "2026-03-01 00:00"],
    );
    check_times(
        day(2025, 11, 3),
        day(2026, 8, 2),
        3,
        &["2026-01-01 00:00", "2026-04-01 00:00", "2026-07-01 00:00"],
    );
    check_times(
        day(1999, 6, 1),
        day(2026, 1, 1),
        3,
        &["2000-01-01 00:00", "2010-01-01 00:00", "2020-01-01 00:00"],
    );
}

#[test]
fn a_range_that_ends_before_it_starts_has_no_time_ticks() {
    check_times(day(2026, 5, 4), day(2026, 5, 3), 5, &[]);
    check_times(day(2026, 5, 4), day(2026, 5, 4), 5, &["2026-05-04 00:00"]);
    assert!(time_ticks(NaiveDateTime::MIN, NaiveDateTime::MAX, 9).len() < 1_000);
}

#[track_caller]
fn check_stretches(values: &[Option<f64>], lines: &[usize], dots: usize) {
    let points = values.iter().enumerate().map(|(index, it)| (index as f64, *it));
    let series = Series::new("observed", points).marks(Marks::Lone);
    let svg = LineChart::new("Gaps").series(series).to_svg();
    let mut drawn: Vec<Element> = with_class(&svg, "rb-l");
    drawn.retain(|it| it.name == "path");
    let lengths: Vec<usize> = drawn.iter().map(|it| places(it).len()).collect();
    assert_eq!(lengths, lines, "{values:?}");
    assert_eq!(with_class(&svg, "rb-f").len(), dots, "{values:?}");
}

#[test]
fn a_missing_value_breaks_the_line() {
    let some = Some(3.0);
    check_stretches(&[some, some, some], &[3], 0);
    check_stretches(&[some, some, None, some, some, some], &[2, 3], 0);
    check_stretches(&[some, some, Some(f64::NAN), some, some], &[2, 2], 0);
    check_stretches(&[some, some, Some(f64::INFINITY), None, some, some], &[2, 2], 0);
    check_stretches(&[None, some, some, None], &[2], 0);
}

#[test]
fn a_value_between_two_gaps_is_a_dot() {
    check_stretches(&[Some(1.0), None, Some(2.0), None, Some(3.0), Some(4.0)], &[2], 2);
}

#[test]
fn points_are_drawn_to_scale_and_in_order() {
    let points = [(2_u32, Some(10.0)), (0, Some(0.0)), (1, Some(2.5))];
    let svg = LineChart::new("Scale").series(Series::new("s", points)).to_svg();
    let path = with_class(&svg, "rb-l").into_iter().find(|it| it.name == "path").unwrap();
    let [a, b, c] = places(&path)[..] else { panic!("{path:?}") };
    assert!((b.0 - a.0 - (c.0 - b.0)).abs() <= 0.1 + 1e-9, "{a:?} {b:?} {c:?}");
    // A quarter of the way up; coordinates are rounded to a tenth.
    assert!((4.0 * (a.1 - b.1) - (a.1 - c.1)).abs() <= 0.3 + 1e-9, "{a:?} {b:?} {c:?}");
    assert!(c.1 < a.1);
}

#[test]
fn a_long_series_is_thinned_but_keeps_its_extremes() {
    let at = |it: u32| match it {
        33_333 => -100.0,
        77_777 => 100.0,
        _ => f64::from(it % 7),
    };
    let series = Series::new("s", (0..100_000_u32).map(|it| (it, Some(at(it)))));
    let svg = LineChart::new("Long").series(series).to_svg();
    assert!(svg.len() < 60_000, "{} bytes", svg.len());
    let path = with_class(&svg, "rb-l").into_iter().find(|it| it.name == "path").unwrap();
    let reach = |heights: Vec<f64>| {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        heights.into_iter().fold(ends, |(top, bottom), it| (top.min(it), bottom.max(it)))
    };
    let drawn = reach(places(&path).into_iter().map(|it| it.1).collect());
    let grid = reach(with_class(&svg, "rb-grid").iter().map(|it| it.num("y1")).collect());
    // Equal texts of a tenth, so equal numbers.
    assert_eq!(format!("{drawn:?}"), format!("{grid:?}"), "from the line of -100 to that of 100");
}

#[test]
fn an_axis_that_leaves_out_zero_says_so() {
    let chart =
        LineChart::new("Calls").series(Series::new("s", [(0.0, Some(95.0)), (1.0, Some(99.0))]));
    assert!(!chart.to_svg().contains("without zero"));
    assert!(chart.baseline(Baseline::Data).to_svg().contains("axis without zero"));
}

#[test]
fn wide_bands_lie_under_narrow_ones() {
    let drawn = with_class(&forecast().to_svg(), "rb-band");
    let paths: Vec<&Element> = drawn.iter().filter(|it| it.name == "path").collect();
    let top = |it: &Element| places(it).into_iter().map(|it| it.1).fold(f64::INFINITY, f64::min);
    assert_eq!(paths.len(), 2);
    assert!(top(paths[0]) < top(paths[1]), "the 95 % band comes first, though it was added last");
}

#[test]
fn a_chosen_color_does_not_use_up_the_palette() {
    let classes: Vec<String> = xml::read(&forecast().to_svg())
        .iter()
        .filter(|it| it.name == "g")
        .map(|it| it.get("class").to_owned())
        .collect();
    assert!(classes.contains(&"rb-c0".to_owned()), "gray was chosen: {classes:?}");
    assert!(classes.contains(&"rb-c1".to_owned()), "blue is the first of the palette");
    assert!(!classes.contains(&"rb-c2".to_owned()), "vermillion is the second");
}

#[test]
fn cells_without_data_are_hatched() {
    let svg = HeatMap::new("Map", ["a", "b"], ["x", "y"])
        .row([Some(0.0), Some(1.0)])
        .row([None, Some(f64::NAN)])
        .to_svg();
    let cells: Vec<Element> = xml::read(&svg);
    let hatched = |it: &&Element| it.name == "rect" && it.get("fill").contains("-hatch");
    // Two cells, and one sign in the legend.
    assert_eq!(cells.iter().filter(hatched).count(), 3);
    for name in ["b, x: no data", "b, y: no data", "a, x: 0", "a, y: 1"] {
        assert!(cells.iter().any(|it| it.name == "title" && it.text == name), "{name}");
    }
}

#[test]
fn missing_rows_and_columns_are_no_data() {
    let svg = HeatMap::new("Map", ["a", "b"], ["x", "y"]).row([Some(5.0)]).to_svg();
    for name in ["a, y: no data", "b, x: no data", "b, y: no data"] {
        assert!(svg.contains(name), "{name}");
    }
}

#[test]
fn a_missing_bar_is_not_a_zero() {
    let svg =
        BarChart::new("Bars", ["a", "b"]).series(BarSeries::new("s", [Some(0.0), None])).to_svg();
    assert!(svg.contains("s, a: 0") && svg.contains("s, b: no data"));
}

#[track_caller]
fn check_number(value: f64, expected: &str) {
    let bars = BarSeries::new("s", [Some(value)]);
    let svg = BarChart::new("Bars", ["a"]).unit("s").series(bars).to_svg();
    let title = format!("s, a: {expected}\u{a0}s");
    assert!(svg.contains(&title), "{value} is not {expected:?} in {svg}");
}

#[test]
fn numbers_are_short_and_grouped() {
    check_number(0.0, "0");
    check_number(-0.0, "0");
    check_number(7.0, "7");
    check_number(-12.5, "\u{2212}12.5");
    check_number(0.123_456, "0.123");
    check_number(1.005, "1");
    check_number(2.345_6, "2.35");
    check_number(99.96, "100");
    check_number(1234.5, "1234");
    check_number(-12_345.0, "\u{2212}12\u{202f}345");
    check_number(1_234_567.0, "1\u{202f}234\u{202f}567");
    check_number(1.5e-5, "1.5e\u{2212}5");
    check_number(2e18, "2e18");
}

#[track_caller]
fn check_axis(upper: f64, expected: &[&str]) {
    let bars = BarSeries::new("s", [Some(upper)]);
    let svg = BarChart::new("Bars", ["a"]).series(bars).to_svg();
    let labels = with_class(&svg, "rb-soft");
    let texts: Vec<&str> = labels.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, expected, "up to {upper}");
}

#[test]
fn labels_of_an_axis_have_the_decimals_of_its_step() {
    check_axis(3.0, &["0", "1", "2", "3"]);
    check_axis(1.5, &["0", "0.5", "1.0", "1.5"]);
    check_axis(0.03, &["0", "0.005", "0.010", "0.015", "0.020", "0.025", "0.030"]);
    check_axis(20_000.0, &["0", "5000", "10\u{202f}000", "15\u{202f}000", "20\u{202f}000"]);
    check_axis(2_000_000.0, &["0", "0.5\u{202f}M", "1.0\u{202f}M", "1.5\u{202f}M", "2.0\u{202f}M"]);
}

#[test]
fn a_value_at_a_step_of_the_scale_belongs_to_the_color_above() {
    let values = [0.0, 9.9, 10.0, 19.9, 20.0, 30.0, 40.0].map(Some);
    let svg = HeatMap::new("Map", ["a"], ["1", "2", "3", "4", "5", "6", "7"]).row(values).to_svg();
    let cells = with_class(&svg, "rb-cell");
    let same = |a: usize, b: usize| cells[a].get("class") == cells[b].get("class");
    // The scale steps by 5: 0, 5, 10, ...; the last color holds its upper end.
    assert!(!same(1, 2) && !same(2, 3) && !same(3, 4) && !same(4, 5));
    assert!(cells[6].has_class("rb-h8") && cells[0].has_class("rb-h0"));
}

#[test]
fn stacked_bars_start_where_the_one_below_ends() {
    let svg = BarChart::new("Stack", ["a"])
        .layout(BarLayout::Stacked)
        .series(BarSeries::new("low", [Some(30.0)]))
        .series(BarSeries::new("high", [Some(10.0)]))
        .series(BarSeries::new("below", [Some(-5.0)]))
        .to_svg();
    let bars = with_class(&svg, "rb-bar");
    let [low, high, below] = &bars[..] else { panic!("{bars:?}") };
    assert!((high.num("y") + high.num("height") - low.num("y")).abs() < 0.1 + 1e-9);
    assert!((low.num("height") - 3.0 * high.num("height")).abs() < 0.3 + 1e-9);
    assert!((low.num("y") + low.num("height") - below.num("y")).abs() < 0.1 + 1e-9);
}

#[test]
fn lying_bars_run_to_the_right_by_value() {
    let svg = BarChart::new("Bars", ["a", "b"])
        .direction(Direction::Horizontal)
        .series(BarSeries::new("s", [Some(20.0), Some(5.0)]))
        .to_svg();
    let bars = with_class(&svg, "rb-bar");
    assert!((bars[0].num("width") - 4.0 * bars[1].num("width")).abs() < 0.5 + 1e-9);
    assert!((bars[0].num("x") - bars[1].num("x")).abs() < 1e-9);
}

#[test]
fn charts_without_data_say_so() {
    let nothing: [(f64, Option<f64>); 0] = [];
    let charts = [
        Chart::from(LineChart::new("Empty")),
        LineChart::new("Empty").series(Series::new("s", nothing)).reference(1.0, "r").into(),
        LineChart::new("Empty").series(Series::new("s", [(f64::NAN, Some(1.0))])).into(),
        LineChart::new("Empty").series(Series::new("s", [(1.0, None)])).into(),
        BarChart::new("Empty", ["a"]).series(BarSeries::new("s", [None])).into(),
        BarChart::new("Empty", [""; 0]).into(),
        HeatMap::new("Empty", ["a"], ["x"]).row([None]).into(),
        HeatMap::new("Empty", [""; 0], [""; 0]).into(),
    ];
    for chart in charts {
        let svg = chart.to_svg();
        let says = xml::read(&svg).iter().any(|it| it.name == "text" && it.text == "no data");
        assert!(says, "{chart:?}");
    }
}

fn charts() -> Vec<Chart> {
    let stacked = bar_chart().layout(BarLayout::Stacked);
    let lying = bar_chart().direction(Direction::Horizontal);
    let one = LineChart::new("One").series(Series::new("s", [(day(2026, 5, 4), Some(7.0))]));
    vec![
        heat_map().into(),
        line_chart().into(),
        forecast().into(),
        bar_chart().into(),
        stacked.into(),
        lying.into(),
        one.marker(day(2026, 5, 3), "a long label at the left").into(),
    ]
}

fn evil_charts() -> Vec<Chart> {
    let band = [(0.0, Some((1.0, 2.0)))];
    let series = Series::new(EVIL, [(0.0, Some(1.0)), (1.0, Some(2.0))]).band(EVIL, band);
    let line = LineChart::new(EVIL).description(EVIL).x_label(EVIL).y_label(EVIL).unit(EVIL);
    let bars = BarChart::new(EVIL, [EVIL]).description(EVIL).x_label(EVIL).y_label(EVIL);
    let heat = HeatMap::new(EVIL, [EVIL], [EVIL]).description(EVIL).x_label(EVIL).y_label(EVIL);
    vec![
        line.series(series).marker(0.5, EVIL).reference(1.0, EVIL).into(),
        bars.unit(EVIL).series(BarSeries::new(EVIL, [Some(1.0)])).into(),
        heat.unit(EVIL).row([Some(1.0)]).into(),
    ]
}

#[test]
fn every_text_is_escaped() {
    for chart in evil_charts() {
        let svg = chart.to_svg();
        assert!(!svg.contains("<script"), "{svg}");
        let elements = xml::read(&svg);
        // The control character is not allowed in XML, not even escaped.
        let expected = EVIL.replace('\u{1}', "\u{fffd}");
        assert_eq!(elements[1].name, "title");
        assert_eq!(elements[1].text, expected);
        assert_eq!(elements[2].text, expected);
    }
}

#[test]
fn every_chart_is_well_formed_and_stays_on_its_sheet() {
    for chart in charts().into_iter().chain(evil_charts()) {
        let elements = xml::read(&chart.to_svg());
        let (width, height) = (elements[0].num("width"), elements[0].num("height"));
        assert_eq!(elements[0].get("viewBox"), format!("0 0 {width} {height}"));
        for element in &elements {
            for (names, limit) in
                [(["x", "x1", "x2", "cx"], width), (["y", "y1", "y2", "cy"], height)]
            {
                for name in names.into_iter().filter(|it| !element.get(it).is_empty()) {
                    let value = element.num(name);
                    assert!((0.0..=limit).contains(&value), "{name} of {element:?}");
                }
            }
            let is_drawn = !element.get("width").is_empty();
            assert!(
                !is_drawn || element.num("width").min(element.num("height")) >= 0.0,
                "{element:?}"
            );
        }
    }
}

#[test]
fn a_chart_names_itself_to_a_screen_reader() {
    let elements = xml::read(&bar_chart().to_svg());
    assert_eq!(elements[0].get("role"), "img");
    let names: Vec<&str> = elements[0].get("aria-labelledby").split(' ').collect();
    let [title, about] = names[..] else { panic!("{names:?}") };
    let text = |id: &str| &elements.iter().find(|it| it.get("id") == id).unwrap().text;
    assert_eq!(text(title), "Median wait by queue");
    assert_eq!(text(about), "Whiskers are 95\u{a0}% intervals.");
}

#[test]
fn the_same_chart_is_the_same_bytes_and_another_has_other_ids() {
    let id = |chart: &Chart| {
        let elements = xml::read(&chart.to_svg());
        elements[1].get("id").to_owned()
    };
    let (charts, again) = (charts(), charts());
    for (index, chart) in charts.iter().enumerate() {
        assert_eq!(chart.to_svg(), again[index].to_svg());
        assert!(charts[..index].iter().all(|it| id(it) != id(chart)));
    }
}

#[test]
fn a_lone_file_loads_nothing() {
    for chart in charts() {
        let svg = chart.to_svg().replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!svg.contains("http") && !svg.contains("@import") && !svg.contains("href"));
    }
}

/// Compares with a stored file, or writes it under `UPDATE_GOLDEN=1`.
#[track_caller]
fn check_golden(name: &str, svg: &str) {
    let folder =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/golden/charts"));
    let path = folder.join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, svg).unwrap();
    }
    let expected = std::fs::read_to_string(&path).expect("UPDATE_GOLDEN=1 writes it");
    assert_eq!(svg, expected.replace("\r\n", "\n"), "{name} differs; UPDATE_GOLDEN=1 rewrites it");
}

#[test]
fn charts_are_as_they_were_last_looked_at() {
    check_golden("line.svg", &line_chart().to_svg());
    check_golden("forecast.svg", &forecast().to_svg());
    check_golden("bar.svg", &bar_chart().to_svg());
    let small = HeatMap::new(
        "Calls by day and part of day",
        ["Mon", "Tue"],
        ["morning", "midday", "evening"],
    )
    .unit("calls")
    .row([Some(12.0), Some(40.0), Some(7.0)])
    .row([Some(15.0), None, Some(3.0)]);
    check_golden("heat_map.svg", &small.to_svg());
}
