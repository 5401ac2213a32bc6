//! Reads of groups: from the ledger alone.

use scim::filter::{Filter, Indexed};
use serde_json::{Map, Value, json};

use crate::group::Group;
use crate::line::Bridge;
use crate::name::{GroupId, Scope, UserId, fold};
use crate::port::ledger::GroupLookup;
use crate::refusal::Refusal;
use crate::search::{BATCH, Gather, Page, Query, Searched};

impl Searched for Group {
    type Id = GroupId;

    fn id(&self) -> GroupId {
        self.id
    }

    fn sequence(&self) -> i64 {
        self.sequence
    }
}

/// A group as the identity provider sees it, without its members and what depends on the URL.
fn resource(group: &Group) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("id".to_owned(), json!(group.id));
    let said = group.source.as_map().iter();
    document.extend(said.map(|(name, value)| (name.clone(), value.clone())));
    let meta = json!({"resourceType": "Group", "created": group.created.to_string(), "lastModified": group.modified.to_string()});
    document.insert("meta".to_owned(), meta);
    document
}

impl Bridge {
    /// The groups that match.
    pub async fn search_groups(
        &self,
        scope: &Scope,
        query: &Query,
    ) -> Result<Page<Group>, Refusal> {
        if query.filter.is_none() && query.sort.is_none() {
            let total = self.ledger.count_groups(scope).await?;
            let skip = query.skip() as u64;
            let groups = match query.count {
                0 => Vec::new(),
                count => self.ledger.page_groups(scope, skip, count).await?,
            };
            return Ok(Page::of(total, groups));
        }
        let mut gather = Gather::new(query);
        match self.candidate_groups(scope, query).await? {
            Some(groups) => self.see_groups(query, &mut gather, groups).await?,
            None => {
                let mut after = 0;
                loop {
                    let batch = self.ledger.list_groups(scope, after, BATCH).await?;
                    let Some(last) = batch.last() else {
                        break;
                    };
                    after = last.sequence;
                    self.see_groups(query, &mut gather, batch).await?;
                    gather.in_time()?;
                }
            }
        }
        gather.page(|id| self.ledger.group(scope, id)).await
    }

    /// The groups that an index gives for a filter; `None` where none does.
    async fn candidate_groups(
        &self,
        scope: &Scope,
        query: &Query,
    ) -> Result<Option<Vec<Group>>, Refusal> {
        let Some((attribute, value)) = query.filter.as_ref().and_then(Filter::equality) else {
            return Ok(None);
        };
        let lookup = match attribute {
            Indexed::Id => {
                let group = match GroupId::parse(value) {
                    Some(id) => self.ledger.group(scope, id).await?,
                    None => None,
                };
                return Ok(Some(group.into_iter().collect()));
            }
            Indexed::DisplayName => GroupLookup::Name(fold(value)),
            Indexed::ExternalId => GroupLookup::ExternalId(value.to_owned()),
            Indexed::Member => match UserId::parse(value) {
                Some(user) => GroupLookup::Member(user),
                None => return Ok(Some(Vec::new())),
            },
            Indexed::UserName | Indexed::Email => return Ok(None),
        };
        Ok(Some(self.ledger.find_groups(scope, &lookup).await?))
    }

    async fn see_groups(
        &self,
        query: &Query,
        gather: &mut Gather<'_, Group>,
        groups: Vec<Group>,
    ) -> Result<(), Refusal> {
        let members = query.mentions("members");
        for group in groups {
            let mut document = resource(&group);
            if members {
                let members = self.ledger.members(&group.scope, group.id).await?;
                let members = members.iter().map(|id| json!({"value": id}));
                document.insert("members".to_owned(), members.collect());
            }
            gather.see(&document, group);
            gather.in_time()?;
        }
        Ok(())
    }
}
