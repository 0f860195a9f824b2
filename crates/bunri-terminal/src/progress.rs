//! Progress for people and for machines, and Ctrl-C.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bunri_columnar::{Event, Observer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::Log;
use crate::screen::{self, grouped};

static STOP: AtomicBool = AtomicBool::new(false);

/// A bar, its numbers and a name need so many columns; on a smaller terminal, or one that does not know its size, lines are printed.
const LEAST_COLUMNS: u16 = 72;

/// Tells what stages do, and carries the wish to stop to them.
pub struct Progress {
    log: Log,
    bar: ProgressBar,
    /// How long nothing is told within a stage where there is no bar; [`None`]: for ever.
    every: Option<Duration>,
    meter: Mutex<Meter>,
    end: Mutex<Map<String, Value>>,
}

/// How far a stage has come.
struct Meter {
    stage: String,
    /// The table that was begun last.
    table: Option<String>,
    rows: u64,
    of: u64,
    begun: Instant,
    told: Instant,
}

impl Progress {
    /// Progress in this form. Where no bar is shown, something is told every so often; zero: never within a stage.
    pub fn new(log: Log, every: Duration) -> Self {
        let wide = console::Term::stderr()
            .size_checked()
            .is_some_and(|(_, columns)| columns >= LEAST_COLUMNS);
        let visible = log == Log::Human && std::io::stderr().is_terminal() && wide;
        let target = if visible {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = "{prefix:>8} {bar:20.cyan} {share:>4} {rate:>14} {left:>9}  {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            let style = style
                .with_key(
                    "share",
                    |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                        let share = share(state.pos(), state.len().unwrap_or(0));
                        let _ = write!(out, "{share} %");
                    },
                )
                .with_key(
                    "rate",
                    |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                        let rate = rate(state.pos(), state.elapsed());
                        let _ = write!(out, "{} rows/s", grouped(rate));
                    },
                )
                .with_key(
                    "left",
                    |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                        let left = left(state.pos(), state.len().unwrap_or(0), state.elapsed());
                        let _ = out.write_str(
                            &left.map_or(String::new(), |left| format!("{} left", duration(left))),
                        );
                    },
                );
            bar.set_style(style.progress_chars("━╸─"));
        }
        let now = Instant::now();
        Self {
            log,
            bar,
            every: (!every.is_zero()).then_some(every),
            meter: Mutex::new(Meter {
                stage: String::new(),
                table: None,
                rows: 0,
                of: 0,
                begun: now,
                told: now,
            }),
            end: Mutex::new(Map::new()),
        }
    }

    /// From now on Ctrl-C and a scheduler's TERM ask the stages to stop at the next safe point; asked twice, the
    /// process ends at once, which leaves every file absent or complete all the same.
    pub fn hear_signals(&self) {
        // Only the first call in a process can succeed, and the first is enough.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(6);
            }
        });
    }

    /// Adds a fact to the last line of the log: the verdict, counts, the report's path.
    pub fn end_with(&self, name: &str, value: Value) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.insert(name.to_owned(), value);
    }

    /// The facts of the last line.
    pub fn end(&self) -> Map<String, Value> {
        self.end
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
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
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rows were finished: counts them, and tells of them when it is time.
    fn count(&self, rows: u64) {
        self.bar.inc(rows);
        let mut meter = self.meter();
        meter.rows += rows;
        let due = self
            .every
            .is_some_and(|every| meter.told.elapsed() >= every);
        if !due || !self.bar.is_hidden() {
            return;
        }
        meter.told = Instant::now();
        let Meter {
            stage,
            table,
            rows,
            of,
            begun,
            ..
        } = &*meter;
        let (rows, of, elapsed) = (*rows, *of, begun.elapsed());
        let left = left(rows, of, elapsed);
        match self.log {
            Log::Json => screen::event(&json!({
                "event": "progress", "stage": stage, "table": table, "rows": rows, "of": of,
                "rate": rate(rows, elapsed), "seconds_left": left.map(|left| left.as_secs()),
            })),
            // How long a log is nobody knows before its end.
            Log::Human if of == 0 => screen::tell(&format!(
                "  {stage}: {} rows, {} rows/s",
                grouped(rows),
                grouped(rate(rows, elapsed))
            )),
            Log::Human => screen::tell(&format!(
                "  {stage}: {} of {} rows ({} %), {} rows/s{}",
                grouped(rows),
                grouped(of),
                share(rows, of),
                grouped(rate(rows, elapsed)),
                left.map_or(String::new(), |left| format!(", {} left", duration(left)))
            )),
        }
    }
}

