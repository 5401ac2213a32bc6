//! Plugins in OCI registries: pulled by digest, verified, kept; and the signatures that say who made one.
