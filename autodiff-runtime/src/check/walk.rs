//! Cuts a curve into smooth pieces, integrates each, and finds what lies between them.
//!
//! A panel whose 15 nodes and both ends take the same decisions is integrated, and halved until
//! the estimated error is small. Otherwise the first change is located and the panel falls
//! into what is left and right of it. (Nodes alone will not do: a kink between the last node and the
//! end of a panel goes unseen, and correct programs are refuted.)

use crate::check::equality;
use crate::check::graze;
use crate::check::locate::{self, Bracket, WIDTH};
use crate::check::options::Options;
use crate::check::oracle::{Oracle, Sample};
use crate::check::parts::{Event, Gap, Part, Piece, Walk, Why};
use crate::check::quadrature::{Integral, Kronrod, POINTS};
use crate::check::random::SplitMix64;
use crate::check::record::Presence;

/// Halvings after which a panel with a large error is searched for a kink that no decision told of.
const SUSPICIOUS_DEPTH: u32 = 5;
/// How often a walk searches for one.
const UNRECORDED: usize = 500;
/// Halvings spent on the border of a region without finite values.
const BORDER_DEPTH: u32 = 12;
/// Error per length, over the mean slope, below which poor convergence is taken for rounding noise.
const NOISE_LEVEL: f64 = 1e-4;

/// A panel that has still to be dealt with.
struct Task {
    before: Sample,
    after: Sample,
    depth: u32,
    /// The error of the panel that this is a half of.
    parent: Option<f64>,
}

/// Walks along the curve of `oracle` with `panels` jittered panels to start with.
pub(crate) fn walk(
    oracle: &mut Oracle,
    options: &Options,
    panels: usize,
    rng: &mut SplitMix64,
) -> Walk {
    let mut walker = Walker {
        limit: oracle.spent + options.evaluations,
        tolerance: 0.1 * options.tolerance,
        depth: options.depth,
        rule: Kronrod::new(),
        slope: 0.0,
        unrecorded: 0,
        oracle,
        found: Walk::default(),
    };
    let times = start_times(&walker.oracle.curve().breaks(), panels, rng);
    walker.run(&times);
    walker.found
}

/// Ends of the first panels: even but for a jitter, with every break of the curve among them.
fn start_times(breaks: &[f64], panels: usize, rng: &mut SplitMix64) -> Vec<f64> {
    let jittered =
        |i: usize, rng: &mut SplitMix64| (i as f64 + rng.between(-0.4, 0.4)) / panels as f64;
    let mut times: Vec<f64> = (1..panels).map(|i| jittered(i, rng)).collect();
    times.extend(breaks.iter().copied().filter(|t| *t > 0.0 && *t < 1.0));
    times.extend([0.0, 1.0]);
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}

struct Walker<'a, 'b> {
    oracle: &'a mut Oracle<'b>,
    rule: Kronrod,
    limit: usize,
    tolerance: f64,
    depth: u32,
    /// Largest mean |slope| of a panel so far.
    slope: f64,
    /// Searches for kinks that no decision told of.
    unrecorded: usize,
    found: Walk,
}

/// What a picture needs of a sample.
fn told(sample: &Sample) -> [f64; 3] {
    [sample.t, sample.value, sample.slope]
}

/// What the integral does not account for.
fn residual(task: &Task, integral: Integral) -> f64 {
    ((task.after.value - task.before.value) - integral.value).abs()
}

impl Walker<'_, '_> {
    fn run(&mut self, times: &[f64]) {
        let ends: Vec<Sample> = times.iter().map(|t| self.sample(*t)).collect();
        self.slope = ends
            .iter()
            .filter(|s| s.is_finite())
            .map(|s| s.slope.abs())
            .sum::<f64>()
            / ends.len() as f64;
        let mut tasks: Vec<Task> = Vec::new();
        for pair in ends.windows(2).rev() {
            tasks.push(Task {
                before: pair[0].clone(),
                after: pair[1].clone(),
                depth: 0,
                parent: None,
            });
        }
        while let Some(task) = tasks.pop() {
            self.step(task, &mut tasks);
        }
    }

    fn sample(&mut self, t: f64) -> Sample {
        let sample = self.oracle.sample(t);
        self.found.note(&sample);
        sample
    }

    fn step(&mut self, task: Task, tasks: &mut Vec<Task>) {
        let length = task.after.t - task.before.t;
        if length <= 0.0 {
            return;
        }
        if self.oracle.spent >= self.limit {
            return self.skip(&task, Why::Budget);
        }
        if length <= 4.0 * WIDTH && task.before.is_finite() && task.after.is_finite() {
            return self.sliver(task);
        }
        let points = self.points(&task);
        if points.iter().any(|s| !s.is_finite()) {
            return self.around_border(task, &points, tasks);
        }
        match points.windows(2).position(|pair| !pair[0].agrees(&pair[1])) {
            Some(i) => self.split_at_change(task, &points, i, tasks),
            None => self.smooth(task, &points, tasks),
        }
    }

