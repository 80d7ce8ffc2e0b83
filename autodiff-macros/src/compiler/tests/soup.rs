//! No input makes the compiler panic: tokens in any order, and functions that are valid Rust by
//! syntax and nonsense otherwise.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;

use crate::compiler::expand;

/// Numbers that are the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }

    fn pick(&mut self, words: &str) -> String {
        let words: Vec<&str> = words.split_whitespace().collect();
        words[self.below(words.len())].to_owned()
    }
}

const TOKENS: &str = "x y w fn f let mut if else for in while loop match return break continue impl struct mod trait self \
    Self pub const static move ref as dyn unsafe async use where crate super r#type 'a '_ 'x' \"s\" b\"s\" 0 1 2.5 1e9 1f32 7u8 \
    0x1F + - * / % & | ^ ! < > = == != <= >= += -= && || -> => :: : ; , . .. ..= # $ ? @ ~ _ f64 f32 usize T Vec Option Some \
    max sin iter map sum vec println assert constant tie recursive wrt policy name";

/// A list of tokens, with brackets in pairs.
fn tokens(random: &mut Random, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..random.below(14) {
        if depth > 0 && random.below(4) == 0 {
            let inner = tokens(random, depth - 1);
            let [open, close] = [["(", ")"], ["[", "]"], ["{", "}"]][random.below(3)];
            text.push_str(&format!("{open} {inner} {close} "));
        } else {
            text.push_str(&random.pick(TOKENS));
            text.push(' ');
        }
    }
    text
}

const TYPES: [&str; 24] = [
    "f64",
    "f32",
    "&f64",
    "&mut f64",
    "&[f64]",
    "&mut [f64]",
    "[f64; 3]",
    "&[[f64; 2]; 3]",
    "Vec<f64>",
    "&Vec<Vec<f64>>",
    "(f64, usize)",
    "usize",
    "i32",
    "bool",
    "&str",
    "Option<f64>",
    "Result<f64, String>",
    "Point",
    "&Point<f64>",
    "T",
    "&[T]",
    "impl Fn(f64) -> f64",
    "&mut impl Rng",
    "Box<dyn Fn(f64) -> f64>",
];

const PATTERNS: &str = "x mut_y _ (x,y) (x,_) (x,..) [x,y] [x,..] Some(x) None Point{x,y} Point{x,..} &x 0 1|2 0..=3 Kind::A x@1 ref_x -1 2.5 true";

fn pattern(random: &mut Random) -> String {
    let text = random.pick(PATTERNS);
    text.replace("mut_y", "mut y").replace("ref_x", "ref x")
}

/// An expression that `syn` can read; `depth` levels at most.
fn expr(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random.pick("x y z w v p n i 0 1 2 1.0 0.5 -2.0 3usize true EPS self std::f64::consts::PI T::one() \"s\" ()");
    }
    let mut e = || expr(random, depth - 1);
    let (a, b) = (e(), e());
    let op = random.pick("+ - * / % < <= == != && || += -= *= = & | ^ << >> .. ..=");
    let name = random.pick("sin max powi powf abs len iter sum map fold sqrt min clamp push swap norm windows zip enumerate rev clone unwrap to_owned");
    let field = random.pick("0 1 x y len inner");
    match random.below(30) {
        0..=4 => format!("({a} {op} {b})"),
        5 | 6 => format!("({a}).{name}({b})"),
        7 => format!("({a}).{name}()"),
        8 => format!("({a}).{field}"),
        9 => format!("({a})[{b}]"),
        10 => format!(
            "{}({a}, {b})",
            random.pick("g f64::max Self::f Point::new T::from Some relu self::g")
        ),
        11 => format!("if {a} {{ {b} }} else {{ {} }}", block(random, depth - 1)),
        12 => {
            let (p, q) = (pattern(random), pattern(random));
            format!("match ({a}) {{ {p} => {b}, {q} if {a} => {{ {b} }} _ => {a} }}")
        }
        13 => format!("{{ {} }}", block(random, depth - 1)),
        14 => format!("({a}) as {}", random.pick("f64 f32 usize i32 T u8")),
        15 => format!("({a}, {b})"),
        16 => format!("[{a}, {b}]"),
        17 => format!("[{a}; {b}]"),
        18 => format!("vec![{a}; {b}]"),
        19 => format!("|{}| {a}", pattern(random)),
        20 => format!("Point {{ x: {a}, y: {b} }}"),
        21 => format!("Point {{ x: {a}, ..({b}) }}"),
        22 => format!("{}({a})", random.pick("- ! & &mut *")),
        23 => format!("({a})?"),
        24 => format!("'a: loop {{ {} break 'a {b}; }}", block(random, depth - 1)),
        25 => format!(
            "if let {} = ({a}) {{ {b} }} else {{ {a} }}",
            pattern(random)
        ),
        26 => format!(
            "({a}).iter().{}(|{}| {b}).{}()",
            random.pick("map filter flat_map"),
            pattern(random),
            random.pick("sum product count max collect")
        ),
        27 => format!("({a}).fold({b}, |x, y| {})", expr(random, depth - 1)),
        28 => format!("return {a}"),
        _ => format!("&({a})[{b}..]"),
    }
}

