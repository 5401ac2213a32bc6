//! Role and team by group.

use jackfield_sdk::settings::OneOrMany;
use jackfield_sdk::{Attribute, Error, Facts, Groups, Lazy, Target};
use schemars::JsonSchema;
use serde::Deserialize;

/// What members of a group get.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// The group, or groups of which one is enough: display name, external id or id.
    group: OneOrMany<String>,
    /// The role, by name or id.
    #[schemars(length(min = 1))]
    role: Option<String>,
    /// The team, by name or id.
    #[schemars(length(min = 1))]
    team: Option<String>,
}

/// What happens to role and team when there are rules and none is for the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoGroup {
    /// The role and team of `default`; without a role there, the tenant's default role.
    #[default]
    Default,
    /// Those that CXone last accepted.
    Keep,
    /// The user is deactivated in CXone.
    Deactivate,
}

/// What comes where no rule says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fallback {
    /// The role, by name or id.
    #[schemars(length(min = 1))]
    role: Option<String>,
    /// The team, by name or id.
    #[schemars(length(min = 1))]
    team: Option<String>,
}

/// Group rules with all that belongs to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByGroup {
    pub(crate) rules: Vec<GroupRule>,
    pub(crate) no_group: NoGroup,
    pub(crate) fallback: Fallback,
}

impl GroupRule {
    fn names(&self, attribute: Attribute) -> Option<&str> {
        given(attribute, &self.role, &self.team)
    }

    fn is_for(&self, groups: &Groups) -> bool {
        self.group.iter().any(|group| groups.contains(group))
    }

    /// # Errors
    /// When it is for no group or gives nothing.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.group.iter().next().is_none() || self.group.iter().any(String::is_empty) {
            return Err("`group` is empty; for everybody else there is `default`");
        }
        if self.role.is_none() && self.team.is_none() {
            return Err("it gives neither `role` nor `team`");
        }
        Ok(())
    }
}

impl Fallback {
    fn names(&self, attribute: Attribute) -> Option<&str> {
        given(attribute, &self.role, &self.team)
    }
}

fn given<'a>(
    attribute: Attribute,
    role: &'a Option<String>,
    team: &'a Option<String>,
) -> Option<&'a str> {
    match attribute {
        Attribute::Role => role.as_deref(),
        Attribute::Team => team.as_deref(),
        _ => None,
    }
}

impl ByGroup {
    /// Whether groups alone decide a member. What no rule and no default names stays with its row.
    pub(crate) fn decides(&self, attribute: Attribute) -> bool {
        let named = |rule: &GroupRule| rule.names(attribute).is_some();
        !self.rules.is_empty()
            && (self.rules.iter().any(named) || self.fallback.names(attribute).is_some())
    }

    /// Whether users in none of the groups are deactivated.
    pub(crate) fn deactivates(&self) -> bool {
        !self.rules.is_empty() && self.no_group == NoGroup::Deactivate
    }

    /// Sets what groups decide. The first rule in order that is for the user counts, and no other: what it does not name is as
    /// in `default`, so that nobody keeps the role of a group that they left.
    ///
    /// # Errors
    /// When the host handed out facts that are none.
    pub(crate) fn apply(
        &self,
        groups: &Groups,
        facts: &Lazy<Facts>,
        mut target: Target,
    ) -> Result<Target, Error> {
        if self.rules.is_empty() {
            return Ok(target);
        }
        let rule = self.rules.iter().find(|rule| rule.is_for(groups));
        let accepted = match (rule, self.no_group) {
            (None, NoGroup::Deactivate) => {
                target.set_active(false);
                return Ok(target);
            }
            (None, NoGroup::Keep) => Some(facts.get()?.accepted()?.unwrap_or_default()),
            _ => None,
        };
        for attribute in [Attribute::Role, Attribute::Team] {
            if !self.decides(attribute) {
                continue;
            }
            let text = match (rule.and_then(|rule| rule.names(attribute)), &accepted) {
                (Some(named), _) => Some(named),
                (None, Some(accepted)) => accepted.get(attribute),
                (None, None) => match (self.fallback.names(attribute), attribute) {
                    (None, Attribute::Role) => facts.get()?.default_role(),
                    (named, _) => named,
                },
            };
            if let Some(text) = text {
                target.set(attribute, text);
            }
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests;
