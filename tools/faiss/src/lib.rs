// Empty on purpose: this crate exists for its lock file.