    fn points(&mut self, task: &Task) -> [Sample; POINTS] {
        let nodes = Kronrod::nodes(task.before.t, task.after.t);
        core::array::from_fn(|i| match i {
            0 => task.before.clone(),
            16 => task.after.clone(),
            _ => self.sample(nodes[i - 1]),
        })
    }

    fn skip(&mut self, task: &Task, why: Why) {
        let (from, to) = (task.before.t, task.after.t);
        self.found.parts.push(Part::Gap(Gap { from, to, why }));
    }

    /// A stretch too short to hold anything: the trapezoid rule, and no claim about noise.
    fn sliver(&mut self, task: Task) {
        let half = 0.5 * (task.after.t - task.before.t);
        let (low, high) = (task.before.slope, task.after.slope);
        let integral = Integral {
            value: half * (low + high),
            error: half * (high - low).abs(),
            absolute: half * (low.abs() + high.abs()),
        };
        let nodes = [&task.before, &task.after].map(told).to_vec();
        self.push_piece(task, integral, 0.0, nodes);
    }

    fn push_piece(&mut self, task: Task, integral: Integral, noise: f64, nodes: Vec<[f64; 3]>) {
        let presence = Presence::of(&task.after.record, &mut self.found.sites);
        self.found.parts.push(Part::Piece(Piece {
            before: task.before.without_visits(),
            after: task.after.without_visits(),
            integral,
            noise,
            presence,
            nodes,
        }));
    }

    /// Halves a panel that is partly without finite values, to cover what has them.
    fn around_border(&mut self, task: Task, points: &[Sample; POINTS], tasks: &mut Vec<Task>) {
        let hopeless = points.iter().all(|s| !s.is_finite());
        if hopeless || task.depth >= BORDER_DEPTH.min(self.depth) {
            return self.skip(&task, Why::NotFinite);
        }
        self.halve(task, &points[8], None, tasks);
    }

    fn halve(&mut self, task: Task, middle: &Sample, error: Option<f64>, tasks: &mut Vec<Task>) {
        let depth = task.depth + 1;
        tasks.push(Task {
            before: middle.clone(),
            after: task.after,
            depth,
            parent: error,
        });
        tasks.push(Task {
            before: task.before,
            after: middle.clone(),
            depth,
            parent: error,
        });
    }

    fn split_at_change(
        &mut self,
        task: Task,
        points: &[Sample; POINTS],
        i: usize,
        tasks: &mut Vec<Task>,
    ) {
        let blurred = points
            .windows(2)
            .any(|pair| !pair[0].same(&pair[1]) && pair[0].agrees(&pair[1]));
        let bracket = locate::change(
            self.oracle,
            points[i].clone(),
            points[i + 1].clone(),
            blurred,
        );
        self.split(task, bracket, tasks);
    }

    /// Deals with the left part at once, so that parts come in order, and leaves the right for later.
    fn split(&mut self, task: Task, bracket: Bracket, tasks: &mut Vec<Task>) {
        let depth = task.depth;
        self.found.note(&bracket.before);
        self.found.note(&bracket.after);
        let left = Task {
            before: task.before,
            after: bracket.before.clone(),
            depth,
            parent: None,
        };
        let right = Task {
            before: bracket.after.clone(),
            after: task.after,
            depth,
            parent: None,
        };
        let mut rest = vec![left];
        while let Some(task) = rest.pop() {
            self.step(task, &mut rest);
        }
        self.found.parts.push(Part::Event(Event::new(bracket)));
        tasks.push(right);
    }

    fn smooth(&mut self, task: Task, points: &[Sample; POINTS], tasks: &mut Vec<Task>) {
        let length = task.after.t - task.before.t;
        let slopes = core::array::from_fn(|i| points[i + 1].slope);
        let integral = Kronrod::integrate(&slopes, length);
        self.slope = self.slope.max(integral.absolute / length);
        if self.is_fine(&task, integral, length) {
            return self.second_look(task, points, integral, tasks);
        }
        match self.unrecorded_kink(&task, points, integral, length) {
            Some(bracket) => self.split(task, bracket, tasks),
            None => self.halve(task, &points[8], Some(integral.error), tasks),
        }
    }

