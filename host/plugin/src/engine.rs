//! One engine for the process: the compiler's and the allocator's configuration, the clock behind deadlines, the plugins that
//! are loaded.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings::Plugin;
use crate::host::HostState;
use crate::limits::Limits;
use crate::loaded::{Digest, LoadError, Loaded};
use crate::pool::{GuestPool, PoolSize};

/// How often the clock behind deadlines ticks.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Instances beside those of the guest pool: loading calls `describe` outside of it, and so do benchmarks.
const SPARE_INSTANCES: u32 = 4;

/// Bytes at the start of a linear memory that are written anew after a call, instead of being given back to the kernel, which
/// then faults them in again page by page. Stack (64 KiB), data and the heap of a usual call of a bundled guest fit.
const RESET_MEMORY: usize = 192 << 10;

/// The same of a table; only the elements that it has are written.
const RESET_TABLE: usize = 64 << 10;

/// How an engine is set up.
#[derive(Debug, Clone, Default)]
pub struct EngineSettings {
    /// The limits of every call.
    pub limits: Limits,
    /// How many guests run at once and how many wait.
    pub pool: PoolSize,
    /// The operator states that this host never swaps. Memory is then reset by asking the kernel which pages are dirty, which
    /// pays where a guest touches more memory than is reset in place anyway. With swap that is a hole between tenants: wasmtime
    /// 48 takes a page that was swapped out for a clean one and leaves the former guest's bytes in it.
    pub assume_no_swap: bool,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The host cannot run WebAssembly as configured.
    #[error("the WebAssembly engine does not start on this machine: {0}")]
    Unsupported(String),
    /// The thread that ends guests at their deadline does not start.
    #[error("the thread that ends plugins at their deadline does not start: {0}")]
    NoClock(#[from] std::io::Error),
}

/// Where instances come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocator {
    /// From slots that are reserved at start: fast.
    Pooling,
    /// From the operating system at each call, because the address space could not be reserved: slower.
    OnDemand,
}

impl fmt::Display for Allocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Allocator::Pooling => "pooling",
            Allocator::OnDemand => "on-demand",
        })
    }
}

/// The engine: cheap to clone, one for each process.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    wasm: wasmtime::Engine,
    linker: Linker<HostState>,
    limits: Limits,
    allocator: Allocator,
    pool: GuestPool,
    loaded: Mutex<HashMap<Digest, Weak<Loaded>>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("allocator", &self.0.allocator)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts the engine and its clock. Where the address space for the pooling allocator cannot be reserved, it goes on
    /// without and says so in the log.
    pub fn new(settings: EngineSettings) -> Result<Self, EngineError> {
        let EngineSettings {
            limits,
            pool,
            assume_no_swap,
        } = settings;
        let pooled = config(&limits, Some(pooling(&limits, &pool, assume_no_swap)));
        let (wasm, allocator) = match wasmtime::Engine::new(&pooled) {
            Ok(wasm) => (wasm, Allocator::Pooling),
            Err(reason) => {
                tracing::error!(
                    reason = format!("{reason:#}"),
                    "no address space for the plugins' memory: every plugin call will be slower; raise the limit on \
                     address space (ulimit -v) or lower the number of guests"
                );
                let wasm = wasmtime::Engine::new(&config(&limits, None))
                    .map_err(|reason| EngineError::Unsupported(format!("{reason:#}")))?;
                (wasm, Allocator::OnDemand)
            }
        };
        let mut linker = Linker::new(&wasm);
        Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut HostState| state)
            .map_err(|reason| EngineError::Unsupported(format!("{reason:#}")))?;
        start_clock(&wasm)?;
        Ok(Self(Arc::new(Inner {
            wasm,
            linker,
            limits,
            allocator,
            pool: GuestPool::new(pool),
            loaded: Mutex::default(),
        })))
    }

    /// Checks, compiles and asks a component what it is; or finds it among the plugins loaded already. It blocks for as long
    /// as compiling takes, one component at a time. `name` stands in the log of its `describe`.
    pub fn load(&self, name: &str, bytes: &[u8]) -> Result<Arc<Loaded>, LoadError> {
        let digest = Digest::of(bytes);
        let mut known = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = known.get(&digest).and_then(Weak::upgrade) {
            return Ok(loaded);
        }
        let loaded = Loaded::new(
            &self.0.wasm,
            &self.0.linker,
            &self.0.limits,
            name,
            digest,
            bytes,
        )?;
        let loaded = Arc::new(loaded);
        known.retain(|_, plugin| plugin.strong_count() > 0);
        known.insert(digest, Arc::downgrade(&loaded));
        Ok(loaded)
    }

    /// The limits of every call.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Where instances come from.
    pub fn allocator(&self) -> Allocator {
        self.0.allocator
    }

    pub(crate) fn pool(&self) -> &GuestPool {
        &self.0.pool
    }
}

fn config(limits: &Limits, pool: Option<PoolingAllocationConfig>) -> Config {
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
        .wasm_tail_call(false);
    match pool {
        Some(pool) => {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        }
        None => {
            // Reserve no more than a guest may have: address space is what is missing.
            config
                .allocation_strategy(InstanceAllocationStrategy::OnDemand)
                .memory_reservation(limits.memory as u64)
                .memory_reservation_for_growth(0)
                .memory_guard_size(64 << 10);
        }
    }
    config
}

fn pooling(limits: &Limits, size: &PoolSize, assume_no_swap: bool) -> PoolingAllocationConfig {
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

/// Ticks until nobody holds the engine any more.
fn start_clock(wasm: &wasmtime::Engine) -> Result<(), std::io::Error> {
    let engine = wasm.weak();
    thread::Builder::new()
        .name("plugin-clock".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map(drop)
}
