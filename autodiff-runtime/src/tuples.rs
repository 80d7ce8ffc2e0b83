//! The tuples that traits are implemented for: up to twelve elements, as in std.

/// Calls a macro with a line for each tuple: names for the types of its elements, second names for
/// the types of what goes with them, and the numbers of the elements.
macro_rules! for_each_tuple {
    ($implement:ident) => {
        $implement! {
            A0 B0 0;
            A0 B0 0, A1 B1 1;
            A0 B0 0, A1 B1 1, A2 B2 2;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8, A9 B9 9;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8, A9 B9 9, A10 B10 10;
            A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8, A9 B9 9, A10 B10 10, A11 B11 11;
        }
    };
}
