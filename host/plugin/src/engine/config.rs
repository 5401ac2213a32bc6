//! How wasmtime is set up.

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::Allocator;
use crate::limits::Limits;
use crate::pool::PoolSize;

/// Instances beside those of the guest pool: loading calls `describe` outside of it, and so do benchmarks.
const SPARE_INSTANCES: u32 = 4;

/// Bytes at the start of a linear memory that are written anew after a call, instead of being given back to the kernel, which
/// then faults them in again page by page. Stack (64 KiB), data and the heap of a usual call of a bundled guest fit.
const RESET_MEMORY: usize = 192 << 10;

/// The same of a table; only the elements that it has are written.
const RESET_TABLE: usize = 64 << 10;

/// An engine that runs guests.
pub(super) fn running(
    limits: &Limits,
    pool: Option<PoolingAllocationConfig>,
) -> wasmtime::Result<wasmtime::Engine> {
    let allocator = match pool {
        Some(_) => Allocator::Pooling,
        None => Allocator::OnDemand,
    };
    let mut config = config(limits, allocator);
    if let Some(pool) = pool {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    wasmtime::Engine::new(&config)
}

/// An engine that compiles for one with this allocator and runs nothing, so that it reserves nothing.
pub(crate) fn compiler(
    limits: &Limits,
    allocator: Allocator,
) -> wasmtime::Result<wasmtime::Engine> {
    wasmtime::Engine::new(&config(limits, allocator))
}

/// Everything that code depends on, and no more.
fn config(limits: &Limits, allocator: Allocator) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack)
        .memory_init_cow(true)
        // Equal input gives equal bytes, also where a guest looks into a NaN.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        // Most advisories of 2026 sit in what plugins do not need. Async components, GC, exceptions and threads are not even compiled in:
        // the features of the manifest leave them out.
        .concurrency_support(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        // Nothing of the host unwinds through a guest, and traps are told by function, not by offset: what would be kept for
        // either is a third of the code's size.
        .native_unwind_info(false)
        .generate_address_map(false)
        .allocation_strategy(InstanceAllocationStrategy::OnDemand);
    if allocator == Allocator::OnDemand {
        // Reserve no more than a guest may have: address space is what is missing.
        let most = limits.memory.max(limits.large.memory);
        config
            .memory_reservation(most as u64)
            .memory_reservation_for_growth(0)
            .memory_guard_size(64 << 10);
    }
    config
}

/// Slots for the largest component that may come. For a small one they cost address space and nothing else.
pub(super) fn pooling(
    limits: &Limits,
    size: &PoolSize,
    assume_no_swap: bool,
) -> PoolingAllocationConfig {
    let limits = limits.for_component(usize::MAX);
    let instances = u32::try_from(size.running)
        .unwrap_or(u32::MAX)
        .saturating_add(SPARE_INSTANCES);
    let times = |each: usize| instances.saturating_mul(u32::try_from(each).unwrap_or(u32::MAX));
    let each = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(times(limits.instances))
        .total_memories(times(limits.memories))
        .total_tables(times(limits.tables))
        .max_core_instances_per_component(each(limits.instances))
        .max_memories_per_component(each(limits.memories))
        .max_tables_per_component(each(limits.tables))
        .max_tables_per_module(each(limits.tables))
        .max_memory_size(limits.memory)
        .table_elements(limits.table_elements)
        .max_unused_warm_slots(instances)
        .linear_memory_keep_resident(RESET_MEMORY)
        .table_keep_resident(RESET_TABLE);
    if assume_no_swap && PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.pagemap_scan(Enabled::Yes)
            .linear_memory_keep_resident(2 << 20);
    }
    pool
}
