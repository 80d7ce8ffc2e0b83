//! Arithmetic, `let`, assignments, shadowing, blocks.

twin! { polynomial ($ T O grad): f(1.5, -0.25); f(-2.0, 3.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let a = x * y + 2.0 * x - y / 3.0;
        let b = -a * a;
        (a - b) * (x + 1.0)
    }
} }

twin! { identity ($ T O grad): f(1.5); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        x
    }
} }

twin! { unused_parameter ($ T O grad): f(1.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, _y: $T) -> $T {
        x * x
    }
} }

twin! { constant_result ($ T O grad): f(1.5); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        let _y = x * x;
        let zero: $T = $O;
        zero
    }
} }

twin! { compound_assignments ($ T O grad): f(1.5, -0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        s += y;
        s *= x;
        s -= 2.0 * y;
        s /= y * y + 1.0;
        s *= s;
        s += s;
        s -= s * 0.25;
        s
    }
} }

twin! { assigned_to_itself ($ T O grad): f(1.5, -0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x * y;
        s = s * s + s;
        s = x - s;
        s = s;
        s * x
    }
} }

twin! { overwritten_before_use ($ T O grad): f(1.5, -0.75); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x.exp();
        let t = s * y;
        s = y;
        s * t
    }
} }

twin! { value_kept_after_overwriting ($ T O grad): f(1.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        let old = s;
        s = s * y;
        let middle = s;
        s = s * s;
        old * middle * s
    }
} }

twin! { shadowing ($ T O grad): f(0.5, 0.25); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let x = x * y;
        let y = {
            let x = x + 1.0;
            let y = y * x;
            x * y
        };
        let x = x + y;
        let x = x * x;
        x - y
    }
} }

twin! { parameter_shadowed_at_once ($ T O grad): f(0.5, 0.25); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let (x, y) = (y, x);
        let y = y * y;
        x + 3.0 * y
    }
} }

twin! { mutable_parameters ($ T O grad): f(0.5, 0.25); {
    #[$grad]
    pub fn f(mut x: $T, mut y: $T) -> $T {
        x *= y;
        y += x;
        x *= y;
        y = x * y;
        x + y
    }
} }

twin! { declared_late ($ T O grad): f(0.5, 0.25); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let a;
        let b: $T;
        b = x * y;
        a = b * b;
        a + b
    }
} }

twin! { blocks ($ T O grad): f(0.5, 0.25); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let a = {
            let mut t = x;
            t *= y;
            {
                t += x;
            }
            t
        } * {
            let t = y + 2.0;
            t * t
        };
        ({ a }) + { let b = x; b * b }
    }
} }

twin! { explicit_return ($ T O grad): f(0.5, 0.25); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let z = x / y;
        return z * z;
    }
} }

twin! { swapped_by_tuple ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut a = x;
        let mut b = y;
        let (c, d) = (b, a + b);
        a = c * c;
        b = d * a;
        let (a, b) = (b, a);
        a / b
    }
} }

twin! { swapped_by_temporary ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut a = x;
        let mut b = y;
        let t = a;
        a = b;
        b = t;
        a * a + 3.0 * b * a
    }
} }

twin! { raw_identifiers ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(r#type: $T, r#gen: $T) -> $T {
        let r#match = r#type * r#gen;
        let mut r#loop = r#match;
        r#loop *= r#gen;
        r#loop + r#match
    }
} }

twin! { names_of_generated_code ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(sel: $T, seed: $T) -> $T {
        let value = sel * seed;
        let pullback = value * value;
        let sel_bar = pullback + sel;
        let seed_dot = sel_bar * seed;
        let kinds = seed_dot * 2.0;
        let saved = kinds + value;
        let rt = saved * sel;
        rt * rt
    }
} }

twin! { negations_and_parentheses ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        -(-x * -(y)) - -(x - (-y)) / (-(y * y))
    }
} }

twin! { left_operand_is_a_literal ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        1.0 / x + 2.0 * y - (3.0 - x) + 1e-1 / (0.5 + y)
    }
} }

twin! { references ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let r = &x;
        let s = *r * y;
        let q = &s;
        *q * *r
    }
} }

twin! { parameters_by_reference ($ T O grad): f(&0.5, &2.0); {
    #[$grad]
    pub fn f(x: &$T, y: &$T) -> $T {
        let a = *x * *y;
        a * a + *x
    }
} }

twin! { exclusive_alias ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        let r = &mut s;
        *r = *r * y;
        *r += x;
        *r *= *r;
        s * y
    }
} }

twin! { alias_then_another ($ T O grad): f(0.5, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let mut s = x;
        let mut t = y;
        let r = &mut s;
        *r *= 3.0;
        let r = &mut t;
        *r *= s;
        s * t
    }
} }

twin! { many_uses_of_one ($ T O grad): f(1.1); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        x * x * x + x * x - x / (x + x) + x.sin() * x.cos() * x
    }
} }

twin! { long_chain ($ T O grad): f(0.7); {
    #[$grad]
    pub fn f(x: $T) -> $T {
        let mut a = x;
        a = a * 1.5 + 0.25;
        a = a.sin();
        a = a * x;
        a = a.exp();
        a = a / (1.0 + a);
        a = a.sqrt();
        a = a * a * a;
        a
    }
} }

twin! { statements_without_effect ($ T O grad): f(0.7, 2.0); {
    #[$grad]
    pub fn f(x: $T, y: $T) -> $T {
        let _ = x * y;
        let _unused = x.exp();
        ;
        { }
        let mut dead = y;
        dead *= x;
        let _ = dead;
        x * y * y
    }
} }

#[conservative_grad::conservative_grad]
fn behind_references(x: &f64, n: &usize, flag: &bool, w: &[f64]) -> f64 {
    let mut s = *x;
    for i in 0..*n {
        s = s * *x + w[i % w.len()];
        if *flag {
            s *= *n as f64;
        }
    }
    s
}

#[test]
fn scalars_behind_references() {
    check!(behind_references(&0.5, const &3, const &true, &[1.0, 2.0]));
}
