//! Numbers in fields that are marked `#[constant]`, in a module: they are used as parameters are that are marked so.

mod cases {
    check_all!(
        weighted from 2,
        zipped from 2 and 34,
        in_windows from 3 and 34,
        under_another_name from 2,
        cloned from 2,
        by_pattern from 2,
        of_elements from 2,
        of_elements_by_closures from 2,
        handed_over from 2 and 34,
        a_struct_of_constants from 2,
        by_its_methods from 2,
        made_of_another from 2,
        changed from 3,
        grown from 2,
        exchanged from 2,
        returned from 2,
        chosen from 2,
        captured from 2,
        compared from 3,
        with_kinks from 3,
        nested from 2,
        of_tuples from 2,
        summed_up from 2,
        in_a_step from 3 and 34,
        by_value from 2,
        through_a_method from 2,
        of_rows from 2,
        in_place from 2 and 33,
        forwards from 2,
        from_states from 2,
        filled_by_a_callee from 2,
        in_lists_of_lists from 2,
        replaced from 3,
    );
}

use programs::{
    a_struct_of_constants, by_its_methods, by_pattern, by_value, captured, changed, chosen, cloned,
    compared, exchanged, filled_by_a_callee, forwards, from_states, grown, handed_over, in_a_step,
    in_lists_of_lists, in_place, in_windows, made_of_another, nested, of_elements,
    of_elements_by_closures, of_rows, of_tuples, replaced, returned, summed_up, through_a_method,
    under_another_name, weighted, with_kinks, zipped,
};

