//! Fields that change places, and what looks like it: by one `mem::swap` in each sweep, where that is all that happens to them.

use conservative_grad::{Differentiable, conservative_grad};

mod cases {
    check_all!(
        two_levels from 3,
        three_levels from 4,
        of_a_local from 2,
        of_parts_of_a_tuple from 2,
        of_a_field_of_a_field from 2,
        of_two_structs from 2,
        under_a_condition from 2,
        written_out from 2,
        written_out_and_read_later from 2,
        to_one_side_only from 2,
        around_three from 3,
        with_other_lengths from 3,
        of_numbers from 2,
        of_constants_beside from 2,
        with_an_early_return from 2,
        with_a_length_behind_an_early_return from 2,
        with_lists_begun_in_front_of_one from 2,
        from_a_third from 2,
    );
}

#[derive(Clone, Differentiable)]
struct Levels {
    old: Vec<f64>,
    now: Vec<f64>,
    new: Vec<f64>,
}

#[conservative_grad]
impl Levels {
    fn of(x: &[f64]) -> Levels {
        let zeros = vec![0.0; x.len()];
        Levels {
            old: zeros.clone(),
            now: x.to_vec(),
            new: zeros,
        }
    }

    fn diffuse(&mut self, rate: f64) {
        let n = self.now.len();
        for i in 0..n {
            let (left, right) = (self.now[(i + n - 1) % n], self.now[(i + 1) % n]);
            self.new[i] = self.now[i] * self.now[i] * 0.1 + rate * (left - right);
        }
        std::mem::swap(&mut self.now, &mut self.new);
    }

    fn wave(&mut self, speed: f64) {
        let n = self.now.len();
        for i in 1..n - 1 {
            let bend = self.now[i - 1] - 2.0 * self.now[i] + self.now[i + 1];
            self.new[i] = 2.0 * self.now[i] - self.old[i] + speed * speed * bend * self.now[i];
        }
        std::mem::swap(&mut self.old, &mut self.now);
        std::mem::swap(&mut self.now, &mut self.new);
    }

    fn turn_if(&mut self, limit: f64) {
        if self.now[0] > limit {
            std::mem::swap(&mut self.old, &mut self.now);
        }
        self.now[1] += self.old[0] * self.now[0];
    }
}

#[conservative_grad]
fn two_levels(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    for k in 0..5 {
        levels.diffuse(0.1 + 0.01 * k as f64);
    }
    levels.now.iter().map(|v| v * v).sum::<f64>() + levels.new[0]
}

#[conservative_grad]
fn three_levels(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    for _ in 0..4 {
        levels.wave(0.3 * x[0]);
    }
    levels.now[1] * levels.old[2] + levels.new.iter().sum::<f64>()
}

#[conservative_grad]
fn of_a_local(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    for i in 0..x.len() {
        levels.old[i] = levels.now[i].sin() + levels.old[i];
        std::mem::swap(&mut levels.old, &mut levels.now);
        levels.now[0] *= x[i];
    }
    levels.now[0] + levels.old[1] * levels.now[1]
}

#[conservative_grad]
fn of_parts_of_a_tuple(x: &[f64]) -> f64 {
    let mut pair = (x.to_vec(), vec![0.5; x.len()]);
    for i in 0..x.len() {
        pair.1[i] += pair.0[i] * pair.0[i];
        std::mem::swap(&mut pair.0, &mut pair.1);
    }
    pair.0[0] * pair.1[1]
}

#[derive(Clone, Differentiable)]
struct Both {
    a: Levels,
    b: Levels,
}

#[conservative_grad]
fn of_a_field_of_a_field(x: &[f64]) -> f64 {
    let levels = Levels::of(x);
    let mut both = Both {
        a: levels.clone(),
        b: levels,
    };
    for i in 0..x.len() {
        both.a.old[i] += both.b.now[i] * x[0];
        std::mem::swap(&mut both.a.old, &mut both.b.now);
    }
    both.a.old[0] * both.b.now[1] + both.a.now[0]
}

