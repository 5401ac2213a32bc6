//! Every statement of the ledger, so that one test can hold all of them to an index.

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(super) const $name: &str = $text;)*

        /// All of them, by name.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

/// What a user is read from. `sequence` and `version` are the row's, not the document's.
macro_rules! users {
    ($rest:literal) => {
        concat!(
            "SELECT u.sequence, u.version, u.document FROM users u ",
            $rest
        )
    };
}

/// What an open intent is read from.
macro_rules! intents {
    ($rest:literal) => {
        concat!(
            "SELECT i.fence, i.owner, i.lease_until, i.document, i.user FROM intents i ",
            $rest
        )
    };
}

statements! {
    // Reads of users: tenant is ?1, connection ?2.
    USER = users!("WHERE u.tenant = ?1 AND u.connection = ?2 AND u.id = ?3");
    USERS_BY_NAME = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.folded_name = ?3 AND u.deleted IS NULL ORDER BY u.sequence"
    );
    USERS_BY_EXTERNAL_ID = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.external_id = ?3 AND u.deleted IS NULL ORDER BY u.sequence"
    );
    USERS_BY_EMAIL = users!(
        "JOIN user_emails e ON u.sequence = e.sequence \
         WHERE e.tenant = ?1 AND e.connection = ?2 AND e.email = ?3 ORDER BY e.sequence"
    );
    LISTED_AFTER = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.listed = 1 AND u.sequence > ?3 ORDER BY u.sequence LIMIT ?4"
    );
    LISTED_PAGE = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.listed = 1 ORDER BY u.sequence LIMIT ?4 OFFSET ?3"
    );
    LISTED_COUNT = "SELECT listed FROM user_counts WHERE tenant = ?1 AND connection = ?2";
    TOMBSTONES = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.folded_name = ?3 AND u.deleted IS NOT NULL \
         ORDER BY u.deleted DESC, u.sequence DESC"
    );
    LINKED = users!("WHERE u.tenant = ?1 AND u.link = ?2 ORDER BY u.sequence");
    HOLDERS = users!(
        "WHERE u.tenant = ?1 AND u.folded_target_name = ?2 AND u.deleted IS NULL ORDER BY u.sequence"
    );
    OWED = users!(
        "WHERE u.tenant = ?1 AND u.debt_rank IS NOT NULL ORDER BY u.debt_rank, u.debt_since, u.sequence LIMIT ?2"
    );

    // Writes of users.
    USER_VERSION = "SELECT sequence, version, tenant = ?2 AND connection = ?3 FROM users WHERE id = ?1";
    NAME_HOLDER =
        "SELECT id FROM users WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3 AND deleted IS NULL";
    INSERT_USER =
        "INSERT INTO users (id, tenant, connection, version, folded_name, external_id, link, folded_target_name, state, \
         deleted, listed, debt_rank, debt_since, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    UPDATE_USER =
        "UPDATE users SET version = ?4, folded_name = ?5, external_id = ?6, link = ?7, folded_target_name = ?8, state = ?9, \
         deleted = ?10, listed = ?11, debt_rank = ?12, debt_since = ?13, document = ?14 \
         WHERE id = ?1 AND tenant = ?2 AND connection = ?3";
    EMAILS = "SELECT email FROM user_emails WHERE sequence = ?1 ORDER BY email";
    INSERT_EMAIL = "INSERT INTO user_emails (sequence, tenant, connection, email) VALUES (?1, ?2, ?3, ?4)";
    DELETE_EMAILS = "DELETE FROM user_emails WHERE sequence = ?1";

    // Intents.
    INTENT = intents!("WHERE i.user = ?1");
    INTENT_OF_NAME = intents!("JOIN intent_names n ON n.user = i.user WHERE n.tenant = ?1 AND n.name = ?2");
    INTENT_OF_SOURCE_NAME = intents!(
        "WHERE i.tenant = ?1 AND i.connection = ?2 AND i.folded_name = ?3 AND i.user <> ?4"
    );
    INTENTS = intents!("WHERE i.tenant = ?1 ORDER BY i.fence");
    INTENT_IS_OPEN = "SELECT 1 FROM intents WHERE user = ?1";
    SOURCE_NAME_IS_RESERVED =
        "SELECT 1 FROM intents WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3 AND user <> ?4";
    INTENT_FENCE = "SELECT fence FROM intents WHERE user = ?1";
    INSERT_INTENT =
        "INSERT INTO intents (user, tenant, connection, folded_name, fence, owner, lease_until, document) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    INSERT_INTENT_NAME = "INSERT INTO intent_names (tenant, name, user) VALUES (?1, ?2, ?3)";
    SEIZE_INTENT = "UPDATE intents SET fence = ?2, owner = ?3, lease_until = ?4 WHERE user = ?1";
    DELETE_INTENT = "DELETE FROM intents WHERE user = ?1";
    NEXT_FENCE =
        "INSERT INTO fences (tenant, last) VALUES (?1, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last";

    // Events: the order is the order of recording, `at` being the clock of whoever said so.
    INSERT_EVENT = "INSERT INTO events (tenant, connection, user, document) VALUES (?1, ?2, ?3, ?4)";
    EVENTS =
        "SELECT sequence, document FROM events WHERE tenant = ?1 AND connection = ?2 ORDER BY sequence DESC LIMIT ?3";
    EVENTS_OF_USER =
        "SELECT sequence, document FROM events WHERE tenant = ?1 AND connection = ?2 AND user = ?4 \
         ORDER BY sequence DESC LIMIT ?3";
}
