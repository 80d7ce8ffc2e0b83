//! Named, tuple and nested structs: zeros, sums, lengths.

use conservative_grad::{Adjoint, Components, ConstantField, Differentiable, SameShape};

#[derive(Differentiable)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Differentiable)]
struct Pair(f64, pub(crate) [f32; 2]);

#[derive(Differentiable)]
struct Everything<'a> {
    number: f64,
    single: f32,
    array: [[f64; 2]; 2],
    list: Vec<f64>,
    rows: Vec<Vec<f64>>,
    borrowed: &'a [f64],
    reference: &'a Point,
    pairs: &'a [(f64, f32)],
    tuple: (f64, [f64; 1]),
    boxed: Box<Point>,
    some: Option<f64>,
    none: Option<Vec<Point>>,
    nested: Point,
    points: [Point; 2],
    r#type: f64,
    // What has no derivative, and needs no mark.
    count: usize,
    sign: bool,
    letter: char,
    name: String,
    label: &'static str,
    indices: &'a [usize],
    grid: Vec<[u8; 3]>,
    choice: Option<(i32, bool)>,
    marker: core::marker::PhantomData<fn() -> f64>,
    // What does.
    #[constant]
    step: f64,
    #[constant]
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Method {
    Euler,
}

fn everything<'a>(point: &'a Point, numbers: &'a [f64]) -> Everything<'a> {
    let at = |x: f64| Point { x, y: -x };
    Everything {
        number: 1.0,
        single: 2.0,
        array: [[3.0, 4.0], [5.0, 6.0]],
        list: vec![7.0; 3],
        rows: vec![vec![1.0], vec![], vec![2.0, 3.0]],
        borrowed: numbers,
        reference: point,
        pairs: &[(1.0, 2.0)],
        tuple: (8.0, [9.0]),
        boxed: Box::new(at(1.0)),
        some: Some(10.0),
        none: None,
        nested: at(2.0),
        points: [at(3.0), at(4.0)],
        r#type: 11.0,
        count: 12,
        sign: true,
        letter: 'c',
        name: "name".to_owned(),
        label: "label",
        indices: &[1, 2],
        grid: vec![[1, 2, 3]],
        choice: Some((1, false)),
        marker: core::marker::PhantomData,
        step: 0.5,
        method: Method::Euler,
    }
}

fn zero_point() -> PointGradient {
    PointGradient { x: 0.0, y: 0.0 }
}

#[test]
fn zeros_have_the_lengths_of_the_value() {
    let (point, numbers) = (Point { x: 1.0, y: 2.0 }, [1.0; 4]);
    let value = everything(&point, &numbers);
    let zero = value.zero_gradient();
    let expected = EverythingGradient {
        number: 0.0,
        single: 0.0,
        array: [[0.0; 2]; 2],
        list: vec![0.0; 3],
        rows: vec![vec![0.0], vec![], vec![0.0, 0.0]],
        borrowed: vec![0.0; 4],
        reference: zero_point(),
        pairs: vec![(0.0, 0.0)],
        tuple: (0.0, [0.0]),
        boxed: zero_point(),
        some: Some(0.0),
        none: None,
        nested: zero_point(),
        points: [zero_point(), zero_point()],
        r#type: 0.0,
        count: ConstantField,
        sign: ConstantField,
        letter: ConstantField,
        name: ConstantField,
        label: ConstantField,
        indices: ConstantField,
        grid: ConstantField,
        choice: ConstantField,
        marker: ConstantField,
        step: ConstantField,
        method: ConstantField,
    };
    assert_eq!(zero, expected);
    value.assert_same_shape(&zero, "value", "zero");
    let held = (
        value.count,
        value.sign,
        value.letter,
        value.name,
        value.label,
    );
    assert_eq!(held, (12, true, 'c', "name".to_owned(), "label"));
    assert_eq!(
        (value.indices, value.grid, value.choice),
        (&[1, 2][..], vec![[1, 2, 3]], Some((1, false)))
    );
    assert_eq!(
        (value.step, value.method, value.marker),
        (0.5, Method::Euler, core::marker::PhantomData)
    );
}