#[conservative_grad::conservative_grad]
mod programs {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug, Differentiable)]
    struct Data {
        #[constant]
        ts: Vec<f64>,
        a: Vec<f64>,
        #[constant]
        scale: f64,
        b: f64,
    }

    #[derive(Clone, Copy, Debug, Differentiable)]
    struct Body {
        at: f64,
        #[constant]
        mass: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    struct Rbf {
        scale: f64,
        length: f64,
    }

    #[derive(Clone, Debug, Differentiable)]
    struct Model {
        #[constant]
        kernel: Rbf,
        data: Data,
        #[constant]
        rows: Vec<Vec<f64>>,
        #[constant]
        pairs: Vec<(f64, f64)>,
    }

    fn data(x: &[f64]) -> Data {
        Data {
            ts: (0..x.len()).map(|i| 0.3 + 0.2 * (i % 4) as f64).collect(),
            a: x.to_vec(),
            scale: 0.7,
            b: 0.5 * x[1],
        }
    }

    fn bodies(x: &[f64]) -> Vec<Body> {
        let body = |(i, v): (usize, &f64)| Body {
            at: *v,
            mass: 1.0 + 0.5 * i as f64,
        };
        x.iter().enumerate().map(body).collect()
    }

    fn model(x: &[f64]) -> Model {
        Model {
            kernel: Rbf {
                scale: 1.5,
                length: 0.8,
            },
            data: data(x),
            rows: vec![vec![0.5, 1.5], vec![-0.5, 2.0]],
            pairs: vec![(0.5, 0.25), (1.5, -0.75)],
        }
    }

    impl Data {
        fn loss(&self) -> f64 {
            let mut s = self.b;
            for i in 0..self.ts.len() {
                s += self.ts[i] * self.a[i] * self.a[i] * self.scale;
            }
            s
        }

        fn rate(&self) -> f64 {
            self.scale
        }

        fn step(&mut self) {
            for i in 1..self.a.len() - 1 {
                self.a[i] =
                    self.ts[i - 1] * self.a[i - 1] + self.ts[i + 1] * self.a[i + 1] * self.b;
            }
            self.b *= self.scale + self.ts[0];
        }

        fn scale_down(&mut self) {
            self.scale *= 0.5;
            self.ts[0] = 0.25;
            for t in self.ts.iter_mut() {
                *t += 0.1;
            }
        }
    }

    impl Rbf {
        fn at(&self, a: f64, b: f64) -> f64 {
            let d = (a - b) / self.length;
            self.scale * (-0.5 * d * d).exp()
        }
    }

    pub(super) fn weighted(x: &[f64]) -> f64 {
        data(x).loss()
    }

    pub(super) fn zipped(x: &[f64]) -> f64 {
        let d = data(x);
        let squares =
            d.ts.iter()
                .zip(&d.a)
                .map(|(t, a)| (t - a) * (t - a) * d.scale);
        squares.sum::<f64>() * d.b
    }

    pub(super) fn in_windows(x: &[f64]) -> f64 {
        let d = data(x);
        let mut s = 0.0;
        for (w, a) in d.ts.windows(2).zip(d.a.iter()) {
            s += (w[1] - w[0]) * a * a;
        }
        s
    }

    pub(super) fn under_another_name(x: &[f64]) -> f64 {
        let d = data(x);
        let (ts, scale) = (&d.ts, d.scale);
        let a = &d.a;
        let mut s = 0.0;
        for i in 0..ts.len() {
            s += ts[i] * a[i].sin() * scale;
        }
        s
    }

    pub(super) fn cloned(x: &[f64]) -> f64 {
        let d = data(x);
        let mut ts = d.ts.clone();
        ts[0] = x[0] * x[1];
        let other = d.clone();
        ts.iter()
            .zip(&other.ts)
            .zip(&other.a)
            .map(|((a, b), c)| a * b * c)
            .sum()
    }

    pub(super) fn by_pattern(x: &[f64]) -> f64 {
        let d = data(x);
        let Data { ts, a, scale, b } = &d;
        let mut s = *b;
        for i in 0..a.len() {
            s += ts[i] * a[i] * a[i] * scale;
        }
        s
    }

    pub(super) fn of_elements(x: &[f64]) -> f64 {
        let all = bodies(x);
        let mut s = 0.0;
        for i in 0..all.len() {
            for j in 0..i {
                s += all[i].mass * all[j].mass / (0.1 + (all[i].at - all[j].at).powi(2));
            }
        }
        s
    }

    pub(super) fn of_elements_by_closures(x: &[f64]) -> f64 {
        let mut all = bodies(x);
        for body in all.iter_mut() {
            body.at *= body.mass;
        }
        let total: f64 = all.iter().map(|b| b.mass).sum();
        all.iter().map(|b| b.mass * b.at * b.at).sum::<f64>() / total
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    fn scaled(x: f64, by: f64) -> f64 {
        x * by * by
    }

    pub(super) fn handed_over(x: &[f64]) -> f64 {
        let d = data(x);
        let constant = dot(&d.ts, &d.ts);
        scaled(d.scale, d.a[0])
            + dot(&d.ts, &d.a) * dot(&d.a, &d.ts[..])
            + scaled(d.b, d.scale) * constant
    }

    fn covariance(kernel: &Rbf, a: f64, b: f64) -> f64 {
        kernel.at(a, b) * kernel.length
    }

    pub(super) fn a_struct_of_constants(x: &[f64]) -> f64 {
        let m = model(x);
        covariance(&m.kernel, m.data.a[0], m.data.ts[1]) + m.kernel.length * x[1]
    }

    pub(super) fn by_its_methods(x: &[f64]) -> f64 {
        let m = model(x);
        let mut s = 0.0;
        for i in 0..m.data.a.len() {
            s += m.kernel.at(m.data.a[i], m.data.ts[i]) * m.data.rate();
        }
        s
    }

    pub(super) fn made_of_another(x: &[f64]) -> f64 {
        let d = data(x);
        let e = Data {
            ts: d.ts.clone(),
            scale: d.scale * 2.0,
            ..data(&x[..2])
        };
        let f = Data {
            a: d.a.iter().map(|v| v * v).collect(),
            ..d.clone()
        };
        e.scale * e.a[0] * e.ts[1] + f.loss() * e.b
    }

    pub(super) fn changed(x: &[f64]) -> f64 {
        let mut d = data(x);
        let before = d.loss();
        d.scale_down();
        d.ts[1] = 3.0 * d.scale;
        before * d.loss()
    }

    pub(super) fn grown(x: &[f64]) -> f64 {
        let mut d = data(x);
        d.ts.push(0.75);
        d.a.push(x[0] * x[1]);
        d.ts.push(d.scale);
        d.a.push(d.b);
        d.loss()
    }

    pub(super) fn exchanged(x: &[f64]) -> f64 {
        let (mut d, mut e) = (data(x), data(&x[..2]));
        std::mem::swap(&mut d.scale, &mut e.scale);
        e.scale += 1.0;
        std::mem::swap(&mut d.b, &mut e.b);
        d.loss() * e.loss()
    }

    fn shifted(d: &Data, by: f64) -> Data {
        Data {
            ts: d.ts.iter().map(|t| t + 0.5).collect(),
            a: d.a.iter().map(|a| a + by).collect(),
            scale: d.scale + 0.1,
            b: d.b * by,
        }
    }

    pub(super) fn returned(x: &[f64]) -> f64 {
        let d = shifted(&data(x), x[1]);
        shifted(&d, d.b).loss()
    }

    pub(super) fn chosen(x: &[f64]) -> f64 {
        let mut d = data(x);
        for k in 0..3 {
            if k % 2 == 0 {
                d = shifted(&d, x[0]);
            } else {
                d.a[0] *= d.scale;
            }
        }
        d.loss()
    }

    pub(super) fn captured(x: &[f64]) -> f64 {
        let d = data(x);
        let at = |i: usize, v: f64| d.ts[i] * v + d.a[i] * d.scale;
        (0..d.a.len()).map(|i| at(i, d.a[i] * d.b)).sum()
    }

    pub(super) fn compared(x: &[f64]) -> f64 {
        let d = data(x);
        let mut s = 0.0;
        for i in 0..d.ts.len() {
            if d.ts[i] > 0.6 {
                s += d.a[i] * d.a[i];
            } else {
                s -= d.scale * d.a[i];
            }
        }
        let late = d.ts.iter().filter(|t| **t > 0.5).count();
        s * late as f64
    }

    pub(super) fn with_kinks(x: &[f64]) -> f64 {
        let d = data(x);
        let mut s = 0.0;
        for i in 0..d.ts.len() {
            s += d.a[i].max(d.ts[i]) * d.b + (d.a[i] - d.ts[i]).abs();
        }
        s
    }

    pub(super) fn nested(x: &[f64]) -> f64 {
        let m = model(x);
        let all = vec![m.clone(), m];
        let mut s = 0.0;
        for k in 0..all.len() {
            s += all[k].data.ts[0] * all[k].data.a[k] * all[k].data.b * all[k].kernel.scale;
        }
        s
    }

    pub(super) fn of_tuples(x: &[f64]) -> f64 {
        let m = model(x);
        let mut s = 0.0;
        for (p, q) in &m.pairs {
            s += p * m.data.a[0] * m.data.a[0] + q * m.data.b;
        }
        s + m.pairs[1].0 * m.data.a[1]
    }

    pub(super) fn summed_up(x: &[f64]) -> f64 {
        let d = data(x);
        let mean = d.ts.iter().sum::<f64>() / d.ts.len() as f64;
        let most = d.ts.iter().copied().fold(0.0, f64::max);
        d.a.iter().map(|a| (a - mean).powi(2)).sum::<f64>() * most
    }

    pub(super) fn in_a_step(x: &[f64]) -> f64 {
        let mut d = data(x);
        for _ in 0..2 {
            d.step();
        }
        d.loss()
    }

    fn consumed(d: Data) -> f64 {
        d.ts.iter()
            .zip(d.a.iter())
            .map(|(t, a)| t * a * a)
            .sum::<f64>()
            * d.scale
    }

    pub(super) fn by_value(x: &[f64]) -> f64 {
        let d = data(x);
        let first = consumed(d.clone());
        first * consumed(d)
    }

    pub(super) fn through_a_method(x: &[f64]) -> f64 {
        let d = data(x);
        let rate = d.rate();
        d.a.iter().map(|a| (a * rate).sin()).sum()
    }

    pub(super) fn of_rows(x: &[f64]) -> f64 {
        let m = model(x);
        let mut s = 0.0;
        for row in &m.rows {
            for j in 0..row.len() {
                s += row[j] * m.data.a[j] * m.data.a[0];
            }
        }
        s + m.rows[1][0] * m.data.b * m.rows.len() as f64
    }

    pub(super) fn in_place(x: &[f64]) -> f64 {
        let mut d = data(x);
        let Data { ts, a, .. } = &mut d;
        for (a, t) in a.iter_mut().zip(ts.iter()) {
            *a = *a * *a * t;
        }
        d.loss()
    }

    #[conservative_grad::conservative_grad(mode = forward)]
    pub(super) fn forwards(x: &[f64]) -> f64 {
        let mut d = data(x);
        d.b += d.ts[0] * d.a[1];
        d.a[0] *= d.scale;
        d.loss()
    }

    pub(super) fn from_states(x: &[f64]) -> f64 {
        let mut d = data(x);
        #[checkpoint]
        for i in 0..9 {
            d.b = d.scale * d.b + d.ts[i % 2] * (d.a[0] * d.b).sin();
        }
        d.b
    }

    fn fill(ts: &mut [f64], by: f64) {
        for t in ts.iter_mut() {
            *t *= by;
        }
    }

    pub(super) fn filled_by_a_callee(x: &[f64]) -> f64 {
        let mut d = data(x);
        fill(&mut d.a, 0.5 * x[0]);
        fill(&mut d.a, d.scale);
        d.loss()
    }

    pub(super) fn in_lists_of_lists(x: &[f64]) -> f64 {
        let d = data(x);
        let mut all = vec![d.ts.clone(), d.a.clone()];
        all.push(d.ts.clone());
        all.push(x.to_vec());
        all[2][0] *= x[1];
        let mut s = 0.0;
        for row in &all {
            s += row[0] * row[1];
        }
        s
    }

    pub(super) fn replaced(x: &[f64]) -> f64 {
        let mut d = data(x);
        let other = data(&x[1..]);
        d.ts = other.ts.clone();
        d.a = other.a.clone();
        let mut a = d.a.clone();
        if x.len() > 3 {
            a = d.ts.clone();
        }
        a[0] += x[0] * x[0];
        d.scale = other.scale * other.ts[0];
        d.loss() * a[0]
    }
}
