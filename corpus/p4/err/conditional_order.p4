// `a ? b : c ? d : e` is `(a ? b : c) ? d : e`.
control c(in bool f, in bit<8> a, out bit<8> x) {
    apply { x = f ? 8w1 : a > 3 ? 8w2 : 3; }
}
