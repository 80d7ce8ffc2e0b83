//! Pictures: panels side by side, with lines, dots, bands and bars, written as SVG and as PNG.

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

type Outcome = Result<(), Box<dyn Error>>;
type Chart<'a, 'b, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Colours that can be told apart, also by people who are colour-blind (Okabe and Ito).
pub(crate) const BLUE: RGBColor = RGBColor(0, 114, 178);
pub(crate) const ORANGE: RGBColor = RGBColor(213, 94, 0);
pub(crate) const GREEN: RGBColor = RGBColor(0, 158, 115);
pub(crate) const PINK: RGBColor = RGBColor(204, 121, 167);
pub(crate) const GREY: RGBColor = RGBColor(110, 110, 120);

const PANEL: (u32, u32) = (560, 420);

/// One panel: axes and what stands in them.
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) legend: SeriesLabelPosition,
    pub(crate) series: Vec<Series>,
}

/// An axis from one value to another; with `logarithmic`, both are positive.
#[derive(Clone)]
pub(crate) struct Axis {
    label: String,
    from: f64,
    to: f64,
    logarithmic: bool,
}

/// Points and how they are drawn. Without a name it does not stand in the legend.
pub(crate) struct Series {
    name: String,
    colour: RGBColor,
    shape: Shape,
    points: Vec<(f64, f64)>,
}

#[derive(Clone)]
enum Shape {
    Line,
    /// One of many.
    Hair,
    Dashed,
    Dots(u32),
    Rings(u32),
    /// Between the points and these ordinates.
    Band(Vec<f64>),
    /// Bars of this width around the abscissae.
    Bars(f64),
}

impl Axis {
    pub(crate) fn linear(label: &str, from: f64, to: f64) -> Axis {
        let label = label.to_owned();
        let logarithmic = false;
        Axis {
            label,
            from,
            to,
            logarithmic,
        }
    }

    pub(crate) fn logarithmic(label: &str, from: f64, to: f64) -> Axis {
        Axis {
            logarithmic: true,
            ..Axis::linear(label, from, to)
        }
    }

    /// With room for all values.
    pub(crate) fn around(self, values: impl Iterator<Item = f64>) -> Axis {
        let values = values.map(|value| {
            if self.logarithmic {
                value.log10()
            } else {
                value
            }
        });
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let room = 0.06 * (high - low).max(1e-9);
        let [from, to] = [low - room, high + room];
        if self.logarithmic {
            let [from, to] = [from.floor(), to.ceil()].map(|power| 10_f64.powf(power));
            return Axis { from, to, ..self };
        }
        Axis { from, to, ..self }
    }

    /// Where a value stands; what is not positive on a logarithmic axis stands at its lower end.
    fn at(&self, value: f64) -> f64 {
        if self.logarithmic {
            value.max(self.from).log10()
        } else {
            value
        }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.at(self.from)..self.at(self.to)
    }

    fn tick(&self, position: f64) -> String {
        if !self.logarithmic {
            // Without the noise of the last digits.
            return format!("{}", (position * 1e6).round() / 1e6);
        }
        if (position - position.round()).abs() > 1e-6 {
            return String::new();
        }
        match position.round() as i32 {
            k @ -2..=4 => format!("{}", 10_f64.powi(k)),
            k => format!("1e{k}"),
        }
    }

    fn ticks(&self) -> usize {
        if !self.logarithmic {
            return 7;
        }
        let range = self.range();
        ((range.end - range.start).abs().round() as usize + 1).min(12)
    }
}

impl Series {
    fn new(name: &str, colour: RGBColor, shape: Shape, points: Vec<(f64, f64)>) -> Series {
        let name = name.to_owned();
        Series {
            name,
            colour,
            shape,
            points,
        }
    }

    pub(crate) fn line(name: &str, colour: RGBColor, points: Vec<(f64, f64)>) -> Series {
        Series::new(name, colour, Shape::Line, points)
    }

    pub(crate) fn hair(name: &str, colour: RGBColor, points: Vec<(f64, f64)>) -> Series {
        Series::new(name, colour, Shape::Hair, points)
    }

    pub(crate) fn dashed(name: &str, colour: RGBColor, points: Vec<(f64, f64)>) -> Series {
        Series::new(name, colour, Shape::Dashed, points)
    }

    pub(crate) fn dots(name: &str, colour: RGBColor, size: u32, points: Vec<(f64, f64)>) -> Series {
        Series::new(name, colour, Shape::Dots(size), points)
    }

    pub(crate) fn rings(
        name: &str,
        colour: RGBColor,
        size: u32,
        points: Vec<(f64, f64)>,
    ) -> Series {
        Series::new(name, colour, Shape::Rings(size), points)
    }

    /// All ordinates.
    pub(crate) fn ordinates(&self) -> impl Iterator<Item = f64> {
        let upper = if let Shape::Band(upper) = &self.shape {
            &upper[..]
        } else {
            &[]
        };
        self.points
            .iter()
            .map(|(_, y)| *y)
            .chain(upper.iter().copied())
    }

    /// From the second to the third of each.
    pub(crate) fn band(colour: RGBColor, edges: &[(f64, f64, f64)]) -> Series {
        let upper = edges.iter().map(|(_, _, upper)| *upper).collect();
        let lower = edges.iter().map(|(x, lower, _)| (*x, *lower)).collect();
        Series::new("", colour, Shape::Band(upper), lower)
    }

    pub(crate) fn bars(
        name: &str,
        colour: RGBColor,
        width: f64,
        points: Vec<(f64, f64)>,
    ) -> Series {
        Series::new(name, colour, Shape::Bars(width), points)
    }
}

