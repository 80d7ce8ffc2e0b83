//! Memory that gradients keep from call to call.
//!
//! Where a reverse sweep needs numbers of every iteration, they are recorded in lists, which are made anew by each call.
//! For long loops that is dear: the system maps the memory page by page, each time. A [`Workspace`] holds on
//! to it.

use core::any::{Any, TypeId};
use core::cell::{Cell, RefCell};
use core::ops::{Deref, DerefMut};
use std::collections::BTreeMap;

use crate::pages;

/// The memory of records, held by the caller.
///
/// What runs [within](Workspace::within) a workspace, on that thread, takes the lists that it records in from there and
/// gives them back: the second gradient of the same size asks for no memory for them. A record that would be cut into blocks
/// for its length ([`crate::blocks`]) is whole in a workspace. The gradient is the same, bit for bit.
///
/// ```
/// use autodiff_runtime::Workspace;
/// use autodiff_runtime::workspace::records;
///
/// let mut workspace = Workspace::new();
/// for _ in 0..3 {
///     workspace.within(|| {
///         let mut saved = records(); // what emitted code does
///         saved.resize(1000, 0.0_f64);
///     });
/// }
/// assert_eq!(workspace.bytes(), 8000);
/// ```
#[derive(Debug, Default)]
pub struct Workspace {
    lists: Lists,
}

/// The empty lists of a workspace, by their type, and how many bytes they have room for.
type Lists = BTreeMap<TypeId, Vec<(Box<dyn Any + Send>, usize)>>;

thread_local! {
    /// Whether a workspace is in use: all that is asked without one.
    static IN_USE: Cell<bool> = const { Cell::new(false) };
    static LISTS: RefCell<Lists> = const { RefCell::new(BTreeMap::new()) };
}

impl Workspace {
    /// A workspace without any memory.
    #[must_use]
    pub const fn new() -> Workspace {
        Workspace {
            lists: BTreeMap::new(),
        }
    }

    /// Runs `f`, whose records are kept here. A workspace inside of a workspace is the one in use.
    ///
    /// Records that outlive `f`, those in the function that `vjp` returns, are freed where they are dropped, unless that is
    /// within a workspace, too.
    ///
    /// # Panics
    ///
    /// Where `f` does; the memory is kept.
    pub fn within<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _leave = Entered::new(&mut self.lists);
        f()
    }

    /// How many bytes are kept.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lists.values().flatten().map(|(_, bytes)| bytes).sum()
    }

    /// Gives all memory back to the allocator.
    pub fn clear(&mut self) {
        self.lists.clear();
    }
}

/// The lists of a workspace are those of the thread until this is dropped.
struct Entered<'a> {
    lists: &'a mut Lists,
    nested: bool,
}

impl Entered<'_> {
    fn new(lists: &mut Lists) -> Entered<'_> {
        LISTS.with_borrow_mut(|of_thread| core::mem::swap(of_thread, lists));
        Entered {
            lists,
            nested: IN_USE.replace(true),
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        LISTS.with_borrow_mut(|of_thread| core::mem::swap(of_thread, self.lists));
        IN_USE.set(self.nested);
    }
}

/// Whether a workspace is in use on this thread.
#[inline]
#[must_use]
pub fn is_in_use() -> bool {
    IN_USE.get()
}

/// A list of records, of the workspace if one is in use. For emitted code.
#[inline]
#[must_use]
pub fn records<T: Send + 'static>() -> Records<T> {
    pages::keep();
    match is_in_use() {
        true => taken(),
        false => Records {
            list: Vec::new(),
            shell: None,
        },
    }
}

/// A list of what no workspace can hold: pullbacks, which borrow. For emitted code.
#[inline]
#[must_use]
pub fn residuals<T>() -> Vec<T> {
    pages::keep();
    Vec::new()
}

/// Makes room for the first records of a loop that runs nobody knows how often, one kilobyte of them: a list that grows from
/// nothing is moved again and again. For emitted code.
#[inline]
pub fn begin<T>(list: &mut Vec<T>) {
    if list.capacity() == 0 {
        list.reserve((1 << 10) / size_of::<T>().clamp(1, 1 << 10));
    }
}

