//! The groups that a user is a member of.

/// A group that the user is a member of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group's id in Jackfield.
    pub id: String,
    /// The identity provider's own id of the group, where it sent one.
    pub external_id: Option<String>,
    /// The group's name; empty when it has none.
    pub display_name: String,
}

impl Group {
    /// Whether settings mean this group: by display name, without case, or by external id or id, exactly.
    pub fn is(&self, name_or_id: &str) -> bool {
        let named = !self.display_name.is_empty()
            && self.display_name.to_lowercase() == name_or_id.to_lowercase();
        named || self.external_id.as_deref() == Some(name_or_id) || self.id == name_or_id
    }
}

/// The groups that the user is a member of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups(Vec<Group>);

impl Groups {
    /// The groups, in the host's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Group> {
        self.0.iter()
    }

    /// Whether the user is a member of none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The group that settings mean by this name or id, if the user is a member.
    pub fn find(&self, name_or_id: &str) -> Option<&Group> {
        self.0.iter().find(|group| group.is(name_or_id))
    }

    /// Whether the user is a member of the group that settings mean by this name or id.
    pub fn contains(&self, name_or_id: &str) -> bool {
        self.find(name_or_id).is_some()
    }
}

impl From<Vec<Group>> for Groups {
    fn from(groups: Vec<Group>) -> Self {
        Self(groups)
    }
}

impl FromIterator<Group> for Groups {
    fn from_iter<I: IntoIterator<Item = Group>>(groups: I) -> Self {
        Self(groups.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a Groups {
    type Item = &'a Group;
    type IntoIter = std::slice::Iter<'a, Group>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_are_compared_without_case_and_ids_exactly() {
        let groups = Groups::from(vec![
            Group {
                id: "1".into(),
                external_id: Some("0a1B".into()),
                display_name: "CX Süd".into(),
            },
            Group {
                id: "018f-2a".into(),
                external_id: None,
                display_name: String::new(),
            },
        ]);
        assert!(groups.contains("cx SÜD"));
        assert!(groups.contains("0a1B"));
        assert!(!groups.contains("0A1B"));
        assert!(groups.contains("018f-2a"));
        assert!(!groups.contains("018F-2A"));
        assert!(
            !groups.contains(""),
            "a group without a name is meant by nobody"
        );
    }
}
