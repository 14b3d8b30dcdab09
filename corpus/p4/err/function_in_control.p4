// Functions are declared at the top level.
control c() {
    bit<8> f(in bit<8> x) { return x; }
    apply { }
}
