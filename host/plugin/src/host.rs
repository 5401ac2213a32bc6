//! What a guest can call, and what it may use of it.

mod directory;

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge::directory::Directory;
use bridge::template::Template;
use wasmtime::{ResourceLimiter, Result};

use crate::bindings::{log, types};
use crate::limits::Limits;
use crate::personal::Personal;
use crate::tape::{Replay, Tape};
use crate::text::one_line;

/// Why the host ended a call from within an import or an allocation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    /// More calls of imports than allowed.
    #[error("called the host more than {0} times")]
    HostCalls(u32),
    /// `directory` in a call that must not depend on it.
    #[error("asked the directory, which mappers and describe do not see")]
    NoDirectory,
    /// A call that the recording to answer by does not have.
    #[error("called {0}, to which the recording has no answer")]
    NotRecorded(String),
}

/// Which limit of the allocator a guest ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    Memory,
    Table,
}

/// The tenant's directory as choosers and rules see it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) directory: Arc<Directory>,
    pub(crate) default_role: Arc<str>,
    pub(crate) templates: Arc<BTreeMap<String, Template>>,
}

/// Who is called, for whom, with what at hand.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The plugin's name.
    pub(crate) plugin: Arc<str>,
    /// `tenant/connection`.
    pub(crate) connection: Arc<str>,
    /// The directory, where the called kind sees it.
    pub(crate) view: Option<View>,
    /// What must not appear in a log.
    pub(crate) personal: Personal,
    /// Where the call is to be kept.
    pub(crate) tape: Option<Tape>,
    /// What it logs goes nowhere.
    pub(crate) quiet: bool,
    /// A recording that answers in the directory's place.
    pub(crate) replay: Option<Replay>,
}

impl Context {
    /// A call of which nothing is kept, with the directory's own answers.
    pub(crate) fn new(
        plugin: Arc<str>,
        connection: Arc<str>,
        view: Option<View>,
        personal: Personal,
    ) -> Self {
        Self {
            plugin,
            connection,
            view,
            personal,
            tape: None,
            quiet: false,
            replay: None,
        }
    }
}

/// The host's side of one store: one call of one plugin.
pub(crate) struct HostState {
    context: Context,
    calls_left: u32,
    lines_left: u32,
    limits: Limits,
    memory: usize,
    pub(crate) table_elements: usize,
    pub(crate) memory_peak: usize,
    pub(crate) denied: Option<Denied>,
    pub(crate) dropped_lines: u32,
    pub(crate) last_error: Option<String>,
}

impl HostState {
    pub(crate) fn new(context: Context, limits: &Limits) -> Self {
        Self {
            context,
            calls_left: limits.host_calls,
            lines_left: limits.log_lines,
            limits: limits.clone(),
            memory: 0,
            table_elements: 0,
            memory_peak: 0,
            denied: None,
            dropped_lines: 0,
            last_error: None,
        }
    }

    fn count_call(&mut self) -> Result<()> {
        match self.calls_left.checked_sub(1) {
            Some(left) => self.calls_left = left,
            None => return Err(Stop::HostCalls(self.limits.host_calls).into()),
        }
        Ok(())
    }

    /// Calls of imports so far.
    pub(crate) fn calls(&self) -> u32 {
        self.limits.host_calls.saturating_sub(self.calls_left)
    }

    /// Lines logged so far, those included that were dropped.
    pub(crate) fn lines(&self) -> u32 {
        let printed = self.limits.log_lines.saturating_sub(self.lines_left);
        printed.saturating_add(self.dropped_lines)
    }
}

impl types::Host for HostState {}

/// The level's name in the contract.
fn word(level: log::Level) -> &'static str {
    match level {
        log::Level::Debug => "debug",
        log::Level::Info => "info",
        log::Level::Warn => "warn",
        log::Level::Error => "error",
    }
}

impl log::Host for HostState {
    fn write(&mut self, level: log::Level, message: String) -> Result<()> {
        self.count_call()?;
        // The last error is kept also when it is not printed: a flood of lines often ends with the one that explains a trap.
        let printed = self.lines_left > 0;
        if printed {
            self.lines_left -= 1;
        } else {
            self.dropped_lines = self.dropped_lines.saturating_add(1);
        }
        if !printed && level != log::Level::Error {
            return Ok(());
        }
        let longest = self.limits.log_line;
        let line = self.context.personal.hide(&one_line(&message, longest));
        let line = one_line(&line, longest);
        if level == log::Level::Error {
            self.last_error = Some(line.clone());
        }
        if !printed {
            return Ok(());
        }
        if let Some(tape) = &self.context.tape {
            tape.line(word(level), &line);
            if tape.is_quiet() {
                return Ok(());
            }
        }
        if self.context.quiet {
            return Ok(());
        }
        let plugin = &*self.context.plugin;
        let connection = &*self.context.connection;
        match level {
            log::Level::Debug => tracing::debug!(plugin, connection, "{line}"),
            log::Level::Info => tracing::info!(plugin, connection, "{line}"),
            log::Level::Warn => tracing::warn!(plugin, connection, "{line}"),
            log::Level::Error => tracing::error!(plugin, connection, "{line}"),
        }
        Ok(())
    }
}

impl ResourceLimiter for HostState {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        let allowed = total <= self.limits.memory;
        if allowed {
            self.memory = total;
            self.memory_peak = self.memory_peak.max(total);
        } else {
            self.denied = Some(Denied::Memory);
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        let total = self
            .table_elements
            .saturating_add(desired.saturating_sub(current));
        let allowed = total <= self.limits.table_elements;
        if allowed {
            self.table_elements = total;
        } else {
            self.denied = Some(Denied::Table);
        }
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.tables
    }

    fn memories(&self) -> usize {
        self.limits.memories
    }
}
