//! Progress for people and for machines, and Ctrl-C.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

use bunri_columnar::{Event, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::args::Log;
use crate::screen;

static STOP: AtomicBool = AtomicBool::new(false);

/// Tells what stages do, and carries the wish to stop to them.
pub(crate) struct Progress {
    log: Log,
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(log: Log) -> Self {
        let visible = log == Log::Human && std::io::stderr().is_terminal();
        let target = if visible {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = "{prefix:>8} {bar:32.cyan} {human_pos:>12}/{human_len} rows  {per_sec:>16}  {eta:>4}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { log, bar }
    }

    /// From now on Ctrl-C and a scheduler's TERM ask the stages to stop at the next safe point; asked twice, the
    /// process ends at once, which leaves every file absent or complete all the same.
    pub(crate) fn hear_signals(&self) {
        // Only the first call in a process can succeed, and the first is enough.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(6);
            }
        });
    }

    fn line(&self, text: &str) {
        if self.log == Log::Human {
            if self.bar.is_hidden() {
                screen::tell(text)
            } else {
                self.bar.println(text)
            }
        }
    }

    /// A stage is over.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Stage { name, rows } => {
                self.bar.reset();
                self.bar.set_length(rows);
                self.bar.set_position(0);
                self.bar.set_prefix(name.to_owned());
                self.line(&format!("{name}: {rows} rows"));
            }
            Event::Table { id } => self.bar.set_message(id.to_owned()),
            Event::Rows { rows } => self.bar.inc(rows),
            Event::TableDone { id, rows } => self.line(&format!("  {id}: {rows} rows")),
            Event::TableKept { id, rows } => {
                self.bar.inc(rows);
                self.line(&format!("  {id}: {rows} rows, done before"));
            }
        }
        if self.log == Log::Json {
            let line = match event {
                Event::Stage { name, rows } => {
                    json!({"event": "stage", "stage": name, "rows": rows})
                }
                Event::Table { id } => json!({"event": "table", "table": id}),
                // One line for every batch would bury the others.
                Event::Rows { .. } => return,
                Event::TableDone { id, rows } => {
                    json!({"event": "table_done", "table": id, "rows": rows})
                }
                Event::TableKept { id, rows } => {
                    json!({"event": "table_kept", "table": id, "rows": rows})
                }
            };
            screen::event(&line);
        }
    }

    fn cancelled(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
}
