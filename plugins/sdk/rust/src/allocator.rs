//! The component's allocator: it only ever moves forward.
//!
//! An instance serves one call and is dropped whole, so giving memory back piece by piece buys nothing. Only the newest
//! block is reused: a growing string or list, the commonest pattern of JSON, grows in place.
#![allow(unsafe_code, reason = "a global allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ptr;

const PAGE: usize = 65_536;
/// The least that memory grows by: 16 pages, so that growing stays rare.
const STEP: usize = 16;

struct Bump {
    /// Where the next block may start; 0 before the first.
    next: Cell<usize>,
    /// The end of memory.
    end: Cell<usize>,
}

// SAFETY: wasm32-unknown-unknown without atomics has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static ALLOCATOR: Bump = Bump {
    next: Cell::new(0),
    end: Cell::new(0),
};

unsafe extern "C" {
    /// The first address after stack and data: wasm-ld defines it, its address is its value.
    static __heap_base: u8;
}

impl Bump {
    /// Makes sure that memory reaches `end`.
    fn reach(&self, end: usize) -> bool {
        if end <= self.end.get() {
            return true;
        }
        let missing = (end - self.end.get()).div_ceil(PAGE);
        if core::arch::wasm32::memory_grow::<0>(missing.max(STEP)) == usize::MAX
            && core::arch::wasm32::memory_grow::<0>(missing) == usize::MAX
        {
            return false;
        }
        self.end.set(core::arch::wasm32::memory_size::<0>() * PAGE);
        true
    }
}

// SAFETY: blocks start at a multiple of their alignment, lie between `__heap_base` and the end of memory, and never overlap:
// each starts at or after the end of the one before, except for the newest, which nobody else holds.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.next.get() == 0 {
            self.next.set((&raw const __heap_base).addr());
            self.end.set(core::arch::wasm32::memory_size::<0>() * PAGE);
        }
        let start = self.next.get().checked_next_multiple_of(layout.align());
        let Some((start, end)) =
            start.and_then(|start| Some((start, start.checked_add(layout.size())?)))
        else {
            return ptr::null_mut();
        };
        if !self.reach(end) {
            return ptr::null_mut();
        }
        self.next.set(end);
        ptr::with_exposed_provenance_mut(start)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block.addr() + layout.size() == self.next.get() {
            self.next.set(block.addr());
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if block.addr() + layout.size() == self.next.get() {
            let Some(end) = block.addr().checked_add(size) else {
                return ptr::null_mut();
            };
            if !self.reach(end) {
                return ptr::null_mut();
            }
            self.next.set(end);
            return block;
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the caller guarantees a valid size and alignment; the new block is fresh, so the two do not overlap.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(block, new, layout.size());
            }
            new
        }
    }
}
