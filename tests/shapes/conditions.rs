//! One program per condition of the reverse sweep that no other program depended on: what stands above each is what would go
//! wrong without the condition.

use conservative_grad::conservative_grad;

mod cases {
    check_all!(
        overwritten_downwards from 3,
        overwritten_by_two_stores from 3,
        changed_after_it_was_stored from 2,
        stored_by_a_branch from 2,
        stored_at_another_index from 2,
        overwritten_in_part from 2,
        with_a_longer_one_in_its_place from 1,
        exchanged_for_one_of_its_length from 1,
        states_of_different_lengths from 2,
        scratch_of_different_lengths from 2,
        length_of_what_came_later from 1,
        given_back_as_it_came from 2,
        given_back_as_an_array from 2,
        differences_of_a_few from 8,
        arrays_of_a_branch from 2,
        arrays_of_branches_in_loops from 2,
        counted_by_a_machine from 1,
        asked_before_it_changed from 1,
    );
}

/// The elements that are read are those that the iterations before have written.
#[conservative_grad]
fn overwritten_downwards(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = vec![0.0; n];
    for j in 0..n {
        u[j] = x[j];
    }
    for _ in 0..crate::THREE {
        for j in (0..n - 1).rev() {
            u[j] = 0.4 * u[j + 1] * u[j] + 0.5;
        }
    }
    u[0] * u[n / 2]
}

/// What the first store has left alone the second one of the iteration before has changed.
#[conservative_grad]
fn overwritten_by_two_stores(x: &[f64]) -> f64 {
    let n = x.len();
    let mut u = vec![0.0; n];
    for j in 0..n {
        u[j] = x[j];
    }
    for _ in 0..crate::THREE {
        for j in 0..n - 1 {
            let both = u[j] * u[j + 1];
            u[j] = 0.5 * both + x[0] * 0.1;
            u[j + 1] = 0.3 * both + 0.2 * u[j + 1] * u[j + 1];
        }
    }
    u[n - 1] + u[0] * u[n / 2]
}

/// At the end of an iteration the array holds the squares.
#[conservative_grad]
fn changed_after_it_was_stored(x: &[f64]) -> f64 {
    let n = x.len();
    let mut t = vec![0.0; n];
    let mut a = 0.5 * x[0];
    for _ in 0..crate::THREE {
        for j in 0..n {
            t[j] = (0.3 * x[j] * a).exp();
        }
        let mut sum = 0.0;
        for j in 0..n {
            sum += t[j] * x[j];
        }
        for j in 0..n {
            t[j] = t[j] * t[j];
        }
        for j in 0..n {
            sum -= 0.5 * t[j];
        }
        a = 0.5 * a + 0.02 * sum;
    }
    a
}

/// Of every other element the exponential is not stored.
#[conservative_grad]
fn stored_by_a_branch(x: &[f64]) -> f64 {
    let n = x.len();
    let mut t = vec![0.7; n];
    let mut p = x[0];
    for i in 0..n {
        let e = (0.5 * x[i]).exp();
        if i % 2 == 1 {
            t[i] = e;
        }
        p = 0.5 * p + 0.1 * e * e * p;
    }
    for i in 0..n {
        p += t[i] * x[i];
    }
    p
}

/// Later iterations store at the same place.
#[conservative_grad]
fn stored_at_another_index(x: &[f64]) -> f64 {
    let mut t = [0.7; 2];
    let mut p = x[0];
    for i in 0..x.len() {
        let e = (0.5 * x[i]).exp();
        t[i % 2] = e;
        p = 0.5 * p + 0.1 * e * e * p;
    }
    p + t[0] * t[1]
}

/// The upper elements are what the iteration before has made of them.
#[conservative_grad]
fn overwritten_in_part(x: &[f64]) -> f64 {
    let n = x.len();
    let d = n / 2;
    let mut t = vec![1.0; n];
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..d {
            t[j] = x[j] * x[i];
        }
        for j in 0..n {
            t[j] = t[j] * x[j] + 0.1;
            s += t[j];
        }
    }
    s
}

/// The loop that overwrites as many elements as there were at first leaves the others as the iteration before has made them.
#[conservative_grad]
fn with_a_longer_one_in_its_place(x: &[f64]) -> f64 {
    let n = x.len();
    let mut t = vec![1.0; n];
    let first = t[0];
    t = vec![first; 2 * n];
    let mut s = 0.0;
    for i in 0..n {
        for j in 0..n {
            t[j] = x[j] * x[i];
        }
        for j in 0..crate::TWO * n {
            t[j] = t[j] * x[j % n] + 0.1;
            s += t[j];
        }
    }
    s
}

/// What takes its place is as long, and has to be read from where it is.
#[conservative_grad]
fn exchanged_for_one_of_its_length(x: &[f64]) -> f64 {
    let n = x.len();
    let mut a = vec![1.0; n];
    let mut b = vec![0.5; n];
    let mut s = x[0];
    for i in 0..n {
        for j in 0..n {
            a[j] = b[j] * x[i] + 0.3 * x[j];
        }
        for j in 0..n {
            s = 0.5 * s * a[j] + b[n - 1 - j];
        }
        (a, b) = (b, a);
    }
    s + a[0] * b[n - 1]
}