/// Rows a second since a stage began, a whole number.
fn rate(rows: u64, elapsed: Duration) -> u64 {
    let milliseconds = elapsed.as_millis().max(1);
    u64::try_from(u128::from(rows) * 1000 / milliseconds).unwrap_or(u64::MAX)
}

/// What a stage will still take at this rate; [`None`] as long as nobody can tell.
fn left(rows: u64, of: u64, elapsed: Duration) -> Option<Duration> {
    let milliseconds = elapsed.as_millis();
    if rows == 0 || of < rows || milliseconds < 1000 {
        return None;
    }
    let left = milliseconds * u128::from(of - rows) / u128::from(rows);
    Some(Duration::from_millis(u64::try_from(left).ok()?))
}

/// Of a hundred.
fn share(rows: u64, of: u64) -> u64 {
    u64::try_from(u128::from(rows) * 100 / u128::from(of.max(1)))
        .unwrap_or(100)
        .min(100)
}

/// The two largest units: `1 h 02 m`, `3 m 09 s`, `41 s`.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} m", seconds / 3600, seconds % 3600 / 60),
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Stage { name, rows } => {
                // A bar that has ended is not drawn, so that none is seen with one stage's name and another's numbers or table.
                self.bar.finish_and_clear();
                self.bar.set_length(rows);
                self.bar.set_prefix(name.to_owned());
                self.bar.set_message("");
                self.bar.reset();
                let now = Instant::now();
                *self.meter() = Meter {
                    stage: name.to_owned(),
                    table: None,
                    rows: 0,
                    of: rows,
                    begun: now,
                    told: now,
                };
                match rows {
                    0 => self.line(name),
                    rows => self.line(&format!("{name}: {} rows expected", grouped(rows))),
                }
            }
            Event::Table { id } => {
                self.bar.set_message(screen::visible(id));
                self.meter().table = Some(id.to_owned());
            }
            Event::Rows { rows } => self.count(rows),
            Event::TableDone { id, rows } => self.line(&format!("  {id}: {} rows", grouped(rows))),
            Event::TableKept { id, rows } => {
                self.count(rows);
                self.line(&format!("  {id}: {} rows, done before", grouped(rows)));
            }
        }
        if self.log == Log::Json {
            let line = match event {
                Event::Stage { name, rows } => {
                    json!({"event": "stage", "stage": name, "rows": rows})
                }
                Event::Table { id } => json!({"event": "table", "table": id}),
                // One line for every batch would bury the others: `count` tells of them now and then.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_whole_numbers_and_time_left_is_two_units() {
        assert_eq!(rate(283_819, Duration::from_millis(1_001)), 283_535);
        assert_eq!(rate(5, Duration::ZERO), 5_000);
        let told = [41, 189, 3_725, 360_000].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(told, ["41 s", "3 m 09 s", "1 h 02 m", "100 h 00 m"]);
    }

    #[test]
    fn time_left_is_told_when_there_is_something_to_tell_it_by() {
        let after = Duration::from_secs(10);
        assert_eq!(left(250, 1_000, after), Some(Duration::from_secs(30)));
        assert_eq!(left(1_000, 1_000, after), Some(Duration::ZERO));
        assert_eq!(left(0, 1_000, after), None);
        assert_eq!(left(1_001, 1_000, after), None, "a source that grew");
        assert_eq!(left(250, 1_000, Duration::from_millis(999)), None);
        assert_eq!((share(1, 3), share(7, 0), share(9, 3)), (33, 100, 100));
    }
}
