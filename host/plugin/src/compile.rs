//! Compiling where it can do no harm: in a process of its own, which limits itself.
//!
//! A component of a few KiB can keep a compiler busy for hours, and a compiler's memory is not the guest's. The service
//! therefore compiles in a child of its own program: [`ChildCompiler`] on this side, [`child`] on that one. Standard input
//! carries the component, standard output the code, standard error the reason why there is none.

mod parent;

pub use parent::ChildCompiler;

use std::fmt;
use std::io::{Read, Write};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::engine::{Allocator, compiler};
use crate::inspect::inspect;
use crate::limits::Limits;
use crate::loaded::LoadError;
use crate::text::one_line;

/// CPU time of one compilation. 60 s: SpiderMonkey and CPython, the largest that plugins bring, take some 10 s here,
/// and 30 when not optimised.
pub const CPU: Duration = Duration::from_secs(60);

/// Address space of a compiling process. 1 GiB: SpiderMonkey and CPython take less than 0.4 here.
pub const MEMORY: u64 = 1 << 30;

/// What stands before a component that is to be compiled for [`Allocator::OnDemand`].
const ON_DEMAND: &[u8] = b"jackfield: on demand\n";

/// Compiles components in another process.
pub trait Compile: Send + Sync + fmt::Debug {
    /// The code of a component, for an engine with this allocator; or why there is none, in a line. It blocks.
    fn compile(&self, component: &[u8], allocator: Allocator) -> Result<Vec<u8>, NoCode>;
}

/// Why there is no code, in a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    /// It is the component's fault, or compiling takes more than it may.
    #[error("{0}")]
    Refused(String),
    /// The compiler could not be asked, or was kept from its work: it is no fault of the component's.
    #[error("{0}")]
    NotNow(String),
}

/// Limits this process for good: CPU time, after which the kernel ends it, and address space, beyond which it gets no more.
/// It also leaves no core file behind. Call it before reading what is to be compiled.
///
/// CPU time ends a second before what the kernel ends by SIGKILL (setrlimit(2)), which want of memory has too.
pub fn limit_self(cpu: Duration, memory: u64) -> Result<(), std::io::Error> {
    let lower = |resource, to: u64, more: u64| {
        let hard = getrlimit(resource).maximum;
        let within = |to: u64| Some(hard.map_or(to, |hard| hard.min(to)));
        let limit = Rlimit {
            current: within(to),
            maximum: within(to.saturating_add(more)),
        };
        setrlimit(resource, limit)
    };
    lower(Resource::Core, 0, 0)?;
    lower(Resource::Cpu, cpu.as_secs().max(1), 1)?;
    lower(Resource::As, memory, 0)?;
    Ok(())
}

/// The whole of the compiling process: limits it to [`CPU`] and [`MEMORY`], reads a component, inspects it, compiles it, writes
/// the code. The error is what to write to standard error before ending with another code than 0.
pub fn child(limits: &Limits, input: impl Read, output: impl Write) -> Result<(), String> {
    child_within(CPU, MEMORY, limits, input, output)
}

/// [`child`] with other limits of the process.
pub fn child_within(
    cpu: Duration,
    memory: u64,
    limits: &Limits,
    mut input: impl Read,
    mut output: impl Write,
) -> Result<(), String> {
    first_to_go();
    limit_self(cpu, memory).map_err(|reason| format!("the process cannot be limited: {reason}"))?;
    let most = limits.component.saturating_add(ON_DEMAND.len() + 1);
    let mut order = Vec::new();
    input
        .by_ref()
        .take(u64::try_from(most).unwrap_or(u64::MAX))
        .read_to_end(&mut order)
        .map_err(|reason| format!("the component cannot be read: {reason}"))?;
    let (component, allocator) = match order.strip_prefix(ON_DEMAND) {
        Some(component) => (component, Allocator::OnDemand),
        None => (order.as_slice(), Allocator::Pooling),
    };
    let code = precompile(limits, allocator, component).map_err(|reason| reason.to_string())?;
    output
        .write_all(&code)
        .and_then(|()| output.flush())
        .map_err(|reason| format!("the code cannot be written: {reason}"))
}

/// Where memory runs out, the kernel ends this process before the service that started it (proc_pid_oom_score_adj(5)). Elsewhere
/// there is no such file, and it is left to the kernel.
fn first_to_go() {
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Inspects and compiles, with an engine that runs nothing.
fn precompile(
    limits: &Limits,
    allocator: Allocator,
    component: &[u8],
) -> Result<Vec<u8>, LoadError> {
    let limits = limits.for_component(component.len());
    inspect(component, &limits)?;
    let failed =
        |reason: wasmtime::Error| LoadError::Compile(one_line(&format!("{reason:#}"), 400));
    let engine = compiler(&limits, allocator).map_err(failed)?;
    engine.precompile_component(component).map_err(failed)
}