/// A list that goes back to the workspace. For emitted code.
#[derive(Debug)]
pub struct Records<T: Send + 'static> {
    list: Vec<T>,
    /// Where the list lay in the workspace: no second box is made for it.
    shell: Option<Box<Shell<T>>>,
}

/// What holds a list in the workspace.
#[derive(Debug)]
struct Shell<T>(Vec<T>);

impl<T: Send + 'static> Deref for Records<T> {
    type Target = Vec<T>;
    #[inline]
    fn deref(&self) -> &Vec<T> {
        &self.list
    }
}

impl<T: Send + 'static> DerefMut for Records<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.list
    }
}

impl<T: Send + 'static> Drop for Records<T> {
    #[inline]
    fn drop(&mut self) {
        if is_in_use() && self.list.capacity() > 0 {
            give_back(core::mem::take(&mut self.list), self.shell.take());
        }
    }
}

/// The longest list of the type.
#[inline(never)]
fn taken<T: Send + 'static>() -> Records<T> {
    let found = LISTS.with_borrow_mut(|lists| {
        let lists = lists.get_mut(&TypeId::of::<T>())?;
        let longest = (0..lists.len()).max_by_key(|k| lists[*k].1)?;
        lists.swap_remove(longest).0.downcast::<Shell<T>>().ok()
    });
    match found {
        Some(mut shell) => Records {
            list: core::mem::take(&mut shell.0),
            shell: Some(shell),
        },
        None => Records {
            list: Vec::new(),
            shell: None,
        },
    }
}

#[inline(never)]
fn give_back<T: Send + 'static>(mut list: Vec<T>, shell: Option<Box<Shell<T>>>) {
    list.clear();
    let bytes = list.capacity() * size_of::<T>();
    let mut shell = shell.unwrap_or_else(|| Box::new(Shell(Vec::new())));
    shell.0 = list;
    LISTS.with_borrow_mut(|lists| {
        let of_type = lists.entry(TypeId::of::<T>()).or_default();
        of_type.push((shell, bytes));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back() {
        let mut workspace = Workspace::new();
        let fill = |n: usize| {
            let (mut a, mut b) = (records(), records());
            a.resize(n, 1.0_f64);
            b.resize(2 * n, 2.0_f64);
            (a.as_ptr(), b.as_ptr())
        };
        let (_, longer) = workspace.within(|| fill(100));
        assert_eq!(workspace.bytes(), 8 * 300);
        // The longest one is what the first list gets.
        let (first, _) = workspace.within(|| fill(100));
        assert_eq!(first, longer);
        workspace.clear();
        assert_eq!(workspace.bytes(), 0);
    }

    #[test]
    fn lists_of_types_do_not_meet() {
        let mut workspace = Workspace::new();
        workspace.within(|| records::<f64>().resize(10, 0.0));
        workspace.within(|| {
            assert_eq!(records::<f32>().capacity(), 0);
            assert_eq!(records::<f64>().capacity(), 10);
        });
    }

    #[test]
    fn without_a_workspace_nothing_is_kept() {
        let mut workspace = Workspace::new();
        let outlives = workspace.within(|| {
            let mut list = records();
            list.push(1.0_f64);
            list
        });
        drop(outlives);
        assert_eq!(workspace.bytes(), 0);
        assert!(!is_in_use());
    }

    #[test]
    fn workspaces_nest_and_survive_panics() {
        let (mut outer, mut inner) = (Workspace::new(), Workspace::new());
        outer.within(|| {
            inner.within(|| records::<f64>().resize(10, 0.0));
            assert!(is_in_use());
            let caught = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
                inner.within(|| {
                    let mut list = records::<f64>();
                    list.resize(20, 0.0);
                    panic!("in the primal");
                })
            }));
            assert!(caught.is_err());
            records::<f64>().resize(5, 0.0);
        });
        assert_eq!((outer.bytes(), inner.bytes()), (40, 160));
        assert!(!is_in_use());
    }
}
