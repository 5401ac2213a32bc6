//! What the service logs in this process: one log for all tests, so every test looks for names of its own.

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static START: Once = Once::new();

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to keep what is logged.
pub(crate) fn start() {
    START.call_once(|| {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_env_filter(tracing_subscriber::EnvFilter::new("info"))
            .with_writer(|| Sink)
            .init();
    });
}

/// The lines so far that name this plugin.
pub(crate) fn lines(plugin: &str) -> Vec<String> {
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    let named = [format!("plugin=\"{plugin}\""), format!("plugin={plugin} ")];
    String::from_utf8_lossy(&log)
        .lines()
        .filter(|line| named.iter().any(|named| line.contains(named)))
        .map(str::to_owned)
        .collect()
}
