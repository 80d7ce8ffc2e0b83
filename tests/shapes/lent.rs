//! Callees that give lists in what was lent to them other lengths: the adjoint that goes in is as long as the list is after the
//! call, and the one that comes out as long as it was before.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct List {
    v: Vec<f64>,
    name: String,
}

#[derive(Clone, Differentiable)]
struct Pair {
    a: Vec<f64>,
    b: Vec<f64>,
    c: f64,
    d: f64,
    n: usize,
    m: usize,
}

// Of a struct that is only handed on, nobody but rustc knows that there is a list in it.

#[conservative_grad]
fn list(x: &[f64]) -> List {
    List {
        v: x.to_vec(),
        name: String::new(),
    }
}

#[conservative_grad]
fn total(list: &List) -> f64 {
    let mut s = 0.0;
    for i in 0..list.v.len() {
        s += list.v[i].sin() * (i + 1) as f64;
    }
    s
}

#[conservative_grad]
fn swap(lists: &mut [List]) {
    lists.swap(0, 1);
}

#[conservative_grad]
fn set(list: &mut List, other: &List) {
    *list = other.clone();
}

#[conservative_grad]
fn swapped(x: &[f64]) -> f64 {
    let mut lists = vec![list(&x[..1]), list(&x[1..])];
    swap(&mut lists);
    total(&lists[0]) * lists[1].v[0]
}

#[conservative_grad]
fn set_to_a_shorter_one(x: &[f64]) -> f64 {
    let mut a = list(x);
    let t = total(&a);
    set(&mut a, &list(&x[..1]));
    total(&a) * t
}

#[conservative_grad]
fn set_to_a_longer_one(x: &[f64]) -> f64 {
    let mut a = list(&x[..1]);
    let t = total(&a);
    set(&mut a, &list(x));
    total(&a) * t
}

#[conservative_grad]
fn replaced_in_place(x: &[f64]) -> f64 {
    let mut a = list(&x[..3]);
    let b = list(x);
    let t = total(&a);
    a = b.clone();
    total(&a) * t
}

#[conservative_grad]
fn replaced_in_a_loop(x: &[f64]) -> f64 {
    let mut lists: Vec<List> = vec![list(&x[..3]), list(&x[2..4])];
    let mut t: f64 = 0.0;
    for k in 0..crate::THREE {
        t = t.sin() + total(&lists[0]);
        let next = list(&x[k..k + 1 + k % 2]);
        lists[0] = next;
        lists.swap(0, 1);
    }
    total(&lists[0]) * t
}

#[conservative_grad]
fn replaced_in_branches(x: &[f64]) -> f64 {
    let mut lists: Vec<List> = vec![list(x), list(&x[2..4])];
    let mut t: f64 = 0.0;
    for k in 0..crate::FOUR {
        t = t.sin() + total(&lists[0]);
        if k % 2 == 0 {
            set(&mut lists[1], &list(&x[k..]));
            swap(&mut lists[..]);
        } else {
            swap(&mut lists);
        }
    }
    total(&lists[0]) * t
}

#[conservative_grad]
fn replaced_under_checkpoints(x: &[f64]) -> f64 {
    let mut a = list(x);
    let mut t: f64 = 0.0;
    #[checkpoint]
    for k in 0..crate::FOUR {
        t = t.sin() + total(&a);
        a = list(&x[k..k + 1 + k % 2]);
    }
    total(&a) * t
}

// Fields that only change places, of which nothing else tells the types.

#[conservative_grad]
fn exchange_lists(p: &mut Pair) {
    std::mem::swap(&mut p.a, &mut p.b);
}

#[conservative_grad]
fn exchange_numbers(p: &mut Pair) {
    std::mem::swap(&mut p.c, &mut p.d);
    p.c *= 2.0;
}

#[conservative_grad]
fn exchange_integers(p: &mut Pair) {
    std::mem::swap(&mut p.n, &mut p.m);
}

#[conservative_grad]
fn exchange_between(p: &mut Pair, q: &mut Pair) {
    std::mem::swap(&mut p.a, &mut q.a);
    q.a[0] *= 3.0;
}

#[conservative_grad]
fn exchange_all(p: &mut Pair, q: &mut Pair) {
    std::mem::swap(p, q);
}

#[conservative_grad]
fn put(p: &mut Pair, x: &[f64]) -> f64 {
    let before = std::mem::replace(&mut p.a, x.to_vec());
    before[0] * p.a[0]
}

