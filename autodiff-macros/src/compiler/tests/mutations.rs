//! No input makes the compiler panic: functions with tokens taken out, doubled, swapped and put in
//! from elsewhere are compiled or refused, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Group, TokenStream, TokenTree};

use crate::compiler::expand;

/// Functions to start from; together they use most of the language.
const FUNCTIONS: [&str; 6] = [
    "fn loss(w: &[f64], b: f64, #[constant] xs: &[f64], n: usize) -> f64 { let mut s = 0.0; for i in 0..n { let r = w[i] * xs[i] + b; s += if r > 0.0 { r } else { -0.5 * r }; } s / n as f64 }",
    "fn step(y: &mut [f64; 3], h: f64) { let (a, b) = (y[0], y[1]); y[0] += h * (b - a).sin(); y[1] = y[0].max(b).abs(); for k in (1..3).rev() { y[k] *= h; } }",
    "fn newton(a: f64) -> f64 { let mut x = a; let mut n = 0; loop { let next = 0.5 * (x + a / x); n += 1; if (next - x).abs() < 1e-9 || n > 50 { break; } x = next; } x }",
    "fn power(x: f64, n: u32) -> f64 { if n == 0 { return 1.0; } let half = power(x, n / 2); match n % 2 { 0 => half * half, _ => x * half * half } }",
    "fn rows<const N: usize>(m: &[[f64; N]; 2], v: Vec<f64>) -> ([f64; 2], f64) { let mut out = [0.0; 2]; 'outer: for (i, row) in m.iter().enumerate() { for j in 0..N { if v[j] < 0.0 { continue 'outer; } out[i] += row[j] * v[j]; } } let t = vec![out[0], out[1]]; (out, t.iter().sum()) }",
    "fn chain(x: f64, p: (f64, f32)) -> f64 { let f = |t: f64| t.exp().ln_1p(); let z = dot(&[x, 2.0], &[f(x), p.0]); assert!(z > 0.0, \"{x}\"); stop_gradient(z) + f64::powi(z, 3) + relu(p.1 as f64) }",
];

/// A generator of numbers that is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }
}

/// Changes one token somewhere in the tree.
fn mutate(tokens: TokenStream, pool: &[TokenTree], random: &mut Random) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    let groups: Vec<usize> = (0..trees.len())
        .filter(|&i| matches!(trees[i], TokenTree::Group(_)))
        .collect();
    if !groups.is_empty() && random.below(4) > 0 {
        let i = groups[random.below(groups.len())];
        if let TokenTree::Group(group) = &trees[i] {
            trees[i] = Group::new(group.delimiter(), mutate(group.stream(), pool, random)).into();
        }
        return trees.into_iter().collect();
    }
    let i = random.below(trees.len());
    match random.below(4) {
        0 if !trees.is_empty() => drop(trees.remove(i)),
        1 if !trees.is_empty() => trees.insert(i, trees[i].clone()),
        2 if i > 0 => trees.swap(i - 1, i),
        _ => trees.insert(i, pool[random.below(pool.len())].clone()),
    }
    trees.into_iter().collect()
}

/// Every token of every function.
fn pool(tokens: TokenStream, into: &mut Vec<TokenTree>) {
    for tree in tokens {
        if let TokenTree::Group(group) = &tree {
            pool(group.stream(), into);
        }
        into.push(tree);
    }
}

#[test]
fn no_input_makes_the_compiler_panic() {
    let functions: Vec<TokenStream> = FUNCTIONS.iter().map(|text| text.parse().unwrap()).collect();
    let mut tokens = Vec::new();
    functions.iter().for_each(|f| pool(f.clone(), &mut tokens));
    let mut random = Random(1);
    for round in 0..3000 {
        let mut item = functions[round % functions.len()].clone();
        for _ in 0..=random.below(3) {
            item = mutate(item, &tokens, &mut random);
        }
        let run = catch_unwind(AssertUnwindSafe(|| {
            expand(TokenStream::new(), item.clone())
        }));
        assert!(run.is_ok(), "panic on `{item}`");
    }
}
