//! Identities at random points: ⟨w, J v⟩ = ⟨Jᵀ w, v⟩, linearity in the seed, the primal's value
//! bit for bit. The checks are those of [`Subject`](crate::support::Subject); here the points are
//! drawn, with the seed in the message.

use conservative_grad::{conservative_grad, relu};

#[conservative_grad]
fn mixture(x: &[f64; 3], means: &[[f64; 3]; 2], weights: [f64; 2]) -> f64 {
    let mut terms = [0.0; 2];
    let mut largest = f64::NEG_INFINITY;
    for k in 0..2 {
        let mut square = 0.0;
        for j in 0..3 {
            let d = x[j] - means[k][j];
            square += d * d;
        }
        terms[k] = weights[k] - 0.5 * square;
        largest = largest.max(terms[k]);
    }
    let mut s = 0.0;
    for k in 0..2 {
        s += (terms[k] - largest).exp();
    }
    s.ln() + largest
}

#[conservative_grad]
fn layer(w: &[[f64; 3]; 2], x: &[f64; 3], b: [f64; 2]) -> [f64; 2] {
    let mut y = b;
    for i in 0..2 {
        for j in 0..3 {
            y[i] += w[i][j] * x[j];
        }
        y[i] = relu(y[i]) + 0.1 * y[i];
    }
    y
}

#[conservative_grad]
fn explicit_step(u: &mut [f64; 4], h: f64, steps: usize) -> f64 {
    let mut energy = 0.0;
    for _ in 0..steps {
        let mut slope = [0.0; 4];
        for i in 0..4 {
            slope[i] = (u[(i + 1) % 4] - u[(i + 2) % 4]) * u[(i + 3) % 4] - u[i];
        }
        for i in 0..4 {
            u[i] += h * slope[i];
            energy += u[i] * u[i];
        }
    }
    energy
}

#[conservative_grad]
fn recurrence(x: &[f64; 3], n: usize) -> (f64, [f64; 2]) {
    let mut a = x[0];
    let mut b = x[1];
    let mut i = 0;
    while i < n {
        (a, b) = ((a * x[2]).sin() + b, a - 0.5 * b);
        if a > 1.0 {
            a *= 0.5;
        } else if a < -1.0 {
            break;
        }
        i += 1;
    }
    (a, [b, a * b])
}

/// SplitMix64, between -1.5 and 1.5 in multiples of 2⁻²⁰.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % (3 << 20)) as f64 / f64::from(1 << 20) - 1.5
    }

    fn list<const N: usize>(&mut self) -> [f64; N] {
        core::array::from_fn(|_| self.next())
    }
}

#[test]
fn at_random_points() {
    for seed in 0..25 {
        println!("seed {seed}");
        let mut r = Numbers(seed);
        check!(mixture(
            &r.list::<3>(),
            &[r.list::<3>(), r.list()],
            r.list::<2>()
        ));
        check!(layer(&[r.list::<3>(), r.list()], &r.list::<3>(), r.list::<2>()) -> many);
        check!(explicit_step(&mut r.list::<4>(), 0.0625, const 5));
        check!(recurrence(&r.list::<3>(), const 6) -> many);
    }
}
