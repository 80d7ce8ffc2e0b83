//! A picture of one curve: the value, the value that the gradient rebuilds, the kinks, and the residual below.

use std::error::Error;
use std::io;
use std::path::Path;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::check::profile::{Profile, ProfilePoint};
use crate::check::record::same_site;
use crate::check::report::{Report, Violation};
use crate::check::text::number;
use crate::field::Site;

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Outcome = Result<(), Box<dyn Error>>;

/// The backend rounds to whole pixels, so everything is drawn this many times larger than it is shown.
const FINE: u32 = 4;
const WIDTH: u32 = FINE * 960;
const HEADER: u32 = FINE * 62;
const VALUES: u32 = FINE * 330;
const RESIDUAL: u32 = FINE * 200;
const LINE: u32 = FINE * 19;
/// Both charts have their axis at the same place.
const AXIS: u32 = FINE * 84;
const LARGE: u32 = FINE * 19;
const TEXT: u32 = FINE * 13;
const SMALL: u32 = FINE * 12;
/// Sites that are listed by name, and kinks that are drawn.
const NAMED: usize = 8;
const DRAWN: usize = 400;

const INK: RGBColor = RGBColor(50, 50, 55);
const FAINT: RGBColor = RGBColor(150, 150, 158);
const VALUE: RGBColor = RGBColor(126, 176, 222);
const REBUILT: RGBColor = RGBColor(20, 60, 120);
const WRONG: RGBColor = RGBColor(200, 40, 40);
const UNKNOWN: RGBColor = RGBColor(238, 238, 240);
const GRANTED: RGBColor = RGBColor(222, 238, 222);

impl Report {
    /// Draws the [profile](Report::profile) as an SVG file: the value along the curve, the value that integrating the gradient
    /// gives, the kinks with the names of their sites, and below the difference of the two with what is granted to it.
    ///
    /// ```no_run
    /// use autodiff_runtime::check::{self, Options};
    /// let report = check::chain_rule(|x, _| (x[0] * x[0], [2.0 * x[0]]), &[0.0], &[1.0], &Options::default());
    /// report.plot("check.svg")?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written, or no curve was followed ([`on_stratum`](super::on_stratum) compares at one point).
    pub fn plot(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let Some(profile) = &self.profile else {
            return Err(io::Error::other("there is no curve to draw"));
        };
        let svg = drawn(self, profile).map_err(|error| io::Error::other(error.to_string()))?;
        std::fs::write(path, svg)
    }
}

/// The text of the file, shown at its own size.
fn drawn(report: &Report, profile: &Profile) -> Result<String, Box<dyn Error>> {
    let named = named(report, profile);
    let height = HEADER + VALUES + RESIDUAL + LINE * named.len() as u32 + LINE;
    let mut svg = String::new();
    draw(&mut svg, (WIDTH, height), report, profile, &named)?;
    let large = format!("width=\"{WIDTH}\" height=\"{height}\"");
    let shown = format!("width=\"{}\" height=\"{}\"", WIDTH / FINE, height / FINE);
    Ok(svg.replacen(&large, &shown, 1))
}

fn draw(
    svg: &mut String,
    size: (u32, u32),
    report: &Report,
    profile: &Profile,
    named: &[&'static Site],
) -> Outcome {
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let (header, rest) = root.split_vertically(HEADER);
    let (above, rest) = rest.split_vertically(VALUES);
    let (below, bottom) = rest.split_vertically(RESIDUAL);
    title(&header, report, profile)?;
    values(&above, profile, named)?;
    residual(&below, report, profile)?;
    sites(&bottom, named)?;
    root.present()?;
    Ok(())
}

/// What went wrong on this very curve.
fn violations<'a>(report: &'a Report, profile: &Profile) -> impl Iterator<Item = &'a Violation> {
    let curve = profile.curve().to_string();
    let all = report.violations().iter();
    all.filter(move |violation| violation.curve == curve)
}

