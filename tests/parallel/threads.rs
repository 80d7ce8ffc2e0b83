//! Several threads do run: a function that an iteration calls waits until it was entered on as many as there are.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use conservative_grad::{conservative_grad, conservative_rule};
use rayon::ThreadPoolBuilder;

/// Who came by, and how many have to come before anybody goes on.
struct Meeting {
    met: BTreeSet<String>,
    wanted: usize,
}

static MEETING: Mutex<Meeting> = Mutex::new(Meeting {
    met: BTreeSet::new(),
    wanted: 1,
});
static CAME: Condvar = Condvar::new();

/// Far longer than a thread needs to wake up, so that a test fails where it would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

fn name(id: ThreadId) -> String {
    format!("{id:?}")
}

/// Sets down the thread and waits for the others.
fn meet() {
    let mut meeting = MEETING.lock().expect("nobody panics here");
    meeting.met.insert(name(thread::current().id()));
    CAME.notify_all();
    let waits = |m: &mut Meeting| m.met.len() < m.wanted;
    let waited = CAME.wait_timeout_while(meeting, PATIENCE, waits);
    let (met, time) = waited.expect("nobody panics here");
    drop(met);
    assert!(!time.timed_out(), "no other thread came");
}

#[conservative_rule(pullback = square_pullback)]
fn square(x: f64) -> f64 {
    meet();
    x * x
}

fn square_pullback(x: f64, _: f64, y_bar: f64) -> f64 {
    meet();
    2.0 * x * y_bar
}

#[conservative_grad(parallel)]
fn squares(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += square(x[i]);
    }
    sum
}

#[conservative_grad]
fn one_by_one(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += square(x[i]);
    }
    sum
}

/// The threads that `f` ran on, in a pool of `threads`, none of which goes on before all `wanted` have come.
fn threads_of(threads: usize, wanted: usize, f: fn(&[f64]) -> (f64, Vec<f64>)) -> BTreeSet<String> {
    *MEETING.lock().expect("nobody panics here") = Meeting {
        met: BTreeSet::new(),
        wanted,
    };
    let x: Vec<f64> = (0..2000).map(f64::from).collect();
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let (value, gradient) = pool.expect("a thread pool").install(|| f(&x));
    assert_eq!(value, 2_664_667_000.0);
    assert!((0..2000).all(|i| gradient[i] == 2.0 * i as f64));
    std::mem::take(&mut MEETING.lock().expect("nobody panics here").met)
}

/// One test: there is one place to meet.
#[test]
fn as_many_threads_run_as_there_are() {
    for threads in [2, 3] {
        let ran = threads_of(threads, threads, squares::value_and_grad);
        assert_eq!(ran.len(), threads);
        assert!(!ran.contains(&name(thread::current().id())));
    }
    assert_eq!(threads_of(1, 1, squares::value_and_grad).len(), 1);
    // Without the option, one thread runs all of it.
    assert_eq!(threads_of(3, 1, one_by_one::value_and_grad).len(), 1);
}
