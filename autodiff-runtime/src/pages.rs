//! Pages that the allocator keeps.
//!
//! By default glibc's `malloc` gives memory back to the system as soon as 128 KiB at the end of its heap are free, and larger blocks
//! at once. A gradient frees its records when it is done, so that each call finds fresh pages, which the system has to clear: up
//! to half of the time of gradients that record half a megabyte or more. Both limits rise to the largest mapped block that
//! was freed, up to 32 MiB (`mallopt(3)`, `M_MMAP_THRESHOLD`: the threshold is dynamic). So the first list of records frees one
//! of that size, which nobody has written to: it never had pages. Whoever has set the limits, or has another allocator, sees no effect.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The largest block that moves the limits, with room for what the allocator adds.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGEST: usize = (32 << 20) - (8 << 10);

#[cfg(all(target_os = "linux", target_env = "gnu"))]
static KEPT: AtomicBool = AtomicBool::new(false);

/// Has the allocator keep what records leave.
#[inline(always)]
pub(crate) fn keep() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    if !KEPT.load(Relaxed) {
        free_a_large_one();
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[cold]
#[inline(never)]
fn free_a_large_one() {
    if !KEPT.swap(true, Relaxed) {
        let mut block: Vec<u8> = Vec::new();
        // Where there is no such room, nothing is gained and nothing lost.
        let _ = block.try_reserve_exact(LARGEST);
        drop(core::hint::black_box(block));
    }
}
