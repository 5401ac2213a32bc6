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
    /// Linear memories. 2.
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
    /// Bytes of a component. 16 MiB.
    pub component: usize,
    /// Bytes of the native stack that the guest's code may use. 512 KiB; the threads of the pool need more than that.
    pub stack: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 10_000_000,
            deadline: Duration::from_millis(250),
            memory: 32 << 20,
            table_elements: 20_000,
            tables: 8,
            memories: 2,
            instances: 16,
            host_calls: 1_000,
            log_lines: 100,
            log_line: 1 << 10,
            output: 1 << 20,
            crossing: 4 << 20,
            component: 16 << 20,
            stack: 512 << 10,
        }
    }
}
