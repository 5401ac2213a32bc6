//! One engine for the process: the compiler's and the allocator's configuration, the clock behind deadlines, the plugins that
//! are loaded.

mod config;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use wasmtime::component::{Component, HasSelf, Linker};

use crate::about::About;
use crate::bindings::Plugin;
use crate::cache::{Cache, CacheError, Facts};
use crate::code;
use crate::compile::{Compile, NoCode};
use crate::host::HostState;
use crate::inspect::inspect;
use crate::limits::Limits;
use crate::loaded::{Digest, Linked, LoadError, Loaded};
use crate::observe::Showing;
use crate::pool::{GuestPool, PoolSize};
use crate::text::one_line;
pub(crate) use config::compiler;

/// How often the clock behind deadlines ticks.
pub(crate) const TICK: Duration = Duration::from_millis(10);

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
    /// The folder for compiled code; `None` compiles at every start. Code in it is run: it must belong to us and be writable by
    /// nobody else.
    pub cache: Option<PathBuf>,
    /// Compiles in another process; `None` compiles in this one.
    pub compiler: Option<Arc<dyn Compile>>,
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
    /// The folder for compiled code is none.
    #[error(transparent)]
    Cache(#[from] CacheError),
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
    cache: Option<Cache>,
    compiler: Option<Arc<dyn Compile>>,
    loaded: Mutex<HashMap<Digest, Arc<Place>>>,
    showing: Arc<Showing>,
}

/// Where a plugin is, or was: locked while it is loaded, so that a component is compiled once and no other waits for it.
type Place = Mutex<Held>;

/// What is known of a component.
#[derive(Default)]
struct Held {
    loaded: Weak<Loaded>,
    failed: Option<Failed>,
}

/// Why it could not be loaded, and when that was.
struct Failed {
    reason: LoadError,
    at: Instant,
    told: Timestamp,
}

/// How long a component that is at fault is not tried again. 5 min: every tenant that uses it asks for it within that, and
/// another build of it has another digest.
const REMEMBERED: Duration = Duration::from_secs(5 * 60);

impl Held {
    fn remembered(&self) -> Option<&Failed> {
        let failed = self.failed.as_ref()?;
        (failed.reason.lasts() && failed.at.elapsed() < REMEMBERED).then_some(failed)
    }

