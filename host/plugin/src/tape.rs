//! What is kept of a call where somebody asks for it: calls of the host with their answers, lines of log, the plugin's own
//! error. And the other way round: the answers of a call that was kept, given again.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::bindings::types::PluginError;
use crate::host::Stop;
use crate::json::{self, Answer};
use crate::text::one_line;

/// Bytes of texts and answers that one tape keeps: as much as one document may have.
const MOST_KEPT: usize = 1 << 20;

/// Collects. Cheap to clone: the clones are one tape.
#[derive(Clone)]
pub(crate) struct Tape {
    kept: Arc<Mutex<Kept>>,
    /// The log goes to the tape alone.
    quiet: bool,
}

/// What a tape collected.
#[derive(Default)]
pub(crate) struct Kept {
    /// `{"call", "args", "answer"}`, in order.
    pub(crate) host_calls: Vec<Value>,
    /// Level and text of each line that was not dropped, in order.
    pub(crate) log: Vec<(&'static str, String)>,
    /// `{"error": ...}`, as the plugin answered it.
    pub(crate) error: Option<Value>,
    /// There was more than is kept.
    pub(crate) cut: bool,
    bytes: usize,
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tape")
    }
}

impl Tape {
    /// One beside the log.
    pub(crate) fn new() -> Self {
        Self {
            kept: Arc::default(),
            quiet: false,
        }
    }

    /// One in place of the log.
    pub(crate) fn quiet() -> Self {
        Self {
            quiet: true,
            ..Self::new()
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// What it collected; the tape is empty afterwards.
    pub(crate) fn take(&self) -> Kept {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, bytes: usize, write: impl FnOnce(&mut Kept)) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes = kept.bytes.saturating_add(bytes);
        if kept.bytes <= MOST_KEPT {
            write(&mut kept);
        } else {
            kept.cut = true;
        }
    }

    /// A line that was logged.
    pub(crate) fn line(&self, level: &'static str, line: &str) {
        self.keep(2 * line.len(), |kept| {
            kept.host_calls
                .push(json!({"call": "log.write", "args": [level, line]}));
            kept.log.push((level, line.to_owned()));
        });
    }

    /// A function of the directory that was asked, with the name or id that it was asked for.
    pub(crate) fn asked(&self, call: &'static str, name: Option<&str>, answer: &impl Answer) {
        let answer = answer.to_json();
        let bytes = answer.to_string().len() + name.map_or(0, str::len);
        self.keep(bytes, |kept| {
            let args: Vec<&str> = name.into_iter().collect();
            kept.host_calls
                .push(json!({"call": call, "args": args, "answer": answer}));
        });
    }

    /// The plugin's own error.
    pub(crate) fn error(&self, error: &PluginError) {
        self.keep(error.message.len(), |kept| {
            kept.error = Some(json::plugin_error(error));
        });
    }
}

/// Recorded calls of the host, to answer by.
#[derive(Clone)]
pub(crate) struct Replay(Arc<Vec<Value>>);

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Replay({} calls)", self.0.len())
    }
}

impl Replay {
    pub(crate) fn new(host_calls: Vec<Value>) -> Self {
        Self(Arc::new(host_calls))
    }

    /// The recorded answer of this call with these arguments. The directory does not change during a call, so it is the first,
    /// however often and in whatever order a newer build asks.
    pub(crate) fn answer<T: Answer>(&self, call: &str, name: Option<&str>) -> Result<T, Stop> {
        let same = |recorded: &&Value| {
            let args = recorded.get("args").and_then(Value::as_array);
            let mut args = args.into_iter().flatten().map(Value::as_str);
            recorded.get("call").and_then(Value::as_str) == Some(call)
                && args.next().flatten() == name
                && args.next().is_none()
        };
        let recorded = self.0.iter().find(same);
        let answer = recorded.and_then(|recorded| T::from_json(recorded.get("answer")?));
        answer.ok_or_else(|| {
            let name = name.map(|name| format!("{:?}", one_line(name, 80)));
            Stop::NotRecorded(format!("{call}({})", name.unwrap_or_default()))
        })
    }
}
