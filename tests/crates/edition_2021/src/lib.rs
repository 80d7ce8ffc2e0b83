//! Nothing of its own: its tests are programs of `tests/ui/pass`, compiled in edition 2021.
