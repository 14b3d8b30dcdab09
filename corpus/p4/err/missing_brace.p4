header h_t {
    bit<8> a;
control c() { apply { } }
