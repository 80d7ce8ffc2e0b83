//! Nothing of its own: its test compares what the compiler says, word for word.
