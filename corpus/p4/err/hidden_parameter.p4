// A local name doesn't hide a parameter.
control c(inout bit<8> x) {
    action act(bit<8> y) {
        bit<8> y = 3;
    }
    apply {
        bit<8> x = 2;
    }
}
