//! The positions of the switches about finding CXone and getting in.

use super::position::positions;

positions! {
    /// The documents under `/.well-known/`.
    Discovery {
        /// `cxone-configuration` with `tenantId` and without.
        WithAndWithout = "with_tenant_and_without",
        /// 400 without `tenantId`.
        WithOnly = "with_tenant_only",
        /// 404, `openid-configuration` too.
        Absent = "absent",
    }
}

positions! {
    /// What an access token looks like.
    TokenForm {
        /// Three parts, the second of which holds the claims.
        Jwt = "jwt",
        /// A random word.
        Opaque = "opaque",
    }
}

positions! {
    /// What becomes of a refresh token.
    RefreshTokens {
        /// Good again and again.
        Kept = "kept",
        /// Good once; the answer has the next one.
        Once = "once",
        /// Never good.
        Refused = "refused",
    }
}

positions! {
    /// The status for a wrong access key.
    LoginRefused {
        /// 401
        Unauthorized = "401",
        /// 400
        BadRequest = "400",
        /// 403
        Forbidden = "403",
    }
}

positions! {
    /// Whether SCIM is there at all.
    Scim {
        /// It is.
        Present = "present",
        /// 404 on every path, as for a tenant whose plan is without it.
        Absent = "absent",
    }
}

positions! {
    /// Whether User Hub's users are there for the key.
    UserHub {
        /// They are, as far as the key's permissions go.
        Present = "present",
        /// 403 on every path of users; roles and teams have permissions of their own.
        Forbidden = "forbidden",
        /// 404 on every path of users.
        Absent = "absent",
    }
}

positions! {
    /// What HTTP Basic on `/basic-auth` is made of.
    BasicCredentials {
        /// The access key's id and secret.
        AccessKey = "access_key",
        /// A registered application's id and secret.
        Client = "client",
        /// Nothing: 404 on every path of the family.
        Absent = "absent",
    }
}
