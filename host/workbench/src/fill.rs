//! Fills in a template: names, kinds, and what is for one kind alone (templates/README.md).

use plugin::Kind;

/// What stands in the places of a template.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    name: &'a str,
    kinds: &'a [Kind],
}

impl<'a> Places<'a> {
    /// For a plugin of this name and these kinds.
    pub(crate) fn new(name: &'a str, kinds: &'a [Kind]) -> Self {
        Self { name, kinds }
    }

    /// A text with everything filled in; `None` where nothing but white space is left of it.
    pub(crate) fn text(&self, template: &str) -> Option<String> {
        let mut text = String::with_capacity(template.len());
        // The section that is open, and whether it is taken.
        let mut open: Option<(&str, bool)> = None;
        for line in template.split_inclusive('\n') {
            if let Some((kind, with)) = section(line, '#')
                .map(|kind| (kind, true))
                .or_else(|| section(line, '^').map(|kind| (kind, false)))
            {
                open = Some((kind, self.has(kind) == with));
                continue;
            }
            if section(line, '/').is_some() {
                open = None;
                continue;
            }
            if open.is_none_or(|(_, taken)| taken) {
                text.push_str(line);
            }
        }
        let text = self.line(&text);
        (template.trim().is_empty() || !text.trim().is_empty()).then_some(text)
    }

    /// A line, or a file's name, with names filled in.
    pub(crate) fn line(&self, template: &str) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        let quoted: Vec<String> = kinds.iter().map(|kind| format!("{kind:?}")).collect();
        template
            .replace("{{name}}", self.name)
            .replace("{{module}}", &self.name.replace('-', "_"))
            .replace("{{type}}", &camel(self.name))
            .replace("{{kinds}}", &quoted.join(", "))
            .replace("{{kinds-rust}}", &kinds.join(", ").replace('-', "_"))
    }

    fn has(&self, kind: &str) -> bool {
        self.kinds.iter().any(|one| one.as_str() == kind)
    }
}

/// The kind of a line that begins (`#`, `^`) or ends (`/`) a section.
fn section(line: &str, sign: char) -> Option<&str> {
    let (_, rest) = line.split_once(&format!("{{{{{sign}"))?;
    let (kind, _) = rest.split_once("}}")?;
    crate::project::kind(kind).map(|_| kind)
}

fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "\
struct {{type}}; // {{name}}, {{module}}
// {{#mapper}}
maps
// {{/mapper}}
// {{^mapper}}
maps not
// {{/mapper}}
// {{#template-chooser}}
chooses
// {{/template-chooser}}
register!({{type}}: {{kinds-rust}}); kinds = [{{kinds}}]
";

    #[test]
    fn a_template_is_filled_in() {
        let kinds = [Kind::TemplateChooser, Kind::Rules];
        let text = Places::new("one-domain", &kinds).text(TEMPLATE);
        assert_eq!(
            text.unwrap(),
            "struct OneDomain; // one-domain, one_domain\nmaps not\nchooses\nregister!(OneDomain: template_chooser, rules); \
             kinds = [\"template-chooser\", \"rules\"]\n"
        );
        let text = Places::new("a", &[Kind::Mapper]).text(TEMPLATE);
        assert_eq!(
            text.unwrap(),
            "struct A; // a, a\nmaps\nregister!(A: mapper); kinds = [\"mapper\"]\n"
        );
    }

    #[test]
    fn a_file_of_which_nothing_is_left_is_none() {
        let places = Places::new("a", &[Kind::Rules]);
        assert_eq!(places.text("{{#mapper}}\n{}\n{{/mapper}}\n"), None);
        assert_eq!(places.text("").as_deref(), Some(""));
        assert_eq!(
            places.text("${{ other }}\n").as_deref(),
            Some("${{ other }}\n")
        );
    }
}
