control c(inout bit<8> x, inout bit<16> y, inout bool f) {
    apply {
        x = y;
        f = x;
        y = x + y;
        if (x) { }
        f = x && f;
        y = !x;
        x = 8w300;
        x = 300;
    }
}