/// The sites that kinks on this curve are of, in the order of the curve, and those that something is wrong at.
fn named(report: &Report, profile: &Profile) -> Vec<&'static Site> {
    let crossed = profile.kinks().iter().map(|kink| kink.site);
    let blamed = violations(report, profile).filter_map(|violation| violation.site);
    let mut found: Vec<&'static Site> = Vec::new();
    for site in crossed.chain(blamed) {
        if found.len() < NAMED && !found.iter().any(|known| same_site(known, site)) {
            found.push(site);
        }
    }
    found
}

fn title(area: &Area<'_>, report: &Report, profile: &Profile) -> Outcome {
    let color = if report.is_compliant() { INK } else { WRONG };
    let large = ("sans-serif", LARGE).into_font().color(&color);
    let small = ("sans-serif", TEXT).into_font().color(&FAINT);
    let at = |x: u32, y: u32| ((FINE * x) as i32, (FINE * y) as i32);
    let words = format!("{}: {}", report.test, report.verdict);
    area.draw_text(&words, &large, at(16, 8))?;
    area.draw_text(profile.curve(), &small, at(16, 36))?;
    let ink = ("sans-serif", TEXT).into_font().color(&INK);
    for (x, name, color, width) in [
        (680, "f", VALUE, 6 * FINE),
        (740, "f rebuilt from the gradient", REBUILT, 3 * FINE / 2),
    ] {
        let line = [at(x, 46), at(x + 24, 46)];
        area.draw(&PathElement::new(line, color.stroke_width(width)))?;
        area.draw_text(name, &ink, at(x + 32, 39))?;
    }
    Ok(())
}

fn points(profile: &Profile) -> impl Iterator<Item = &ProfilePoint> {
    profile.stretches().iter().flatten()
}

/// A range with room around what is drawn.
fn padded(low: f64, high: f64) -> (f64, f64) {
    let room = 0.08 * (high - low);
    let room = if room > 0.0 {
        room
    } else {
        0.5 * (1.0 + high.abs())
    };
    (low - room, high + 1.8 * room)
}

fn values(area: &Area<'_>, profile: &Profile, named: &[&'static Site]) -> Outcome {
    let all = || points(profile).flat_map(|p| [p.value, p.rebuilt]);
    let (low, high) = padded(
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let mut chart = chart(area, low..high)?;
    unknown(&mut chart, profile, low..high)?;
    kinks(&mut chart, profile, named, low..high)?;
    mesh(&mut chart, "value")?;
    for stretch in profile.stretches() {
        let value = stretch.iter().map(|p| (p.t, p.value));
        let rebuilt = stretch.iter().map(|p| (p.t, p.rebuilt));
        chart.draw_series(LineSeries::new(value, VALUE.stroke_width(6 * FINE)))?;
        let thin = REBUILT.stroke_width(3 * FINE / 2);
        chart.draw_series(LineSeries::new(rebuilt, thin))?;
    }
    Ok(())
}

fn residual(area: &Area<'_>, report: &Report, profile: &Profile) -> Outcome {
    let tolerance = profile.tolerance();
    let off = |p: &ProfilePoint| p.value - p.rebuilt;
    let largest = points(profile).map(|p| off(p).abs()).fold(0.0, f64::max);
    let reach = (1.2 * largest).max(1.4 * tolerance).max(f64::MIN_POSITIVE);
    let mut chart = chart(area, -reach..reach)?;
    unknown(&mut chart, profile, -reach..reach)?;
    let band = [(0.0, -tolerance), (1.0, tolerance)];
    chart.draw_series([Rectangle::new(band, GRANTED.filled())])?;
    mesh(&mut chart, "residual")?;
    for stretch in profile.stretches() {
        let line = stretch.iter().map(|p| (p.t, off(p)));
        let color = match stretch.iter().any(|p| off(p).abs() > tolerance) {
            true => WRONG,
            false => INK,
        };
        chart.draw_series(LineSeries::new(line, color.stroke_width(2 * FINE)))?;
    }
    for violation in violations(report, profile) {
        let near = points(profile).min_by(|p, q| {
            let far = |p: &ProfilePoint| (p.t - violation.t).abs();
            far(p).total_cmp(&far(q))
        });
        if let Some(p) = near {
            let style = WRONG.stroke_width(2 * FINE);
            chart.draw_series([Circle::new((p.t, off(p)), 6 * FINE, style)])?;
        }
    }
    Ok(())
}

fn chart<'a, 'b>(
    area: &'a Area<'b>,
    values: core::ops::Range<f64>,
) -> Result<Chart<'a, 'b>, Box<dyn Error>> {
    let chart = ChartBuilder::on(area)
        .margin_left(8 * FINE)
        .margin_right(24 * FINE)
        .margin_top(8 * FINE)
        .x_label_area_size(34 * FINE)
        .y_label_area_size(AXIS)
        .build_cartesian_2d(0.0..1.0, values)?;
    Ok(chart)
}

fn mesh(chart: &mut Chart<'_, '_>, name: &str) -> Outcome {
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.07).stroke_width(FINE))
        .axis_style(FAINT.stroke_width(FINE))
        .set_all_tick_mark_size(4 * FINE)
        .x_labels(11)
        .y_labels(6)
        .y_label_formatter(&|y| number(*y))
        .x_desc("t")
        .y_desc(name)
        .label_style(("sans-serif", SMALL).into_font().color(&INK))
        .axis_desc_style(("sans-serif", TEXT).into_font().color(&INK))
        .draw()?;
    Ok(())
}