#[conservative_grad]
fn exchanged(x: &[f64]) -> f64 {
    let (a, b) = (x.to_vec(), vec![x[1]; 2]);
    let mut p = Pair {
        a,
        b,
        c: x[0],
        d: x[1],
        n: 0,
        m: 1,
    };
    let mut q = Pair {
        a: vec![x[2]; 3],
        b: x[1..].to_vec(),
        c: x[1],
        d: x[0],
        n: 0,
        m: 1,
    };
    let s = p.a[2].sin();
    exchange_lists(&mut p);
    exchange_numbers(&mut p);
    exchange_integers(&mut p);
    let mut t = s * p.a[p.n] * p.b[2] * p.c.sin() * p.d;
    exchange_between(&mut p, &mut q);
    t += p.a[2] * q.a[1];
    exchange_all(&mut p, &mut q);
    let u = put(&mut p, &x[1..]);
    t + u * p.a[1] * q.b[2] * q.a[0]
}

// Rows and fields that grow and shrink.

#[conservative_grad]
fn change_rows(rows: &mut [Vec<f64>], x: f64) {
    rows[0].push(x);
    let n = rows[1].len();
    rows[1].truncate(n - 1);
    for row in rows.iter_mut() {
        let t = row[0] * x;
        row.push(t);
    }
}

#[conservative_grad]
fn rows(x: &[f64]) -> f64 {
    let mut rows = vec![x.to_vec(), x[1..].to_vec(), vec![x[0]; 3]];
    let mut t: f64 = 0.0;
    for k in 0..crate::THREE {
        t = t.sin() + rows[0].iter().map(|v| v.sin()).sum::<f64>() / rows[0].len() as f64;
        change_rows(&mut rows, x[k]);
        if k == 1 {
            change_rows(&mut rows[1..], t);
        }
    }
    let mut s = 0.0;
    for row in &rows {
        for v in row {
            s += v.cos() * row.len() as f64;
        }
    }
    s * t
}

#[conservative_grad]
mod histories {
    use conservative_grad::Differentiable;

    #[derive(Clone, Debug, PartialEq, Differentiable)]
    pub(super) struct History {
        pub w: Vec<f64>,
        pub log: Vec<(f64, f64)>,
        pub c: f64,
    }

    impl History {
        pub(super) fn of(c: f64) -> History {
            History {
                w: Vec::new(),
                log: Vec::new(),
                c,
            }
        }

        pub(super) fn add(&mut self, g: f64) -> f64 {
            self.w.push(g * self.c);
            self.c += (0.1 * g).sin() * self.w.len() as f64;
            self.log.push((g, self.c));
            self.w[self.w.len() - 1].sin()
        }

        fn reset(&mut self) {
            self.w.clear();
        }

        fn rewrite(&mut self, n: usize) {
            self.w.truncate(n);
            self.w.extend_from_slice(&[self.c, self.c * self.c]);
            self.w.insert(0, 2.0 * self.c);
            self.w.remove(1);
            let last = self.w.pop().unwrap();
            self.c += last.sin();
        }

        fn twice(&mut self, g: f64) {
            self.add(g);
            self.add(2.0 * g);
            self.w.extend([g, 1.0].iter().map(|v| v * v));
            self.w.resize(9, g);
            self.log.retain(|p| p.0 > -1e9);
            self.w.drain(..1);
        }

        fn of_all(&self) -> f64 {
            let mut s = 0.0;
            for k in 0..self.w.len() {
                s += self.w[k].sin() / self.w.len() as f64;
            }
            for k in 0..self.log.len() {
                let (g, c) = self.log[k];
                s += g * c;
            }
            s
        }
    }

    pub(super) fn written(x: &[f64]) -> f64 {
        let mut h = History::of(x[0]);
        let mut t = 0.0;
        for i in 0..x.len() {
            let q = h.add(x[i]);
            t += q * h.w[0].sin();
            for k in 0..h.w.len() {
                t += 0.1 * h.w[k].sin();
            }
        }
        let mut s = h.of_all();
        h.rewrite(2);
        h.twice(t.sin());
        s *= h.of_all();
        h.reset();
        s + t + h.of_all() * h.c + h.w.len() as f64
    }

    fn build(h: &mut History, x: &[f64], n: usize) {
        if n > 0 {
            h.w.push(x[n - 1] * h.c);
            build(h, x, n - 1);
            h.c += h.w[0];
        }
    }

    pub(super) fn built_by_recursion(x: &[f64]) -> f64 {
        let mut h = History::of(x[0]);
        h.w.push(x[1]);
        build(&mut h, x, x.len());
        h.of_all() * h.c
    }

