// The variable of a loop over elements is declared with its type.
control c(inout bit<8> x) {
    apply {
        for (i in 1 .. 3) { x = x + 1; }
    }
}
