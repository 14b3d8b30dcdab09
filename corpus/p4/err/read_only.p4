struct s_t { bit<8> a; }
control c(in s_t s, inout s_t t) {
    action a(bit<8> v) { v = 1; }
    apply {
        s.a = 1;
        t.a + 1 = 2;
    }
}
