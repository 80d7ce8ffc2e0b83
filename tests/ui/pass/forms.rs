//! `impl` blocks, single methods, modules and nested functions under strict lints.
#![forbid(
    unsafe_code,
    unused,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    missing_debug_implementations,
    unnameable_types
)]
#![deny(warnings, unreachable_pub, clippy::pedantic)]

use conservative_grad::{conservative_grad, Differentiable};

/// A point of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

#[conservative_grad]
impl Point {
    /// Scale of everything.
    pub const SCALE: f64 = 2.0;

    /// From its parts.
    #[must_use]
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Its length.
    #[must_use]
    #[inline]
    pub fn norm(&self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt() * Self::SCALE
    }

    /// Not used by anybody but its own derivative.
    fn hidden(self, by: f64) -> f64 {
        self.x * by
    }

    /// Moves it.
    pub fn step(&mut self, by: f64) {
        self.x += by * self.y;
    }

    /// A name that is a word of the language.
    #[must_use]
    pub fn r#match(&self, r#type: f64) -> f64 {
        self.x.max(r#type)
    }

    /// No number comes out.
    #[must_use]
    pub fn quadrant(&self) -> usize {
        usize::from(self.x > 0.0) + 2 * usize::from(self.y > 0.0)
    }

    /// Names that emitted code has for what is its own.
    #[must_use]
    pub fn taken(&self, this: f64, sel: f64, kinds: f64, self_bar: f64) -> f64 {
        let seed = this * sel;
        seed * kinds * self_bar * self.y
    }
}

impl std::ops::Neg for Point {
    type Output = Self;

    fn neg(self) -> Self {
        Self::new(-self.x, -self.y)
    }
}

impl Point {
    /// One function of a block.
    #[conservative_grad]
    #[must_use]
    pub fn dot(&self, other: &Self) -> f64 {
        self.x * other.x + self.y * other.y
    }

    /// One without a receiver.
    #[conservative_grad(method)]
    #[must_use]
    pub fn square(t: f64) -> f64 {
        t * t
    }
}

/// Everything in it.
#[conservative_grad]
pub mod model {
    use conservative_grad::{conservative_grad, Differentiable};

    /// Two numbers.
    #[derive(Clone, Debug, PartialEq, Differentiable)]
    pub struct Pair {
        /// One.
        pub a: f64,
        /// The other.
        pub b: f64,
        /// How often.
        pub n: u32,
    }

    impl Pair {
        /// Their product.
        #[must_use]
        pub fn product(&self) -> f64 {
            super::twice(self.a * self.b) * f64::from(self.n)
        }
    }

    /// With an attribute of its own.
    #[conservative_grad(policy = upper)]
    #[must_use]
    pub fn hinge(x: f64) -> f64 {
        x.max(0.0)
    }

    /// Left alone.
    #[conservative_grad(skip)]
    #[must_use]
    pub fn steps(x: f64) -> f64 {
        x.floor()
    }

    /// Comes back to itself.
    #[must_use]
    pub fn ping(x: f64, n: u32) -> f64 {
        if n == 0 {
            x
        } else {
            pong(x * 0.5, n - 1)
        }
    }

    fn pong(x: f64, n: u32) -> f64 {
        if n == 0 {
            hinge(x)
        } else {
            ping(x, n - 1)
        }
    }
}

/// Nested functions.
#[conservative_grad]
#[must_use]
pub fn twice(x: f64) -> f64 {
    const TWO: f64 = 2.0;
    fn scaled(x: f64) -> f64 {
        x * TWO
    }
    scaled(x)
}

macro_rules! shape {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $t:ty),* } $function:ident($x:ident) = $value:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Differentiable)]
        pub struct $name {
            $(
                /// A field.
                pub $field: $t,
            )*
        }

        #[conservative_grad]
        impl $name {
            /// Made by a macro.
            #[must_use]
            pub fn $function(&self, $x: f64) -> f64 {
                let twice = $x * 2.0;
                twice * $value + self.first()
            }

            /// Made by a macro, too.
            #[must_use]
            pub fn first(&self) -> f64 {
                [$(self.$field),*][0]
            }
        }
    };
}

shape! {
    /// A shape.
    Ellipse { a: f64, b: f64 } area(y) = y + 1.0
}

#[allow(clippy::float_cmp, reason = "what is compared is exact")]
fn main() {
    let p = Point::new(3.0, 4.0);
    assert!((p.norm_grad().x - 1.2).abs() < 1e-12);
    assert_eq!(p.match_grad(5.0).1, 1.0);
    assert_eq!(p.dot_grad(&p).0, PointGradient { x: 3.0, y: 4.0 });
    assert_eq!(Point::square_grad(3.0), 6.0);
    assert_eq!(p.taken_grad(1.0, 2.0, 3.0, 4.0).1, 96.0);
    assert_eq!(
        (p.hidden_grad(2.0).1, p.quadrant(), -p),
        (3.0, 3, Point::new(-3.0, -4.0))
    );
    let mut q = p;
    q.step(1.0);
    let pair = model::Pair {
        a: 2.0,
        b: 3.0,
        n: 2,
    };
    assert_eq!(pair.product_grad().a, 12.0);
    assert_eq!(model::hinge::grad(0.0), 1.0);
    assert_eq!(model::steps(1.5), 1.0);
    assert_eq!(model::ping::grad(1.0, 3), 0.25);
    assert_eq!(twice::grad(1.0), 2.0);
    let ellipse = Ellipse { a: 1.0, b: 2.0 };
    let (own, y) = ellipse.area_grad(3.0);
    assert_eq!((own.a, own.b, y), (1.0, 0.0, 14.0));
}
