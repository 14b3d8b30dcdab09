// All arguments have names, or none, and each once.
bit<8> f(in bit<8> a, in bit<8> b) { return a; }
control c(inout bit<8> x) {
    apply {
        x = f(1, b = 2);
        x = f(a = 1, a = 2);
    }
}
