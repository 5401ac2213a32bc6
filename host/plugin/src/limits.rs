//! What one call of a plugin may use.

use std::time::Duration;

/// The limits of one call. Each has its own message; running into one is [`bridge::port::plugins::Ending::Limit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Fuel, about one unit for each WebAssembly instruction: the reproducible limit, equal on every machine.
    /// 10 million: a hundred times what a mapper takes, and used up in some 20 ms, so that an endless loop meets this limit and
    /// not the clock.
    pub fuel: u64,
    /// Wall clock, instantiation included: the backstop for what fuel does not count. 250 ms.
    pub deadline: Duration,
    /// Bytes of all linear memories together. 32 MiB.
    pub memory: usize,
    /// Elements of all tables together. 20,000.
    pub table_elements: usize,
    /// Tables. 8.
    pub tables: usize,
    /// Linear memories. 4: QuickJS as a component has 3. They share [`Limits::memory`], so their number costs address space only.
    pub memories: usize,
    /// Core instances within the component. 16.
    pub instances: usize,
    /// Calls of imports. 1,000.
    pub host_calls: u32,
    /// Lines of log; further ones are dropped and counted. 100.
    pub log_lines: u32,
    /// Bytes of a line of log; it is cut there. 1 KiB.
    pub log_line: usize,
    /// Bytes of one document that the plugin answers. 1 MiB.
    pub output: usize,
    /// Bytes copied out of the guest in one crossing of the boundary. 4 MiB.
    pub crossing: usize,
    /// Bytes of a component. 32 MiB: CPython with an SDK and a plugin has 19 MB, SpiderMonkey 12 MB.
    pub component: usize,
    /// Bytes of the native stack that the guest's code may use. 512 KiB; the threads of the pool need more than that.
    pub stack: usize,
    /// What differs for components that bring a language's runtime.
    pub large: LargeLimits,
}

/// Limits of a component that brings the runtime of its language, which it is taken to do if it is large: nobody declares
/// their way into these without carrying the bytes, each of which the host has had to check and compile. A lower limit than
/// that of every component does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeLimits {
    /// Bytes of a component from which on it is large. 1 MiB: the largest bundled plugin has 0.3, QuickJS 1.1 to 1.7.
    pub from: usize,
    /// Fuel. 200 million: SpiderMonkey takes 0.6 million for `describe`, 1 million for a usual call, and 110 million for a
    /// document of 0.9 MB there and back; QuickJS 160 to 200 for that. Such instructions run fast, in 20 ms together, so that an
    /// endless loop in such a language still meets this limit before the deadline.
    pub fuel: u64,
    /// Bytes of all linear memories together. 64 MiB: CPython starts with 13, SpiderMonkey with 9, of which nothing is the
    /// plugin's; and a document takes some ten times its length there.
    pub memory: usize,
    /// Core instances within the component. 64: CPython's libraries are 38.
    pub instances: usize,
}

impl Limits {
    /// The limits of a component of so many bytes.
    pub fn for_component(&self, bytes: usize) -> Self {
        if bytes < self.large.from {
            return self.clone();
        }
        Self {
            fuel: self.fuel.max(self.large.fuel),
            memory: self.memory.max(self.large.memory),
            instances: self.instances.max(self.large.instances),
            ..self.clone()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 10_000_000,
            deadline: Duration::from_millis(250),
            memory: 32 << 20,
            table_elements: 20_000,
            tables: 8,
            memories: 4,
            instances: 16,
            host_calls: 1_000,
            log_lines: 100,
            log_line: 1 << 10,
            output: 1 << 20,
            crossing: 4 << 20,
            component: 32 << 20,
            stack: 512 << 10,
            large: LargeLimits {
                from: 1 << 20,
                fuel: 200_000_000,
                memory: 64 << 20,
                instances: 64,
            },
        }
    }
}
