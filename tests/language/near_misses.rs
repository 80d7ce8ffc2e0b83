//! Programs that just miss what a shortcut of the compiler asks for: sums that are none, scratch that
//! is kept in part, stencils in loops that run in another way, arrays that change after they were read.
//! Each was made for a condition that could be left out without any other test noticing.

twin! { stencil_downwards ($ T O grad): f(&[0.5, 2.0, 1.0, -0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in (0..x.len() - 1).rev() {
            s += x[i] * x[i + 1] * x[i];
        }
        s
    }
} }

twin! { stencil_with_a_step ($ T O grad): f(&[0.5, 2.0, 1.0, -0.25]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in (0..x.len() - 1).step_by(2) {
            s += x[i] * x[i + 1] * x[i];
        }
        s
    }
} }

twin! { stencil_in_a_closed_range ($ T O grad): f(&[0.5, 2.0, 1.0, -0.25], const 2); f(&[0.5, 2.0, 1.0, -0.25, 4.0], const 2); {
    #[$grad]
    pub fn f(x: &[$T], last: usize) -> $T {
        let mut s: $T = $O;
        for i in 0..=last {
            s += x[i] * x[i + 1] * x[i];
        }
        s
    }
} }

twin! { stencil_to_the_left ($ T O grad): f(&[0.5, 2.0, 1.0, -0.25]); f(&[0.5, 2.0]); f(&[0.5]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 2..x.len() {
            s += x[i - 2] * x[i] - x[i - 1] * x[i - 1] * x[i];
        }
        s
    }
} }

twin! { state_in_a_closed_range_with_a_step ($ T O grad): f(&[0.5, 2.0, 1.0, -0.25], const 3); f(&[0.5, 2.0, 1.0, -0.25], const 2); {
    #[$grad]
    pub fn f(x: &[$T], last: usize) -> $T {
        let mut s = x[0];
        for i in (0..=last).step_by(2) {
            s = s * x[i] + x[i] * x[i];
        }
        s
    }
} }

twin! { closed_range_of_one ($ T O grad): f(&[0.5, 2.0, 1.0], const 1, const 1); f(&[0.5, 2.0, 1.0], const 1, const 2); f(&[0.5, 2.0, 1.0], const 2, const 1); {
    #[$grad]
    pub fn f(x: &[$T], from: usize, to: usize) -> $T {
        let mut s = x[1];
        for i in from..=to {
            s = s * x[i] + x[0] * x[i];
        }
        s
    }
} }

twin! { added_to_and_read ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [x[0], x[1]];
        for i in 0..x.len() {
            a[0] += x[i] * a[1];
            a[1] += a[0] * 0.5;
        }
        a[0] * a[1]
    }
} }

reals! { a_real_that_steps ($ T grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        // Stepped back, it would not come to 1 again.
        let mut t: $T = 1.0;
        let mut s: $T = 0.0;
        for i in 0..x.len() {
            s = s * 0.5 + x[i] * x[i] / (1.0 + t);
            t += 1e17;
        }
        s
    }
} }

twin! { doubled_in_the_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += x[i] * x[i];
            s = s + s;
        }
        s
    }
} }

twin! { begun_anew ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut last = x[1];
        for i in 0..x.len() {
            last = x[i] * x[i] * x[i];
        }
        last
    }
} }

twin! { begun_anew_in_a_branch ($ T O grad): f(&[0.5, 2.0, 1.0, -0.25], const 2); f(&[0.5, 2.0, 1.0, -0.25], const 3); {
    #[$grad]
    pub fn f(x: &[$T], every: usize) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            if i % every == 0 {
                s = x[i] * x[i];
            } else {
                s += x[i] * x[0];
            }
        }
        s
    }
} }

twin! { read_by_an_inner_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        let mut t: $T = $O;
        for i in 0..x.len() {
            s += x[i] * x[i];
            for j in 0..2 {
                t += s * x[j];
            }
        }
        t
    }
} }