/// Grey where nothing is known.
fn unknown(chart: &mut Chart<'_, '_>, profile: &Profile, values: core::ops::Range<f64>) -> Outcome {
    let mut from = 0.0;
    let mut gaps = Vec::new();
    for stretch in profile.stretches() {
        if let (Some(first), Some(last)) = (stretch.first(), stretch.last()) {
            gaps.push((from, first.t));
            from = last.t;
        }
    }
    gaps.push((from, 1.0));
    let wide = gaps.into_iter().filter(|(from, to)| to - from > 1e-9);
    let grey = wide.map(|(from, to)| {
        Rectangle::new([(from, values.start), (to, values.end)], UNKNOWN.filled())
    });
    chart.draw_series(grey)?;
    Ok(())
}

/// A line at each kink, with the number of its site in the list below.
fn kinks(
    chart: &mut Chart<'_, '_>,
    profile: &Profile,
    named: &[&'static Site],
    values: core::ops::Range<f64>,
) -> Outcome {
    let height = values.end - values.start;
    // Numbers that would cover each other go to the next row.
    let mut rows = [f64::NEG_INFINITY; 3];
    for kink in profile.kinks().iter().take(DRAWN) {
        let line = [(kink.t, values.start), (kink.t, values.end)];
        chart.draw_series([PathElement::new(line, FAINT.mix(0.7).stroke_width(FINE))])?;
        let Some(i) = named.iter().position(|site| same_site(site, kink.site)) else {
            continue;
        };
        let Some(row) = rows.iter().position(|last| kink.t - last > 0.022) else {
            continue;
        };
        rows[row] = kink.t;
        let style = ("sans-serif", SMALL).into_font().color(&color(i));
        let place = (kink.t + 0.003, values.end - 0.052 * height * row as f64);
        chart.draw_series([Text::new((i + 1).to_string(), place, style)])?;
    }
    Ok(())
}

fn color(i: usize) -> RGBColor {
    const COLORS: [RGBColor; NAMED] = [
        RGBColor(176, 84, 0),
        RGBColor(0, 110, 90),
        RGBColor(120, 50, 150),
        RGBColor(160, 30, 80),
        RGBColor(60, 100, 20),
        RGBColor(30, 80, 170),
        RGBColor(120, 90, 20),
        RGBColor(70, 70, 80),
    ];
    COLORS[i % NAMED]
}

fn sites(area: &Area<'_>, named: &[&'static Site]) -> Outcome {
    for (i, site) in named.iter().enumerate() {
        let y = (LINE * i as u32 + 2 * FINE) as i32;
        let style = ("sans-serif", TEXT).into_font().color(&color(i));
        let (number, place, source) = (i + 1, site.place(), site.source);
        let text = format!("{number}   {}  `{source}`   {place}", site.primitive);
        area.draw_text(&text, &style, (AXIS as i32, y))?;
    }
    Ok(())
}
