//! The picture.

use std::error::Error;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

use super::Field;
use super::hull::hull;

type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Result = std::result::Result<(), Box<dyn Error>>;

/// Rows of the picture of cells.
const ROWS: usize = 240;
/// Arrows per side.
const ARROWS: i32 = 8;
const CELLS: [RGBColor; 8] = [
    RGBColor(228, 238, 247),
    RGBColor(250, 232, 214),
    RGBColor(226, 243, 226),
    RGBColor(246, 224, 230),
    RGBColor(236, 228, 246),
    RGBColor(250, 246, 214),
    RGBColor(218, 240, 240),
    RGBColor(238, 236, 230),
];
const INK: RGBColor = RGBColor(40, 40, 40);
const FIELD: RGBColor = RGBColor(150, 150, 160);
const LIMITS: RGBColor = RGBColor(20, 110, 180);
const CHOSEN: RGBColor = RGBColor(200, 40, 40);

/// Draws the cells with their gradients, and the field at the origin.
pub(crate) fn picture<C: PartialEq>(
    path: &str,
    cell: impl Fn(&[f64]) -> C,
    gradient: impl Fn(&[f64]) -> (f64, f64),
    is_tied: impl Fn(&[f64]) -> bool,
    origin: &Field,
) -> Result {
    // Tells how wide a text is; the letters are drawn by whoever shows the picture.
    register_font(
        "sans-serif",
        FontStyle::Normal,
        epaint_default_fonts::UBUNTU_LIGHT,
    )
    .map_err(|_| "the font is not valid")?;
    let root = SVGBackend::new(path, (1120, 600)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(580);
    let mut plane = ChartBuilder::on(&left)
        .caption("cells, kinks, gradients", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(40)
        .build_cartesian_2d(-1.0..1.0, -1.0..1.0)?;
    cells(&mut plane, &cell)?;
    plane
        .configure_mesh()
        .disable_mesh()
        .x_desc("x")
        .y_desc("y")
        .draw()?;
    arrows(&mut plane, &gradient, &is_tied)?;
    let mut gradients = ChartBuilder::on(&right)
        .caption("the field at the origin", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(40)
        .build_cartesian_2d(-1.5..2.0, -1.25..2.75)?;
    gradients
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc("∂x")
        .y_desc("∂y")
        .draw()?;
    field(&mut gradients, origin)?;
    root.present()?;
    Ok(())
}

/// Each row in stretches of one colour; a dark line where the cell changes.
fn cells<C: PartialEq>(plane: &mut Plane<'_, '_>, cell: &impl Fn(&[f64]) -> C) -> Result {
    let step = 2.0 / ROWS as f64;
    // Between the points that lie on kinks.
    let at = |k: usize| -1.0 + (k as f64 + 0.5) * step + 1e-7;
    let mut known: Vec<C> = Vec::new();
    let mut number = |p: [f64; 2]| {
        let this = cell(&p);
        known
            .iter()
            .position(|other| *other == this)
            .unwrap_or_else(|| {
                known.push(this);
                known.len() - 1
            })
    };
    let grid: Vec<Vec<usize>> = (0..ROWS)
        .map(|j| (0..ROWS).map(|i| number([at(i), at(j) + 3e-8])).collect())
        .collect();
    let edge = |k: usize| -1.0 + k as f64 * step;
    for (j, row) in grid.iter().enumerate() {
        let mut start = 0;
        for i in 1..=ROWS {
            if i == ROWS || row[i] != row[start] {
                let colour = CELLS[row[start] % CELLS.len()].filled();
                let corners = [(edge(start), edge(j)), (edge(i), edge(j + 1))];
                plane.draw_series([Rectangle::new(corners, colour)])?;
                start = i;
            }
        }
    }
    let mut kinks = Vec::new();
    for j in 0..ROWS {
        for i in 0..ROWS {
            if i + 1 < ROWS && grid[j][i] != grid[j][i + 1] {
                kinks.push([(edge(i + 1), edge(j)), (edge(i + 1), edge(j + 1))]);
            }
            if j + 1 < ROWS && grid[j][i] != grid[j + 1][i] {
                kinks.push([(edge(i), edge(j + 1)), (edge(i + 1), edge(j + 1))]);
            }
        }
    }
    plane.draw_series(
        kinks
            .into_iter()
            .map(|line| PathElement::new(line.to_vec(), INK.stroke_width(1))),
    )?;
    Ok(())
}

/// Those at points on kinks are red.
fn arrows(
    plane: &mut Plane<'_, '_>,
    gradient: &impl Fn(&[f64]) -> (f64, f64),
    is_tied: &impl Fn(&[f64]) -> bool,
) -> Result {
    for j in -ARROWS..=ARROWS {
        for i in -ARROWS..=ARROWS {
            let (x, y) = (f64::from(i), f64::from(j));
            let scale = 0.9 / f64::from(ARROWS);
            let (x, y) = (x * scale, y * scale);
            let (dx, dy) = gradient(&[x, y]);
            let length = 0.045;
            let (dx, dy) = (dx * length, dy * length);
            let colour = if is_tied(&[x, y]) { CHOSEN } else { INK };
            let tip = (x + dx, y + dy);
            let barb = |turn: f64| {
                let (c, s) = (turn.cos(), turn.sin());
                (
                    tip.0 - 0.35 * (c * dx - s * dy),
                    tip.1 - 0.35 * (s * dx + c * dy),
                )
            };
            plane.draw_series([
                PathElement::new(vec![(x, y), tip], colour.stroke_width(1)),
                PathElement::new(vec![barb(0.5), tip, barb(-0.5)], colour.stroke_width(1)),
            ])?;
            plane.draw_series([Circle::new((x, y), 1, colour.filled())])?;
        }
    }
    Ok(())
}

fn field<'a, 'b: 'a>(plane: &mut Plane<'a, 'b>, origin: &Field) -> Result {
    let closed = |points: &[(f64, f64)]| {
        let mut corners = hull(points);
        corners.extend(corners.first().copied());
        corners
    };
    let (outer, inner) = (closed(&origin.vertices), closed(&origin.limits));
    plane
        .draw_series([Polygon::new(outer.clone(), FIELD.mix(0.15))])?
        .label("vertices of the field, and their hull")
        .legend(|(x, y)| Circle::new((x + 8, y), 5, FIELD.stroke_width(2)));
    plane.draw_series([PathElement::new(outer, FIELD.stroke_width(1))])?;
    plane
        .draw_series([Polygon::new(inner.clone(), LIMITS.mix(0.2))])?
        .label("limits of gradients, and their hull")
        .legend(|(x, y)| Circle::new((x + 8, y), 4, LIMITS.filled()));
    plane.draw_series([PathElement::new(inner, LIMITS.stroke_width(1))])?;
    let vertices = origin.vertices.iter();
    plane.draw_series(vertices.map(|p| Circle::new(*p, 6, FIELD.stroke_width(2))))?;
    let limits = origin.limits.iter();
    plane.draw_series(limits.map(|p| Circle::new(*p, 4, LIMITS.filled())))?;
    plane
        .draw_series([Cross::new(origin.chosen, 7, CHOSEN.stroke_width(3))])?
        .label("what reverse mode returns")
        .legend(|(x, y)| Cross::new((x + 8, y), 5, CHOSEN.stroke_width(2)));
    plane
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.filled())
        .border_style(FIELD)
        .draw()?;
    Ok(())
}
