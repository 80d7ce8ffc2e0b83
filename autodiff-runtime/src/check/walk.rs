//! Cuts a curve into smooth pieces, integrates each, and finds what lies between them.
//!
//! A panel whose 15 nodes and both ends take the same decisions is integrated, and halved until
//! the estimated error is small. Otherwise the first change is located and the panel falls
//! into what is left and right of it. (Nodes alone will not do: a kink between the last node and the
//! end of a panel goes unseen, and correct programs are refuted.)

use crate::check::locate::{self, Bracket, WIDTH};
use crate::check::options::Options;
use crate::check::oracle::{Oracle, Sample};
use crate::check::quadrature::{Integral, Kronrod, POINTS};
use crate::check::random::SplitMix64;
use crate::check::record::{Change, Presence, Sites};

/// Halvings after which a panel with a large error is searched for a kink that no decision told of.
const SUSPICIOUS_DEPTH: u32 = 5;
/// Halvings spent on the border of a region without finite values.
const BORDER_DEPTH: u32 = 12;
/// Error per length, over the mean slope, below which poor convergence is taken for rounding noise.
const NOISE_LEVEL: f64 = 1e-4;

/// A stretch on which all decisions stay.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) before: Sample,
    pub(crate) after: Sample,
    pub(crate) integral: Integral,
    /// One sample of the noise in the values.
    pub(crate) noise: f64,
    pub(crate) presence: Presence,
}

impl Piece {
    pub(crate) fn length(&self) -> f64 {
        self.after.t - self.before.t
    }

    /// Change of the value that the integral does not account for.
    pub(crate) fn residual(&self) -> f64 {
        (self.after.value - self.before.value) - self.integral.value
    }
}

/// A change of decisions between two neighbouring times.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) before: Sample,
    pub(crate) after: Sample,
    /// Empty where no decision accounts for what happens here.
    pub(crate) changes: Vec<Change>,
}

impl Event {
    pub(crate) fn new(bracket: Bracket) -> Self {
        const SHOWN: usize = 8;
        let Bracket { before, after } = bracket;
        let changes = before.record.changes(&after.record, SHOWN);
        Event {
            before,
            after,
            changes,
        }
    }

    pub(crate) fn length(&self) -> f64 {
        self.after.t - self.before.t
    }

    /// Change of the value beyond what the slopes on both sides explain.
    pub(crate) fn residual(&self) -> f64 {
        (self.after.value - self.before.value)
            - 0.5 * self.length() * (self.before.slope + self.after.slope)
    }

    /// What the slopes could change the value by between both times.
    pub(crate) fn allowance(&self) -> f64 {
        self.length() * (self.before.slope.abs() + self.after.slope.abs())
    }
}

/// Why a stretch was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    NotFinite,
    Budget,
}

/// A stretch that was left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) why: Why,
}

/// A part of the curve; the parts of a walk follow each other without holes.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Piece(Piece),
    Event(Event),
    Gap(Gap),
}

/// All parts of a curve, and the scales that were seen on the way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk {
    pub(crate) parts: Vec<Part>,
    pub(crate) sites: Sites,
    /// `max |f|`.
    pub(crate) value: f64,
    /// `max Σ |gradient_i · x_i|`.
    pub(crate) terms: f64,
    /// Where the value was finite and the gradient was not.
    pub(crate) wild: Option<Sample>,
    /// Sites at which the curve touched or crossed an equality without a change of decisions.
    pub(crate) touched: Vec<Event>,
}