fn block(random: &mut Random, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..random.below(4) {
        let a = expr(random, depth);
        let p = pattern(random);
        let inner = match depth {
            0 => String::new(),
            _ => block(random, depth - 1),
        };
        text.push_str(&match random.below(12) {
            0..=3 => format!("let {p} = {a};"),
            4 => format!("let {p}: {} = {a};", TYPES[random.below(TYPES.len())]),
            5 => format!("for {p} in {a} {{ {inner} }}"),
            6 => format!(
                "while {a} {{ {inner} {} }}",
                random.pick("break; continue; n+=1;")
            ),
            7 => format!("x {} {a};", random.pick("= += -= *= /=")),
            8 => format!("v[{a}] {} {};", random.pick("= += -="), expr(random, depth)),
            9 => format!(
                "let Some({}) = {a} else {{ return 0.0; }};",
                random.pick("x y")
            ),
            10 => format!(
                "{}!({a});",
                random.pick("assert println debug_assert dbg mine")
            ),
            _ => format!("{a};"),
        });
    }
    text + &expr(random, depth)
}

fn function(random: &mut Random) -> String {
    let mut ty = || TYPES[random.below(TYPES.len())];
    let (a, b, c, result) = (ty(), ty(), ty(), ty());
    let body = block(random, 3);
    match random.below(4) {
        0 => format!(
            "fn f<T: Float, const N: usize>(x: {a}, v: {b}, n: {c}) -> {result} {{ {body} }}"
        ),
        1 => format!("fn f(&self, x: {a}, v: {b}) -> {result} {{ {body} }}"),
        2 => format!(
            "impl Point {{ fn f(&mut self, x: {a}) -> {result} {{ {body} }} pub fn g(x: {b}) -> f64 {{ x }} }}"
        ),
        _ => format!("fn f(x: f64, y: f64, mut v: Vec<f64>, p: {c}, n: usize) -> f64 {{ {body} }}"),
    }
}

fn no_panic(attr: &str, item: &str) -> bool {
    let (Ok(attr), Ok(tokens)) = (attr.parse::<TokenStream>(), item.parse::<TokenStream>()) else {
        return false;
    };
    let run = catch_unwind(AssertUnwindSafe(|| expand(attr.clone(), tokens)));
    assert!(run.is_ok(), "panic on #[conservative_grad({attr})] {item}");
    true
}

#[test]
fn tokens_in_any_order() {
    let mut random = Random(3);
    let mut read = 0;
    for _ in 0..1500 {
        let (attr, item) = (tokens(&mut random, 1), tokens(&mut random, 4));
        let function = format!("fn f(x: f64) -> f64 {{ {item} }}");
        read += usize::from(no_panic("", &item)) + usize::from(no_panic(&attr, &function));
    }
    assert!(read > 2000, "{read} of 3000 could be read as tokens");
}

#[test]
fn valid_functions_without_sense() {
    let mut random = Random(4);
    let mut valid = 0;
    for _ in 0..2000 {
        let item = function(&mut random);
        valid += usize::from(syn::parse_str::<syn::Item>(&item).is_ok());
        no_panic("", &item);
    }
    assert!(valid > 700, "{valid} of 2000 are valid");
}
