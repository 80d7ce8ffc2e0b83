//! Two variables of one spelling from different macro expansions.

use conservative_grad::conservative_grad;

macro_rules! doubled {
    ($name:ident, $x:ident) => {
        #[conservative_grad]
        fn $name($x: f64) -> f64 {
            let x = 2.0;
            $x * x
        }
    };
}

doubled!(merged, x);
doubled!(apart, y);

fn main() {
    let _ = merged::grad(1.0) + apart::grad(1.0);
}