    pub(super) fn under_checkpoints(x: &[f64]) -> f64 {
        let mut h = History::of(x[0]);
        h.w.push(x[1]);
        let mut t: f64 = 1.0;
        #[checkpoint]
        for k in 0..x.len() {
            t = t.sin() + h.w[k];
            h.add((t * x[k]).cos());
        }
        h.of_all() * t
    }

    pub(super) fn read_in_between(x: &[f64]) -> f64 {
        let mut h = History::of(x[0]);
        let mut t: f64 = 1.0;
        for k in 0..x.len() {
            t = t.sin() + h.of_all();
            if k % 3 != 1 {
                h.add((t * x[k]).cos());
            } else {
                h.reset();
            }
        }
        t * h.c
    }
}

use histories::{History, HistoryGradient};
use histories::{built_by_recursion, read_in_between, under_checkpoints, written};

mod entry_points {
    check_all!(
        swapped from 3,
        set_to_a_shorter_one from 2,
        set_to_a_longer_one from 2,
        replaced_in_place from 3,
        replaced_in_a_loop from 5,
        replaced_in_branches from 4,
        replaced_under_checkpoints from 5,
        exchanged from 4,
        rows from 5,
        written from 3,
        built_by_recursion from 2,
        under_checkpoints from 2,
        read_in_between from 2,
    );
}

fn gradient_of(v: &[f64]) -> ListGradient {
    ListGradient {
        v: v.to_vec(),
        name: Default::default(),
    }
}

#[test]
fn a_buffer_is_as_long_as_what_the_call_left() {
    let mut lists = vec![list(&[1.0]), list(&[2.0, 3.0])];
    let (_, pullback) = swap::vjp(&mut lists);
    assert_eq!(lists, [list(&[2.0, 3.0]), list(&[1.0])]);
    let mut bars = vec![gradient_of(&[5.0, 6.0]), gradient_of(&[7.0])];
    pullback((), &mut bars);
    assert_eq!(bars, [gradient_of(&[7.0]), gradient_of(&[5.0, 6.0])]);

    let mut lists = vec![list(&[1.0]), list(&[2.0, 3.0])];
    let mut dots = vec![gradient_of(&[7.0]), gradient_of(&[5.0, 6.0])];
    swap::jvp(&mut lists, &mut dots);
    assert_eq!(dots, [gradient_of(&[5.0, 6.0]), gradient_of(&[7.0])]);
}

#[test]
#[should_panic(expected = "r_bar")]
fn a_buffer_of_another_length_is_refused() {
    #[conservative_grad]
    fn push(r: &mut List, x: f64) {
        r.v.push(x * r.v[0]);
    }
    let mut of_two = list(&[1.0, 2.0]);
    let (_, pullback) = push::vjp(&mut of_two, 3.0);
    pullback((), &mut gradient_of(&[1.0, 2.0]));
}

#[test]
fn a_method_that_pushes() {
    let (w, log) = (vec![1.0], Vec::new());
    let start = History { w, log, c: 0.5 };
    let (g, c) = (0.7, 0.5);

    let mut history = start.clone();
    let (value, pullback) = history.add_vjp(g);
    assert_eq!(value, (g * c).sin());
    let (w, log) = (vec![2.0, 3.0], vec![(5.0, 7.0)]);
    let mut bar = HistoryGradient { w, log, c: 11.0 };
    let g_bar = pullback(13.0, &mut bar);
    // `w = [w[0], g c]`, `log = [(g, c')]`, `c = c'` with `c' = c + 2 sin(0.1 g)`, and the sine of `g c`.
    let (cos, slope) = (13.0 * (g * c).cos(), 0.2 * (0.1 * g).cos());
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} and {b}");
    near(g_bar, 3.0 * c + 5.0 + slope * (7.0 + 11.0) + cos * c);
    near(bar.c, 3.0 * g + 7.0 + 11.0 + cos * g);
    assert_eq!((bar.w, bar.log), (vec![2.0], vec![]));

    let mut history = start.clone();
    let (w, log) = (vec![2.0], vec![]);
    let mut dot = HistoryGradient { w, log, c: 3.0 };
    let (_, tangent) = history.add_jvp(g, &mut dot, 5.0);
    near(tangent, (g * c).cos() * (5.0 * c + 3.0 * g));
    near(dot.w[1], 5.0 * c + 3.0 * g);
    near(dot.log[0].1, 3.0 + slope * 5.0);
}
