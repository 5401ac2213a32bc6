//! One call: a fresh store, the limits, the export, and what became of it.

use std::time::{Duration, Instant};

use bridge::port::plugins::Ending;
use wasmtime::component::{Instance, InstancePre};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

use crate::bindings::types::PluginError;
use crate::engine::TICK;
use crate::host::{Context, Denied, HostState, Stop};
use crate::limits::Limits;
use crate::tape::Tape;
use crate::text::one_line;

/// Handles of resources alive at once; the contract has no resources.
const HANDLES: usize = 64;

/// Bytes of a failure's message that come from the guest.
const LAST_WORDS: usize = 400;

/// How a call failed. Decisions are no failures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{ending}: {message}")]
pub struct Failure {
    /// How it failed.
    pub ending: Ending,
    /// For the operator. Holds no document's values.
    pub message: String,
    /// The guest's functions at the moment of a trap or a limit, the innermost first; those have names of which the component
    /// still holds them. Empty for other failures.
    pub backtrace: Vec<String>,
}

impl Failure {
    pub(crate) fn new(ending: Ending, message: impl Into<String>) -> Self {
        Self {
            ending,
            message: message.into(),
            backtrace: Vec::new(),
        }
    }
}

/// Functions of a backtrace that are told.
const FRAMES: usize = 20;

/// Bytes of a function's name that are told.
const FRAME: usize = 160;

/// What a call used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Units of fuel; a call that trapped may have used a little more than is reported.
    pub fuel: u64,
    /// The most bytes of linear memory that it held.
    pub memory: usize,
    /// Elements of its tables.
    pub table_elements: usize,
    /// Calls of imports.
    pub host_calls: u32,
    /// Lines of log, those that were dropped included.
    pub log_lines: u32,
    /// Wall clock, from before the instantiation until after the answer was read. Not reproducible.
    pub wall: Duration,
}

/// Instantiates the component in a store of its own and runs one export; the store is dropped whatever happens.
///
/// `export` names the export in messages.
pub(crate) fn call<R>(
    pre: &InstancePre<HostState>,
    limits: &Limits,
    context: Context,
    export: &'static str,
    run: impl FnOnce(&mut Store<HostState>, &Instance) -> wasmtime::Result<R>,
) -> (Result<R, Failure>, Report) {
    let started = Instant::now();
    let plugin = context.plugin.clone();
    let quiet = context.tape.as_ref().is_some_and(Tape::is_quiet);
    let mut store = Store::new(pre.engine(), HostState::new(context, limits));
    store.limiter(|state| state);
    store.set_hostcall_fuel(limits.crossing);
    store.set_max_component_handles(HANDLES);
    store.set_epoch_deadline(ticks(limits.deadline));
    let done = match store.set_fuel(limits.fuel) {
        Ok(()) => match pre.instantiate(&mut store) {
            Ok(instance) => run(&mut store, &instance).map_err(|error| (error, Phase::Run)),
            Err(error) => Err((error, Phase::Start)),
        },
        Err(error) => Err((error, Phase::Start)),
    };
    let done = done.map_err(|(error, phase)| {
        let Failure {
            ending, message, ..
        } = judge(&error, phase, store.data(), limits);
        let message = match &store.data().last_error {
            Some(line) => {
                let line = one_line(line, LAST_WORDS);
                format!("{message} in {export}; its last error line: {line}")
            }
            None => format!("{message} in {export}"),
        };
        Failure {
            ending,
            message,
            backtrace: backtrace(&error),
        }
    });
    let dropped = store.data().dropped_lines;
    if dropped > 0 && !quiet {
        tracing::warn!(
            plugin = &*plugin,
            export,
            dropped,
            "the plugin logs too much; lines were dropped"
        );
    }
    let report = Report {
        fuel: limits.fuel.saturating_sub(store.get_fuel().unwrap_or(0)),
        memory: store.data().memory_peak,
        table_elements: store.data().table_elements,
        host_calls: store.data().calls(),
        log_lines: store.data().lines(),
        wall: started.elapsed(),
    };
    (done, report)
}

