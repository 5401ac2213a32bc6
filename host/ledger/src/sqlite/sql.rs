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

/// What a group is read from. `sequence`, `version` and `modified` are the row's, not the document's.
macro_rules! groups {
    ($rest:literal) => {
        concat!(
            "SELECT g.sequence, g.version, g.modified, g.document FROM groups g ",
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
    USERS_BY_DISPLAY_NAME = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.folded_display_name = ?3 AND u.deleted IS NULL ORDER BY u.sequence"
    );
    LISTED_AFTER = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.listed = 1 AND u.sequence > ?3 ORDER BY u.sequence LIMIT ?4"
    );
    LISTED_PAGE = users!(
        "WHERE u.tenant = ?1 AND u.connection = ?2 AND u.listed = 1 AND u.sequence >= ?3 ORDER BY u.sequence LIMIT ?4 OFFSET ?5"
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
    HELD = "SELECT id FROM users WHERE tenant = ?1 AND connection = ?2 AND hold IS NOT NULL ORDER BY sequence";
    // The conditions are those of the index, word for word: a user of no name is forgotten.
    FORGETTABLE = users!(
        "WHERE u.tenant = ?1 AND u.deleted < ?2 AND u.folded_name <> '' AND u.state <> 'owed' \
         ORDER BY u.deleted LIMIT ?3"
    );
    UNSETTLED = users!(
        "WHERE u.tenant = ?1 AND u.sequence > ?2 AND u.state IN ('refused', 'owed', 'deferred', 'unconfirmed') \
         ORDER BY u.sequence LIMIT ?3"
    );
    STANDINGS =
        "SELECT connection, state, hold, count(*) FROM users \
         WHERE tenant = ?1 AND state IN ('refused', 'owed', 'deferred', 'unconfirmed') GROUP BY connection, state, hold";
    USER_IS_STORED = "SELECT 1 FROM users WHERE id = ?1";

    // Writes of users.
    USER_VERSION = "SELECT sequence, version, tenant = ?2 AND connection = ?3 FROM users WHERE id = ?1";
    NAME_HOLDER =
        "SELECT id FROM users WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3 AND deleted IS NULL";
    INSERT_USER =
        "INSERT INTO users (id, tenant, connection, version, folded_name, external_id, link, folded_target_name, state, \
         deleted, listed, debt_rank, debt_since, document, folded_display_name, hold) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    UPDATE_USER =
        "UPDATE users SET version = ?4, folded_name = ?5, external_id = ?6, link = ?7, folded_target_name = ?8, state = ?9, \
         deleted = ?10, listed = ?11, debt_rank = ?12, debt_since = ?13, document = ?14, \
         folded_display_name = ?15, hold = ?16 \
         WHERE id = ?1 AND tenant = ?2 AND connection = ?3";
    EMAILS = "SELECT email FROM user_emails WHERE sequence = ?1 ORDER BY email";
    INSERT_EMAIL = "INSERT INTO user_emails (sequence, tenant, connection, email) VALUES (?1, ?2, ?3, ?4)";
    DELETE_EMAILS = "DELETE FROM user_emails WHERE sequence = ?1";

    // Reads of groups: tenant is ?1, connection ?2.
    GROUP = groups!("WHERE g.tenant = ?1 AND g.connection = ?2 AND g.id = ?3");
    GROUPS_BY_NAME = groups!("WHERE g.tenant = ?1 AND g.connection = ?2 AND g.folded_name = ?3");
    GROUPS_BY_EXTERNAL_ID = groups!(
        "WHERE g.tenant = ?1 AND g.connection = ?2 AND g.external_id = ?3 ORDER BY g.sequence"
    );
    GROUPS_BY_MEMBER = groups!(
        "JOIN members m ON m.group_sequence = g.sequence \
         WHERE m.user = ?3 AND g.tenant = ?1 AND g.connection = ?2 ORDER BY m.group_sequence"
    );
    GROUPS_AFTER = groups!(
        "WHERE g.tenant = ?1 AND g.connection = ?2 AND g.sequence > ?3 ORDER BY g.sequence LIMIT ?4"
    );
    GROUPS_PAGE = groups!(
        "WHERE g.tenant = ?1 AND g.connection = ?2 AND g.sequence >= ?3 ORDER BY g.sequence LIMIT ?4 OFFSET ?5"
    );
    MEMBERS =
        "SELECT m.user FROM groups g JOIN members m ON m.group_sequence = g.sequence \
         WHERE g.tenant = ?1 AND g.connection = ?2 AND g.id = ?3 ORDER BY m.joined";
    // ?3 is a JSON array of ids. CROSS JOIN keeps the order of the joins: nobody's memberships are read but theirs.
    MEMBERSHIPS =
        "SELECT m.user, g.sequence, g.id, g.external_id, g.display_name FROM json_each(?3) AS asked \
         CROSS JOIN members m ON m.user = asked.value CROSS JOIN groups g ON g.sequence = m.group_sequence \
         WHERE g.tenant = ?1 AND g.connection = ?2";

    // Where in a list a page begins: kind is ?3, shift ?4.
    BLOCKS =
        "SELECT block, listed FROM blocks WHERE tenant = ?1 AND connection = ?2 AND kind = ?3 AND shift = ?4 \
         AND block BETWEEN ?5 AND ?6 ORDER BY block";
    BLOCKS_TOTAL =
        "SELECT coalesce(sum(listed), 0) FROM blocks WHERE tenant = ?1 AND connection = ?2 AND kind = ?3 AND shift = ?4";

    // Writes of groups.
    GROUP_OF_ID = groups!("WHERE g.id = ?1");
    GROUP_NAME_HOLDER = "SELECT id FROM groups WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3";
    INSERT_GROUP =
        "INSERT INTO groups (id, tenant, connection, version, modified, folded_name, display_name, external_id, document) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE_GROUP =
        "UPDATE groups SET version = ?4, modified = ?5, folded_name = ?6, display_name = ?7, external_id = ?8, document = ?9 \
         WHERE id = ?1 AND tenant = ?2 AND connection = ?3";
    DELETE_GROUP = "DELETE FROM groups WHERE sequence = ?1";
    TOUCH_GROUPS_OF =
        "UPDATE groups SET version = version + 1, modified = max(modified, ?2) \
         WHERE sequence IN (SELECT group_sequence FROM members WHERE user = ?1)";
    LIVE_USER =
        "SELECT 1 FROM users WHERE id = ?1 AND tenant = ?2 AND connection = ?3 AND deleted IS NULL";
    IS_MEMBER = "SELECT 1 FROM members WHERE user = ?1 AND group_sequence = ?2";
    MEMBERS_OF = "SELECT user FROM members WHERE group_sequence = ?1 ORDER BY joined";
    LAST_JOINED = "SELECT max(joined) FROM members WHERE group_sequence = ?1";
    INSERT_MEMBER = "INSERT INTO members (group_sequence, joined, user) VALUES (?1, ?2, ?3)";
    DELETE_MEMBER = "DELETE FROM members WHERE user = ?1 AND group_sequence = ?2";
    DELETE_MEMBERSHIPS = "DELETE FROM members WHERE user = ?1";

    // Re-evaluations.
    NEXT_MARK =
        "INSERT INTO marks (tenant, last) VALUES (?1, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last";
    MARK =
        "INSERT INTO pending (user, tenant, connection, since, mark) VALUES (?1, ?2, ?3, ?4, ?4) \
         ON CONFLICT DO UPDATE SET mark = excluded.mark";
    PENDING =
        "SELECT p.connection, p.user, p.mark FROM pending p WHERE p.tenant = ?1 ORDER BY p.since, p.user LIMIT ?2";
    PENDING_OF = "SELECT mark FROM pending WHERE user = ?3 AND tenant = ?1 AND connection = ?2";
    EVALUATED = "DELETE FROM pending WHERE user = ?1 AND tenant = ?2 AND connection = ?3 AND mark = ?4";
    DELETE_PENDING = "DELETE FROM pending WHERE user = ?1";

    // Keys.
    KEY = "SELECT value FROM keys WHERE name = ?1";
    INSERT_KEY = "INSERT INTO keys (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

    // Facts.
    FACT = "SELECT fact FROM facts WHERE name = ?1";
    REMEMBER = "INSERT INTO facts (name, fact) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET fact = excluded.fact";

    // Refused requests.
    INSERT_REFUSAL =
        "INSERT INTO refusals (event, tenant, connection, user, folded_name, at, stands) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)";
    DELETE_REFUSAL = "DELETE FROM refusals WHERE event = ?1";
    DELETE_REFUSAL_OF_USER = "DELETE FROM refusals WHERE tenant = ?1 AND connection = ?2 AND user = ?3";
    END_REFUSAL_OF_NAME =
        "UPDATE refusals SET stands = 0 \
         WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3 AND user IS NULL AND stands = 1";
    DISMISS_OF_USER = "DELETE FROM refusals WHERE tenant = ?1 AND connection = ?2 AND user = ?3 AND at = ?4";
    DISMISS_OF_NAME =
        "UPDATE refusals SET stands = 0 \
         WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3 AND user IS NULL AND stands = 1 AND at = ?4";
    STANDS_OF_USER = "SELECT 1 FROM refusals WHERE tenant = ?1 AND connection = ?2 AND user = ?3 AND at = ?4";
    STANDS_OF_NAME =
        "SELECT 1 FROM refusals \
         WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3 AND user IS NULL AND stands = 1 AND at = ?4";
    REFUSALS =
        "SELECT e.sequence, e.document, r.user IS NULL FROM refusals r CROSS JOIN events e ON e.sequence = r.event \
         WHERE r.tenant = ?1 AND r.stands = 1 ORDER BY r.event LIMIT ?2";
    REFUSAL_COUNTS =
        "SELECT connection, count(*) FROM refusals WHERE tenant = ?1 AND stands = 1 GROUP BY connection";
    FORGETTABLE_REFUSALS =
        "SELECT event FROM refusals WHERE tenant = ?1 AND at < ?2 AND user IS NULL ORDER BY at LIMIT ?3";

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
    FORGET_EVENT = "UPDATE events SET document = json_set(document, '$.detail', json('{}')) WHERE sequence = ?1";
    FORGET_EVENTS =
        "UPDATE events SET document = json_set(document, '$.detail', json('{}')) \
         WHERE tenant = ?1 AND connection = ?2 AND user = ?3";
}