/// A gradient with the numbers 1, 2, 3, … in it.
fn counted<G: Components>(mut zero: G) -> (G, Vec<f64>) {
    zero.write(&mut (1..).map(f64::from));
    let mut numbers = Vec::new();
    zero.read(&mut numbers);
    (zero, numbers)
}

#[test]
fn every_number_is_added_once_and_cleared() {
    let (point, numbers) = (Point { x: 1.0, y: 2.0 }, [1.0; 4]);
    let value = everything(&point, &numbers);
    let (mut gradient, numbers) = counted(value.zero_gradient());
    assert_eq!(gradient.count(), numbers.len());
    let upto = |n: usize| (1..=n).map(|i| i as f64).collect::<Vec<_>>();
    assert_eq!(numbers, upto(gradient.count()));
    // 1 + 1 + 4 + 3 + 3 + 4 + 2 + 2 + 2 + 2 + 1 + 0 + 2 + 4 + 1
    assert_eq!(numbers.len(), 32);

    let other = gradient.clone();
    Adjoint::add(&mut gradient, &other);
    conservative_grad::__private::add(&mut gradient, &other);
    let mut sum = Vec::new();
    gradient.read(&mut sum);
    assert_eq!(sum, numbers.iter().map(|x| 3.0 * x).collect::<Vec<_>>());

    let total = conservative_grad::__private::sum(&[other.clone(), gradient.clone(), other]);
    let mut sum = Vec::new();
    total.read(&mut sum);
    assert_eq!(sum, numbers.iter().map(|x| 5.0 * x).collect::<Vec<_>>());

    gradient.clear();
    assert_eq!(gradient, value.zero_gradient());
}

#[test]
fn numbers_are_in_the_order_of_the_fields() {
    let (gradient, _) = counted(Pair(1.0, [2.0, 3.0]).zero_gradient());
    assert_eq!(gradient, PairGradient(1.0, [2.0, 3.0]));
    let rows = gradient.rows(&mut ["a", "b", "c"].into_iter());
    assert_eq!(rows, ["a", "b", "c"]);
}

#[test]
fn gradients_of_numbers_are_copied() {
    let a = Point { x: 1.0, y: 2.0 }.zero_gradient();
    let (b, c) = (a, a);
    assert_eq!(b, c);
    let a = Pair(1.0, [2.0; 2]).zero_gradient();
    let (b, c) = (a, a);
    assert_eq!((b, c.1), (c, [0.0f32; 2]));
}

#[test]
fn gradients_are_printed_as_structs() {
    let gradient: PointGradient = PointGradient { x: 1.0, y: 2.5 };
    assert_eq!(format!("{gradient:?}"), "PointGradient { x: 1.0, y: 2.5 }");
    let gradient: PairGradient = PairGradient(1.0, [0.0, 1.0]);
    assert_eq!(format!("{gradient:?}"), "PairGradient(1.0, [0.0, 1.0])");
}

fn message(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(check).expect_err("a mismatch");
    *panic.downcast::<String>().expect("a text")
}

#[test]
fn lengths_that_differ_are_named_by_their_place() {
    let (point, numbers) = (Point { x: 1.0, y: 2.0 }, [1.0; 4]);
    let value = everything(&point, &numbers);
    let mismatch = |change: fn(&mut EverythingGradient)| {
        let mut gradient = value.zero_gradient();
        change(&mut gradient);
        let value = everything(&point, &numbers);
        let check = || value.assert_same_shape(&gradient, "p", "p_bar");
        message(std::panic::AssertUnwindSafe(check))
    };
    assert_eq!(
        mismatch(|g| g.list.clear()),
        "length of `p_bar.list` is 0, that of `p.list` is 3"
    );
    assert_eq!(
        mismatch(|g| g.borrowed.push(0.0)),
        "length of `p_bar.borrowed` is 5, that of `p.borrowed` is 4"
    );
    assert_eq!(
        mismatch(|g| g.rows[2].push(0.0)),
        "length of `p_bar.rows[2]` is 3, that of `p.rows[2]` is 2"
    );
    assert_eq!(
        mismatch(|g| g.some = None),
        "`p_bar.some` is `None`, and `p.some` is `Some`"
    );
    assert_eq!(
        mismatch(|g| g.none = Some(vec![])),
        "`p_bar.none` is `Some`, and `p.none` is `None`"
    );
    let (a, mut b) = (value.zero_gradient(), value.zero_gradient());
    b.pairs.clear();
    let check = || a.assert_same_shape(&b, "the result", "the seed");
    assert_eq!(
        message(std::panic::AssertUnwindSafe(check)),
        "length of `the seed.pairs` is 0, that of `the result.pairs` is 1"
    );
}

