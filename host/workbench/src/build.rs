//! `jackfield plugin build`: a component from a plugin's directory, one command for every language. What is missing is said,
//! with the command that gets it; nothing is installed.

pub(crate) mod guest;
pub(crate) mod rust;

use std::path::Path;

use plugin::Engine;

use crate::inspect;
use crate::problem::{Problem, Standing};
use crate::project::{FILE, Language, Project};
use crate::screen::{Paint, Screen};
use crate::subject::Subject;

/// Builds, then judges what was built by the rules of this host.
///
/// # Errors
/// What is missing, or that the plugin does not build.
pub fn build(dir: &Path, engine: &Engine, screen: &mut Screen<'_>) -> Result<Standing, Problem> {
    let project = Project::read(dir)?;
    let Some(subject) = component(&project, screen)? else {
        return Ok(Standing::Bad);
    };
    Ok(judged(&project, &subject, engine, screen))
}

/// The component, written where the project says; `None` where it does not build, which its tools have said.
pub(crate) fn component(
    project: &Project,
    screen: &mut Screen<'_>,
) -> Result<Option<Subject>, Problem> {
    let built = match project.language {
        Language::Rust => rust::build(project, screen)?,
        Language::Js | Language::Python => guest::build(project)?,
    };
    if !built {
        screen.paint(Paint::Bad, format!("{} does not build", project.name));
        return Ok(None);
    }
    Subject::built(project).map(Some)
}

fn judged(
    project: &Project,
    subject: &Subject,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Standing {
    match subject.load(engine) {
        Ok(loaded) => {
            screen.say(format!("built     {}", subject.name));
            inspect::heading(subject, &loaded, screen);
            let same = loaded.declared().kinds == project.kinds;
            if !same {
                let said: Vec<&str> = project.kinds.iter().map(|kind| kind.as_str()).collect();
                screen.paint(
                    Paint::Bad,
                    format!(
                        "{} says that it is {}: name the kinds that are registered",
                        project.dir.join(FILE).display(),
                        said.join(", ")
                    ),
                );
            }
            Standing::of(same)
        }
        Err(_) => inspect::inspect(subject, engine, false, screen),
    }
}
