//! Lengths in what a method changes and another one counts, where only rustc knows the type: of a field, of what a function gives.

use conservative_grad::{Differentiable, conservative_grad};

#[derive(Clone, Debug, Default, Differentiable)]
pub struct Tree {
    pub kids: Vec<f64>,
    pub v: f64,
}
#[derive(Clone, Debug, Differentiable)]
pub struct Wood {
    tree: Tree,
    rest: Vec<Tree>,
    boxed: [Tree; 2],
    pub e: f64,
}
/// Its methods bear the names of those that they call.
#[derive(Clone, Debug, Differentiable)]
pub struct Park {
    tree: Tree,
    rest: Vec<Park>,
    pub e: f64,
}

#[conservative_grad]
impl Park {
    pub fn insert(&mut self, v: f64) {
        self.tree.insert(v);
    }
    pub fn mean(&self) -> f64 {
        self.tree.mean() * self.e
    }
    pub fn sum(&self) -> f64 {
        let mut s = self.tree.sum() * self.e;
        for park in &self.rest {
            s += park.sum();
        }
        s
    }
}

#[conservative_grad]
fn by_methods_of_the_same_names(p: &mut Park, v: f64) -> f64 {
    p.insert(v);
    p.mean() //~ AD0302
}

#[conservative_grad]
fn by_one_of_the_same_name(p: &mut Park, v: f64) -> f64 {
    p.insert(v);
    p.e * v
}

#[derive(Clone, Debug, Differentiable)]
pub struct State {
    at: Vec<f64>,
    n: usize,
    e: f64,
}
#[conservative_grad]
impl Tree {
    pub fn new(v: f64) -> Tree {
        Tree { kids: vec![v], v }
    }
    pub fn empty(n: usize) -> Tree {
        Tree {
            kids: vec![0.0; n],
            v: 1.0,
        }
    }
    pub fn insert(&mut self, v: f64) {
        if v > self.v {
            self.kids.push(v);
        }
    }
    pub fn always(&mut self, v: f64) {
        self.kids.push(v);
    }
    pub fn mean(&self) -> f64 {
        self.kids.iter().sum::<f64>() / self.kids.len() as f64
    }
    pub fn sum(&self) -> f64 {
        self.kids.iter().sum::<f64>()
    }
}
#[conservative_grad]
impl Wood {
    pub fn plant(&mut self, v: f64) {
        self.tree.insert(v);
    }
    pub fn mean(&self) -> f64 {
        self.tree.mean() * self.e
    }
    pub fn total(&self) -> f64 {
        self.tree.sum() * self.e
    }
}
#[conservative_grad]
impl State {
    pub fn energy(&self) -> f64 {
        self.e * self.n as f64
    }
    pub fn other(&self) -> f64 {
        self.e * self.at.len() as f64
    }
}
#[conservative_grad]
fn stepped(s: &State, h: f64) -> State {
    let mut r = s.clone();
    if s.e > h {
        r.n += 1;
    }
    r.e += h;
    r
}
#[conservative_grad]
fn made(x: &[f64]) -> f64 {
    let mut t = Tree::new(x[0]);
    for v in x {
        t.insert(*v);
    }
    t.mean() //~ AD0302
}
#[conservative_grad]
fn nothing_counted(x: &[f64]) -> f64 {
    let mut t = Tree::new(x[0]);
    for v in x {
        t.insert(*v);
    }
    t.sum()
}
#[conservative_grad]
fn by_no_test(x: &[f64]) -> f64 {
    let mut t = Tree::new(x[0]);
    for v in x {
        t.always(*v);
    }
    t.mean()
}
#[conservative_grad]
fn of_constants(x: &[f64]) -> f64 {
    let mut t = Tree::empty(2);
    for v in x {
        t.insert(*v);
    }
    t.mean() //~ AD0302
}
#[conservative_grad]
fn by_default(x: &[f64]) -> f64 {
    let mut t = Tree::default();
    for v in x {
        t.insert(*v);
    }
    t.mean() //~ AD0302
}
#[conservative_grad]
fn a_field(w: &mut Wood, v: f64) -> f64 {
    w.tree.insert(v);
    w.tree.mean() //~ AD0302
}
#[conservative_grad]
fn by_methods_of_a_field(w: &mut Wood, v: f64) -> f64 {
    w.plant(v);
    w.mean() //~ AD0302
}
#[conservative_grad]
fn by_such_that_count_nothing(w: &mut Wood, v: f64) -> f64 {
    w.plant(v);
    w.total()
}
#[conservative_grad]
fn an_element_of_a_field(w: &mut Wood, v: f64) -> f64 {
    w.rest[0].insert(v);
    w.rest[0].mean() //~ AD0302
}
#[conservative_grad]
fn of_an_array(w: &mut Wood, v: f64) -> f64 {
    w.boxed[0].insert(v);
    w.boxed[0].sum()
}
#[conservative_grad]
fn through_both(w: &mut Wood, v: f64) -> f64 {
    w.plant(v);
    w.tree.mean() //~ AD0302
}
#[conservative_grad]
fn given(s: &State, h: f64) -> f64 {
    let t = stepped(s, h);
    t.energy() //~ AD0302
}
#[conservative_grad]
fn another_field(s: &State, h: f64) -> f64 {
    let t = stepped(s, h);
    t.other()
}
#[conservative_grad]
fn given_again(s: &State, h: f64) -> f64 {
    let mut t = s.clone();
    for _ in 0..3 {
        t = stepped(&t, h);
    }
    t.energy() //~ AD0302
}
#[conservative_grad]
fn by_a_trait(x: &[f64]) -> f64 {
    let mut t: Tree = Default::default();
    for v in x {
        t.insert(*v);
    }
    t.sum()
}
#[derive(Clone, Debug, Differentiable)]
pub struct Stack<T> {
    pub kids: Vec<T>,
    pub v: T,
}
#[conservative_grad]
impl Stack<f64> {
    pub fn new(v: f64) -> Stack<f64> {
        Stack { kids: vec![v], v }
    }
    pub fn insert(&mut self, v: f64) {
        if v > self.v {
            self.kids.push(v);
        }
    }
    pub fn mean(&self) -> f64 {
        self.kids.iter().sum::<f64>() / self.kids.len() as f64
    }
}
#[conservative_grad]
fn of_a_generic_type(x: &[f64]) -> f64 {
    let mut t = Stack::new(x[0]);
    for v in x {
        t.insert(*v);
    }
    t.mean() //~ AD0302
}
fn main() {}