mod names {
    //! Types that are called as those of std, in a module where nothing else is.
    #![allow(dead_code, non_snake_case, reason = "names in the way, not to be read")]

    use conservative_grad::Differentiable as Derived;

    #[derive(Derived)]
    pub(super) struct Vec {
        pub(super) x: f64,
    }

    pub(super) struct Option;
    pub(super) struct Clone;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) trait Default {}
    #[allow(non_upper_case_globals, reason = "a name in the way")]
    pub(super) const other: usize = 1;

    #[derive(Derived)]
    #[differentiable(gradient = Slopes)]
    pub(super) struct P {
        pub(super) v: Vec,
        pub(super) w: [Vec; 2],
        pub(super) K: f64,
        #[constant]
        pub(super) o: Option,
    }
}

#[test]
fn names_of_std_may_be_those_of_the_user() {
    let vector = |x| names::Vec { x };
    let p = names::P {
        v: vector(1.0),
        w: [vector(2.0), vector(3.0)],
        K: 4.0,
        o: names::Option,
    };
    let (gradient, _) = counted(p.zero_gradient());
    let vector = |x| names::VecGradient { x };
    let expected = names::Slopes {
        v: vector(1.0),
        w: [vector(2.0), vector(3.0)],
        K: 4.0,
        o: ConstantField,
    };
    assert_eq!(gradient, expected);
}

macro_rules! point {
    ($name:ident, $($field:ident: $ty:ty),*) => {
        #[derive(Differentiable)]
        struct $name { $($field: $ty),* }
    };
}

point!(Made, x: f64, n: usize, w: &'static [f64]);

#[test]
fn structs_are_made_by_macros() {
    let made = Made {
        x: 1.0,
        n: 2,
        w: &[3.0],
    };
    let zero = made.zero_gradient();
    assert_eq!((zero.x, zero.w, zero.n), (0.0, vec![0.0], ConstantField));
    assert_eq!(made.n, 2);
}

/// A tree: the struct holds itself in a `Vec`.
#[derive(Differentiable)]
struct Tree {
    weight: f64,
    children: Vec<Tree>,
    others: Vec<Self>,
}

#[test]
fn a_struct_may_hold_itself_in_a_vec() {
    let leaf = |weight| Tree {
        weight,
        children: vec![],
        others: vec![],
    };
    let tree = Tree {
        weight: 1.0,
        children: vec![leaf(2.0), leaf(3.0)],
        others: vec![leaf(4.0)],
    };
    let mut gradient = tree.zero_gradient();
    tree.assert_same_shape(&gradient, "tree", "gradient");
    gradient.children[1].weight = 2.0;
    let rows = gradient.rows(&mut (1..));
    assert_eq!((gradient.count(), rows), (4, vec![1, 2, 3, 4]));
    let other = gradient.clone();
    gradient.add(&other);
    assert_eq!((gradient.weight, gradient.children[1].weight), (0.0, 4.0));
    assert_eq!(gradient.others[0].children, []);
    gradient.children[1].others.push(other);
    let check = || tree.assert_same_shape(&gradient, "tree", "gradient");
    assert_eq!(
        message(std::panic::AssertUnwindSafe(check)),
        "length of `gradient.children[1].others` is 1, that of `tree.children[1].others` is 0"
    );
}
