//! The browser interface: pages (maud), routes (axum).