    fn is_fine(&self, task: &Task, integral: Integral, length: f64) -> bool {
        let wanted = self.negligible(length);
        let noisy = |parent: f64| {
            integral.error >= 0.1 * parent && integral.error <= NOISE_LEVEL * length * self.slope
        };
        integral.error <= wanted || task.depth >= self.depth || task.parent.is_some_and(noisy)
    }

    /// What an integral may be off by: part of the scales of the function, or the rounding of a product that cancels
    /// (along `x = y`, that of `|x| + y` is nothing else where `x < 0`).
    fn negligible(&self, length: f64) -> f64 {
        const ROUNDING: f64 = 16.0 * f64::EPSILON;
        let scale = self.tolerance * (self.found.value + self.slope);
        length * (scale + ROUNDING * self.found.bulk)
    }

    /// Accepts a panel, unless the value does not fit and it is the integral that is to blame: what no
    /// decision tells of can hide between the last node and the end of a panel.
    fn second_look(
        &mut self,
        task: Task,
        points: &[Sample; POINTS],
        integral: Integral,
        tasks: &mut Vec<Task>,
    ) {
        if !self.fits(&task, integral) {
            if let Some(bracket) = self.kink_at_an_end(points, residual(&task, integral)) {
                return self.split(task, bracket, tasks);
            }
            if !self.is_stable(&task, &points[8], integral) {
                return self.halve(task, &points[8], None, tasks);
            }
        }
        if let Some((before, sample)) = graze::touched(self.oracle, points) {
            let bracket = locate::change(self.oracle, points[before].clone(), sample, false);
            return self.split(task, bracket, tasks);
        }
        let touched = equality::meet(self.oracle, points);
        self.found.touched.extend(touched);
        let noise = self.rule.noise(&points.each_ref().map(|s| s.value));
        self.push_piece(task, integral, noise, points.iter().map(told).collect());
    }

    /// Whether the values agree with the integral, or there is no point in looking closer.
    fn fits(&self, task: &Task, integral: Integral) -> bool {
        let length = task.after.t - task.before.t;
        let negligible = self.negligible(length) + f64::EPSILON * self.found.value;
        residual(task, integral) <= negligible || task.depth >= self.depth
    }

    /// A jump of the slope between a node and an end, where the rule does not look, if it can account for
    /// the residual.
    fn kink_at_an_end(&mut self, points: &[Sample; POINTS], residual: f64) -> Option<Bracket> {
        [0, POINTS - 2].into_iter().find_map(|i| {
            let (a, b) = (&points[i], &points[i + 1]);
            let accounts = |jump: f64| 2.0 * jump.abs() * (b.t - a.t) >= residual;
            if self.unrecorded >= UNRECORDED || !accounts(b.slope - a.slope) {
                return None;
            }
            let found = self.steepest_slope(a, b);
            self.unrecorded += 1;
            accounts(found.after.slope - found.before.slope).then_some(found)
        })
    }

    fn steepest_slope(&mut self, before: &Sample, after: &Sample) -> Bracket {
        let bracket = Bracket {
            before: before.clone(),
            after: after.clone(),
        };
        locate::steepest(self.oracle, bracket, |s| s.slope)
    }

    /// Whether the integral is the same by halves, to the accuracy that it claims.
    fn is_stable(&mut self, task: &Task, middle: &Sample, integral: Integral) -> bool {
        let residual = residual(task, integral);
        let halves = self.integral(task.before.t, middle.t) + self.integral(middle.t, task.after.t);
        (halves - integral.value).abs() <= (0.1 * residual).max(10.0 * integral.error)
    }

    fn integral(&mut self, a: f64, b: f64) -> f64 {
        let slopes = Kronrod::nodes(a, b).map(|t| self.sample(t).slope);
        Kronrod::integrate(&slopes, b - a).value
    }

    /// A jump of the slope that no decision accounts for, where halving does not help.
    fn unrecorded_kink(
        &mut self,
        task: &Task,
        points: &[Sample; POINTS],
        integral: Integral,
        length: f64,
    ) -> Option<Bracket> {
        let harmless = integral.error < NOISE_LEVEL * length * self.slope;
        if task.depth < SUSPICIOUS_DEPTH || harmless || self.unrecorded >= UNRECORDED {
            return None;
        }
        self.unrecorded += 1;
        let step = |i: usize| (points[i + 1].slope - points[i].slope).abs();
        let i = (0..POINTS - 1).max_by(|a, b| step(*a).total_cmp(&step(*b)))?;
        let all: f64 = (0..POINTS - 1).map(step).sum();
        if step(i) < 0.5 * all {
            return None;
        }
        let found = self.steepest_slope(&points[i], &points[i + 1]);
        let jump = (found.after.slope - found.before.slope).abs();
        (jump >= 0.5 * step(i)).then_some(found)
    }
}
