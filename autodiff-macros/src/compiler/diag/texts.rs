//! The table of messages: every error that this compiler knows, once.
//!
//! `AD00xx` attribute and signature, `AD01xx` language, `AD02xx` types and activity, `AD03xx`
//! kinks, `AD04xx` the derive, `AD05xx` own rules, `AD09xx` mistakes of this compiler. `{0}`, `{1}`, … are the arguments of the report.

use super::Entry;

macro_rules! texts {
    ($($name:ident $code:literal $message:literal, help $help:literal, note $note:literal;)*) => {
        $(pub(crate) static $name: Entry = Entry {
            code: $code,
            message: $message,
            help: $help,
            note: $note,
        };)*
        /// All messages.
        #[cfg(test)]
        pub(crate) static ALL: &[&Entry] = &[$(&$name),*];
    };
}

texts! {
    UNKNOWN_OPTION "AD0001" "unknown option `{0}`",
        help "", note "the options are `wrt(…)`, `constant(…)`, `name = …`, `crate = …`, `policy = …`, `mode = …`, `recursive`, `doc`, `method`, `module`, `skip`, `calls(…)`, `parallel`";
    MALFORMED_OPTION "AD0002" "cannot read the options of `conservative_grad`: {0}",
        help "write for instance `#[conservative_grad(wrt(w, b), policy = jax)]`", note "";
    REPEATED_OPTION "AD0003" "option `{0}` is given twice",
        help "remove one of them", note "";
    EMPTY_WRT "AD0004" "`wrt()` names no parameter",
        help "name the parameters to differentiate with respect to: `wrt(w, b)`", note "";
    UNKNOWN_POLICY "AD0005" "unknown policy `{0}`",
        help "", note "the policies are `pytorch`, `jax`, `tensorflow`, `lower`, `upper`, `midpoint`";
    WRT_UNKNOWN "AD0006" "`wrt` names `{0}`, which is no parameter of the function",
        help "", note "";
    WRT_CONSTANT "AD0007" "`wrt` names `{0}`, which is constant",
        help "remove it from `wrt(…)`, or remove `#[constant]` from the parameter",
        note "integers, `bool`, `char` and strings have no derivative";
    CONSTANT_ARGUMENTS "AD0008" "`#[constant]` takes no arguments",
        help "write `#[constant]`", note "";
    MISPLACED_HELPER "AD0009" "`#[{0}]` has no meaning on a parameter",
        help "write it on a statement of the body", note "";
    ATTRIBUTE "AD0010" "attribute `#[{0}]` inside of a differentiated function is not supported",
        help "remove it, or move what it stands on into a function of its own",
        note "the compiler does not know what it does to the copies of the code that it emits";

    UNKNOWN_MODE "AD0014" "unknown mode `{0}`",
        help "", note "the modes are `reverse` (the default) and `forward`";
    MODE_WITHOUT_GRADIENT "AD0015" "`{0}` has no gradient that `mode = forward` could compute",
        help "remove the option: `jvp` and `jacobian` use forward sweeps as they are",
        note "the option concerns `grad`, `value_and_grad`, `accumulate_grad` and `value_and_grad_with`, which a function has whose result is a number and that changes no differentiable argument";
    MODE_EFFECT "AD0016" "`mode = forward` may have to run this several times",
        help "compute it where the function is called, and hand it on as a `#[constant]` parameter; write it as a closure if it only computes, whose body is seen; differentiate at most eight numbers, whose number the types tell (`f64`, arrays, tuples); or remove `mode = forward`",
        note "a forward sweep gives eight partial derivatives; what does more than compute has to happen once per call";

    FOREIGN_IMPL "AD0011" "what is generated for the functions of `{0}` has no place",
        help "write free functions, or a type of your own around it",
        note "it stands in a second `impl` block, which only a type of this crate can have";
    STRAY_PARAMETER "AD0036" "`{0}` is a parameter of the trait alone, and what is generated has no place for it",
        help "write an associated function in an `impl` block of the type, annotate that, and call it here",
        note "what is generated stands in a second `impl` block, of the type alone";
    PLAIN_STRUCT "AD0037" "`{0}` has no gradient, which `{1}` would be differentiated with respect to",
        help "derive `Differentiable` for it; where it is a constant, write `#[conservative_grad(constant(self))]` on the method, or `#[conservative_grad(skip)]` if there is nothing else to differentiate it with respect to",
        note "numbers are in it, and a method of a struct is differentiated with respect to them";
    FILE_MODULE "AD0012" "`mod {0};` cannot be differentiated: its content is in another file",
        help "annotate the functions and `impl` blocks in that file", note "an attribute sees an inline module only";

    NOT_PARALLEL "AD0013" "no loop of `{0}` can run in parallel: {1}",
        help "", note "iterations run in parallel where they only add to sums, counts and adjoints, and the adjoints of the sums are known before the loop, or there is one sum";

    ASYNC_FN "AD0020" "an `async` function cannot be differentiated",
        help "differentiate a plain function and call it from the `async` one",
        note "there is no derivative through `.await`";
    UNSAFE_FN "AD0021" "an `unsafe` function cannot be differentiated",
        help "wrap it in a safe function, or mark what comes from it with `stop_gradient`",
        note "the emitted code is safe code";
    VARIADIC "AD0022" "a variadic function cannot be differentiated",
        help "take a slice", note "";
    PRIMITIVE_NAME "AD0023" "a function called `{0}` cannot be differentiated",
        help "rename it, or write `name = …`",
        note "the generated type would hide the primitive type `{0}`";
    FOREIGN_PARAMETER "AD0024" "parameter of type `{0}`: `{1}` is no real number by its bounds",
        help "mark the parameter `#[constant]` if no derivative with respect to it is wanted, or bound `{1}` by `Real` or `num_traits::Float`",
        note "a function, a container or a conversion behind a type parameter is not looked into";
    RECEIVER_TYPE "AD0025" "a receiver of type `{0}` is not supported",
        help "take `self`, `&self` or `&mut self`", note "the compiler does not see what `{0}` leads to";
    IMPL_TRAIT "AD0026" "parameter `{1}` of type `{0}`: the compiler does not see what is handed over",
        help "call an annotated function by its name (a `macro_rules!` can make one function for each), or hand over the values that it would compute; if only constants go into it, mark the parameter `#[constant]`, with a type parameter in the place of an `impl`",
        note "the derivative of a function is found by its name, and a value has none";
    OPTION_REFERENCE "AD0034" "parameter `{1}` of type `{0}` holds a reference in an `Option`",
        help "take an `&Option<Vec<f64>>` or an `Option<f64>`, or a slice that may be empty; or mark the parameter `#[constant]`",
        note "the gradient of an `Option` owns what is in it";
    PARAMETER_TYPE "AD0028" "parameter `{1}` has the type `{0}`, which is not one that can be differentiated",
        help "mark the parameter `#[constant]` if no derivative with respect to it is wanted",
        note "differentiable are `f64`, `f32`, and references, slices, arrays, `Vec`s and tuples of these, and `Option`s of one of them";
    RESULT_TYPE "AD0029" "a function that returns `{0}` cannot be differentiated",
        help "return `f64`, `f32`, an array, `Vec` or tuple of them, or an `Option` or `Result` of one of these", note "";
    MIXED_PARAMETER "AD0030" "parameter of type `{0}` mixes real numbers and constants",
        help "pass the constants as parameters of their own",
        note "the gradient has a part for each field; integers and `bool`s may stand beside numbers";
    INNER_REFERENCE "AD0035" "parameter of type `{0}` holds references inside of a list or a tuple",
        help "pass what they refer to (`&[Vec<f64>]` for `&[&[f64]]`), or each reference as a parameter of its own, or mark the parameter `#[constant]`",
        note "the gradient owns what it holds";
    MIXED_RESULT "AD0031" "result of type `{0}` mixes real numbers and constants",
        help "return the constants from a function of their own, or through a `&mut` parameter",
        note "integers and truth values may stand beside numbers, in a tuple";
    NO_PARAMETER "AD0032" "`{0}` has no parameter to differentiate with respect to",
        help "at least one parameter has to be made of `f64` or `f32`, and not be `#[constant]`", note "";
    NO_RESULT "AD0033" "`{0}` computes no real number: there is nothing to differentiate",
        help "return a real number, or write to a `&mut` parameter of real numbers", note "";

    CLOSURE_VALUE "AD0100" "the closure or function `{0}` cannot be handed on here",
        help "bind it with `let` and call it, write it where it is called, or hand it to a method of iterators",
        note "what takes it could call it in any way";
    NO_RULE "AD0102" "no derivative rule for the method `{0}`",
        help "", note "known are the methods of `f64` and `f32` that have a row in the table of rules";
    ASYNC "AD0107" "`async` and `.await` cannot be differentiated",
        help "move them out of the function", note "";
    UNSAFE "AD0108" "`unsafe` blocks are not supported",
        help "move the block into a safe function of its own", note "the compiler cannot follow what it reads and writes";
    CONST_BLOCK "AD0109" "`const` blocks are not supported yet",
        help "write a `const` item at the top of the function", note "";
    RANGE_VALUE "AD0110" "the range `{0}` is only understood in `for`, as an iterator and as an index",
        help "write `for i in a..b`", note "";
    LOOP_VALUE "AD0111" "a `for` or `while` loop cannot be an operand",
        help "write the loop as a statement", note "";
    UNDERSCORE "AD0112" "`_` cannot be an operand",
        help "", note "";
    UNKNOWN_SYNTAX "AD0113" "`{0}` is not understood",
        help "write it with operators, method calls, `if`, loops and indexing", note "";
    FOR_OVER "AD0114" "the compiler cannot tell what `{0}` runs over",
        help "run over indices: `for i in 0..xs.len()`", note "slices, arrays and vectors of a known type can be run over, and ranges";
    FOR_OVER_ENTRIES "AD0191" "the entries of `{0}` have no positions, by which the derivative could go through them",
        help "hand over a list of what the loop needs: `let entries: Vec<(usize, f64)> = {0}.iter().map(|(k, v)| (*k, *v)).collect();`",
        note "slices, arrays and vectors can be run over; maps, sets and queues cannot";
    PATTERN "AD0118" "the pattern `{0}` is not supported here",
        help "use names, `_`, numbers, ranges, and tuples, slices and `Some` of them",
        note "patterns on constants (`#[constant]` enums, integers, strings) may be any";
    MACRO "AD0119" "the macro `{0}!` is not understood",
        help "write out what it expands to",
        note "a macro is expanded after this one; it could do anything";
    DBG "AD0120" "`{0}!` cannot stand in a differentiated expression",
        help "print with `println!` in a statement of its own", note "";
    MACRO_ARGUMENTS "AD0121" "the arguments of `{0}!` are not understood",
        help "write plain expressions, separated by commas", note "";
    EFFECT_ARGUMENT "AD0122" "`{0}` cannot stand inside of this macro",
        help "bind it with `let` before the macro, and use the name",
        note "the macro is copied as it is, and may only read";
    CFG "AD0123" "`#[{0}]` cannot stand here in a differentiated function",
        help "write `#[cfg(…)]` on a statement, an arm or a field, or `if cfg!(…) { … }`",
        note "it reaches this macro before rustc evaluates it";
    CHECKPOINT "AD0124" "`#[checkpoint]` does not stand on a loop",
        help "write it on a `for`, `while` or `loop` that hands a state from one iteration to the next", note "";
    CHECKPOINT_ARGUMENT "AD0172" "cannot read `#[checkpoint]`",
        help "write `#[checkpoint]`, `#[checkpoint(budget = n)]` with the number of states that may be kept, or `#[checkpoint(whole)]`", note "it stands on a loop once";
    CHECKPOINT_ZERO "AD0173" "a budget of no states",
        help "the state at the start of the loop has to be kept: 1 is the least", note "";
    CHECKPOINT_IDLE "AD0174" "this loop keeps no states, and has no use for `#[checkpoint]`",
        help "remove the attribute",
        note "its iterations do not build on each other, or no derivative goes through it: nothing is stored that grows with the loop";
    CHECKPOINT_EFFECT "AD0175" "`{0}` cannot run again, and stands in a loop under `#[checkpoint]`",
        help "take it out of the loop: into a `let`, or, if it differs from one iteration to the next, into a list (`let table: Vec<f64> = (0..n).map(|k| signal(k)).collect();`); what only computes may be written as a closure (`let index = |i, n| …;`), whose body is seen",
        note "the iterations of the loop are run several times, and have to compute the same: of a function that gets nothing differentiated, nobody knows what else it does";
    CHECKPOINT_RECURSIVE "AD0176" "the function calls itself in a loop under `#[checkpoint]`",
        help "move the loop into a function of its own", note "";
    CONSTANT_IN_BODY "AD0125" "`#[constant]` belongs on a parameter",
        help "write `stop_gradient(…)` around the value that is to count as constant", note "";
    NESTED_ITEM "AD0126" "this item cannot stand inside of a differentiated function",
        help "move it out of the function", note "the body is emitted several times; a type would exist several times";
    NESTED_STATIC "AD0127" "a `static` that can change cannot stand inside of a differentiated function",
        help "move it out of the function, or make it a `const`",
        note "the body is emitted several times; each copy would have a `static` of its own";
    NESTED_GLOB "AD0128" "a glob `use` inside of a differentiated function is not supported",
        help "name what is used, or move the `use` out of the function",
        note "it could bring in a name that means something else here";
    ITEM_IN_BLOCK "AD0129" "the name of this item is used outside of its block, too",
        help "rename it, or move it to the top of the function's body",
        note "items are put at the top of what is emitted, where all of the body sees them";
    FN_VALUE "AD0130" "the function `{0}` cannot be used as a value",
        help "call it", note "";
    CALL_OF_VALUE "AD0131" "`{0}` is called, and is no path to a function",
        help "call a function by its path", note "";
    CALL_OF_LOCAL "AD0132" "`{0}` is a variable, and calls through variables are not supported yet",
        help "call a function by its path", note "a closure or function pointer has no derivative that the compiler could find";
    NESTED_NAMESAKE "AD0133" "the nested function `{0}` has the name of the function around it",
        help "rename one of them", note "calls of one could not be told from calls of the other";
    CONSTRUCTOR "AD0135" "`{0}(…)` puts a real number into a variant of an enum",
        help "use a struct with `#[derive(Differentiable)]`, or a tuple",
        note "which variant a value is could depend on the number, and the adjoint would have no type then";
    MEM "AD0136" "`mem::{0}` is not supported yet",
        help "write it with assignments: `let t = a; a = b; b = t;`", note "";
    ARGUMENT_COUNT "AD0137" "`{0}` is given a wrong number of arguments",
        help "", note "";
    CAPACITY "AD0138" "the capacity `{0}` does more than compute",
        help "bind it with `let` first", note "";
    VEC_FROM "AD0139" "`Vec::from` is understood for an array written in place only",
        help "write `.to_vec()`", note "";
    UNKNOWN_METHOD "AD0140" "the method `{0}` is not known, and a real number reaches it",
        help "write a function with `#[conservative_grad]` and call that, or cut the value off with `stop_gradient(…)`", note "";
    SEQUENCE_METHOD "AD0141" "the method `{0}` of slices and vectors is not supported yet",
        help "write a loop over indices", note "";
    ITERATOR "AD0142" "the iterator method `{0}` is not supported here",
        help "write a loop over indices: `for i in 0..xs.len()`", note "";
    ITERATOR_VALUE "AD0160" "the iterator `{0}` cannot be a value here",
        help "consume it in place: with `for`, `sum`, `fold`, `collect`, or bind it with `let`", note "";
    ITERATOR_MIX "AD0161" "iterators that both skip items cannot be combined like this",
        help "collect one of them into a `Vec` first", note "";
    ITEM_TUPLE "AD0162" "`{0}` is a tuple with references in it",
        help "take it apart in the pattern: `(a, b)`", note "";
    ZIP_EFFECT "AD0163" "a closure before `zip` does more than compute",
        help "collect its values into a `Vec` first",
        note "std does not promise how often it runs at the end of the shorter iterator";
    SCAN "AD0164" "the closure of `scan` has to end in `Some(…)`",
        help "write a loop with a variable for the state", note "";
    ORDER_CLOSURE "AD0165" "the order `{0}` is not understood",
        help "write `|a, b| a.partial_cmp(b).unwrap()` or `|a, b| a.total_cmp(b)`", note "";
    UNSTABLE_SORT "AD0169" "`sort_unstable_by` by something else than the elements themselves",
        help "write `sort_by`", note "std does not promise where elements that are equal end up";
    LENT_LENGTH "AD0170" "the length of `{0}` may change here, which belongs to the caller",
        help "take the vector by value and return it, or take the struct that it is a field of; as many numbers as there are go in by `copy_from_slice`", note "a gradient of another length would not fit the caller's buffer";
    ITERATOR_OPTION "AD0171" "the compiler cannot tell what this closure gives",
        help "let it end in `Some(…)` and `None`, or write `filter` and `map`", note "";
    COLLECT "AD0166" "cannot collect into `{0}`",
        help "collect into a `Vec`", note "";
    COLLECT_REFERENCES "AD0167" "references are collected, which is not supported yet",
        help "collect the values: `.copied()` or `.cloned()` first", note "";
    FROM_FN "AD0168" "the length of the array that `{0}` makes is not known",
        help "declare it: `let a: [f64; 3] = std::array::from_fn(…)`", note "arrays of other things than numbers are understood up to 16 elements";
    PARTS_OF_ONE "AD0177" "parts of `{0}` are handed to one call, which may change one of them",
        help "hand over a copy of one, and put it back if it changes: `let mut part = a.to_vec(); f(&mut part, b); a.copy_from_slice(&part);`", note "that they do not overlap is not known where the derivative borrows them";
    STOP_OF_MANY "AD0178" "`stop_gradient` cuts off one number, and this is a list, a tuple or a struct",
        help "cut off its numbers, `let fixed: Vec<f64> = w.iter().map(|v| stop_gradient(*v)).collect();`, or take it as a `#[constant]` parameter", note "";
    EXCLUSIVE_ARGUMENT "AD0143" "`{0}` cannot be passed to a method that is not known",
        help "call a function with it", note "the method could change it unseen";
    ELEMENTS_NOT_COPY "AD0144" "`{0}` is understood for elements that are numbers or structs, arrays of them, or tuples of numbers",
        help "write a loop", note "";
    COPY_SOURCE "AD0145" "cannot copy from `{0}`",
        help "copy from a slice, array or vector that has a name", note "";
    JUMP_TARGET "AD0146" "no loop around this `{0}` that it could mean",
        help "", note "";
    ASSIGN_IN_OPERAND "AD0148" "an assignment inside of an operand is not supported",
        help "write it as a statement of its own before", note "";
    CHANGE_IN_OPERAND "AD0149" "`{0}` is changed inside of an operand",
        help "change it in a statement of its own, before or after",
        note "other operands read it, and the order in which that happens would decide the value";
    ASSIGN_TARGET "AD0150" "cannot assign to `{0}`",
        help "assign to a variable, an element or a field of a tuple", note "";
    LOST_REFERENCE "AD0189" "`{0}` is changed, and the compiler does not know what it refers to",
        help "name what is changed, or a reference that a `let` makes of it: `let r = &mut a[i];`",
        note "the change would be made to a copy";
    LEFT_ALONE "AD0190" "`{0}` has no derivative: the annotated module or `impl` block leaves it alone",
        help "write `#[conservative_grad]` on `{0}`, too; if it gives a reference to a part, name its arguments with `let` first, or take the part itself",
        note "nothing in its signature is known to be a real number that goes in and one that comes out: a type that is declared elsewhere may be a constant";
    HELD "AD0192" "a differentiable value is put into a `{0}`",
        help "use the value itself, or a `Vec` of one element", note "of such a value the compiler sees neither that it is read nor that it is changed";
    CONSTANT_FIELD "AD0193" "a differentiable value gets into the field `{0}`, which is `#[constant]`",
        help "take `#[constant]` off the field, mark the parameter that the value comes from `#[constant]`, or cut the value off: `stop_gradient(…)`", note "what is read there has no derivative: the one of this value would be lost";
    REBIND_REFERENCE "AD0151" "`{0}` is a reference, and cannot be made to refer to something else",
        help "write `*{0} = …` to change what it refers to, or use a `let` with a new name", note "";
    MUTABLE_REFERENCE "AD0152" "`{0}` is a reference that could be changed to refer to something else",
        help "write `let {0} = &mut …` without `mut` before the name", note "";
    STRAY_REFERENCE "AD0153" "the reference `{0}` cannot stand here yet",
        help "bind it with `let r = &…;`, or use the value", note "";
    IF_REFERENCE "AD0154" "this `if` gives a reference, which is not supported yet",
        help "use the values, or index by a number that the `if` gives", note "";
    ENUM_PATTERN "AD0180" "`{0}` is a variant of an enum through which a gradient would flow",
        help "mark the parameter that holds the enum `#[constant]`, or pass its numbers as parameters of their own",
        note "an enum has no gradient: its variants hold different numbers";
    ORDERING_PATTERN "AD0181" "the pattern `{0}` on a comparison of numbers",
        help "write `Some(Ordering::Less)`, `Some(Ordering::Equal)`, `Some(Ordering::Greater)`, `None` or `_`",
        note "each is a decision on the two numbers";
    OR_REFERENCE "AD0182" "`{0}` is a reference to different parts in the alternatives of this pattern",
        help "write an arm for each alternative", note "";
    ERROR_VALUE "AD0183" "the error `{0}` carries a derivative",
        help "give constants in the error, or cut the value off with `stop_gradient`",
        note "`grad` gives the error in the place of a gradient; an error has none";
    TRY_RESULT "AD0184" "`?` in a function that gives no `Option` or `Result` of a number",
        help "match on the value, or let the function give an `Option` or `Result`", note "";
    OUTCOME_METHOD "AD0185" "the method `{0}` of an `Option` or `Result` that carries a derivative",
        help "write a `match`", note "";
    OUTCOME_CLOSURE "AD0186" "`{0}` cannot be called here",
        help "write a closure in its place, or a `match`", note "";
    JUMP_IN_CLOSURE "AD0187" "`return` and `?` inside of a closure",
        help "write a `match`", note "in a closure they leave the closure, and not the function";
    IF_WITHOUT_ELSE "AD0155" "an `if` without `else` has no value",
        help "add an `else`", note "";
    DEREF "AD0156" "`*{0}` is not supported here",
        help "bind it with `let` first", note "";
    UNSIZED "AD0157" "the slice `{0}` needs a `&` in front",
        help "write `let part = &…;`", note "";
    HYGIENE "AD0158" "two variables called `{0}` come from different macro expansions",
        help "rename one of them", note "the compiler tells variables apart by their spelling";

    TYPE_MISMATCH "AD0200" "expected {0}, found {1}",
        help "", note "this is what the compiler understood; an annotation on a `let` may help it";
    OPERAND_TYPE "AD0201" "operator `{0}` on `{1}`, which is {2}",
        help "write it element by element", note "operators are understood for numbers and truth values";
    NOT_INDEXED "AD0202" "`{0}` is indexed, and is {1}",
        help "if a call made it, say what it is: `let v: Vec<f64> = …`", note "slices, arrays and vectors can be indexed; in an annotated module structs, too, whose `Index` and `IndexMut` refer to the same part";
    TUPLE_FIELD "AD0203" "the compiler cannot tell the type of `{0}`, of which field `{1}` is taken",
        help "take it apart: `let (a, b) = {0};`, or write the type of `{2}` where it is bound: `let {2}: Type = …;`", note "";
    NO_FIELD "AD0204" "`{0}` is {2}, which has no field `{1}`",
        help "pass the field as a parameter, or mark the parameter `#[constant]`", note "";
    OPTION_FIELD "AD0209" "the field `{0}` is an `Option`, and more is done with it than to look what is in it",
        help "match on the field itself, `if let Some(value) = model.{0} { … }`, or hold the number and a `bool` in fields of their own",
        note "a gradient has a place for what is in the field, not for an `Option` that the function makes";
    OPTION_ASSIGNED "AD0211" "the `Option` `{0}` is assigned to",
        help "change what is in it (`if let Some(value) = &mut {0} { *value = … }`), or keep the number in a variable of its own",
        note "its gradient has a place where there was something at the start";
    OPTION_LIST "AD0212" "`{0}` is a list of `Option`s with something differentiable in them",
        help "keep a list of numbers, and beside it one of truth values", note "the memory of a derivative holds no `Option`";
    UNSEEN_TYPE "AD0213" "`{0}` is called on a value of the type `{1}`, of which the compiler does not see what it stands for",
        help "write it out (`[f64; 3]`, `Option<f64>`), in the signature or in a `let` before; in an annotated module the compiler sees its aliases",
        note "arrays and `Option`s have methods of this name";
    OPTION_ARGUMENT "AD0210" "an `Option` that is made here, with something differentiable in it, is handed to a function",
        help "call the function with what is in it in one branch, and with `None` in the other; or hand on a parameter or field that is an `Option`",
        note "the callee's adjoint would have no place";
    STRUCT_BASE "AD0208" "`..{0}` is part of a constant",
        help "copy it under its type first: `let base: P = {0}.clone();`", note "";

    CAST_TYPE "AD0205" "cannot cast to `{0}`",
        help "name the type: `as f64`, `as usize`", note "";
    LOCAL_TYPE "AD0206" "the type `{0}` is not supported here",
        help "leave it out, if rustc can find it", note "";
    HIDDEN_REAL "AD0207" "a real number is put into `{0}`, whose type the compiler does not know",
        help "declare `{0}` with a type that names `f64` or `f32`, or use another variable", note "its derivative would be lost";

    DISCONTINUOUS "AD0300" "`{0}` is not continuous, and is applied to a differentiable value",
        help "{2}", note "{1}";
    CAST_JUMPS "AD0301" "the cast to `{0}` of a differentiable value jumps",
        help "cut the value off with `stop_gradient(…)`, or write `#[assume_continuous]` on the statement if the program as a whole stays continuous", note "";
    COUNT_JUMPS "AD0302" "a number that depends on a test of a differentiable value reaches the result",
        help "cut it off with `stop_gradient(…)`, or write `#[assume_continuous]` on the statement if the program as a whole stays continuous",
        note "it jumps where the test changes its answer (what a call gives, and is cast to `f64`, is taken for an integer: an `f64` needs no cast)";
    TIE_SUM "AD0310" "the weights of `#[tie({0}, {1})]` add up to {2}, not to 1",
        help "write `#[tie(θ)]` with the weight θ of the branch above",
        note "along the curve (t, t) the operands of `max` stay tied, so that max(t, t) = t has derivative 1, and the weights would give {2}: the chain rule fails";
    TIE_ARGUMENT "AD0311" "`#[tie(…)]` takes the weight of the branch above, a number",
        help "write `#[tie(0.5)]`", note "";

    DERIVE_ENUM "AD0400" "`Differentiable` cannot be derived for the enum `{0}`",
        help "put the numbers in a struct, and mark fields and parameters of type `{0}` as `#[constant]`",
        note "which variant a value is has no derivative, and a gradient has the same fields for all values";
    DERIVE_UNION "AD0401" "`Differentiable` cannot be derived for the union `{0}`",
        help "write a struct", note "a union does not tell which of its fields it holds";
    DERIVE_NOTHING "AD0402" "`{0}` has no field to differentiate with respect to",
        help "remove the derive, and mark fields and parameters of type `{0}` as `#[constant]`",
        note "integers, `bool`, `char`, strings, `PhantomData` and what is marked `#[constant]` have no derivative";
    DERIVE_OPTION "AD0403" "unknown option `{0}`",
        help "", note "the options are `gradient = …`, `crate = …`";
    DERIVE_MALFORMED "AD0404" "cannot read the options of `differentiable`: {0}",
        help "write for instance `#[differentiable(gradient = Slopes)]`", note "";
    DERIVE_MISPLACED "AD0405" "`#[{0}]` has no meaning here",
        help "write it on {1}", note "";
    DERIVE_TYPE "AD0406" "a field of type `{0}` has no gradient",
        help "mark the field `#[constant]` if no derivative with respect to it is wanted",
        note "differentiable are `f64`, `f32`, and references, slices, arrays, `Vec`s, tuples and `Option`s of these, and structs with `#[derive(Differentiable)]`";
    DERIVE_MIXED "AD0407" "a field of type `{0}` mixes real numbers and constants",
        help "make a field of each part, or mark the whole `#[constant]`",
        note "the gradient has a place for each field, not for parts of one";
    DERIVE_RECURSIVE "AD0408" "the gradient of `{1}` would contain itself",
        help "hold the parts in a `Vec`", note "in a gradient there are no boxes and no references";

    REAL_IN_CONSTANT "AD0901" "`{0}` is a real number, and was taken for a constant",
        help "please report this, with the function; until then, declare the types of the variables in this statement",
        note "its derivative would be lost";
    UNKNOWN_FAILURE "AD0903" "`{0}` could not be differentiated, and the compiler does not know why",
        help "please report this, with the function", note "";
    OPAQUE_VARIED "AD0902" "a differentiable value reaches code that was taken for constant",
        help "please report this, with the function; until then, cut the value off with `stop_gradient(…)`",
        note "its derivative would be lost";

    RULE_OPTION "AD0500" "unknown option `{0}`",
        help "", note "the options of `conservative_rule` are `pullback = …`, `tangent = …`, `kink(x = 0.0)`, `domain(x > 0.0)`, `class = …`, `cost = …`, `name = …`, `crate = …`, `doc`";
    RULE_MALFORMED "AD0501" "cannot read the options of `conservative_rule`: {0}",
        help "write for instance `#[conservative_rule(pullback = erf_pullback, tangent = erf_tangent, kink(x = 0.0))]`", note "";
    RULE_ITEM "AD0502" "`#[conservative_rule]` goes on a function",
        help "write a function that calls the one that has no derivative, and annotate it", note "";
    RULE_METHOD "AD0503" "a method of a trait cannot have a rule of its own",
        help "write a method of the type's own, or a free function, with the rule, and call it from this one",
        note "what the rule generates stands beside the method, where a trait has no place for it";
    RULE_IN_PLACE "AD0504" "a function that takes `{0}` cannot have a rule of its own",
        help "return what is computed in place of changing an argument",
        note "the pullback is given the arguments once more, and they would have changed";
    RULE_WITHOUT_DERIVATIVE "AD0505" "no derivative is given for `{0}`",
        help "name the functions that compute it: `#[conservative_rule(pullback = {0}_pullback, tangent = {0}_tangent)]`", note "";
    RULE_NEEDS_PULLBACK "AD0506" "the rule of `{0}` has no pullback",
        help "add `pullback = …`", note "only where all arguments and the result are numbers can it be made of the tangent";
    RULE_NEEDS_TANGENT "AD0507" "the rule of `{0}` has no tangent",
        help "add `tangent = …`", note "only where all arguments and the result are numbers can it be made of the pullback";
    RULE_CLASS "AD0508" "unknown definability class `{0}`",
        help "", note "the classes are `Semialgebraic`, `RAn`, `RExp`, `RAnExp`, `Pfaffian`, `Local`, `None`";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn codes_are_given_once() {
        let mut seen = BTreeSet::new();
        for entry in ALL {
            assert!(seen.insert(entry.code), "{} is given twice", entry.code);
            let digits = entry.code.strip_prefix("AD");
            assert!(
                digits.is_some_and(|digits| digits.len() == 4 && digits.parse::<u32>().is_ok())
            );
        }
    }

    #[test]
    fn messages_are_one_line_without_full_stop() {
        for entry in ALL {
            for text in [entry.message, entry.help, entry.note] {
                let first = text.chars().next().unwrap_or('`');
                assert!(!first.is_uppercase(), "{}: {text}", entry.code);
                assert!(
                    !text.ends_with('.') && !text.contains('\n'),
                    "{}: {text}",
                    entry.code
                );
            }
            assert!(!entry.message.is_empty(), "{}", entry.code);
        }
    }
}
