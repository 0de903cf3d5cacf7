//! The cage, the worker protocol and the fork server: the only crate with unsafe.