#[conservative_grad]
fn of_two_structs(x: &[f64]) -> f64 {
    let mut a = Levels::of(x);
    let mut b = a.clone();
    for i in 0..x.len() {
        b.new[i] = a.now[i] * b.now[i];
        std::mem::swap(&mut a.now, &mut b.new);
    }
    a.now[0] + b.new[1] * a.now[1]
}

#[conservative_grad]
fn under_a_condition(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    levels.turn_if(0.1);
    levels.turn_if(1e6);
    levels.turn_if(-1e6);
    levels.now[1] + levels.old[1] * levels.now[0]
}

#[conservative_grad]
fn written_out(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    for i in 0..x.len() {
        levels.new[i] = levels.now[i] * x[0];
        let kept = levels.new.clone();
        levels.new = levels.now.clone();
        levels.now = kept;
    }
    levels.now[0] * levels.new[1]
}

/// What is kept is read once more: no swap.
#[conservative_grad]
fn written_out_and_read_later(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    let mut sum = 0.0;
    for i in 0..x.len() {
        levels.new[i] = levels.now[i] * x[0];
        let kept = levels.new.clone();
        levels.new = levels.now.clone();
        levels.now = kept.clone();
        sum += kept[0] * kept[i];
    }
    sum + levels.now[0] * levels.new[1]
}

/// One of them is replaced by something else.
#[conservative_grad]
fn to_one_side_only(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    for i in 0..x.len() {
        levels.new[i] = levels.now[i] * x[0];
        let kept = levels.new.clone();
        levels.new = levels.old.clone();
        levels.now = kept.clone();
        levels.old[i] += x[i] * levels.now[0];
    }
    levels.now[0] * levels.new[1] + levels.old[0]
}

#[conservative_grad]
fn around_three(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    for i in 0..x.len() {
        levels.new[i] = levels.now[i] * x[0] + levels.old[i];
        std::mem::swap(&mut levels.old, &mut levels.now);
        std::mem::swap(&mut levels.old, &mut levels.new);
    }
    levels.now[0] * levels.new[1] + levels.old[2]
}

#[conservative_grad]
fn with_other_lengths(x: &[f64]) -> f64 {
    let mut levels = Levels {
        old: x[1..].to_vec(),
        now: x.to_vec(),
        new: vec![x[0] * 2.0],
    };
    let mut sum = 0.0;
    for _ in 0..3 {
        std::mem::swap(&mut levels.old, &mut levels.now);
        sum += levels.old[0] * levels.now.iter().sum::<f64>();
        std::mem::swap(&mut levels.old, &mut levels.new);
        sum += levels.old[0] * levels.new[0];
    }
    sum
}

#[derive(Clone, Differentiable)]
struct Point {
    a: f64,
    b: f64,
}

#[conservative_grad]
fn of_numbers(x: &[f64]) -> f64 {
    let mut p = Point { a: x[0], b: x[1] };
    for i in 0..x.len() {
        p.a *= x[i];
        std::mem::swap(&mut p.a, &mut p.b);
    }
    p.a - 2.0 * p.b * p.a
}

#[derive(Clone, Differentiable)]
struct Marked {
    value: Vec<f64>,
    next: Vec<f64>,
    #[constant]
    seen: Vec<usize>,
    #[constant]
    other: Vec<usize>,
}

#[conservative_grad]
fn of_constants_beside(x: &[f64]) -> f64 {
    let n = x.len();
    let mut m = Marked {
        value: x.to_vec(),
        next: vec![0.0; n],
        seen: vec![0; n],
        other: vec![1; n],
    };
    for i in 0..n {
        m.next[m.other[i]] = m.value[m.seen[i]] * x[i];
        std::mem::swap(&mut m.seen, &mut m.other);
        std::mem::swap(&mut m.value, &mut m.next);
    }
    m.value[0] + m.next[1] * m.value[1]
}

#[conservative_grad]
fn with_an_early_return(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    for i in 0..x.len() {
        levels.new[i] = levels.now[i] * x[0];
        std::mem::swap(&mut levels.now, &mut levels.new);
        if levels.now[0] > 1e6 {
            return levels.new[1] * levels.now[0];
        }
        levels.now[0] += levels.new[i];
    }
    levels.now[0] * levels.new[1]
}

