//! What every engine of the ledger must do. An engine runs all of it with `conformance!(Engine)`.

use std::future::Future;
use std::sync::Arc;

use bridge::port::ledger::Ledger;

pub(crate) mod commits;
pub(crate) mod events;
pub(crate) mod facts;
pub(crate) mod forgetting;
pub(crate) mod groups;
pub(crate) mod keys;
pub(crate) mod locks;
pub(crate) mod lookups;
pub(crate) mod members;
pub(crate) mod model;
pub(crate) mod pending;
pub(crate) mod refusals;
pub(crate) mod seizures;
pub(crate) mod unsettled;

/// An engine with an empty ledger of its own, which goes with it.
pub(crate) trait Engine: Sized {
    /// Makes an empty ledger.
    fn create() -> impl Future<Output = Self>;

    /// The ledger as opened.
    fn ledger(&self) -> Arc<dyn Ledger>;

    /// The ledger as the next process finds it. All handles of the old one have been dropped.
    fn restart(self) -> impl Future<Output = Self>;
}

/// One named test for each case.
macro_rules! conformance {
    ($engine:ty: $($module:ident { $($case:ident)* })*) => {
        $(mod $module {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                use $crate::conformance::Engine as _;
                let engine = <$engine>::create().await;
                $crate::conformance::$module::$case(engine).await;
            })*
        })*
    };
    ($engine:ty) => {
        $crate::conformance::conformance! { $engine:
            commits {
                the_first_commit_gives_sequence_and_version
                a_user_reads_back_exactly
                a_commit_counts_up_and_keeps_the_sequence
                an_old_version_is_stale
                a_row_that_exists_is_not_created_again
                a_row_that_does_not_exist_is_not_updated
                a_live_name_is_taken_whatever_its_case
                a_name_is_free_in_another_connection
                a_deleted_name_is_free_until_it_is_taken_again
                a_rename_to_a_taken_name_is_refused
                a_user_keeps_their_own_name
                a_refused_commit_leaves_nothing
                a_row_never_changes_its_connection
                of_200_creates_of_one_name_one_wins
                refusals_take_no_neighbour_with_them
                of_50_updates_of_one_version_one_wins
                what_was_answered_is_there_after_a_restart
                several_users_are_committed_in_order
                of_several_users_all_are_committed_or_none
            }
            lookups {
                a_user_is_read_by_id_live_or_deleted_in_their_scope
                by_name
                by_external_id_exactly
                by_any_email_and_as_it_changes
                emails_are_folded_as_everywhere
                by_display_name_and_as_it_changes
                offered_users_are_found_but_not_listed
                lists_continue_after_a_sequence
                pages_skip
                the_count_follows_every_change
                tombstones_are_newest_first
                links_reach_over_connections_and_deletion
                holders_are_live_users_of_the_tenant
                debts_are_ordered_by_urgency
                held_debts_are_listed_and_not_owed
                debts_within_one_second_are_ordered_too
                tenants_do_not_meet
            }
            locks {
                fences_grow_with_every_grant
                a_second_opener_is_shown_the_open_intent
                a_name_is_locked_for_everybody_in_the_tenant
                a_rename_locks_both_names
                a_name_given_twice_is_locked_once
                a_changed_row_is_stale_before_anything_else
                a_taken_name_is_refused_before_cxone_is_called
                an_open_intent_stops_commits_of_its_user
                an_open_create_keeps_its_name_from_others
                a_deletion_reserves_no_name
                closing_stores_frees_and_records
                closing_needs_the_lock_and_the_version
                abandoning_frees_and_stores_nothing
                abandoning_needs_the_lock
                of_50_openers_of_one_user_one_is_granted
                of_50_creates_under_one_name_one_is_granted
                open_intents_survive_a_restart
            }
            seizures {
                a_lease_that_has_run_out_still_holds
                expired_lists_what_has_run_out
                a_running_lease_is_not_seized
                a_seized_lock_is_lost_to_its_holder
                a_seizure_is_won_once
                what_is_gone_is_not_seized
            }
            groups {
                a_group_reads_back_exactly
                a_commit_counts_up_and_keeps_the_sequence
                an_old_version_is_stale
                a_group_that_does_not_exist_is_neither_changed_nor_deleted
                a_group_never_changes_its_connection
                a_name_is_taken_whatever_its_case
                a_name_is_free_in_another_connection
                what_changes_nothing_is_not_written
                a_commit_that_changes_something_is_recorded
                groups_are_found_by_every_index
                groups_are_listed_paged_and_counted
                a_deleted_group_leaves_nothing
                tenants_and_connections_do_not_meet
            }
            members {
                members_keep_the_order_of_joining
                several_changes_are_done_in_order
                who_is_no_live_user_of_the_connection_is_passed_over
                offered_users_may_be_members
                memberships_are_those_of_whom_is_asked_for
                a_page_of_users_and_a_large_group
                who_is_deleted_leaves_all_groups
                who_comes_back_from_deletion_is_in_no_group
                a_refused_deletion_leaves_the_groups_as_they_were
                eight_writers_of_one_group_lose_nothing
                names_are_folded_as_everywhere
            }
            pending {
                who_joins_or_leaves_is_touched_and_nobody_else
                what_members_see_of_a_group_touches_them_all
                what_members_do_not_see_touches_nobody
                each_user_is_pending_once_and_keeps_the_place
                who_is_marked_during_the_evaluation_stays_pending
                a_mark_never_comes_twice
                tenants_wait_apart
                who_is_deleted_waits_for_nothing
                groups_and_marks_survive_a_restart
            }
            keys {
                a_key_is_random_and_stays
                of_50_first_callers_all_get_the_same
            }
            model {
                random_commits_are_as_in_the_model
            }
            facts {
                a_fact_is_replaced_and_stays
            }
            unsettled {
                everybody_who_is_not_as_they_should_be_in_sequence
                who_is_settled_again_is_not_among_them
                standings_count_each_connection
            }
            refusals {
                of_each_person_the_last_request_oldest_first
                a_user_who_is_never_stored_counts_by_name
                what_is_recorded_beside_a_write_is_none
                a_granted_request_ends_it
                what_the_queue_does_ends_nothing
                a_user_of_the_name_ends_it
                a_deletion_ends_it
                what_is_dismissed_is_recorded_and_gone
                an_older_one_is_not_dismissed
                strangers_are_forgotten_and_nobody_else
                refusals_survive_a_restart
            }
            forgetting {
                who_was_deleted_long_ago_is_forgettable_longest_first
                who_is_live_or_owed_something_is_not
                what_is_forgotten_is_no_more
            }
            events {
                events_are_newest_first_and_exact
                events_of_one_user
                events_end_at_the_limit
                an_event_needs_no_user
            }
        }
    };
}
pub(crate) use conformance;