impl Walk {
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.parts.iter().filter_map(|part| match part {
            Part::Piece(piece) => Some(piece),
            _ => None,
        })
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.parts.iter().filter_map(|part| match part {
            Part::Event(event) => Some(event),
            _ => None,
        })
    }

    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.parts.iter().filter_map(|part| match part {
            Part::Gap(gap) => Some(gap),
            _ => None,
        })
    }

    /// `∫ |⟨gradient, γ'⟩|` over what was covered.
    pub(crate) fn variation(&self) -> f64 {
        self.pieces().map(|piece| piece.integral.absolute).sum()
    }

    fn note(&mut self, sample: &Sample) {
        if sample.value.is_finite() {
            self.value = self.value.max(sample.value.abs());
            self.terms = self.terms.max(sample.terms);
        }
        if sample.wild && self.wild.is_none() {
            self.wild = Some(sample.clone());
        }
    }
}

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
    found: Walk,
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
        self.push_piece(task, integral, 0.0);
    }

    fn push_piece(&mut self, task: Task, integral: Integral, noise: f64) {
        let presence = Presence::of(&task.after.record, &mut self.found.sites);
        let Task { before, after, .. } = task;
        self.found.parts.push(Part::Piece(Piece {
            before,
            after,
            integral,
            noise,
            presence,
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
            self.meet_equalities(points);
            let noise = self.rule.noise(&core::array::from_fn(|i| points[i].value));
            return self.push_piece(task, integral, noise);
        }
        match self.unrecorded_kink(&task, points, integral, length) {
            Some(bracket) => self.split(task, bracket, tasks),
            None => self.halve(task, &points[8], Some(integral.error), tasks),
        }
    }

    fn is_fine(&self, task: &Task, integral: Integral, length: f64) -> bool {
        let wanted = self.tolerance * length * (self.found.value + self.slope);
        let noisy = |parent: f64| {
            integral.error >= 0.1 * parent && integral.error <= NOISE_LEVEL * length * self.slope
        };
        integral.error <= wanted || task.depth >= self.depth || task.parent.is_some_and(noisy)
    }

    /// A jump of the slope that no decision accounts for, where halving does not help.
    fn unrecorded_kink(
        &mut self,
        task: &Task,
        points: &[Sample; POINTS],
        integral: Integral,
        length: f64,
    ) -> Option<Bracket> {
        if task.depth < SUSPICIOUS_DEPTH || integral.error < NOISE_LEVEL * length * self.slope {
            return None;
        }
        let step = |i: usize| (points[i + 1].slope - points[i].slope).abs();
        let i = (0..POINTS - 1).max_by(|a, b| step(*a).total_cmp(&step(*b)))?;
        let all: f64 = (0..POINTS - 1).map(step).sum();
        if step(i) < 0.5 * all {
            return None;
        }
        let bracket = Bracket {
            before: points[i].clone(),
            after: points[i + 1].clone(),
        };
        let found = locate::steepest(self.oracle, bracket, |s| s.slope);
        let jump = (found.after.slope - found.before.slope).abs();
        (jump >= 0.5 * step(i)).then_some(found)
    }

    /// Tests on equality (`if x == 3.0`) whose margin changes sign while both sides answer the same.
    fn meet_equalities(&mut self, points: &[Sample; POINTS]) {
        for pair in points.windows(2) {
            if let Some(index) = crossed_equality(&pair[0], &pair[1]) {
                self.hit_equality(&pair[0], &pair[1], index);
            }
        }
    }

    /// Looks for a time at which the test holds exactly; in floating point there need not be one.
    fn hit_equality(&mut self, before: &Sample, after: &Sample, index: usize) {
        let sign = before.record.visits[index].margin.signum();
        let bracket = Bracket {
            before: before.clone(),
            after: after.clone(),
        };
        let margin = |s: &Sample| s.record.visits.get(index).map_or(0.0, |seen| seen.margin);
        let mut exact = None;
        let found = locate::narrow(self.oracle, bracket, |s| {
            if margin(s) == 0.0 {
                exact = Some(s.clone());
            }
            margin(s) * sign > 0.0
        });
        let exact = exact.or_else(|| self.scan(&found, |s| margin(s) == 0.0));
        if let Some(exact) = exact {
            self.found.note(&exact);
            self.found.touched.push(Event::new(Bracket {
                before: found.before,
                after: exact,
            }));
        }
    }

    /// Tries the few floats around a bracket.
    fn scan(&mut self, bracket: &Bracket, holds: impl Fn(&Sample) -> bool) -> Option<Sample> {
        let (a, b) = (bracket.before.t, bracket.after.t);
        let steps = 8;
        let times = (0..=steps).map(|i| a + (b - a) * (f64::from(i) / f64::from(steps)));
        times.map(|t| self.oracle.sample(t)).find(holds)
    }
}

/// The first decision that both samples take alike although its margin changes sign in between.
fn crossed_equality(before: &Sample, after: &Sample) -> Option<usize> {
    let pairs = before.record.visits.iter().zip(&after.record.visits);
    pairs
        .into_iter()
        .position(|(a, b)| a.side() == b.side() && a.margin * b.margin < 0.0)
}
