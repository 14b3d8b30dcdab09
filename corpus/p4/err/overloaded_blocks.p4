// Which control is meant isn't to be known, or there is none.
control c(out bit<8> x) {
    apply { x = 1; }
}

control c(out bit<8> x)(bit<8> a) {
    apply { x = a; }
}

control c(out bit<8> x)(bit<8> b) {
    apply { x = b; }
}

control c(out bit<8> y)(bit<8> b) {
    apply { y = b; }
}

control d(out bit<8> x) {
    c(1) either;
    c(z = 1) none;
    apply {
        either.apply(x);
        none.apply(x);
    }
}