    /// Why it is not tried by somebody who asked then: it has just failed while they waited, whoever's fault it was, or it is
    /// remembered.
    fn failed(&self, asked: Instant) -> Option<LoadError> {
        let just = |failed: &&Failed| failed.at >= asked;
        if let Some(failed) = self.failed.as_ref().filter(just) {
            return Some(failed.reason.clone());
        }
        let failed = self.remembered()?;
        Some(LoadError::Remembered {
            reason: Box::new(failed.reason.clone()),
            from: failed.told.saturating_add(REMEMBERED).ok()?,
        })
    }
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
            cache,
            compiler,
        } = settings;
        let pooling = config::pooling(&limits, &pool, assume_no_swap);
        let (wasm, allocator) = match config::running(&limits, Some(pooling)) {
            Ok(wasm) => (wasm, Allocator::Pooling),
            Err(reason) => {
                tracing::error!(
                    reason = format!("{reason:#}"),
                    "no address space for the plugins' memory: every plugin call will be slower; raise the limit on \
                     address space (ulimit -v) or lower the number of guests"
                );
                let wasm = config::running(&limits, None)
                    .map_err(|reason| EngineError::Unsupported(format!("{reason:#}")))?;
                (wasm, Allocator::OnDemand)
            }
        };
        let mut linker = Linker::new(&wasm);
        Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut HostState| state)
            .map_err(|reason| EngineError::Unsupported(format!("{reason:#}")))?;
        let cache = cache.map(|dir| Cache::open(&dir, &wasm, &limits));
        let cache = cache.transpose()?;
        start_clock(&wasm)?;
        Ok(Self(Arc::new(Inner {
            wasm,
            linker,
            limits,
            allocator,
            pool: GuestPool::new(pool),
            cache,
            compiler,
            loaded: Mutex::default(),
            showing: Arc::default(),
        })))
    }

    /// Checks, compiles and asks a component what it is; or finds it among the plugins loaded already, or in the cache. It
    /// blocks for as long as that takes; whoever loads the same component meanwhile waits for it, others do not. One that
    /// failed by its own fault is not tried again for 5 minutes, and the error says so. `name` stands in the log of its
    /// `describe`.
    pub fn load(&self, name: &str, bytes: &[u8]) -> Result<Arc<Loaded>, LoadError> {
        let asked = Instant::now();
        let digest = Digest::of(bytes);
        let place = self.place(digest);
        let mut held = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = held.loaded.upgrade() {
            return Ok(loaded);
        }
        if let Some(reason) = held.failed(asked) {
            return Err(reason);
        }
        let limits = self.0.limits.for_component(bytes.len());
        let loaded = match self.cached(digest, &limits) {
            Some(loaded) => Ok(loaded),
            None => self.build(name, digest, &limits, bytes),
        };
        held.failed = loaded.as_ref().err().map(|reason| Failed {
            reason: reason.clone(),
            at: Instant::now(),
            told: Timestamp::now(),
        });
        let loaded = Arc::new(loaded?);
        held.loaded = Arc::downgrade(&loaded);
        Ok(loaded)
    }

    /// Inspects and compiles a component in this process.
    pub fn precompile(&self, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
        inspect(bytes, &self.0.limits.for_component(bytes.len()))?;
        self.0.wasm.precompile_component(bytes).map_err(compile)
    }

    fn place(&self, digest: Digest) -> Arc<Place> {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever loads one holds its place.
        loaded.retain(|_, place| {
            let gone = |held: &Held| held.loaded.strong_count() == 0 && held.remembered().is_none();
            Arc::strong_count(place) > 1 || !place.try_lock().is_ok_and(|held| gone(&held))
        });
        Arc::clone(loaded.entry(digest).or_default())
    }

    /// From the cache: neither compiled nor called.
    fn cached(&self, digest: Digest, limits: &Limits) -> Option<Loaded> {
        let Inner { wasm, linker, .. } = &*self.0;
        let (component, facts) = self.0.cache.as_ref()?.find(wasm, &digest)?;
        let linked = Linked::new(linker, facts.declared()?, &component).ok()?;
        let about = About::known(&facts.describe).ok()?;
        Some(Loaded::new(digest, limits, linked, about))
    }

    fn build(
        &self,
        name: &str,
        digest: Digest,
        limits: &Limits,
        bytes: &[u8],
    ) -> Result<Loaded, LoadError> {
        let inner = &*self.0;
        let declared = inspect(bytes, limits)?;
        let code = match (&inner.compiler, &inner.cache) {
            (Some(compiler), _) => {
                let code = compiler.compile(bytes, inner.allocator);
                Some(code.map_err(|reason| match reason {
                    NoCode::Refused(reason) => LoadError::Compile(reason),
                    NoCode::NotNow(reason) => LoadError::NotCompiled(reason),
                })?)
            }
            (None, Some(_)) => Some(inner.wasm.precompile_component(bytes).map_err(compile)?),
            (None, None) => None,
        };
        let draft = match (&inner.cache, &code) {
            (Some(cache), Some(code)) => cache.draft(code).map_err(not_kept).ok(),
            _ => None,
        };
        let component = match (&draft, &code) {
            (Some(draft), _) => code::kept(&inner.wasm, draft.file()),
            (None, Some(code)) => code::fresh(&inner.wasm, code),
            (None, None) => Component::from_binary(&inner.wasm, bytes),
        };
        drop(code);
        let component = component.map_err(compile)?;
        let linked = Linked::new(&inner.linker, declared, &component)?;
        let described = linked.describe(name, limits)?;
        let facts = Facts::new(linked.declared(), described);
        let about = About::parse(&facts.describe)?;
        let loaded = Loaded::new(digest, limits, linked, about);
        if let (Some(cache), Some(draft)) = (&inner.cache, draft) {
            let _ = cache.keep(draft, &digest, &facts).map_err(not_kept);
        }
        Ok(loaded)
    }

    /// The limits of every call; those of a plugin's are [`Loaded::limits`].
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Where instances come from.
    pub fn allocator(&self) -> Allocator {
        self.0.allocator
    }

    pub(crate) fn showing(&self) -> &Arc<Showing> {
        &self.0.showing
    }

    pub(crate) fn pool(&self) -> &GuestPool {
        &self.0.pool
    }
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

fn compile(reason: wasmtime::Error) -> LoadError {
    LoadError::Compile(one_line(&format!("{reason:#}"), 400))
}

fn not_kept(reason: std::io::Error) {
    tracing::warn!(%reason, "compiled code of a plugin is not kept: it will be compiled again at the next start");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waited_shares_a_failure_and_who_comes_later_only_the_components_own() {
        let fault = LoadError::Compile("a bomb".to_owned());
        let busy = LoadError::NotCompiled("late".to_owned());
        let waited = Instant::now();
        for (reason, lasts) in [(fault, true), (busy, false)] {
            let held = Held {
                failed: Some(Failed {
                    reason: reason.clone(),
                    at: Instant::now(),
                    told: Timestamp::UNIX_EPOCH,
                }),
                ..Held::default()
            };
            assert_eq!(held.failed(waited), Some(reason));
            let later = held.failed(Instant::now() + TICK).map(|it| it.to_string());
            assert_eq!(later.is_some(), lasts, "{later:?}");
            let told = |it: String| {
                it.ends_with("bomb (it is not tried again before 1970-01-01T00:05:00Z)")
            };
            assert!(later.is_none_or(told));
        }
    }
}
