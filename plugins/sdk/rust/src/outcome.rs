//! What choosers and rules answer.

use crate::target::Target;

/// A rule's answer.
///
/// ```
/// use jackfield_sdk::Decision;
///
/// let _ = Decision::allow().warn("the team has no supervisor");
/// let _ = Decision::defer("waits for a group");
/// let _ = Decision::deny("role", "the role is not active in CXone")
///     .status(403)
///     .fix("activate the role Agent in CXone, or name another");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Decision {
    /// What becomes of the write.
    pub verdict: Verdict,
    /// Remarks for the operator; they change nothing. They must not hold values of the person.
    pub warnings: Vec<String>,
}

/// What becomes of a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Goes through as it is.
    Allow,
    /// Goes through with this target instead.
    Amend(Box<Target>),
    /// Waits: the source is kept and acknowledged, CXone follows when the rule lets it.
    Defer {
        /// What is awaited, in a few words.
        detail: String,
        /// The attribute or group concerned.
        attribute: Option<String>,
    },
    /// Is refused for good.
    Deny(Denial),
}

/// Why a write is refused. The identity provider gets it as a SCIM error (RFC 7644, section 3.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The HTTP status, 400 to 499.
    pub status: u16,
    /// RFC 7644's scimType, such as `invalidValue`.
    pub scim_type: Option<String>,
    /// What is wrong, in words that an administrator understands.
    pub detail: String,
    /// The attribute that broke the rule, as the target names it.
    pub attribute: Option<String>,
    /// What to do about it.
    pub fix: String,
}

impl Decision {
    /// The write goes through.
    pub fn allow() -> Self {
        Verdict::Allow.into()
    }

    /// The write goes through with this target instead.
    pub fn amend(target: Target) -> Self {
        Verdict::Amend(Box::new(target)).into()
    }

    /// The write waits for what `detail` says.
    pub fn defer(detail: impl Into<String>) -> Self {
        Verdict::Defer {
            detail: detail.into(),
            attribute: None,
        }
        .into()
    }

    /// The write is refused: status 400 and no scimType unless said otherwise. Say what to do by [`Decision::fix`].
    pub fn deny(attribute: impl Into<String>, detail: impl Into<String>) -> Self {
        Verdict::Deny(Denial {
            status: 400,
            scim_type: None,
            detail: detail.into(),
            attribute: Some(attribute.into()),
            fix: String::new(),
        })
        .into()
    }

    /// Adds a remark for the operator.
    pub fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// A denial's HTTP status. Does nothing to other verdicts.
    pub fn status(mut self, status: u16) -> Self {
        if let Verdict::Deny(denial) = &mut self.verdict {
            denial.status = status;
        }
        self
    }

    /// A denial's scimType. Does nothing to other verdicts.
    pub fn scim_type(mut self, scim_type: impl Into<String>) -> Self {
        if let Verdict::Deny(denial) = &mut self.verdict {
            denial.scim_type = Some(scim_type.into());
        }
        self
    }

    /// What to do about a denial. Does nothing to other verdicts.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        if let Verdict::Deny(denial) = &mut self.verdict {
            denial.fix = fix.into();
        }
        self
    }

    /// The attribute or group that a deferral or denial concerns. Does nothing to other verdicts.
    pub fn attribute(mut self, name: impl Into<String>) -> Self {
        match &mut self.verdict {
            Verdict::Deny(Denial { attribute, .. }) | Verdict::Defer { attribute, .. } => {
                *attribute = Some(name.into())
            }
            Verdict::Allow | Verdict::Amend(_) => {}
        }
        self
    }

    /// The denial, if it is one.
    pub fn denial(&self) -> Option<&Denial> {
        match &self.verdict {
            Verdict::Deny(denial) => Some(denial),
            _ => None,
        }
    }
}

impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        Self {
            verdict,
            warnings: Vec::new(),
        }
    }
}

/// A template chooser's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Choice {
    /// The template's name; none for no template.
    pub template: Option<String>,
    /// Why, in a few words without values of the person.
    pub reason: String,
}

impl Choice {
    /// This template.
    pub fn template(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            template: Some(name.into()),
            reason: reason.into(),
        }
    }

    /// No template.
    pub fn none(reason: impl Into<String>) -> Self {
        Self {
            template: None,
            reason: reason.into(),
        }
    }
}