/// What the inner loop reads is as long as there are iterations so far.
#[conservative_grad]
fn states_of_different_lengths(x: &[f64]) -> f64 {
    let mut t = vec![0.5];
    let mut s = x[0];
    for i in 0..x.len() {
        s += t[0] * 0.1;
        t = vec![s * 0.5; i + 1];
        for j in 0..t.len() {
            s = 0.3 * s + 0.2 * s * t[j] * x[j];
        }
    }
    s
}

#[conservative_grad]
fn scratch_of_different_lengths(x: &[f64]) -> f64 {
    let n = x.len();
    let mut t = vec![0.0; n];
    let mut s = x[0] + t[0];
    for i in 0..n {
        let next = vec![0.0; n - i];
        t = next;
        for j in 0..t.len() {
            t[j] = x[j] * s;
        }
        for j in 0..t.len() {
            s = 0.3 * s + 0.2 * t[j] * t[t.len() - 1 - j];
        }
    }
    s
}

/// The vector whose length divides the sum has another one while it is summed up.
#[conservative_grad]
fn length_of_what_came_later(x: &[f64]) -> f64 {
    let mut v = vec![1.0; 2];
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i] * v[i % 2];
    }
    v = vec![0.5; x.len() + 3];
    s / v.len() as f64
}

#[conservative_grad]
fn squares(mut v: Vec<f64>) -> Vec<f64> {
    for j in 0..v.len() {
        v[j] = v[j] * v[j] + 0.1 * v[0];
    }
    v
}

#[conservative_grad]
fn untouched(v: Vec<f64>) -> Vec<f64> {
    v
}

/// The result of the callee is the memory of its parameter.
#[conservative_grad]
fn given_back_as_it_came(x: &[f64]) -> f64 {
    let y = squares(x.to_vec());
    let z = untouched(x.to_vec());
    let mut s = 0.0;
    for j in 0..x.len() {
        s += y[j] * z[x.len() - 1 - j];
    }
    s
}

#[conservative_grad]
fn turned(mut v: [f64; 2]) -> [f64; 2] {
    let first = v[0];
    v[0] = v[1] * first;
    v[1] = first;
    v
}

#[conservative_grad]
fn given_back_as_an_array(x: &[f64]) -> f64 {
    let y = turned([x[0], x[1]]);
    let z = turned(y);
    z[0] * z[1] + y[0]
}

/// Too few iterations for strips: the differences are carried from one to the next.
#[conservative_grad]
fn differences_of_a_few(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..7 {
        let d = x[i] - x[i + 1];
        s += d * d * d - x[i];
    }
    s
}

/// The array is there in one branch only, and is read in the reverse sweep.
#[conservative_grad]
fn arrays_of_a_branch(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = x[0];
    if n % 2 == 1 {
        let mut v = vec![x[1]; n];
        for j in 0..n {
            v[j] = v[j] * x[j];
        }
        for j in 0..n {
            s = 0.5 * s * v[j] + v[n - 1 - j];
        }
    } else {
        let v = [x[0] * x[1], x[1]];
        for j in 0..crate::TWO {
            s = s * v[j] + 0.5;
        }
    }
    s
}

/// The same in every iteration anew, of another length each time.
#[conservative_grad]
fn arrays_of_branches_in_loops(x: &[f64]) -> f64 {
    let n = x.len();
    let mut s = x[0];
    for i in 0..n {
        if i % 3 != 1 {
            let mut v = vec![0.5; i + 1];
            for j in 0..i + 1 {
                v[j] = x[j] * s;
            }
            for j in 0..i + 1 {
                s = 0.3 * s + 0.2 * v[j] * v[i - j];
            }
        } else {
            let v = [x[i] * s, 0.5 * s];
            for j in 0..crate::TWO {
                s = 0.2 * s * v[j] + x[0];
            }
        }
    }
    s
}

/// A state that the compiler does not look into.
struct Machine {
    turns: usize,
}

impl Machine {
    fn turn(&mut self) -> f64 {
        self.turns += 1;
        1.0 / self.turns as f64
    }

    fn look(&self) -> f64 {
        0.2 + 0.1 * self.turns as f64
    }
}

/// What the machine says changes with every question.
#[conservative_grad]
fn counted_by_a_machine(x: &[f64]) -> f64 {
    let mut machine = Machine { turns: 0 };
    let mut p = x[0];
    for i in 0..x.len() {
        let factor = machine.turn();
        p = 0.5 * p + x[i] * factor * p;
    }
    p
}

/// What the machine says changes between the questions.
#[conservative_grad]
fn asked_before_it_changed(x: &[f64]) -> f64 {
    let mut machine = Machine { turns: 0 };
    let mut p = x[0];
    for i in 0..x.len() {
        let factor = machine.look();
        p = 0.5 * p + x[i] * factor * p;
        machine.turns += 1;
    }
    p
}