/// All that runs behind the test runs where the fields changed places.
#[conservative_grad]
fn mean_until(levels: &mut Levels, x: &[f64], limit: f64) -> f64 {
    let mut sum = 0.0;
    for v in x {
        if v * v > limit {
            return sum;
        }
        std::mem::swap(&mut levels.now, &mut levels.new);
        sum += v * levels.now.len() as f64 + levels.now[0] / levels.new.len() as f64;
    }
    sum
}

#[conservative_grad]
fn with_a_length_behind_an_early_return(x: &[f64]) -> f64 {
    let mut levels = Levels::of(x);
    levels.new = vec![x[0] * x[1]];
    mean_until(&mut levels, x, 4.0)
}

/// The lists grow behind the test, and all that counts them runs where they did.
#[conservative_grad]
fn with_lists_begun_in_front_of_one(x: &[f64]) -> f64 {
    let mut all = vec![x[0]];
    let mut levels = Levels::of(x);
    if x[0] * x[0] > 4.0 {
        return x[1];
    }
    all.push(x[1] * x[0]);
    levels.new.push(all[1]);
    (all[0] + all[1]) / all.len() as f64 + levels.new.len() as f64 * levels.now[0]
}

/// What the second array becomes is not what the first one was, though somebody keeps that.
#[conservative_grad]
fn from_a_third(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut b: Vec<f64> = x.iter().map(|v| v.sin()).collect();
    let third: Vec<f64> = x.iter().map(|v| v * v).collect();
    let kept = a.clone();
    let there = b.clone();
    a = there;
    b = third;
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += a[i] * b[x.len() - 1 - i] * kept[i];
    }
    sum
}

/// The same in a module, where all types are known.
mod in_a_module {
    mod cases {
        check_all!(two_levels from 3, three_levels from 4, of_a_local from 2);
    }

    #[conservative_grad::conservative_grad]
    mod programs {
        #[derive(Clone, conservative_grad::Differentiable)]
        struct Levels {
            old: Vec<f64>,
            now: Vec<f64>,
            new: Vec<f64>,
        }

        impl Levels {
            fn diffuse(&mut self, rate: f64) {
                let n = self.now.len();
                for i in 0..n {
                    self.new[i] = self.now[i] * self.now[i] * 0.1 + rate * self.now[(i + 1) % n];
                }
                std::mem::swap(&mut self.now, &mut self.new);
            }

            fn wave(&mut self, speed: f64) {
                for i in 1..self.now.len() - 1 {
                    let bend = self.now[i - 1] - 2.0 * self.now[i] + self.now[i + 1];
                    self.new[i] = 2.0 * self.now[i] - self.old[i] + speed * bend * self.now[i];
                }
                std::mem::swap(&mut self.old, &mut self.now);
                std::mem::swap(&mut self.now, &mut self.new);
            }
        }

        fn levels(x: &[f64]) -> Levels {
            Levels {
                old: vec![0.0; x.len()],
                now: x.to_vec(),
                new: vec![0.0; x.len()],
            }
        }

        pub(super) fn two_levels(x: &[f64]) -> f64 {
            let mut l = levels(x);
            for k in 0..5 {
                l.diffuse(0.1 + 0.01 * k as f64);
            }
            l.now.iter().map(|v| v * v).sum::<f64>() + l.new[0]
        }

        pub(super) fn three_levels(x: &[f64]) -> f64 {
            let mut l = levels(x);
            for _ in 0..4 {
                l.wave(0.3 * x[0]);
            }
            l.now[1] * l.old[2] + l.new.iter().sum::<f64>()
        }

        pub(super) fn of_a_local(x: &[f64]) -> f64 {
            let mut l = levels(x);
            for i in 0..x.len() {
                l.old[i] = l.now[i].sin() + l.old[i];
                std::mem::swap(&mut l.old, &mut l.now);
                l.now[0] *= x[i];
            }
            l.now[0] + l.old[1] * l.now[1]
        }
    }
    use programs::{of_a_local, three_levels, two_levels};
}