/// Writes `folder/name.svg` and `folder/name.png`.
pub(crate) fn save(folder: &Path, name: &str, panels: &[Panel]) -> Outcome {
    let size = (PANEL.0 * panels.len() as u32, PANEL.1);
    let svg = folder.join(name).with_extension("svg");
    draw(&SVGBackend::new(&svg, size).into_drawing_area(), panels)?;
    let mut pixels = vec![0; (size.0 * size.1 * 3) as usize];
    let backend = BitMapBackend::with_buffer(&mut pixels, size);
    draw(&backend.into_drawing_area(), panels)?;
    let file = File::create(folder.join(name).with_extension("png"))?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(())
}

/// The font of all text: the bitmap backend draws the letters itself, and needs one that is there on every machine.
pub(crate) fn register_fonts() -> Outcome {
    for style in [FontStyle::Normal, FontStyle::Bold] {
        register_font("sans-serif", style, epaint_default_fonts::UBUNTU_LIGHT)
            .map_err(|_| "the font is not valid")?;
    }
    Ok(())
}

fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, panels: &[Panel]) -> Outcome
where
    B::ErrorType: 'static,
{
    area.fill(&WHITE)?;
    for (part, panel) in area.split_evenly((1, panels.len())).iter().zip(panels) {
        let mut chart = ChartBuilder::on(part)
            .caption(&panel.title, ("sans-serif", 19))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(62)
            .build_cartesian_2d(panel.x.range(), panel.y.range())?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(230, 230, 230))
            .x_labels(panel.x.ticks())
            .y_labels(panel.y.ticks())
            .x_label_formatter(&|position| panel.x.tick(*position))
            .y_label_formatter(&|position| panel.y.tick(*position))
            .x_desc(&panel.x.label)
            .y_desc(&panel.y.label)
            .axis_desc_style(("sans-serif", 16))
            .label_style(("sans-serif", 14))
            .draw()?;
        for series in &panel.series {
            draw_series(&mut chart, panel, series)?;
        }
        if panel.series.iter().any(|series| !series.name.is_empty()) {
            chart
                .configure_series_labels()
                .position(panel.legend.clone())
                .label_font(("sans-serif", 15))
                .background_style(WHITE.mix(0.85))
                .border_style(RGBColor(200, 200, 200))
                .draw()?;
        }
    }
    area.present()?;
    Ok(())
}

fn draw_series<'a, B: DrawingBackend + 'a>(
    chart: &mut Chart<'a, '_, B>,
    panel: &Panel,
    series: &Series,
) -> Outcome
where
    B::ErrorType: 'static,
{
    let place = |(x, y): &(f64, f64)| (panel.x.at(*x), panel.y.at(*y));
    let points: Vec<(f64, f64)> = series.points.iter().map(place).collect();
    let colour = series.colour;
    let strong = colour.stroke_width(2);
    let drawn = match &series.shape {
        Shape::Line => chart.draw_series([PathElement::new(points, strong)])?,
        Shape::Hair => {
            chart.draw_series([PathElement::new(points, colour.mix(0.45).stroke_width(1))])?
        }
        Shape::Dashed => chart.draw_series([DashedPathElement::new(points, 6, 4, strong)])?,
        Shape::Dots(size) => {
            let dot = |p| Circle::new(p, *size, colour.filled());
            chart.draw_series(points.into_iter().map(dot))?
        }
        Shape::Rings(size) => {
            let ring = |p| Circle::new(p, *size, strong);
            chart.draw_series(points.into_iter().map(ring))?
        }
        Shape::Band(upper) => {
            let back = series.points.iter().zip(upper).rev();
            let back = back.map(|((x, _), upper)| place(&(*x, *upper)));
            let outline: Vec<(f64, f64)> = points.iter().copied().chain(back).collect();
            chart.draw_series([Polygon::new(outline, colour.mix(0.18))])?
        }
        Shape::Bars(width) => {
            let bottom = panel.y.range().start;
            let bar = |(x, y): (f64, f64)| {
                let corners = [(x - width / 2.0, bottom), (x + width / 2.0, y)];
                Rectangle::new(corners, colour.mix(0.55).filled())
            };
            chart.draw_series(points.into_iter().map(bar))?
        }
    };
    if !series.name.is_empty() {
        let shape = series.shape.clone();
        drawn
            .label(&series.name)
            .legend(move |(x, y)| sample(&shape, colour, x, y));
    }
    Ok(())
}

/// What stands beside the name in the legend.
fn sample<B: DrawingBackend>(
    shape: &Shape,
    colour: RGBColor,
    x: i32,
    y: i32,
) -> DynElement<'static, B, (i32, i32)>
where
    B::ErrorType: 'static,
{
    let line = vec![(x, y), (x + 18, y)];
    match shape {
        Shape::Line | Shape::Hair => PathElement::new(line, colour.stroke_width(2)).into_dyn(),
        Shape::Dashed => DashedPathElement::new(line, 5, 3, colour.stroke_width(2)).into_dyn(),
        Shape::Dots(size) => Circle::new((x + 9, y), *size, colour.filled()).into_dyn(),
        Shape::Rings(size) => Circle::new((x + 9, y), *size, colour.stroke_width(2)).into_dyn(),
        Shape::Band(_) | Shape::Bars(_) => {
            Rectangle::new([(x, y - 5), (x + 18, y + 5)], colour.mix(0.5).filled()).into_dyn()
        }
    }
}
