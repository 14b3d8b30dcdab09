control c(inout bit<8> x, in bit<4> n) {
    apply {
        x = (bit<8>)x[8:1];
        x = (bit<8>)x[1:4];
        x = (bit<8>)x[n:0];
    }
}