twin! { taken_over ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        let mut before: $T = $O;
        let mut twice: $T = $O;
        for i in 0..x.len() {
            twice = before;
            before = s;
            s += x[i] * x[i];
        }
        s + before + twice * 0.5
    }
} }

twin! { subtracted_from_in_a_sum ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            s = x[i] * x[i] - s;
        }
        s
    }
} }

twin! { linear_and_not ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += x[i] * x[i];
        }
        s + s.sin()
    }
} }

twin! { scratch_without_its_beginning ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut h = [$O; 3];
        let mut s: $T = $O;
        for i in 0..x.len() {
            for j in 1..3 {
                h[j] = x[j] * x[i];
            }
            for j in 0..3 {
                s += h[j] * h[j];
            }
            h[0] += x[i];
        }
        s
    }
} }

twin! { scratch_with_gaps ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut h = [$O; 3];
        let mut s: $T = $O;
        for i in 0..x.len() {
            for j in (0..3).step_by(2) {
                h[j] = x[j] * x[i];
            }
            for j in 0..3 {
                s += h[j] * h[j];
            }
            h[1] += x[i];
        }
        s
    }
} }

twin! { scratch_read_at_a_neighbour ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut h = [$O; 3];
        let mut s: $T = $O;
        for i in 0..x.len() {
            for j in 0..3 {
                h[j] = x[j] * x[i];
                s += h[2 - j] * h[2 - j];
            }
        }
        s
    }
} }

twin! { scratch_read_later ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut h = [$O; 3];
        let mut s: $T = $O;
        for i in 0..x.len() {
            for j in 0..3 {
                h[j] = x[j] * x[i];
            }
            for j in 0..3 {
                s += h[j] * h[j];
            }
        }
        s + h[0] * h[1]
    }
} }

twin! { changed_by_a_call ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn bump(a: &mut [$T; 2], x: $T) {
        a[0] = a[0] * x;
        a[1] += a[0];
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [x[0], x[1]];
        let mut s = x[2];
        for i in 0..x.len() {
            s = s * (a[0] * x[i]);
            bump(&mut a, x[i]);
        }
        s * a[0] + a[1]
    }
} }

twin! { grown_after_a_call ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn squares(v: &[$T]) -> $T {
        let mut s: $T = $O;
        for i in 0..v.len() {
            s = s * 0.5 + v[i] * v[i];
        }
        s
    }
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut v = vec![x[0], x[1]];
        let y = squares(&v);
        v.push(y * x[2]);
        squares(&v) * y
    }
} }

twin! { returned_after_a_call ($ T O grad): f(&[0.5, 2.0, 1.0]) -> many; {
    #[$grad]
    pub fn squares(v: &[$T; 2]) -> $T {
        v[0] * v[0] + v[0] * v[1]
    }
    #[$grad]
    pub fn f(x: &[$T]) -> ([$T; 2], $T) {
        let a = [x[0] * x[1], x[2] * x[2]];
        let y = squares(&a);
        (a, y)
    }
} }

twin! { read_before_and_in_a_loop ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [x[0], x[1]];
        let first = a[0];
        let mut s = first * x[2];
        for i in 0..x.len() {
            s += a[0] * first;
            a[0] = a[0] * x[i];
        }
        s
    }
} }

twin! { handed_from_variable_to_variable ($ T O grad): f(&[0.5, 2.0, 1.0, -0.25, 3.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let (mut a, mut b, mut c) = ($O, $O, $O);
        let mut s: $T = $O;
        for i in 0..x.len() {
            s += c * c;
            c = b;
            b = a;
            a = x[i] * x[0];
        }
        s
    }
} }

twin! { overwritten_with_a_constant ($ T O grad): f(&[0.5, 2.0, 1.0]); {
    #[$grad]
    pub fn f(x: &[$T]) -> $T {
        let mut a = [x[0] * x[0], x[1]];
        let y = a[0] * x[2];
        a[0] = $O;
        (a[0] + x[1]) * a[1] + y
    }
} }