/// The answer of an export that may report an error of its own.
pub(crate) fn answered<R>(
    (done, report): (Result<Result<R, PluginError>, Failure>, Report),
    export: &'static str,
    hide: impl Fn(&str) -> String,
) -> (Result<R, Failure>, Report) {
    let done = done.and_then(|answer| {
        answer.map_err(|error| {
            let code = match error.code.as_str() {
                known @ ("settings" | "input") => known,
                _ => "internal",
            };
            let message = one_line(&hide(&one_line(&error.message, LAST_WORDS)), LAST_WORDS);
            let concerned = error
                .attribute
                .map(|attribute| format!(" ({})", one_line(&hide(&attribute), 80)));
            let concerned = concerned.unwrap_or_default();
            Failure::new(
                Ending::Error,
                format!("{export} answered an error ({code}): {message}{concerned}"),
            )
        })
    });
    (done, report)
}

/// The error with its causes, without the backtrace, which stands by itself.
fn reason(error: &wasmtime::Error) -> String {
    let causes = error.chain().map(ToString::to_string);
    let told = causes.filter(|cause| !cause.starts_with("error while executing at wasm backtrace"));
    one_line(&told.collect::<Vec<_>>().join(": "), LAST_WORDS)
}

/// Where the guest was. Names are the component's own: where they were stripped, the function's number stands.
fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    let frames = backtrace.frames().iter().take(FRAMES);
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => one_line(without_hash(name), FRAME),
        None => format!("function {}", frame.func_index()),
    };
    frames.map(name).collect()
}

/// A Rust name without the hash of the compiler behind it.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            path
        }
        _ => name,
    }
}

/// The deadline in ticks of the clock. One more than divides, since the first may come at once.
fn ticks(deadline: Duration) -> u64 {
    let ticks = deadline.as_millis().div_ceil(TICK.as_millis().max(1));
    u64::try_from(ticks)
        .unwrap_or(u64::MAX / 2)
        .saturating_add(1)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Start,
    Run,
}

/// Tells the four endings apart.
fn judge(error: &wasmtime::Error, phase: Phase, state: &HostState, limits: &Limits) -> Failure {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        let ending = match stop {
            Stop::HostCalls(_) => Ending::Limit,
            Stop::NoDirectory | Stop::NotRecorded(_) => Ending::Error,
        };
        return Failure::new(ending, stop.to_string());
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return Failure::new(Ending::Busy, "no free instance");
    }
    let trap = error.downcast_ref::<Trap>();
    let limit = match trap {
        Some(Trap::OutOfFuel) => Some(format!("used up its {} units of fuel", limits.fuel)),
        Some(Trap::Interrupt) => Some(format!(
            "ran longer than {} ms",
            limits.deadline.as_millis()
        )),
        Some(Trap::StackOverflow) => {
            Some(format!("used up its {} KiB of stack", limits.stack >> 10))
        }
        // What a guest does when it gets no more memory is its own affair; mostly it traps.
        _ => match state.denied {
            Some(Denied::Memory) => {
                Some(format!("used up its {} KiB of memory", limits.memory >> 10))
            }
            Some(Denied::Table) => Some(format!(
                "used up its {} table elements",
                limits.table_elements
            )),
            None => None,
        },
    };
    if let Some(limit) = limit {
        return Failure::new(Ending::Limit, limit);
    }
    let text = reason(error);
    match trap {
        Some(trap) => Failure::new(Ending::Trap, format!("trapped ({trap})")),
        // wasmtime keeps the type of this error to itself.
        None if text.contains("fuel allocated for hostcalls") => Failure::new(
            Ending::Limit,
            format!(
                "handed over more than {} KiB at once",
                limits.crossing >> 10
            ),
        ),
        None if text.contains("handle limit exceeded") => Failure::new(
            Ending::Limit,
            format!("held more than {HANDLES} handles of resources"),
        ),
        None if phase == Phase::Start => {
            Failure::new(Ending::Limit, format!("could not be started ({text})"))
        }
        None => Failure::new(Ending::Error, format!("broke the contract ({text})")),
    }
}
