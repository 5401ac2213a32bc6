//! `jackfield plugin`: the workbench of plugin authors on the command line. The work is done in the room `workbench`; pushing,
//! pulling and signing in `registry`.

mod bench;
mod build;
mod dev;
mod inspect;
mod key;
mod laws;
mod new;
mod push;
mod replay;
mod run;
mod sdk;
mod sign;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use plugin::Engine;
use registry::{Reference, Store};
use tokio::signal::unix::{SignalKind, signal};
use workbench::problem::{Problem, Standing};
use workbench::screen::Screen;
use workbench::subject::Subject;

use crate::command::{fail, told_to_stop};

/// The exit code of a program that Ctrl-C ended, as shells have it: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// What `plugin` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each ends with 0 if all is well, with 1 if the plugin is not as it should be, with 2 if nothing could be looked at.",
    arg_required_else_help = true
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Makes a plugin's directory that builds at once and whose cases pass
    New(new::Arguments),
    /// Writes the SDK of a plugin's directory anew, from this program
    Sdk(sdk::Arguments),
    /// Builds a component, whatever the language, and says what it is
    Build(build::Arguments),
    /// Says what a component is, what it may do and which settings it takes
    Inspect(inspect::Arguments),
    /// Calls a component with one input: output, changes, log, and what was used
    Run(run::Arguments),
    /// Runs the table of cases, natively and against the component
    Test(test::Arguments),
    /// Watches a plugin's directory and runs the cases on each save
    Dev(dev::Arguments),
    /// Measures fuel and time of each case against a baseline
    Bench(bench::Arguments),
    /// Tries round trips of a mapper on the cases' sources and on generated ones
    Laws(laws::Arguments),
    /// Runs a new build over recorded calls, and says what came out otherwise
    Replay(replay::Arguments),
    /// Makes a key that signs plugins, and the line for the configuration
    Key(key::Arguments),
    /// Signs a component: FILE.sig beside it
    Sign(sign::Arguments),
    /// Brings a component to a registry
    Push(push::Arguments),
}

/// Runs one of them.
pub async fn run(arguments: Arguments) -> ExitCode {
    match arguments.command {
        Command::New(arguments) => new::run(&arguments),
        Command::Sdk(arguments) => sdk::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Inspect(arguments) => inspect::run(arguments).await,
        Command::Run(arguments) => run::run(arguments).await,
        Command::Test(arguments) => test::run(arguments),
        Command::Dev(arguments) => dev::run(&arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Laws(arguments) => laws::run(arguments),
        Command::Replay(arguments) => replay::run(arguments).await,
        Command::Key(arguments) => key::run(&arguments),
        Command::Sign(arguments) => sign::run(&arguments),
        Command::Push(arguments) => push::run(arguments).await,
    }
}

/// Does it with standard output as the screen, in colours where that is a terminal that has them.
fn on_screen(work: impl FnOnce(&mut Screen<'_>) -> Result<Standing, Problem>) -> ExitCode {
    let mut out = std::io::stdout();
    let colour = anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never;
    match work(&mut Screen::new(&mut out, colour)) {
        Ok(Standing::Good) => ExitCode::SUCCESS,
        Ok(Standing::Bad) => ExitCode::FAILURE,
        Err(problem) => unable(&problem),
    }
}

/// The same with the engine of the commands.
fn with_engine(
    work: impl FnOnce(&Engine, &mut Screen<'_>) -> Result<Standing, Problem>,
) -> ExitCode {
    on_screen(|screen| work(&workbench::engine::engine()?, screen))
}

/// Says why the command does not come to its end.
fn unable(problem: &Problem) -> ExitCode {
    let _ = fail(problem);
    ExitCode::from(problem.exit_code())
}

/// Ends what the workbench runs when the program is told to end: that is in a group of processes of its own, which neither Ctrl-C
/// nor the end of the terminal reaches.
fn ends_what_it_runs() {
    tokio::spawn(async {
        let hangup = async {
            match signal(SignalKind::hangup()) {
                Ok(mut hangup) => hangup.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = told_to_stop() => {}
            _ = hangup => {}
        }
        let _ended = workbench::running::end();
        std::process::exit(INTERRUPTED);
    });
}

/// The plugin that was named: also one in a registry.
async fn subject(named: &str, insecure: &[String]) -> Result<Subject, Problem> {
    if !Reference::is_meant_by(named) {
        return Subject::find(named);
    }
    let reference = Reference::parse(named).map_err(|error| Problem::new(error.to_string()))?;
    let fetched = store(insecure)?.fetch(&reference).await;
    let component = fetched.map_err(|error| Problem::new(error.to_string()))?;
    Ok(Subject::fetched(named, component.bytes))
}

/// Registries, with what was fetched kept in the user's cache.
fn store(insecure: &[String]) -> Result<Store, Problem> {
    let cache = workbench::engine::cache().ok_or_else(|| {
        Problem::new("there is no place to keep what is fetched: set HOME or XDG_CACHE_HOME")
    })?;
    Ok(Store::new(cache, insecure.to_vec()))
}

/// A component and its signatures, from a file.
fn signed_file(path: &Path) -> Result<Vec<u8>, Problem> {
    std::fs::read(path).map_err(|error| Problem::new(format!("{}: {error}", path.display())))
}

/// The directory of a command that was not told one.
fn here() -> PathBuf {
    PathBuf::from(".")
}
